//! `POST /api/v1/complete`: what could be written at the cursor.

mod known;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::{
    CompletionItem, CompletionKind, ItemKind, SHORT_NAMES, Signature, column_text, complete as complete_text,
    quote_field, quote_value,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Scope;
use super::fields::{ValueCount, fields, values_of};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};
use known::{Counted, Offer, WHOLE};

pub use known::{KnownFields, KnownValues};

/// Most items of an answer.
const MAX_ITEMS: usize = 80;

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
    /// The source whose fields and values are offered.
    source: Option<String>,
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
    let scope = Scope { from: request.from, to: request.to, source: request.source, ..Scope::default() };
    let mut items = context.items;
    match &context.kind {
        CompletionKind::Field { prefix } => {
            let prefix = prefix.trim_matches('"').to_lowercase();
            let names = field_names(&app, &scope).await;
            ask_ahead(&app, &scope, &names, &prefix);
            for (name, count) in names.iter().filter(|(name, _)| name.to_lowercase().contains(&prefix)) {
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
            for (value, count) in values(&app, &scope, field, prefix).await.iter() {
                if items.len() >= MAX_ITEMS {
                    break;
                }
                let detail = Some(count.to_string());
                match items.iter_mut().find(|item| item.label == *value) {
                    Some(known) => known.detail = detail,
                    None => items.push(CompletionItem {
                        text: quote_value(value),
                        label: value.clone(),
                        kind: ItemKind::Value,
                        detail,
                    }),
                }
            }
        }
        CompletionKind::Column { prefix, columns: None } => {
            let prefix = prefix.to_lowercase();
            let known = field_names(&app, &scope).await;
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
async fn field_names(app: &Arc<App>, scope: &Scope) -> Counted {
    match app.known_fields.get(scope) {
        Some(Offer { list, is_stale: false }) => list,
        Some(Offer { list, .. }) => {
            let (app, scope) = (Arc::clone(app), scope.clone());
            tokio::spawn(async move { ask_fields(&app, scope).await });
            list
        }
        None => {
            ask_fields(app, scope.clone()).await;
            app.known_fields.get(scope).map(|offer| offer.list).unwrap_or_default()
        }
    }
}

/// The answer is noted as that of every other who asks.
async fn ask_fields(app: &Arc<App>, scope: Scope) {
    let _ = fields(State(Arc::clone(app)), JsonBody(scope)).await;
}

/// Values of a field that begin so. Where all values are few, ClickHouse is asked once, and not for each letter.
async fn values(app: &Arc<App>, scope: &Scope, field: &str, prefix: &str) -> Counted {
    if let Some((Offer { list, is_stale }, of)) = app.known_values.get(scope, field, prefix) {
        if is_stale {
            let (app, scope, field) = (Arc::clone(app), scope.clone(), field.to_owned());
            tokio::spawn(async move { ask_values(&app, &scope, &field, &of).await });
        }
        return list;
    }
    // What was asked for before is known to be many: only those of this beginning are of use.
    let is_many = !prefix.is_empty() && app.known_values.has(scope, field);
    let all = ask_values(app, scope, field, if is_many { prefix } else { "" }).await;
    match app.known_values.get(scope, field, prefix) {
        Some((Offer { list, .. }, _)) => list,
        None if is_many => all,
        None => ask_values(app, scope, field, prefix).await,
    }
}

async fn ask_values(app: &App, scope: &Scope, field: &str, prefix: &str) -> Counted {
    let Ok(found) = values_of(app, scope, field, prefix, Some(WHOLE)).await else {
        return Counted::default();
    };
    let counted = |value: &ValueCount| (value.value().to_owned(), value.count());
    let values: Counted = Arc::new(found.values.iter().map(counted).collect());
    app.known_values.set(scope, field, prefix, Arc::clone(&values));
    values
}

/// Where only one field begins so, its values come next: they are asked for while its name is typed.
fn ask_ahead(app: &Arc<App>, scope: &Scope, names: &Counted, prefix: &str) {
    let mut fitting = names.iter().filter(|(name, _)| name.to_lowercase().starts_with(prefix));
    let (Some((name, _)), None) = (fitting.next(), fitting.next()) else { return };
    if !app.known_values.has(scope, name) {
        let (app, scope, name) = (Arc::clone(app), scope.clone(), name.clone());
        tokio::spawn(async move { ask_values(&app, &scope, &name, "").await });
    }
}
