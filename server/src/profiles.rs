//! `attune.v1.Profiles`: what is remembered of callers, and how that is seen, mended, taken away and
//! erased.

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use attune_models::facts::CallFacts;
use attune_models::private::Private;
use attune_models::profile::Profile;
use attune_models::snapshot::Snapshot;
use attune_models::transcript::Language;
use attune_proto::v1::export_caller_response::Item;
use attune_proto::v1::profiles_server::Profiles;
use attune_proto::v1::{
    CallerProfile, CorrectProfileRequest, EraseCallerRequest, EraseCallerResponse,
    ExportCallerRequest, ExportCallerResponse, GetProfileRequest, PastCall,
};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::calls::store_failed;
use crate::convert;
use crate::status::Reason;
use crate::store::{CallerHash, Store, StoreError};
use crate::summaries;

/// Calls that a profile tells of.
const PAST_CALLS: usize = 10;
/// Calls that are looked back at before the next one begins: reading them takes its time.
const PAST_AT_ONCE: usize = 3;
/// Items of an export that may wait for the client.
const EXPORT_WAITING: usize = 16;
/// Events that are read for an export at once.
const EXPORT_PAGE: usize = 256;

/// `attune.v1.Profiles`.
#[derive(Debug, Clone)]
pub struct ProfilesService {
    app: Arc<App>,
}

impl ProfilesService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn caller(&self, key: String) -> Result<CallerHash, Status> {
        convert::caller_key(&key)?;
        Ok(self.app.caller_keys.hash(&Private::new(key)))
    }

    /// As it is now, with the calls on record.
    async fn told(&self, caller: CallerHash) -> Result<CallerProfile, Status> {
        let asked = kept(&self.app.store, caller, PAST_CALLS).await;
        let (kept, past_calls) = asked.map_err(|error| store_failed(&error))?;
        if kept.is_none() && past_calls.is_empty() {
            return Err(Reason::CallerUnknown.status(
                "nothing is kept of this caller; the key must be written as the platform writes it",
            ));
        }
        let kept = kept.unwrap_or_default();
        let now = SystemTime::now();
        Ok(CallerProfile {
            update_time: kept.update_time,
            preferred_language: kept.preferred_language.clone(),
            past_calls,
            ..convert::profile_out(&convert::profile(&kept, now), now)
        })
    }
}

/// What is remembered of a caller, and the calls on record, the newest first, with what each was about
/// and what was promised in it.
async fn kept(
    store: &Store,
    caller: CallerHash,
    calls: usize,
) -> Result<(Option<CallerProfile>, Vec<PastCall>), StoreError> {
    let asked =
        store.people(move |store| Ok((store.profile(caller)?, store.past_calls(caller, calls)?)));
    let (kept, mut past) = asked.await?;
    for call in &mut past {
        let on_record = store.call(&call.call_id).await?.unwrap_or_default();
        let record = summaries::record(store, &call.call_id).await?;
        let language = Language::from_code(&on_record.language_code).unwrap_or_default();
        convert::look_back(call, &record, summaries::rules(language));
    }
    Ok((kept, past))
}

/// Adds what is remembered of a caller to the facts of a call that begins; what is already said there
/// stands. A store that does not answer is as good as none.
pub(crate) async fn recall(store: &Store, caller: CallerHash, facts: &mut CallFacts) {
    match kept(store, caller, PAST_AT_ONCE).await {
        Ok((kept, past)) => {
            convert::recall(facts, &kept.unwrap_or_default(), &past, SystemTime::now());
        }
        Err(error) => {
            tracing::warn!(%error, "a call begins without what is remembered of the caller");
        }
    }
}

/// Learns from a call that has ended. What cannot be written is not learnt, and said in the log.
pub(crate) async fn learn(store: &Store, caller: CallerHash, last: Snapshot) {
    let change = move |profile: &mut Profile| profile.learn(&last);
    if let Err(error) = change_profile(store, caller, change, None).await {
        tracing::warn!(%error, "a call was not learnt from");
    }
}

