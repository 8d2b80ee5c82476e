use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// Days whose reads are remembered.
const DAYS_KEPT: i64 = 30;
/// Attributes of one day that are remembered: names can come from what people type.
const MOST_OF_A_DAY: i64 = 1_000;

/// How often queries of some time read an attribute out of the map that holds all of a record.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AttributeReads {
    /// Of the resource, else of the record.
    pub is_resource: bool,
    pub key: String,
    /// Compared or computed with as a number, else a text.
    pub is_number: bool,
    pub queries: i64,
    /// Milliseconds that these queries took in all.
    pub elapsed_ms: i64,
}

impl Catalog {
    /// Adds to the reads of a day (counted from 1970-01-01), and forgets those of days long past.
    pub async fn add_attribute_reads(&self, day: i64, reads: &[AttributeReads]) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("DELETE FROM attribute_reads WHERE day <= ?")
            .bind(day - DAYS_KEPT)
            .execute(&mut *transaction)
            .await?;
        for one in reads {
            sqlx::query(
                "INSERT INTO attribute_reads (day, is_resource, key, is_number, queries, elapsed_ms) \
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
                 WHERE (SELECT count(*) FROM attribute_reads WHERE day = ?1) < ?7 OR EXISTS (SELECT 1 FROM attribute_reads \
                 WHERE day = ?1 AND is_resource = ?2 AND key = ?3 AND is_number = ?4) \
                 ON CONFLICT DO UPDATE SET queries = queries + excluded.queries, elapsed_ms = elapsed_ms + excluded.elapsed_ms",
            )
            .bind(day)
            .bind(one.is_resource)
            .bind(&one.key)
            .bind(one.is_number)
            .bind(one.queries)
            .bind(one.elapsed_ms)
            .bind(MOST_OF_A_DAY)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The reads of all remembered days in sum, those that took longest first.
    pub async fn attribute_reads(&self) -> Result<Vec<AttributeReads>, CatalogError> {
        Ok(sqlx::query_as(
            "SELECT is_resource, key, is_number, sum(queries) AS queries, sum(elapsed_ms) AS elapsed_ms FROM attribute_reads \
             GROUP BY is_resource, key, is_number ORDER BY sum(elapsed_ms) DESC, key",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(key: &str, is_number: bool, queries: i64, elapsed_ms: i64) -> AttributeReads {
        AttributeReads { is_resource: false, key: key.to_owned(), is_number, queries, elapsed_ms }
    }

    #[tokio::test]
    async fn reads_add_up_until_they_are_a_month_old() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a new catalog");
        for (day, reads) in [
            (100, vec![reads("a", true, 1, 50), reads("b", false, 2, 10)]),
            (100, vec![reads("a", true, 2, 70), reads("a", false, 1, 5)]),
            (129, vec![reads("b", false, 1, 400)]),
        ] {
            catalog.add_attribute_reads(day, &reads).await.expect("written");
        }
        let known = catalog.attribute_reads().await.expect("read");
        assert_eq!(known, [reads("b", false, 3, 410), reads("a", true, 3, 120), reads("a", false, 1, 5)]);

        catalog.add_attribute_reads(130, &[]).await.expect("written");
        let known = catalog.attribute_reads().await.expect("read");
        assert_eq!(known, [reads("b", false, 1, 400)], "day 100 is a month old");
    }

    #[tokio::test]
    async fn a_day_has_so_many_names_at_most() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a new catalog");
        let many: Vec<AttributeReads> =
            (0..MOST_OF_A_DAY + 10).map(|number| reads(&number.to_string(), false, 1, 1)).collect();
        catalog.add_attribute_reads(1, &many).await.expect("written");
        catalog.add_attribute_reads(1, &many[..1]).await.expect("written");
        let known = catalog.attribute_reads().await.expect("read");
        assert_eq!(known.len() as i64, MOST_OF_A_DAY);
        assert_eq!(known[0], reads("0", false, 2, 2), "one that is known goes on");
    }
}
