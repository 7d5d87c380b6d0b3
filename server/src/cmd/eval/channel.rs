//! A telephone line for files that never saw one.

use std::f32::consts::PI;

use attune_audio::codec::Encoding;
use attune_audio::resample;
use attune_audio::units::SampleRate;

use super::Channel;

/// Taps of the band filter: 32 ms at 8 kHz, which makes the edges about 100 Hz wide.
const TAPS: usize = 257;

/// The band of a telephone, in Hz.
const BAND: [f32; 2] = [300.0, 3400.0];

/// Samples at [`SampleRate::WORKING`], before and after the line.
pub(crate) fn pass(samples: Vec<f32>, channel: Channel) -> Vec<f32> {
    match channel {
        Channel::AsIs => samples,
        Channel::Telephone => telephone(&samples),
    }
}

fn telephone(samples: &[f32]) -> Vec<f32> {
    let narrow = resample::convert(samples, SampleRate::WORKING, SampleRate::HZ_8000);
    let bytes = Encoding::Mulaw.encode(&filter(&narrow));
    // Mu-law has no odd byte counts to complain about.
    let heard = Encoding::Mulaw.decode(&bytes).unwrap_or_default();
    resample::to_working(&heard, SampleRate::HZ_8000)
}

/// A band-pass by a windowed sinc (Hamming), delay taken out.
fn filter(samples: &[f32]) -> Vec<f32> {
    let taps = taps();
    let middle = TAPS / 2;
    let at = |index: usize| -> f32 {
        let sum = |(tap, weight): (usize, &f32)| {
            (index + middle)
                .checked_sub(tap)
                .and_then(|place| samples.get(place))
                .map(|s| s * weight)
        };
        taps.iter().enumerate().filter_map(sum).sum()
    };
    (0..samples.len()).map(at).collect()
}

fn taps() -> Vec<f32> {
    let rate = SampleRate::HZ_8000.hz() as f32;
    let low_pass = |edge: f32, offset: f32| {
        let x = 2.0 * edge / rate;
        if offset == 0.0 { x } else { (PI * x * offset).sin() / (PI * offset) }
    };
    let tap = |index: usize| {
        let offset = index as f32 - (TAPS / 2) as f32;
        let window = 0.54 - 0.46 * (2.0 * PI * index as f32 / (TAPS - 1) as f32).cos();
        window * (low_pass(BAND[1], offset) - low_pass(BAND[0], offset))
    };
    (0..TAPS).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_after(hz: f32) -> f32 {
        let rate = SampleRate::WORKING.hz() as f32;
        let tone: Vec<f32> =
            (0..16_000).map(|n| 0.5 * (2.0 * PI * hz * n as f32 / rate).sin()).collect();
        let heard = telephone(&tone);
        let inner = &heard[2000..14_000];
        (inner.iter().map(|s| s * s).sum::<f32>() / inner.len() as f32).sqrt() / 0.353_55
    }

    #[test]
    fn the_band_passes_and_the_rest_does_not() {
        for hz in [400.0, 1000.0, 3200.0] {
            assert!((level_after(hz) - 1.0).abs() < 0.05, "{hz} Hz: {}", level_after(hz));
        }
        for hz in [100.0, 200.0, 3700.0, 5000.0] {
            assert!(level_after(hz) < 0.02, "{hz} Hz: {}", level_after(hz));
        }
    }

    #[test]
    fn the_length_stays() {
        let length = telephone(&vec![0.0; 16_000]).len();
        assert!(length.abs_diff(16_000) <= 2, "{length}");
    }
}
