//! What a model of the voice is given: a fixed list of figures per utterance.
//!
//! Frames are measured (spectrum, cepstrum, level, pitch, quality), then summed up over the frames
//! that carry voice, and some over all speech. None depends on how loud the line is, none on what
//! lies outside the telephone's band, and each utterance stands alone.

use super::cepstrum::{COEFFICIENTS, Cepstrum};
use super::frames::{FRAMES, Frames};
use super::rhythm::{extent, pauses, stretches, syllables};
use super::spectrum::{Shape, flux, shape};
use super::stats::{correlation, mean, percentile, ratio, slope, sorted, spread};
use super::{LEAST_VOICED, quality};

/// Figures with their names; names only if somebody asks.
#[derive(Debug, Default)]
struct Sheet {
    names: Option<Vec<String>>,
    values: Vec<f32>,
}

impl Sheet {
    fn put(&mut self, name: &str, of: &str, value: f32) {
        if let Some(names) = &mut self.names {
            names.push(format!("{name}.{of}"));
        }
        self.values.push(value);
    }

    /// Mean and standard deviation.
    fn mean_and_spread(&mut self, name: &str, values: &[f32]) {
        self.put(name, "mean", mean(values));
        self.put(name, "spread", spread(values));
    }

    /// 10th, 50th and 90th percentile.
    fn percentiles(&mut self, name: &str, values: &[f32]) {
        let sorted = sorted(values.to_vec());
        for (of, share) in [("p10", 0.1), ("p50", 0.5), ("p90", 0.9)] {
            let value = if sorted.is_empty() { f32::NAN } else { percentile(&sorted, share) };
            self.put(name, of, value);
        }
    }
}

/// Measures of every frame.
struct Tracks {
    shape: Vec<Shape>,
    cepstrum: Vec<[f32; COEFFICIENTS]>,
    flux: Vec<f32>,
    harmonicity: Vec<f32>,
    /// In semitones above 100 Hz; not-a-number without voice.
    pitch: Vec<f32>,
}

impl Tracks {
    fn of(frames: &Frames) -> Self {
        let cepstrum = Cepstrum::new();
        let each = 0..frames.len();
        let semitones = |hz: &Option<f32>| hz.map_or(f32::NAN, |hz| 12.0 * (hz / 100.0).log2());
        Self {
            shape: each.clone().map(|frame| shape(frames.spectrum(frame))).collect(),
            cepstrum: each.map(|frame| cepstrum.of(frames.spectrum(frame))).collect(),
            flux: flux(frames),
            harmonicity: quality::harmonicity(frames),
            pitch: frames.pitch.iter().map(semitones).collect(),
        }
    }
}

/// The names of the figures, in their order.
pub(super) fn names() -> Vec<String> {
    let mut sheet = Sheet { names: Some(Vec::new()), ..Sheet::default() };
    fill(&mut sheet, &Frames::of(Vec::new()));
    sheet.names.unwrap_or_default()
}

/// The figures; not-a-number where there is nothing to measure.
pub(super) fn of(frames: &Frames) -> Vec<f32> {
    let mut sheet = Sheet::default();
    fill(&mut sheet, frames);
    sheet.values
}

fn fill(sheet: &mut Sheet, frames: &Frames) {
    let tracks = Tracks::of(frames);
    let mut voiced: Vec<usize> = frames.voiced().collect();
    if voiced.len() < LEAST_VOICED {
        voiced.clear();
    }
    pitch(sheet, &tracks, &voiced);
    level(sheet, frames, &voiced);
    spectrum(sheet, &tracks, frames, &voiced);
    cepstrum(sheet, &tracks, frames, &voiced);
    quality_figures(sheet, &tracks, frames, &voiced);
    together(sheet, &tracks, frames, &voiced);
    rhythm(sheet, frames);
}

fn pick(values: &[f32], frames: &[usize]) -> Vec<f32> {
    frames.iter().map(|&frame| values[frame]).collect()
}

/// Mean change over `lag` frames, between frames that are both measured.
fn change(values: &[f32], lag: usize) -> f32 {
    let changes: Vec<f32> = values
        .iter()
        .zip(values.iter().skip(lag))
        .map(|(a, b)| (b - a).abs())
        .filter(|change| change.is_finite())
        .collect();
    mean(&changes)
}

