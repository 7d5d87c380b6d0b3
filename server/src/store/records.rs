//! What is recorded of calls besides their events.

use attune_proto::v1::{CallFigures, Outcome, RecordTrafficRequest};

use super::{EventStore, GoalStore, NoteStore, PeopleStore, Store, StoreError, VersionStore};

/// Everything that a server keeps in one place.
pub trait Backend:
    EventStore + RecordStore + PeopleStore + GoalStore + NoteStore + VersionStore
{
}

impl<T> Backend for T where
    T: EventStore + RecordStore + PeopleStore + GoalStore + NoteStore + VersionStore
{
}

/// A call in figures, and who took it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// As the platform names them; empty if it does not. Counted, so that small groups can be
    /// withheld, and never shown.
    pub agent: String,
    /// The figures.
    pub figures: CallFigures,
}

/// A place for what became of calls. Blocking, like [`EventStore`].
pub trait RecordStore: Send {
    /// Keeps outcomes in place of those before; says how many, for one of a call that is not there
    /// is passed over. Revenue goes to the caller of the call, and is forgotten where nobody knows
    /// who called.
    ///
    /// # Errors
    /// When the medium fails; nothing is changed then.
    fn put_outcomes(&mut self, outcomes: &[Outcome]) -> Result<usize, StoreError>;

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

    /// Keeps the figures of calls that have ended, and brings everything that is summed up to
    /// date: all of it or nothing. A call that has figures keeps them.
    ///
    /// # Errors
    /// When the medium fails.
    fn settle(&mut self, facts: &[Fact]) -> Result<(), StoreError>;

    /// The figures of a call with what followed it; `None` before it is settled.
    ///
    /// # Errors
    /// When the medium fails.
    fn figures(&mut self, call_id: &str) -> Result<Option<CallFigures>, StoreError>;

    /// Calls that have ended and are not settled, at most `limit`.
    ///
    /// # Errors
    /// When the medium fails.
    fn unsettled(&mut self, limit: usize) -> Result<Vec<String>, StoreError>;
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
            let kept = backend.put_outcomes(std::slice::from_ref(&outcome))?;
            Ok((kept == 1).then_some(outcome))
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

    /// Keeps the figures of a call that has ended.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn settle(&self, fact: Fact) -> Result<(), StoreError> {
        self.ask(move |backend, _| backend.settle(&[fact])).await
    }

    /// The figures of a call; `None` before it is settled.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn figures(&self, call_id: &str) -> Result<Option<CallFigures>, StoreError> {
        let call_id = call_id.to_owned();
        self.ask(move |backend, _| backend.figures(&call_id)).await
    }

    /// Calls that have ended and are not settled.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn unsettled(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.ask(move |backend, _| backend.unsettled(limit)).await
    }
}
