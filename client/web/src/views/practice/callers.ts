// Callers to practise with, and those that are written. They go on whatever one says; how they fare is in what one says.
import type { Lang } from '../../i18n';
import type { Span } from '../review/history';

export interface Caller {
  readonly id: string;
  readonly language: Lang;
  readonly title: string;
  readonly situation: string;
  readonly turns: readonly string[];
  /** A recorded caller's own voice, and where in it the turns are. */
  readonly sound?: { readonly url: string; readonly spans: readonly Span[] };
}

export const CALLERS: readonly Caller[] = [
  {
    id: 'third-call',
    language: 'en',
    title: 'The line fails again',
    situation: 'A broadband customer calls for the third time about the same fault. He wants it fixed, not explained.',
    turns: [
      'My internet is down again. This is the third time I am calling about it.',
      'Your colleague promised me a technician on Monday and nobody came. I took a day off for that.',
      'I do not want to hear about the network. I want to know when it works.',
      'And what happens if nobody comes this time either?',
      'All right. Send me that in writing and we are fine.',
    ],
  },
  {
    id: 'charged-twice',
    language: 'en',
    title: 'Charged twice',
    situation: 'A careful customer has found the same amount on her bill two months running, and is worried.',
    turns: [
      'Hello, I am a bit worried. I think I was charged twice, in March and in April.',
      'I am not sure that I have understood the bill. Is that money gone now?',
      'Can you guarantee that it does not happen again next month? I have to plan with it.',
      'And how long does it take until it is on my account?',
      'Thank you, that was very clear. That helps me a lot.',
    ],
  },
  {
    id: 'cancel',
    language: 'en',
    title: 'I am going to cancel',
    situation: 'A long-standing customer has had an offer from somebody else. He is calm and wants to be taken seriously.',
    turns: [
      'I have been with you for eleven years and I want to cancel my contract.',
      'New customers pay half of what I pay. I find that disrespectful, honestly.',
      'I have compared the tariffs, here are the numbers. What do you say to that?',
      'What would I have to do to get that price?',
      'Fine, then let us do it that way. Thank you.',
    ],
  },
  {
    id: 'dritter-anruf',
    language: 'de',
    title: 'Schon wieder kein Internet',
    situation: 'Ein Kunde ruft zum dritten Mal wegen derselben Störung an. Er will, dass es geht, nicht warum es nicht geht.',
    turns: [
      'Mein Internet geht schon wieder nicht. Ich rufe jetzt zum dritten Mal deswegen an.',
      'Ihr Kollege hat mir für Montag einen Techniker versprochen und niemand kam. Ich habe mir extra freigenommen.',
      'Ich will nichts über das Netz hören. Ich will wissen, wann es wieder geht.',
      'Und was ist, wenn wieder niemand kommt?',
      'Gut. Schicken Sie mir das schriftlich, dann passt es.',
    ],
  },
  {
    id: 'doppelt-abgebucht',
    language: 'de',
    title: 'Doppelt abgebucht',
    situation: 'Eine sorgfältige Kundin hat denselben Betrag zwei Monate hintereinander auf der Rechnung und macht sich Sorgen.',
    turns: [
      'Guten Tag, ich mache mir ein bisschen Sorgen. Ich glaube, es wurde doppelt abgebucht, im März und im April.',
      'Ich bin nicht sicher, ob ich die Rechnung richtig verstehe. Ist das Geld jetzt weg?',
      'Können Sie mir garantieren, dass das nächsten Monat nicht wieder passiert?',
      'Und wie lange dauert es, bis es auf meinem Konto ist?',
      'Danke, das war sehr klar. Das hilft mir sehr.',
    ],
  },
  {
    id: 'kuendigen',
    language: 'de',
    title: 'Ich möchte kündigen',
    situation: 'Ein langjähriger Kunde hat ein anderes Angebot. Er ist ruhig und möchte ernst genommen werden.',
    turns: [
      'Ich bin seit elf Jahren bei Ihnen und möchte meinen Vertrag kündigen.',
      'Neukunden zahlen die Hälfte von dem, was ich zahle. Das finde ich ehrlich gesagt respektlos.',
      'Ich habe die Tarife verglichen, hier sind die Zahlen. Was sagen Sie dazu?',
      'Was müsste ich tun, um diesen Preis zu bekommen?',
      'Gut, dann machen wir das so. Danke.',
    ],
  },
];
