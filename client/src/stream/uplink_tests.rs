//! A call over a connection that breaks, against a server that keeps only what it acknowledged.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use attune_audio::units::SampleRate;
use attune_proto::v1::ingestion_server::{Ingestion, IngestionServer};
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{
    AudioChunk, Cursor, Side, StreamCallRequest, StreamCallResponse, StreamConfig,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Request, Response, Status, Streaming};

use super::super::recording::Material;
use super::super::source::FileSource;
use super::{Progress, Uplink};
use crate::args::{Global, Wire};
use crate::connect::Link;
use crate::error::Error;
use crate::time::from_proto;
use crate::words::Lang;

/// What the server knows.
#[derive(Debug, Default)]
struct Heard {
    /// Resume token of every stream, as it came.
    tokens: Vec<String>,
    /// By channel and sequence number.
    chunks: BTreeMap<(i32, i64), AudioChunk>,
}

/// Breaks the first streams after some chunks; acknowledges only a part of them before.
#[derive(Debug, Clone)]
struct Breaking {
    heard: Arc<Mutex<Heard>>,
    /// With which status each stream ends; those after that hold.
    ends: Vec<Status>,
}

#[tonic::async_trait]
impl Ingestion for Breaking {
    type StreamCallStream = ReceiverStream<Result<StreamCallResponse, Status>>;

    async fn stream_call(
        &self,
        request: Request<Streaming<StreamCallRequest>>,
    ) -> Result<Response<Self::StreamCallStream>, Status> {
        let (sender, receiver) = mpsc::channel(8);
        let (this, inbound) = (self.clone(), request.into_inner());
        tokio::spawn(async move { this.converse(inbound, sender).await });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }
}

impl Breaking {
    async fn converse(
        self,
        mut inbound: Streaming<StreamCallRequest>,
        sender: mpsc::Sender<Result<StreamCallResponse, Status>>,
    ) {
        let mut number = 0;
        let mut chunks = 0;
        while let Ok(Some(message)) = inbound.message().await {
            let reply = match message.payload {
                Some(Payload::Config(config)) => {
                    let mut heard = self.heard.lock().expect("lock");
                    number = heard.tokens.len();
                    heard.tokens.push(config.resume_token);
                    let resume_token = format!("t{number}");
                    StreamCallResponse { call_id: "c9".into(), resume_token, ..Default::default() }
                }
                Some(Payload::Audio(chunk)) => {
                    chunks += 1;
                    if chunks == 12 && number < self.ends.len() {
                        // Chunks 9 to 12 are lost with the connection.
                        let _ = sender.send(Err(self.ends[number].clone())).await;
                        return;
                    }
                    if chunks > 8 && number < self.ends.len() {
                        continue;
                    }
                    let end = from_proto(chunk.start_offset.as_ref()) + Duration::from_millis(20);
                    let cursor = Cursor {
                        channel_tag: chunk.channel_tag,
                        received: Some(crate::time::to_proto(end)),
                        ..Cursor::default()
                    };
                    let key = (chunk.channel_tag, chunk.sequence);
                    self.heard.lock().expect("lock").chunks.insert(key, chunk);
                    StreamCallResponse { cursors: vec![cursor], ..Default::default() }
                }
                _ => StreamCallResponse { completed: true, ..Default::default() },
            };
            if sender.send(Ok(reply)).await.is_err() {
                return;
            }
        }
    }
}

async fn send(ends: Vec<Status>) -> (Result<String, Error>, Heard, Vec<f32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = Breaking { heard: Arc::default(), ends };
    let heard = Arc::clone(&server.heard);
    let serving = tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(IngestionServer::new(server))
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let server = format!("http://{address}");
    let global = Global { server, token: None, ca: None, lang: None };
    let link = Link::open(&global).await.expect("connects");

    let samples: Vec<f32> = (0..8000_u16).map(|n| f32::from(n % 100) / 200.0).collect();
    let channels = vec![(Side::Caller, samples.clone()), (Side::Agent, samples.clone())];
    let rate = SampleRate::HZ_8000;
    let material = Material { rate, channels, description: String::new() };
    let source = FileSource::new(&material, Wire::Linear16, Duration::from_millis(20), 10.0);
    let words = Lang::En.words();
    let progress = Progress::new(Some(material.length()), words);
    let config = StreamConfig::default();
    let result = Uplink::new(link, config, source, progress, words).run().await;
    serving.abort();
    let heard = std::mem::take(&mut *heard.lock().expect("lock"));
    (result, heard, samples)
}

#[tokio::test]
async fn a_call_survives_broken_streams_without_a_hole() {
    let broken = || Status::unavailable("restarting");
    let (result, heard, samples) = send(vec![broken(), broken()]).await;
    assert_eq!(result.expect("completes"), "c9");
    assert_eq!(heard.tokens, ["", "t0", "t1"]);
    for channel in [1, 2] {
        let mut bytes: Vec<u8> = Vec::new();
        for number in 1..=50 {
            let chunk = heard.chunks.get(&(channel, number));
            bytes.extend(&chunk.unwrap_or_else(|| panic!("{channel}/{number} is missing")).content);
        }
        assert_eq!(bytes, Wire::Linear16.codec().encode(&samples));
    }
    assert_eq!(heard.chunks.len(), 100);
}

#[tokio::test]
async fn an_answer_is_not_tried_again() {
    let (result, heard, _) = send(vec![Status::aborted("SESSION_SUPERSEDED")]).await;
    let error = result.expect_err("superseded");
    assert!(matches!(&error, Error::Refused(_)), "{error}");
    assert!(error.to_string().contains("SESSION_SUPERSEDED"), "{error}");
    assert_eq!(heard.tokens.len(), 1);
}
