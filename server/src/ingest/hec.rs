//! Splunk's HTTP Event Collector (Splunk Enterprise 9, "HTTP Event Collector REST API endpoints").
//!
//! Every answer comes after the records are on disk, so an indexer acknowledgement is true as soon as it is given out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use click_lite_formats::hec::{Decoder, EventError, EventFault, Metadata};
use click_lite_formats::ndjson::parse_time;
use click_lite_model::{Record, Rejections};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body::{Encoding, LineChunks, read_error};
use super::count_rows;
use super::input::{Input, has_room, receive, record_bytes};
use crate::app::App;
use crate::http::error::{ApiError, Parameters};
use crate::pipeline::{Committed, Intake, Pipeline};

/// Most bytes of a body after decompression: that of Splunk's `max_content_length`.
const MAX_BODY_BYTES: u64 = 838_860_800;
/// Most bytes of a question for acknowledgements.
const MAX_ACK_BYTES: usize = 1024 * 1024;
/// Bytes of a body of events that are read at once.
const READ_BYTES: u64 = 256 * 1024;
/// Acknowledgements are numbered by those that records get, in steps of 2^10: small enough for a double, and larger
/// after a restart than before it.
const ACK_ID_BITS: u32 = 10;
const CHANNEL_HEADER: &str = "x-splunk-request-channel";

pub fn routes() -> Router<Arc<App>> {
    // Docker's log driver asks with OPTIONS whether the collector is there.
    let with_options = |route: MethodRouter<Arc<App>>| route.options(health);
    let mut router = Router::new();
    for path in ["", "/event", "/event/1.0"] {
        router = router.route(&format!("/services/collector{path}"), with_options(post(events)));
    }
    for path in ["/raw", "/raw/1.0"] {
        router = router.route(&format!("/services/collector{path}"), with_options(post(raw)));
    }
    for path in ["/health", "/health/1.0"] {
        router = router.route(&format!("/services/collector{path}"), get(health));
    }
    router.route("/services/collector/ack", post(acknowledgements))
}

/// Parameters of a request: metadata of events that have none, and the channel. Others are passed over.
#[derive(Debug, Default, Deserialize)]
struct CollectorParameters {
    channel: Option<String>,
    host: Option<String>,
    source: Option<String>,
    sourcetype: Option<String>,
    index: Option<String>,
    time: Option<String>,
}

impl CollectorParameters {
    fn metadata(&mut self) -> Metadata {
        Metadata {
            host: self.host.take().unwrap_or_default(),
            source: self.source.take().unwrap_or_default(),
            sourcetype: self.sourcetype.take().unwrap_or_default(),
            index: self.index.take().unwrap_or_default(),
            time_ns: self.time.take().as_deref().and_then(parse_time),
        }
    }

    fn has_channel(&self, headers: &HeaderMap) -> bool {
        let in_header = headers.get(CHANNEL_HEADER).is_some_and(|channel| !channel.is_empty());
        in_header || self.channel.as_ref().is_some_and(|channel| !channel.is_empty())
    }
}

type CollectorQuery = Result<Parameters<CollectorParameters>, ApiError>;

async fn events(state: State<Arc<App>>, query: CollectorQuery, headers: HeaderMap, body: Body) -> Response {
    answer(state, query, headers, body, decode_events).await
}

async fn raw(state: State<Arc<App>>, query: CollectorQuery, headers: HeaderMap, body: Body) -> Response {
    answer(state, query, headers, body, decode_raw).await
}

/// Whether events can be taken.
async fn health(State(app): State<Arc<App>>) -> Response {
    if has_room(&app) { Reply::HEALTHY.into_response() } else { Reply::QUEUES_FULL.into_response() }
}

/// Which acknowledgements are true: all that were given out.
async fn acknowledgements(
    State(app): State<Arc<App>>,
    query: CollectorQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    #[derive(Deserialize)]
    struct Question {
        acks: Vec<u64>,
    }
    if !query.is_ok_and(|parameters| parameters.0.has_channel(&headers)) {
        return Reply::NO_CHANNEL.into_response();
    }
    let body = axum::body::to_bytes(body, MAX_ACK_BYTES).await.unwrap_or_default();
    let Ok(question) = serde_json::from_slice::<Question>(&body) else {
        return Reply::INVALID_FORMAT.into_response();
    };
    let given = app.pipeline.take_ids(0) >> ACK_ID_BITS;
    let acks: Map<String, Value> =
        question.acks.into_iter().map(|id| (id.to_string(), (id < given).into())).collect();
    Json(json!({ "acks": acks })).into_response()
}

