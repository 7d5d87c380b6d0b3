//! `attune.v1.Summaries`: what calls came to, in sentences.

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use attune_models::summary::{Record, Summariser};
use attune_models::transcript::Language;
use attune_proto::v1::summaries_server::Summaries;
use attune_proto::v1::{CallState, GetSummaryRequest, Summary};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::calls::{not_found, store_failed};
use crate::convert;
use crate::status::Reason;
use crate::store::{Store, StoreError};

/// Events that are read at a time.
const EVENTS: usize = 500;

/// `attune.v1.Summaries`.
#[derive(Debug, Clone)]
pub struct SummariesService {
    app: Arc<App>,
}

impl SummariesService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

/// The rules of a language; `None` only if those in the program are broken.
pub(crate) fn rules(language: Language) -> Option<&'static Summariser> {
    static RULES: LazyLock<[Option<Summariser>; Language::ALL.len()]> =
        LazyLock::new(|| Language::ALL.map(|language| Summariser::embedded(language).ok()));
    RULES[language as usize].as_ref()
}

/// What is on record of a call.
pub(crate) async fn record(store: &Store, call_id: &str) -> Result<Record, StoreError> {
    let mut record = Record::default();
    let mut after = 0;
    loop {
        let events = store.events(call_id, after, EVENTS).await?;
        let Some(last) = events.last() else { return Ok(record) };
        after = last.sequence;
        events.iter().for_each(|event| convert::on_record(&mut record, event));
    }
}

#[tonic::async_trait]
impl Summaries for SummariesService {
    async fn get_summary(
        &self,
        request: Request<GetSummaryRequest>,
    ) -> Result<Response<Summary>, Status> {
        let call_id = request.into_inner().call_id;
        let store = &self.app.store;
        let call = store.call(&call_id).await.map_err(|error| store_failed(&error))?;
        let call = call.ok_or_else(|| not_found(&call_id))?;
        if call.state() != CallState::Ended {
            return Err(Reason::CallLive.status("a summary is made when the call has ended"));
        }
        let record = record(store, &call_id).await.map_err(|error| store_failed(&error))?;
        let language = Language::from_code(&call.language_code).unwrap_or_default();
        let rules = rules(language).ok_or_else(|| Reason::Internal.status("no rules to go by"))?;
        let summary = rules.summarise(&record);
        Ok(Response::new(convert::summary_text(&call_id, language, &summary)))
    }
}
