//! Any table as log records: which column is what, and the expressions that make records of its rows.
//!
//! A statement over such a table begins with a `WITH` that names these expressions as the columns of `otel_logs`. All the
//! rest of the compiler stays as it is, and ClickHouse sees plain expressions on the table's own columns: its key, its
//! indexes and, for a `Distributed` table, its shards are used. Names of columns come from the table's schema and are
//! quoted; paths into maps and JSON come from people and are bound, or quoted where they name a subcolumn.

mod column;
mod limits;
mod propose;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::field::{COLUMNS, Field};
use crate::sql::{SqlText, identifier, string_literal};

pub use column::{MappedColumn, TimeUnit};
pub use limits::{Limit, TableFacts, TableIndex};
pub use propose::{TableColumn, TableKind, propose};

/// Name of the table inside a statement.
pub(crate) const TABLE: &str = "source";
/// The resource attribute that the short name `host` means.
const HOST: &str = "host.name";

/// How the columns of a table become log records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    pub database: String,
    pub table: String,
    /// The cluster whose shards hold the table, each its own rows. A `Distributed` table needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    pub time: MappedColumn,
    #[serde(default)]
    pub message: Option<MappedColumn>,
    /// A level as a text, or as OpenTelemetry's number where the column is one.
    #[serde(default)]
    pub level: Option<MappedColumn>,
    /// OpenTelemetry's number beside a level that is a text.
    #[serde(default)]
    pub level_number: Option<MappedColumn>,
    #[serde(default)]
    pub service: Option<MappedColumn>,
    #[serde(default)]
    pub host: Option<MappedColumn>,
    #[serde(default)]
    pub trace_id: Option<MappedColumn>,
    #[serde(default)]
    pub span_id: Option<MappedColumn>,
    /// A number that tells rows apart. Without one it is made of what a row says.
    #[serde(default)]
    pub id: Option<MappedColumn>,
    /// Maps and JSON whose entries are attributes of the record.
    #[serde(default)]
    pub attributes: Vec<MappedColumn>,
    /// Maps and JSON whose entries are attributes of the resource.
    #[serde(default)]
    pub resource: Vec<MappedColumn>,
    /// Columns that are attributes of the record, each under its own name.
    #[serde(default)]
    pub columns: Vec<MappedColumn>,
    /// Further columns of `otel_logs`, by their names there.
    #[serde(default)]
    pub others: BTreeMap<String, MappedColumn>,
    /// Columns that hold the same time more coarsely and serve a key or the partitions, such as `TimestampTime`.
    #[serde(default)]
    pub key_times: Vec<MappedColumn>,
    /// There is a text index over the words of the message in lower case.
    #[serde(default)]
    pub has_text_index: bool,
}

impl Mapping {
    /// The table as it stands after `FROM`.
    pub(crate) fn table_sql(&self) -> String {
        let name = |name: &str| identifier(name).finish().sql;
        let table = format!("{}.{}", name(&self.database), name(&self.table));
        match &self.cluster {
            Some(cluster) => format!("cluster({}, {table}) AS {TABLE}", string_literal(cluster)),
            None => format!("{table} AS {TABLE}"),
        }
    }

    /// Takes the types of its columns from the table.
    ///
    /// # Errors
    /// The name of the column that is not there, or what can't be what it is mapped to.
    pub fn check(&mut self, facts: &TableFacts) -> Result<(), MappingError> {
        let single = [
            &mut self.message,
            &mut self.level,
            &mut self.level_number,
            &mut self.service,
            &mut self.host,
            &mut self.trace_id,
            &mut self.span_id,
            &mut self.id,
        ];
        let maps = self.attributes.iter_mut().chain(&mut self.resource);
        let all = std::iter::once(&mut self.time)
            .chain(single.into_iter().flatten())
            .chain(maps)
            .chain(&mut self.columns)
            .chain(self.others.values_mut())
            .chain(&mut self.key_times);
        for column in all {
            let known = facts.columns.iter().find(|known| known.name == column.name);
            let known = known.ok_or_else(|| MappingError::NoColumn(column.name.clone()))?;
            column.kind.clone_from(&known.kind);
            column.path = column.path.take().filter(|path| !path.is_empty());
            if column.path.is_some() && !column.has_entries() {
                return Err(MappingError::NoEntries(column.name.clone()));
            }
        }
        if !self.time.can_be_time() {
            return Err(MappingError::NoTime(self.time.name.clone()));
        }
        if let Some(column) = self
            .attributes
            .iter()
            .chain(&self.resource)
            .find(|column| !column.has_entries() || column.path.is_some())
        {
            return Err(MappingError::NoEntries(column.name.clone()));
        }
        let message = self.message.as_ref().filter(|message| message.path.is_none());
        self.has_text_index = message.is_some_and(|message| limits::has_text_index(facts, &message.name));
        Ok(())
    }

