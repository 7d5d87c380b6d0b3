//! Which call to watch.

use std::collections::HashSet;

use attune_proto::v1::watch_calls_response::Payload;
use attune_proto::v1::{Call, CallState, ListCallsRequest, WatchCallsRequest};
use tonic::Status;

use crate::args::WatchArgs;
use crate::backoff::{Backoff, is_passing};
use crate::connect::Link;
use crate::error::Error;
use crate::print::note;
use crate::words::{Words, fill};

/// The name of the call that the command line asks for; waits for one where it has to.
///
/// # Errors
/// Whatever the server says; [`Error::Usage`] if there is no newest call.
pub(crate) async fn call(
    link: &Link,
    args: &WatchArgs,
    words: &'static Words,
) -> Result<String, Error> {
    if let Some(call) = &args.call {
        if args.wait {
            note(&fill(words.waiting_call, &[call]));
        }
        return Ok(call.clone());
    }
    let known = list(link).await?;
    if args.latest {
        let newest = known.into_iter().next().map(|call| call.call_id);
        return newest.ok_or_else(|| Status::not_found(words.no_calls).into());
    }
    let live = known.iter().find(|call| call.state() != CallState::Ended);
    if let (false, Some(live)) = (args.next, live) {
        return Ok(live.call_id.clone());
    }
    note(words.waiting_next);
    let known = known.into_iter().map(|call| call.call_id).collect();
    next(link, known).await
}

/// Newest first.
async fn list(link: &Link) -> Result<Vec<Call>, Status> {
    let request = ListCallsRequest { page_size: 1000, ..ListCallsRequest::default() };
    Ok(link.calls().list_calls(request).await?.into_inner().calls)
}

/// The first call that is not known yet.
async fn next(link: &Link, known: HashSet<String>) -> Result<String, Error> {
    let mut backoff = Backoff::default();
    loop {
        let status = match first_unknown(link, &known).await {
            Ok(call) => return Ok(call),
            Err(status) if is_passing(&status) => status,
            Err(status) => return Err(status.into()),
        };
        let wait = backoff.next(crate::backoff::asked_wait(&status));
        tokio::time::sleep(wait).await;
    }
}

async fn first_unknown(link: &Link, known: &HashSet<String>) -> Result<String, Status> {
    let mut stream = link.watch().watch_calls(WatchCallsRequest::default()).await?.into_inner();
    while let Some(response) = stream.message().await? {
        if let Some(Payload::Call(call)) = response.payload
            && !known.contains(&call.call_id)
        {
            return Ok(call.call_id);
        }
    }
    Err(Status::unavailable("the server ended the stream"))
}
