//! `/api/v1/storage/columns`: attributes that have a column of their own.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use click_lite_query::{AttributeColumn, ColumnKind, Field, MapRead};
use click_lite_store::StoredColumn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use crate::read::store_error;
use crate::storage::attribute_use::Wanted;

/// Each costs a little with every record.
const MOST_COLUMNS: usize = 50;
const MOST_SUGGESTIONS: usize = 5;
/// Attributes that are looked at for them: names that were only typed are among those.
const MOST_CANDIDATES: usize = 20;
/// Bytes of the name of an attribute.
const LONGEST_KEY: usize = 200;
/// Bytes of the name that a column is given.
const LONGEST_NAME: usize = 60;

/// What is read of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttributeColumnType)]
pub enum ColumnType {
    /// Comparisons by size, sums, percentiles: values that are numbers.
    Number,
    /// Groups, top values, patterns.
    Text,
}

/// An attribute that has a column of its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttributeColumn)]
pub struct ColumnInfo {
    /// Of the column.
    name: String,
    /// As the search language writes it, with its prefix.
    attribute: String,
    #[serde(rename = "type")]
    kind: ColumnType,
    /// ClickHouse's.
    clickhouse_type: String,
    disk_bytes: u64,
    /// Parts of the table that it is not in yet; there its values are read as before.
    parts_left: u64,
}

/// An attribute without a column that queries read often.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttributeColumnSuggestion)]
pub struct Suggestion {
    /// As the search language writes it, with its prefix.
    attribute: String,
    #[serde(rename = "type")]
    kind: ColumnType,
    /// Queries of the last 30 days that read it.
    queries: u64,
    /// What they took in all.
    seconds: f64,
    /// Of the newest records, from 0 to 1: those that have such a value.
    share: f64,
}

/// Columns in the order in which they were added.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttributeColumnList)]
pub struct ColumnList {
    columns: Vec<ColumnInfo>,
    /// Attributes for which a column would pay, by what was asked: the most costly first.
    suggestions: Vec<Suggestion>,
}

/// A column to add.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewAttributeColumn)]
pub struct NewColumn {
    /// `attr.NAME`, `resource.NAME` or `host`; a bare name is that of a record's attribute.
    attribute: String,
    #[serde(rename = "type")]
    kind: ColumnType,
}

/// As the search language writes it.
fn prefixed(is_resource: bool, key: &str) -> String {
    format!("{}.{key}", if is_resource { "resource" } else { "attr" })
}

impl From<ColumnKind> for ColumnType {
    fn from(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Number => Self::Number,
            ColumnKind::Text => Self::Text,
        }
    }
}

impl ColumnInfo {
    fn new(StoredColumn { column, kind, disk_bytes, parts_left }: StoredColumn) -> Self {
        Self {
            attribute: prefixed(column.is_resource, &column.key),
            name: column.name,
            kind: column.kind.into(),
            clickhouse_type: kind,
            disk_bytes,
            parts_left,
        }
    }
}

impl NewColumn {
    /// The column, under a name that none of `taken` has.
    fn column(&self, taken: &[StoredColumn]) -> Result<AttributeColumn, ApiError> {
        let wrong = |message: String| {
            ApiError::bad_request("column.attribute", message).details(json!({ "field": "attribute" }))
        };
        let (is_resource, key) = match Field::resolve(&self.attribute) {
            Field::Attribute(key) | Field::RecordAttribute(key) => (false, key),
            Field::ResourceAttribute(key) => (true, key),
            _ => {
                return Err(wrong(format!(
                    "`{}` is no attribute: it is stored in a column already",
                    self.attribute
                )));
            }
        };
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(wrong(format!("the name of an attribute has 1 to {LONGEST_KEY} bytes")));
        }
        let kind = match self.kind {
            ColumnType::Number => ColumnKind::Number,
            ColumnType::Text => ColumnKind::Text,
        };
        let is_there = |stored: &&StoredColumn| {
            let known = &stored.column;
            known.is_resource == is_resource && known.key == key && known.kind == kind
        };
        if let Some(known) = taken.iter().find(is_there) {
            return Err(ApiError::new(
                StatusCode::CONFLICT,
                "column.exists",
                format!("`{}` has the column {} already", self.attribute, known.column.name),
            )
            .details(json!({ "name": known.column.name })));
        }
        Ok(AttributeColumn { name: free_name(&key, is_resource, kind, taken), kind, is_resource, key })
    }
}

/// Such as `attr_duration_ms_number`.
fn free_name(key: &str, is_resource: bool, kind: ColumnKind, taken: &[StoredColumn]) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
    let key: String = key.chars().map(plain).take(LONGEST_NAME).collect();
    let prefix = if is_resource { "resource" } else { "attr" };
    let ending = if kind == ColumnKind::Number { "number" } else { "text" };
    let first = format!("{prefix}_{key}_{ending}");
    let is_free = |name: &String| taken.iter().all(|stored| stored.column.name != *name);
    let more = (2..).map(|number| format!("{first}_{number}"));
    std::iter::once(first.clone()).chain(more).find(is_free).unwrap_or_default()
}

