//! `attune.v1.Outcomes`: what became of calls, as people and other systems say.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use attune_models::playbook::WrapUpCode as WrapUp;
use attune_models::transcript::Language;
use attune_proto::v1::outcomes_server::Outcomes;
use attune_proto::v1::{
    GetOutcomeRequest, ListWrapUpCodesRequest, ListWrapUpCodesResponse, Outcome,
    RecordOutcomeRequest, RecordTrafficRequest, RecordTrafficResponse, WrapUpCode,
};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::calls::{not_found, store_failed};
use crate::convert;
use crate::status::Reason;

/// `attune.v1.Outcomes`.
#[derive(Debug, Clone)]
pub struct OutcomesService {
    app: Arc<App>,
}

impl OutcomesService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl Outcomes for OutcomesService {
    async fn record_outcome(
        &self,
        request: Request<RecordOutcomeRequest>,
    ) -> Result<Response<Outcome>, Status> {
        let mut given = convert::outcome(request.into_inner().outcome)?;
        given.record_time = Some(SystemTime::now().into());
        let call_id = given.call_id.clone();
        let change = move |before| convert::merged(before, given);
        let recorded = self.app.store.change_outcome(&call_id, change).await;
        let recorded = recorded.map_err(|error| store_failed(&error))?;
        Ok(Response::new(recorded.ok_or_else(|| not_found(&call_id))?))
    }

    async fn get_outcome(
        &self,
        request: Request<GetOutcomeRequest>,
    ) -> Result<Response<Outcome>, Status> {
        let call_id = request.into_inner().call_id;
        let outcome = self.app.store.outcome(&call_id).await;
        match outcome.map_err(|error| store_failed(&error))? {
            Some(outcome) => Ok(Response::new(outcome)),
            None => {
                let call = self.app.store.call(&call_id).await;
                call.map_err(|error| store_failed(&error))?.ok_or_else(|| not_found(&call_id))?;
                Err(Reason::OutcomeNotFound.status("nothing is recorded of this call yet"))
            }
        }
    }

    async fn list_wrap_up_codes(
        &self,
        request: Request<ListWrapUpCodesRequest>,
    ) -> Result<Response<ListWrapUpCodesResponse>, Status> {
        let call_id = request.into_inner().call_id;
        let call = self.app.store.call(&call_id).await.map_err(|error| store_failed(&error))?;
        let call = call.ok_or_else(|| not_found(&call_id))?;
        let language = Language::from_code(&call.language_code).unwrap_or_default();
        let playbook = self.app.sessions.playbooks.find(language, &call.project);
        let codes = playbook.iter().flat_map(|playbook| playbook.wrap_up());
        let codes = codes
            .map(|WrapUp { code, name }| WrapUpCode { code: code.clone(), name: name.clone() });
        Ok(Response::new(ListWrapUpCodesResponse { codes: codes.collect() }))
    }

    async fn record_traffic(
        &self,
        request: Request<RecordTrafficRequest>,
    ) -> Result<Response<RecordTrafficResponse>, Status> {
        let request = request.into_inner();
        let day = convert::traffic(&request)?;
        let kept = self.app.store.put_traffic(day, request).await;
        kept.map_err(|error| store_failed(&error))?;
        Ok(Response::new(RecordTrafficResponse {}))
    }
}
