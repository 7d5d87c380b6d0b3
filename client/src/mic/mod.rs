//! `attune mic`: the microphone as one side of a call.

#[cfg(feature = "mic")]
mod capture;
#[cfg(any(feature = "mic", test))]
mod cutter;

use crate::args::{Global, MicArgs};
use crate::error::Error;
use crate::words::Words;

/// Sends the microphone until Ctrl-C and prints the name of the call.
///
/// # Errors
/// Whatever the sound card or the server says.
#[cfg(feature = "mic")]
pub(crate) async fn run(
    global: &Global,
    args: MicArgs,
    words: &'static Words,
) -> Result<(), Error> {
    use std::time::Duration;

    use attune_proto::v1::{ChannelMapping, Side};

    use crate::args::Role;
    use crate::connect::Link;
    use crate::print;
    use crate::stream::progress::Progress;
    use crate::stream::uplink::Uplink;
    use crate::words::fill;

    let link = Link::open(global).await?;
    let packet = Duration::from_millis(args.call.chunk_ms);
    let microphone = capture::open(args.device.as_deref(), args.call.encoding, packet, words)?;
    let side = match args.role {
        Role::Caller => Side::Caller,
        Role::Agent => Side::Agent,
    };
    let rate = microphone.rate();
    print::note(&fill(words.mic_open, &[&microphone.name, &rate.hz()]));
    let channels = vec![ChannelMapping { channel_tag: 1, side: side.into() }];
    let config = crate::stream::config(&args.call, rate, channels);
    let progress = Progress::new(None, words);
    let call_id = Uplink::new(link, config, microphone, progress, words).run().await?;
    print::line(&call_id)
}

/// Says how to get a microphone.
///
/// # Errors
/// Always: this program was built without one.
#[cfg(not(feature = "mic"))]
pub(crate) async fn run(
    _global: &Global,
    args: MicArgs,
    _words: &'static Words,
) -> Result<(), Error> {
    let MicArgs { role: _, device: _, call: _ } = args;
    Err(Error::Usage(
        "this attune was built without the microphone. On Debian: apt-get install libasound2-dev; \
         then: cargo build --release -p attune-client --features mic"
            .into(),
    ))
}
