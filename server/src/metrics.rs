//! Figures for Prometheus: what they are called, in which unit, and how they are cut.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Bounds for times: from a queue hop to the longest drain.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// Bounds for computing time by speech time: 1 is as fast as people speak.
const REAL_TIME_FACTOR: [f64; 9] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0];

/// Bounds for shares of a limit.
const SHARE: [f64; 10] = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0];
/// Bounds for what is left until a deadline; below 0 it was missed.
const SLACK: [f64; 11] = [-4.0, -2.0, -1.0, -0.5, -0.25, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4];

/// How often old samples are folded away.
pub const UPKEEP: Duration = Duration::from_secs(5);

/// Starts collecting and gives the way to what was collected. Once a process; later calls give the
/// same.
///
/// # Errors
/// If something else already collects.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    // One a process; several servers of one process start at the same time in tests.
    static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*handle {
        return Ok(handle.clone());
    }
    let suffix = |text: &str| Matcher::Suffix(text.to_owned());
    let installed = PrometheusBuilder::new()
        .set_buckets_for_metric(suffix("_seconds"), &SECONDS)?
        .set_buckets_for_metric(
            Matcher::Full("attune_recogniser_slack_seconds".to_owned()),
            &SLACK,
        )?
        .set_buckets_for_metric(suffix("_rtf"), &REAL_TIME_FACTOR)?
        .set_buckets_for_metric(suffix("_share"), &SHARE)?
        .install_recorder()?;
    describe();
    Ok(handle.insert(installed).clone())
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_gauge!("attune_recogniser_queue_depth", "Recognitions that wait, by kind");
    describe_gauge!("attune_recogniser_busy_slots", "Recogniser threads at work");
    describe_gauge!("attune_recogniser_slots", "Recogniser threads");
    describe_histogram!(
        "attune_recogniser_wait_seconds",
        "From submission to the start of decoding, by kind"
    );
    describe_histogram!("attune_recogniser_decode_seconds", "Time to decode an utterance, by kind");
    describe_histogram!(
        "attune_recogniser_rtf",
        "Decoding time by length of the utterance, by kind"
    );
    describe_counter!("attune_recogniser_jobs_total", "Recognitions done, by kind and outcome");
    describe_counter!(
        "attune_recogniser_shed_total",
        "Recognitions given up for more urgent ones; never finals"
    );
    describe_counter!("attune_recogniser_deadline_missed_total", "Recognitions done late, by kind");
    describe_histogram!(
        "attune_recogniser_slack_seconds",
        "What was left until the deadline when a final was done; below 0 it was late"
    );
    describe_counter!(
        "attune_recogniser_ahead_wasted_total",
        "Recognitions begun in a pause after which speech went on; those of kind \"ahead\" or \"final\" that are not among them were kept"
    );
    describe_counter!(
        "attune_requests_refused_total",
        "Requests without a token or without its scope"
    );
    describe_gauge!(
        "attune_recogniser_utilisation",
        "Share of the recognisers' time that words which have to come take, over the last seconds"
    );
    describe_gauge!(
        "attune_call_demand_slots",
        "Share of a recogniser's time that a call needs, as measured"
    );
    describe_histogram!(
        "attune_recogniser_deadline_used_share",
        "Time from submission to result by time allowed, of finals; above 1 they were late"
    );
    describe_counter!(
        "attune_calls_refused_total",
        "Calls that were not let in, by reason: max_calls, load, late"
    );
    describe_counter!(
        "attune_alerts_total",
        "Alerts that call a human, by kind: self_harm, emergency, note"
    );
    describe_gauge!("attune_calls_live", "Calls that are live or wait to be resumed");
    describe_gauge!("attune_watchers", "Watching streams");
    describe_gauge!("attune_replays", "Replays over gRPC");
    describe_gauge!(
        "attune_playbooks_broken",
        "1 while changed playbooks have mistakes and the old ones are used"
    );
    describe_counter!(
        "attune_playbooks_reloads_total",
        "Times that playbooks were read anew, by outcome"
    );
    describe_gauge!("attune_store_healthy", "1 while events are written, 0 while writes fail");
}
