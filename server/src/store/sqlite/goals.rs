//! Goals in the same file.

use attune_proto::v1::Goal;
use prost::Message;
use rusqlite::named_params;

use super::SqliteStore;
use crate::store::{GoalStore, StoreError};

impl GoalStore for SqliteStore {
    fn put_goal(&mut self, goal: &Goal) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO goals (goal, message) VALUES (:goal, :message)
                 ON CONFLICT (goal) DO UPDATE SET message = :message",
            )?
            .execute(named_params! { ":goal": goal.goal_id, ":message": goal.encode_to_vec() })?;
        Ok(())
    }

    fn goals(&mut self) -> Result<Vec<Goal>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT message FROM goals ORDER BY goal")?;
        let mut rows = statement.query([])?;
        let mut goals = Vec::new();
        while let Some(row) = rows.next()? {
            goals.push(Goal::decode(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(goals)
    }

    fn delete_goal(&mut self, goal_id: &str) -> Result<bool, StoreError> {
        let deleted = self
            .connection
            .prepare_cached("DELETE FROM goals WHERE goal = :goal")?
            .execute(named_params! { ":goal": goal_id })?;
        Ok(deleted > 0)
    }
}
