//! What the calls say: one recording, turned round like a belt, so that no two calls speak at the
//! same moment.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::segment::{AudioChunk, SegmentConfig, SideEvent, SideStream};
use attune_audio::units::{SampleRate, Side, StreamTime};
use attune_audio::vad::BuiltinDetector;
use attune_audio::wav;

/// A two-sided recording.
pub(crate) struct Speech {
    rate: SampleRate,
    caller: Vec<f32>,
    agent: Vec<f32>,
}

/// One call's audio, coded as the telephone does.
pub(crate) struct CallAudio {
    pub(crate) rate: SampleRate,
    /// Mu-law, one byte a sample, caller and agent.
    pub(crate) sides: [Vec<u8>; 2],
    /// How many utterances our own ears find in it.
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
        let heard = |bytes: &[u8], side| self.utterances_in(bytes, side);
        let utterances = heard(&sides[0], Side::Caller) + heard(&sides[1], Side::Agent);
        CallAudio { rate: self.rate, sides, utterances }
    }

    fn utterances_in(&self, bytes: &[u8], side: Side) -> u32 {
        let Ok(samples) = Encoding::Mulaw.decode(bytes) else { return 0 };
        let detector = Box::new(BuiltinDetector::default());
        let Ok(mut stream) = SideStream::new(side, self.rate, SegmentConfig::default(), detector)
        else {
            return 0;
        };
        stream.push(AudioChunk { start: StreamTime::ZERO, sequence: None, samples });
        stream.finish();
        let mut count = 0;
        while let Some(event) = stream.poll() {
            count += u32::from(matches!(event, SideEvent::Utterance(..)));
        }
        count
    }
}
