//! Elasticsearch's `_bulk` and single documents, on the API's port (Elasticsearch 8 reference, "Bulk API", "Index API").
//! What clients ask before they send is in [`cluster`].

pub mod cluster;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use click_lite_formats::es_bulk::{BulkError, Decoder, FilterPath, Items};
use click_lite_model::Record;
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{Encoding, LineChunks, read_error};
use super::count_rows;
use super::input::{Input, receive, record_bytes};
use crate::app::App;
use crate::http::error::{ApiError, Parameters};
use crate::pipeline::{Committed, Intake, Pipeline};

/// Most bytes of a body after decompression. Elasticsearch's own default is 100 MB (`http.max_content_length`).
const MAX_BODY_BYTES: u64 = 128 * 1024 * 1024;
/// Clients of version 8 and later refuse servers that do not send this.
const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

/// Paths that take documents; everything else of Elasticsearch is answered by [`cluster::or_interface`].
pub fn routes() -> Router<Arc<App>> {
    let mut router = Router::new();
    // Some clients are given a path below which Elasticsearch is.
    for prefix in ["", "/elastic"] {
        router = router
            .route(&format!("{prefix}/_bulk"), post(bulk).put(bulk))
            .route(&format!("{prefix}/{{index}}/_bulk"), post(bulk_of_index).put(bulk_of_index))
            // Clients of version 6 name a type.
            .route(&format!("{prefix}/{{index}}/_doc/_bulk"), post(bulk_of_index).put(bulk_of_index))
            .route(&format!("{prefix}/{{index}}/_doc"), post(document))
            .route(&format!("{prefix}/{{index}}/_doc/{{id}}"), post(document_with_id).put(document_with_id))
            .route(
                &format!("{prefix}/{{index}}/_create/{{id}}"),
                put(document_with_id).post(document_with_id),
            );
    }
    router
}

/// Parameters of a bulk request. Others say how to store, and are passed over.
#[derive(Debug, Deserialize)]
struct BulkParameters {
    filter_path: Option<String>,
}

async fn bulk(
    state: State<Arc<App>>,
    parameters: Result<Parameters<BulkParameters>, ApiError>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer_bulk(state, parameters, headers, None, body).await
}

async fn bulk_of_index(
    state: State<Arc<App>>,
    Path(index): Path<String>,
    parameters: Result<Parameters<BulkParameters>, ApiError>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer_bulk(state, parameters, headers, Some(index), body).await
}

async fn answer_bulk(
    State(app): State<Arc<App>>,
    parameters: Result<Parameters<BulkParameters>, ApiError>,
    headers: HeaderMap,
    index: Option<String>,
    body: Body,
) -> Response {
    let started = Instant::now();
    let result = async {
        let filter = parameters?.0.filter_path;
        let items = take_bulk(&app, headers, index, body).await?;
        Ok::<_, ApiError>((items, filter))
    };
    match result.await {
        Ok((items, filter)) => {
            let filter = filter.as_deref().map_or(FilterPath::ALL, FilterPath::parse);
            let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let pieces = items.render(took_ms, app.pipeline.take_ids(1), filter);
            let body = Body::from_stream(stream::iter(pieces.map(Ok::<_, std::convert::Infallible>)));
            with_product((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response())
        }
        Err(error) => error_answer(&error),
    }
}

/// Takes the documents of a bulk body; answers when they are on disk.
async fn take_bulk(
    app: &Arc<App>,
    headers: HeaderMap,
    index: Option<String>,
    body: Body,
) -> Result<Items, ApiError> {
    let encoding = Encoding::of_request(&headers)?;
    let _turn = app.pipeline.turn(&headers).await?;
    let pipeline = Arc::clone(&app.pipeline);
    let record_bytes = record_bytes(app);
    let (items, committed) = receive(app, &headers, body, encoding, MAX_BODY_BYTES, move |input| {
        Ok(decode_bulk(&pipeline, input, record_bytes, index.as_deref()))
    })
    .await?;
    committed.wait().await?;
    let items = items?;
    count(app, &items);
    if items.accepted() + items.refused() == 0 {
        return Err(ApiError::bad_request("request.empty", "request body is required"));
    }
    Ok(items)
}

/// Decodes a bulk body into blocks. What was decoded before a body broke off is kept.
fn decode_bulk(
    pipeline: &Pipeline,
    input: Input<'_>,
    record_bytes: usize,
    index: Option<&str>,
) -> (Result<Items, ApiError>, Committed) {
    let mut intake = pipeline.intake(None, input.small().is_some());
    let mut decoder = Decoder::new(record_bytes, index);
    let (mut record, mut items) = (Record::new(), Items::default());
    let decode = || -> Result<(), ApiError> {
        let mut decode_lines = |lines: &[u8], intake: &mut Intake<'_>| {
            decoder
                .decode_lines(lines, &mut record, &mut |record| intake.push(record), &mut items)
                .map_err(|error| bulk_error(&error))
        };
        if let Some(body) = input.small() {
            decode_lines(body, &mut intake)?;
        } else {
            let mut chunks = LineChunks::new(input.into_reader(), record_bytes);
            while let Some(lines) = chunks.next().map_err(|error| read_error(&error))? {
                decode_lines(lines, &mut intake)?;
                intake.flush_if_large()?;
            }
        }
        decoder.finish(&mut items);
        Ok(())
    };
    let decoded = decode();
    (decoded.map(|()| items), intake.commit())
}