/// What became of a body: records taken, and why it was not read to its end.
struct Taken {
    accepted: u64,
    refused: Option<Refused>,
    rejections: Rejections,
}

enum Refused {
    Event(EventError),
    Request(ApiError),
}

type Decode = fn(Input<'_>, &mut Decoder, &mut Intake<'_>, usize, &mut Rejections) -> Result<(), Refused>;

/// Takes the records of a body, and answers when they are on disk. What came before something that can't be taken stays.
async fn answer(
    State(app): State<Arc<App>>,
    query: CollectorQuery,
    headers: HeaderMap,
    body: Body,
    decode: Decode,
) -> Response {
    let mut parameters = match query {
        Ok(parameters) => parameters.0,
        Err(error) => return error_reply(&error).into_response(),
    };
    let has_channel = parameters.has_channel(&headers);
    let taken = match take(&app, &headers, parameters.metadata(), body, decode).await {
        Ok(taken) => taken,
        Err(error) => return error_reply(&error).into_response(),
    };
    let refused = u64::from(matches!(taken.refused, Some(Refused::Event(_)))) + taken.rejections.count();
    app.pipeline.meters.rejected(refused);
    count_rows("splunk", taken.accepted, refused);
    let reply = match (taken.refused, taken.rejections.kept().first()) {
        (Some(Refused::Event(error)), _) => event_reply(&error),
        (Some(Refused::Request(error)), _) => error_reply(&error),
        (None, Some(first)) => Reply::INVALID_FORMAT
            .with("invalid-event-number", first.index)
            .with("reason", first.message.clone()),
        (None, None) if taken.accepted == 0 => Reply::NO_DATA,
        (None, None) if has_channel => {
            let id = app.pipeline.take_ids(1 << ACK_ID_BITS) >> ACK_ID_BITS;
            Reply::SUCCESS.with("ackId", id)
        }
        (None, None) => Reply::SUCCESS,
    };
    reply.into_response()
}

async fn take(
    app: &Arc<App>,
    headers: &HeaderMap,
    metadata: Metadata,
    body: Body,
    decode: Decode,
) -> Result<Taken, ApiError> {
    let encoding = Encoding::of_request(headers)?;
    let _turn = app.pipeline.turn(headers).await?;
    let pipeline = Arc::clone(&app.pipeline);
    let record_bytes = record_bytes(app);
    let (taken, committed) = receive(app, headers, body, encoding, MAX_BODY_BYTES, move |input| {
        Ok(decode_body(&pipeline, input, metadata, record_bytes, decode))
    })
    .await?;
    committed.wait().await?;
    Ok(taken)
}

fn decode_body(
    pipeline: &Pipeline,
    input: Input<'_>,
    metadata: Metadata,
    record_bytes: usize,
    decode: Decode,
) -> (Taken, Committed) {
    let mut intake = pipeline.intake(None, input.small().is_some());
    let mut decoder = Decoder::new(record_bytes, metadata);
    let mut rejections = Rejections::default();
    let refused = decode(input, &mut decoder, &mut intake, record_bytes, &mut rejections).err();
    (Taken { accepted: intake.rows(), refused, rejections }, intake.commit())
}

fn decode_events(
    input: Input<'_>,
    decoder: &mut Decoder,
    intake: &mut Intake<'_>,
    _record_bytes: usize,
    _rejections: &mut Rejections,
) -> Result<(), Refused> {
    use std::io::Read;
    let mut record = Record::new();
    let mut decode_piece = |piece: &[u8], is_last, intake: &mut Intake<'_>| {
        decoder
            .decode_events(piece, is_last, &mut record, &mut |record| intake.push(record))
            .map_err(Refused::Event)
    };
    if let Some(body) = input.small() {
        return decode_piece(body, true, intake);
    }
    let mut reader = input.into_reader();
    let mut piece = Vec::new();
    loop {
        piece.clear();
        reader
            .by_ref()
            .take(READ_BYTES)
            .read_to_end(&mut piece)
            .map_err(|error| Refused::Request(read_error(&error)))?;
        decode_piece(&piece, piece.is_empty(), intake)?;
        intake.flush_if_large().map_err(Refused::Request)?;
        if piece.is_empty() {
            return Ok(());
        }
    }
}

