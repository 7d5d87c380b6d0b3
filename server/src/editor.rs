//! `attune.v1.PlaybookEditor`: the texts of playbooks, read, checked, tried and changed by people.
//!
//! What is saved is a file like any other of the directory; [`crate::playbooks`] reads it anew.

mod files;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use attune_models::playbook::Playbook;
use attune_models::reader::ReaderPack;
use attune_models::replay::rescore;
use attune_models::session::SessionConfig;
use attune_models::suggest::rehearse;
use attune_proto::v1::playbook_editor_server::PlaybookEditor;
use attune_proto::v1::{
    CallEvent, CheckPlaybookRequest, CheckPlaybookResponse, GetPlaybookRequest,
    GetPlaybookVersionRequest, ListPlaybookVersionsRequest, ListPlaybookVersionsResponse,
    ListPlaybooksRequest, ListPlaybooksResponse, PlaybookText, SavePlaybookRequest, Transcript,
    TryPlaybookOnCallRequest, TryPlaybookOnCallResponse, TryPlaybookRequest, TryPlaybookResponse,
};
use tonic::{Request, Response, Status};

pub(crate) use self::files::ReadFile;
use self::files::{Files, SaveError};
use crate::app::App;
use crate::auth::Holder;
use crate::calls::store_failed;
use crate::convert::{self, CallNames};
use crate::status::Reason;
use crate::store::TextVersion;

/// The largest message: a text as large as a playbook may be, and something to say of it.
pub(crate) const MAX_BYTES: usize = 5 << 20;

/// Versions of a file that are listed.
const VERSIONS: usize = 200;

/// Why a change was made, at most so many characters.
const MAX_COMMENT: usize = 200;

/// `attune.v1.PlaybookEditor`.
#[derive(Debug, Clone)]
pub struct PlaybookEditorService {
    app: Arc<App>,
}

impl PlaybookEditorService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn files(&self) -> Files {
        Files::new(self.app.playbooks_dir.clone(), &self.app.sessions.playbooks)
    }

    async fn keep(&self, version: TextVersion) -> Result<(), Status> {
        let kept = self.app.store.put_version(version).await;
        kept.map_err(|error| store_failed(&error))
    }

    /// Does something that waits for the disk.
    async fn on_disk<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Files) -> T + Send + 'static,
    ) -> Result<T, Status> {
        let files = self.files();
        let done = tokio::task::spawn_blocking(move || what(&files)).await;
        done.map_err(|_panic| Reason::Internal.status("a fault"))
    }
}

#[tonic::async_trait]
impl PlaybookEditor for PlaybookEditorService {
    async fn list_playbooks(
        &self,
        _request: Request<ListPlaybooksRequest>,
    ) -> Result<Response<ListPlaybooksResponse>, Status> {
        let listed = self.on_disk(Files::list).await?.map_err(|error| error.status())?;
        let playbooks = listed.iter().map(convert::playbook_file).collect();
        let editable = self.app.playbooks_dir.is_some();
        Ok(Response::new(ListPlaybooksResponse { playbooks, editable }))
    }

    async fn get_playbook(
        &self,
        request: Request<GetPlaybookRequest>,
    ) -> Result<Response<PlaybookText>, Status> {
        let file = request.into_inner().file;
        let name = file.clone();
        let text = self.on_disk(move |files| files.text(&name)).await?;
        let text = text.map_err(|error| error.status())?.ok_or_else(|| not_found(&file))?;
        Ok(Response::new(convert::playbook_text(file, text)))
    }

    async fn check_playbook(
        &self,
        request: Request<CheckPlaybookRequest>,
    ) -> Result<Response<CheckPlaybookResponse>, Status> {
        let CheckPlaybookRequest { file, text } = request.into_inner();
        let read = self.on_disk(move |files| files.read(&file, &text)).await?;
        let playbook = Some(convert::playbook_file(&read.map_err(|error| error.status())?));
        Ok(Response::new(CheckPlaybookResponse { playbook }))
    }

    async fn try_playbook(
        &self,
        request: Request<TryPlaybookRequest>,
    ) -> Result<Response<TryPlaybookResponse>, Status> {
        let TryPlaybookRequest { file, text, turns } = request.into_inner();
        let scene = convert::scene(turns)?;
        let readers = Arc::clone(&self.app.sessions.readers);
        let tried = self.on_disk(move |files| {
            let read = files.read(&file, &text)?;
            let playbook = read.playbook.map_err(SaveError::Broken)?;
            let rehearsal = rehearse(&playbook, &readers, &scene, true);
            Ok::<_, SaveError>(convert::tried(&playbook, &rehearsal))
        });
        Ok(Response::new(tried.await?.map_err(|error| error.status())?))
    }