async fn change_profile(
    store: &Store,
    caller: CallerHash,
    change: impl FnOnce(&mut Profile) + Send + 'static,
    language: Option<&'static str>,
) -> Result<(), StoreError> {
    store
        .people(move |store| {
            let now = SystemTime::now();
            let kept = store.profile(caller)?.unwrap_or_default();
            let mut profile = convert::profile(&kept, now);
            change(&mut profile);
            let mut new = convert::profile_out(&profile, now);
            new.preferred_language = language.map_or(kept.preferred_language, str::to_owned);
            store.put_profile(caller, &new)
        })
        .await
}

#[tonic::async_trait]
impl Profiles for ProfilesService {
    async fn get_profile(
        &self,
        request: Request<GetProfileRequest>,
    ) -> Result<Response<CallerProfile>, Status> {
        let caller = self.caller(request.into_inner().caller_key)?;
        Ok(Response::new(self.told(caller).await?))
    }

    async fn correct_profile(
        &self,
        request: Request<CorrectProfileRequest>,
    ) -> Result<Response<CallerProfile>, Status> {
        let request = request.into_inner();
        let (change, language) = convert::correct_profile(&request)?;
        let caller = self.caller(request.caller_key)?;
        self.told(caller).await?;
        let language = language.map(Language::code);
        let changed = change_profile(&self.app.store, caller, change, language).await;
        changed.map_err(|error| store_failed(&error))?;
        Ok(Response::new(self.told(caller).await?))
    }

    type ExportCallerStream =
        Pin<Box<dyn Stream<Item = Result<ExportCallerResponse, Status>> + Send + 'static>>;

    async fn export_caller(
        &self,
        request: Request<ExportCallerRequest>,
    ) -> Result<Response<Self::ExportCallerStream>, Status> {
        let caller = self.caller(request.into_inner().caller_key)?;
        let profile = self.told(caller).await?;
        let (items, receiver) = mpsc::channel(EXPORT_WAITING);
        let store = self.app.store.clone();
        self.app.tasks.spawn(async move {
            // Whoever asked may have gone: then nobody needs the rest.
            if let Err(Some(error)) = export(&store, caller, profile, &items).await {
                let _ = items.send(Err(store_failed(&error))).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn erase_caller(
        &self,
        request: Request<EraseCallerRequest>,
    ) -> Result<Response<EraseCallerResponse>, Status> {
        let caller = self.caller(request.into_inner().caller_key)?;
        if self.app.live.has_caller(caller) {
            return Err(Reason::CallerOnCall
                .status("a call of this caller has not ended; erase again when it has"));
        }
        self.app.store.flush().await;
        let erased = self.app.store.erase_caller(caller).await;
        let erased = erased.map_err(|error| store_failed(&error))?;
        tracing::info!(calls = erased.calls, "a caller was erased");
        Ok(Response::new(EraseCallerResponse { calls: erased.calls, profile: erased.profile }))
    }
}

type Items = mpsc::Sender<Result<ExportCallerResponse, Status>>;

/// Sends everything; fails with `None` when nobody listens any more.
async fn export(
    store: &Store,
    caller: CallerHash,
    profile: CallerProfile,
    items: &Items,
) -> Result<(), Option<StoreError>> {
    let send = async |item: Item| {
        let response = ExportCallerResponse { item: Some(item) };
        items.send(Ok(response)).await.map_err(|_gone| None)
    };
    send(Item::Profile(profile)).await?;
    let past = store.people(move |store| store.past_calls(caller, usize::MAX)).await;
    for past in past.map_err(Some)? {
        let Some(call) = store.call(&past.call_id).await.map_err(Some)? else { continue };
        let mut after = 0;
        send(Item::Call(call)).await?;
        loop {
            let page = store.events(&past.call_id, after, EXPORT_PAGE).await.map_err(Some)?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for event in page {
                send(Item::Event(event)).await?;
            }
        }
        if let Some(outcome) = store.outcome(&past.call_id).await.map_err(Some)? {
            send(Item::Outcome(outcome)).await?;
        }
    }
    Ok(())
}