async fn document(
    state: State<Arc<App>>,
    Path(index): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer_document(state, headers, index, None, body).await
}

async fn document_with_id(
    state: State<Arc<App>>,
    Path((index, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer_document(state, headers, index, Some(id), body).await
}

/// Takes one document, as a bulk body that has no other.
async fn answer_document(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    index: String,
    id: Option<String>,
    body: Body,
) -> Response {
    let result = take_document(&app, &headers, index, id, body).await;
    match result {
        Ok(item) if item["error"].is_object() => {
            let reason = item["error"]["reason"].as_str().unwrap_or_default();
            error_answer(&ApiError::bad_request("es_bulk.document", reason))
        }
        Ok(item) => json_answer(StatusCode::CREATED, &item),
        Err(error) => error_answer(&error),
    }
}

async fn take_document(
    app: &Arc<App>,
    headers: &HeaderMap,
    index: String,
    id: Option<String>,
    body: Body,
) -> Result<Value, ApiError> {
    let encoding = Encoding::of_request(headers)?;
    let _turn = app.pipeline.turn(headers).await?;
    let pipeline = Arc::clone(&app.pipeline);
    let record_bytes = record_bytes(app);
    let (items, committed) = receive(app, headers, body, encoding, 2 * record_bytes as u64, move |input| {
        let mut bulk = format!("{}\n", json!({ "index": { "_index": index, "_id": id } })).into_bytes();
        // A line break can only stand between the parts of a JSON text, where a space is as good.
        bulk.extend(input.into_bytes()?.into_iter().map(|byte| if byte == b'\n' { b' ' } else { byte }));
        let mut intake = pipeline.intake(None, bulk.len() as u64 <= Pipeline::SMALL_BODY_BYTES);
        let mut decoder = Decoder::new(record_bytes, None);
        let (mut record, mut items) = (Record::new(), Items::default());
        let decoded = decoder.decode_lines(&bulk, &mut record, &mut |record| intake.push(record), &mut items);
        decoder.finish(&mut items);
        decoded.map_err(|error| bulk_error(&error))?;
        Ok((items, intake.commit()))
    })
    .await?;
    committed.wait().await?;
    count(app, &items);
    let answer: String = items.render(0, app.pipeline.take_ids(1), FilterPath::ALL).collect();
    let mut answer: Value = serde_json::from_str(&answer).map_err(|error| ApiError::internal(&error))?;
    Ok(answer["items"][0]["index"].take())
}

fn bulk_error(error: &BulkError) -> ApiError {
    match error {
        BulkError::Action { .. } => ApiError::bad_request(error.code(), error.to_string()),
        BulkError::TooMany { .. } => {
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, error.code(), error.to_string())
        }
    }
}

fn count(app: &App, items: &Items) {
    app.pipeline.meters.rejected(items.refused());
    count_rows("elasticsearch", items.accepted(), items.refused());
}

/// An error in Elasticsearch's shape. Its clients send again what 429 and 5xx answer.
fn error_answer(error: &ApiError) -> Response {
    let (status, kind) = match error.status {
        StatusCode::TOO_MANY_REQUESTS => (error.status, "es_rejected_execution_exception"),
        // What Elasticsearch says of a disk that is nearly full.
        StatusCode::INSUFFICIENT_STORAGE => (StatusCode::TOO_MANY_REQUESTS, "cluster_block_exception"),
        StatusCode::BAD_REQUEST => (error.status, "illegal_argument_exception"),
        StatusCode::PAYLOAD_TOO_LARGE => (error.status, "content_too_long_exception"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (error.status, "media_type_header_exception"),
        StatusCode::NOT_FOUND => (error.status, "resource_not_found_exception"),
        _ => (error.status, "exception"),
    };
    let cause = json!({ "type": kind, "reason": error.message });
    let body = json!({
        "error": { "root_cause": [cause], "type": kind, "reason": error.message },
        "status": status.as_u16(),
    });
    let mut response = json_answer(status, &body);
    if let Some(seconds) = error.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    with_product((status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response())
}

fn with_product(mut response: Response) -> Response {
    response.headers_mut().insert(PRODUCT, HeaderValue::from_static("Elasticsearch"));
    response
}
