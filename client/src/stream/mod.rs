//! `attune stream`: a recording as if it were a live call.

pub(crate) mod outbox;
pub(crate) mod progress;
mod recording;
pub(crate) mod source;
pub(crate) mod uplink;

use std::time::Duration;

use attune_audio::units::SampleRate;
use attune_proto::v1::{ChannelMapping, StreamConfig};

use self::progress::Progress;
use self::recording::Material;
use self::source::FileSource;
use self::uplink::Uplink;
use crate::args::{CallArgs, Global, StreamArgs};
use crate::connect::Link;
use crate::error::Error;
use crate::print;
use crate::words::{Words, fill};

/// Sends the recording and prints the name of the call.
///
/// # Errors
/// Whatever keeps the call from its end.
pub(crate) async fn run(
    global: &Global,
    args: StreamArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let material = Material::read(&args, words)?;
    let link = Link::open(global).await?;
    let length = material.length();
    print::note(&fill(
        words.sending,
        &[
            &material.description,
            &crate::time::clock(length),
            &material.rate.hz(),
            &args.call.encoding.api().as_str_name(),
            &args.speed,
        ],
    ));
    let packet = Duration::from_millis(args.call.chunk_ms);
    let source = FileSource::new(&material, args.call.encoding, packet, args.speed);
    let config = config(&args.call, material.rate, material.mapping());
    let progress = Progress::new(Some(length), words);
    let call_id = Uplink::new(link, config, source, progress, words).run().await?;
    print::line(&call_id)
}

/// The first message of a call.
pub(crate) fn config(
    call: &CallArgs,
    rate: SampleRate,
    channels: Vec<ChannelMapping>,
) -> StreamConfig {
    StreamConfig {
        call_id: call.call_id.clone().unwrap_or_default(),
        encoding: call.encoding.api().into(),
        // The line's rates are far below the limit.
        sample_rate_hertz: i32::try_from(rate.hz()).unwrap_or_default(),
        channels,
        language_code: call.language.clone().unwrap_or_default(),
        project: call.project.clone().unwrap_or_default(),
        agent_id: call.agent.clone().unwrap_or_default(),
        caller_key: call.caller_key.clone().unwrap_or_default(),
        remember: call.remember,
        ..StreamConfig::default()
    }
}
