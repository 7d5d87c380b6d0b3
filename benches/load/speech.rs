//! What the calls say: one recording, turned round like a belt, so that no two calls speak at the
//! same moment.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::segment::{AudioChunk, SegmentConfig, SideEvent, SideStream};
use attune_audio::units::{SampleRate, Side, StreamTime};
use attune_audio::utterance::Utterance;
use attune_audio::vad::BuiltinDetector;
use attune_audio::wav;

/// A two-sided recording.
#[derive(Clone)]
pub(crate) struct Speech {
    rate: SampleRate,
    caller: Vec<f32>,
    agent: Vec<f32>,
}

/// One call's audio, coded as the telephone does.
#[derive(Clone)]
pub(crate) struct CallAudio {
    pub(crate) rate: SampleRate,
    /// Mu-law, one byte a sample, caller and agent.
    pub(crate) sides: [Vec<u8>; 2],
    /// How many utterances it has at least: long pauses end one, shorter ones may, by what was said.
    pub(crate) utterances: u32,
}

impl Speech {
    pub(crate) fn load(path: &Path) -> Result<Self, Box<dyn Error>> {
        let recording = wav::read(path)?;
        let [caller, agent] =
            <[Vec<f32>; 2]>::try_from(recording.channels).map_err(|channels| {
                format!("{}: two channels wanted, found {}", path.display(), channels.len())
            })?;
        Ok(Self { rate: recording.rate, caller, agent })
    }

    /// Call `number` of `calls`: starts at its own place of the belt and lasts `length`.
    pub(crate) fn shifted(&self, number: u32, calls: u32, length: Duration) -> CallAudio {
        let start = self.caller.len() * number as usize / calls.max(1) as usize;
        let samples = usize::try_from(self.rate.samples_in(length)).unwrap_or(usize::MAX);
        let cut = |side: &[f32]| -> Vec<f32> {
            side.iter().cycle().skip(start).take(samples).copied().collect()
        };
        let (caller, agent) = (cut(&self.caller), cut(&self.agent));
        let code = |side: &[f32]| Encoding::Mulaw.encode(side);
        let sides = [code(&caller), code(&agent)];
        let heard = sides.iter().zip(Side::BOTH).map(|(bytes, side)| self.heard(bytes, side).len());
        let utterances = u32::try_from(heard.sum::<usize>()).unwrap_or(u32::MAX);
        CallAudio { rate: self.rate, sides, utterances }
    }

    /// What both sides say in the whole recording, in turn.
    pub(crate) fn utterances(&self) -> Vec<Utterance> {
        let sides = [(&self.caller, Side::Caller), (&self.agent, Side::Agent)];
        let mut all: Vec<Utterance> = sides
            .into_iter()
            .flat_map(|(samples, side)| self.heard(&Encoding::Mulaw.encode(samples), side))
            .collect();
        all.sort_by_key(|utterance| utterance.span.end);
        all
    }

    fn heard(&self, bytes: &[u8], side: Side) -> Vec<Utterance> {
        let Ok(samples) = Encoding::Mulaw.decode(bytes) else { return Vec::new() };
        let detector = Box::new(BuiltinDetector::default());
        let Ok(mut stream) =
            SideStream::new(side, self.rate, SegmentConfig::by_sound_alone(), detector)
        else {
            return Vec::new();
        };
        stream.push(AudioChunk { start: StreamTime::ZERO, sequence: None, samples });
        stream.finish();
        let utterance = |event| match event {
            SideEvent::Utterance(utterance, _closed) => Some(utterance),
            _ => None,
        };
        std::iter::from_fn(|| stream.poll()).filter_map(utterance).collect()
    }
}
