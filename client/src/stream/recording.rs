//! A recording as the channels of a call.

use std::time::Duration;

use attune_audio::resample::convert;
use attune_audio::units::SampleRate;
use attune_audio::wav::{self, Recording};
use attune_proto::v1::{ChannelMapping, Side};

use crate::args::{Channel, Mono, StreamArgs};
use crate::error::Error;
use crate::print::note;
use crate::time::seconds;
use crate::words::{Words, fill};

/// What is to be sent.
#[derive(Debug)]
pub(crate) struct Material {
    /// Of every channel.
    pub(crate) rate: SampleRate,
    /// Who is on it, and the samples.
    pub(crate) channels: Vec<(Side, Vec<f32>)>,
    /// Where it came from and who is where, for people.
    pub(crate) description: String,
}

impl Material {
    /// Reads the files of a command line and brings them to one rate of the line.
    ///
    /// # Errors
    /// [`Error::Recording`] for files that cannot be read, [`Error::Usage`] for recordings that
    /// are not one call.
    pub(crate) fn read(args: &StreamArgs, words: &Words) -> Result<Self, Error> {
        let mut recordings = Vec::new();
        for path in &args.files {
            let recording = wav::read(path)?;
            if recording.truncated {
                let there = seconds(length_of(&recording));
                note(&fill(words.truncated_note, &[&path.display(), &there]));
            }
            recordings.push(recording);
        }
        let rate = wire_rate(args, &recordings)?;
        let sides = sides(args, &recordings)?;
        let mut channels = Vec::new();
        for recording in &recordings {
            if recording.rate != rate {
                note(&fill(words.converted_note, &[&recording.rate.hz(), &rate.hz()]));
            }
            for samples in &recording.channels {
                channels.push(if recording.rate == rate {
                    samples.clone()
                } else {
                    convert(samples, recording.rate, rate)
                });
            }
        }
        if sides == [Side::Unspecified] {
            note(words.mixed_note);
        }
        let description = describe(args, &sides, words);
        Ok(Self { rate, channels: sides.into_iter().zip(channels).collect(), description })
    }

    /// Which channel carries whom.
    pub(crate) fn mapping(&self) -> Vec<ChannelMapping> {
        (1..)
            .zip(&self.channels)
            .map(|(channel_tag, (side, _))| ChannelMapping { channel_tag, side: (*side).into() })
            .collect()
    }

    /// Of the longest channel.
    pub(crate) fn length(&self) -> Duration {
        let longest = self.channels.iter().map(|(_, samples)| samples.len()).max().unwrap_or(0);
        self.rate.length_of(longest as u64)
    }
}

fn length_of(recording: &Recording) -> Duration {
    let longest = recording.channels.iter().map(Vec::len).max().unwrap_or(0);
    recording.rate.length_of(longest as u64)
}

/// The rate asked for, else the recording's own if the line takes it, else 16 kHz, or 8 kHz for what
/// was recorded at less: speech lives under 8 kHz.
fn wire_rate(args: &StreamArgs, recordings: &[Recording]) -> Result<SampleRate, Error> {
    if let Some(rate) = &args.rate {
        let rate = rate.parse().ok().and_then(SampleRate::new);
        return rate.ok_or_else(|| Error::Usage("--rate: 8000, 16000 or 48000".into()));
    }
    let own = recordings.iter().map(|recording| recording.rate.hz()).max().unwrap_or(8000);
    Ok(match own {
        8000 => SampleRate::HZ_8000,
        48_000 => SampleRate::HZ_48000,
        hz if hz < 16_000 => SampleRate::HZ_8000,
        _ => SampleRate::HZ_16000,
    })
}

