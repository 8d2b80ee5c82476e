use crate::functions::Kind;
use crate::sql::SqlText;

/// An expression in SQL and what it gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) sql: SqlText,
    pub(crate) kind: Kind,
    /// It may be `NULL`.
    pub(crate) nullable: bool,
    pub(crate) origin: Origin,
    /// Of a text: the same as a number, where a column holds it.
    pub(crate) as_number: Option<SqlText>,
}

/// Where a value comes from, where that says more than its kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Origin {
    Computed,
    /// An attribute, a text that may hold a number; with its name.
    Attribute(String),
    /// As it is written in the query.
    Text(String),
    Number(f64),
    /// A length of time as it is written, in seconds.
    Duration(f64),
    /// A size as it is written, in bytes.
    Size(f64),
}

impl Value {
    pub(crate) fn new(sql: SqlText, kind: Kind) -> Self {
        Self { sql, kind, nullable: false, origin: Origin::Computed, as_number: None }
    }

    pub(crate) fn of(text: &str, kind: Kind) -> Self {
        let mut sql = SqlText::default();
        sql.text(text);
        Self::new(sql, kind)
    }

    pub(crate) fn nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    pub(crate) fn from(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same value, which stands somewhere else now.
    pub(crate) fn at(self, sql: SqlText) -> Self {
        Self { sql, as_number: None, ..self }
    }

    /// The text that is written in the query.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.origin {
            Origin::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As a number; a text that is none gives `NULL`.
    pub(crate) fn number(&self) -> Option<Value> {
        match (self.kind, &self.origin) {
            (Kind::Number, _) => Some(self.clone()),
            (Kind::Condition, _) => Some(Value { kind: Kind::Number, ..self.clone() }),
            (Kind::Text, _) => {
                let sql = self.as_number.clone().unwrap_or_else(|| {
                    let mut sql = SqlText::default();
                    sql.text("toFloat64OrNull(").append(&self.sql).text(")");
                    sql
                });
                Some(Value::new(sql, Kind::Number).nullable(true).from(self.origin.clone()))
            }
            _ => None,
        }
    }

    /// As a text.
    pub(crate) fn text(&self) -> Value {
        if self.kind == Kind::Text {
            return self.clone();
        }
        let mut sql = SqlText::default();
        sql.text("toString(").append(&self.sql).text(")");
        Value::new(sql, Kind::Text).nullable(self.nullable)
    }
}
