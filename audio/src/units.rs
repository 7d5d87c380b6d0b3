//! Units as types: a rate is not a count, a time is not a length, a side is not a channel number.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Add, Sub};
use std::time::Duration;

/// Samples per second. The line accepts 8, 16 and 48 kHz; everything inside works at
/// [`SampleRate::WORKING`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SampleRate(NonZeroU32);

impl SampleRate {
    /// 8 kHz, the telephone.
    pub const HZ_8000: Self = Self::constant(8_000);
    /// 16 kHz, wideband.
    pub const HZ_16000: Self = Self::constant(16_000);
    /// 48 kHz, sound cards and WebRTC.
    pub const HZ_48000: Self = Self::constant(48_000);
    /// What voice activity, prosody and Whisper work at.
    pub const WORKING: Self = Self::HZ_16000;

    const fn constant(hz: u32) -> Self {
        match NonZeroU32::new(hz) {
            Some(hz) => Self(hz),
            None => panic!("a sample rate is not zero"),
        }
    }

    /// `None` for zero.
    pub const fn new(hz: u32) -> Option<Self> {
        match NonZeroU32::new(hz) {
            Some(hz) => Some(Self(hz)),
            None => None,
        }
    }

    /// In hertz.
    pub const fn hz(self) -> u32 {
        self.0.get()
    }

    /// How many samples fit in `length`, rounded to the nearest.
    pub fn samples_in(self, length: Duration) -> u64 {
        let nanos = length.as_nanos() * u128::from(self.hz());
        u64::try_from((nanos + 500_000_000) / 1_000_000_000).unwrap_or(u64::MAX)
    }

    /// How long `samples` last, exact to the nanosecond.
    pub fn length_of(self, samples: u64) -> Duration {
        let nanos = u128::from(samples) * 1_000_000_000 / u128::from(self.hz());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.hz())
    }
}

/// Media time: how far into the call, counted in samples at the source and never by a clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamTime(Duration);

impl StreamTime {
    /// The start of the call.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// `since_start` into the call.
    pub const fn new(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// Milliseconds into the call.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// The time of sample number `samples`.
    pub fn from_samples(samples: u64, rate: SampleRate) -> Self {
        Self(rate.length_of(samples))
    }

    /// As a length since the start of the call.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// The number of the sample nearest to this time.
    pub fn samples(self, rate: SampleRate) -> u64 {
        rate.samples_in(self.0)
    }

    /// In seconds, for display and for models.
    pub fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }

    /// How long after `earlier`; zero if it is not after it.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for StreamTime {
    type Output = Self;
    fn add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(length))
    }
}

impl Sub<Duration> for StreamTime {
    type Output = Self;
    fn sub(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(length))
    }
}

impl fmt::Display for StreamTime {
    /// `1:02.345`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        write!(f, "{}:{:02}.{:03}", millis / 60_000, millis / 1000 % 60, millis % 1000)
    }
}

/// A stretch of media time, `start` inclusive, `end` exclusive, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First moment.
    pub start: StreamTime,
    /// First moment after.
    pub end: StreamTime,
}

impl Span {
    /// From `start` to `end`, or empty at `start` if `end` lies before it.
    pub fn new(start: StreamTime, end: StreamTime) -> Self {
        Self { start, end: end.max(start) }
    }

    /// How long.
    pub fn length(self) -> Duration {
        self.end.saturating_since(self.start)
    }

    /// How long both last at once.
    pub fn overlap(self, other: Self) -> Duration {
        self.end.min(other.end).saturating_since(self.start.max(other.start))
    }
}

/// Level relative to a full-scale square wave, in decibels; at most 0 for samples in [-1, 1].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Dbfs(pub f32);

impl Dbfs {
    /// What digital silence counts as.
    pub const FLOOR: Self = Self(-100.0);

    /// The level of a root mean square.
    pub fn of_rms(rms: f32) -> Self {
        Self((20.0 * rms.max(1e-5).log10()).max(Self::FLOOR.0))
    }
}

/// A probability that something is so, in [0, 1].
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Confidence(f32);

impl Confidence {
    /// Clamped to [0, 1]; not-a-number counts as 0.
    pub fn new(p: f32) -> Self {
        Self(if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) })
    }

    /// In [0, 1].
    pub fn get(self) -> f32 {
        self.0
    }
}

/// A side of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Who called.
    Caller,
    /// Who takes the call.
    Agent,
    /// A channel that carries both, or nobody knows whom. It has words, but no caller audio and so
    /// no reading.
    Mixed,
}

impl Side {
    /// The two people, caller first.
    pub const BOTH: [Self; 2] = [Self::Caller, Self::Agent];

    /// `caller`, `agent` or `mixed`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Agent => "agent",
            Self::Mixed => "mixed",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
