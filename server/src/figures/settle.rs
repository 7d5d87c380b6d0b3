//! Makes the figures of calls that have ended.

use std::sync::Arc;

use attune_models::summary::Record;
use attune_models::transcript::Language;
use attune_proto::v1::CallFigures;

use super::tally::Tally;
use crate::app::App;
use crate::convert;
use crate::store::{Fact, StoreError};
use crate::summaries;

/// Events that are read at a time: a call of hours does not fill the memory.
const EVENTS: usize = 500;
/// Calls that are looked for at a time.
const CALLS: usize = 100;

/// Makes the figures of a call that has ended. What fails is tried again when the server starts.
pub(crate) async fn settle(app: &Arc<App>, call_id: &str) {
    if let Err(error) = try_settle(app, call_id).await {
        tracing::error!(%error, call = call_id, "the figures of a call could not be made");
    }
}

/// Makes the figures of calls whose end an earlier process did not live to see.
pub(crate) async fn settle_left(app: Arc<App>) {
    let mut made = 0;
    loop {
        let left = match app.store.unsettled(CALLS).await {
            Ok(left) if !left.is_empty() => left,
            Ok(_) => break,
            Err(error) => return tracing::error!(%error, "calls without figures are not found"),
        };
        for call_id in &left {
            if let Err(error) = try_settle(&app, call_id).await {
                // It would be found again and again.
                return tracing::error!(%error, call = call_id, "figures could not be made");
            }
        }
        made += left.len();
    }
    if made > 0 {
        tracing::info!(calls = made, "figures were made of calls of an earlier process");
    }
}

async fn try_settle(app: &Arc<App>, call_id: &str) -> Result<(), StoreError> {
    let Some(call) = app.store.call(call_id).await? else { return Ok(()) };
    let team = app.figure_settings.teams.of(&call.agent_id);
    let mut tally = Tally::new(&call, team);
    let mut record = Record::default();
    let mut after = 0;
    loop {
        let events = app.store.events(call_id, after, EVENTS).await?;
        let Some(last) = events.last() else { break };
        after = last.sequence;
        for event in &events {
            tally.add(event);
            convert::on_record(&mut record, event);
        }
    }
    let language = Language::from_code(&call.language_code).unwrap_or_default();
    let issue = summaries::rules(language).map_or("", |rules| rules.issue(&record));
    let figures = CallFigures { issue: issue.to_owned(), ..tally.finish() };
    app.store.settle(Fact { agent: call.agent_id, figures }).await
}