    /// A select from the table with the expressions before it that it names, each line with `indent` before it.
    pub(crate) fn with_names(&self, select: &SqlText, indent: &str) -> SqlText {
        let mut sql = SqlText::default();
        let mut separator = "WITH\n";
        for column in COLUMNS.into_iter().filter(|column| select.names(column)) {
            sql.text(separator).text(indent).text("    ");
            self.write_column(&mut sql, column);
            sql.text(" AS ").text(column);
            separator = ",\n";
        }
        if separator == ",\n" {
            sql.text("\n").text(indent);
        }
        sql.append(select);
        sql
    }

    fn write_column(&self, sql: &mut SqlText, column: &str) {
        let text = |sql: &mut SqlText, column: &Option<MappedColumn>| match column {
            Some(column) => column.write_text(sql),
            None => {
                sql.text("''");
            }
        };
        match column {
            "Timestamp" => self.time.write_time(sql),
            "Body" => text(sql, &self.message),
            "ServiceName" => text(sql, &self.service),
            "TraceId" | "SpanId" => {
                sql.text("lower(");
                text(sql, if column == "TraceId" { &self.trace_id } else { &self.span_id });
                sql.text(")");
            }
            "SeverityText" => match &self.level {
                Some(level) if !level.is_number() => level.write_text(sql),
                _ => {
                    sql.text("''");
                }
            },
            "SeverityNumber" => self.write_severity(sql),
            "IngestId" => self.write_id(sql),
            "LogAttributes" => self.write_attributes(sql),
            "ResourceAttributes" => self.write_resource(sql),
            _ => match (self.others.get(column), column) {
                (Some(other), "ScopeAttributes") => other.write_map(sql),
                (Some(other), "TraceFlags") => other.write_number(sql),
                (Some(other), _) => other.write_text(sql),
                (None, "ScopeAttributes") => {
                    sql.text("CAST(map(), 'Map(String, String)')");
                }
                (None, "TraceFlags") => {
                    sql.text("toUInt8(0)");
                }
                (None, _) => {
                    sql.text("''");
                }
            },
        }
    }

    fn write_severity(&self, sql: &mut SqlText) {
        let number = self.level_number.as_ref().or(self.level.as_ref().filter(|level| level.is_number()));
        if let Some(number) = number {
            number.write_number(sql);
            return;
        }
        let Some(level) = &self.level else {
            sql.text("toUInt8(0)");
            return;
        };
        let known = click_lite_model::Severity::TEXTS;
        let texts: Vec<String> =
            known.iter().flat_map(|(_, texts)| texts.iter().map(|text| format!("'{text}'"))).collect();
        let numbers: Vec<String> = known
            .iter()
            .flat_map(|(number, texts)| texts.iter().map(|_| number.number().to_string()))
            .collect();
        sql.text("transform(lower(trimBoth(");
        level.write_text(sql);
        sql.text(&format!(")), [{}], [{}], 0)", texts.join(", "), numbers.join(", ")));
    }

    /// Rows that say the same at the same time share it.
    fn write_id(&self, sql: &mut SqlText) {
        if let Some(id) = &self.id {
            id.write_number(sql);
            return;
        }
        sql.text("cityHash64(");
        self.time.write_raw(sql);
        let known = [&self.message, &self.service, &self.host, &self.level, &self.trace_id, &self.span_id];
        let known = known.into_iter().flatten().chain(&self.columns);
        for column in known {
            sql.text(", ");
            column.write_text(sql);
        }
        if self.message.is_none() {
            for map in self.attributes.iter().chain(&self.resource) {
                sql.text(", ");
                map.write_map(sql);
            }
        }
        sql.text(")");
    }

