//! What a report says in sentences, English and German.

use attune_models::transcript::Language;

/// A text in both languages.
type Both = [&'static str; 2];

pub(super) const CAUTION: Both = [
    "This is a correlation and no causation: glad callers may buy more, and those who buy more may be treated better.",
    "Das ist ein Zusammenhang und keine Ursache: zufriedene Anrufer kaufen vielleicht mehr, und wer mehr kauft, wird vielleicht besser behandelt.",
];
pub(super) const NO_RANKING: Both = [
    "Figures about calls, not about people: agents are neither listed nor ranked, and no figure is for appraisal.",
    "Zahlen über Anrufe, nicht über Menschen: Agenten werden weder aufgeführt noch gereiht, und keine Zahl dient der Beurteilung.",
];
pub(super) const INTERVALS: Both = [
    "Ranges in brackets are 95 % intervals: what chance does to calls drawn at random.",
    "Bereiche in Klammern sind 95-%-Intervalle: was der Zufall bei zufällig gezogenen Anrufen tut.",
];
pub(super) const POSSIBLE: Both = [
    "Causes are possible causes: by how much the figure would have moved had only this mix of calls changed. They overlap, do not add up and prove nothing.",
    "Ursachen sind mögliche Ursachen: um wie viel sich die Zahl bewegt hätte, wenn sich nur diese Mischung der Anrufe geändert hätte. Sie überschneiden sich, lassen sich nicht addieren und beweisen nichts.",
];
pub(super) const WITHHELD: Both = [
    "{0} of the groups are not shown: fewer than {1} agents or {2} calls.",
    "{0} der Gruppen sind nicht gezeigt: weniger als {1} Agenten oder {2} Anrufe.",
];
pub(super) const TOO_FEW: Both = [
    "Nothing is shown: the calls are fewer than {2}, or of fewer than {1} agents.",
    "Nichts wird gezeigt: es sind weniger als {2} Anrufe oder weniger als {1} Agenten.",
];
pub(super) const CAUSE: Both = [
    "{0}: {1}. On its own that would have moved it by {2} [{3} to {4}].",
    "{0}: {1}. Für sich allein hätte das sie um {2} bewegt [{3} bis {4}].",
];
pub(super) const NOBODY_KNOWS: Both = ["not known", "nicht bekannt"];

// The page.
pub(super) const TITLE: Both = ["Report", "Bericht"];
pub(super) const BY: [Both; 4] = [
    ["by team", "nach Team"],
    ["by project", "nach Projekt"],
    ["by day", "nach Tag"],
    ["by issue", "nach Anliegen"],
];
pub(super) const TO: Both = ["to", "bis"];
pub(super) const CALLS: Both = ["calls", "Anrufe"];
pub(super) const ALL_CALLS: Both = ["All calls", "Alle Anrufe"];
pub(super) const PICTURES: Both = ["At a glance", "Auf einen Blick"];
pub(super) const CHANGED: Both =
    ["What changed, and possible causes", "Was sich geändert hat, und mögliche Ursachen"];
pub(super) const CHANGE: Both = ["the change", "die Änderung"];
pub(super) const AGAINST: Both = ["against {0} to {1}", "gegenüber {0} bis {1}"];
pub(super) const NO_CAUSE: Both = [
    "Nothing measured beside it explains the change.",
    "Nichts, was daneben gemessen ist, erklärt die Änderung.",
];
pub(super) const UNCHANGED: Both =
    ["No figure moved beyond chance.", "Keine Zahl hat sich über den Zufall hinaus bewegt."];
pub(super) const NEXT_ISSUES: Both = ["What callers ask next", "Was Anrufer als Nächstes fragen"];
pub(super) const NEXT_HINT: Both = [
    "Raising the next issue in the first call pays at 20-25 %, not at 1-2 %.",
    "Die nächste Frage vorwegzunehmen lohnt bei 20-25 %, nicht bei 1-2 %.",
];
pub(super) const GROWTH: Both = ["Satisfaction and revenue", "Zufriedenheit und Umsatz"];
pub(super) const ALL_FIGURES: Both = ["All figures", "Alle Zahlen"];
pub(super) const MEANING: Both = ["What the figures mean", "Was die Zahlen bedeuten"];
pub(super) const FIGURE: Both = ["figure", "Zahl"];
pub(super) const MADE_FROM: Both = ["made from", "gebildet aus"];
pub(super) const BESIDE: Both = ["look at beside it", "daneben ansehen"];

const KEYS: &[(&str, Both)] = &[
    ("notes", ["Notes", "Hinweise"]),
    ("caller_type", ["Callers' types", "Typen der Anrufer"]),
    ("colour", ["Callers' colours", "Farben der Anrufer"]),
    ("waiting", ["Waiting", "Wartezeit"]),
    ("issue", ["Issues", "Anliegen"]),
    ("none", ["none", "keine"]),
    ("shown", ["shown, not used", "gezeigt, nicht genutzt"]),
    ("used", ["used", "genutzt"]),
    ("offloader", ["offloader", "lässt Dampf ab"]),
    ("grievance", ["grievance", "Beschwerde"]),
    ("abusive", ["abusive", "ausfallend"]),
    ("red", ["red", "rot"]),
    ("yellow", ["yellow", "gelb"]),
    ("green", ["green", "grün"]),
    ("blue", ["blue", "blau"]),
];

/// The text in a language.
pub(super) fn say(text: Both, lang: Language) -> &'static str {
    text[lang as usize]
}

/// `{0}`, `{1}` … replaced by the values.
pub(super) fn fill(text: Both, lang: Language, values: &[&str]) -> String {
    let template = say(text, lang).to_owned();
    (0..).zip(values).fold(template, |text, (place, value): (usize, _)| {
        text.replace(&format!("{{{place}}}"), value)
    })
}

/// A dimension or one of its kinds in words; a project's own words stay.
pub(super) fn key(key: &str, lang: Language) -> String {
    if key.is_empty() {
        return say(NOBODY_KNOWS, lang).to_owned();
    }
    let known = KEYS.iter().find(|(other, _)| *other == key);
    known.map_or_else(|| key.to_owned(), |(_, text)| say(*text, lang).to_owned())
}
