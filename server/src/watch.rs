//! `attune.v1.Watch`: following live calls, state first.

mod all;
mod one;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use attune_proto::v1::watch_server::Watch;
use attune_proto::v1::{
    WatchCallRequest, WatchCallResponse, WatchCallsRequest, WatchCallsResponse,
};
use futures_util::stream::{self, Stream};
use tokio::sync::OwnedSemaphorePermit;
use tonic::{Request, Response, Status};

use self::all::AllWatcher;
use self::one::CallWatcher;
use crate::app::App;
use crate::status::Reason;

/// When to come back to a server with too many watchers.
const RETRY: Duration = Duration::from_secs(5);

type Responses<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// `attune.v1.Watch`.
#[derive(Debug, Clone)]
pub struct WatchService {
    app: Arc<App>,
}

impl WatchService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn admit(&self) -> Result<OwnedSemaphorePermit, Status> {
        if self.app.closing.is_cancelled() {
            return Err(closing());
        }
        Arc::clone(&self.app.watchers).try_acquire_owned().map_err(|_full| {
            let most = self.app.limits.max_watchers;
            Reason::TooManyWatchers
                .retry_in(RETRY, format!("this server takes {most} watching streams at once"))
        })
    }
}

/// A watch of one call. Who waits for a call has an open stream meanwhile; who does not is told at
/// once if there is none.
enum Following {
    Waiting(Arc<App>, OwnedSemaphorePermit, WatchCallRequest),
    Joined(CallWatcher),
    Over,
}

impl Following {
    async fn next(self) -> Option<(Result<WatchCallResponse, Status>, Self)> {
        let mut watcher = match self {
            Self::Waiting(app, permit, request) => {
                match CallWatcher::join(app, permit, request).await {
                    Ok(watcher) => watcher,
                    Err(status) => return Some((Err(status), Self::Over)),
                }
            }
            Self::Joined(watcher) => watcher,
            Self::Over => return None,
        };
        watcher.next().await.map(|response| (response, Self::Joined(watcher)))
    }
}

#[tonic::async_trait]
impl Watch for WatchService {
    type WatchCallStream = Responses<WatchCallResponse>;
    type WatchCallsStream = Responses<WatchCallsResponse>;

    async fn watch_call(
        &self,
        request: Request<WatchCallRequest>,
    ) -> Result<Response<Self::WatchCallStream>, Status> {
        let permit = self.admit()?;
        let (app, request) = (Arc::clone(&self.app), request.into_inner());
        let following = if request.wait {
            Following::Waiting(app, permit, request)
        } else {
            Following::Joined(CallWatcher::join(app, permit, request).await?)
        };
        // Pulled by the client's flow control: a slow one falls behind in the hub, not in memory.
        Ok(Response::new(Box::pin(stream::unfold(following, Following::next))))
    }

    async fn watch_calls(
        &self,
        request: Request<WatchCallsRequest>,
    ) -> Result<Response<Self::WatchCallsStream>, Status> {
        let permit = self.admit()?;
        let project = request.into_inner().project;
        let watcher = AllWatcher::join(Arc::clone(&self.app), permit, project);
        Ok(Response::new(Box::pin(stream::unfold(watcher, |mut watcher| async move {
            watcher.next().await.map(|response| (response, watcher))
        }))))
    }
}

/// What a watcher is told when the server goes.
fn closing() -> Status {
    Reason::NodeDraining.status("this server is being shut down")
}
