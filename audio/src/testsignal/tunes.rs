//! Music on hold in styles that no detector here was trained on. They differ from
//! [`super::hold_music`] in timbre, harmony, metre and movement.

use std::f64::consts::TAU;
use std::time::Duration;

use super::{Noise, at_level, count};
use crate::units::{Dbfs, SampleRate};

/// A kind of music.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Slow chords of a pipe organ.
    Organ,
    /// Three beats on an accordion.
    Waltz,
    /// A sequencer with a filter that opens and closes, and drums.
    Synth,
    /// Struck metal, partials out of tune.
    MusicBox,
    /// A reed with vibrato and slides over a walking bass: the nearest to a voice.
    Reed,
    /// Many detuned strings that swell.
    Strings,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Organ, Self::Waltz, Self::Synth, Self::MusicBox, Self::Reed, Self::Strings];
}

/// A tune; `seed` chooses key, tempo, chords and melody.
pub fn tune(style: Style, length: Duration, rate: SampleRate, level: Dbfs, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed ^ 0x70e5);
    let key = 110.0 * (noise.unit()).exp2();
    let pace = 0.8 + 0.5 * noise.unit();
    let mut band = Band { out: vec![0.0; count(length, rate)], rate: f64::from(rate.hz()), noise };
    match style {
        Style::Organ => band.organ(key, 2.2 * pace),
        Style::Waltz => band.waltz(key, 0.38 * pace),
        Style::Synth => band.synth(key, 0.14 * pace),
        Style::MusicBox => band.music_box(key, 0.26 * pace),
        Style::Reed => band.reed(key, 0.45 * pace),
        Style::Strings => band.strings(key, 1.6 * pace),
    }
    at_level(band.out, level)
}

/// How an instrument sounds.
#[derive(Clone, Copy)]
struct Timbre {
    /// Frequency over the note's, and strength.
    partials: &'static [(f64, f64)],
    /// Seconds to full strength.
    attack: f64,
    /// Loss per second, in nepers.
    decay: f64,
    /// Vibrato: share of the pitch, and Hz.
    vibrato: (f64, f64),
    /// Where the pitch comes from, as a share of it: a slide of 80 ms.
    slide: f64,
}

const PIPES: Timbre = Timbre {
    partials: &[(0.5, 0.4), (1.0, 1.0), (2.0, 0.7), (3.0, 0.3), (4.0, 0.5), (6.0, 0.2), (8.0, 0.2)],
    attack: 0.06,
    decay: 0.0,
    vibrato: (0.0, 0.0),
    slide: 0.0,
};
const ACCORDION: Timbre = Timbre {
    partials: &[
        (1.0, 1.0),
        (1.006, 0.8),
        (2.0, 0.6),
        (3.0, 0.7),
        (4.0, 0.3),
        (5.0, 0.4),
        (7.0, 0.2),
    ],
    attack: 0.03,
    decay: 0.0,
    vibrato: (0.0, 0.0),
    slide: 0.0,
};
const METAL: Timbre = Timbre {
    partials: &[(1.0, 1.0), (2.76, 0.5), (5.4, 0.25), (8.9, 0.1)],
    attack: 0.002,
    decay: 2.5,
    vibrato: (0.0, 0.0),
    slide: 0.0,
};
const REED: Timbre = Timbre {
    partials: &[
        (1.0, 0.7),
        (2.0, 1.0),
        (3.0, 0.9),
        (4.0, 0.6),
        (5.0, 0.35),
        (6.0, 0.3),
        (7.0, 0.2),
    ],
    attack: 0.05,
    decay: 0.2,
    vibrato: (0.012, 5.2),
    slide: 0.06,
};
const BASS: Timbre = Timbre {
    partials: &[(1.0, 1.0), (2.0, 0.6), (3.0, 0.3), (4.0, 0.15)],
    attack: 0.01,
    decay: 3.0,
    vibrato: (0.0, 0.0),
    slide: 0.0,
};
const BOWED: Timbre = Timbre {
    partials: &[
        (1.0, 1.0),
        (2.0, 0.6),
        (3.0, 0.45),
        (4.0, 0.3),
        (5.0, 0.25),
        (6.0, 0.2),
        (7.0, 0.15),
    ],
    attack: 0.5,
    decay: 0.0,
    vibrato: (0.004, 5.8),
    slide: 0.0,
};

const MAJOR: [f64; 7] = [0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0];
const MINOR: [f64; 7] = [0.0, 2.0, 3.0, 5.0, 7.0, 8.0, 10.0];

struct Band {
    out: Vec<f64>,
    rate: f64,
    noise: Noise,
}

impl Band {
    fn seconds(&self) -> f64 {
        self.out.len() as f64 / self.rate
    }

    fn pick(&mut self, count: usize) -> usize {
        ((self.noise.unit() * count as f64) as usize).min(count - 1)
    }

    fn organ(&mut self, key: f64, beat: f64) {
        let mut start = 0.0;
        while start < self.seconds() {
            let root = MINOR[self.pick(7)];
            for tone in [0.0, 7.0, 12.0, 15.0, 19.0] {
                self.note(PIPES, start, beat * 0.97, up(key, root + tone), 0.3);
            }
            start += beat;
        }
    }

