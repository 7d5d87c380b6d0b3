//! Every figure: what it means, how it is made, what belongs beside it. The one place that names
//! them; the API, the page and docs/ref/figures.md are made from it.

use attune_models::transcript::Language;
use attune_proto::v1::{self, FigureUnit};

use super::stats::{Estimate, Sums};

/// What is said of a figure, English and German.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) id: &'static str,
    pub(crate) unit: FigureUnit,
    name: [&'static str; 2],
    range: [&'static str; 2],
    formula: [&'static str; 2],
    counterweight: [&'static str; 2],
}

macro_rules! figures {
    ($($name:ident = $number:literal $id:literal $unit:ident
        $english:literal, $german:literal;
        $range_en:literal, $range_de:literal;
        $formula_en:literal, $formula_de:literal;
        $beside_en:literal, $beside_de:literal;)+) => {
        /// A figure. The numbers stand in stores and are never given to another one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub(crate) enum Figure { $($name = $number),+ }

        impl Figure {
            /// In the order of the page.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What is said of it.
            pub(crate) fn definition(self) -> &'static Definition {
                match self { $(Self::$name => &Definition {
                    id: $id,
                    unit: FigureUnit::$unit,
                    name: [$english, $german],
                    range: [$range_en, $range_de],
                    formula: [$formula_en, $formula_de],
                    counterweight: [$beside_en, $beside_de],
                }),+ }
            }
        }
    };
}

figures! {
    HandleTime = 0 "handle_time" Seconds "Handle time", "Bearbeitungszeit";
        "0 or more", "ab 0";
        "length of the call + after-call work, where that is recorded", "Länge des Anrufs + Nacharbeit, wo sie festgehalten ist";
        "first-contact resolution, satisfaction: a short call that comes back is no short call", "Erstlösung, Zufriedenheit: ein kurzer Anruf, der wiederkommt, war keiner";
    AfterCallWork = 1 "after_call_work" Seconds "After-call work", "Nacharbeit";
        "0 to a day", "0 bis ein Tag";
        "from the end of the call until the agent was free, as recorded", "vom Ende des Anrufs, bis der Agent frei war, wie festgehalten";
        "resolved calls: notes left out now are asked for again later", "gelöste Anrufe: was jetzt nicht notiert wird, wird später gefragt";
    Waiting = 2 "waiting" Seconds "Waiting", "Wartezeit";
        "0 to a day", "0 bis ein Tag";
        "how long the caller waited for an agent, as recorded", "wie lange der Anrufer auf einen Agenten wartete, wie festgehalten";
        "handle time: hurry on the line shortens the queue once and lengthens it with the call-backs", "Bearbeitungszeit: Eile kürzt die Schlange einmal und verlängert sie mit den Rückrufen";
    AgentTalk = 3 "agent_talk_share" Share "Agent's share of the talk", "Redeanteil des Agenten";
        "0 to 1", "0 bis 1";
        "agent's talk / (agent's + caller's talk); the caller's share is the rest", "Rede des Agenten / (Rede des Agenten + des Anrufers); der Rest ist der Anteil des Anrufers";
        "issue: explaining takes words, listening takes none; there is no right value for all calls", "Anliegen: Erklären braucht Worte, Zuhören keine; es gibt keinen richtigen Wert für alle";
    Overtalk = 4 "overtalk" Share "Both at once", "Gleichzeitige Rede";
        "0 to 1", "0 bis 1";
        "time in which both spoke / length of the call", "Zeit, in der beide sprachen / Länge des Anrufs";
        "mood: lively callers and bad lines overlap too, and agreement does", "Stimmung: lebhafte Anrufer und schlechte Leitungen überlappen auch, Zustimmung ebenso";
    ReplyPause = 5 "reply_pause" Seconds "Pause before the reply", "Pause vor der Antwort";
        "0 or more", "ab 0";
        "mean time from the caller's last word to the agent's first, where nobody interrupted", "mittlere Zeit vom letzten Wort des Anrufers zum ersten des Agenten, wo keiner unterbrach";
        "overtalk: a pause is respect as well as searching", "gleichzeitige Rede: eine Pause ist Respekt ebenso wie Suchen";
    AgentPace = 6 "agent_words_per_minute" PerMinute "Agent's words per minute", "Wörter pro Minute, Agent";
        "0 or more", "ab 0";
        "recognised words of the agent / minutes of the agent's speech", "erkannte Wörter des Agenten / Minuten seiner Rede";
        "caller's words per minute: matching the caller matters, not a number", "Wörter pro Minute des Anrufers: auf den Anrufer kommt es an, nicht auf eine Zahl";
    CallerPace = 7 "caller_words_per_minute" PerMinute "Caller's words per minute", "Wörter pro Minute, Anrufer";
        "0 or more", "ab 0";
        "recognised words of the caller / minutes of the caller's speech", "erkannte Wörter des Anrufers / Minuten seiner Rede";
        "language: recognition loses words of accents and bad lines", "Sprache: bei Akzent und schlechter Leitung gehen Wörter verloren";
    MoodStart = 8 "mood_start" Scale "Caller's mood at the start", "Stimmung am Anfang";
        "-1 to 1", "-1 bis 1";
        "mean valence of the first third of the caller's turns", "mittlere Valenz des ersten Drittels der Äußerungen des Anrufers";
        "it is a guess with an error: see docs/accuracy.md", "es ist eine Schätzung mit Fehler: siehe docs/accuracy.md";
    MoodLow = 9 "mood_low" Scale "Caller's mood at its lowest", "Stimmung am Tiefpunkt";
        "-1 to 1", "-1 bis 1";
        "lowest valence after any turn of the caller", "niedrigste Valenz nach einer Äußerung des Anrufers";
        "length of the call: the longer it is, the lower the lowest turn", "Länge des Anrufs: je länger, desto tiefer der Tiefpunkt";
    MoodEnd = 10 "mood_end" Scale "Caller's mood at the end", "Stimmung am Ende";
        "-1 to 1", "-1 bis 1";
        "mean valence of the last third of the caller's turns", "mittlere Valenz des letzten Drittels der Äußerungen des Anrufers";
        "resolved calls: a friendly end does not settle anything", "gelöste Anrufe: ein freundliches Ende löst nichts";
    MoodChange = 11 "mood_change" Scale "Change of the caller's mood", "Veränderung der Stimmung";
        "-2 to 2", "-2 bis 2";
        "mood at the end - mood at the start", "Stimmung am Ende - Stimmung am Anfang";
        "mood at the start: who begins low can only rise", "Stimmung am Anfang: wer tief beginnt, kann nur steigen";
    Escalating = 12 "escalation_announced" Share "Calls with an announced outburst", "Anrufe mit angekündigtem Ausbruch";
        "0 to 1", "0 bis 1";
        "calls in which an outburst was announced / calls", "Anrufe, in denen ein Ausbruch angekündigt wurde / Anrufe";
        "callers' mix: a bad bill run makes angry callers, not bad agents", "Mischung der Anrufer: ein falscher Rechnungslauf macht zornige Anrufer, nicht schlechte Agenten";
    Alerts = 13 "alerts" Share "Calls with an alert", "Anrufe mit Alarm";
        "0 to 1", "0 bis 1";
        "calls in which a human was called / calls", "Anrufe, in denen ein Mensch gerufen wurde / Anrufe";
        "none: an alert too many is better than one too few", "keines: lieber ein Alarm zu viel als einer zu wenig";
    NotesShown = 14 "notes_shown" PerCall "Notes shown", "Gezeigte Hinweise";
        "0 or more", "ab 0";
        "cards shown / calls", "gezeigte Karten / Anrufe";
        "notes used: more notes are more to read", "genutzte Hinweise: mehr Hinweise sind mehr Lesestoff";
    NotesUsed = 15 "notes_used" Share "Notes used", "Genutzte Hinweise";
        "0 to 1", "0 bis 1";
        "cards used / cards shown", "genutzte Karten / gezeigte Karten";
        "satisfaction: a note is advice; whoever knows better leaves it", "Zufriedenheit: ein Hinweis ist ein Rat; wer es besser weiß, lässt ihn";
    NotesDismissed = 16 "notes_dismissed" Share "Notes dismissed", "Verworfene Hinweise";
        "0 to 1", "0 bis 1";
        "cards dismissed / cards shown", "verworfene Karten / gezeigte Karten";
        "it judges the note, not the agent", "es urteilt über den Hinweis, nicht über den Agenten";
    NotesExpired = 17 "notes_expired" Share "Notes whose time ran out", "Abgelaufene Hinweise";
        "0 to 1", "0 bis 1";
        "cards whose time was over / cards shown", "Karten, deren Zeit um war / gezeigte Karten";
        "notes shown: nobody reads three cards at once", "gezeigte Hinweise: niemand liest drei Karten auf einmal";
    Resolved = 18 "resolved" Share "Resolved", "Gelöst";
        "0 to 1", "0 bis 1";
        "calls recorded as resolved / calls of which that is recorded", "als gelöst festgehaltene Anrufe / Anrufe, bei denen das festgehalten ist";
        "first-contact resolution: what the agent calls resolved may come back", "Erstlösung: was als gelöst gilt, kann wiederkommen";
    FirstContact = 19 "first_contact_resolution" Share "First-contact resolution", "Erstlösung";
        "0 to 1", "0 bis 1";
        "calls that were not called back about and not recorded as unresolved / calls whose caller is known and whose seven days are over", "Anrufe ohne Rückruf, nicht als ungelöst festgehalten / Anrufe bekannter Anrufer, deren sieben Tage um sind";
        "handle time: settling it now takes longer now", "Bearbeitungszeit: jetzt zu lösen dauert jetzt länger";
    CallBack = 20 "call_back" Share "Called back", "Wieder angerufen";
        "0 to 1", "0 bis 1";
        "calls after which the caller called again within seven days, in the same project, about the same issue or one that is not known / calls as above", "Anrufe, nach denen binnen sieben Tagen im selben Projekt zum selben oder einem unbekannten Anliegen wieder angerufen wurde / Anrufe wie oben";
        "some call back because they were invited to", "manche rufen wieder an, weil sie darum gebeten wurden";
    NextIssue = 21 "next_issue" Share "Called about something else next", "Danach mit anderem Anliegen angerufen";
        "0 to 1", "0 bis 1";
        "calls after which the caller called within seven days about another issue / calls as above", "Anrufe, nach denen binnen sieben Tagen zu einem anderen Anliegen angerufen wurde / Anrufe wie oben";
        "handle time: raising the next issue pays where callers really come back for it (20-25 %), not at 1-2 %", "Bearbeitungszeit: die nächste Frage vorwegzunehmen lohnt, wo Anrufer wirklich wiederkommen (20-25 %), nicht bei 1-2 %";
    Effort = 22 "effort" Scale "Customer effort", "Aufwand des Kunden";
        "1 (none) to 5", "1 (keiner) bis 5";
        "mean of the recorded efforts", "Mittel der festgehaltenen Aufwände";
        "share of callers who answered: those who are asked late forget", "Anteil der Antworten: wer spät gefragt wird, hat vergessen";
    Csat = 23 "csat" Scale "Satisfaction (CSAT)", "Zufriedenheit (CSAT)";
        "1 to 5 (very)", "1 bis 5 (sehr)";
        "mean of the recorded ratings", "Mittel der festgehaltenen Bewertungen";
        "share of callers who answered: the very glad and the very angry answer", "Anteil der Antworten: sehr Frohe und sehr Zornige antworten";
    Nps = 24 "nps" Scale "Recommendation (NPS)", "Empfehlung (NPS)";
        "-100 to 100", "-100 bis 100";
        "100 x (share of 9 and 10 - share of 0 to 6)", "100 x (Anteil von 9 und 10 - Anteil von 0 bis 6)";
        "it rates the company; the call is one part of that", "es bewertet die Firma; der Anruf ist ein Teil davon";
    Escalated = 25 "escalated" Share "Handed on", "Weitergegeben";
        "0 to 1", "0 bis 1";
        "calls recorded as handed on / calls of which that is recorded", "als weitergegeben festgehaltene Anrufe / Anrufe, bei denen das festgehalten ist";
        "appropriate escalations: whoever hands on rightly does well", "berechtigte Weitergaben: wer zu Recht weitergibt, macht es gut";
    EscalatedRightly = 26 "escalated_appropriately" Share "Handed on rightly", "Zu Recht weitergegeben";
        "0 to 1", "0 bis 1";
        "escalations judged appropriate / escalations judged", "berechtigte Weitergaben / beurteilte Weitergaben";
        "escalations: none at all is no good sign", "Weitergaben: gar keine ist kein gutes Zeichen";
    OffersMade = 27 "offers_made" PerCall "Offers made", "Angebote";
        "0 or more", "ab 0";
        "offers recorded / calls of which that is recorded", "festgehaltene Angebote / Anrufe, bei denen das festgehalten ist";
        "mood at the end, effort: an offer to an angry caller costs more than it brings", "Stimmung am Ende, Aufwand: ein Angebot im Zorn kostet mehr, als es bringt";
    OffersTaken = 28 "offers_accepted" Share "Offers taken", "Angenommene Angebote";
        "0 to 1", "0 bis 1";
        "offers accepted / offers made", "angenommene / gemachte Angebote";
        "call-backs: what was pressed on somebody is sent back", "Rückrufe: was aufgedrängt wurde, kommt zurück";
    Cost = 29 "cost" Money "Cost of a call", "Kosten eines Anrufs";
        "0 or more", "ab 0";
        "handle time in minutes x cost_per_minute of the configuration", "Bearbeitungszeit in Minuten x cost_per_minute der Konfiguration";
        "first-contact resolution: the dearest call is the one that comes again", "Erstlösung: am teuersten ist der Anruf, der wiederkommt";
    Accessibility = 30 "accessibility" Share "Accessibility", "Erreichbarkeit";
        "0 to 1", "0 bis 1";
        "calls answered / calls offered, as the switch says (RecordTraffic)", "angenommene / eingegangene Anrufe, wie die Anlage sagt (RecordTraffic)";
        "handle time, waiting: answering all and settling nothing is no service", "Bearbeitungszeit, Wartezeit: alle annehmen und nichts lösen ist kein Dienst";
}

impl Figure {
    /// The number it has in stores.
    pub(crate) const fn number(self) -> u8 {
        self as u8
    }

    /// The figure that the API calls so.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|figure| figure.definition().id == id)
    }

    /// The figure of a number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|figure| figure.number() == number)
    }

    /// Whether it is known only when the days in which a caller may call again are over.
    pub(crate) fn waits(self) -> bool {
        matches!(self, Self::FirstContact | Self::CallBack | Self::NextIssue)
    }

    /// A value of it and where it lies: shares of yes and no are not spread like measurements.
    pub(crate) fn estimate(self, sums: &Sums) -> Option<Estimate> {
        let measured = matches!(self, Self::AgentTalk | Self::Overtalk);
        if self.definition().unit == FigureUnit::Share && !measured {
            sums.share()
        } else {
            sums.estimate()
        }
    }

    /// As the API says it.
    pub(crate) fn message(self, lang: Language) -> v1::Figure {
        let definition = self.definition();
        v1::Figure {
            figure_id: definition.id.into(),
            name: definition.name[lang as usize].into(),
            unit: definition.unit.into(),
            range: definition.range[lang as usize].into(),
            formula: definition.formula[lang as usize].into(),
            counterweight: definition.counterweight[lang as usize].into(),
        }
    }

    /// Its name.
    pub(crate) fn name(self, lang: Language) -> &'static str {
        self.definition().name[lang as usize]
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::HashSet;
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;

    /// The reference page, docs/ref/figures.md, made from the definitions.
    fn reference() -> String {
        let mut page = String::from(include_str!("reference.md"));
        for figure in Figure::ALL {
            let Definition { id, unit, name, range, formula, counterweight } = figure.definition();
            let unit = match unit {
                FigureUnit::Seconds => "s",
                FigureUnit::Share => "share",
                FigureUnit::PerCall => "per call",
                FigureUnit::PerMinute => "per minute",
                FigureUnit::Money => "currency",
                FigureUnit::Scale | FigureUnit::Unspecified => "scale",
            };
            let [name, german] = name;
            // Writing to a string cannot fail.
            let _ = writeln!(
                page,
                "| `{id}` | {name} / {german} | {unit}, {} | {} | {} |",
                range[0], formula[0], counterweight[0]
            );
        }
        page
    }

    #[test]
    fn every_figure_has_its_number_and_its_counterweight() {
        let numbers: HashSet<u8> = Figure::ALL.iter().map(|figure| figure.number()).collect();
        let ids: HashSet<&str> = Figure::ALL.iter().map(|figure| figure.definition().id).collect();
        assert_eq!((numbers.len(), ids.len()), (Figure::ALL.len(), Figure::ALL.len()));
        for figure in Figure::ALL {
            assert_eq!(Figure::from_number(figure.number()), Some(*figure));
            let told = figure.message(Language::German);
            assert!(!told.counterweight.is_empty() && !told.formula.is_empty(), "{figure:?}");
        }
        assert_eq!(Figure::from_number(200), None);
    }

    #[test]
    fn the_reference_page_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ref/figures.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, reference()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(written, reference(), "run with UPDATE_DOCS=1");
    }
}
