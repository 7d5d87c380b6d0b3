//! Every word of the interface, English and German side by side. Nothing else in this crate holds
//! words that an agent reads.

use std::fmt::Display;

use attune_proto::v1::{
    AlertKind, CallState, CallerType, Colour, CueSource, EndReason, Escalation, MatchFactor, Mood,
    Motive, Phase, Side, SuggestionClass, Trend, WithdrawReason,
};
use clap::ValueEnum;

/// Language of the interface; the language of the call is the call's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Deutsch
    De,
    /// English
    En,
}

impl Lang {
    /// What the environment asks for, in the order of POSIX; English if it asks for nothing.
    pub(crate) fn from_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()));
        if locale.is_some_and(|locale| locale.to_lowercase().starts_with("de")) {
            Self::De
        } else {
            Self::En
        }
    }

    /// BCP-47.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// The words of this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::De => &GERMAN,
            Self::En => &ENGLISH,
        }
    }
}

/// `{0}`, `{1}` … replaced by the values.
pub(crate) fn fill(template: &str, values: &[&dyn Display]) -> String {
    values.iter().enumerate().fold(template.to_owned(), |text, (i, value)| {
        text.replace(&format!("{{{i}}}"), &value.to_string())
    })
}

macro_rules! words {
    ($($name:ident: $english:literal, $german:literal;)+) => {
        /// The words of one language.
        #[derive(Debug)]
        #[cfg_attr(not(feature = "mic"), expect(dead_code, reason = "the microphone's words"))]
        pub(crate) struct Words { $(pub(crate) $name: &'static str),+ }
        static ENGLISH: Words = Words { $($name: $english),+ };
        static GERMAN: Words = Words { $($name: $german),+ };
        #[cfg(test)]
        const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $german)),+];
    };
}

