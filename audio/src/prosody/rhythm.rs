//! Syllables, pauses, voiced stretches.

use super::stats::{mean, percentile, ratio, sorted, spread};

/// A pause has at least this many frames of 10 ms.
const LEAST_PAUSE: usize = 15;
/// Levels are smoothed over this many frames to each side before syllables are counted.
const SYLLABLE_SMOOTH: usize = 2;
/// Between two syllables the level dips at least so far, in decibels.
const SYLLABLE_DIP: f32 = 2.0;

/// From the first frame of speech to the one after the last.
pub(super) fn extent(speech: &[bool]) -> (usize, usize) {
    let first = speech.iter().position(|&speech| speech).unwrap_or(0);
    let last = speech.iter().rposition(|&speech| speech).map_or(first, |last| last + 1);
    (first, last)
}

/// Frames in pauses that are long enough to be heard as such.
pub(super) fn pauses(speech: &[bool]) -> usize {
    speech
        .chunk_by(|a, b| a == b)
        .filter(|run| !run[0] && run.len() >= LEAST_PAUSE)
        .map(<[bool]>::len)
        .sum()
}

/// Syllable nuclei: peaks of level in voice with dips of 2 dB between them (de Jong and Wempe 2009).
pub(super) fn syllables(levels: &[f32], pitch: &[Option<f32>]) -> usize {
    let smooth: Vec<f32> = (0..levels.len())
        .map(|at| {
            let from = at.saturating_sub(SYLLABLE_SMOOTH);
            mean(&levels[from..levels.len().min(at + SYLLABLE_SMOOTH + 1)])
        })
        .collect();
    let threshold = percentile(&sorted(smooth.clone()), 0.99) - 25.0;
    // Climb to a peak, and count it when the level has fallen far enough behind it; then wait for
    // it to rise as far again.
    let (mut found, mut peak, mut dip) = (0, None, f32::INFINITY);
    for (at, &level) in smooth.iter().enumerate() {
        match peak {
            None if level > dip + SYLLABLE_DIP => peak = Some((level, at)),
            None => dip = dip.min(level),
            Some((top, _)) if level > top => peak = Some((level, at)),
            Some((top, place)) if level < top - SYLLABLE_DIP => {
                found += usize::from(top > threshold && pitch[place].is_some());
                (peak, dip) = (None, level);
            }
            Some(_) => {}
        }
    }
    found
}

/// Lengths of the stretches with and without voice between the first and the last frame of speech.
#[derive(Debug)]
pub(super) struct Stretches {
    /// Stretches of voice per second.
    pub rate: f32,
    /// Mean and standard deviation of their lengths, in seconds.
    pub voiced: [f32; 2],
    /// The same of the stretches between them.
    pub unvoiced: [f32; 2],
}

/// `voiced` from the first to the last frame of speech.
pub(super) fn stretches(voiced: &[bool]) -> Stretches {
    let lengths = |of: bool| -> Vec<f32> {
        let runs = voiced.chunk_by(|a, b| a == b).filter(|run| run[0] == of && run.len() > 1);
        runs.map(|run| run.len() as f32 / 100.0).collect()
    };
    let (with, without) = (lengths(true), lengths(false));
    Stretches {
        rate: ratio(with.len() as f32, voiced.len() as f32 / 100.0),
        voiced: [mean(&with), spread(&with)],
        unvoiced: [mean(&without), spread(&without)],
    }
}
