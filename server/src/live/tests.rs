use attune_models::session::Input;
use tonic::Code;

use super::*;
use crate::testing::{config, refusal};

/// A call that nobody drives, with so much room for media.
fn call(room: usize) -> (LiveCall, mpsc::Receiver<Media>) {
    let (media, inbox) = mpsc::channel(room);
    let (control, _) = mpsc::channel(1);
    let plan = convert::stream_plan(config("c")).expect("a plan");
    let call = LiveCall {
        call_id: "c".into(),
        token: Private::new("token".into()),
        opened: Instant::now(),
        format: plan.format,
        caller: None,
        media,
        control,
        holder: watch::Sender::new(1),
    };
    (call, inbox)
}

fn hang_up() -> Input {
    Input::End(attune_models::event::EndReason::HangUp)
}

#[tokio::test]
async fn a_full_call_is_waited_for_and_then_given_up() {
    let (call, mut inbox) = call(1);
    let call = Arc::new(call);
    let (_progress, receiver) = watch::channel(Progress::default());
    let mut hold = call.hold(1, receiver);
    let patience = Duration::from_millis(20);
    assert_eq!(hold.send(hang_up(), patience).await, Sent::Taken);
    assert_eq!(hold.send(hang_up(), patience).await, Sent::Dropped);
    let (sent, taken) = tokio::join!(hold.send(hang_up(), Duration::MAX), inbox.recv());
    assert_eq!(sent, Sent::Taken);
    assert!(taken.is_some_and(|media| media.stream == 1));
    // A stream that waits learns that another one has taken the call.
    let (sent, _) =
        tokio::join!(hold.send(hang_up(), Duration::MAX), async { call.holder.send_replace(2) });
    assert_eq!(sent, Sent::Superseded);
    drop(inbox);
    let (_progress, receiver) = watch::channel(Progress::default());
    assert_eq!(call.hold(2, receiver).send(hang_up(), patience).await, Sent::Taken);
}

#[tokio::test]
async fn places_are_counted_given_back_and_waited_for() {
    let live = LiveCalls::new(1, Admission::new(1, None));
    let (first, _inbox) = call(1);
    let place = live.reserve(first).expect("a place");
    assert_eq!(live.len(), 1);
    let (same, _inbox) = call(1);
    let status = live.reserve(same).err().expect("taken");
    assert_eq!(refusal(&status), (Code::AlreadyExists, "CALL_EXISTS".into()));
    let (mut other, _inbox) = call(1);
    other.call_id = "d".into();
    let status = live.reserve(other).err().expect("full");
    assert_eq!(refusal(&status), (Code::ResourceExhausted, "TOO_MANY_CALLS".into()));
    // An opening that fails, or whose client goes away, leaves nothing behind.
    drop(place);
    crate::testing::within(live.wait_until_empty()).await;
    live.refuse_new();
    let (late, _inbox) = call(1);
    let status = live.reserve(late).err().expect("draining");
    assert_eq!(refusal(&status), (Code::Unavailable, "NODE_DRAINING".into()));
}
