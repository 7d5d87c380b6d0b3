//! From the line's sample rate to the one that everything inside works at.
//!
//! Rubato's FFT resampler in fixed blocks of about 20 ms, its delay taken off, so sample `n` of
//! the output is the sound at the same media time as sample `n * from / to` of the input, whatever
//! the sizes it came in.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};
use thiserror::Error;

use crate::units::SampleRate;

/// A rate that a live line does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} is not a rate this accepts: send 8000, 16000 or 48000 Hz")]
pub struct UnsupportedRate(pub SampleRate);

/// A streaming rate converter for one channel.
#[derive(Debug)]
pub struct Resampler {
    from: SampleRate,
    to: SampleRate,
    /// `None` if the rates are the same.
    fft: Option<Fft<f32>>,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    block_in: usize,
    /// What a block becomes.
    block_out: Vec<f32>,
    /// Output samples still to be dropped: the filter's delay.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A converter between two rates.
    pub fn new(from: SampleRate, to: SampleRate) -> Self {
        let fft = (from != to).then(|| filter(from, to));
        let block_in = fft.as_ref().map_or(1, rubato::Resampler::input_frames_next);
        let block_out = fft.as_ref().map_or(0, rubato::Resampler::output_frames_next);
        let delay = fft.as_ref().map_or(0, rubato::Resampler::output_delay);
        Self {
            from,
            to,
            fft,
            pending: Vec::with_capacity(block_in),
            block_in,
            block_out: vec![0.0; block_out],
            delay,
            taken: 0,
            given: 0,
        }
    }

    /// How many input samples are converted at a time: 20 ms where the rates allow it.
    pub fn block(&self) -> usize {
        self.block_in
    }

    /// Converts `samples` and appends what is ready to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        if self.fft.is_none() {
            self.given += samples.len() as u64;
            out.extend_from_slice(samples);
            return;
        }
        let mut rest = samples;
        if !self.pending.is_empty() {
            let (head, tail) = rest.split_at(rest.len().min(self.block_in - self.pending.len()));
            self.pending.extend_from_slice(head);
            rest = tail;
            if self.pending.len() == self.block_in {
                let block = std::mem::take(&mut self.pending);
                self.convert(&block, out);
                self.pending = block;
                self.pending.clear();
            }
        }
        let whole = rest.len() - rest.len() % self.block_in;
        for block in rest[..whole].chunks_exact(self.block_in) {
            self.convert(block, out);
        }
        self.pending.extend_from_slice(&rest[whole..]);
    }

    /// Ends the stream: appends what the filter still holds, so that the output is as long as the
    /// input. The converter is then as new.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let whole = self.to.samples_in(self.from.length_of(self.taken));
        let missing = usize::try_from(whole.saturating_sub(self.given)).unwrap_or(0);
        let end = out.len() + missing;
        if self.fft.is_some() {
            let silence = vec![0.0; self.block_in];
            while out.len() < end {
                self.push(&silence, out);
            }
        }
        out.truncate(end);
        *self = Self::new(self.from, self.to);
    }

    fn convert(&mut self, block: &[f32], out: &mut Vec<f32>) {
        let Some(fft) = &mut self.fft else { return };
        let length = self.block_out.len();
        let input = SequentialSlice::new(block, 1, block.len());
        let output = SequentialSlice::new_mut(&mut self.block_out, 1, length);
        let (Ok(input), Ok(mut output)) = (input, output) else { return };
        let done = fft.process_into_buffer(&input, &mut output, None);
        debug_assert!(done.is_ok(), "the block has the size that the filter asked for");
        let skip = self.delay.min(length);
        self.delay -= skip;
        self.given += (length - skip) as u64;
        out.extend_from_slice(&self.block_out[skip..]);
    }
}

/// Whole recordings to [`SampleRate::WORKING`].
pub fn to_working(samples: &[f32], rate: SampleRate) -> Vec<f32> {
    convert(samples, rate, SampleRate::WORKING)
}

/// Whole recordings from one rate to another.
pub fn convert(samples: &[f32], from: SampleRate, to: SampleRate) -> Vec<f32> {
    let mut out = Vec::with_capacity(samples.len());
    let mut resampler = Resampler::new(from, to);
    resampler.push(samples, &mut out);
    resampler.finish(&mut out);
    out
}

fn filter(from: SampleRate, to: SampleRate) -> Fft<f32> {
    // 20 ms blocks: the filter is as long as the block, and its cut-off lies at 95 % of the lower
    // Nyquist frequency, above the telephone band's 3.4 kHz.
    let block = (from.hz() / 50).max(1) as usize;
    let window = WindowFunction::BlackmanHarris;
    Fft::new_custom(from.hz() as usize, to.hz() as usize, block, 1, 1, window, FixedSync::Both)
        .expect("neither the rates nor the block are zero")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    const RATES: [SampleRate; 3] =
        [SampleRate::HZ_8000, SampleRate::HZ_16000, SampleRate::HZ_48000];

    fn sine(hz: f32, rate: SampleRate, samples: usize) -> Vec<f32> {
        let step = TAU * hz / rate.hz() as f32;
        (0..samples).map(|n| 0.5 * (step * n as f32).sin()).collect()
    }

    #[test]
    fn a_tone_keeps_its_time_and_level() {
        for rate in RATES {
            for hz in [200.0, 1000.0, 3300.0] {
                let seconds = sine(hz, rate, rate.hz() as usize);
                let converted = to_working(&seconds, rate);
                let expected = sine(hz, SampleRate::WORKING, 16_000);
                assert_eq!(converted.len(), expected.len());
                let worst = converted[400..15_600].iter().zip(&expected[400..15_600]);
                let worst = worst.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 0.005, "{hz} Hz at {rate}: off by {worst}");
            }
        }
    }

    #[test]
    fn nothing_above_the_new_nyquist_frequency_is_folded_down() {
        let high = sine(9000.0, SampleRate::HZ_48000, 48_000);
        let converted = to_working(&high, SampleRate::HZ_48000);
        let power = converted[400..15_600].iter().map(|s| s * s).sum::<f32>() / 15_200.0;
        assert!(power < 3e-8, "alias at {} dBFS", 10.0 * power.log10());
    }

    #[test]
    fn the_sizes_of_the_pieces_do_not_matter() {
        for rate in RATES {
            let whole = crate::testsignal::white_noise(
                std::time::Duration::from_millis(333),
                rate,
                crate::units::Dbfs(-20.0),
                7,
            );
            let at_once = to_working(&whole, rate);
            for size in [1, 7, 56, 160, 161, 5000] {
                let (mut resampler, mut out) =
                    (Resampler::new(rate, SampleRate::WORKING), Vec::new());
                whole.chunks(size).for_each(|piece| resampler.push(piece, &mut out));
                resampler.finish(&mut out);
                assert!(out == at_once, "{rate} in pieces of {size}");
            }
        }
    }

    #[test]
    fn odd_rates_keep_their_length() {
        for hz in [11_025, 22_050, 32_000, 44_100, 96_000] {
            let rate = SampleRate::new(hz).expect("not zero");
            assert_eq!(to_working(&vec![0.1; hz as usize], rate).len(), 16_000, "{hz}");
        }
        assert!(to_working(&[], SampleRate::HZ_8000).is_empty());
    }
}