fn decode_raw(
    input: Input<'_>,
    decoder: &mut Decoder,
    intake: &mut Intake<'_>,
    record_bytes: usize,
    rejections: &mut Rejections,
) -> Result<(), Refused> {
    let mut record = Record::new();
    if let Some(body) = input.small() {
        decoder.decode_raw(body, 0, &mut record, &mut |record| intake.push(record), rejections);
        return Ok(());
    }
    let mut chunks = LineChunks::new(input.into_reader(), record_bytes);
    let mut index = 0;
    while let Some(lines) = chunks.next().map_err(|error| Refused::Request(read_error(&error)))? {
        let decoded =
            decoder.decode_raw(lines, index, &mut record, &mut |record| intake.push(record), rejections);
        index += decoded.records();
        intake.flush_if_large().map_err(Refused::Request)?;
    }
    Ok(())
}

/// An answer in Splunk's shape.
struct Reply {
    status: StatusCode,
    code: u8,
    text: &'static str,
    more: Vec<(&'static str, Value)>,
    retry_after_seconds: Option<u32>,
}

impl Reply {
    const SUCCESS: Self = Self::new(StatusCode::OK, 0, "Success");
    const NO_DATA: Self = Self::new(StatusCode::BAD_REQUEST, 5, "No data");
    const INVALID_FORMAT: Self = Self::new(StatusCode::BAD_REQUEST, 6, "Invalid data format");
    const INTERNAL: Self = Self::new(StatusCode::INTERNAL_SERVER_ERROR, 8, "Internal server error");
    const BUSY: Self = Self::new(StatusCode::SERVICE_UNAVAILABLE, 9, "Server is busy");
    const NO_CHANNEL: Self = Self::new(StatusCode::BAD_REQUEST, 10, "Data channel is missing");
    const NO_EVENT: Self = Self::new(StatusCode::BAD_REQUEST, 12, "Event field is required");
    const BLANK_EVENT: Self = Self::new(StatusCode::BAD_REQUEST, 13, "Event field cannot be blank");
    const FIELDS: Self = Self::new(StatusCode::BAD_REQUEST, 15, "Error in handling indexed fields");
    const HEALTHY: Self = Self::new(StatusCode::OK, 17, "HEC is healthy");
    const QUEUES_FULL: Self =
        Self::new(StatusCode::SERVICE_UNAVAILABLE, 18, "HEC is unhealthy, queues are full");

    const fn new(status: StatusCode, code: u8, text: &'static str) -> Self {
        Self { status, code, text, more: Vec::new(), retry_after_seconds: None }
    }

    fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.more.push((key, value.into()));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("text".into(), self.text.into());
        body.insert("code".into(), self.code.into());
        body.extend(self.more.into_iter().map(|(key, value)| (key.to_owned(), value)));
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn event_reply(error: &EventError) -> Reply {
    let reply = match error.fault {
        EventFault::NoEvent => Reply::NO_EVENT,
        EventFault::BlankEvent => Reply::BLANK_EVENT,
        EventFault::Fields => Reply::FIELDS,
        EventFault::Json(_) | EventFault::TooLarge(_) => Reply::INVALID_FORMAT,
    };
    reply.with("invalid-event-number", error.number).with("reason", error.fault.to_string())
}

/// A failure of the whole request. Senders send again what code 9 answers.
fn error_reply(error: &ApiError) -> Reply {
    let reply = match error.status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::INSUFFICIENT_STORAGE
        | StatusCode::SERVICE_UNAVAILABLE => {
            Reply { retry_after_seconds: error.retry_after_seconds, ..Reply::BUSY }
        }
        status if status.is_client_error() => Reply { status, ..Reply::INVALID_FORMAT },
        _ => return Reply::INTERNAL,
    };
    reply.with("reason", error.message.clone())
}
