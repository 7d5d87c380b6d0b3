//! Streams that no platform should send: each gets an error that says what is wrong, and the server
//! goes on.

use std::time::Duration;

use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{
    AudioChunk, AudioEncoding, ChannelMapping, Side, StreamCallRequest, StreamConfig,
};
use harness::Recording;
use harness::feed::{self, Stream};
use harness::server::TestServer;
use tonic::{Code, Status};

/// What the server says to these messages in a row.
async fn refusal(server: &TestServer, messages: Vec<Payload>) -> Status {
    let requests: Vec<StreamCallRequest> =
        messages.into_iter().map(|payload| StreamCallRequest { payload: Some(payload) }).collect();
    let reply = server.ingestion().await.stream_call(tokio_stream::iter(requests)).await;
    let mut replies = match reply {
        Err(status) => return status,
        Ok(reply) => reply.into_inner(),
    };
    loop {
        match replies.message().await {
            Err(status) => return status,
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream was taken"),
        }
    }
}

fn config(change: impl FnOnce(&mut StreamConfig)) -> Payload {
    let mut config = feed::config("c1");
    change(&mut config);
    Payload::Config(config)
}

fn audio(content: Vec<u8>) -> Payload {
    Payload::Audio(AudioChunk {
        content,
        start_offset: Some(prost_types::Duration::default()),
        channel_tag: 1,
        sequence: 1,
    })
}

/// What is wrong, and words the message must have.
type Case = (&'static str, Vec<Payload>, &'static [&'static str]);

fn cases() -> Vec<Case> {
    let ok = || config(|_| {});
    let linear = || config(|config| config.encoding = AudioEncoding::Linear16.into());
    let far = |seconds| {
        Payload::Audio(AudioChunk {
            content: vec![0xff; 160],
            start_offset: Some(prost_types::Duration { seconds, nanos: 0 }),
            channel_tag: 1,
            sequence: 2,
        })
    };
    let channel = |channel_tag, side: Side| ChannelMapping { channel_tag, side: side.into() };
    vec![
        ("audio before config", vec![audio(vec![0xff; 160])], &["config"]),
        ("a second config", vec![ok(), ok()], &["config"]),
        ("a rate of 11025 Hz", vec![config(|c| c.sample_rate_hertz = 11025)], &["11025", "8000"]),
        ("no encoding", vec![config(|c| c.encoding = 0)], &["encoding"]),
        ("an odd byte count", vec![linear(), audio(vec![0; 321])], &["even", "321"]),
        ("a chunk of 100 KB", vec![ok(), audio(vec![0xff; 100_000])], &["65536"]),
        (
            "an unknown channel",
            vec![config(|c| c.channels.truncate(1)), {
                Payload::Audio(AudioChunk {
                    channel_tag: 7,
                    content: vec![0xff; 160],
                    ..AudioChunk::default()
                })
            }],
            &["channel", "7"],
        ),
        ("a negative offset", vec![ok(), far(-3)], &["offset"]),
        ("a chunk two hours ahead", vec![ok(), far(7200)], &["120:00", "offset"]),
        (
            "two callers",
            vec![config(|c| {
                c.channels = vec![channel(1, Side::Caller), channel(2, Side::Caller)];
            })],
            &["caller"],
        ),
        (
            "a language nobody reads",
            vec![config(|c| c.language_code = "tlh".into())],
            &["language_code", "en, de"],
        ),
        ("a call id with a blank", vec![config(|c| c.call_id = "a b".into())], &["call_id"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn is_refused_with_words_that_help() {
    let server = TestServer::scripted().await;
    for (what, messages, words) in cases() {
        // Each in a call of its own: a refused stream leaves its call to be resumed.
        let named = messages.into_iter().map(|message| match message {
            Payload::Config(mut config) if config.call_id == "c1" => {
                config.call_id = what.replace(' ', "-");
                Payload::Config(config)
            }
            other => other,
        });
        let status = refusal(&server, named.collect()).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        for word in words {
            let message = status.message().to_lowercase();
            assert!(message.contains(&word.to_lowercase()), "{what}: {message:?} lacks {word:?}");
        }
    }
    still_works(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_ten_megabytes_is_refused() {
    let server = TestServer::scripted().await;
    let status = refusal(&server, vec![config(|_| {}), audio(vec![0xff; 10 << 20])]).await;
    let refused =
        matches!(status.code(), Code::OutOfRange | Code::ResourceExhausted | Code::InvalidArgument);
    assert!(refused, "{status:?}");
    assert!(!status.message().is_empty());
    still_works(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_on_the_port_harms_nobody() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = TestServer::scripted().await;
    for garbage in
        [&b"GET / HTTP/1.0\r\n\r\n"[..], &[0xff; 4096], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00"]
    {
        let mut socket =
            tokio::net::TcpStream::connect(server.running.address()).await.expect("it listens");
        socket.write_all(garbage).await.expect("it takes it");
        let mut answer = [0; 256];
        let reading = tokio::time::timeout(Duration::from_secs(1), socket.read(&mut answer));
        // Whatever it answers, if anything.
        let _ = reading.await;
    }
    still_works(&server).await;
}

/// A call goes through as if nothing had happened.
async fn still_works(server: &TestServer) {
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("sound")).await.expect("a call");
    let chunks = feed::chunks(&Recording::demo().between(0, 5), Duration::from_millis(100));
    stream.play(&chunks, Some(40)).await;
    assert!(stream.hang_up().await.expect("a good end"));
}
