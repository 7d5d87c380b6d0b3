//! What the end-to-end tests share: a server on a free port, the bundled call, streams with every
//! fault that a line can have, and the programs as processes.

pub mod feed;
pub mod process;
pub mod proxy;
pub mod server;
pub mod watch;
pub mod web;

use std::path::{Path, PathBuf};

use attune_audio::units::{SampleRate, Side};
use attune_audio::wav;
use attune_models::replay::Track;

/// A two-sided recording, caller left.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Of both sides.
    pub rate: SampleRate,
    /// Caller and agent.
    pub sides: [Vec<f32>; 2],
}

/// The folder of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where the bundled call lies.
pub fn demo_path() -> PathBuf {
    repository().join("tests/data/demo/call.wav")
}

/// Where the bundled German call lies.
pub fn german_demo_path() -> PathBuf {
    repository().join("tests/data/demo/call-de.wav")
}

impl Recording {
    /// The bundled call.
    ///
    /// # Panics
    /// If it is not there.
    pub fn demo() -> Self {
        Self::read(&demo_path())
    }

    /// A recording with two sides.
    ///
    /// # Panics
    /// If it is not there, or has not.
    pub fn read(path: &Path) -> Self {
        let recording = wav::read(path).expect("a recording");
        let sides = recording.channels.try_into().expect("two channels");
        Self { rate: recording.rate, sides }
    }

    /// What the telephone makes of it: 8-bit mu-law, which a stream carries without loss.
    #[must_use]
    pub fn over_the_line(mut self) -> Self {
        let codec = attune_audio::codec::Encoding::Mulaw;
        for side in &mut self.sides {
            *side = codec.decode(&codec.encode(side)).expect("a byte a sample");
        }
        self
    }

    /// The stretch from `start` to `end`, in seconds.
    #[must_use]
    pub fn between(mut self, start: u32, end: u32) -> Self {
        let hz = self.rate.hz();
        let (start, end) = ((start * hz) as usize, (end * hz) as usize);
        for side in &mut self.sides {
            *side = side.get(start..end.min(side.len())).unwrap_or_default().to_vec();
        }
        self
    }

    /// As a replay takes it.
    pub fn tracks(&self) -> Vec<Track<'_>> {
        let track = |(side, samples)| Track { side, rate: self.rate, samples };
        Side::BOTH.into_iter().zip(self.sides.iter().map(Vec::as_slice)).map(track).collect()
    }
}
