//! Profiles in the same file, and how a caller is erased from it.

use std::time::SystemTime;

use attune_proto::v1::{AgentProfile, Call, CallerProfile, PastCall, RecommendAgentsResponse};
use prost::Message;
use rusqlite::{OptionalExtension, named_params};

use super::SqliteStore;
use super::records::get_outcome;
use crate::store::{CallerHash, Erased, PeopleStore, StoreError};

const GET_PROFILE: &str = "SELECT message FROM profiles WHERE caller = :caller";

const PUT_PROFILE: &str = "
    INSERT INTO profiles (caller, message) VALUES (:caller, :message)
    ON CONFLICT (caller) DO UPDATE SET message = :message";

const PAST_CALLS: &str = "
    SELECT number, message FROM calls WHERE caller = :caller
    ORDER BY start_us DESC, number DESC LIMIT :limit";

/// Every table that names a caller, those that later versions add among them.
const TABLES_OF_CALLERS: &str = "
    SELECT tables.name FROM sqlite_master AS tables
    JOIN pragma_table_info(tables.name) AS columns ON columns.name = 'caller'
    WHERE tables.type = 'table'";

const PUT_AGENT: &str = "
    INSERT INTO agents (agent, message) VALUES (:agent, :message)
    ON CONFLICT (agent) DO UPDATE SET message = :message";

const NOTE_RECOMMENDATION: &str =
    "INSERT INTO recommendations (at_us, message) VALUES (:at_us, :message)";

impl PeopleStore for SqliteStore {
    fn profile(&mut self, caller: CallerHash) -> Result<Option<CallerProfile>, StoreError> {
        let message: Option<Vec<u8>> = self
            .connection
            .prepare_cached(GET_PROFILE)?
            .query_row(named_params! { ":caller": caller.as_bytes() }, |row| row.get(0))
            .optional()?;
        Ok(message.map(|message| CallerProfile::decode(message.as_slice())).transpose()?)
    }

    fn put_profile(
        &mut self,
        caller: CallerHash,
        profile: &CallerProfile,
    ) -> Result<(), StoreError> {
        self.connection.prepare_cached(PUT_PROFILE)?.execute(named_params! {
            ":caller": caller.as_bytes(),
            ":message": profile.encode_to_vec(),
        })?;
        Ok(())
    }

    fn past_calls(
        &mut self,
        caller: CallerHash,
        limit: usize,
    ) -> Result<Vec<PastCall>, StoreError> {
        let transaction = self.connection.transaction()?;
        let rows: Vec<(i64, Vec<u8>)> = transaction
            .prepare_cached(PAST_CALLS)?
            .query_map(
                named_params! {
                    ":caller": caller.as_bytes(),
                    ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
                },
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?
            .collect::<Result<_, _>>()?;
        rows.into_iter()
            .map(|(number, message)| {
                let call = Call::decode(message.as_slice())?;
                Ok(PastCall {
                    call_id: call.call_id,
                    start_time: call.start_time,
                    project: call.project,
                    outcome: get_outcome(&transaction, number)?,
                    ..PastCall::default()
                })
            })
            .collect()
    }

    fn erase_caller(&mut self, caller: CallerHash) -> Result<Erased, StoreError> {
        let transaction = self.connection.transaction()?;
        let tables: Vec<String> = transaction
            .prepare_cached(TABLES_OF_CALLERS)?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut erased = Erased::default();
        for table in tables {
            // The names are those of this schema. What hangs on a call goes with it.
            let erase = format!("DELETE FROM {table} WHERE caller = :caller");
            let rows =
                transaction.execute(&erase, named_params! { ":caller": caller.as_bytes() })?;
            match table.as_str() {
                "calls" => erased.calls = u32::try_from(rows).unwrap_or(u32::MAX),
                "profiles" => erased.profile = rows > 0,
                _ => {}
            }
        }
        transaction.commit()?;
        // What was deleted is overwritten in the file; the log still has it until it is emptied.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(erased)
    }

    fn put_agent(&mut self, agent: &AgentProfile) -> Result<(), StoreError> {
        self.connection.prepare_cached(PUT_AGENT)?.execute(named_params! {
            ":agent": agent.agent_id,
            ":message": agent.encode_to_vec(),
        })?;
        Ok(())
    }

    fn agents(&mut self) -> Result<Vec<AgentProfile>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT message FROM agents ORDER BY agent")?;
        let messages: Vec<Vec<u8>> =
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let decoded = messages.iter().map(|message| AgentProfile::decode(message.as_slice()));
        Ok(decoded.collect::<Result<_, _>>()?)
    }

    fn delete_agent(&mut self, agent_id: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM agents WHERE agent = :agent")?
            .execute(named_params! { ":agent": agent_id })?;
        Ok(())
    }

    fn note_recommendation(
        &mut self,
        at: SystemTime,
        told: &RecommendAgentsResponse,
    ) -> Result<(), StoreError> {
        let at = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.connection.prepare_cached(NOTE_RECOMMENDATION)?.execute(named_params! {
            ":at_us": i64::try_from(at.as_micros()).unwrap_or(i64::MAX),
            ":message": told.encode_to_vec(),
        })?;
        Ok(())
    }

    fn recommendations(&mut self) -> Result<Vec<RecommendAgentsResponse>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT message FROM recommendations ORDER BY number")?;
        let messages: Vec<Vec<u8>> =
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let decoded =
            messages.iter().map(|message| RecommendAgentsResponse::decode(message.as_slice()));
        Ok(decoded.collect::<Result<_, _>>()?)
    }
}
