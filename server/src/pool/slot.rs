//! One slot: a thread with a recogniser of its own, fed from the queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use attune_audio::units::SampleRate;
use attune_models::recogniser::{Job, JobKind, Model, RecogniseError, Recogniser};

use super::queue::Waiting;
use super::{Answer, Running, Shared};

/// Serves the queue until the pool shuts down and no final is left.
pub(super) fn serve(shared: &Shared, model: &Arc<dyn Model>, first: Box<dyn Recogniser>) {
    let mut recogniser = Some(first);
    while let Some(waiting) = shared.next() {
        let started = Instant::now();
        metrics::histogram!("attune_recogniser_wait_seconds", "kind" => kind(waiting.job.kind))
            .record(started.saturating_duration_since(waiting.submitted));
        let answer = recognise(&mut recogniser, model, &waiting.job);
        let took = started.elapsed();
        let done = shared.finished(&waiting, answer.is_ok(), took);
        record(&waiting, &done, &answer, took);
        // Nobody listening is not an error: the call ended, or a final made the partial stale.
        drop(waiting.answer.send(answer));
    }
}

/// Recognises with the slot's recogniser, and throws the recogniser away if it broke down:
/// what a failed or panicked decode left behind is not to be trusted.
fn recognise(
    recogniser: &mut Option<Box<dyn Recogniser>>,
    model: &Arc<dyn Model>,
    job: &Job,
) -> Answer {
    let ready = match recogniser {
        Some(ready) => ready,
        None => recogniser.insert(model.recogniser()?),
    };
    let samples = &job.utterance.samples;
    let caught = catch_unwind(AssertUnwindSafe(|| ready.recognise(samples, &job.expected)));
    let answer = caught.unwrap_or_else(|_panic| {
        Err(RecogniseError::Decoder("it panicked; the slot gets a new one".into()))
    });
    if let Err(error) = &answer {
        tracing::error!(utterance = %job.utterance.id, %error, "recognition failed");
        if matches!(error, RecogniseError::Decoder(_)) {
            *recogniser = None;
        }
    }
    answer
}

fn record(waiting: &Waiting, done: &Running, answer: &Answer, took: Duration) {
    let kind = kind(done.kind);
    let outcome = if answer.is_ok() { "ok" } else { "failed" };
    metrics::counter!("attune_recogniser_jobs_total", "kind" => kind, "outcome" => outcome)
        .increment(1);
    metrics::histogram!("attune_recogniser_decode_seconds", "kind" => kind).record(took);
    let speech = speech(&waiting.job);
    if !speech.is_zero() {
        metrics::histogram!("attune_recogniser_rtf", "kind" => kind)
            .record(took.as_secs_f64() / speech.as_secs_f64());
    }
    let now = Instant::now();
    if done.kind == JobKind::Final {
        let allowed = done.deadline.saturating_duration_since(waiting.submitted);
        metrics::histogram!("attune_recogniser_deadline_used_share")
            .record(waiting.submitted.elapsed().as_secs_f64() / allowed.as_secs_f64().max(1e-3));
    }
    let late = now.saturating_duration_since(done.deadline);
    if !late.is_zero() {
        metrics::counter!("attune_recogniser_deadline_missed_total", "kind" => kind).increment(1);
    }
    if done.kind == JobKind::Final {
        let early = done.deadline.saturating_duration_since(now);
        metrics::histogram!("attune_recogniser_slack_seconds")
            .record(early.as_secs_f64() - late.as_secs_f64());
    }
}

/// How much audio a job carries.
pub(super) fn speech(job: &Job) -> Duration {
    SampleRate::WORKING.length_of(job.utterance.samples.len() as u64)
}

/// A kind of job as a metric label.
pub(super) fn kind(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Final => "final",
        JobKind::Ahead => "ahead",
        JobKind::Partial => "partial",
    }
}