/// Mean rise and mean fall per second, over 30 ms.
fn rises_and_falls(values: &[f32]) -> [f32; 2] {
    const LAG: usize = 3;
    let steps: Vec<f32> = values
        .iter()
        .zip(values.iter().skip(LAG))
        .map(|(a, b)| (b - a) * FRAMES / LAG as f32)
        .filter(|step| step.is_finite())
        .collect();
    let part =
        |keep: fn(&f32) -> bool| mean(&steps.iter().copied().filter(keep).collect::<Vec<_>>());
    [part(|step| *step > 0.0), part(|step| *step < 0.0)]
}

fn timed(values: &[f32], frames: &[usize]) -> Vec<(f32, f32)> {
    frames.iter().map(|&frame| (frame as f32 / FRAMES, values[frame])).collect()
}

/// All not-a-number without voice, as everything that is taken over the voiced frames.
fn or_nan(frames: &[usize], value: impl FnOnce() -> f32) -> f32 {
    if frames.is_empty() { f32::NAN } else { value() }
}

fn pitch(sheet: &mut Sheet, tracks: &Tracks, voiced: &[usize]) {
    let values = pick(&tracks.pitch, voiced);
    sheet.percentiles("pitch", &values);
    sheet.mean_and_spread("pitch", &values);
    let ordered = sorted(values.clone());
    let range = |low: f32, high: f32| {
        or_nan(voiced, || percentile(&ordered, high) - percentile(&ordered, low))
    };
    sheet.put("pitch", "range", range(0.1, 0.9));
    sheet.put("pitch", "inner_range", range(0.25, 0.75));
    sheet.put("pitch", "slope", or_nan(voiced, || slope(&timed(&tracks.pitch, voiced))));
    sheet.put("pitch", "change10", change(&tracks.pitch, 1));
    sheet.put("pitch", "change50", change(&tracks.pitch, 5));
    let [rise, fall] = rises_and_falls(&tracks.pitch);
    sheet.put("pitch", "rise", rise);
    sheet.put("pitch", "fall", fall);
    let tail = &values[values.len() - values.len() / 5..];
    sheet.put("pitch", "end", mean(tail) - mean(&values));
}

fn level(sheet: &mut Sheet, frames: &Frames, voiced: &[usize]) {
    let spoken: Vec<usize> = (0..frames.len()).filter(|&frame| frames.speech[frame]).collect();
    let values = pick(&frames.level, &spoken);
    let ordered = sorted(values.clone());
    let at = |share: f32| or_nan(&spoken, || percentile(&ordered, share));
    sheet.put("level", "spread", spread(&values));
    sheet.put("level", "range", at(0.95) - at(0.2));
    sheet.put("level", "top", at(0.99) - at(0.8));
    sheet.put("level", "middle", at(0.5));
    let inside = pick(&frames.level, voiced);
    sheet.put("level", "voiced", mean(&inside));
    sheet.put("level", "voiced_spread", spread(&inside));
    let (first, last) = extent(&frames.speech);
    let curve: Vec<f32> = frames.level[first..last].iter().map(|level| level.max(-30.0)).collect();
    for (of, lag) in
        [("change10", 1), ("change20", 2), ("change40", 4), ("change80", 8), ("change160", 16)]
    {
        sheet.put("level", of, change(&curve, lag));
    }
    let [rise, fall] = rises_and_falls(&curve);
    sheet.put("level", "rise", rise);
    sheet.put("level", "fall", fall);
    sheet.put("level", "slope", or_nan(&spoken, || slope(&timed(&frames.level, &spoken))));
}

/// The loudest third of the voiced frames: how a voice sounds at its peaks is what effort changes
/// most, and what noise hides least.
fn peaks(frames: &Frames, voiced: &[usize]) -> Vec<usize> {
    let mut ordered = voiced.to_vec();
    ordered.sort_by(|a, b| frames.level[*b].total_cmp(&frames.level[*a]));
    ordered.truncate(voiced.len().div_ceil(3));
    ordered.sort_unstable();
    ordered
}

