//! `/api/v1/notes`: notes and marks that people leave on rows.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use click_lite_catalog::{CatalogError, NoteEntry, NoteRange};
use click_lite_model::time::{format_rfc3339, parse_rfc3339};
use click_lite_query::TimeRange;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::error::{ApiError, JsonBody, Parameters};
use crate::http::etag::{etag, if_match};

const CHANGED: &str = "note.changed";
const DEFAULT_NOTES: u32 = 1_000;
const MOST_NOTES: u32 = 10_000;
const TEXT_CHARACTERS: usize = 4_000;
const EXCERPT_CHARACTERS: usize = 300;
const AUTHOR_CHARACTERS: usize = 100;

/// What a note is marked with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteColour {
    Grey,
    Red,
    #[default]
    Amber,
    Green,
    Blue,
    Violet,
}

/// A note on a row, or a mark where its text is empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct Note {
    id: String,
    /// `Timestamp` of the row.
    timestamp: String,
    /// `IngestId` of the row.
    ingest_id: String,
    /// What the row says, as it was when the note was made.
    excerpt: String,
    text: String,
    colour: NoteColour,
    /// Empty where nobody said who.
    author: String,
    created_at: String,
    updated_at: String,
    /// Counts the changes, from 1. Also the `ETag`.
    version: i64,
}

/// Notes, those on the newest rows first.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteList {
    notes: Vec<Note>,
}

/// Which notes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoteFilter {
    /// Only on rows from this time on: RFC 3339 or relative, as in a search.
    from: Option<String>,
    /// Only on rows before this time.
    to: Option<String>,
    /// At most this many: 1,000 unless said, at most 10,000.
    limit: Option<u32>,
}

/// A note to make.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewNote {
    /// `Timestamp` of the row, with all its digits.
    timestamp: String,
    /// `IngestId` of the row.
    ingest_id: String,
    /// What the row says; cut to 300 characters.
    excerpt: String,
    #[serde(flatten)]
    content: NoteContent,
}

/// What can be changed of a note.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct NoteContent {
    /// At most 4,000 characters; empty for a mark.
    text: String,
    colour: NoteColour,
    /// Who says so; at most 100 characters.
    author: String,
}

/// A change of a note.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct NoteChange {
    #[serde(flatten)]
    content: NoteContent,
    /// The version that the change was made from; the header `If-Match` says the same. Without either, the last change
    /// wins.
    version: Option<i64>,
}

/// Which version to delete.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoteVersion {
    /// Delete only this version; the header `If-Match` says the same.
    version: Option<i64>,
}

impl From<NoteEntry> for Note {
    fn from(entry: NoteEntry) -> Self {
        Self {
            id: entry.id,
            timestamp: format_rfc3339(entry.row_time_ns),
            ingest_id: entry.ingest_id,
            excerpt: entry.excerpt,
            text: entry.text,
            // A colour of a newer version is still a note.
            colour: serde_json::from_value(json!(entry.colour)).unwrap_or_default(),
            author: entry.author,
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            version: entry.version,
        }
    }
}

impl NoteContent {
    fn check(&self) -> Result<(), ApiError> {
        for (name, text, most) in
            [("text", &self.text, TEXT_CHARACTERS), ("author", &self.author, AUTHOR_CHARACTERS)]
        {
            let length = text.chars().count();
            if length > most {
                return Err(ApiError::bad_request(
                    "note.too_long",
                    format!("`{name}` has {length} characters: shorten it to {most}"),
                ));
            }
        }
        Ok(())
    }

    fn colour(&self) -> String {
        json!(self.colour).as_str().unwrap_or_default().to_owned()
    }
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no note {id}"))
}

fn changed(version: i64) -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        CHANGED,
        "somebody changed this note meanwhile: look at it again, then repeat the change",
    )
    .details(json!({ "version": version }))
}

fn failed(error: CatalogError) -> ApiError {
    ApiError::internal(&error)
}

/// The stored note, where its version is the one that the caller saw.
async fn seen(app: &App, id: &str, version: Option<i64>) -> Result<NoteEntry, ApiError> {
    let entry = app.catalog.note(id).await.map_err(failed)?.ok_or_else(|| missing(id))?;
    match version {
        Some(version) if version != entry.version => Err(changed(entry.version)),
        _ => Ok(entry),
    }
}

