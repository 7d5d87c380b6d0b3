//! Whoever speaks of dying is heard by a human, in both languages, whatever the playbook holds, and
//! is sold nothing.

use std::time::Duration;

use attune_models::recogniser::Recognition;
use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::{Alert, AlertKind, CallEvent, GetCallRequest, Side, SuggestionClass};
use harness::feed::{self, Stream};
use harness::server::TestServer;
use harness::{Recording, watch};

/// A playbook that would sell at every moment and knows nothing of distress.
const SELLER: &str = r#"
[playbook]
language = "LANG"
name = "Seller"
version = "1"
[[note]]
id = "sell"
class = "offer"
kind = "offer"
when.mood = ["neutral", "satisfied", "grateful"]
when.caller_says = ["new phone", "neues telefon"]
say = "Have a look at our new bundle."
why = "Sells whatever is said"
"#;

/// A call in which every utterance is `text`; gives its events and what the log says of its alerts.
async fn call(language: &str, text: &'static str) -> (Vec<CallEvent>, Vec<Alert>) {
    let playbooks = tempfile::tempdir().expect("a folder");
    for language in ["en", "de"] {
        let file = playbooks.path().join(format!("{language}.toml"));
        std::fs::write(&file, SELLER.replace("LANG", language)).expect("a playbook");
    }
    let model = ScriptedModel::new(move |_, _| Ok(Recognition::certain(text)));
    let folder = Some(playbooks.path().to_owned());
    let server = TestServer::with(|config| config.playbooks = folder, model).await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let config =
        attune_proto::v1::StreamConfig { language_code: language.into(), ..feed::config("c1") };
    let stream = Stream::open(&mut ingestion, config).await.expect("a call");
    let chunks = feed::chunks(&Recording::demo().between(0, 30), Duration::from_millis(100));
    stream.play(&chunks, Some(40)).await;
    stream.hang_up().await.expect("a good end");
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&events);
    let request = GetCallRequest { call_id: "c1".into() };
    let logged = server.calls().await.get_call(request).await.expect("the call").into_inner();
    (events, logged.alerts)
}

fn offers(events: &[CallEvent]) -> usize {
    let offer = |event: &&CallEvent| match &event.body {
        Some(Body::Suggestion(card)) => card.suggestion_class() == SuggestionClass::Offer,
        _ => false,
    };
    events.iter().filter(offer).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_of_dying_is_heard_by_a_human_and_sold_nothing() {
    for (language, text, said) in [
        (
            "en",
            "all is well with the new phone but i dont want to live anymore",
            "dont want to live",
        ),
        (
            "de",
            "alles gut mit dem neuen und neues telefon hin oder her ich will nicht mehr leben",
            "nicht mehr leben",
        ),
    ] {
        let (events, logged) = call(language, text).await;
        let spoken = events.iter().position(
            |event| matches!(&event.body, Some(Body::Transcript(t)) if t.side() == Side::Caller),
        );
        let alert = &events[spoken.expect("the caller spoke") + 1];
        let Some(Body::Alert(alert)) = &alert.body else { panic!("no alert at once: {alert:?}") };
        assert_eq!(alert.kind(), AlertKind::SelfHarm);
        assert!(alert.evidence.contains(said), "{}", alert.evidence);
        assert!(alert.utterance_id.starts_with("caller"), "{}", alert.utterance_id);
        let raised = events.iter().filter(|event| matches!(event.body, Some(Body::Alert(_))));
        assert_eq!(raised.count(), 1, "once a minute");
        assert_eq!(logged, std::slice::from_ref(alert), "on record for the supervisor");
        let before = events.iter().take(spoken.unwrap_or_default()).cloned().collect::<Vec<_>>();
        assert_eq!(offers(&events), offers(&before), "nothing is sold after it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_of_anything_else_raises_nobody_and_may_be_sold_to() {
    let (events, logged) =
        call("en", "my old one died so i would like to order a new phone please").await;
    assert!(offers(&events) > 0);
    assert!(logged.is_empty() && !events.iter().any(|e| matches!(e.body, Some(Body::Alert(_)))));
}
