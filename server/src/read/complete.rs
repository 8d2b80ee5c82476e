//! `POST /api/v1/complete`: what could be written at the cursor.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use click_lite_query::{
    CompletionItem, CompletionKind, ItemKind, SHORT_NAMES, Signature, column_text, complete as complete_text,
    quote_field, quote_value,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Scope;
use super::fields::{FieldValuesFound, fields, values_of};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

/// Most items of an answer.
const MAX_ITEMS: usize = 80;

/// How old the names of fields may be that are offered: they are asked for at every key.
const NAMES_AGE: Duration = Duration::from_secs(15);

/// Names of fields and how many records have them, of the time range that was asked for last.
#[derive(Debug, Default)]
pub struct KnownFields(Mutex<Option<Known>>);

#[derive(Debug)]
struct Known {
    at: Instant,
    from: Option<String>,
    to: Option<String>,
    names: Arc<Vec<(String, u64)>>,
}

impl KnownFields {
    fn get(&self, scope: &Scope) -> Option<Arc<Vec<(String, u64)>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .as_ref()
            .filter(|known| {
                known.at.elapsed() < NAMES_AGE && known.from == scope.from && known.to == scope.to
            })
            .map(|known| Arc::clone(&known.names))
    }

    /// The names that were found last, whatever the range.
    pub fn latest(&self) -> Option<Arc<Vec<(String, u64)>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|known| Arc::clone(&known.names))
    }

    /// Keeps the fields of all records of a range.
    pub fn set(&self, scope: &Scope, names: Arc<Vec<(String, u64)>>) {
        let known = Known { at: Instant::now(), from: scope.from.clone(), to: scope.to.clone(), names };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

/// A query that is being written.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CompleteRequest {
    /// The text so far; it need not be valid.
    query: String,
    /// Position in characters.
    cursor: usize,
    /// Time range of the records whose fields and values are offered.
    from: Option<String>,
    to: Option<String>,
}

/// What could stand at the cursor.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompleteAnswer {
    replace: Replace,
    #[schema(value_type = Vec<Object>)]
    items: Vec<CompletionItem>,
    /// How the function or the pipe at the cursor is written: `usage` and `about`.
    #[schema(value_type = Option<Object>)]
    signature: Option<Signature>,
}

/// Characters that a chosen item replaces.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replace {
    from: usize,
    to: usize,
}

/// Offers keywords, fields and values for the position of the cursor.
#[utoipa::path(post, path = "/api/v1/complete", tag = "read", request_body = CompleteRequest, responses((status = 200, body = CompleteAnswer)))]
pub async fn complete(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<CompleteRequest>,
) -> Result<Json<CompleteAnswer>, ApiError> {
    let context = complete_text(&request.query, request.cursor);
    // Whatever stands around the cursor is unfinished, so the offer is that of all records of the range.
    let scope = Scope { from: request.from, to: request.to, ..Scope::default() };
    let mut items = context.items;
    match &context.kind {
        CompletionKind::Field { prefix } => {
            let prefix = prefix.trim_matches('"').to_lowercase();
            for (name, count) in field_names(&app, scope)
                .await
                .iter()
                .filter(|(name, _)| name.to_lowercase().contains(&prefix))
            {
                if items.iter().all(|item| item.label != *name) {
                    items.push(CompletionItem {
                        text: format!("{}:", quote_field(name)),
                        label: name.clone(),
                        kind: ItemKind::Field,
                        detail: Some(count.to_string()),
                    });
                }
            }
        }
        CompletionKind::Value { field, prefix } => {
            let prefix = prefix.trim_matches('"');
            if let Ok(FieldValuesFound { values, .. }) = values_of(&app, &scope, field, prefix, None).await {
                for value in &values {
                    let detail = Some(value.count().to_string());
                    match items.iter_mut().find(|item| item.label == value.value()) {
                        Some(known) => known.detail = detail,
                        None => items.push(CompletionItem {
                            text: quote_value(value.value()),
                            label: value.value().to_owned(),
                            kind: ItemKind::Value,
                            detail,
                        }),
                    }
                }
            }
        }
        CompletionKind::Column { prefix, columns: None } => {
            let prefix = prefix.to_lowercase();
            let known = field_names(&app, scope).await;
            let own = SHORT_NAMES.iter().map(|name| ((*name).to_owned(), None));
            let found = known.iter().map(|(name, count)| (name.clone(), Some(count.to_string())));
            let fitting = own.chain(found).filter(|(name, _)| name.to_lowercase().contains(&prefix));
            // Fields before functions: there are many more names of those that begin so.
            let mut fields: Vec<CompletionItem> = Vec::new();
            for (name, detail) in fitting {
                if fields.iter().all(|item| item.label != name) {
                    let text = column_text(&name);
                    fields.push(CompletionItem { text, label: name, kind: ItemKind::Field, detail });
                }
            }
            let is_after_term = prefix.is_empty();
            fields.truncate(if is_after_term { MAX_ITEMS / 2 } else { MAX_ITEMS });
            items = if is_after_term {
                items.into_iter().chain(fields).collect()
            } else {
                fields.into_iter().chain(items).collect()
            };
        }
        CompletionKind::Text | CompletionKind::Pipe { .. } | CompletionKind::Column { .. } => {}
    }
    items.truncate(MAX_ITEMS);
    Ok(Json(CompleteAnswer {
        replace: Replace { from: context.replace.start, to: context.replace.end },
        items,
        signature: context.signature,
    }))
}

/// Names of the fields of a time range. Without an engine there are none: the keywords are still worth an answer.
async fn field_names(app: &Arc<App>, scope: Scope) -> Arc<Vec<(String, u64)>> {
    if let Some(names) = app.known_fields.get(&scope) {
        return names;
    }
    // It notes what it finds.
    let _ = fields(State(Arc::clone(app)), JsonBody(scope.clone())).await;
    app.known_fields.get(&scope).unwrap_or_default()
}
