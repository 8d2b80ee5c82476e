//! `POST /api/v1/fields` and `/field-values`: facets.

mod estimate;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use click_lite_query::{Condition, Field, Statement, TimeRange};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::cache::CacheUse;
use super::histogram::number;
use super::run::QueryKind;
use super::{Caller, Prepared, Scope, Stats, select_all};
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
    /// Attributes and the host are estimated from each eighth record, and values that hardly come twice from the newest ones.
    is_estimated: bool,
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
    let prepared = Prepared::new(&app, &scope)?;
    let compiler = prepared.compiler();
    let (total, columns, attributes) =
        (compiler.count(), compiler.column_facets(), compiler.attribute_facets(SAMPLE_ROWS));
    let caller = Caller { kind: QueryKind::Fields, group: scope.group.as_deref(), query_id: None };
    let by_hours = compiler.attributes_by_hours();
    let (total, columns, attributes, by_hours) = tokio::try_join!(
        select_all::<Map<String, Value>>(&app, &total, prepared.range, caller),
        select_all::<Map<String, Value>>(&app, &columns, prepared.range, caller),
        select_all::<Map<String, Value>>(&app, &attributes, prepared.range, caller),
        select_where_any(&app, by_hours.as_ref(), prepared.range, caller),
    )?;
    let total_rows = total.0.first().map_or(0, |row| number(row.get("total")));
    let mut fields = Vec::new();
    // The two halves of that statement end in any order.
    for name in ["level", "service"] {
        for row in columns.0.iter().filter(|row| text(row, "field") == name) {
            add(&mut fields, name.to_owned(), "column", row);
        }
    }
    let is_sampled = total_rows > u64::from(SAMPLE_ROWS);
    let mut found = attributes_of(&attributes.0);
    let is_estimated = is_sampled && !by_hours.is_empty();
    if is_estimated {
        found = estimate::all_records(found, attributes_of(&by_hours), total_rows, u64::from(SAMPLE_ROWS));
    }
    let (hosts, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|field| field.kind == "column");
    fields.extend(hosts);
    fields.extend(others);
    let sampled_rows = (is_sampled && !is_estimated).then_some(u64::from(SAMPLE_ROWS));
    if prepared.condition == Condition::All {
        let names = fields.iter().map(|field| (field.name.clone(), field.count)).collect();
        app.known_fields.set(&scope, Arc::new(names));
    }
    let cache = total.2.and(columns.2).and(attributes.2);
    Ok(Json(FieldsAnswer {
        fields,
        sampled_rows,
        is_estimated,
        total_rows,
        stats: total.1 + columns.1 + attributes.1,
        cache,
    }))
}

/// The host among the columns, as `host`; attributes by the names that the search language gives them.
fn attributes_of(rows: &[Map<String, Value>]) -> Vec<FieldInfo> {
    let mut fields = Vec::new();
    for row in rows {
        let kind = text(row, "kind");
        let name = text(row, "name");
        if kind == "resource" && name == HOST {
            add(&mut fields, "host".to_owned(), "column", row);
        } else {
            add(&mut fields, Field::query_name(&name, kind == "resource"), &kind, row);
        }
    }
    fields
}

/// Rows of a statement where there is one.
async fn select_where_any(
    app: &App,
    statement: Option<&Statement>,
    range: TimeRange,
    caller: Caller<'_>,
) -> Result<Vec<Map<String, Value>>, ApiError> {
    match statement {
        Some(statement) => Ok(select_all(app, statement, range, caller).await?.0),
        None => Ok(Vec::new()),
    }
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
    /// Counts are estimated from each eighth record; those of values that hardly come twice are of the newest ones.
    is_estimated: bool,
    stats: Stats,
    /// Whether this was kept from an earlier request.
    cache: CacheUse,
}

/// Values of a field, and what they were counted in.
pub struct FieldValuesFound {
    pub values: Vec<ValueCount>,
    pub sampled_rows: Option<u32>,
    pub is_estimated: bool,
    pub stats: Stats,
    pub cache: CacheUse,
}

/// Lists the values of a field.
#[utoipa::path(post, path = "/api/v1/field-values", tag = "read", request_body = FieldValuesRequest, responses((status = 200, body = FieldValuesAnswer)))]
pub async fn field_values(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<FieldValuesRequest>,
) -> Result<Json<FieldValuesAnswer>, ApiError> {
    let FieldValuesFound { values, sampled_rows, is_estimated, stats, cache } =
        values_of(&app, &request.scope, &request.field, &request.prefix, request.limit).await?;
    Ok(Json(FieldValuesAnswer { field: request.field, values, sampled_rows, is_estimated, stats, cache }))
}

/// Values of a field under a scope, for the facets and for completion.
pub async fn values_of(
    app: &App,
    scope: &Scope,
    field: &str,
    prefix: &str,
    limit: Option<u32>,
) -> Result<FieldValuesFound, ApiError> {
    if field.is_empty() {
        return Err(ApiError::bad_request(
            "query.field",
            "say of which field, such as \"field\": \"service\"",
        ));
    }
    let prepared = Prepared::new(app, scope)?;
    let limit = limit.unwrap_or(DEFAULT_VALUES).clamp(1, MAX_VALUES);
    let (compiler, field) = (prepared.compiler(), Field::resolve(field));
    let found = compiler.field_values(&field, prefix, limit, SAMPLE_ROWS);
    let by_hours = compiler.values_by_hours(&field, prefix, limit);
    let caller = Caller { kind: QueryKind::Fields, group: scope.group.as_deref(), query_id: None };
    let ((rows, stats, cache), by_hours) = tokio::try_join!(
        select_all::<Map<String, Value>>(app, &found.statement, prepared.range, caller),
        select_where_any(app, by_hours.as_ref(), prepared.range, caller),
    )?;
    let values_of = |rows: &[Map<String, Value>]| -> Vec<ValueCount> {
        rows.iter()
            .map(|row| ValueCount { value: text(row, "value"), count: number(row.get("count")) })
            .collect()
    };
    let values = values_of(&rows);
    // Of fewer records the sample holds all.
    let field_count = by_hours.first().map_or(0, |row| number(row.get("field_count")));
    if field_count <= u64::from(SAMPLE_ROWS) {
        return Ok(FieldValuesFound {
            values,
            sampled_rows: found.sampled_rows,
            is_estimated: false,
            stats,
            cache,
        });
    }
    let values = estimate::values(values, values_of(&by_hours), limit as usize);
    Ok(FieldValuesFound { values, sampled_rows: None, is_estimated: true, stats, cache })
}

impl ValueCount {
    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn count(&self) -> u64 {
        self.count
    }
}
