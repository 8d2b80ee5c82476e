//! The agents that send to this server.

use std::collections::{HashMap, VecDeque};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use click_lite_catalog::{AgentEntry, Catalog};
use click_lite_formats::native::BlockReceiver;
use click_lite_model::{Clock, time::format_rfc3339};
use click_lite_spool::{Appended, SpoolError};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::error::ApiError;
use crate::pipeline::{AGENT_BLOCKS, spool_error};

/// Agents that are counted and listed; the records of more are taken all the same.
const MOST_AGENTS: usize = 10_000;
/// Batches of an agent that are remembered.
const REMEMBERED_BATCHES: usize = 8;
/// Longest `User-Agent` that is kept.
const USER_AGENT_BYTES: usize = 200;
/// Memory that a receiver keeps.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// An agent that sends to this server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agent {
    id: Uuid,
    /// What it calls itself (`User-Agent`), such as `click-lite-agent/0.1.0 (host-7)`.
    user_agent: String,
    /// Version of the agent, where it says one.
    version: Option<String>,
    /// The machine that it runs on, where it says so.
    host: Option<String>,
    first_seen: String,
    /// When its last batch was stored; absent where that is not known any more.
    last_seen: Option<String>,
    /// Records that it has sent in all.
    sequence: Option<u64>,
    /// Batches and records that were stored since the start of the server.
    batches: u64,
    rows: u64,
    /// Batches that were sent again and were durable already, since the start of the server.
    duplicates: u64,
}

/// All agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentList {
    agents: Vec<Agent>,
}

/// A batch on its way in.
#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    pub agent: Uuid,
    pub sequence: u64,
    /// Records that the agent had sent before.
    pub before: u64,
    pub rows: u32,
    /// CRC-32 of the body.
    pub checksum: u32,
}

/// What this run of the server knows of an agent.
#[derive(Debug, Default)]
struct Seen {
    user_agent: String,
    batches: u64,
    rows: u64,
    duplicates: u64,
    /// Sequence and checksum of the last batches, in order.
    last: VecDeque<(u64, u32)>,
}

/// The agents of this server, and the memory that their blocks are checked in.
pub struct Agents {
    catalog: Catalog,
    clock: Arc<dyn Clock>,
    seen: Mutex<HashMap<Uuid, Seen>>,
    turns: Arc<Semaphore>,
    receivers: Arc<Mutex<Vec<BlockReceiver>>>,
}

/// A receiver of blocks and the right to use it. Dropping it gives both back.
pub struct BorrowedReceiver {
    receiver: BlockReceiver,
    receivers: Arc<Mutex<Vec<BlockReceiver>>>,
    _turn: OwnedSemaphorePermit,
}

impl Deref for BorrowedReceiver {
    type Target = BlockReceiver;

    fn deref(&self) -> &BlockReceiver {
        &self.receiver
    }
}

impl DerefMut for BorrowedReceiver {
    fn deref_mut(&mut self) -> &mut BlockReceiver {
        &mut self.receiver
    }
}

impl Drop for BorrowedReceiver {
    fn drop(&mut self) {
        let mut receiver = std::mem::take(&mut self.receiver);
        receiver.shrink_to(KEPT_BYTES);
        self.receivers.lock().unwrap_or_else(PoisonError::into_inner).push(receiver);
    }
}

impl Agents {
    pub fn new(catalog: Catalog, clock: Arc<dyn Clock>) -> Self {
        Self {
            catalog,
            clock,
            seen: Mutex::default(),
            turns: Arc::new(Semaphore::new(AGENT_BLOCKS)),
            receivers: Arc::default(),
        }
    }

