//! Versions of the tables, and how to get from one to the next.
//!
//! `schema_migrations` holds a row for each step that was taken. Steps can be taken twice without harm (`IF NOT EXISTS`,
//! a setting, or an index made again), so a crash between a step and its row, or two servers that start at once, cost
//! nothing. A step is never
//! edited once it is released: its checksum is kept, and another one is refused.

use sha2::{Digest, Sha256};

use crate::MINIMUM_CLICKHOUSE;
use crate::config::StoreConfig;
use crate::connection::Connection;
use crate::error::StoreError;
use crate::kept::LONGEST_TTL_DAYS;

struct Migration {
    version: u32,
    name: &'static str,
    sql: &'static str,
}

/// In order.
const MIGRATIONS: [Migration; 21] = [
    Migration { version: 1, name: "otel_logs", sql: include_str!("schema/0001_otel_logs.sql") },
    Migration { version: 2, name: "log_facets", sql: include_str!("schema/0002_log_facets.sql") },
    Migration { version: 3, name: "log_facets_view", sql: include_str!("schema/0003_log_facets_view.sql") },
    Migration { version: 4, name: "otel_traces", sql: include_str!("schema/0004_otel_traces.sql") },
    Migration { version: 5, name: "log_blocks", sql: include_str!("schema/0005_log_blocks.sql") },
    Migration { version: 6, name: "span_blocks", sql: include_str!("schema/0006_span_blocks.sql") },
    Migration { version: 8, name: "key_indexes", sql: include_str!("schema/0008_key_indexes.sql") },
    Migration {
        version: 9,
        name: "key_indexes_of_old_parts",
        sql: include_str!("schema/0009_key_indexes_of_old_parts.sql"),
    },
    Migration {
        version: 10,
        name: "drop_log_facets_view",
        sql: include_str!("schema/0010_drop_log_facets_view.sql"),
    },
    Migration {
        version: 11,
        name: "sampled_log_facets_view",
        sql: include_str!("schema/0011_sampled_log_facets_view.sql"),
    },
    Migration {
        version: 12,
        name: "drop_attribute_items_index",
        sql: include_str!("schema/0012_drop_attribute_items_index.sql"),
    },
    Migration {
        version: 13,
        name: "attribute_items_by_value",
        sql: include_str!("schema/0013_attribute_items_by_value.sql"),
    },
    Migration {
        version: 14,
        name: "attribute_items_index",
        sql: include_str!("schema/0014_attribute_items_index.sql"),
    },
    Migration {
        version: 15,
        name: "attribute_items_of_old_parts",
        sql: include_str!("schema/0015_attribute_items_of_old_parts.sql"),
    },
    Migration { version: 16, name: "host_column", sql: include_str!("schema/0016_host_column.sql") },
    Migration {
        version: 17,
        name: "host_column_of_old_parts",
        sql: include_str!("schema/0017_host_column_of_old_parts.sql"),
    },
    Migration { version: 18, name: "log_compression", sql: include_str!("schema/0018_log_compression.sql") },
    Migration {
        version: 19,
        name: "span_compression",
        sql: include_str!("schema/0019_span_compression.sql"),
    },
    Migration {
        version: 20,
        name: "drop_value_filters",
        sql: include_str!("schema/0020_drop_value_filters.sql"),
    },
    Migration { version: 21, name: "value_filters", sql: include_str!("schema/0021_value_filters.sql") },
    Migration {
        version: 22,
        name: "value_filters_of_old_parts",
        sql: include_str!("schema/0022_value_filters_of_old_parts.sql"),
    },
];

impl Migration {
    /// Of the statement before names and days are filled in.
    fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn statement(&self, config: &StoreConfig) -> String {
        self.sql
            .replace("{database}", &config.database)
            // For new tables; `Store::keep_at_most` brings those that are there to what the rules ask for.
            .replace("{retention_days}", &(config.retention_days + 1).min(LONGEST_TTL_DAYS).to_string())
    }
}

