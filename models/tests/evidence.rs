//! Every reading opens into parts that it is the sum of, and is deaf to the cues a project turned
//! off.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use attune_audio::prosody::Prosody;
use attune_audio::units::{Confidence, Dbfs, Side};
use attune_audio::utterance::UtteranceId;
use attune_models::account::{self, Part, name};
use attune_models::caller_type::chain;
use attune_models::category::{CallerType, Category, Colour, Mood, Motive, Posterior};
use attune_models::cue::toggles::CuesOff;
use attune_models::reader::{Reader, ReaderPack, ReadingRules, Turn, cue_ids};
use attune_models::replay::Dialogue;
use attune_models::snapshot::Snapshot;
use attune_models::transcript::Transcript;
use attune_models::view::View;

const DIALOGUES: &str = include_str!("data/callers.jsonl");

/// Reads all dialogues as calls with a voice that sways.
fn read(rules: &ReadingRules) -> Vec<Snapshot> {
    static PACK: LazyLock<Arc<ReaderPack>> =
        LazyLock::new(|| Arc::new(ReaderPack::embedded().unwrap()));
    let mut snapshots = Vec::new();
    for line in DIALOGUES.lines() {
        let dialogue = Dialogue::parse(line).unwrap();
        let mut reader = Reader::new(Arc::clone(&PACK)).with(rules.clone());
        let mut previous = None;
        for transcript in dialogue.transcripts() {
            let transcript = Transcript { confidence: Confidence::new(0.9), ..transcript };
            let UtteranceId { side, number } = transcript.utterance;
            let prosody = voice(number);
            let turn = Turn {
                transcript: &transcript,
                prosody: (side == Side::Caller).then_some(&prosody),
                previous_end: previous,
                overlap: Duration::from_millis(if number % 4 == 0 { 900 } else { 0 }),
            };
            snapshots.extend(reader.hear(&turn));
            previous = Some((side, transcript.span.end));
        }
    }
    snapshots
}

fn voice(number: u32) -> Prosody {
    let sway = (number as f32 * 1.3).sin();
    Prosody {
        median_pitch_hz: Some(180.0 * (1.0 + 0.2 * sway)),
        pitch_range_semitones: Some(6.0 + 3.0 * sway),
        pitch_slope: None,
        pitch_movement: None,
        level: Dbfs(-22.0 + 5.0 * sway),
        level_range_db: 10.0,
        voiced_share: 0.5,
        pause_share: 0.1,
        syllable_rate: 4.0 + sway,
        spectral_tilt_db: -8.0 + 3.0 * sway,
        functionals: Vec::new(),
    }
}

#[track_caller]
fn same<C: Category>(told: &Posterior<C>, read: &Posterior<C>) {
    for (told, read) in told.values().iter().zip(read.values()) {
        assert!((told - read).abs() < 2e-3, "{told} is not {read} ({})", C::NAME);
    }
}

fn softmax<C: Category>(parts: &[Part]) -> Posterior<C> {
    Posterior::from_log_odds(&account::sum(parts))
}

#[test]
fn every_reading_is_the_sum_of_what_is_shown() {
    let snapshots = read(&ReadingRules::default());
    assert!(snapshots.len() > 40);
    for snapshot in &snapshots {
        let accounts = &snapshot.accounts;
        same(&softmax::<Mood>(&accounts.mood), &snapshot.mood.category.posterior);
        same(&softmax::<Colour>(&accounts.colour), &snapshot.colour.posterior);
        same(&softmax::<Motive>(&accounts.motive), &snapshot.motive.posterior);
        // `chain` adds what holds before anything is heard.
        let heard = accounts.caller_type.iter().filter(|part| part.id != name::PRIOR);
        let heard: Vec<Part> = heard.cloned().collect();
        let types: Posterior<CallerType> = chain(&account::sum(&heard));
        same(&types, &snapshot.caller_type.posterior);
        let total = |parts: &[Part]| account::sum(parts).first().copied().unwrap_or(0.0);
        assert!((total(&accounts.valence) - snapshot.mood.valence).abs() < 1e-4);
        assert!((total(&accounts.arousal) - snapshot.mood.arousal).abs() < 1e-4);
    }
}

