//! What the words of one turn say: phrases found, with negation, emphasis and position weighed in.

use std::collections::BTreeMap;

use attune_audio::units::Side;
use attune_audio::utterance::UtteranceId;

use super::lexicon::Lexicon;
use super::phrase::is_number;
use super::text::Token;
use crate::alert::AlertKind;
use crate::private::Private;
use crate::snapshot::{Cue, CueSource, Target};

/// Factor of a feeling with an intensifier before it ("really angry").
const INTENSIFIED: f32 = 1.35;
/// Factor of a feeling with a downtoner before it ("a bit angry").
const TONED_DOWN: f32 = 0.6;
/// Weight of a feeling named at the very beginning of a long turn, against 1 at its end: in mixed
/// turns the last clause decides.
const AT_THE_BEGINNING: f32 = 0.55;
/// Turns of up to this many words are one clause.
const ONE_CLAUSE: usize = 7;

/// What was found in one turn.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Cues in the order they were said, each group at most once.
    pub hits: Vec<Hit>,
    /// Words, fillers left out.
    pub words: usize,
    /// Numbers, in digits or words; a run of them counts once.
    pub numbers: usize,
    /// Questions.
    pub questions: usize,
}

/// One group of the lexicon, found in a turn.
#[derive(Debug, Clone)]
pub struct Hit {
    /// `words.threat_to_leave`, with `_negated` behind it if it was.
    pub id: String,
    /// The words heard.
    pub evidence: String,
    /// What it pulls at.
    pub weights: Vec<(Target, f32)>,
    /// An outburst is likely after it.
    pub escalates: bool,
    /// A human is called.
    pub alert: Option<AlertKind>,
}

impl Hit {
    /// As evidence of a snapshot.
    pub fn into_cue(self, utterance: UtteranceId) -> Cue {
        Cue {
            id: self.id,
            source: CueSource::Words,
            utterance,
            evidence: Private::new(if utterance.side == Side::Agent {
                format!("agent said \"{}\"", self.evidence)
            } else {
                format!("said \"{}\"", self.evidence)
            }),
            measured: None,
            weights: self.weights,
        }
    }
}

impl Heard {
    /// The sum of what the hits say about one target.
    pub fn sum(&self, target: Target) -> f32 {
        let weights = self.hits.iter().flat_map(|hit| &hit.weights);
        weights.filter(|(other, _)| *other == target).map(|(_, weight)| weight).sum()
    }
}

/// Reads one turn of the caller.
pub fn read(lexicon: &Lexicon, text: &str) -> Heard {
    read_side(lexicon, text, false)
}

/// Reads one turn of the agent: facts of the case, and nothing of his manner.
pub fn read_agent(lexicon: &Lexicon, text: &str) -> Vec<Hit> {
    read_side(lexicon, text, true).hits
}

fn read_side(lexicon: &Lexicon, text: &str, by_agent: bool) -> Heard {
    let tokens = lexicon.grammar.folding.tokens(text);
    let found = strongest(lexicon, find(lexicon, &tokens, by_agent));
    let found = not_excused(lexicon, found, &tokens);
    let spoken_for = |at: usize| found.iter().any(|m| m.literal && m.start < at && at < m.end);
    let mut by_group: BTreeMap<(usize, bool), Vec<&Match>> = BTreeMap::new();
    for one in &found {
        let negated = lexicon.groups()[one.group].negated.is_some()
            && is_negated(lexicon, &tokens, one, &spoken_for);
        by_group.entry((one.group, negated)).or_default().push(one);
    }
    let mut groups: Vec<_> = by_group.into_iter().collect();
    groups.sort_by_key(|((group, _), matches)| (matches[0].start, *group));
    let hits = groups
        .into_iter()
        .filter_map(|((group, negated), matches)| {
            hit(lexicon, text, &tokens, group, negated, &matches)
        })
        .collect();
    Heard {
        hits,
        words: tokens.len(),
        numbers: runs_of_numbers(lexicon, &tokens),
        questions: questions(lexicon, &tokens),
    }
}

/// Whether the text has one of these phrases in it anywhere.
pub fn has_any(lexicon: &Lexicon, text: &str, phrases: &[super::phrase::Phrase]) -> bool {
    any_in(lexicon, &lexicon.grammar.folding.tokens(text), phrases)
}