    fn waltz(&mut self, key: f64, beat: f64) {
        let mut start = 0.0;
        while start < self.seconds() {
            let root = [0.0, 5.0, 7.0, 0.0][self.pick(4)];
            self.note(BASS, start, beat, up(key, root), 0.8);
            for off in [1.0, 2.0] {
                for tone in [12.0, 16.0, 19.0] {
                    self.note(ACCORDION, start + off * beat, 0.5 * beat, up(key, root + tone), 0.2);
                }
            }
            let mut at = 0.0;
            while at < 3.0 {
                let long = [0.5, 1.0, 1.5][self.pick(3)];
                let tone = MAJOR[self.pick(7)] + 24.0;
                self.note(ACCORDION, start + at * beat, long * beat * 0.9, up(key, tone), 0.35);
                at += long;
            }
            start += 3.0 * beat;
        }
    }

    fn synth(&mut self, key: f64, step: f64) {
        let pattern: Vec<f64> =
            (0..16).map(|_| MINOR[self.pick(7)] + 12.0 * self.pick(2) as f64).collect();
        for number in 0..(self.seconds() / step) as usize {
            let start = number as f64 * step;
            let open = 0.5 + 0.5 * (TAU * start / 7.0).sin();
            self.saw(start, step * 0.8, up(key, pattern[number % 16]), 2.0 + 14.0 * open);
            if number % 4 == 0 {
                self.hit(start, 0.5, 0.03, 60.0);
            }
            if number % 4 == 2 {
                self.hit(start, 0.25, 0.02, 0.0);
            }
        }
    }

    fn music_box(&mut self, key: f64, step: f64) {
        for number in 0..(self.seconds() / step) as usize {
            if self.noise.unit() < 0.85 {
                let tone = MAJOR[self.pick(7)] + 24.0 + 12.0 * self.pick(2) as f64;
                self.note(METAL, number as f64 * step, 1.5, up(key, tone), 0.5);
            }
        }
    }

    fn reed(&mut self, key: f64, beat: f64) {
        let mut start = 0.0;
        for number in 0..(self.seconds() / beat) as usize {
            let tone = MINOR[self.pick(7)] - 12.0;
            self.note(BASS, number as f64 * beat, beat, up(key, tone), 0.5);
            self.hit(number as f64 * beat + beat * 0.66, 0.06, 0.02, 0.0);
        }
        while start < self.seconds() {
            let long = beat * [0.5, 0.66, 1.0, 2.0, 3.0][self.pick(5)];
            if self.noise.unit() < 0.8 {
                let tone = MINOR[self.pick(7)] + 12.0;
                self.note(REED, start, long * 0.95, up(key, tone), 0.6);
            }
            start += long;
        }
    }

    fn strings(&mut self, key: f64, beat: f64) {
        let mut start = 0.0;
        while start < self.seconds() {
            let root = MAJOR[self.pick(7)];
            for tone in [0.0, 4.0, 7.0, 11.0, 16.0] {
                for player in 0..3 {
                    let detune = 0.12 * (self.noise.unit() - 0.5);
                    let entry = start + 0.05 * f64::from(player);
                    self.note(BOWED, entry, 1.2 * beat, up(key, root + tone + 12.0 + detune), 0.15);
                }
            }
            start += beat;
        }
    }

    fn note(&mut self, timbre: Timbre, start: f64, length: f64, hz: f64, strength: f64) {
        let rate = self.rate;
        let mut phase = self.noise.unit();
        for (t, sample) in self.stretch(start, length) {
            let (depth, pace) = timbre.vibrato;
            let bend = depth * (TAU * pace * t).sin() - timbre.slide * (-t / 0.03).exp();
            let now = hz * (1.0 + bend);
            phase += now / rate;
            let swell = (t / timbre.attack).min(1.0) * ((length - t) / 0.03).clamp(0.0, 1.0);
            let partials = timbre.partials.iter().filter(|(ratio, _)| ratio * now < 0.45 * rate);
            let sound: f64 = partials.map(|(ratio, loud)| loud * (TAU * ratio * phase).sin()).sum();
            *sample += strength * swell * (-timbre.decay * t).exp() * sound;
        }
    }

    /// A saw tooth of as many partials as the filter lets through.
    fn saw(&mut self, start: f64, length: f64, hz: f64, open: f64) {
        let most = open.min(0.45 * self.rate / hz);
        for (t, sample) in self.stretch(start, length) {
            let partials = (1..=most as u32).map(f64::from);
            let sound: f64 = partials.map(|k| (TAU * k * hz * t).sin() / k).sum();
            *sample += 0.4 * sound * ((length - t) / 0.01).clamp(0.0, 1.0);
        }
    }

    /// A drum: noise, or a tone that dies away.
    fn hit(&mut self, start: f64, strength: f64, decay: f64, hz: f64) {
        let mut noise = self.noise.clone();
        for (t, sample) in self.stretch(start, 6.0 * decay) {
            let sound = if hz > 0.0 { (TAU * hz * t).sin() } else { noise.sample() };
            *sample += strength * sound * (-t / decay).exp();
        }
        self.noise = noise;
    }

    /// The samples of a stretch with their time from its start.
    fn stretch(&mut self, start: f64, length: f64) -> impl Iterator<Item = (f64, &mut f64)> {
        let first = ((start * self.rate) as usize).min(self.out.len());
        let last = (((start + length) * self.rate) as usize).min(self.out.len());
        let rate = self.rate;
        let time = move |(index, sample)| (index as f64 / rate, sample);
        self.out[first..last].iter_mut().enumerate().map(time)
    }
}

fn up(key: f64, semitones: f64) -> f64 {
    key * (semitones / 12.0).exp2()
}
