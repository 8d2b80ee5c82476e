//! The HTTP side: routes, who may call, request ids, errors.

mod body_guard;
pub mod connection;
pub mod error;
pub mod etag;
mod health;
pub mod interface;
pub mod openapi;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use utoipa_swagger_ui::SwaggerUi;

use crate::access;
use crate::app::App;
use crate::ingest;
pub use body_guard::SenderLimits;
use error::{ApiError, REQUEST_ID, render_errors};

/// Largest JSON body of calls that are not ingest.
const CALL_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Default)]
struct RequestIds;

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&uuid::Uuid::new_v4().simple().to_string()).ok().map(RequestId::new)
    }
}

/// Everything, for the main listener.
pub fn router(app: &Arc<App>) -> Router {
    let (calls, document) = openapi::calls().split_for_parts();
    let calls = calls
        .merge(SwaggerUi::new("/docs").url("/api/openapi.json", document))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(DefaultBodyLimit::max(CALL_BYTES))
        .layer(CompressionLayer::new().compress_when(
            // Workbooks and Parquet are compressed.
            DefaultPredicate::new().and(NotForContentType::new("application/vnd.")),
        ));
    let streams = ingest::routes()
        .layer(middleware::from_fn_with_state(Arc::clone(&app.senders), body_guard::limit_senders))
        .layer(DefaultBodyLimit::disable());
    let routes =
        calls.merge(streams).fallback(ingest::es_bulk::cluster::or_interface).with_state(Arc::clone(app));
    outer(app, routes.layer(middleware::from_fn_with_state(Arc::clone(&app.access), access::guard)))
}

/// OTLP alone, for its own listener.
pub fn otlp_router(app: &Arc<App>) -> Router {
    let routes = ingest::otlp_routes()
        .layer(middleware::from_fn_with_state(Arc::clone(&app.senders), body_guard::limit_senders))
        .layer(DefaultBodyLimit::disable())
        .fallback(error::unknown_path)
        .with_state(Arc::clone(app));
    outer(app, routes.layer(middleware::from_fn(access::guard_ingest)))
}

fn outer(app: &App, routes: Router) -> Router {
    let name = HeaderName::from_static(REQUEST_ID);
    routes
        .layer(middleware::from_fn_with_state(Arc::clone(&app.senders), body_guard::break_off_stalled))
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(ApiError::internal(&"a handler panicked"))
        }))
        .layer(middleware::from_fn(ingest::otlp::http::render_errors))
        .layer(middleware::from_fn(render_errors))
        .layer(PropagateRequestIdLayer::new(name.clone()))
        .layer(SetRequestIdLayer::new(name, RequestIds))
        .layer(middleware::from_fn(trust_no_request_id))
}

/// A caller's own request id is kept only where it can't harm the log.
async fn trust_no_request_id(mut request: Request, next: middleware::Next) -> axum::response::Response {
    let plain = |id: &HeaderValue| {
        id.len() <= 64 && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !plain(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}
