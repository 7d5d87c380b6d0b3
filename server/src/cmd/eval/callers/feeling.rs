//! How well valence and arousal are followed through a call, and whether an outburst is announced.

use attune_models::category::Mood;
use attune_models::snapshot::Snapshot;
use serde_json::{Value, json};

use super::TurnTruth;
use crate::cmd::eval::score::{correlation, root_mean_square, scored};

/// Half the width of an interval that holds 90 % of a normal distribution, in deviations.
const NINETY: f32 = 1.645;
/// An outburst: angry, at least so unpleasant and so excited.
const OUTBURST: (f32, f32) = (-0.5, 0.5);
/// How many caller turns before it an announcement counts.
const LEAD: usize = 3;

/// One call: what people say of each caller turn, and what was read.
pub(super) type Call<'a> = (&'a [TurnTruth], &'a [Snapshot]);

/// Error, correlation and coverage of the 90 % interval.
pub(super) fn axis(
    calls: &[Call<'_>],
    truth: fn(&TurnTruth) -> Option<f32>,
    read: fn(&Snapshot) -> (f32, f32),
) -> Value {
    let turns = calls.iter().flat_map(|(truths, snapshots)| truths.iter().zip(*snapshots));
    let pairs: Vec<(f32, (f32, f32))> =
        turns.filter_map(|(turn, snapshot)| Some((truth(turn)?, read(snapshot)))).collect();
    let within = |(truth, (value, deviation)): &&(f32, (f32, f32))| {
        (truth - value).abs() <= NINETY * deviation
    };
    let covered = pairs.iter().filter(within).count();
    let values: Vec<(f32, f32)> =
        pairs.iter().map(|(truth, (value, _))| (*truth, *value)).collect();
    json!({
        "turns": values.len(),
        "rmse": scored(root_mean_square(&values)),
        "correlation": scored(correlation(&values)),
        "coverage_90": scored((!pairs.is_empty()).then(|| covered as f32 / pairs.len() as f32)),
    })
}

/// Of the calls in which the caller first bursts out after his first turn, the share in which
/// "escalating" was shown one to three of his turns before; and, of those without an outburst, the
/// calls in which it was shown at all, per hundred.
pub(super) fn escalation(calls: &[Call<'_>]) -> Value {
    let (mut late, mut announced, mut calm, mut alarmed) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (truths, snapshots) in calls.iter().filter(|(truths, _)| is_labelled(truths)) {
        let shown = |turn: &Snapshot| turn.mood.escalating;
        match truths.iter().position(is_outburst) {
            None => {
                calm += 1;
                alarmed += usize::from(snapshots.iter().any(shown));
            }
            // Nobody can announce what comes first.
            Some(0) => {}
            Some(turn) => {
                late += 1;
                let before = turn.saturating_sub(LEAD)..turn.min(snapshots.len());
                announced += usize::from(snapshots[before].iter().any(shown));
            }
        }
    }
    let share = |part: usize, whole: usize| scored((whole > 0).then(|| part as f32 / whole as f32));
    json!({
        "outbursts": late,
        "announced": share(announced, late),
        "calls_without": calm,
        "false_alarms_per_100_calls": share(100 * alarmed, calm),
    })
}

fn is_labelled(truths: &[TurnTruth]) -> bool {
    truths.iter().any(|turn| turn.valence.is_some() && turn.arousal.is_some())
}

fn is_outburst(turn: &TurnTruth) -> bool {
    let strong =
        |turn: &TurnTruth| Some(turn.valence? <= OUTBURST.0 && turn.arousal? >= OUTBURST.1);
    turn.mood == Some(Mood::Angry) && strong(turn) == Some(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use attune_models::reader::{Reader, ReaderPack};

    use super::*;

    fn turn(mood: Mood, valence: f32, arousal: f32) -> TurnTruth {
        TurnTruth { mood: Some(mood), valence: Some(valence), arousal: Some(arousal) }
    }

    fn snapshots(escalating: &[bool]) -> Vec<Snapshot> {
        let pack = Arc::new(ReaderPack::embedded().expect("shipped"));
        let mut reader = Reader::new(pack);
        let mut blank = reader.correct(Default::default(), Default::default());
        let mut one = |escalating: &bool| {
            blank.mood.escalating = *escalating;
            (blank.mood.valence, blank.mood.valence_deviation) = (-0.4, 0.1);
            blank.clone()
        };
        escalating.iter().map(&mut one).collect()
    }

    #[test]
    fn announcements_count_before_the_outburst_and_alarms_where_there_is_none() {
        let (calm, angry) = (turn(Mood::Neutral, 0.0, 0.0), turn(Mood::Angry, -0.7, 0.6));
        let late = [calm, calm, angry];
        let first = [angry, calm, calm];
        let quiet = [calm, turn(Mood::Angry, -0.4, 0.6), calm];
        let (before, during) = (snapshots(&[false, true, true]), snapshots(&[false, false, true]));
        let calls: Vec<Call<'_>> =
            vec![(&late, &before), (&late, &during), (&first, &before), (&quiet, &during)];
        let told = escalation(&calls);
        assert_eq!((told["outbursts"].as_u64(), told["announced"].as_f64()), (Some(2), Some(0.5)));
        assert_eq!(told["false_alarms_per_100_calls"].as_f64(), Some(100.0));
        assert_eq!(escalation(&[])["announced"], Value::Null);
    }

    #[test]
    fn errors_of_an_axis() {
        let truths = [turn(Mood::Neutral, -0.4, 0.0), turn(Mood::Neutral, -0.1, 0.0)];
        let read = snapshots(&[false, false]);
        let calls: Vec<Call<'_>> = vec![(&truths, &read)];
        let told =
            axis(&calls, |turn| turn.valence, |s| (s.mood.valence, s.mood.valence_deviation));
        let rmse = told["rmse"].as_f64().expect("two turns");
        assert!((rmse - 0.2121).abs() < 1e-3, "{rmse}");
        assert_eq!(told["coverage_90"].as_f64(), Some(0.5));
        assert_eq!(told["correlation"], Value::Null, "nothing varies");
    }
}
