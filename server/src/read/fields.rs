//! `POST /api/v1/fields` and `/field-values`: facets.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::{Condition, Field};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cache::CacheUse;
use super::histogram::number;
use super::run::QueryKind;
use super::{Prepared, Scope, Stats, select_all};
use crate::app::App;
use crate::http::error::{ApiError, JsonBody};

/// Attributes are counted in the newest this many matching rows: a map of attributes takes a hundred times what a column
/// takes to read, and counts of ten thousand rows tell as much.
const SAMPLE_ROWS: u32 = 10_000;
/// Name of the resource attribute that stands among the columns, as `host`.
const HOST: &str = "host.name";
const DEFAULT_VALUES: u32 = 50;
const MAX_VALUES: u32 = 1_000;

/// Fields of the matching records.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldsAnswer {
    /// Level, service and host first, then attributes, the most frequent first.
    fields: Vec<FieldInfo>,
    /// Attributes and the host are counted in the newest so many matching records; `null`: in all of them.
    sampled_rows: Option<u64>,
    /// Matching records.
    total_rows: u64,
    stats: Stats,
    /// Whether this was kept from an earlier request.
    cache: CacheUse,
}

/// One field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldInfo {
    /// As the search language writes it.
    name: String,
    /// `column`, `attribute` or `resource`.
    kind: String,
    /// `number` where every value seen is one, else `string`.
    #[serde(rename = "type")]
    value_type: &'static str,
    /// Records that have it.
    count: u64,
    /// Its most frequent values, at most ten.
    values: Vec<ValueCount>,
}

/// A value and how many records have it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueCount {
    pub(super) value: String,
    pub(super) count: u64,
}

/// Lists the fields of the matching records, with their most frequent values.
#[utoipa::path(post, path = "/api/v1/fields", tag = "read", request_body = Scope, responses((status = 200, body = FieldsAnswer)))]
pub async fn fields(
    State(app): State<Arc<App>>,
    JsonBody(scope): JsonBody<Scope>,
) -> Result<Json<FieldsAnswer>, ApiError> {
    let prepared = Prepared::new(&app, &scope).await?;
    let compiler = prepared.compiler();
    let (total, columns, attributes) =
        (compiler.count(), compiler.column_facets(), compiler.attribute_facets(SAMPLE_ROWS));
    let caller = prepared.caller(QueryKind::Fields, scope.group.as_deref());
    let (total, columns, attributes) = tokio::try_join!(
        select_all::<Map<String, Value>>(&app, &total, prepared.range, caller),
        select_all::<Map<String, Value>>(&app, &columns, prepared.range, caller),
        select_all::<Map<String, Value>>(&app, &attributes, prepared.range, caller),
    )?;
    let total_rows = total.0.first().map_or(0, |row| number(row.get("total")));
    let mut fields = Vec::new();
    // The two halves of that statement end in any order.
    for name in ["level", "service"] {
        for row in columns.0.iter().filter(|row| text(row, "field") == name) {
            add(&mut fields, name.to_owned(), "column", row);
        }
    }
    let (mut hosts, mut attributes_found) = (Vec::new(), Vec::new());
    for row in &attributes.0 {
        let kind = text(row, "kind");
        let name = text(row, "name");
        if kind == "resource" && name == HOST {
            add(&mut hosts, "host".to_owned(), "column", row);
        } else {
            add(&mut attributes_found, Field::query_name(&name, kind == "resource"), &kind, row);
        }
    }
    fields.extend(hosts);
    fields.extend(attributes_found);
    let sampled_rows = (total_rows > u64::from(SAMPLE_ROWS)).then_some(u64::from(SAMPLE_ROWS));
    if prepared.condition == Condition::All {
        let names = fields.iter().map(|field| (field.name.clone(), field.count)).collect();
        app.known_fields.set(&scope, Arc::new(names));
    }
    let cache = total.2.and(columns.2).and(attributes.2);
    Ok(Json(FieldsAnswer {
        fields,
        sampled_rows,
        total_rows,
        stats: total.1 + columns.1 + attributes.1,
        cache,
    }))
}

/// Rows of one field come together.
fn add(fields: &mut Vec<FieldInfo>, name: String, kind: &str, row: &Map<String, Value>) {
    let value = ValueCount { value: text(row, "value"), count: number(row.get("count")) };
    match fields.last_mut() {
        Some(field) if field.name == name && field.kind == kind => field.values.push(value),
        _ => fields.push(FieldInfo {
            name,
            kind: kind.to_owned(),
            value_type: if number(row.get("is_number")) == 1 { "number" } else { "string" },
            count: number(row.get("field_count")),
            values: vec![value],
        }),
    }
}

pub(super) fn text(row: &Map<String, Value>, name: &str) -> String {
    match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// Which values to list.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct FieldValuesRequest {
    #[serde(flatten)]
    scope: Scope,
    /// As the search language writes it.
    field: String,
    /// Start of the values, in any case.
    prefix: String,
    /// Most values: 50 unless said, at most 1,000.
    limit: Option<u32>,
}

/// Values of a field, the most frequent first.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldValuesAnswer {
    field: String,
    values: Vec<ValueCount>,
    /// Counted in the newest so many records that have the field; `null`: in all.
    sampled_rows: Option<u32>,
    stats: Stats,
    /// Whether this was kept from an earlier request.
    cache: CacheUse,
}

/// Lists the values of a field.
#[utoipa::path(post, path = "/api/v1/field-values", tag = "read", request_body = FieldValuesRequest, responses((status = 200, body = FieldValuesAnswer)))]
pub async fn field_values(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<FieldValuesRequest>,
) -> Result<Json<FieldValuesAnswer>, ApiError> {
    let (values, sampled_rows, stats, cache) =
        values_of(&app, &request.scope, &request.field, &request.prefix, request.limit).await?;
    Ok(Json(FieldValuesAnswer { field: request.field, values, sampled_rows, stats, cache }))
}

/// Values of a field under a scope, for the facets and for completion.
pub async fn values_of(
    app: &App,
    scope: &Scope,
    field: &str,
    prefix: &str,
    limit: Option<u32>,
) -> Result<(Vec<ValueCount>, Option<u32>, Stats, CacheUse), ApiError> {
    if field.is_empty() {
        return Err(ApiError::bad_request(
            "query.field",
            "say of which field, such as \"field\": \"service\"",
        ));
    }
    let prepared = Prepared::new(app, scope).await?;
    let limit = limit.unwrap_or(DEFAULT_VALUES).clamp(1, MAX_VALUES);
    let found = prepared.compiler().field_values(&Field::resolve(field), prefix, limit, SAMPLE_ROWS);
    let caller = prepared.caller(QueryKind::Fields, scope.group.as_deref());
    let (rows, stats, cache) =
        select_all::<Map<String, Value>>(app, &found.statement, prepared.range, caller).await?;
    let values = rows
        .iter()
        .map(|row| ValueCount { value: text(row, "value"), count: number(row.get("count")) })
        .collect();
    Ok((values, found.sampled_rows, stats, cache))
}

impl ValueCount {
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn count(&self) -> u64 {
        self.count
    }
}
