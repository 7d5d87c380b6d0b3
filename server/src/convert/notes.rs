//! What became of notes, as the API says it.

use std::collections::BTreeMap;

use attune_proto::v1;

use crate::figures::stats::{Sums, difference};
use crate::store::{Compared, NoteRecord};

/// Below so many calls on either side a difference says nothing.
const FEWEST: f64 = 10.0;

const CAUTION: &str = "Calls in which a note was used differ from the others in more than the note: \
    agents use it where it helps. Only the comparison with calls that were held out by chance is an \
    effect. For the playbook, not for appraising anybody.";

/// The most often shown first.
pub(crate) fn notes_report(
    records: &BTreeMap<String, NoteRecord>,
    held_out: &Compared,
) -> v1::NotesReport {
    let mut notes: Vec<v1::NoteUse> =
        records.iter().map(|(note, record)| note_use(note, record)).collect();
    notes.sort_by(|a, b| b.shown.cmp(&a.shown).then_with(|| a.note_id.cmp(&b.note_id)));
    v1::NotesReport {
        notes,
        handle_time_seconds: effect(&held_out.handle_time),
        final_valence: effect(&held_out.final_valence),
        caution: CAUTION.into(),
    }
}

fn note_use(note: &str, record: &NoteRecord) -> v1::NoteUse {
    let tally = record.tally;
    v1::NoteUse {
        note_id: note.to_owned(),
        suggestion_class: record.class,
        shown: tally.shown,
        used: tally.used,
        dismissed: tally.dismissed,
        expired: tally.expired,
        adoption: share(tally.used, tally.shown),
        muted: tally.mutes(),
        handle_time_seconds: effect(&record.calls.handle_time),
        final_valence: effect(&record.calls.final_valence),
    }
}

/// Used of shown.
fn share(part: u64, whole: u64) -> Option<v1::Share> {
    let share = Sums { count: whole as f64, sum: part as f64, squares: part as f64 }.share()?;
    Some(v1::Share { value: share.value, low: share.low, high: share.high })
}

fn effect([with, without]: &[Sums; 2]) -> Option<v1::Effect> {
    if with.count < FEWEST || without.count < FEWEST {
        return None;
    }
    let apart = difference(without, with);
    Some(v1::Effect {
        calls_with: with.count as u64,
        calls_without: without.count as u64,
        mean_with: with.mean(),
        mean_without: without.mean(),
        difference: apart.value,
        low: apart.low,
        high: apart.high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_differences_have_their_intervals() {
        let of = |value: f64, low: f64, high: f64, told: (f64, f64, f64)| {
            for (expected, told) in [(value, told.0), (low, told.1), (high, told.2)] {
                assert!((expected - told).abs() < 5e-4, "{expected} is not {told}");
            }
        };
        // Brown, Cai and DasGupta 2001: 1 of 10.
        let told = share(1, 10).unwrap_or_default();
        of(0.1, 0.0179, 0.4042, (told.value, told.low, told.high));
        assert_eq!(share(0, 0), None);
        let sums = |values: &[f64]| Sums {
            count: values.len() as f64,
            sum: values.iter().sum(),
            squares: values.iter().map(|v| v * v).sum(),
        };
        let (a, b) = (sums(&[1.0, 3.0].repeat(10)), sums(&[4.0, 8.0].repeat(10)));
        let told = effect(&[a, b]).unwrap_or_default();
        // Variances 20/19 and 80/19 over 20 calls each.
        let half = 1.959_964 * (100.0_f64 / 19.0 / 20.0).sqrt();
        of(-4.0, -4.0 - half, -4.0 + half, (told.difference, told.low, told.high));
        assert_eq!(effect(&[a, sums(&[1.0; 9])]), None, "nine calls say nothing");
    }
}