fn spectrum(sheet: &mut Sheet, tracks: &Tracks, frames: &Frames, voiced: &[usize]) {
    let peaks = peaks(frames, voiced);
    let unvoiced: Vec<usize> = (0..frames.len())
        .filter(|&frame| frames.speech[frame] && frames.pitch[frame].is_none())
        .collect();
    type Measure = (&'static str, fn(&Shape) -> f32);
    let measures: [Measure; 7] = [
        ("alpha", |shape| shape.alpha),
        ("hammarberg", |shape| shape.hammarberg),
        ("slope_low", |shape| shape.slopes[0]),
        ("slope_high", |shape| shape.slopes[1]),
        ("centroid", |shape| shape.centroid),
        ("width", |shape| shape.width),
        ("entropy", |shape| shape.entropy),
    ];
    for (name, of) in measures {
        let track: Vec<f32> = tracks.shape.iter().map(of).collect();
        let values = pick(&track, voiced);
        sheet.mean_and_spread(name, &values);
        let ordered = sorted(values.clone());
        sheet.put(name, "p10", or_nan(voiced, || percentile(&ordered, 0.1)));
        sheet.put(name, "p90", or_nan(voiced, || percentile(&ordered, 0.9)));
        sheet.put(name, "peaks", mean(&pick(&track, &peaks)));
        sheet.put(name, "unvoiced", mean(&pick(&track, &unvoiced)));
    }
    let known: Vec<usize> = voiced.iter().copied().filter(|&frame| frame > 0).collect();
    sheet.mean_and_spread("flux", &pick(&tracks.flux, &known));
}

fn cepstrum(sheet: &mut Sheet, tracks: &Tracks, frames: &Frames, voiced: &[usize]) {
    let peaks = peaks(frames, voiced);
    for k in 0..COEFFICIENTS {
        let track: Vec<f32> = tracks.cepstrum.iter().map(|frame| frame[k]).collect();
        let name = format!("mfcc{}", k + 1);
        sheet.mean_and_spread(&name, &pick(&track, voiced));
        sheet.put(&name, "peaks", mean(&pick(&track, &peaks)));
        let inside: Vec<f32> = (0..frames.len())
            .map(|frame| if frames.pitch[frame].is_some() { track[frame] } else { f32::NAN })
            .collect();
        sheet.put(&name, "change", change(&inside, 2));
    }
}

fn quality_figures(sheet: &mut Sheet, tracks: &Tracks, frames: &Frames, voiced: &[usize]) {
    let harmonicity = pick(&tracks.harmonicity, voiced);
    sheet.mean_and_spread("hnr", &harmonicity);
    sheet.percentiles("hnr", &harmonicity);
    sheet.put("hnr", "peaks", mean(&pick(&tracks.harmonicity, &peaks(frames, voiced))));
    let irregular = quality::irregularity(frames);
    sheet.put("jitter", "local", irregular.jitter);
    sheet.put("shimmer", "local", irregular.shimmer);
}

/// How the measures go together within the utterance: a line's colour does not change these.
fn together(sheet: &mut Sheet, tracks: &Tracks, frames: &Frames, voiced: &[usize]) {
    let alpha: Vec<f32> = tracks.shape.iter().map(|shape| shape.alpha).collect();
    let pair = |a: &[f32], b: &[f32]| -> Vec<(f32, f32)> {
        voiced.iter().map(|&frame| (a[frame], b[frame])).collect()
    };
    for (name, a, b) in [
        ("level_pitch", &frames.level, &tracks.pitch),
        ("level_alpha", &frames.level, &alpha),
        ("pitch_alpha", &tracks.pitch, &alpha),
        ("level_hnr", &frames.level, &tracks.harmonicity),
    ] {
        let points = pair(a, b);
        sheet.put(name, "correlation", or_nan(voiced, || correlation(&points)));
        sheet.put(name, "slope", or_nan(voiced, || slope(&points)));
    }
}

fn rhythm(sheet: &mut Sheet, frames: &Frames) {
    let (first, last) = extent(&frames.speech);
    let seconds = (last - first) as f32 / FRAMES;
    let voiced: Vec<bool> = frames.pitch[first..last].iter().map(Option::is_some).collect();
    let count = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count() as f32;
    let stretches = stretches(&voiced);
    sheet.put("rhythm", "voiced", ratio(count(&voiced), count(&frames.speech)));
    sheet.put(
        "rhythm",
        "pauses",
        ratio(pauses(&frames.speech[first..last]) as f32 / FRAMES, seconds),
    );
    sheet.put(
        "rhythm",
        "syllables",
        ratio(syllables(&frames.level, &frames.pitch) as f32, seconds),
    );
    sheet.put("rhythm", "stretches", stretches.rate);
    sheet.put("rhythm", "voiced_length", stretches.voiced[0]);
    sheet.put("rhythm", "voiced_length_spread", stretches.voiced[1]);
    sheet.put("rhythm", "unvoiced_length", stretches.unvoiced[0]);
    sheet.put("rhythm", "unvoiced_length_spread", stretches.unvoiced[1]);
}

#[cfg(test)]
mod tests;
