//! What clients and shippers of Elasticsearch ask before they send documents: who is there, may I, is the template
//! there. Templates and policies are not kept, for the tables have their columns already; saying that they are lets
//! clients that insist on them begin.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{error_answer, json_answer, with_product};
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::interface;
use crate::ingest::input::has_room;

/// Version that is reported: clients look which features they may use, and some want at least their own major version.
const VERSION: &str = "8.19.0";
const NAME: &str = "click-lite";
/// Templates and policies are read to their end and dropped; larger ones end the connection.
const MAX_SETTING_BYTES: usize = 4 * 1024 * 1024;

/// Questions of Elasticsearch's clients, and the web interface for everything else that has no route.
pub async fn or_interface(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let Some(answer) = answer(&method, &path, &headers, has_room(&app)) else {
        return interface::serve(method, request.uri().clone()).await;
    };
    // A connection can only be used again when the body has been read.
    let _ = axum::body::to_bytes(request.into_body(), MAX_SETTING_BYTES).await;
    answer
}

/// Whether a path belongs to Elasticsearch and none of the interface: nothing that is stored can be read or changed
/// there, but for documents that are added.
pub fn is_ours(method: &Method, path: &str) -> bool {
    let segments = segments(path);
    match segments.as_slice() {
        [first, ..] if first.starts_with('_') => true,
        [first, second, ..] if second.starts_with('_') => !matches!(*first, "api" | "v1" | "docs"),
        [index] => method == Method::PUT && is_index(index),
        _ => false,
    }
}

/// Parts of a path; the prefix `/elastic` is none of them.
fn segments(path: &str) -> Vec<&str> {
    let path =
        path.strip_prefix("/elastic").filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(path);
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn is_index(name: &str) -> bool {
    name.len() <= 255 && !name.starts_with(['_', '-', '+', '.'])
}

fn answer(method: &Method, path: &str, headers: &HeaderMap, has_room: bool) -> Option<Response> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_read = method == Method::GET || method == Method::HEAD;
    let found = |body: Value| Some(json_answer(StatusCode::OK, &body));
    let segments = segments(path);
    match segments.as_slice() {
        // The interface is for browsers, which always accept HTML.
        [] if is_read && (!accept.contains("text/html") || path.starts_with("/elastic")) => found(root()),
        [index] if is_index(index) && method == Method::PUT => {
            found(json!({ "acknowledged": true, "shards_acknowledged": true, "index": index }))
        }
        [index] if is_index(index) && is_read && accept.contains("json") => {
            let mut body = serde_json::Map::new();
            body.insert((*index).to_owned(), json!({ "aliases": {}, "mappings": {}, "settings": {} }));
            found(body.into())
        }
        [first, rest @ ..] if first.starts_with('_') => {
            Some(of_cluster(method, first, rest, headers, has_room))
        }
        [index, action, ..] if is_index(index) && action.starts_with('_') => {
            Some(of_index(method, index, action))
        }
        _ => None,
    }
}