/// Lists notes, those on the newest rows first.
#[utoipa::path(get, path = "/api/v1/notes", tag = "notes", params(NoteFilter), responses((status = 200, body = NoteList)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Parameters(filter): Parameters<NoteFilter>,
) -> Result<Json<NoteList>, ApiError> {
    let range = TimeRange::parse(filter.from.as_deref(), filter.to.as_deref(), app.clock.now_ns())
        .map_err(|error| ApiError::bad_request(error.code(), error.message))?;
    let limit = filter.limit.unwrap_or(DEFAULT_NOTES).clamp(1, MOST_NOTES);
    let range = NoteRange { from_ns: range.from_ns, to_ns: range.to_ns };
    let notes = app.catalog.notes(range, i64::from(limit)).await.map_err(failed)?;
    Ok(Json(NoteList { notes: notes.into_iter().map(Note::from).collect() }))
}

/// Makes a note, or a mark, on a row.
#[utoipa::path(post, path = "/api/v1/notes", tag = "notes", request_body = NewNote, responses((status = 201, body = Note)))]
pub async fn add(
    State(app): State<Arc<App>>,
    JsonBody(new): JsonBody<NewNote>,
) -> Result<(StatusCode, HeaderMap, Json<Note>), ApiError> {
    let row_time_ns = parse_rfc3339(&new.timestamp).ok_or_else(|| {
        ApiError::bad_request(
            "note.row",
            "timestamp is the Timestamp of a row, such as 2026-11-27T10:00:00.5Z",
        )
    })?;
    let ingest_id: u64 = new.ingest_id.parse().map_err(|_| {
        ApiError::bad_request("note.row", "ingest_id is the IngestId of a row, a number as a text")
    })?;
    new.content.check()?;
    let now = format_rfc3339(app.clock.now_ns());
    let entry = NoteEntry {
        id: Uuid::new_v4().to_string(),
        row_time_ns,
        ingest_id: ingest_id.to_string(),
        excerpt: new.excerpt.chars().take(EXCERPT_CHARACTERS).collect(),
        colour: new.content.colour(),
        text: new.content.text,
        author: new.content.author,
        created_at: now.clone(),
        updated_at: now,
        version: 1,
    };
    app.catalog.add_note(&entry).await.map_err(failed)?;
    let mut headers = etag(entry.version);
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/notes/{}", entry.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Json(entry.into())))
}

/// One note.
#[utoipa::path(get, path = "/api/v1/notes/{id}", tag = "notes", params(("id" = String, Path)), responses((status = 200, body = Note)))]
pub async fn get(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<(HeaderMap, Json<Note>), ApiError> {
    let entry = seen(&app, &id, None).await?;
    Ok((etag(entry.version), Json(entry.into())))
}

/// Changes text, colour and author of a note.
#[utoipa::path(put, path = "/api/v1/notes/{id}", tag = "notes", params(("id" = String, Path)), request_body = NoteChange,
    responses((status = 200, body = Note), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn replace(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(change): JsonBody<NoteChange>,
) -> Result<(HeaderMap, Json<Note>), ApiError> {
    change.content.check()?;
    let entry = seen(&app, &id, if_match(&headers, CHANGED)?.or(change.version)).await?;
    let next = NoteEntry {
        colour: change.content.colour(),
        text: change.content.text,
        author: change.content.author,
        updated_at: format_rfc3339(app.clock.now_ns()),
        version: entry.version + 1,
        ..entry
    };
    if !app.catalog.replace_note(&next).await.map_err(failed)? {
        return Err(changed(seen(&app, &id, None).await?.version));
    }
    Ok((etag(next.version), Json(next.into())))
}

/// Deletes a note.
#[utoipa::path(delete, path = "/api/v1/notes/{id}", tag = "notes", params(("id" = String, Path), NoteVersion),
    responses((status = 204), (status = 412, body = click_lite_client::ErrorBody)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Parameters(query): Parameters<NoteVersion>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let entry = seen(&app, &id, if_match(&headers, CHANGED)?.or(query.version)).await?;
    if !app.catalog.delete_note(&id, entry.version).await.map_err(failed)? {
        return Err(changed(seen(&app, &id, None).await?.version));
    }
    Ok(StatusCode::NO_CONTENT)
}
