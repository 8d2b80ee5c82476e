use serde::{Deserialize, Serialize};

use super::{Query, Scalar};
use crate::Span;

/// One step that rows go through, and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipe {
    #[serde(flatten)]
    pub kind: PipeKind,
    #[serde(default)]
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum PipeKind {
    /// `stats count() as n, p95(duration_ms) by service, bucket(time, 5m)`
    Stats {
        aggregates: Vec<Aggregate>,
        #[serde(default)]
        by: Vec<GroupKey>,
    },
    /// `timechart 5m count() by service limit 10`
    Timechart(Timechart),
    /// `top 10 service, host by region`
    Top(TopValues),
    /// `rare 10 service`
    Rare(TopValues),
    /// `fields time, service as s`
    Fields(Vec<Named>),
    /// `fields - a, b`
    Without(Vec<Scalar>),
    /// `sort duration_ms desc, time`
    Sort(Vec<SortKey>),
    /// `limit 10 offset 20`
    Limit {
        rows: u64,
        #[serde(default)]
        offset: u64,
    },
    Where(Scalar),
    /// `eval seconds = duration_ms / 1000`
    Eval(Vec<Named>),
    /// `rename a as b`
    Rename(Vec<Named>),
    /// `dedup service, host keep 2`
    Dedup {
        fields: Vec<Scalar>,
        keep: u64,
    },
    Sample(Sample),
    Extract(Extraction),
    Join(Join),
    /// `union (query)`
    Union(Box<Query>),
    /// `context before 5 after 5 by host`
    Context {
        before: u64,
        after: u64,
        #[serde(default)]
        by: Vec<Scalar>,
    },
    /// `facets 10 service, host`; without names the usual columns and every attribute.
    Facets {
        values: u64,
        #[serde(default)]
        fields: Vec<Scalar>,
    },
    /// `patterns 20 from message`: templates of texts, the most frequent ones; of the message where no column is named.
    Patterns {
        limit: u64,
        #[serde(default)]
        from: Option<Scalar>,
    },
    /// `compare 1d`: the same pipes over a span that lies so much earlier; as it is written.
    Compare {
        earlier: String,
    },
}

/// An aggregate, or an expression of several: `countif(level:error) / count() as share`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    pub expression: Scalar,
    /// The name of its column; its text where it has none.
    #[serde(default, rename = "as")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupKey {
    pub expression: Scalar,
    #[serde(default, rename = "as")]
    pub name: Option<String>,
}

/// An expression and the name that its column gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub expression: Scalar,
    #[serde(default, rename = "as")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SortKey {
    pub expression: Scalar,
    #[serde(default)]
    pub descending: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timechart {
    /// Width of a bucket as it is written (`5m`); `None` fits it to the time range.
    #[serde(default)]
    pub span: Option<String>,
    pub aggregates: Vec<Aggregate>,
    #[serde(default)]
    pub by: Option<GroupKey>,
    /// Most series; the rest is added up as `other`.
    pub limit: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopValues {
    pub limit: u64,
    pub fields: Vec<Named>,
    /// Top values of each of these.
    #[serde(default)]
    pub by: Vec<GroupKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Sample {
    /// So many rows.
    Rows(u64),
    /// So many of 10,000 rows.
    TenThousandths(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    pub how: ExtractionKind,
    /// The message where it is missing.
    #[serde(default)]
    pub from: Option<Scalar>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum ExtractionKind {
    /// `"user=<user> took <ms>ms"`
    Pattern(String),
    /// `/user=(?P<user>\w+)/`
    Regex(String),
    /// `json user.id as user, status`
    Json(Vec<Named>),
    /// `logfmt user, status`
    Logfmt(Vec<Named>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Rows without a partner stay, with empty columns.
    pub left: bool,
    pub by: Vec<Scalar>,
    pub query: Box<Query>,
}