words! {
    // The agent's screen.
    who: "WHO", "WER";
    how: "HOW", "WIE";
    say: "WHAT TO SAY", "WAS SAGEN";
    transcript: "TRANSCRIPT", "GESPRÄCH";
    evidence: "EVIDENCE", "BELEGE";
    summary: "SUMMARY", "ZUSAMMENFASSUNG";
    colour: "Colour", "Farbe";
    motive: "Motive", "Motiv";
    caller_type: "Type", "Typ";
    mood: "Mood", "Stimmung";
    phase: "Phase", "Phase";
    not_enough: "not enough yet", "noch zu wenig";
    by_hand: "set by hand", "von Hand";
    escalating: "ESCALATING", "ESKALIERT";
    because: "why", "warum";
    nothing_to_say: "Listening. Nothing to add just now.", "Ich höre zu. Gerade kein Hinweis.";
    unintelligible: "(unintelligible)", "(unverständlich)";
    audio_missing: "(audio missing: {0} s)", "(Ton fehlt: {0} s)";
    key_pressed: "(key pressed)", "(Taste gedrückt)";
    speaking: "speaking", "spricht";
    no_evidence: "No evidence yet.", "Noch keine Belege.";
    valence: "Valence", "Valenz";
    arousal: "Arousal", "Erregung";
    part_prior: "before anything is heard", "bevor etwas zu hören ist";
    part_state: "valence and arousal so far", "Valenz und Erregung bisher";
    part_voice: "the voice as a whole", "die Stimme im Ganzen";
    part_rest: "the rest", "das Übrige";
    part_capped: "taken away by a limit", "von einer Grenze genommen";
    part_human: "set by hand", "von Hand gesetzt";
    usual: "usual", "üblich";
    sum: "sum", "Summe";
    views: "Views", "Sichten";
    fiery_red: "fiery red", "feuriges Rot";
    sunshine_yellow: "sunshine yellow", "sonniges Gelb";
    earth_green: "earth green", "erdiges Grün";
    cool_blue: "cool blue", "kühles Blau";
    directive: "directive", "direktiv";
    emotive: "playful", "spielerisch";
    nurturative: "nurturing", "fürsorglich";
    requestive: "asking", "fragend";
    // Keys and notices.
    keys: "1-3 use  d dismiss  e evidence  q quit", "1-3 genutzt  d verwerfen  e Belege  q Ende";
    keys_ended: "e evidence  q quit", "e Belege  q Ende";
    keys_evidence: "Tab next reading  e transcript  q quit",
        "Tab nächste Lesung  e Gespräch  q Ende";
    dismiss_which: "Dismiss which card? 1-3, Esc: none", "Welche Karte verwerfen? 1-3, Esc: keine";
    no_card: "There is no card {0}.", "Karte {0} gibt es nicht.";
    noted_used: "Card {0}: used.", "Karte {0}: genutzt.";
    noted_dismissed: "Card {0}: dismissed.", "Karte {0}: verworfen.";
    feedback_failed: "Not noted: {0}", "Nicht vermerkt: {0}";
    reconnecting: "Connection lost ({0}). Next try in {1} s.",
        "Verbindung verloren ({0}). Nächster Versuch in {1} s.";
    reconnected: "Connected again.", "Wieder verbunden.";
    waiting_next: "Waiting for the next call …", "Warte auf den nächsten Anruf …";
    waiting_call: "Waiting for call {0} …", "Warte auf Anruf {0} …";
    watching: "Watching call {0}.", "Verfolge Anruf {0}.";
    // Life of a call.
    call: "Call", "Anruf";
    live: "live", "live";
    interrupted: "interrupted", "unterbrochen";
    ended: "ended", "beendet";
    started_line: "Call {0} started ({1}).", "Anruf {0} begonnen ({1}).";
    ended_line: "Call ended: {0}.", "Anruf beendet: {0}.";
    language_line: "The call goes on in {0}.", "Der Anruf geht auf {0} weiter.";
    hang_up: "hung up", "aufgelegt";
    stream_lost: "stream lost", "Verbindung verloren";
    drained: "server shut down", "Server heruntergefahren";
    failed: "the server failed", "Fehler des Servers";
    // Plain lines.
    tag_reading: "READING", "LESUNG";
    tag_card: "CARD", "KARTE";
    tag_alert: "ALERT", "ALARM";
    alert_self_harm: "risk of self-harm", "Selbstgefährdung";
    alert_emergency: "possible emergency", "möglicher Notfall";
    alert_note: "supervisor needed", "Teamleitung nötig";
    tag_gone: "GONE", "WEG";
    tag_issue: "ISSUE", "ANLIEGEN";
    tag_steps: "STEPS", "SCHRITTE";
    steps_line: "{0} of {1} done", "{0} von {1} erledigt";
    without_advice: "no advice in this call: it is what calls with advice are compared to", "kein Rat in diesem Gespräch: mit ihm werden die anderen verglichen";
    tag_feedback: "FEEDBACK", "RÜCKMELDUNG";
    tag_call: "CALL", "ANRUF";
    // Summary.
    duration: "Duration", "Dauer";
    talk: "Talk", "Redezeit";
    overtalk: "both at once {0} s", "gleichzeitig {0} s";
    missing_audio: "missing audio {0} s", "fehlender Ton {0} s";
    mood_curve: "Mood", "Stimmung";
    first_to_last: "valence {0} → {1}", "Valenz {0} → {1}";
    cards: "Cards", "Karten";
    cards_shown: "{0} shown, {1} used, {2} dismissed, {3} withdrawn",
        "{0} gezeigt, {1} genutzt, {2} verworfen, {3} zurückgezogen";
    utterances: "{0} utterances", "{0} Äußerungen";
    at_the_end: "At the end", "Am Ende";
    // Streaming.
    sending: "Sending {0}: {1}, {2} Hz {3}, speed {4}", "Sende {0}: {1}, {2} Hz {3}, Tempo {4}";
    stereo_sides: "caller {0}, agent {1}", "Anrufer {0}, Agent {1}";
    left: "left", "links";
    right: "right", "rechts";
    one_mixed: "one channel with both sides", "ein Kanal mit beiden Seiten";
    mixed_note: "One channel only: words will be read, but no mood, because nobody knows who speaks. If it is the caller alone, say --mono caller.",
        "Nur ein Kanal: Worte werden gelesen, aber keine Stimmung, weil niemand weiß, wer spricht. Ist es nur der Anrufer: --mono caller.";
    truncated_note: "{0} is cut short; sending what is there ({1} s).",
        "{0} ist abgeschnitten; gesendet wird, was da ist ({1} s).";
    converted_note: "Converted from {0} Hz to {1} Hz.", "Von {0} Hz auf {1} Hz umgewandelt.";
    stream_done: "Done: {0} s sent, everything transcribed.", "Fertig: {0} s gesendet, alles verschriftet.";
    stream_retry: "Stream broken at {0} s ({1}). Try {2} in {3} s, going on from {4} s.",
        "Strom bei {0} s gebrochen ({1}). Versuch {2} in {3} s, weiter ab {4} s.";
    stream_resumed: "Going on.", "Es geht weiter.";
    hanging_up: "Hanging up, waiting for the last words …", "Lege auf, warte auf die letzten Worte …";
    progress_received: "received", "empfangen";
    progress_final: "transcribed", "verschriftet";
    mic_open: "Microphone {0}: {1} Hz. Ctrl-C hangs up.", "Mikrofon {0}: {1} Hz. Strg-C legt auf.";
    mic_dropped: "The connection is too slow: {0} s of sound were lost.",
        "Die Verbindung ist zu langsam: {0} s Ton gingen verloren.";
    // Calls.
    no_calls: "No calls.", "Keine Anrufe.";
    more_calls: "More calls: --page-token {0}", "Weitere Anrufe: --page-token {0}";
    col_note: "NOTE", "NOTIZ";
    col_shown: "SHOWN", "GEZEIGT";
    col_used: "USED", "GENUTZT";
    col_dismissed: "DISMISSED", "VERWORFEN";
    col_expired: "EXPIRED", "ABGELAUFEN";
    col_adoption: "ADOPTION (95 %)", "NUTZUNG (95 %)";
    col_handle_time: "HANDLE TIME", "BEARBEITUNG";
    no_notes: "No card of this project was shown yet.", "In diesem Projekt wurde noch keine Karte gezeigt.";
    muted: "muted", "stumm";
    effect_line: "Calls with advice against {0} held out: handle time {1} s, the caller's last mood {2}.", "Gespräche mit Rat gegen {0} ohne: Bearbeitung {1} s, letzte Stimmung des Anrufers {2}.";
    no_effect: "No effect can be told: fewer than ten calls were held out (setting hold_out) or advised.", "Keine Wirkung messbar: weniger als zehn Gespräche ohne Rat (Einstellung hold_out) oder mit Rat.";
    notes_caution: "A note's calls differ from the others in more than the note; only calls held out by chance show an effect. For the playbook, not for appraising anybody.", "Die Gespräche einer Notiz unterscheiden sich nicht nur durch sie; nur der Zufall der Gespräche ohne Rat zeigt eine Wirkung. Für das Playbook, nicht zur Beurteilung von Menschen.";
    wishes_cards: "At most {0} cards in a call.", "Höchstens {0} Karten im Gespräch.";
    wishes_any: "As many cards as the playbook gives.", "So viele Karten, wie das Playbook gibt.";
    wishes_muted: "No cards of: {0}.", "Keine Karten von: {0}.";
    wishes_bad_cards: "--cards is a number, or any", "--cards ist eine Zahl oder any";
    col_call: "CALL", "ANRUF";
    col_state: "STATE", "STAND";
    col_start: "START (UTC)", "BEGINN (UTC)";
    col_length: "LENGTH", "DAUER";
    col_reading: "READING", "LESUNG";
    corrected: "Corrected.", "Korrigiert.";
    noted: "Noted.", "Vermerkt.";
    written: "Written: {0}", "Geschrieben: {0}";
    no_summary: "Nothing to sum up.", "Es gibt nichts zusammenzufassen.";
    // Coaching.
    goal: "{0}  {1}: {2} from {3} to {4} by {5}", "{0}  {1}: {2} von {3} auf {4} bis {5}";
    goal_now: "now {0} [{1} to {2}]: {3} % of the way in {4} % of the time",
        "jetzt {0} [{1} bis {2}]: {3} % des Wegs in {4} % der Zeit";
    goal_reached: "Reached.", "Erreicht.";
    goal_chance: "Not moved beyond chance yet.", "Noch nicht über den Zufall hinaus bewegt.";
    beside: "look at beside it", "daneben ansehen";
    // Reports.
    calls: "calls", "Anrufe";
    all_calls: "All calls", "Alle Anrufe";
    no_key: "(none)", "(ohne)";
    changed: "Changed against {0} .. {1}:", "Geändert gegenüber {0} .. {1}:";
    perhaps: "perhaps", "vielleicht";
    next_issue: "Next issue", "Nächstes Anliegen";
    growth: "Satisfaction and growth of revenue: r = {0} [{1} to {2}], n = {3}.",
        "Zufriedenheit und Umsatzwachstum: r = {0} [{1} bis {2}], n = {3}.";
    // Who called, and who suits whom.
    erased: "Erased, with {0} calls.", "Gelöscht, mit {0} Anrufen.";
    remembered: "Remembered from {0} calls", "Behalten aus {0} Anrufen";
    years: "{0} years of experience", "{0} Jahre Erfahrung";
    factor_language: "language", "Sprache";
    factor_skill: "skill", "Können";
    factor_style: "style", "Stil";
    factor_motive: "motive", "Motiv";
    factor_clash: "clash of motives", "Motivkonflikt";
    factor_experience: "experience", "Erfahrung";
    factor_load: "load", "Auslastung";
    factor_no_profile: "no profile", "kein Profil";
    // What became of a call.
    yes: "yes", "ja";
    no: "no", "nein";
    issue: "issue", "Anliegen";
    wrap_up: "closed as", "abgeschlossen als";
    resolved: "resolved", "gelöst";
    effort: "effort", "Aufwand";
    csat: "satisfaction", "Zufriedenheit";
    nps: "would recommend", "Empfehlung";
    escalation: "handed on", "weitergegeben";
    escalation_unjudged: "yes, not judged", "ja, nicht beurteilt";
    escalation_appropriate: "rightly", "zu Recht";
    escalation_inappropriate: "without need", "unnötig";
    offers: "offers", "Angebote";
    offers_taken: "{0}, {1} taken", "{0}, {1} angenommen";
    after_call_work: "after-call work", "Nacharbeit";
    waited: "waited", "gewartet";
    revenue: "revenue", "Umsatz";
    // Sides.
    caller: "Caller", "Anrufer";
    agent: "Agent", "Agent";
    both_sides: "Line", "Leitung";
    // Closed lists.
    red: "red", "rot";
    yellow: "yellow", "gelb";
    green: "green", "grün";
    blue: "blue", "blau";
    knowledge: "knowledge", "Wissen";
    empathy: "empathy", "Empathie";
    individuality: "individuality", "Individualität";
    belonging: "belonging", "Zugehörigkeit";
    security: "security", "Sicherheit";
    vision: "vision", "Vision";
    type_none: "none", "keiner";
    offloader: "offloader", "lässt Dampf ab";
    grievance: "grievance", "Beschwerde";
    abusive: "abusive", "ausfallend";
    neutral: "neutral", "neutral";
    satisfied: "satisfied", "zufrieden";
    angry: "angry", "verärgert";
    disappointed: "disappointed", "enttäuscht";
    worried: "worried", "besorgt";
    confused: "confused", "verwirrt";
    grateful: "grateful", "dankbar";
    apologetic: "apologetic", "einsichtig";
    opening: "opening", "Eröffnung";
    concern: "concern", "Anliegen";
    solution: "solution", "Lösung";
    closing: "closing", "Abschluss";
    improving: "improving", "wird besser";
    steady: "steady", "gleichbleibend";
    worsening: "worsening", "wird schlechter";
    class_empathy: "empathy", "Verständnis";
    class_solution: "solution", "Lösung";
    class_compliance: "must be said", "Pflicht";
    class_next_issue: "next issue", "nächste Frage";
    class_offer: "offer", "Angebot";
    class_positive: "positive language", "positiv sagen";
    class_checklist: "step", "Schritt";
    class_hear: "hear and understand", "zuhören, verstehen";
    expired: "time is over", "Zeit ist um";
    caller_changed: "the caller changed", "Anrufer hat sich verändert";
    replaced: "a more important card came", "wichtigere Karte kam";
    used: "used", "genutzt";
    dismissed: "dismissed", "verworfen";
    call_ended: "the call ended", "Anruf beendet";
    shown: "shown", "gezeigt";
    from_words: "words", "Worte";
    from_voice: "voice", "Stimme";
    from_conduct: "conduct", "Verhalten";
    unknown: "?", "?";
}

