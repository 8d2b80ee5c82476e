//! Condition to the expression after `WHERE`.
//!
//! Every test gives 0 or 1, never `NULL`, so that its negation is its complement. On the message the functions of the
//! text index are used: `hasAllTokens`, `hasAnyTokens`, `hasPhrase`, and `ILIKE '%text%'`, which scans its dictionary.
//! They must stand in the `WHERE` of the table itself: elsewhere ClickHouse applies no `preprocessor`.

use crate::Field;
use crate::condition::{Comparison, Condition, Predicate, Test};
use crate::dialect::Dialect;
use crate::sql::SqlText;
use crate::syntax::Pattern;
use crate::text::{TextMatch, like_pattern, like_substring, longest_text, substring, wildcard_regex};

/// Writes the condition; a list of terms is in parentheses unless `outermost`.
pub(crate) fn write_condition(sql: &mut SqlText, dialect: &Dialect, condition: &Condition, outermost: bool) {
    match condition {
        Condition::All => {
            sql.text("1");
        }
        Condition::And(parts) => write_list(sql, dialect, parts, " AND ", outermost),
        Condition::Or(parts) => write_list(sql, dialect, parts, " OR ", false),
        Condition::Not(inner) => {
            sql.text("NOT (");
            write_condition(sql, dialect, inner, true);
            sql.text(")");
        }
        Condition::Test(test) => Writer { sql, dialect }.test(test),
    }
}

fn write_list(sql: &mut SqlText, dialect: &Dialect, parts: &[Condition], separator: &str, bare: bool) {
    if !bare {
        sql.text("(");
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            sql.text(separator);
        }
        write_condition(sql, dialect, part, false);
    }
    if !bare {
        sql.text(")");
    }
}

struct Writer<'a> {
    sql: &'a mut SqlText,
    dialect: &'a Dialect,
}

/// A map of attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Map {
    Record,
    Resource,
    Scope,
}

impl Map {
    fn column(self) -> &'static str {
        match self {
            Self::Record => "LogAttributes",
            Self::Resource => "ResourceAttributes",
            Self::Scope => "ScopeAttributes",
        }
    }
}

impl<'a> Writer<'a> {
    fn test(&mut self, test: &Test) {
        let predicate = &test.predicate;
        match &test.field {
            Field::Time => self.time(predicate),
            Field::Level => self.level(predicate),
            Field::Body => self.body(predicate),
            Field::NumberColumn(column) => self.number_column(column, predicate),
            Field::HexColumn(column) | Field::TextColumn(column) => match predicate {
                Predicate::Exists => {
                    self.sql.text(column).text(" != ''");
                }
                _ => self.value(column, predicate),
            },
            Field::Attribute(name) => self.any_attribute(name, predicate),
            Field::RecordAttribute(name) => self.attribute(Map::Record, name, predicate),
            Field::ResourceAttribute(name) => self.attribute(Map::Resource, name, predicate),
            Field::ScopeAttribute(name) => self.attribute(Map::Scope, name, predicate),
        }
    }

    fn time(&mut self, predicate: &Predicate) {
        let Predicate::TimeWithin(range) = predicate else {
            self.sql.text("1");
            return;
        };
        match (range.from_ns, range.to_ns) {
            (Some(from_ns), Some(to_ns)) => {
                self.sql.text("(Timestamp >= ").time(from_ns).text(" AND Timestamp < ").time(to_ns).text(")");
            }
            (Some(from_ns), None) => {
                self.sql.text("Timestamp >= ").time(from_ns);
            }
            (None, Some(to_ns)) => {
                self.sql.text("Timestamp < ").time(to_ns);
            }
            (None, None) => {
                self.sql.text("1");
            }
        }
    }

