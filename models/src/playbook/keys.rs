//! Every key of a playbook file: what it takes and what it is for. The reader knows no other, and the
//! schema for editors is made from these tables.

use std::time::Duration;

use crate::category::{CallerType, Category, Colour, Mood, Motive, Phase, Trend};
use crate::facts::Tier;
use crate::suggestion::SuggestionClass;
use crate::transcript::Language;
use crate::view::View;

/// One key of a table.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// What it is for, in a line.
    pub(super) about: &'static str,
}

/// What a key takes.
#[derive(Debug)]
pub(super) enum Takes {
    Text,
    /// One text or a list of them.
    Texts,
    /// A word of a closed list.
    Word(fn() -> Vec<&'static str>),
    /// A word of a closed list, or several of them.
    Words(fn() -> Vec<&'static str>),
    Bool,
    /// A whole number within these.
    Integer(i32, i32),
    /// A number from 0 to 1.
    Share,
    /// A length such as `25s` within these.
    Length(Duration, Duration),
    Table(&'static [Key]),
    /// Conditions, or stop-phrases.
    TableOrTexts(&'static [Key]),
    /// `[[…]]`.
    Tables(&'static [Key]),
    /// A table of phrases under names that the author gives.
    Named,
    /// A table of texts under names that the author gives.
    NamedTexts,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTES: Duration = Duration::from_secs(600);
const HOUR: Duration = Duration::from_secs(3600);

fn keys<C: Category>() -> Vec<&'static str> {
    C::ALL.iter().map(|class| class.key()).collect()
}

fn languages() -> Vec<&'static str> {
    Language::ALL.map(Language::code).to_vec()
}

fn languages_of_notes() -> Vec<&'static str> {
    Language::OF_NOTES.map(Language::code).to_vec()
}

fn classes() -> Vec<&'static str> {
    SuggestionClass::ALL.map(SuggestionClass::key).to_vec()
}

macro_rules! keys {
    ($(#[$doc:meta])* $table:ident: $($name:literal $takes:expr, $about:literal;)+) => {
        $(#[$doc])*
        pub(super) const $table: &[Key] =
            &[$(Key { name: $name, takes: $takes, about: $about }),+];
    };
}

use Takes::{
    Bool, Integer, Length, Named, NamedTexts, Share, Table, TableOrTexts, Tables, Text, Texts,
    Word, Words,
};

keys! { FILE:
    "playbook" Table(PLAYBOOK), "What holds for all notes";
    "phrases" Named, "Lists of phrases, each under a name; a phrase of a note uses one as @name";
    "wrap_up" NamedTexts, "What agents close a call with: code = \"name\"; at most 24";
    "note" Tables(NOTE), "What to say to whom, and when";
    "issue" Tables(ISSUE), "What callers call about, and what they ask next";
}

keys! { PLAYBOOK:
    "language" Word(languages_of_notes), "The language of the calls it is for";
    "name" Text, "What people call it";
    "version" Text, "Whatever its owners number it by";
    "extends" Text, "The playbook it starts from: en, de, it, or a file relative to this one";
    "without" Texts, "Ids of notes and issues of that playbook that are left out";
    "vocabulary" Texts, "Names that recognition should expect, the most important first";
    "max_cards" Integer(1, 5), "Cards on the screen at once; 3";
    "new_every" Length(Duration::ZERO, MINUTES), "At most one new card in this time; 10s";
    "kind_every" Length(Duration::ZERO, MINUTES), "At most one card of a kind in this time; 60s";
    "lifetime" Length(SECOND, MINUTES), "How long a card stays; 25s";
    "cooldown" Length(Duration::ZERO, MINUTES), "How long a note rests after it was shown; 90s";
    "agreement" Integer(1, 2), "How many readings in a row must agree on a mood; 2";
    "heard_for" Length(SECOND, MINUTES), "How long words count as just said; 10s";
    "learning" Bool, "Whether notes of equal importance are ordered by how often they are used; true";
    "views" Words(keys::<View>), "The colour in other words too";
    "scorecard" Texts, "What quality asks of a call; at most 20";
    "cues_off" Texts, "Cues that do not count, by id or family";
}

keys! { NOTE:
    "id" Text, "Unique; small letters, digits, - _ .";
    "class" Word(classes), "What kind of advice";
    "kind" Text, "Notes of one kind keep kind_every apart; the class";
    "when" Table(CONDITIONS), "All of these must hold";
    "unless" TableOrTexts(CONDITIONS), "None of these may hold; or stop-phrases of either side";
    "applies" Table(CONDITIONS), "For a step of the checklist: all of these must hold for it to be listed";
    "say" Texts, "The sentence, or variants used in turn; at most 200 characters each";
    "why" Text, "One line of reason; at most 160 characters";
    "priority" Integer(0, 100), "50, compliance 90";
    "cooldown" Length(Duration::ZERO, HOUR), "How long it rests after it was shown";
    "once" Bool, "At most once in a call; false";
    "lifetime" Length(SECOND, HOUR), "How long its card stays";
    "alert" Bool, "A human has to know, and no offer is shown any more; false";
    "example" Tables(EXAMPLE), "Moments in which it must fit, or must not";
}

keys! {
    /// Of `when`, `unless` and `applies`.
    CONDITIONS:
    "colour" Words(keys::<Colour>), "The caller's colour";
    "motive" Words(keys::<Motive>), "The caller's motive";
    "mood" Words(keys::<Mood>), "The caller's mood";
    "trend" Words(keys::<Trend>), "Where the mood is heading";
    "caller_type" Words(keys::<CallerType>), "Which difficult caller, or none";
    "phase" Words(keys::<Phase>), "Where the call stands";
    "min_confidence" Share, "How sure the readings above must be";
    "escalating" Bool, "An outburst is likely within a turn or two";
    "caller_says" Texts, "The caller said one of these just now";
    "agent_says" Texts, "The agent said one of these just now";
    "caller_said" Texts, "The caller said one of these in this call";
    "agent_said" Texts, "The agent said one of these in this call";
    "caller_talks_for" Length(SECOND, HOUR), "The caller has spoken this long in his turn";
    "agent_talks_for" Length(SECOND, HOUR), "The agent has spoken this long in his turn";
    "agent_interrupts" Bool, "The agent began to speak while the caller was speaking";
    "after" Length(SECOND, HOUR), "The call is at least this old";
    "before" Length(SECOND, HOUR), "The call is younger than this";
    "issue" Texts, "The call is about one of these issues, by id";
    "next_issue" Texts, "One of these issues follows from what the call is about and was not raised";
    "open_step" Texts, "One of these steps of the checklist is open, by id";
    "customer_tier" Words(keys::<Tier>), "How important the customer is";
    "returning" Bool, "The caller has called before";
    "calls_before" Integer(1, 1000), "At least so many calls of this caller are on record";
    "preferred_language" Words(languages), "The language that the caller prefers";
    "last_issue" Texts, "What the caller's last call was about, by id of the issue";
    "last_promised" Bool, "The agent promised something in the caller's last call";
    "customer_offers" Texts, "The customer's record names one of these offers";
}

keys! { ISSUE:
    "id" Text, "Unique; small letters, digits, - _ .";
    "name" Text, "What people call it; fills {issue} and {next_issue}";
    "says" Texts, "The caller raises it by one of these phrases";
    "next" Texts, "Ids of the issues that follow from it, the likeliest first";
}

keys! { EXAMPLE:
    "said" Texts, "Utterances in order, each beginning with caller: or agent:; the last is just now";
    "at" Length(Duration::ZERO, HOUR), "How old the call is; 2m";
    "lasting" Length(Duration::ZERO, HOUR), "How long the last utterance lasts; as its words take";
    "colour" Word(keys::<Colour>), "What the caller is taken for";
    "motive" Word(keys::<Motive>), "What the caller is taken for";
    "mood" Word(keys::<Mood>), "What the caller is taken for";
    "caller_type" Word(keys::<CallerType>), "What the caller is taken for";
    "trend" Word(keys::<Trend>), "Where the mood is heading";
    "phase" Word(keys::<Phase>), "Where the call stands";
    "escalating" Bool, "Whether an outburst is likely; false";
    "customer_tier" Word(keys::<Tier>), "How important the customer is";
    "calls_before" Integer(0, 1000), "How many calls of this caller are on record";
    "preferred_language" Word(languages), "The language that the caller prefers";
    "last_issue" Text, "What the caller's last call was about";
    "last_promised" Bool, "Whether the agent promised something in it";
    "customer_offers" Texts, "Offers that the customer's record names";
    "fits" Bool, "Whether the note must fit or must not; true";
}

/// What a table is refused without; what it extends may have it instead.
pub(super) const REQUIRED: &[(&str, &[&str])] = &[
    ("playbook", &["name"]),
    ("note", &["id", "class", "when", "say", "why"]),
    ("issue", &["id", "says"]),
];

/// The names of a table's keys.
pub(super) fn names(table: &[Key]) -> Vec<&'static str> {
    table.iter().map(|key| key.name).collect()
}