impl Words {
    /// Red, yellow, green or blue.
    pub(crate) fn colour_name(&self, colour: Colour) -> &'static str {
        match colour {
            Colour::Unspecified => self.not_enough,
            Colour::Red => self.red,
            Colour::Yellow => self.yellow,
            Colour::Green => self.green,
            Colour::Blue => self.blue,
        }
    }

    /// One of the six motives.
    pub(crate) fn motive_name(&self, motive: Motive) -> &'static str {
        match motive {
            Motive::Unspecified => self.not_enough,
            Motive::Knowledge => self.knowledge,
            Motive::Empathy => self.empathy,
            Motive::Individuality => self.individuality,
            Motive::Belonging => self.belonging,
            Motive::Security => self.security,
            Motive::Vision => self.vision,
        }
    }

    /// One of the difficult callers, or none.
    pub(crate) fn type_name(&self, kind: CallerType) -> &'static str {
        match kind {
            CallerType::Unspecified => self.not_enough,
            CallerType::None => self.type_none,
            CallerType::Offloader => self.offloader,
            CallerType::Grievance => self.grievance,
            CallerType::Abusive => self.abusive,
        }
    }

    /// One of the eight moods.
    pub(crate) fn mood_name(&self, mood: Mood) -> &'static str {
        match mood {
            Mood::Unspecified => self.not_enough,
            Mood::Neutral => self.neutral,
            Mood::Satisfied => self.satisfied,
            Mood::Angry => self.angry,
            Mood::Disappointed => self.disappointed,
            Mood::Worried => self.worried,
            Mood::Confused => self.confused,
            Mood::Grateful => self.grateful,
            Mood::Apologetic => self.apologetic,
        }
    }

    /// Why a human is called.
    pub(crate) fn alert_name(&self, kind: AlertKind) -> &'static str {
        match kind {
            AlertKind::Unspecified => self.unknown,
            AlertKind::SelfHarm => self.alert_self_harm,
            AlertKind::Emergency => self.alert_emergency,
            AlertKind::Note => self.alert_note,
        }
    }

    /// Where the call stands.
    pub(crate) fn phase_name(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Unspecified => self.not_enough,
            Phase::Opening => self.opening,
            Phase::Concern => self.concern,
            Phase::Solution => self.solution,
            Phase::Closing => self.closing,
        }
    }

    /// Where the mood is heading.
    pub(crate) fn trend_name(&self, trend: Trend) -> &'static str {
        match trend {
            Trend::Unspecified => self.not_enough,
            Trend::Improving => self.improving,
            Trend::Steady => self.steady,
            Trend::Worsening => self.worsening,
        }
    }

    /// What kind of advice a card is.
    pub(crate) fn class_name(&self, class: SuggestionClass) -> &'static str {
        match class {
            SuggestionClass::Unspecified => self.unknown,
            SuggestionClass::Empathy => self.class_empathy,
            SuggestionClass::Solution => self.class_solution,
            SuggestionClass::Compliance => self.class_compliance,
            SuggestionClass::NextIssue => self.class_next_issue,
            SuggestionClass::Offer => self.class_offer,
            SuggestionClass::PositiveLanguage => self.class_positive,
            SuggestionClass::HearAndUnderstand => self.class_hear,
            SuggestionClass::Checklist => self.class_checklist,
        }
    }

    /// Why a card went away.
    pub(crate) fn withdraw_reason(&self, reason: WithdrawReason) -> &'static str {
        match reason {
            WithdrawReason::Unspecified => self.unknown,
            WithdrawReason::Expired => self.expired,
            WithdrawReason::CallerChanged => self.caller_changed,
            WithdrawReason::Replaced => self.replaced,
            WithdrawReason::Used => self.used,
            WithdrawReason::Dismissed => self.dismissed,
            WithdrawReason::CallEnded => self.call_ended,
        }
    }

    /// Why the call ended.
    pub(crate) fn end_reason(&self, reason: EndReason) -> &'static str {
        match reason {
            EndReason::Unspecified => self.unknown,
            EndReason::HangUp => self.hang_up,
            EndReason::StreamLost => self.stream_lost,
            EndReason::Drained => self.drained,
            EndReason::Failed => self.failed,
        }
    }

    /// Whether somebody else took the case over; `None` if nobody has said.
    pub(crate) fn escalation_name(&self, escalation: Escalation) -> Option<&'static str> {
        match escalation {
            Escalation::Unspecified => None,
            Escalation::None => Some(self.no),
            Escalation::Unjudged => Some(self.escalation_unjudged),
            Escalation::Appropriate => Some(self.escalation_appropriate),
            Escalation::Inappropriate => Some(self.escalation_inappropriate),
        }
    }

    /// What speaks for or against an agent.
    pub(crate) fn factor_name(&self, factor: MatchFactor) -> &'static str {
        match factor {
            MatchFactor::Unspecified => "",
            MatchFactor::Language => self.factor_language,
            MatchFactor::Skill => self.factor_skill,
            MatchFactor::Style => self.factor_style,
            MatchFactor::Motive => self.factor_motive,
            MatchFactor::MotiveClash => self.factor_clash,
            MatchFactor::Experience => self.factor_experience,
            MatchFactor::Load => self.factor_load,
            MatchFactor::NoProfile => self.factor_no_profile,
        }
    }

    /// A side; a channel that carries both is the line.
    pub(crate) fn side_name(&self, side: Side) -> &'static str {
        match side {
            Side::Unspecified => self.both_sides,
            Side::Caller => self.caller,
            Side::Agent => self.agent,
        }
    }

    /// What an observation was made from.
    pub(crate) fn source_name(&self, source: CueSource) -> &'static str {
        match source {
            CueSource::Unspecified => self.unknown,
            CueSource::Words => self.from_words,
            CueSource::Voice => self.from_voice,
            CueSource::Conduct => self.from_conduct,
        }
    }

    /// What is not the work of one cue, as the API names it; `None` for a cue.
    pub(crate) fn part_name(&self, id: &str) -> Option<&'static str> {
        Some(match id {
            "prior" => self.part_prior,
            "state" => self.part_state,
            "voice" => self.part_voice,
            "rest" => self.part_rest,
            "capped" => self.part_capped,
            "human" => self.part_human,
            _ => return None,
        })
    }

    /// What a view says: letters as they are, names in this language.
    pub(crate) fn view_value<'a>(&self, value: &'a str) -> &'a str {
        match value {
            "fiery_red" => self.fiery_red,
            "sunshine_yellow" => self.sunshine_yellow,
            "earth_green" => self.earth_green,
            "cool_blue" => self.cool_blue,
            "directive" => self.directive,
            "emotive" => self.emotive,
            "nurturative" => self.nurturative,
            "requestive" => self.requestive,
            other => other,
        }
    }

    /// Where a call stands in its life.
    pub(crate) fn state_name(&self, state: CallState) -> &'static str {
        match state {
            CallState::Unspecified => self.unknown,
            CallState::Live => self.live,
            CallState::Interrupted => self.interrupted,
            CallState::Ended => self.ended,
        }
    }

    /// What a cue pulls at: "colour.red" in words. Unknown targets are shown as they are.
    pub(crate) fn target_name(&self, target: &str) -> String {
        let Some((list, class)) = target.split_once('.') else { return target.to_owned() };
        let api = format!("{}_{}", list.to_uppercase(), class.to_uppercase());
        let name = match list {
            "colour" => Colour::from_str_name(&api).map(|c| self.colour_name(c)),
            "motive" => Motive::from_str_name(&api).map(|m| self.motive_name(m)),
            "caller_type" => CallerType::from_str_name(&api).map(|t| self.type_name(t)),
            "mood" => Mood::from_str_name(&api).map(|m| self.mood_name(m)),
            _ => None,
        };
        name.map_or_else(|| target.to_owned(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, ENGLISH, GERMAN, Lang, fill};

    #[test]
    fn every_word_is_there_in_both_languages() {
        assert!(ALL.len() > 100);
        for (name, english, german) in ALL {
            assert!(!english.trim().is_empty(), "{name} has no English");
            assert!(!german.trim().is_empty(), "{name} has no German");
        }
    }

    #[test]
    fn both_languages_take_the_same_values() {
        let places =
            |text: &str| (0..6).filter(|i| text.contains(&format!("{{{i}}}"))).collect::<Vec<_>>();
        for (name, english, german) in ALL {
            assert_eq!(places(english), places(german), "{name}");
        }
    }

    #[test]
    fn fills_in_values_by_number() {
        assert_eq!(fill("{1} of {0}", &[&3, &"two"]), "two of 3");
    }

    #[test]
    fn the_locale_chooses_in_the_order_of_posix() {
        let with = |pairs: &'static [(&str, &str)]| {
            Lang::from_locale(move |name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[("LANG", "de_DE.UTF-8")]), Lang::De);
        assert_eq!(with(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]), Lang::En);
        assert_eq!(with(&[("LC_ALL", ""), ("LANG", "de_AT")]), Lang::De);
        assert_eq!(with(&[]), Lang::En);
    }

    #[test]
    fn targets_of_cues_have_names() {
        assert_eq!(GERMAN.target_name("colour.red"), "rot");
        assert_eq!(ENGLISH.target_name("caller_type.grievance"), "grievance");
        assert_eq!(ENGLISH.target_name("valence"), "valence");
        assert_eq!(ENGLISH.target_name("mood.sleepy"), "mood.sleepy");
    }
}
