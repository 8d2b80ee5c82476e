use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// An agent that has sent records.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AgentEntry {
    /// UUID, which the agent made at its first start.
    pub id: String,
    /// What the agent calls itself.
    pub user_agent: String,
    /// RFC 3339 in UTC.
    pub first_seen: String,
}

impl Catalog {
    /// Adds an agent where there are fewer than `most`, or notes its new name.
    pub async fn put_agent(&self, entry: &AgentEntry, most: u64) -> Result<(), CatalogError> {
        sqlx::query(
            "INSERT INTO agents (id, user_agent, first_seen) \
             SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM agents WHERE id = ?1) OR (SELECT count(*) FROM agents) < ?4 \
             ON CONFLICT (id) DO UPDATE SET user_agent = excluded.user_agent",
        )
        .bind(&entry.id)
        .bind(&entry.user_agent)
        .bind(&entry.first_seen)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// All agents.
    pub async fn agents(&self) -> Result<Vec<AgentEntry>, CatalogError> {
        Ok(sqlx::query_as("SELECT id, user_agent, first_seen FROM agents").fetch_all(&self.pool).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn agents_are_noted_once_and_up_to_a_number() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a new catalog");
        let entry = |id: &str, user_agent: &str, first_seen: &str| AgentEntry {
            id: id.into(),
            user_agent: user_agent.into(),
            first_seen: first_seen.into(),
        };
        for (id, user_agent, time) in
            [("a", "agent/1", "1"), ("b", "agent/1", "2"), ("a", "agent/2", "3"), ("c", "", "4")]
        {
            catalog.put_agent(&entry(id, user_agent, time), 2).await.expect("written");
        }
        let mut agents = catalog.agents().await.expect("read");
        agents.sort_by(|left, right| left.id.cmp(&right.id));
        assert_eq!(agents, [entry("a", "agent/2", "1"), entry("b", "agent/1", "2")]);
    }
}
