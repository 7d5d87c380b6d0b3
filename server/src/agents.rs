//! `attune.v1.Agents`: what agents say of themselves, and who of them suits a caller.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use attune_models::matching;
use attune_models::private::Private;
use attune_proto::v1::agents_server::Agents;
use attune_proto::v1::{
    AgentProfile, CallerProfile, DeleteAgentRequest, DeleteAgentResponse, GetAgentRequest,
    ListAgentsRequest, ListAgentsResponse, PutAgentRequest, RecommendAgentsRequest,
    RecommendAgentsResponse,
};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::calls::store_failed;
use crate::convert;
use crate::status::Reason;

/// `attune.v1.Agents`.
#[derive(Debug, Clone)]
pub struct AgentsService {
    app: Arc<App>,
}

impl AgentsService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn agents(&self) -> Result<Vec<AgentProfile>, Status> {
        let asked = self.app.store.people(|store| store.agents()).await;
        asked.map_err(|error| store_failed(&error))
    }

    async fn remembered(&self, caller_key: &str) -> Result<Option<CallerProfile>, Status> {
        if caller_key.is_empty() {
            return Ok(None);
        }
        convert::caller_key(caller_key)?;
        let caller = self.app.caller_keys.hash(&Private::new(caller_key.to_owned()));
        let asked = self.app.store.people(move |store| store.profile(caller)).await;
        asked.map_err(|error| store_failed(&error))
    }
}

#[tonic::async_trait]
impl Agents for AgentsService {
    async fn put_agent(
        &self,
        request: Request<PutAgentRequest>,
    ) -> Result<Response<AgentProfile>, Status> {
        let mut agent = convert::agent(request.into_inner().agent)?;
        agent.update_time = Some(SystemTime::now().into());
        let kept = agent.clone();
        let put = self.app.store.people(move |store| store.put_agent(&kept)).await;
        put.map_err(|error| store_failed(&error))?;
        Ok(Response::new(agent))
    }

    async fn get_agent(
        &self,
        request: Request<GetAgentRequest>,
    ) -> Result<Response<AgentProfile>, Status> {
        let id = request.into_inner().agent_id;
        let found = self.agents().await?.into_iter().find(|agent| agent.agent_id == id);
        let unknown = || Reason::AgentUnknown.status("this agent has said nothing of himself");
        Ok(Response::new(found.ok_or_else(unknown)?))
    }

    async fn list_agents(
        &self,
        _request: Request<ListAgentsRequest>,
    ) -> Result<Response<ListAgentsResponse>, Status> {
        Ok(Response::new(ListAgentsResponse { agents: self.agents().await? }))
    }

    async fn delete_agent(
        &self,
        request: Request<DeleteAgentRequest>,
    ) -> Result<Response<DeleteAgentResponse>, Status> {
        let id = request.into_inner().agent_id;
        convert::agent_id(&id)?;
        let deleted = self.app.store.people(move |store| store.delete_agent(&id)).await;
        deleted.map_err(|error| store_failed(&error))?;
        Ok(Response::new(DeleteAgentResponse {}))
    }

    async fn recommend_agents(
        &self,
        request: Request<RecommendAgentsRequest>,
    ) -> Result<Response<RecommendAgentsResponse>, Status> {
        let request = request.into_inner();
        let now = SystemTime::now();
        let kept = self.remembered(&request.caller_key).await?;
        let caller = convert::matched_caller(&request, kept.as_ref(), now)?;
        let free = convert::candidates(&request.free, &self.agents().await?)?;
        let told = convert::recommendations(&matching::rank(&caller, &free));
        let noted = told.clone();
        let noting = self.app.store.people(move |store| store.note_recommendation(now, &noted));
        // What was not noted was not recommended.
        noting.await.map_err(|error| store_failed(&error))?;
        Ok(Response::new(told))
    }
}
