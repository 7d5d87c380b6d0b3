//! `attune.v1.Playbooks`: what becomes of notes, and what agents want of them.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use attune_models::transcript::Language;
use attune_proto::v1::playbooks_server::Playbooks;
use attune_proto::v1::{
    AgentWishes, GetAgentWishesRequest, NotesReport, ReportNotesRequest, SetAgentWishesRequest,
};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::calls::store_failed;
use crate::convert;
use crate::status::Reason;
use crate::store::Notes;

/// `attune.v1.Playbooks`.
#[derive(Debug, Clone)]
pub struct PlaybooksService {
    app: Arc<App>,
}

impl PlaybooksService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl Playbooks for PlaybooksService {
    async fn report_notes(
        &self,
        request: Request<ReportNotesRequest>,
    ) -> Result<Response<NotesReport>, Status> {
        let ReportNotesRequest { project, language_code } = request.into_inner();
        let language = match language_code.as_str() {
            "" => self.app.sessions.default_language.first(),
            code => Language::from_code(code).ok_or_else(|| {
                let known = Language::ALL.map(Language::code).join(", ");
                Reason::InvalidLanguage.status(format!("language_code is not one of {known}"))
            })?,
        };
        let notes = Notes { project, language: language.code().into() };
        let read = self
            .app
            .reports
            .ask(move |reader| Ok((reader.note_records(&notes)?, reader.held_out(&notes)?)));
        let (records, held_out) = read.await.map_err(|error| store_failed(&error))?;
        Ok(Response::new(convert::notes_report(&records, &held_out)))
    }

    async fn get_agent_wishes(
        &self,
        request: Request<GetAgentWishesRequest>,
    ) -> Result<Response<AgentWishes>, Status> {
        let agent = request.into_inner().agent_id;
        convert::agent_id(&agent)?;
        let wishes = self.app.store.wishes(agent).await.map_err(|error| store_failed(&error))?;
        Ok(Response::new(convert::wishes_out(&wishes).unwrap_or_default()))
    }

    async fn set_agent_wishes(
        &self,
        request: Request<SetAgentWishesRequest>,
    ) -> Result<Response<AgentWishes>, Status> {
        let SetAgentWishesRequest { agent_id, wishes } = request.into_inner();
        convert::agent_id(&agent_id)?;
        let wishes = convert::wishes(wishes.unwrap_or_default())?;
        let kept = self.app.store.put_wishes(agent_id, wishes.clone()).await;
        kept.map_err(|error| store_failed(&error))?;
        Ok(Response::new(convert::wishes_out(&wishes).unwrap_or_default()))
    }
}