/// Brings the tables up to date.
pub(crate) async fn run(connection: &Connection, config: &StoreConfig) -> Result<(), StoreError> {
    check_release(connection).await?;
    let database = &config.database;
    connection.execute(&format!("CREATE DATABASE IF NOT EXISTS {database}")).await?;
    connection
        .execute(&format!(
            "CREATE TABLE IF NOT EXISTS {database}.schema_migrations (version UInt32, name String, checksum String, \
             applied_at DateTime DEFAULT now()) ENGINE = ReplacingMergeTree ORDER BY version"
        ))
        .await?;
    let applied = connection
        .table(&format!(
            "SELECT DISTINCT version, checksum FROM {database}.schema_migrations ORDER BY version"
        ))
        .await?;
    for row in &applied {
        let [version, checksum] = row.as_slice() else { continue };
        check_applied(version.parse().unwrap_or(u32::MAX), checksum)?;
    }
    for migration in &MIGRATIONS {
        if applied
            .iter()
            .any(|row| row.first().is_some_and(|version| *version == migration.version.to_string()))
        {
            continue;
        }
        let (version, name, checksum) = (migration.version, migration.name, migration.checksum());
        let statement = migration.statement(config);
        // Old parts do without what they lack until it is written.
        if statement.contains(" MATERIALIZE ") {
            connection.begin(&statement).await?;
        } else {
            connection.execute(&statement).await?;
        }
        connection
            .execute(&format!(
                "INSERT INTO {database}.schema_migrations (version, name, checksum) VALUES ({version}, '{name}', '{checksum}')"
            ))
            .await?;
        tracing::info!(schema.version = version, schema.name = name, "migrated the tables");
    }
    Ok(())
}

/// Whether a step that was taken is one of ours.
fn check_applied(version: u32, checksum: &str) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    match MIGRATIONS.iter().find(|migration| migration.version == version) {
        None => Err(StoreError::SchemaFromFuture { found: version, known }),
        Some(migration) if migration.checksum() != checksum => Err(StoreError::SchemaChanged { version }),
        Some(_) => Ok(()),
    }
}

async fn check_release(connection: &Connection) -> Result<(), StoreError> {
    let rows = connection.table("SELECT version()").await?;
    let found = rows.into_iter().flatten().next().unwrap_or_default();
    if release(&found).is_some_and(|release| release >= MINIMUM_CLICKHOUSE) {
        return Ok(());
    }
    Err(StoreError::ClickHouseTooOld { found, needed: MINIMUM_CLICKHOUSE })
}

/// Year and month of a version such as `26.7.2.1`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The name stands in statements as it is.
pub(crate) fn check_database_name(name: &str) -> Result<(), StoreError> {
    let mut bytes = name.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok(()) } else { Err(StoreError::DatabaseName(name.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_ascend_and_statements_have_no_open_place() {
        assert!(MIGRATIONS.is_sorted_by(|before, after| before.version < after.version));
        for migration in &MIGRATIONS {
            let is_harmless =
                ["IF NOT EXISTS", "IF EXISTS", "MODIFY SETTING", "MODIFY COLUMN", "MATERIALIZE"]
                    .iter()
                    .any(|statement| migration.sql.contains(statement));
            assert!(is_harmless, "{} must be harmless twice", migration.name);
            let statement = migration.statement(&StoreConfig::default());
            assert!(
                !statement.contains("{database}") && !statement.contains("{retention_days}"),
                "{statement}"
            );
        }
    }

    #[test]
    fn unknown_and_changed_steps_are_refused() {
        assert!(check_applied(1, &MIGRATIONS[0].checksum()).is_ok());
        assert_eq!(check_applied(99, "x").expect_err("from the future").code(), "store.schema_from_future");
        assert_eq!(check_applied(2, "x").expect_err("changed").code(), "store.schema_changed");
    }

    #[test]
    fn releases_compare_as_numbers() {
        assert_eq!(release("26.10.1.1"), Some((26, 10)));
        assert!(release("26.10.1.1") > release("26.7.3.1"));
        assert_eq!(release("head"), None);
    }

    #[test]
    fn database_names_are_plain() {
        for name in ["click_lite", "_a1"] {
            assert!(check_database_name(name).is_ok());
        }
        for name in ["", "1a", "a-b", "a.b", "a b", "a`"] {
            assert_eq!(check_database_name(name).expect_err(name).code(), "store.database_name");
        }
    }
}