    /// Memory to check a block in; waits while others use it all.
    pub async fn receiver(&self) -> Result<BorrowedReceiver, ApiError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| spool_error(&SpoolError::Closed))?;
        let receiver = self.receivers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(BorrowedReceiver {
            receiver: receiver.unwrap_or_default(),
            receivers: Arc::clone(&self.receivers),
            _turn: turn,
        })
    }

    /// Takes note of a batch before it is stored, where `last` is the sequence that is durable of its agent. Refuses it
    /// where two agents turn out to use one id.
    pub async fn arrive(
        &self,
        delivery: &Delivery,
        last: Option<u64>,
        headers: &HeaderMap,
    ) -> Result<(), ApiError> {
        let user_agent = user_agent(headers);
        let is_new = {
            let mut all = self.lock();
            if all.len() >= MOST_AGENTS && !all.contains_key(&delivery.agent) {
                return Ok(());
            }
            let seen = all.entry(delivery.agent).or_default();
            if is_of_another(&seen.last, delivery, last.unwrap_or(0)) {
                return Err(conflict(delivery, last.unwrap_or(0)));
            }
            if seen.last.back().is_none_or(|(sequence, _)| *sequence < delivery.sequence) {
                seen.last.push_back((delivery.sequence, delivery.checksum));
                if seen.last.len() > REMEMBERED_BATCHES {
                    seen.last.pop_front();
                }
            }
            let is_new = seen.user_agent != user_agent;
            seen.user_agent.clone_from(&user_agent);
            is_new
        };
        if is_new {
            let entry = AgentEntry {
                id: delivery.agent.to_string(),
                user_agent,
                first_seen: format_rfc3339(self.clock.now_ns()),
            };
            // The list is a convenience: its failure is no reason to refuse records.
            if let Err(error) = self.catalog.put_agent(&entry, MOST_AGENTS as u64).await {
                tracing::warn!(agent.id = %delivery.agent, error = %error, "an agent can't be noted in the catalog");
            }
        }
        Ok(())
    }

    /// Counts a batch that is durable.
    pub fn count(&self, delivery: &Delivery, appended: Appended) {
        let mut all = self.lock();
        let Some(seen) = all.get_mut(&delivery.agent) else { return };
        match appended {
            Appended::Stored => {
                seen.batches += 1;
                seen.rows += u64::from(delivery.rows);
            }
            Appended::Duplicate => seen.duplicates += 1,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a batch can't be of the agent whose records up to `last` are durable: two machines with a copy of one state
/// folder have the same id, and each would take the other's records for its own that are stored already.
///
/// Batches never change once they have a number. So one that begins before `last` and ends after it, or has a number at
/// which no batch ended, or the number of another one, is of somebody else. What is too long ago is not known.
fn is_of_another(remembered: &VecDeque<(u64, u32)>, delivery: &Delivery, last: u64) -> bool {
    if delivery.sequence > last {
        return delivery.before < last;
    }
    match remembered.iter().find(|(sequence, _)| *sequence >= delivery.sequence) {
        Some((sequence, checksum)) if *sequence == delivery.sequence => *checksum != delivery.checksum,
        Some(_) => remembered.front().is_some_and(|(first, _)| *first < delivery.sequence),
        None => false,
    }
}

fn conflict(delivery: &Delivery, last: u64) -> ApiError {
    let message = format!(
        "records {} to {} of agent {} do not follow the {last} that are stored: two agents use the same id, or the state folder \
         of this one was restored or copied. Give each agent a state folder of its own; an empty one gets a new id",
        delivery.before + 1,
        delivery.sequence,
        delivery.agent
    );
    ApiError::new(StatusCode::CONFLICT, "agent.conflict", message)
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(USER_AGENT_BYTES).collect()
}

/// Version and machine of `NAME/VERSION (MACHINE)`.
fn version_and_host(user_agent: &str) -> (Option<String>, Option<String>) {
    let (product, comment) = user_agent.split_once(' ').unwrap_or((user_agent, ""));
    let version = product.strip_prefix("click-lite-agent/").map(ToOwned::to_owned);
    let host = comment.strip_prefix('(').and_then(|comment| comment.strip_suffix(')'));
    (version, host.filter(|host| !host.is_empty()).map(ToOwned::to_owned))
}

/// Lists the agents that have sent to this server, the last one first; at most 10,000.
#[utoipa::path(get, path = "/api/v1/agents", tag = "operate", responses((status = 200, body = AgentList)))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<AgentList>, ApiError> {
    let entries = app.agents.catalog.agents().await.map_err(|error| ApiError::internal(&error))?;
    let seen = app.agents.lock();
    let mut agents: Vec<(i64, Agent)> = entries
        .into_iter()
        .filter_map(|entry| {
            let id: Uuid = entry.id.parse().ok()?;
            let known = app.pipeline.spool().source(*id.as_bytes());
            let (version, host) = version_and_host(&entry.user_agent);
            let (batches, rows, duplicates) =
                seen.get(&id).map_or((0, 0, 0), |seen| (seen.batches, seen.rows, seen.duplicates));
            let agent = Agent {
                id,
                version,
                host,
                user_agent: entry.user_agent,
                first_seen: entry.first_seen,
                last_seen: known.map(|known| format_rfc3339(known.appended_at_ns)),
                sequence: known.map(|known| known.sequence),
                batches,
                rows,
                duplicates,
            };
            Some((known.map_or(i64::MIN, |known| known.appended_at_ns), agent))
        })
        .collect();
    agents.sort_by_key(|(last_seen_ns, agent)| (std::cmp::Reverse(*last_seen_ns), agent.id));
    Ok(Json(AgentList { agents: agents.into_iter().map(|(_, agent)| agent).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(before: u64, sequence: u64, checksum: u32) -> Delivery {
        let rows = u32::try_from(sequence - before).expect("few rows");
        Delivery { agent: Uuid::nil(), sequence, before, rows, checksum }
    }

    #[test]
    fn batches_of_a_copied_agent_are_told_apart() {
        let remembered = VecDeque::from([(10, 1), (20, 2), (35, 3)]);
        for (batch, last, expected) in [
            (delivery(35, 40, 4), 35, false),
            // A batch was dropped by the agent.
            (delivery(50, 60, 4), 35, false),
            // Sent again.
            (delivery(20, 35, 3), 35, false),
            (delivery(10, 20, 2), 35, false),
            // Sent again after a failure: it is remembered, and not durable.
            (delivery(20, 35, 3), 20, false),
            (delivery(20, 35, 9), 35, true),
            (delivery(20, 30, 3), 35, true),
            (delivery(30, 40, 4), 35, true),
            // Before all that is remembered.
            (delivery(0, 5, 7), 35, false),
        ] {
            assert_eq!(is_of_another(&remembered, &batch, last), expected, "{batch:?} after {last}");
        }
        assert!(!is_of_another(&VecDeque::new(), &delivery(0, 5, 7), 35));
    }

    #[test]
    fn an_agent_says_its_version_and_machine() {
        let parts = |text| version_and_host(text);
        assert_eq!(parts("click-lite-agent/0.1.0 (web-1)"), (Some("0.1.0".into()), Some("web-1".into())));
        assert_eq!(parts("click-lite-agent/0.1.0"), (Some("0.1.0".into()), None));
        assert_eq!(parts("curl/8.0"), (None, None));
    }
}
