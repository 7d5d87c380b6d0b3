//! `attune.v1.Calls`: calls, live and past, and what humans say about them.

mod page;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use attune_proto::v1::calls_server::Calls;
use attune_proto::v1::{
    Call, CallState, CorrectSnapshotRequest, GetCallRequest, ListCallEventsRequest,
    ListCallEventsResponse, ListCallsRequest, ListCallsResponse, RecordFeedbackRequest,
    RecordFeedbackResponse, SendNoteRequest, SendNoteResponse, Snapshot,
};
use prost::Message;
use tonic::{Request, Response, Status};

use self::page::{CallsToken, EventsToken, page_size};
use crate::app::App;
use crate::convert;
use crate::live::{self, LiveCall};
use crate::status::Reason;
use crate::store::{CallPage, StoreError};

/// A page of events ends here even if it could have more: clients read messages of up to 4 MB.
const EVENTS_PAGE_BYTES: usize = 2 << 20;

/// `attune.v1.Calls`.
#[derive(Debug, Clone)]
pub struct CallsService {
    app: Arc<App>,
}

impl CallsService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn get(&self, call_id: &str) -> Result<Call, Status> {
        if let Some(feed) = self.app.hub.find(call_id) {
            return Ok(feed.call());
        }
        let call = self.app.store.call(call_id).await.map_err(|error| store_failed(&error))?;
        call.ok_or_else(|| not_found(call_id))
    }

    /// The call, if it has not ended.
    async fn live(&self, call_id: &str) -> Result<Arc<LiveCall>, Status> {
        match self.app.live.find(call_id) {
            Some(call) => Ok(call),
            None => self.get(call_id).await.and_then(|_| Err(live::ended(call_id))),
        }
    }
}

#[tonic::async_trait]
impl Calls for CallsService {
    async fn get_call(&self, request: Request<GetCallRequest>) -> Result<Response<Call>, Status> {
        Ok(Response::new(self.get(&request.into_inner().call_id).await?))
    }

    async fn list_calls(
        &self,
        request: Request<ListCallsRequest>,
    ) -> Result<Response<ListCallsResponse>, Status> {
        let request = request.into_inner();
        let state = match CallState::try_from(request.state) {
            Ok(CallState::Unspecified) => None,
            Ok(state) => Some(i32::from(state)),
            Err(_) => {
                return Err(Reason::InvalidPage.status("state is not one of the API's"));
            }
        };
        let limit = page_size(request.page_size)?;
        let after = CallsToken::parse(&request.page_token, state)?;
        // One more than asked for shows whether there is another page.
        let page = CallPage { after, state, limit: limit + 1 };
        let mut found = self.app.store.calls(page).await.map_err(|error| store_failed(&error))?;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more).map(|(place, _)| *place);
        let calls = found.into_iter().map(|(_, call)| match self.app.hub.find(&call.call_id) {
            Some(feed) => feed.call(),
            None => call,
        });
        Ok(Response::new(ListCallsResponse {
            calls: calls.collect(),
            next_page_token: last.map_or_else(String::new, |place| CallsToken::write(place, state)),
        }))
    }

    async fn list_call_events(
        &self,
        request: Request<ListCallEventsRequest>,
    ) -> Result<Response<ListCallEventsResponse>, Status> {
        let request = request.into_inner();
        let call_id = request.call_id;
        let limit = page_size(request.page_size)?;
        let after = EventsToken::parse(&request.page_token, &call_id)?;
        let call = self.get(&call_id).await?;
        let events = self.app.store.events(&call_id, after, limit).await;
        let mut events = events.map_err(|error| store_failed(&error))?;
        let mut bytes = 0;
        events.retain(|event| {
            bytes += event.encoded_len();
            bytes <= EVENTS_PAGE_BYTES
        });
        let last = events.last().map_or(after, |event| event.sequence);
        let more = !events.is_empty() && last < call.last_sequence;
        let next_page_token = if more { EventsToken::write(&call_id, last) } else { String::new() };
        Ok(Response::new(ListCallEventsResponse { events, next_page_token }))
    }

    async fn correct_snapshot(
        &self,
        request: Request<CorrectSnapshotRequest>,
    ) -> Result<Response<Snapshot>, Status> {
        let request = request.into_inner();
        let correction = convert::correction(&request)?;
        let snapshot = self.live(&request.call_id).await?.correct(correction).await?;
        Ok(Response::new(convert::snapshot_out(&snapshot)))
    }

    async fn record_feedback(
        &self,
        request: Request<RecordFeedbackRequest>,
    ) -> Result<Response<RecordFeedbackResponse>, Status> {
        let request = request.into_inner();
        let feedback = convert::feedback(request.feedback)?;
        self.live(&request.call_id).await?.feedback(feedback).await?;
        Ok(Response::new(RecordFeedbackResponse {}))
    }

    async fn send_note(
        &self,
        request: Request<SendNoteRequest>,
    ) -> Result<Response<SendNoteResponse>, Status> {
        let request = request.into_inner();
        let text = convert::persons_note(&request)?;
        let card = self.live(&request.call_id).await?.advise(text).await?;
        Ok(Response::new(SendNoteResponse { suggestion_id: card.to_string() }))
    }
}

pub(crate) fn not_found(call_id: &str) -> Status {
    // Whatever was asked for is not repeated if it cannot be a call id.
    let shown: String = call_id.chars().filter(|c| !c.is_control()).take(128).collect();
    Reason::CallNotFound.status(format!("there is no call {shown}"))
}

pub(crate) fn store_failed(error: &StoreError) -> Status {
    tracing::error!(%error, "the event store could not be read");
    Reason::StoreUnavailable.status("the event store of the server does not answer")
}
