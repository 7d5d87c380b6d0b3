// The browser's own voice, where it has one.
import { signal } from '@preact/signals';

const voices = signal<readonly SpeechSynthesisVoice[]>([]);

if ('speechSynthesis' in window) {
  const look = () => (voices.value = speechSynthesis.getVoices());
  look();
  speechSynthesis.addEventListener('voiceschanged', look);
}

function voiceFor(language: string): SpeechSynthesisVoice | undefined {
  const fitting = voices.value.filter((voice) => voice.lang.toLowerCase().startsWith(language));
  // What is said in a training need not go to somebody else's server.
  return fitting.find((voice) => voice.localService);
}

export function hasVoice(language: string): boolean {
  return voiceFor(language) !== undefined;
}

export function read(text: string, language: string): void {
  const voice = voiceFor(language);
  if (!voice) return;
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.voice = voice;
  spoken.lang = voice.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(spoken);
}

export function hush(): void {
  if ('speechSynthesis' in window) speechSynthesis.cancel();
}
