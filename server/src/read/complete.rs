//! `POST /api/v1/complete`: what could be written at the cursor.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::{CompletionItem, CompletionKind, ItemKind, complete as complete_text, quote_field, quote_value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Scope;
use super::fields::{fields, values_of};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

/// Most items of an answer.
const MAX_ITEMS: usize = 50;

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
            // Without an engine the keywords are still worth an answer.
            if let Ok(Json(answer)) = fields(State(Arc::clone(&app)), JsonBody(scope)).await {
                let prefix = prefix.trim_matches('"').to_lowercase();
                for field in answer.fields().iter().filter(|field| field.name().to_lowercase().contains(&prefix)) {
                    if items.iter().all(|item| item.label != field.name()) {
                        items.push(CompletionItem {
                            text: format!("{}:", quote_field(field.name())),
                            label: field.name().to_owned(),
                            kind: ItemKind::Field,
                            detail: Some(field.count().to_string()),
                        });
                    }
                }
            }
        }
        CompletionKind::Value { field, prefix } => {
            let prefix = prefix.trim_matches('"');
            if let Ok((values, _, _)) = values_of(&app, &scope, field, prefix, None).await {
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
        CompletionKind::Text => {}
    }
    items.truncate(MAX_ITEMS);
    Ok(Json(CompleteAnswer { replace: Replace { from: context.replace.start, to: context.replace.end }, items }))
}
