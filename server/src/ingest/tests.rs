#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{self, CallState, EndReason};
use tonic::Code;

use crate::app::Limits;
use crate::testing::{Phone, Setup, assert_whole, audio, config, millis, refusal, texts, within};

fn end_reason(events: &[v1::CallEvent]) -> EndReason {
    match &events.last().unwrap().body {
        Some(Body::Ended(ended)) => ended.reason(),
        other => panic!("the last event is {other:?}"),
    }
}

/// Milliseconds of the first channel.
fn received(response: &v1::StreamCallResponse) -> u128 {
    millis_of(&response.cursors[0])
}

fn millis_of(cursor: &v1::Cursor) -> u128 {
    Duration::try_from(cursor.received.unwrap()).unwrap().as_millis()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_heard_acknowledged_transcribed_and_stored() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("happy")).await;
    let first = phone.until(|_| true).await;
    assert_eq!(first.call_id, "happy");
    assert!(first.resume_token.len() >= 16 && !first.completed);

    phone.say(1, 1000).await;
    phone.quiet(800).await;
    phone.say(2, 600).await;
    phone.quiet(800).await;
    let heard_all = |response: &v1::StreamCallResponse| {
        response.cursors.iter().all(|cursor| cursor.received == Some(millis(3200)))
    };
    phone.hang_up().await;
    let last = phone.until(|response| response.completed).await;
    assert!(heard_all(&last), "{:?}", last.cursors);
    assert!(last.cursors.iter().all(|cursor| cursor.r#final == Some(millis(3200))));
    assert!(phone.next().await.unwrap().is_none());

    let events = bench.events("happy").await;
    assert_whole(&events);
    assert_eq!(texts(&events).len(), 2);
    assert_eq!(end_reason(&events), EndReason::HangUp);
    let call = bench.until("happy", |_| true).await;
    assert_eq!((call.state(), call.last_sequence), (CallState::Ended, events.len() as u64));
    assert_eq!(call.duration, Some(millis(3200)));
    assert!(call.snapshot.is_some() && call.end_time.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_is_served_all_the_same() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("deaf")).await;
    phone.chunk = 20;
    phone.say(1, 1000).await;
    phone.quiet(40_000).await;
    // The sending side closes: that is a hang-up too.
    phone.requests = None;
    assert!(phone.rest().await.unwrap());
    assert_eq!(texts(&bench.events("deaf").await).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_before_the_config_or_is_no_config_is_refused() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::dial(&bench, Payload::Audio(audio(1, 0, 20, false))).await;
    assert_eq!(phone.refusal().await, (Code::InvalidArgument, "CONFIG_MISSING".into()));

    let wrong = |change: fn(&mut v1::StreamConfig)| {
        let mut config = config("wrong");
        change(&mut config);
        config
    };
    let cases: [(v1::StreamConfig, &str); 11] = [
        (wrong(|c| c.encoding = 0), "INVALID_ENCODING"),
        (wrong(|c| c.encoding = 77), "INVALID_ENCODING"),
        (wrong(|c| c.sample_rate_hertz = 44_100), "INVALID_SAMPLE_RATE"),
        (wrong(|c| c.channels[1].side = v1::Side::Caller.into()), "INVALID_CHANNELS"),
        (wrong(|c| c.channels[1].channel_tag = 1), "INVALID_CHANNELS"),
        (wrong(|c| c.channels[1].channel_tag = 0), "INVALID_CHANNELS"),
        (wrong(|c| c.channels.push(c.channels[0])), "INVALID_CHANNELS"),
        (wrong(|c| c.call_id = "no spaces".into()), "INVALID_NAME"),
        (wrong(|c| c.call_id = "x".repeat(129)), "INVALID_NAME"),
        (wrong(|c| c.language_code = "tlh".into()), "INVALID_LANGUAGE"),
        (wrong(|c| c.language_code = "it".into()), "INVALID_LANGUAGE"),
    ];
    for (config, reason) in cases {
        let mut phone = Phone::call(&bench, config).await;
        assert_eq!(phone.refusal().await, (Code::InvalidArgument, reason.into()));
    }
    // The model knows English alone: nothing else can be understood, nor be told from it.
    for code in ["de-AT", "detect"] {
        let other = v1::StreamConfig { language_code: code.into(), ..config("other") };
        let mut phone = Phone::call(&bench, other).await;
        assert_eq!(phone.refusal().await, (Code::FailedPrecondition, "LANGUAGE_NOT_LOADED".into()));
    }
    assert_eq!(bench.app.stats().calls, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_audio_is_refused_and_what_was_said_before_is_kept() {
    let bench = Setup {
        limits: Limits { resume_window: Duration::from_millis(50), ..Limits::default() },
        ..Setup::default()
    }
    .start()
    .await;
    let odd = v1::AudioChunk { content: vec![0; 161], ..audio(1, 2000, 20, false) };
    let large = v1::AudioChunk { content: vec![0; 65_538], ..audio(1, 2000, 20, false) };
    let unknown = v1::AudioChunk { channel_tag: 3, ..audio(1, 2000, 20, false) };
    let negative = prost_types::Duration { seconds: -1, nanos: 0 };
    let early = v1::AudioChunk { start_offset: Some(negative), ..audio(1, 0, 20, false) };
    let digit = v1::DtmfKey { digit: "12".into(), channel_tag: 1, start_offset: Some(millis(1)) };
    let backwards =
        v1::Silence { start_offset: Some(millis(9)), end_offset: Some(millis(3)), channel_tag: 1 };
    let cases = [
        (Payload::Audio(odd), "INVALID_AUDIO"),
        (Payload::Audio(large), "INVALID_AUDIO"),
        (Payload::Audio(unknown), "UNKNOWN_CHANNEL"),
        (Payload::Audio(early), "INVALID_OFFSET"),
        (Payload::Audio(audio(1, 2 * 3_600_000, 20, false)), "INVALID_OFFSET"),
        (Payload::Silence(backwards), "INVALID_OFFSET"),
        (Payload::Dtmf(digit), "INVALID_DIGIT"),
        (Payload::Config(config("again")), "CONFIG_REPEATED"),
        (Payload::Control(v1::CallControl { action: None }), "EMPTY_MESSAGE"),
    ];
    for (n, (payload, reason)) in cases.into_iter().enumerate() {
        let call_id = format!("bad-{n}");
        let mut phone = Phone::call(&bench, config(&call_id)).await;
        phone.say(1, 1000).await;
        phone.send(payload).await;
        assert_eq!(phone.refusal().await, (Code::InvalidArgument, reason.into()));
        bench.until(&call_id, |call| call.state() == CallState::Ended).await;
        let events = bench.events(&call_id).await;
        assert_whole(&events);
        assert_eq!(texts(&events).len(), 1, "{reason}");
        assert_eq!(end_reason(&events), EndReason::StreamLost);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_ten_megabytes_is_refused_clearly() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("huge")).await;
    let content = vec![0; 10 << 20];
    phone.send(Payload::Audio(v1::AudioChunk { content, ..audio(1, 0, 20, false) })).await;
    assert_eq!(phone.refusal().await, (Code::InvalidArgument, "MESSAGE_TOO_LARGE".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_is_resumed_where_it_broke() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("resumed")).await;
    let token = phone.until(|_| true).await.resume_token;
    phone.say(1, 1500).await;
    phone.until(|response| received(response) >= 1000).await;
    phone.die().await;
    bench.until("resumed", |call| call.state() == CallState::Interrupted).await;

    // Without the token, with a wrong one, and in another format: no.
    let mut stranger = Phone::call(&bench, config("resumed")).await;
    assert_eq!(stranger.refusal().await, (Code::AlreadyExists, "CALL_EXISTS".into()));
    let with_token =
        |token: &str| v1::StreamConfig { resume_token: token.to_owned(), ..config("resumed") };
    let mut stranger = Phone::call(&bench, with_token("0123456789abcdef")).await;
    assert_eq!(stranger.refusal().await, (Code::OutOfRange, "RESUME_WINDOW_EXPIRED".into()));
    let mut other = with_token(&token);
    other.sample_rate_hertz = 16_000;
    let mut stranger = Phone::call(&bench, other).await;
    assert_eq!(stranger.refusal().await, (Code::InvalidArgument, "RESUME_MISMATCH".into()));

    let mut phone = Phone::call(&bench, with_token(&token)).await;
    let first = phone.until(|_| true).await;
    assert_eq!(first.resume_token, token);
    // One side may be a chunk ahead of the other.
    let both = first.cursors.iter().map(millis_of).min().unwrap();
    phone.at = u64::try_from(both).unwrap();
    assert!((980..=1500).contains(&phone.at), "{}", phone.at);
    bench.until("resumed", |call| call.state() == CallState::Live).await;
    phone.say(1, 2000 - phone.at).await;
    phone.quiet(500).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());

    let events = bench.events("resumed").await;
    assert_whole(&events);
    assert!(!events.iter().any(|event| matches!(event.body, Some(Body::Gap(_)))));
    // One utterance of two seconds: the break is not heard.
    assert_eq!(texts(&events).len(), 1);
    let Some(Body::Transcript(transcript)) =
        &events.iter().find(|event| matches!(event.body, Some(Body::Transcript(_)))).unwrap().body
    else {
        panic!("no transcript")
    };
    assert_eq!(transcript.start_offset, Some(millis(0)));
    assert_eq!(transcript.end_offset, Some(millis(2000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_stream_with_the_token_supersedes_the_first() {
    let bench = Setup::default().start().await;
    let mut old = Phone::call(&bench, config("taken")).await;
    let resume_token = old.until(|_| true).await.resume_token;
    old.say(1, 500).await;
    let mut new = Phone::call(&bench, v1::StreamConfig { resume_token, ..config("taken") }).await;
    new.until(|_| true).await;
    assert_eq!(old.refusal().await, (Code::Aborted, "SESSION_SUPERSEDED".into()));
    new.at = 500;
    new.say(1, 500).await;
    new.hang_up().await;
    assert!(new.rest().await.unwrap());
    assert_whole(&bench.events("taken").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_not_resumed_ends_with_all_that_was_said() {
    let limits = Limits { resume_window: Duration::from_millis(100), ..Limits::default() };
    let bench = Setup { limits, ..Setup::default() }.start().await;
    let mut phone = Phone::call(&bench, config("lost")).await;
    let resume_token = phone.until(|_| true).await.resume_token;
    // In the middle of a word.
    phone.say(1, 800).await;
    phone.until(|response| received(response) >= 500).await;
    phone.die().await;
    bench.until("lost", |call| call.state() == CallState::Ended).await;
    let events = bench.events("lost").await;
    assert_whole(&events);
    assert_eq!(texts(&events).len(), 1);
    assert_eq!(end_reason(&events), EndReason::StreamLost);

    let late = v1::StreamConfig { resume_token, ..config("lost") };
    let mut phone = Phone::call(&bench, late).await;
    assert_eq!(phone.refusal().await, (Code::OutOfRange, "RESUME_WINDOW_EXPIRED".into()));
    let mut phone = Phone::call(&bench, config("lost")).await;
    assert_eq!(phone.refusal().await, (Code::AlreadyExists, "CALL_EXISTS".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_in_mid_word_loses_no_word() {
    let model = ScriptedModel::of_length().taking(Duration::from_millis(200));
    let bench = Setup { model, ..Setup::default() }.start().await;
    let mut phone = Phone::call(&bench, config("mid-word")).await;
    phone.say(1, 700).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let events = bench.events("mid-word").await;
    assert_whole(&events);
    assert_eq!(texts(&events).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_recogniser_loses_no_utterance() {
    let bench = Setup { model: ScriptedModel::failing(), ..Setup::default() }.start().await;
    bench.talk("wordless", 3).await;
    let events = bench.events("wordless").await;
    assert_whole(&events);
    assert_eq!(texts(&events), ["", "", ""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_audio_becomes_a_gap() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("gap")).await;
    phone.quiet(1000).await;
    phone.at += 2000;
    phone.quiet(1500).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let events = bench.events("gap").await;
    let gaps: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.body {
            Some(Body::Gap(gap)) => Some((gap.side(), gap.start_offset, gap.end_offset)),
            _ => None,
        })
        .collect();
    let (start, end) = (Some(millis(1000)), Some(millis(3000)));
    assert_eq!(gaps, [(v1::Side::Caller, start, end), (v1::Side::Agent, start, end)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_too_many_is_told_to_come_back() {
    let limits = Limits { max_calls: 1, ..Limits::default() };
    let bench = Setup { limits, ..Setup::default() }.start().await;
    let mut first = Phone::call(&bench, config("one")).await;
    first.until(|_| true).await;
    let mut second = Phone::call(&bench, config("two")).await;
    let status = second.rest().await.unwrap_err();
    assert_eq!(refusal(&status), (Code::ResourceExhausted, "TOO_MANY_CALLS".into()));
    let retry = tonic_types::StatusExt::get_details_retry_info(&status).unwrap();
    assert!(retry.retry_delay.is_some());
    first.hang_up().await;
    assert!(first.rest().await.unwrap());
    bench.talk("two", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_refuses_new_calls_waits_and_then_cuts() {
    let bench = Setup::default().start().await;
    let mut lasting = Phone::call(&bench, config("lasting")).await;
    lasting.say(1, 900).await;
    let mut ending = Phone::call(&bench, config("ending")).await;
    ending.until(|_| true).await;
    lasting.until(|response| received(response) >= 500).await;

    let app = std::sync::Arc::clone(&bench.app);
    let drain = tokio::spawn(async move { app.drain(Duration::from_millis(500)).await });
    within(async {
        while !bench.app.is_draining() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut refused = Phone::call(&bench, config("refused")).await;
    assert_eq!(refused.refusal().await, (Code::Unavailable, "NODE_DRAINING".into()));
    ending.hang_up().await;
    assert!(ending.rest().await.unwrap());

    let cut = lasting.until(|response| response.completed).await;
    assert_eq!(cut.call_id, "lasting");
    assert_eq!(lasting.refusal().await, (Code::Unavailable, "NODE_DRAINING".into()));
    let drained = within(drain).await.unwrap();
    assert_eq!((drained.finished, drained.cut), (1, 1));
    let events = bench.events("lasting").await;
    assert_whole(&events);
    assert_eq!(texts(&events).len(), 1);
    assert_eq!(end_reason(&events), EndReason::Drained);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_one_call_and_no_other() {
    struct Bomb;
    impl attune_audio::vad::SpeechDetector for Bomb {
        fn speech_probability(&mut self, frame: &[f32]) -> f32 {
            assert!(frame.iter().all(|sample| sample.abs() < 0.1), "scripted to panic");
            0.0
        }
        fn reset(&mut self) {}
    }
    let bench = Setup { detector: || Box::new(Bomb), ..Setup::default() }.start().await;
    let mut other = Phone::call(&bench, config("other")).await;
    other.quiet(500).await;
    let mut phone = Phone::call(&bench, config("bomb")).await;
    phone.quiet(500).await;
    phone.say(1, 500).await;
    assert_eq!(phone.refusal().await, (Code::Internal, "INTERNAL".into()));
    let events = bench.events("bomb").await;
    assert_whole(&events);
    assert_eq!(end_reason(&events), EndReason::Failed);
    other.quiet(500).await;
    other.hang_up().await;
    assert!(other.rest().await.unwrap());
    assert_eq!(bench.app.stats().calls, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_ahead_of_real_time_is_slowed_down_and_loses_nothing() {
    let model = ScriptedModel::of_length().taking(Duration::from_millis(40));
    let bench = Setup { model, ..Setup::default() }.start().await;
    let mut phone = Phone::call(&bench, config("fast")).await;
    for _ in 0..50 {
        phone.say(1, 300).await;
        phone.quiet(700).await;
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let events = bench.events("fast").await;
    assert_whole(&events);
    assert_eq!(texts(&events).len(), 50);
    assert!(!events.iter().any(|event| matches!(event.body, Some(Body::Gap(_)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_name_gets_one() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("")).await;
    let call_id = phone.until(|_| true).await.call_id;
    assert!(call_id.starts_with("c-") && call_id.len() > 20, "{call_id}");
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    assert_whole(&bench.events(&call_id).await);
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_private_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("attune_server=trace,attune_models=trace,attune_audio=trace")
        .with_writer(move || writer.clone())
        .finish();
    // For the whole of the test program: threads of their own log too.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let model = ScriptedModel::in_order(vec!["my password is swordfish and i am furious"; 9]);
    let limits = Limits { resume_window: Duration::from_millis(50), ..Limits::default() };
    let bench = Setup { model, limits, ..Setup::default() }.start().await;
    let mut config = config("private");
    config.caller_key = "+49 170 5550123".into();
    let mut phone = Phone::call(&bench, config.clone()).await;
    let resume_token = phone.until(|_| true).await.resume_token;
    phone.say(1, 2000).await;
    phone.quiet(700).await;
    let mut second =
        Phone::call(&bench, v1::StreamConfig { resume_token: "guess".into(), ..config }).await;
    second.refusal().await;
    phone
        .send(Payload::Audio(v1::AudioChunk { content: vec![1], ..audio(1, 3000, 20, false) }))
        .await;
    phone.refusal().await;
    bench.until("private", |call| call.state() == CallState::Ended).await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("private"), "the call is named: {logged}");
    for private in ["swordfish", "furious", "5550123", resume_token.as_str(), "guess"] {
        assert!(!logged.contains(private), "{logged}");
    }
}