    fn write_attributes(&self, sql: &mut SqlText) {
        let mut single = SqlText::default();
        if !self.columns.is_empty() {
            single.text("mapFilter((k, v) -> v != '', map(");
            for (index, column) in self.columns.iter().enumerate() {
                single.text(if index > 0 { ", " } else { "" }).string(&column.attribute_name()).text(", ");
                column.write_text(&mut single);
            }
            single.text("))");
        }
        write_maps(sql, &self.attributes, (!self.columns.is_empty()).then_some(single));
    }

    fn write_resource(&self, sql: &mut SqlText) {
        let host = self.host.as_ref().map(|host| {
            let mut single = SqlText::default();
            single.text("mapFilter((k, v) -> v != '', map('host.name', ");
            host.write_text(&mut single);
            single.text("))");
            single
        });
        write_maps(sql, &self.resource, host);
    }

    /// Whether any row could have this attribute.
    pub(crate) fn can_have(&self, map: AttributeMap, name: &str) -> bool {
        let mut nothing = SqlText::default();
        nothing.text("''");
        self.attribute(map, name) != nothing
    }

    /// The value of an attribute, '' where a row lacks it: read from its own column where it has one.
    pub(crate) fn attribute(&self, map: AttributeMap, name: &str) -> SqlText {
        let mut sql = SqlText::default();
        let (single, maps) = match map {
            AttributeMap::Record => (
                self.columns.iter().find(|column| column.attribute_name() == name),
                self.attributes.as_slice(),
            ),
            AttributeMap::Resource => (self.host.as_ref().filter(|_| name == HOST), self.resource.as_slice()),
            AttributeMap::Scope => {
                (None, self.others.get("ScopeAttributes").map_or(&[][..], std::slice::from_ref))
            }
        };
        match (single, maps) {
            (Some(column), _) => column.write_text(&mut sql),
            (None, []) => {
                sql.text("''");
            }
            (None, [map]) => map.write_entry(&mut sql, name),
            (None, [maps @ .., last]) => {
                // The last one that has it, as where they are joined.
                sql.text("multiIf(");
                for map in std::iter::once(last).chain(maps.iter().skip(1).rev()) {
                    map.write_entry(&mut sql, name);
                    sql.text(" != '', ");
                    map.write_entry(&mut sql, name);
                    sql.text(", ");
                }
                if let Some(first) = maps.first() {
                    first.write_entry(&mut sql, name);
                }
                sql.text(")");
            }
        }
        sql
    }

    /// As [`crate::plan::write_field`], of the table's own columns.
    pub(crate) fn write_field(&self, sql: &mut SqlText, field: &Field) -> bool {
        let (map, name) = match field {
            Field::RecordAttribute(name) => (AttributeMap::Record, name),
            Field::ResourceAttribute(name) => (AttributeMap::Resource, name),
            Field::ScopeAttribute(name) => (AttributeMap::Scope, name),
            Field::Attribute(name) => {
                let of_record = self.attribute(AttributeMap::Record, name);
                let of_resource = self.attribute(AttributeMap::Resource, name);
                sql.text("if(").append(&of_record).text(" != '', ").append(&of_record).text(", ");
                sql.append(&of_resource).text(")");
                return true;
            }
            _ => return false,
        };
        sql.append(&self.attribute(map, name));
        true
    }
}

/// Why a mapping does not fit its table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("the table has no column {0}, or the user may not see it")]
    NoColumn(String),
    #[error("the column {0} holds no entries: attributes come from maps, JSON and texts of JSON")]
    NoEntries(String),
    #[error("the column {0} can't be the time of a record")]
    NoTime(String),
}

/// A map of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeMap {
    Record,
    Resource,
    Scope,
}

fn write_maps(sql: &mut SqlText, maps: &[MappedColumn], last: Option<SqlText>) {
    let mut parts: Vec<SqlText> = maps
        .iter()
        .map(|map| {
            let mut part = SqlText::default();
            map.write_map(&mut part);
            part
        })
        .collect();
    parts.extend(last);
    let Some((first, rest)) = parts.split_first() else {
        sql.text("CAST(map(), 'Map(String, String)')");
        return;
    };
    for _ in rest {
        sql.text("mapUpdate(");
    }
    sql.append(first);
    for part in rest {
        sql.text(", ").append(part).text(")");
    }
}

#[cfg(test)]
mod tests;
