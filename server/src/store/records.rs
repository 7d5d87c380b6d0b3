//! What is recorded of calls besides their events.

use attune_proto::v1::{Outcome, RecordTrafficRequest};

use super::{EventStore, Store, StoreError};

/// Everything that a server keeps in one place.
pub trait Backend: EventStore + RecordStore {}

impl<T: EventStore + RecordStore> Backend for T {}

/// A place for what became of calls. Blocking, like [`EventStore`].
pub trait RecordStore: Send {
    /// Keeps an outcome in place of the one before; `false` if there is no such call. Its revenue
    /// goes to the caller of the call, and is forgotten where nobody knows who called.
    ///
    /// # Errors
    /// When the medium fails; nothing is changed then.
    fn put_outcome(&mut self, outcome: &Outcome) -> Result<bool, StoreError>;

    /// What is recorded of a call, with the revenue of its caller.
    ///
    /// # Errors
    /// When the medium fails.
    fn outcome(&mut self, call_id: &str) -> Result<Option<Outcome>, StoreError>;

    /// Keeps how many calls a project was offered on a day (days since 1970), in place of what was
    /// said of it before.
    ///
    /// # Errors
    /// When the medium fails.
    fn put_traffic(&mut self, day: i64, traffic: &RecordTrafficRequest) -> Result<(), StoreError>;
}

impl Store {
    /// Changes what is recorded of a call: `change` gets what there is. `None` if there is no such
    /// call.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn change_outcome(
        &self,
        call_id: &str,
        change: impl FnOnce(Outcome) -> Outcome + Send + 'static,
    ) -> Result<Option<Outcome>, StoreError> {
        let call_id = call_id.to_owned();
        self.ask(move |backend, _| {
            let before = backend.outcome(&call_id)?;
            let outcome =
                change(before.unwrap_or_else(|| Outcome { call_id, ..Outcome::default() }));
            Ok(backend.put_outcome(&outcome)?.then_some(outcome))
        })
        .await
    }

    /// What is recorded of a call.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn outcome(&self, call_id: &str) -> Result<Option<Outcome>, StoreError> {
        let call_id = call_id.to_owned();
        self.ask(move |backend, _| backend.outcome(&call_id)).await
    }

    /// Keeps how many calls a project was offered on a day.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn put_traffic(
        &self,
        day: i64,
        traffic: RecordTrafficRequest,
    ) -> Result<(), StoreError> {
        self.ask(move |backend, _| backend.put_traffic(day, &traffic)).await
    }
}