    async fn try_playbook_on_call(
        &self,
        request: Request<TryPlaybookOnCallRequest>,
    ) -> Result<Response<TryPlaybookOnCallResponse>, Status> {
        let TryPlaybookOnCallRequest { file, text, lines } = request.into_inner();
        let readers = Arc::clone(&self.app.sessions.readers);
        let events = self.on_disk(move |files| {
            let own = if text.is_empty() { files.text(&file) } else { Ok(Some(text)) };
            let text = own.map_err(|error| error.status())?.ok_or_else(|| not_found(&file))?;
            let read = files.read(&file, &text).map_err(|error| error.status())?;
            let playbook = read.playbook.map_err(|error| SaveError::Broken(error).status())?;
            reread(playbook, readers, lines)
        });
        Ok(Response::new(TryPlaybookOnCallResponse { events: events.await?? }))
    }

    async fn save_playbook(
        &self,
        request: Request<SavePlaybookRequest>,
    ) -> Result<Response<PlaybookText>, Status> {
        let by = request.extensions().get::<Holder>().map(|holder| holder.name.clone());
        let SavePlaybookRequest { file, text, etag, comment } = request.into_inner();
        if comment.chars().count() > MAX_COMMENT {
            let message = format!("the comment has more than {MAX_COMMENT} characters");
            return Err(Reason::InvalidPlaybook.status(message));
        }
        // One at a time, from the look at what is there to the last byte of what is new.
        let _turn = self.app.saving.lock().await;
        let (name, new) = (file.clone(), text.clone());
        let found = self.on_disk(move |files| files.check_save(&name, &new)).await?;
        let found = found.map_err(|error| error.status())?;
        if found.as_deref().map(convert::etag).unwrap_or_default() != etag {
            return Err(SaveError::Changed.status());
        }
        let version = |text: String, by: String, comment: String, found: bool| {
            let at = SystemTime::now().into();
            TextVersion { file: file.clone(), number: 0, at, by, comment, found, text }
        };
        // What is there is kept before it is gone, and what was not written is never in the history.
        if let Some(there) = found.clone() {
            self.keep(version(there, String::new(), String::new(), true)).await?;
        }
        let (name, new) = (file.clone(), text.clone());
        let written = self.on_disk(move |files| files.write(&name, &new, found.as_deref())).await?;
        written.map_err(|error| error.status())?;
        self.keep(version(text.clone(), by.unwrap_or_default(), comment, false)).await?;
        tracing::info!(%file, "a playbook was saved");
        Ok(Response::new(convert::playbook_text(file, text)))
    }

    async fn list_playbook_versions(
        &self,
        request: Request<ListPlaybookVersionsRequest>,
    ) -> Result<Response<ListPlaybookVersionsResponse>, Status> {
        let file = request.into_inner().file;
        let versions = self.app.store.versions(file, VERSIONS).await;
        let versions = versions.map_err(|error| store_failed(&error))?;
        let versions = versions.into_iter().map(convert::playbook_version).collect();
        Ok(Response::new(ListPlaybookVersionsResponse { versions }))
    }

    async fn get_playbook_version(
        &self,
        request: Request<GetPlaybookVersionRequest>,
    ) -> Result<Response<PlaybookText>, Status> {
        let GetPlaybookVersionRequest { file, number } = request.into_inner();
        let text = self.app.store.version_text(file.clone(), number).await;
        let text = text.map_err(|error| store_failed(&error))?.ok_or_else(|| not_found(&file))?;
        Ok(Response::new(convert::playbook_text(file, text)))
    }
}

/// What the words of a call bring with a playbook. Blocks.
fn reread(
    playbook: Playbook,
    readers: Arc<ReaderPack>,
    lines: Vec<Transcript>,
) -> Result<Vec<CallEvent>, Status> {
    let language = playbook.language();
    let lines = convert::lines(lines, language)?;
    let config = SessionConfig::new(language, Vec::new(), Arc::new(playbook), readers);
    let names = CallNames {
        call_id: "try".into(),
        language,
        project: String::new(),
        agent_id: String::new(),
    };
    let mut events = Vec::new();
    let told = rescore(&lines, config, |event| {
        events.push(convert::event(&names, &event, SystemTime::now()));
    });
    match told {
        Ok(()) => Ok(events),
        Err(error) => Err(Reason::InvalidDialogue.status(error.to_string())),
    }
}

fn not_found(file: &str) -> Status {
    let shown: String = file.chars().filter(|c| !c.is_control()).take(80).collect();
    Reason::PlaybookNotFound.status(format!("there is no playbook {shown}, or no such version"))
}