fn sides(args: &StreamArgs, recordings: &[Recording]) -> Result<Vec<Side>, Error> {
    let both = match args.caller {
        Channel::Left => vec![Side::Caller, Side::Agent],
        Channel::Right => vec![Side::Agent, Side::Caller],
    };
    let counts: Vec<usize> = recordings.iter().map(|recording| recording.channels.len()).collect();
    match counts.as_slice() {
        [2] | [1, 1] => Ok(both),
        [1] => Ok(vec![match args.mono {
            Mono::Caller => Side::Caller,
            Mono::Agent => Side::Agent,
            Mono::Mixed => Side::Unspecified,
        }]),
        [many] => Err(Error::Usage(format!(
            "{}: {many} channels; a call has one or two",
            args.files[0].display()
        ))),
        _ => Err(Error::Usage(
            "of two recordings each must have one channel: the left and the right side".into(),
        )),
    }
}

fn describe(args: &StreamArgs, sides: &[Side], words: &Words) -> String {
    let names: Vec<String> = args.files.iter().map(|path| path.display().to_string()).collect();
    let who = match sides {
        [Side::Caller, _] => fill(words.stereo_sides, &[&words.left, &words.right]),
        [Side::Agent, Side::Caller] => fill(words.stereo_sides, &[&words.right, &words.left]),
        [Side::Caller] => words.caller.to_owned(),
        [Side::Agent] => words.agent.to_owned(),
        _ => words.one_mixed.to_owned(),
    };
    format!("{} ({who})", names.join(" + "))
}

#[cfg(test)]
mod tests {
    use attune_audio::units::SampleRate;
    use attune_audio::wav::Recording;
    use attune_proto::v1::Side;
    use clap::Parser;

    use super::{Material, sides, wire_rate};
    use crate::args::{Cli, Command, StreamArgs};
    use crate::error::Error;
    use crate::words::Lang;

    fn args(line: &str) -> StreamArgs {
        let cli = Cli::try_parse_from(format!("attune stream {line}").split(' ')).expect(line);
        match cli.command {
            Command::Stream(args) => args,
            other => panic!("{other:?}"),
        }
    }

    fn recording(hz: u32, channels: usize) -> Recording {
        let rate = SampleRate::new(hz).expect("not zero");
        Recording { rate, channels: vec![vec![0.0; 100]; channels], truncated: false }
    }

    #[test]
    fn who_is_on_which_channel() {
        let of = |line: &str, recordings: &[Recording]| sides(&args(line), recordings);
        let stereo = [recording(8000, 2)];
        assert_eq!(of("a.wav", &stereo).expect("two"), [Side::Caller, Side::Agent]);
        assert_eq!(of("a.wav --caller right", &stereo).expect("two"), [Side::Agent, Side::Caller]);
        let mono = [recording(8000, 1)];
        assert_eq!(of("a.wav", &mono).expect("one"), [Side::Unspecified]);
        assert_eq!(of("a.wav --mono caller", &mono).expect("one"), [Side::Caller]);
        let two = [recording(8000, 1), recording(8000, 1)];
        assert_eq!(of("a.wav b.wav", &two).expect("two"), [Side::Caller, Side::Agent]);
        assert!(matches!(of("a.wav", &[recording(8000, 6)]), Err(Error::Usage(_))));
        let wrong = [recording(8000, 2), recording(8000, 1)];
        assert!(matches!(of("a.wav b.wav", &wrong), Err(Error::Usage(_))));
    }

    #[test]
    fn the_rate_on_the_wire() {
        let of = |line: &str, hz| wire_rate(&args(line), &[recording(hz, 1)]).expect("a rate").hz();
        assert_eq!(of("a.wav", 8000), 8000);
        assert_eq!(of("a.wav", 11_025), 8000);
        assert_eq!(of("a.wav", 44_100), 16_000);
        assert_eq!(of("a.wav", 48_000), 48_000);
        assert_eq!(of("a.wav --rate 8000", 48_000), 8000);
    }

    #[test]
    fn no_such_file_is_said_with_its_name() {
        let error = Material::read(&args("no-such.wav"), Lang::En.words()).expect_err("missing");
        assert!(error.to_string().contains("no-such.wav"), "{error}");
    }
}
