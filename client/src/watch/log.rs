//! The stored events of a call.

use attune_proto::v1::{CallEvent, ListCallEventsRequest};
use tonic::Status;

use crate::connect::Link;

const PAGE: i32 = 500;

/// Every stored event after `after`, in order.
///
/// # Errors
/// Whatever the server says; `NOT_FOUND` if there is no such call.
pub(crate) async fn read(link: &Link, call_id: &str, after: u64) -> Result<Vec<CallEvent>, Status> {
    let mut events = Vec::new();
    let mut page_token = String::new();
    loop {
        let request =
            ListCallEventsRequest { call_id: call_id.to_owned(), page_size: PAGE, page_token };
        let page = link.calls().list_call_events(request).await?.into_inner();
        events.extend(page.events.into_iter().filter(|event| event.sequence > after));
        if page.next_page_token.is_empty() {
            return Ok(events);
        }
        page_token = page.next_page_token;
    }
}
