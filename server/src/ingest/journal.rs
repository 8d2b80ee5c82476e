//! `POST /upload`: what `systemd-journal-upload` sends, as `systemd-journal-remote` takes it (systemd-journal-remote(8)).

use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use click_lite_formats::journal::Decoder;
use click_lite_model::{Record, Rejections};

use super::body::{Encoding, read_error};
use super::count_rows;
use super::input::{Input, receive, record_bytes};
use crate::app::App;
use crate::http::error::ApiError;
use crate::pipeline::{Committed, Intake, Pipeline};

/// The path of the one program that sends this; it can't be told another.
pub const PATH: &str = "/upload";
const CONTENT_TYPE: &str = "application/vnd.fdo.journal";
/// Bytes of a body that are decoded at once.
const READ_BYTES: usize = 256 * 1024;

pub fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(upload))
}

/// What became of a body: entries taken and refused, and why it was not read to its end.
struct Taken {
    accepted: u64,
    rejections: Rejections,
    fault: Option<ApiError>,
}

/// Answers when the entries are on disk. The sender remembers how far it came by that answer, and sends again from there
/// after any other.
async fn upload(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != CONTENT_TYPE {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "request.content_type",
            format!(
                "{PATH} takes {CONTENT_TYPE}, which systemd-journal-upload sends; for others there is /api/v1/ingest"
            ),
        ));
    }
    let encoding = Encoding::of_request(&headers)?;
    let _turn = app.pipeline.turn(&headers).await?;
    let pipeline = Arc::clone(&app.pipeline);
    let (record_bytes, max_bytes) = (record_bytes(&app), app.config.ingest.max_body_bytes);
    let (taken, committed) = receive(&app, &headers, body, encoding, max_bytes, move |input| {
        Ok(take(&pipeline, input, record_bytes))
    })
    .await?;
    committed.wait().await?;
    app.pipeline.meters.rejected(taken.rejections.count());
    count_rows("journal", taken.accepted, taken.rejections.count());
    if let Some(first) = taken.rejections.kept().first() {
        tracing::warn!(
            rejected = taken.rejections.count(), error.code = first.code, error = %first.message,
            "entries of a journal were refused"
        );
    }
    match taken.fault {
        Some(fault) => Err(fault),
        None => Ok((StatusCode::ACCEPTED, "OK.\n").into_response()),
    }
}

/// Decodes a body into blocks. What came before a fault stays.
fn take(pipeline: &Pipeline, input: Input<'_>, record_bytes: usize) -> (Taken, Committed) {
    let mut intake = pipeline.intake(None, input.small().is_some());
    let mut rejections = Rejections::default();
    let fault = decode(input, &mut intake, record_bytes, &mut rejections).err();
    (Taken { accepted: intake.rows(), rejections, fault }, intake.commit())
}

fn decode(
    input: Input<'_>,
    intake: &mut Intake<'_>,
    record_bytes: usize,
    rejections: &mut Rejections,
) -> Result<(), ApiError> {
    let mut decoder = Decoder::new(record_bytes);
    let mut record = Record::new();
    let mut reader = input.into_reader();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = reader.read(&mut buffer).map_err(|error| read_error(&error))?;
        let mut sink = |record: &mut Record| intake.push(record);
        let decoded = match count {
            0 => decoder.end(&mut record, &mut sink, rejections),
            _ => decoder.decode(&buffer[..count], &mut record, &mut sink, rejections),
        };
        decoded.map_err(|error| ApiError::bad_request(error.code(), error.to_string()))?;
        if count == 0 {
            return Ok(());
        }
        intake.flush_if_large()?;
    }
}
