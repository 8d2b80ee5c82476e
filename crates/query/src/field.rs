//! What a name in a query means.

use serde::Serialize;

/// Short names, in the order in which they are offered.
pub const SHORT_NAMES: [&str; 9] =
    ["time", "level", "service", "message", "host", "trace_id", "span_id", "severity", "body"];

/// Columns of `otel_logs`, in table order.
pub const COLUMNS: [&str; 17] = [
    "Timestamp",
    "TraceId",
    "SpanId",
    "TraceFlags",
    "SeverityText",
    "SeverityNumber",
    "ServiceName",
    "Body",
    "ResourceSchemaUrl",
    "ResourceAttributes",
    "ScopeSchemaUrl",
    "ScopeName",
    "ScopeVersion",
    "ScopeAttributes",
    "LogAttributes",
    "EventName",
    "IngestId",
];

/// Where the value of a field is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum Field {
    Time,
    /// `SeverityNumber`, or `SeverityText` where the text is no known level.
    Level,
    Body,
    /// `TraceId` or `SpanId`: lower-case hexadecimal.
    HexColumn(&'static str),
    TextColumn(&'static str),
    NumberColumn(&'static str),
    /// Of the record, else of the resource.
    Attribute(String),
    RecordAttribute(String),
    ResourceAttribute(String),
    ScopeAttribute(String),
}

impl Field {
    /// Short names and column names are columns, `attr.NAME`, `resource.NAME` and `scope_attr.NAME` say which map,
    /// anything else is an attribute.
    pub fn resolve(name: &str) -> Self {
        match name {
            "time" | "Timestamp" => return Self::Time,
            "level" | "severity" => return Self::Level,
            "message" | "body" | "Body" => return Self::Body,
            "service" | "ServiceName" => return Self::TextColumn("ServiceName"),
            "trace_id" | "TraceId" => return Self::HexColumn("TraceId"),
            "span_id" | "SpanId" => return Self::HexColumn("SpanId"),
            "host" => return Self::ResourceAttribute("host.name".to_owned()),
            "SeverityText" => return Self::TextColumn("SeverityText"),
            "SeverityNumber" => return Self::NumberColumn("SeverityNumber"),
            "TraceFlags" => return Self::NumberColumn("TraceFlags"),
            "IngestId" => return Self::NumberColumn("IngestId"),
            "ResourceSchemaUrl" => return Self::TextColumn("ResourceSchemaUrl"),
            "ScopeSchemaUrl" => return Self::TextColumn("ScopeSchemaUrl"),
            "ScopeName" => return Self::TextColumn("ScopeName"),
            "ScopeVersion" => return Self::TextColumn("ScopeVersion"),
            "EventName" => return Self::TextColumn("EventName"),
            _ => {}
        }
        let after = |prefixes: &[&str]| {
            prefixes
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .filter(|rest| !rest.is_empty())
                .map(str::to_owned)
        };
        if let Some(name) = after(&["attr.", "LogAttributes."]) {
            Self::RecordAttribute(name)
        } else if let Some(name) = after(&["resource.", "ResourceAttributes."]) {
            Self::ResourceAttribute(name)
        } else if let Some(name) = after(&["scope_attr.", "ScopeAttributes."]) {
            Self::ScopeAttribute(name)
        } else {
            Self::Attribute(name.to_owned())
        }
    }

    /// The name of an attribute that a query must write so that it is this attribute of the record (or resource):
    /// with a prefix where the bare name would mean something else.
    pub fn query_name(attribute: &str, of_resource: bool) -> String {
        let bare = match (Self::resolve(attribute), of_resource) {
            (Self::Attribute(_), _) => true,
            (Self::ResourceAttribute(name), true) => name == attribute,
            (Self::RecordAttribute(name), false) => name == attribute,
            _ => false,
        };
        match (bare, of_resource) {
            (true, _) => attribute.to_owned(),
            (false, true) if attribute == "host.name" => "host".to_owned(),
            (false, true) => format!("resource.{attribute}"),
            (false, false) => format!("attr.{attribute}"),
        }
    }
}

/// The known name that `name` most likely stands for: at most two letters changed, left out, added or swapped.
/// `None` where it is itself known or nothing is near.
pub fn nearest_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().take(64).collect();
    let allowed = match wanted.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let mut best = None;
    for candidate in known {
        if candidate == name {
            return None;
        }
        let distance = distance(&wanted, &candidate.chars().take(64).collect::<Vec<_>>());
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance: insertions, deletions, changes, and swaps of neighbours.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, &from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &to) in right.iter().enumerate() {
            let same = from.to_lowercase().eq(to.to_lowercase());
            let mut least =
                (last[column] + usize::from(!same)).min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && from == right[column - 1] && left[row - 1] == to {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_columns_or_attributes() {
        assert_eq!(Field::resolve("level"), Field::Level);
        assert_eq!(Field::resolve("host"), Field::ResourceAttribute("host.name".into()));
        assert_eq!(Field::resolve("Level"), Field::Attribute("Level".into()));
        assert_eq!(Field::resolve("attr.level"), Field::RecordAttribute("level".into()));
        assert_eq!(Field::resolve("resource.a.b"), Field::ResourceAttribute("a.b".into()));
        assert_eq!(Field::resolve("attr."), Field::Attribute("attr.".into()));
        assert_eq!(Field::resolve("ScopeAttributes.x"), Field::ScopeAttribute("x".into()));
    }

    #[test]
    fn names_to_write_for_attributes() {
        for (attribute, of_resource, written) in [
            ("user_id", false, "user_id"),
            ("level", false, "attr.level"),
            ("host.name", true, "host.name"),
            ("service", true, "resource.service"),
            ("attr.x", false, "attr.attr.x"),
        ] {
            assert_eq!(Field::query_name(attribute, of_resource), written);
        }
    }

    #[test]
    fn near_names() {
        assert_eq!(nearest_name("sevice", SHORT_NAMES), Some("service"));
        assert_eq!(nearest_name("lvel", SHORT_NAMES), Some("level"));
        assert_eq!(nearest_name("tiem", SHORT_NAMES), Some("time"));
        assert_eq!(nearest_name("service", SHORT_NAMES), None);
        assert_eq!(nearest_name("user_id", SHORT_NAMES), None);
    }
}
