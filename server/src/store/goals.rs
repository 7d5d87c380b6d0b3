//! Goals and their plans, kept.

use attune_proto::v1::Goal;

use super::{Store, StoreError};

/// A place for goals. Blocking, like [`super::EventStore`].
pub trait GoalStore: Send {
    /// Keeps a goal in place of the one of its id.
    ///
    /// # Errors
    /// When the medium fails.
    fn put_goal(&mut self, goal: &Goal) -> Result<(), StoreError>;

    /// All goals, by id.
    ///
    /// # Errors
    /// When the medium fails.
    fn goals(&mut self) -> Result<Vec<Goal>, StoreError>;

    /// Forgets a goal; `false` if there was none.
    ///
    /// # Errors
    /// When the medium fails.
    fn delete_goal(&mut self, goal_id: &str) -> Result<bool, StoreError>;
}

impl Store {
    /// Keeps a goal; gives it an id if it has none.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn put_goal(&self, mut goal: Goal) -> Result<Goal, StoreError> {
        self.ask(move |backend, _| {
            if goal.goal_id.is_empty() {
                let number = |goal: &Goal| goal.goal_id.strip_prefix("g-")?.parse::<u64>().ok();
                let last = backend.goals()?.iter().filter_map(number).max();
                goal.goal_id = format!("g-{}", last.unwrap_or(0) + 1);
            }
            backend.put_goal(&goal)?;
            Ok(goal)
        })
        .await
    }

    /// All goals.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn goals(&self) -> Result<Vec<Goal>, StoreError> {
        self.ask(|backend, _| backend.goals()).await
    }

    /// Forgets a goal; `false` if there was none.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn delete_goal(&self, goal_id: &str) -> Result<bool, StoreError> {
        let goal_id = goal_id.to_owned();
        self.ask(move |backend, _| backend.delete_goal(&goal_id)).await
    }
}