fn any_in(lexicon: &Lexicon, tokens: &[Token], phrases: &[super::phrase::Phrase]) -> bool {
    let numbers = &lexicon.grammar.numbers;
    (0..tokens.len())
        .any(|at| phrases.iter().any(|phrase| phrase.end_of_match(tokens, at, numbers).is_some()))
}

#[derive(Debug, Clone, Copy)]
struct Match {
    start: usize,
    end: usize,
    group: usize,
    /// No gaps: it speaks for every word in it.
    literal: bool,
}

fn find(lexicon: &Lexicon, tokens: &[Token], by_agent: bool) -> Vec<Match> {
    let mut found = Vec::new();
    for (start, token) in tokens.iter().enumerate() {
        for (phrase, group) in lexicon.candidates(&token.word) {
            if lexicon.groups()[group].by_agent != by_agent {
                continue;
            }
            if let Some(end) = phrase.end_of_match(tokens, start, &lexicon.grammar.numbers) {
                found.push(Match { start, end, group, literal: !phrase.has_gaps() });
            }
        }
    }
    found
}

/// Drops a match inside a longer one ("thanks" in "thanks for nothing") and, within a group, all
/// but the first of those that overlap. A phrase with gaps speaks only for the words at its ends.
/// What calls a human is only ever dropped for a figure of speech, which weighs nothing.
fn strongest(lexicon: &Lexicon, found: Vec<Match>) -> Vec<Match> {
    let groups = lexicon.groups();
    let covers = |big: &Match, small: &Match| {
        let inside = big.start <= small.start && small.end <= big.end;
        let longer = big.end - big.start > small.end - small.start;
        let named = big.literal || big.start == small.start || big.end == small.end;
        let yields = groups[small.group].alert.is_none() || groups[big.group].weights.is_empty();
        inside && longer && yields && (named || big.group == small.group)
    };
    let overlap = |a: &Match, b: &Match| a.start < b.end && b.start < a.end;
    let mut kept: Vec<Match> = Vec::new();
    for one in &found {
        let covered = found.iter().any(|big| covers(big, one));
        let again = kept.iter().any(|other| other.group == one.group && overlap(one, other));
        if !covered && !again {
            kept.push(*one);
        }
    }
    kept
}

/// Drops what its group says does not count in such a turn.
fn not_excused(lexicon: &Lexicon, mut found: Vec<Match>, tokens: &[Token]) -> Vec<Match> {
    found.retain(|one| !any_in(lexicon, tokens, &lexicon.groups()[one.group].unless));
    found
}

fn is_negated(
    lexicon: &Lexicon,
    tokens: &[Token],
    found: &Match,
    spoken_for: &impl Fn(usize) -> bool,
) -> bool {
    let grammar = &lexicon.grammar;
    let first = found.start.saturating_sub(grammar.negation_before);
    for at in (first..found.start).rev() {
        if tokens[at + 1].after_mark || grammar.clause_starts.contains(&tokens[at].word) {
            break;
        }
        if grammar.negators.contains(&tokens[at].word) && !spoken_for(at) {
            return true;
        }
    }
    for token in tokens.iter().skip(found.end).take(grammar.negation_after) {
        if token.after_mark || grammar.clause_starts.contains(&token.word) {
            break;
        }
        if grammar.negators.contains(&token.word) {
            return true;
        }
    }
    false
}

fn hit(
    lexicon: &Lexicon,
    text: &str,
    tokens: &[Token],
    group: usize,
    negated: bool,
    matches: &[&Match],
) -> Option<Hit> {
    let spec = &lexicon.groups()[group];
    let (weights, suffix) = match &spec.negated {
        Some(weights) if negated => (weights, "_negated"),
        _ => (&spec.weights, ""),
    };
    if weights.is_empty() {
        return None;
    }
    // The second time counts half, the third a quarter.
    let (mut style, mut feeling, mut share) = (0.0, 0.0, 1.0);
    for one in matches {
        style += share;
        feeling += share * emphasis(lexicon, tokens, one) * recency(tokens, one);
        share /= 2.0;
    }
    let scaled = weights.iter().map(|(target, weight)| {
        let is_feeling = matches!(target, Target::Mood(_) | Target::Valence | Target::Arousal);
        (*target, weight * if is_feeling { feeling } else { style })
    });
    let heard: Vec<&str> = matches
        .iter()
        .map(|one| {
            let before = if negated { one.start.saturating_sub(1) } else { one.start };
            &text[tokens[before].start..tokens[one.end - 1].end]
        })
        .collect();
    Some(Hit {
        id: format!("{}{suffix}", spec.id),
        evidence: heard.join(" … "),
        weights: scaled.collect(),
        escalates: spec.escalates && !negated,
        alert: spec.alert.filter(|_| !negated),
    })
}

