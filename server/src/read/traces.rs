//! `GET /api/v1/traces/{trace_id}`: the spans of a trace.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use click_lite_formats::ids;
use click_lite_query::{MAX_SPANS, trace_spans};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::run::QueryKind;
use super::search::checked_query_id;
use super::{Caller, Stats, select, store_error};
use crate::app::App;
use crate::http::error::{ApiError, Parameters};

/// Parameters of a question for a trace.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TraceParameters {
    /// Most spans: 10,000 unless said, which is the most there can be.
    limit: Option<u32>,
    /// Chosen by the caller, to cancel the query by.
    query_id: Option<String>,
}

/// A trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trace {
    /// 32 lower-case hexadecimal digits.
    trace_id: String,
    /// Objects by column of `otel_traces`, in the order in which the spans began; `Events` and `Links` are lists of
    /// objects, `Duration` is in nanoseconds. None where nothing of the trace is stored (yet).
    #[schema(value_type = Vec<Object>)]
    spans: Vec<Box<RawValue>>,
    /// There are more spans than were asked for.
    truncated: bool,
    /// The statement, with its values: it can be run in any ClickHouse client.
    sql: String,
    stats: Stats,
    query_id: String,
}

/// The spans of a trace, in the order in which they began.
///
/// Closing the connection cancels the query in ClickHouse.
#[utoipa::path(
    get, path = "/api/v1/traces/{trace_id}", tag = "read", params(("trace_id" = String, Path), TraceParameters),
    responses(
        (status = 200, body = Trace),
        (status = 400, description = "this is no trace id", body = click_lite_client::ErrorBody),
        (status = 503, description = "the engine is not ready", body = click_lite_client::ErrorBody)
    )
)]
pub async fn trace(
    State(app): State<Arc<App>>,
    Path(trace_id): Path<String>,
    Parameters(parameters): Parameters<TraceParameters>,
) -> Result<Json<Trace>, ApiError> {
    let id = ids::trace_id(&trace_id).ok_or_else(|| {
        ApiError::bad_request("trace.id", "a trace id has 32 hexadecimal digits, and not all of them are 0")
    })?;
    let limit = parameters.limit.unwrap_or(MAX_SPANS).clamp(1, MAX_SPANS);
    let query_id = checked_query_id(parameters.query_id.as_deref())?;
    // One more than is shown tells whether there are more.
    let statement = trace_spans(id.as_str(), limit + 1);
    let caller = Caller {
        kind: QueryKind::Trace,
        group: None,
        query_id: Some(&query_id),
        source: None,
        integers_as_text: true,
    };
    let mut stream = select(&app, &statement, caller).await?;
    let mut spans = Vec::new();
    while let Some(batch) = stream.next_rows().await.map_err(|error| store_error(&app, &error))? {
        spans.extend(batch);
    }
    let truncated = spans.len() > limit as usize;
    spans.truncate(limit as usize);
    Ok(Json(Trace {
        trace_id: id.as_str().to_owned(),
        spans,
        truncated,
        sql: statement.display_sql,
        stats: stream.stats().into(),
        query_id,
    }))
}