#[test]
fn a_part_names_its_cue_its_turn_its_time_and_its_measurement() {
    let known = cue_ids();
    let (mut sources, mut measured) = (BTreeSet::new(), 0);
    for snapshot in read(&ReadingRules::default()) {
        let accounts = &snapshot.accounts;
        let all = [&accounts.mood, &accounts.valence, &accounts.arousal, &accounts.colour];
        let more = [&accounts.motive, &accounts.caller_type];
        for part in all.into_iter().chain(more).flatten() {
            let Some(source) = part.source.filter(|_| part.id != name::REST) else { continue };
            let plain = part.id.strip_suffix("_negated").unwrap_or(&part.id);
            assert!(known.iter().any(|id| id == plain), "{} is not listed", part.id);
            assert!(part.utterance.is_some() && part.at.unwrap() <= snapshot.at);
            assert!(!part.evidence.reveal().is_empty());
            measured += usize::from(part.measured.is_some_and(|m| !m.unit.is_empty()));
            sources.insert(format!("{source:?}"));
        }
    }
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["Conduct", "Voice", "Words"]);
    assert!(measured > 10);
}

fn without(patterns: &[&str]) -> ReadingRules {
    let cues_off = CuesOff::new(patterns.iter().copied(), cue_ids()).unwrap();
    ReadingRules { cues_off, views: Vec::new() }
}

fn uses(snapshot: &Snapshot, family: &str) -> bool {
    let accounts = &snapshot.accounts;
    let parts = accounts.mood.iter().chain(&accounts.valence).chain(&accounts.arousal);
    let parts = parts.chain(&accounts.colour).chain(&accounts.motive).chain(&accounts.caller_type);
    let mut ids = parts.map(|part| &part.id).chain(snapshot.evidence.iter().map(|cue| &cue.id));
    ids.any(|id| id.starts_with(family))
}

#[test]
fn what_is_turned_off_is_in_no_reading() {
    let all = read(&ReadingRules::default());
    for family in ["voice", "conduct", "words"] {
        let less = read(&without(&[&format!("{family}.*")]));
        assert!(all.iter().any(|snapshot| uses(snapshot, family)));
        assert!(!less.iter().any(|snapshot| uses(snapshot, family)), "{family}");
        let changed = all
            .iter()
            .zip(&less)
            .any(|(with, without)| with.mood != without.mood || with.colour != without.colour);
        assert!(changed, "without {family} the reading is another one");
    }
}

#[test]
fn one_cue_less_takes_its_part_from_the_reading() {
    let off = "words.whole_sentence";
    let (all, less) = (read(&ReadingRules::default()), read(&without(&[off])));
    // In a call's first turn nothing has faded yet.
    let firsts = all.iter().zip(&less).filter(|(with, _)| with.caller_turns == 1);
    let mut seen = 0;
    for (with, without) in firsts {
        let of_cue = |snapshot: &Snapshot| {
            let part = snapshot.accounts.mood.iter().find(|part| part.id == off);
            part.map(|part| part.adds.clone())
        };
        let Some(adds) = of_cue(with) else { continue };
        assert_eq!(of_cue(without), None);
        let cues = |snapshot: &Snapshot| {
            let parts = snapshot.accounts.mood.iter().filter(|part| part.source.is_some());
            account::sum(&parts.cloned().collect::<Vec<_>>())
        };
        let (before, after) = (cues(with), cues(without));
        for (class, add) in adds.iter().enumerate() {
            let left = after.get(class).copied().unwrap_or(0.0);
            assert!((before[class] - add - left).abs() < 1e-4);
        }
        seen += 1;
    }
    assert!(seen > 3);
}

#[test]
fn views_are_made_where_a_project_wants_them() {
    let rules = ReadingRules { views: View::ALL.to_vec(), ..ReadingRules::default() };
    for (with, without) in read(&rules).iter().zip(read(&ReadingRules::default())) {
        assert_eq!((with.views.len(), without.views.len()), (4, 0));
        let disc = with.views[1].value();
        assert_eq!(disc == "-", with.colour.value.is_none(), "abstention carries over");
    }
}