fn emphasis(lexicon: &Lexicon, tokens: &[Token], found: &Match) -> f32 {
    let before = &tokens[found.start.saturating_sub(2)..found.start];
    let any = |words: &std::collections::BTreeSet<String>| {
        before.iter().any(|token| words.contains(&token.word))
    };
    if any(&lexicon.grammar.downtoners) {
        TONED_DOWN
    } else if any(&lexicon.grammar.intensifiers) {
        INTENSIFIED
    } else {
        1.0
    }
}

fn recency(tokens: &[Token], found: &Match) -> f32 {
    if tokens.len() <= ONE_CLAUSE {
        return 1.0;
    }
    let place = found.end as f32 / tokens.len() as f32;
    AT_THE_BEGINNING + (1.0 - AT_THE_BEGINNING) * place
}

fn runs_of_numbers(lexicon: &Lexicon, tokens: &[Token]) -> usize {
    let number = |token: &Token| is_number(&token.word, &lexicon.grammar.numbers);
    let starts = tokens.windows(2).filter(|pair| !number(&pair[0]) && number(&pair[1])).count();
    starts + usize::from(tokens.first().is_some_and(number))
}

fn questions(lexicon: &Lexicon, tokens: &[Token]) -> usize {
    let grammar = &lexicon.grammar;
    let marked = tokens.iter().filter(|token| token.asks).count();
    if marked > 0 {
        return marked;
    }
    let begins_clause = |at: usize| {
        at == 0 || tokens[at].after_mark || grammar.clause_starts.contains(&tokens[at - 1].word)
    };
    let asks = |at: usize| {
        grammar.questions.iter().any(|q| q.end_of_match(tokens, at, &grammar.numbers).is_some())
    };
    (0..tokens.len()).filter(|at| begins_clause(*at) && asks(*at)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Mood;
    use crate::reader::ReaderPack;
    use crate::transcript::Language::{self, English, German};

    fn pack() -> ReaderPack {
        ReaderPack::embedded().expect("the lexicons are good")
    }

    /// Sentence, cues that must be found, cues that must not.
    type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

    const ENGLISH: &[Row] = &[
        ("i'm really fed up with this", &["anger"], &[]),
        ("this is ridiculous", &["blame"], &[]),
        ("i want to speak to your manager", &["demands_superior"], &[]),
        ("otherwise i'll cancel my contract", &["threat_to_leave", "conditions"], &[]),
        ("you will hear from my lawyer", &["legal_threat"], &["insult"]),
        ("i had hoped for something else", &["broken_trust"], &[]),
        ("i am afraid i might lose everything", &["worry"], &[]),
        ("i don t understand how that works", &["confusion", "wants_the_mechanism"], &[]),
        ("that's wonderful", &["pleasure"], &["pleasure_negated"]),
        ("i am not happy with that", &["pleasure_negated"], &["pleasure"]),
        ("not bad at all", &["not_bad"], &["misery", "misery_negated"]),
        ("thanks for nothing", &["blame"], &["gratitude", "warm_thanks"]),
        ("no thank you", &["declined_politely"], &["gratitude"]),
        ("thank you so much", &["warm_thanks"], &["gratitude"]),
        ("phew what a relief", &["relief"], &[]),
        ("sorry that was my mistake", &["admits_fault"], &[]),
        ("you stupid idiot", &["insult"], &[]),
        ("my neighbour is such an idiot", &["third_party_insult"], &["insult", "insult_word"]),
        ("i know where you live", &["threat"], &[]),
        ("you charged me twice", &["company_error"], &[]),
        ("the parcel never arrived", &["company_error"], &[]),
        ("i took a day off work", &["damage"], &[]),
        ("i just had to get that off my chest", &["lets_off_steam"], &[]),
        ("just tell me the price", &["orders"], &[]),
        ("i need it by five o'clock", &["deadlines"], &[]),
        ("get to the point", &["impatient_with_process"], &[]),
        ("you won't believe what happened", &["tells_stories"], &[]),
        ("how is the weather where you are", &["asks_about_agent"], &[]),
        ("sorry to bother you again", &["avoids_being_a_bother"], &["admits_fault"]),
        ("take your time no rush", &["gives_time"], &[]),
        ("maybe it is just me", &["hedges"], &[]),
        ("is that net or gross", &["units_and_exceptions"], &[]),
        ("let me repeat that", &["checks_wording"], &[]),
        ("where does it say that", &["proof_and_sources"], &[]),
        ("can you picture that", &["makes_you_see"], &[]),
        ("it has to be made to measure for me", &["own_case"], &[]),
        ("all of us in the choir", &["speaks_for_a_we"], &[]),
        ("can you guarantee that", &["wants_certainty"], &[]),
        ("i am launching a new business", &["looks_ahead"], &[]),
    ];

    const GERMAN: &[Row] = &[
        ("ich bin echt stinksauer", &["anger"], &[]),
        ("das ist eine Unverschämtheit", &["blame"], &[]),
        ("geben sie mir ihren vorgesetzten", &["demands_superior"], &[]),
        ("sonst kündige ich", &["threat_to_leave"], &[]),
        ("sie hören von meinem anwalt", &["legal_threat"], &["insult"]),
        ("ich bin sehr enttäuscht", &["broken_trust"], &[]),
        ("ich mache mir sorgen", &["worry"], &[]),
        ("das verstehe ich nicht", &["confusion"], &[]),
        ("ich bin zufrieden", &["pleasure"], &["pleasure_negated"]),
        ("ich bin überhaupt nicht zufrieden", &["pleasure_negated"], &["pleasure"]),
        ("das gefällt mir nicht", &["pleasure_negated"], &["pleasure"]),
        ("gar nicht schlecht", &["not_bad"], &["misery", "misery_negated"]),
        ("danke für nichts", &["blame"], &["gratitude", "warm_thanks"]),
        ("nein danke", &["declined_politely"], &["gratitude"]),
        ("herzlichen Dank", &["warm_thanks"], &["gratitude"]),
        ("Gott sei Dank", &["relief"], &["gratitude"]),
        ("das war mein fehler", &["admits_fault"], &["company_error"]),
        ("sie unfähiger trottel", &["insult"], &[]),
        ("mein nachbar ist so ein idiot", &["third_party_insult"], &["insult", "insult_word"]),
        ("das werden sie bereuen", &["threat"], &[]),
        ("sie haben doppelt abgebucht", &["company_error"], &[]),
        ("der monteur ist nicht gekommen", &["company_error"], &[]),
        ("ich habe extra urlaub genommen", &["damage"], &[]),
        ("das musste ich mal loswerden", &["lets_off_steam"], &[]),
        ("sagen sie mir einfach den preis", &["orders"], &[]),
        ("ich brauche das bis fünf uhr", &["deadlines"], &[]),
        ("kommen sie zum punkt", &["impatient_with_process"], &[]),
        ("das glauben sie nicht", &["tells_stories"], &[]),
        ("wie ist das wetter bei ihnen", &["asks_about_agent"], &[]),
        ("entschuldigen sie die störung", &["avoids_being_a_bother"], &["admits_fault"]),
        ("lassen sie sich ruhig zeit es eilt nicht", &["gives_time"], &["deadlines"]),
        ("vielleicht liegt es an mir", &["hedges"], &[]),
        ("ist das netto oder brutto", &["units_and_exceptions"], &[]),
        ("habe ich das richtig verstanden", &["checks_wording"], &["confusion"]),
        ("wo steht das schwarz auf weiß", &["proof_and_sources"], &[]),
        ("stellen sie sich das mal vor", &["makes_you_see"], &[]),
        ("es soll zu mir passen", &["own_case"], &[]),
        ("unser verein hat gemeinsam entschieden", &["speaks_for_a_we"], &[]),
        ("können sie das garantieren", &["wants_certainty"], &[]),
        ("ich gründe gerade eine firma", &["looks_ahead"], &[]),
    ];

    #[test]
    fn each_family_of_cues_is_heard_in_both_languages() {
        let pack = pack();
        let mut wrong = Vec::new();
        for (language, rows) in [(English, ENGLISH), (German, GERMAN)] {
            for (text, wanted, unwanted) in rows {
                let heard = read(pack.lexicon(language), text);
                let ids: Vec<&str> =
                    heard.hits.iter().map(|hit| &hit.id["words.".len()..]).collect();
                let missing = wanted.iter().filter(|id| !ids.contains(id));
                let extra = unwanted.iter().filter(|id| ids.contains(id));
                wrong.extend(missing.map(|id| format!("{text}: no {id} in {ids:?}")));
                wrong.extend(extra.map(|id| format!("{text}: {id} in {ids:?}")));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn valence(language: Language, text: &str) -> f32 {
        read(pack().lexicon(language), text).sum(Target::Valence)
    }

    #[test]
    fn negation_and_emphasis_change_the_feeling() {
        for (language, plain, strong, weak, negated) in [
            (English, "i am happy", "i am really happy", "i am a bit happy", "i am not happy"),
            (
                German,
                "ich bin froh",
                "ich bin sehr froh",
                "ich bin etwas froh",
                "ich bin nicht froh",
            ),
        ] {
            let plain = valence(language, plain);
            assert!(plain > 0.0);
            assert!(valence(language, strong) > plain);
            assert!(valence(language, weak) < plain && valence(language, weak) > 0.0);
            assert!(valence(language, negated) < 0.0);
        }
    }

    #[test]
    fn in_mixed_turns_the_last_clause_decides() {
        let pack = pack();
        let sum = |text: &str, mood| read(pack.lexicon(English), text).sum(Target::Mood(mood));
        let soured = "that was really wonderful at first but now i am so angry about it";
        let won = "i was so angry about it at first but now that is really wonderful";
        assert!(sum(won, Mood::Satisfied) > sum(soured, Mood::Satisfied));
        assert!(sum(won, Mood::Angry) < sum(soured, Mood::Angry));
    }

    #[test]
    fn questions_and_numbers_are_counted_without_marks() {
        let pack = pack();
        let count = |language, text| {
            let heard = read(pack.lexicon(language), text);
            (heard.questions, heard.numbers)
        };
        assert_eq!(count(English, "how long does that take"), (1, 0));
        assert_eq!(count(English, "Really? And why?"), (2, 0));
        assert_eq!(count(English, "my number is four seven one and the flat is 12"), (0, 2));
        assert_eq!(count(German, "wie lange dauert das und was kostet es"), (2, 0));
        assert_eq!(count(German, "am dritten mai um 14:30"), (0, 2));
    }

    #[test]
    fn the_agent_is_heard_for_facts_of_the_case_only() {
        let pack = pack();
        let ids = |language, text: &str| {
            let hits = read_agent(pack.lexicon(language), text);
            hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>()
        };
        let owns_up = [
            (English, "you re right that was our mistake the form was never sent"),
            (English, "I see. It was entered wrongly, it should have gone on Monday."),
            (German, "Da haben wir die Adressen vertauscht."),
            (German, "das hätte nicht passieren dürfen der fehler liegt bei uns"),
        ];
        for (language, text) in owns_up {
            assert_eq!(ids(language, text), ["words.agent_owns_up"], "{text}");
        }
        assert_eq!(ids(English, "I'll refund the fee."), ["words.agent_makes_good"]);
        let nothing = [
            (English, "I'm so sorry to hear that, you sound upset. That is awful."),
            (English, "you entered a pin that is not right, and you are an idiot"),
            (German, "Das tut mir sehr leid. Sie haben die PIN dreimal eingegeben."),
        ];
        for (language, text) in nothing {
            assert!(
                ids(language, text).is_empty(),
                "{text}: politeness and the caller's own slips"
            );
        }
        let caller = read(pack.lexicon(English), "that was our mistake");
        assert!(caller.hits.iter().all(|hit| hit.id != "words.agent_owns_up"));
    }
}