/// Attributes that have a column of their own.
#[utoipa::path(get, path = "/api/v1/storage/columns", tag = "storage", operation_id = "list_attribute_columns",
    responses((status = 200, body = ColumnList)))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<ColumnList>, ApiError> {
    let stored = app.store.stored_columns().await.map_err(|error| store_error(&app, &error))?;
    let suggestions = suggestions(&app, &stored).await?;
    Ok(Json(ColumnList { columns: stored.into_iter().map(ColumnInfo::new).collect(), suggestions }))
}

/// Attributes that were asked often, have no column, and are there.
async fn suggestions(app: &App, stored: &[StoredColumn]) -> Result<Vec<Suggestion>, ApiError> {
    let wanted = app.attribute_use.wanted(&app.catalog, &*app.clock).await;
    let mut wanted = wanted.map_err(|error| ApiError::internal(&error))?;
    let has_column = |read: &MapRead| {
        stored.iter().any(|StoredColumn { column, .. }| {
            column.is_resource == read.is_resource && column.key == read.key && column.kind == read.kind
        })
    };
    wanted.retain(|one| !has_column(&one.read));
    wanted.truncate(MOST_CANDIDATES);
    if wanted.is_empty() || stored.len() >= MOST_COLUMNS {
        return Ok(Vec::new());
    }
    let reads: Vec<MapRead> = wanted.iter().map(|one| one.read.clone()).collect();
    let shares = app.store.attribute_shares(&reads).await.map_err(|error| store_error(app, &error))?;
    let found = wanted.into_iter().zip(shares).filter(|(_, share)| *share > 0.0);
    let suggestion = |(one, share): (Wanted, f64)| Suggestion {
        attribute: prefixed(one.read.is_resource, &one.read.key),
        kind: one.read.kind.into(),
        queries: one.queries,
        seconds: one.elapsed_ms as f64 / 1000.0,
        share,
    };
    Ok(found.take(MOST_SUGGESTIONS).map(suggestion).collect())
}

/// Gives an attribute a column of its own. Records that are stored already get it in the background.
#[utoipa::path(post, path = "/api/v1/storage/columns", tag = "storage", operation_id = "add_attribute_column", request_body = NewColumn,
    responses((status = 201, body = ColumnInfo), (status = 400, body = click_lite_client::ErrorBody),
        (status = 409, description = "it has one", body = click_lite_client::ErrorBody)))]
pub async fn add(
    State(app): State<Arc<App>>,
    JsonBody(new): JsonBody<NewColumn>,
) -> Result<(StatusCode, Json<ColumnInfo>), ApiError> {
    let failed = |error| store_error(&app, &error);
    let stored = app.store.stored_columns().await.map_err(failed)?;
    if stored.len() >= MOST_COLUMNS {
        return Err(ApiError::bad_request(
            "column.limit",
            format!("at most {MOST_COLUMNS} attributes can have a column: remove one first"),
        ));
    }
    let column = new.column(&stored)?;
    app.store.add_attribute_column(&column).await.map_err(failed)?;
    app.schema.forget_attribute_columns();
    let stored = app.store.stored_columns().await.map_err(failed)?;
    let added = stored.into_iter().find(|stored| stored.column.name == column.name);
    let added = added.ok_or_else(|| ApiError::internal(&"the column was removed meanwhile"))?;
    Ok((StatusCode::CREATED, Json(ColumnInfo::new(added))))
}

/// Removes the column of an attribute. No record loses anything.
#[utoipa::path(delete, path = "/api/v1/storage/columns/{name}", tag = "storage", operation_id = "remove_attribute_column",
    params(("name" = String, Path)), responses((status = 204), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn remove(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<StatusCode, ApiError> {
    let failed = |error| store_error(&app, &error);
    let stored = app.store.stored_columns().await.map_err(failed)?;
    let found = stored.into_iter().find(|stored| stored.column.name == name);
    let found = found.ok_or_else(|| ApiError::not_found(format!("no attribute has a column {name}")))?;
    // First nothing reads it any more.
    app.schema.leave_out(&found.column);
    let removed = app.store.drop_attribute_column(&found.column).await;
    app.schema.forget_attribute_columns();
    removed.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_after_their_attributes() {
        let new = |attribute: &str, kind| NewColumn { attribute: attribute.into(), kind };
        let column = new("host", ColumnType::Text).column(&[]).expect("a column");
        assert_eq!((column.name.as_str(), column.key.as_str()), ("resource_host_name_text", "host.name"));
        let first = new("größe in ms", ColumnType::Number).column(&[]).expect("a column");
        assert_eq!(first.name, "attr_gr__e_in_ms_number");
        let stored = |column| StoredColumn { column, kind: String::new(), disk_bytes: 0, parts_left: 0 };
        let taken = [stored(first)];
        let second = new("grü_e in ms", ColumnType::Number).column(&taken).expect("another column");
        assert_eq!(second.name, "attr_gr__e_in_ms_number_2");
        let again = new("attr.größe in ms", ColumnType::Number).column(&taken).expect_err("it is there");
        assert_eq!((again.status, again.code.as_str()), (StatusCode::CONFLICT, "column.exists"));
        let level = new("level", ColumnType::Text).column(&[]).expect_err("no attribute");
        assert_eq!(level.code, "column.attribute");
    }
}