    fn level(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::SeverityBetween(low, high) if low == high => {
                self.sql.text(&format!("SeverityNumber = {low}"));
            }
            Predicate::SeverityBetween(low, high) => {
                self.sql.text(&format!("SeverityNumber BETWEEN {low} AND {high}"));
            }
            Predicate::Exists => {
                self.sql.text("(SeverityNumber > 0 OR SeverityText != '')");
            }
            _ => self.value("SeverityText", predicate),
        }
    }

    fn number_column(&mut self, column: &str, predicate: &Predicate) {
        match predicate {
            Predicate::CompareInteger(comparison, number) => {
                let symbol = comparison.map_or("=", Comparison::symbol);
                self.sql.text(&format!("{column} {symbol} ")).integer(*number);
            }
            _ => {
                self.sql.text("1");
            }
        }
    }

    fn body(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::Contains(text) => self.contains(text),
            Predicate::Wildcard(pattern) => self.wildcard(pattern),
            Predicate::Exists => {
                self.sql.text("Body != ''");
            }
            _ => self.value("Body", predicate),
        }
    }

    /// A function of the text index with tokens parted by spaces.
    fn tokens(&mut self, function: &str, tokens: &str) {
        let column = if self.dialect.body_text_index { "(Body, " } else { "(lower(Body), " };
        self.sql.text(function).text(column).string(tokens).text(")");
    }

    fn contains(&mut self, wanted: &TextMatch) {
        if let Some(spellings) = wanted.spellings() {
            let function = if spellings.len() > 1 { "hasAnyTokens" } else { "hasAllTokens" };
            return self.tokens(function, &spellings.join(" "));
        }
        let (function, tokens) = if wanted.folds_beyond_ascii {
            ("hasAllTokens", wanted.ascii_tokens().join(" "))
        } else if let [token] = wanted.tokens.as_slice() {
            ("hasAllTokens", token.clone())
        } else {
            ("hasPhrase", wanted.tokens.join(" "))
        };
        let by_position = wanted.literal || wanted.folds_beyond_ascii || wanted.tokens.is_empty();
        match (tokens.is_empty(), by_position) {
            (false, false) => self.tokens(function, &tokens),
            (true, _) => self.position(&wanted.text),
            (false, true) => {
                self.sql.text("(");
                self.tokens(function, &tokens);
                self.sql.text(" AND ");
                self.position(&wanted.text);
                self.sql.text(")");
            }
        }
    }

    fn position(&mut self, text: &str) {
        self.sql.text("positionCaseInsensitiveUTF8(Body, ").string(text).text(") > 0");
    }

    fn wildcard(&mut self, pattern: &Pattern) {
        if let Some(text) = substring(pattern) {
            self.sql.text("Body ILIKE ").string(&like_substring(text));
            return;
        }
        let regex = wildcard_regex(pattern, regex::escape);
        let Some(text) = longest_text(pattern) else {
            self.sql.text("match(Body, ").string(&regex).text(")");
            return;
        };
        // The first test finds candidates by the index (or at least fast), the second one decides.
        self.sql.text("(Body ILIKE ").string(&like_substring(text));
        self.sql.text(" AND match(Body, ").string(&regex).text("))");
    }

    /// A test on a text expression without parameters.
    fn value(&mut self, expression: &str, predicate: &Predicate) {
        self.value_of(predicate, |sql| {
            sql.text(expression);
        });
    }

    /// A test on a text that `expression` writes.
    fn value_of(&mut self, predicate: &Predicate, expression: impl Fn(&mut SqlText)) {
        let sql = &mut *self.sql;
        match predicate {
            Predicate::Equals(text) => {
                expression(sql);
                sql.text(" = ").string(text);
            }
            Predicate::EqualsIgnoreCase(text) => {
                sql.text("lowerUTF8(");
                expression(sql);
                sql.text(") = ").string(&text.to_lowercase());
            }
            Predicate::Like(pattern) => {
                expression(sql);
                sql.text(" LIKE ").string(&like_pattern(pattern));
            }
            Predicate::LikeIgnoreCase(pattern) => {
                expression(sql);
                sql.text(" ILIKE ").string(&like_pattern(pattern));
            }
            Predicate::Regex(regex) => {
                sql.text("match(");
                expression(sql);
                sql.text(", ").string(regex).text(")");
            }
            Predicate::CompareText(comparison, text) => {
                expression(sql);
                sql.text(&format!(" {} ", comparison.symbol())).string(text);
            }
            Predicate::CompareNumber(comparison, number) => {
                sql.text("ifNull(toFloat64OrNull(");
                expression(sql);
                sql.text(&format!(") {} ", comparison.symbol())).float(*number).text(", 0)");
            }
            Predicate::Contains(_)
            | Predicate::Wildcard(_)
            | Predicate::Exists
            | Predicate::CompareInteger(..)
            | Predicate::SeverityBetween(..)
            | Predicate::TimeWithin(_) => {
                sql.text("1");
            }
        }
    }

    /// Of the record or of the resource.
    fn any_attribute(&mut self, name: &str, predicate: &Predicate) {
        if let Predicate::Equals(value) = predicate
            && self.one_index()
            && !value.contains('=')
            && let Some(items) = self.items(Map::Record, name, value)
        {
            self.item(items, name, value);
            return;
        }
        self.sql.text("(");
        self.attribute(Map::Record, name, predicate);
        self.sql.text(" OR ");
        self.attribute(Map::Resource, name, predicate);
        self.sql.text(")");
    }

    fn attribute(&mut self, map: Map, name: &str, predicate: &Predicate) {
        let column = map.column();
        match predicate {
            Predicate::Exists => {
                self.contains_key(column, name);
                return;
            }
            // An empty value is in the shared index for either map, and reading this one gives '' for a missing key.
            Predicate::Equals(value) if !(value.is_empty() && self.one_index()) => {
                if let Some(items) = self.items(map, name, value) {
                    // `a=b` of `c` and `b=c` of `a` make the same item, and one index may hold both maps.
                    let ambiguous = value.contains('=') || self.one_index();
                    if ambiguous {
                        self.sql.text("(");
                    }
                    self.item(items, name, value);
                    if ambiguous {
                        self.sql.text(" AND ").text(column).text("[").string(name).text("] = ");
                        self.sql.string(value).text(")");
                    }
                    return;
                }
            }
            _ => {}
        }
        // The map gives '' for a missing key: where '' would match, ask for the key as well.
        let guarded = empty_matches(predicate);
        if guarded {
            self.sql.text("(");
            self.contains_key(column, name);
            self.sql.text(" AND ");
        }
        self.value_of(predicate, |sql| {
            sql.text(column).text("[").string(name).text("]");
        });
        if guarded {
            self.sql.text(")");
        }
    }

    /// One index holds the attributes of the record and of the resource.
    fn one_index(&self) -> bool {
        self.dialect.record_items.is_some() && self.dialect.record_items == self.dialect.resource_items
    }

    /// The array that holds this attribute wherever the map does.
    fn items(&self, map: Map, name: &str, value: &str) -> Option<&'a str> {
        let index = match map {
            Map::Record => self.dialect.record_items.as_ref(),
            Map::Resource => self.dialect.resource_items.as_ref(),
            Map::Scope => None,
        };
        index.filter(|index| index.holds(&format!("{name}={value}"))).map(|index| index.expression.as_str())
    }

    fn item(&mut self, items: &str, name: &str, value: &str) {
        self.sql.text("has(").text(items).text(", ").string(&format!("{name}={value}")).text(")");
    }

    fn contains_key(&mut self, map: &str, name: &str) {
        self.sql.text("mapContains(").text(map).text(", ").string(name).text(")");
    }
}

/// Whether an empty value passes the test.
fn empty_matches(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Equals(text) | Predicate::EqualsIgnoreCase(text) => text.is_empty(),
        Predicate::CompareText(comparison, text) => comparison.holds("", text.as_str()),
        Predicate::Regex(regex) => regex::Regex::new(regex).is_ok_and(|regex| regex.is_match("")),
        _ => false,
    }
}