fn root() -> Value {
    json!({
        "name": NAME,
        "cluster_name": NAME,
        "cluster_uuid": "Y2xpY2stbGl0ZS1jbHVzdA",
        "version": {
            "number": VERSION,
            "build_flavor": "default",
            "build_type": "tar",
            "build_hash": env!("CARGO_PKG_VERSION"),
            "build_date": "2026-01-01T00:00:00.000Z",
            "build_snapshot": false,
            "lucene_version": "9.12.2",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        // Clients of version 7 look for this very text.
        "tagline": "You Know, for Search",
    })
}

/// Paths that begin with an underscore.
fn of_cluster(method: &Method, first: &str, rest: &[&str], headers: &HeaderMap, has_room: bool) -> Response {
    let acknowledged = || json!({ "acknowledged": true });
    let body = match (first, rest) {
        ("_license", _) => json!({ "license": {
            "status": "active", "type": "basic", "mode": "basic", "uid": "00000000-0000-0000-0000-000000000000",
            "issued_to": NAME, "issuer": NAME, "max_nodes": 1000, "start_date_in_millis": -1,
        }}),
        ("_xpack", _) => {
            let feature = json!({ "available": true, "enabled": true });
            json!({
                "build": { "hash": env!("CARGO_PKG_VERSION"), "date": "2026-01-01T00:00:00.000Z" },
                "license": { "uid": "00000000-0000-0000-0000-000000000000", "type": "basic", "mode": "basic", "status": "active" },
                "features": { "ilm": feature, "data_streams": feature, "security": { "available": true, "enabled": false } },
                "tagline": "You know, for X",
            })
        }
        ("_nodes", _) => nodes(headers),
        ("_cluster", ["health", ..]) => health(has_room),
        ("_cluster", ["settings", ..]) => json!({ "persistent": {}, "transient": {}, "defaults": {} }),
        ("_cluster", ["state", ..]) => {
            json!({ "cluster_name": NAME, "metadata": { "templates": {}, "indices": {} } })
        }
        ("_cat", ["health", ..]) => {
            return text(format!("{NAME} {} 1 1 0 0 0 0 0 0 - 100.0%\n", color(has_room)));
        }
        ("_cat", ["templates", name]) => return text(format!("{name} [{name}*] 0\n")),
        ("_cat", _) => return text(String::new()),
        (
            "_index_template" | "_template" | "_component_template" | "_ilm" | "_ingest" | "_data_stream",
            _,
        ) if method == Method::PUT || method == Method::POST || method == Method::DELETE => acknowledged(),
        ("_index_template", names) => json!({ "index_templates": names.iter().map(|name|
            json!({ "name": name, "index_template": { "index_patterns": [format!("{name}*")], "composed_of": [] } })).collect::<Vec<_>>() }),
        ("_component_template", names) => json!({ "component_templates": names.iter().map(|name|
            json!({ "name": name, "component_template": { "template": {} } })).collect::<Vec<_>>() }),
        ("_data_stream", names) => json!({ "data_streams": names.iter().map(|name|
            json!({ "name": name, "timestamp_field": { "name": "@timestamp" }, "indices": [], "generation": 1, "status": "GREEN" })).collect::<Vec<_>>() }),
        ("_template", names) => {
            by_name(names, &json!({ "index_patterns": [], "settings": {}, "mappings": {}, "aliases": {} }))
        }
        ("_ilm", ["status"]) => json!({ "operation_mode": "RUNNING" }),
        ("_ilm", ["policy", names @ ..]) => {
            by_name(names, &json!({ "version": 1, "policy": { "phases": {} } }))
        }
        ("_ingest", ["pipeline", names @ ..]) => by_name(names, &json!({ "processors": [] })),
        ("_aliases", _) => acknowledged(),
        ("_alias", _) => json!({}),
        ("_refresh" | "_flush", _) => shards(),
        _ => return not_here(&format!("/{first}")),
    };
    json_answer(StatusCode::OK, &body)
}

/// Paths below an index.
fn of_index(method: &Method, index: &str, action: &str) -> Response {
    let is_change = method == Method::PUT || method == Method::POST;
    let body = match action {
        "_refresh" | "_flush" => shards(),
        "_mapping" | "_settings" | "_alias" | "_aliases" if is_change => json!({ "acknowledged": true }),
        "_mapping" => by_name(&[index], &json!({ "mappings": {} })),
        "_settings" => by_name(&[index], &json!({ "settings": {} })),
        "_alias" | "_aliases" => by_name(&[index], &json!({ "aliases": {} })),
        _ => return not_here(&format!("/{index}/{action}")),
    };
    json_answer(StatusCode::OK, &body)
}

fn not_here(path: &str) -> Response {
    error_answer(&ApiError::not_found(format!(
        "{path} is not answered here: documents are taken by _bulk and _doc, and searched by POST /api/v1/search"
    )))
}

fn by_name(names: &[&str], value: &Value) -> Value {
    names.iter().map(|name| ((*name).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

fn shards() -> Value {
    json!({ "_shards": { "total": 1, "successful": 1, "failed": 0 } })
}

fn color(has_room: bool) -> &'static str {
    if has_room { "green" } else { "red" }
}

fn health(has_room: bool) -> Value {
    json!({
        "cluster_name": NAME, "status": color(has_room), "timed_out": false, "number_of_nodes": 1, "number_of_data_nodes": 1,
        "active_primary_shards": 1, "active_shards": 1, "relocating_shards": 0, "initializing_shards": 0,
        "unassigned_shards": 0, "delayed_unassigned_shards": 0, "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0, "task_max_waiting_in_queue_millis": 0, "active_shards_percent_as_number": 100.0,
    })
}

/// One node, at the address that the client called.
fn nodes(headers: &HeaderMap) -> Value {
    let address = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    json!({
        "_nodes": { "total": 1, "successful": 1, "failed": 0 },
        "cluster_name": NAME,
        "nodes": { NAME: {
            "name": NAME, "host": "127.0.0.1", "ip": "127.0.0.1", "version": VERSION, "build_flavor": "default",
            "roles": ["data", "ingest", "master"],
            "http": { "bound_address": [address], "publish_address": address, "max_content_length_in_bytes": super::MAX_BODY_BYTES },
        }},
    })
}

fn text(body: String) -> Response {
    with_product(
        (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; charset=UTF-8")], body).into_response(),
    )
}
