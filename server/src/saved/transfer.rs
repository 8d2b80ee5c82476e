//! Saved queries as a file: one JSON document.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use click_lite_catalog::SavedQueryFilter;
use click_lite_model::time::format_rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::content::Content;
use super::diff::Difference;
use crate::app::App;
use crate::http::error::{ApiError, JsonBody, Parameters};

const FORMAT: &str = "click-lite.saved-queries";
const FORMAT_VERSION: u32 = 1;
/// Saved queries of one file.
const MAX_ITEMS: usize = 5_000;

/// Saved queries as a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SavedQueryFile {
    /// `click-lite.saved-queries`
    format: String,
    /// 1
    format_version: u32,
    #[serde(default)]
    exported_at: Option<String>,
    items: Vec<Content>,
}

/// What to export; everything without a choice.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ExportFilter {
    /// This folder and those in it.
    folder: Option<String>,
    tag: Option<String>,
    /// Ids, separated by commas.
    ids: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ImportOptions {
    /// Only say what an import would do.
    dry_run: bool,
    /// Leave saved queries that are there as they are, also where the file has them otherwise.
    keep: bool,
}

/// How an item of a file and what is saved under its name go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SavedImportStanding)]
pub enum Standing {
    New,
    Changed,
    Same,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedImportItem)]
pub struct ImportedItem {
    name: String,
    folder: String,
    standing: Standing,
    /// Whether it was written; never in a dry run.
    written: bool,
    /// The saved query of that name; `null` where none is or was made.
    id: Option<String>,
    /// From what is saved to what the file has.
    difference: Difference,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedImportReport)]
pub struct ImportReport {
    items: Vec<ImportedItem>,
    new: usize,
    changed: usize,
    same: usize,
}

/// Saved queries as a file that another server takes.
#[utoipa::path(get, path = "/api/v1/saved-queries/export", tag = "saved", params(ExportFilter), responses((status = 200, body = SavedQueryFile)))]
pub async fn export(
    State(app): State<Arc<App>>,
    Parameters(filter): Parameters<ExportFilter>,
) -> Result<(HeaderMap, Json<SavedQueryFile>), ApiError> {
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let ids = text(filter.ids);
    let is_chosen = |id: &str| ids.as_deref().is_none_or(|ids| ids.split(',').any(|chosen| chosen == id));
    let wanted = SavedQueryFilter {
        folder: text(filter.folder),
        tag: text(filter.tag),
        ..SavedQueryFilter::default()
    };
    let saved = app.saved.list(&wanted).await?;
    let items =
        saved.into_iter().filter(|saved| is_chosen(&saved.entry.id)).map(|saved| saved.content).collect();
    let disposition = HeaderValue::from_static("attachment; filename=\"saved-queries.json\"");
    Ok((
        HeaderMap::from_iter([(header::CONTENT_DISPOSITION, disposition)]),
        Json(SavedQueryFile {
            format: FORMAT.into(),
            format_version: FORMAT_VERSION,
            exported_at: Some(format_rfc3339(app.clock.now_ns())),
            items,
        }),
    ))
}

/// Takes a file of saved queries, and says what of it is new, changed or the same. Names tell which belong together.
/// Nothing is written where any item is wrong.
#[utoipa::path(post, path = "/api/v1/saved-queries/import", tag = "saved", params(ImportOptions), request_body = SavedQueryFile,
    responses((status = 200, body = ImportReport), (status = 400, body = click_lite_client::ErrorBody)))]
pub async fn import(
    State(app): State<Arc<App>>,
    Parameters(options): Parameters<ImportOptions>,
    JsonBody(file): JsonBody<SavedQueryFile>,
) -> Result<Json<ImportReport>, ApiError> {
    let contents = checked(file)?;
    let mut report = ImportReport { items: Vec::new(), new: 0, changed: 0, same: 0 };
    for content in contents {
        let before = app.saved.find(&content.name).await?;
        let difference = before.as_ref().map(|before| Difference::between(&before.content, &content));
        let standing = match &difference {
            None => Standing::New,
            Some(difference) if difference.is_empty() => Standing::Same,
            Some(_) => Standing::Changed,
        };
        let mut id = before.as_ref().map(|before| before.entry.id.clone());
        let (name, folder) = (content.name.clone(), content.folder.clone());
        let mut written = false;
        match (standing, &before) {
            _ if options.dry_run => {}
            (Standing::New, _) => {
                id = Some(app.saved.create(content).await?.entry.id);
                written = true;
            }
            (Standing::Changed, Some(before)) if !options.keep => {
                app.saved.replace(&before.entry.id, Some(before.entry.version), content).await?;
                written = true;
            }
            _ => {}
        }
        match standing {
            Standing::New => report.new += 1,
            Standing::Changed => report.changed += 1,
            Standing::Same => report.same += 1,
        }
        let difference = difference.unwrap_or_default();
        report.items.push(ImportedItem { name, folder, standing, written, id, difference });
    }
    Ok(Json(report))
}

/// The items of a file, all of which can be saved.
fn checked(file: SavedQueryFile) -> Result<Vec<Content>, ApiError> {
    let wrong = |message: String| ApiError::bad_request("saved.file", message);
    if file.format != FORMAT {
        return Err(wrong(format!("this is no file of saved queries: its `format` is not `{FORMAT}`")));
    }
    if file.format_version > FORMAT_VERSION {
        return Err(wrong(format!(
            "the file has format version {}, and this server reads up to {FORMAT_VERSION}: update the server",
            file.format_version
        )));
    }
    if file.items.len() > MAX_ITEMS {
        return Err(wrong(format!("a file holds at most {MAX_ITEMS} saved queries: split it")));
    }
    let mut names = std::collections::BTreeSet::new();
    let mut contents = Vec::with_capacity(file.items.len());
    for (index, content) in file.items.into_iter().enumerate() {
        let name = content.name.clone();
        let content = content.checked().map_err(|error| ApiError {
            message: format!("item {} (`{name}`): {}", index + 1, error.message),
            ..error
        })?;
        if !names.insert(content.name.to_ascii_lowercase()) {
            return Err(wrong(format!("the name `{}` is in the file twice: names are unique", content.name)));
        }
        contents.push(content);
    }
    Ok(contents)
}
