use sqlx::FromRow;

use crate::{Catalog, CatalogError};

/// A note, or a mark without words, on a row of the log. Times are RFC 3339 in UTC unless said.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct NoteEntry {
    pub id: String,
    /// The row's time, nanoseconds since the epoch.
    pub row_time_ns: i64,
    /// The row's `IngestId`, decimal.
    pub ingest_id: String,
    /// What the row says.
    pub excerpt: String,
    pub text: String,
    pub colour: String,
    pub author: String,
    pub created_at: String,
    pub updated_at: String,
    /// Counts the changes, from 1.
    pub version: i64,
}

/// Rows whose notes are wanted, by their time.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoteRange {
    /// Inclusive.
    pub from_ns: Option<i64>,
    /// Exclusive.
    pub to_ns: Option<i64>,
}

const COLUMNS: &str =
    "id, row_time_ns, ingest_id, excerpt, text, colour, author, created_at, updated_at, version";

impl Catalog {
    /// Notes on rows of a span of time, those on the newest rows first.
    pub async fn notes(&self, range: NoteRange, limit: i64) -> Result<Vec<NoteEntry>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM notes WHERE row_time_ns >= ? AND row_time_ns < ? \
             ORDER BY row_time_ns DESC, created_at DESC, id LIMIT ?"
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(range.from_ns.unwrap_or(i64::MIN))
            .bind(range.to_ns.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.pool)
            .await?)
    }

    pub async fn note(&self, id: &str) -> Result<Option<NoteEntry>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM notes WHERE id = ?");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?)
    }

    pub async fn add_note(&self, note: &NoteEntry) -> Result<(), CatalogError> {
        sqlx::query(
            "INSERT INTO notes (id, row_time_ns, ingest_id, excerpt, text, colour, author, created_at, updated_at, version) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&note.id)
        .bind(note.row_time_ns)
        .bind(&note.ingest_id)
        .bind(&note.excerpt)
        .bind(&note.text)
        .bind(&note.colour)
        .bind(&note.author)
        .bind(&note.created_at)
        .bind(&note.updated_at)
        .bind(note.version)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Writes text, colour, author and time of change, where the stored version is the one before `note.version`; false
    /// where it is not, or the note is gone.
    pub async fn replace_note(&self, note: &NoteEntry) -> Result<bool, CatalogError> {
        let changed = sqlx::query(
            "UPDATE notes SET text = ?, colour = ?, author = ?, updated_at = ?, version = ? WHERE id = ? AND version = ?",
        )
        .bind(&note.text)
        .bind(&note.colour)
        .bind(&note.author)
        .bind(&note.updated_at)
        .bind(note.version)
        .bind(&note.id)
        .bind(note.version - 1)
        .execute(&self.pool)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Deletes a note, where its version is this one; false where it is not, or the note is gone.
    pub async fn delete_note(&self, id: &str, version: i64) -> Result<bool, CatalogError> {
        let deleted = sqlx::query("DELETE FROM notes WHERE id = ? AND version = ?")
            .bind(id)
            .bind(version)
            .execute(&self.pool)
            .await?;
        Ok(deleted.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(id: &str, row_time_ns: i64) -> NoteEntry {
        NoteEntry {
            id: id.into(),
            row_time_ns,
            ingest_id: u64::MAX.to_string(),
            excerpt: "connection refused".into(),
            text: "here it starts".into(),
            colour: "red".into(),
            author: "ada".into(),
            created_at: "2026-11-27T10:00:00Z".into(),
            updated_at: "2026-11-27T10:00:00Z".into(),
            version: 1,
        }
    }

    #[tokio::test]
    async fn notes_are_found_by_the_time_of_their_row_and_changed_by_who_saw_the_last() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let catalog = Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a catalog");
        for (id, row_time_ns) in [("a", 10), ("b", 30), ("c", 20)] {
            catalog.add_note(&note(id, row_time_ns)).await.expect("added");
        }
        let ids = |notes: Vec<NoteEntry>| notes.into_iter().map(|note| note.id).collect::<Vec<_>>();
        let range = NoteRange { from_ns: Some(20), to_ns: Some(30) };
        assert_eq!(ids(catalog.notes(range, 9).await.expect("read")), ["c"]);
        assert_eq!(ids(catalog.notes(NoteRange::default(), 2).await.expect("read")), ["b", "c"]);

        let changed = NoteEntry { text: String::new(), version: 2, ..note("c", 20) };
        assert!(catalog.replace_note(&changed).await.expect("asked"));
        assert!(!catalog.replace_note(&changed).await.expect("asked"));
        assert_eq!(catalog.note("c").await.expect("read"), Some(changed));
        assert!(!catalog.delete_note("c", 1).await.expect("asked"));
        assert!(catalog.delete_note("c", 2).await.expect("asked"));
        assert_eq!(catalog.note("c").await.expect("read"), None);
    }
}
