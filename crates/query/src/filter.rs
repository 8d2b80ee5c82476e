//! Condition to the expression after `WHERE`.
//!
//! Every test gives 0 or 1, never `NULL`, so that its negation is its complement. On the message the functions of the
//! text index are used: `hasAllTokens`, `hasAnyTokens`, `hasPhrase`, and `ILIKE '%text%'`, which scans its dictionary.
//! They must stand in the `WHERE` of the table itself: elsewhere ClickHouse applies no `preprocessor`.

use crate::condition::{Comparison, Condition, Predicate, Test, Unit};
use crate::dialect::{Dialect, Reading};
use crate::functions::Kind;
use crate::literal::{DURATION_UNITS, SIZE_UNITS, number};
use crate::mapping::AttributeMap;
use crate::pipeline::Value;
use crate::sql::SqlText;
use crate::syntax::Pattern;
use crate::text::{
    GAP, TextMatch, like_pattern, like_substring, longest_text, required_text, substring, wildcard_regex,
};
use crate::{Field, TimeRange};

/// Writes the condition; a list of terms is in parentheses unless `outermost`.
pub(crate) fn write_condition(
    sql: &mut SqlText,
    reading: Reading<'_>,
    condition: &Condition,
    outermost: bool,
) {
    match condition {
        Condition::All => {
            sql.text("1");
        }
        Condition::And(parts) => write_list(sql, reading, parts, " AND ", outermost),
        Condition::Or(parts) => write_list(sql, reading, parts, " OR ", false),
        Condition::Not(inner) => {
            sql.text("NOT (");
            write_condition(sql, reading, inner, true);
            sql.text(")");
        }
        Condition::Test(test) => Writer { sql, dialect: reading.dialect, reading }.test(test),
    }
}

fn write_list(sql: &mut SqlText, reading: Reading<'_>, parts: &[Condition], separator: &str, bare: bool) {
    if !bare {
        sql.text("(");
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            sql.text(separator);
        }
        write_condition(sql, reading, part, false);
    }
    if !bare {
        sql.text(")");
    }
}

struct Writer<'a> {
    sql: &'a mut SqlText,
    dialect: &'a Dialect,
    reading: Reading<'a>,
}

impl AttributeMap {
    pub(crate) fn column(self) -> &'static str {
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
            Field::RecordAttribute(name) => self.attribute(AttributeMap::Record, name, predicate),
            Field::ResourceAttribute(name) => self.attribute(AttributeMap::Resource, name, predicate),
            Field::ScopeAttribute(name) => self.attribute(AttributeMap::Scope, name, predicate),
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
            Predicate::Regex(regex) => {
                // As for wildcards: the index finds candidates by a text that every match has.
                let required = required_text(regex);
                if let Some(text) = &required {
                    self.sql.text("(Body ILIKE ").string(&like_substring(text)).text(" AND ");
                }
                self.value("Body", predicate);
                self.sql.text(if required.is_some() { ")" } else { "" });
            }
            _ => self.value("Body", predicate),
        }
    }

    /// A function of the text index with tokens parted by spaces.
    fn tokens(&mut self, function: &str, tokens: &str) {
        if self.dialect.mapping.is_some() && !self.dialect.body_text_index {
            return self.words(function, tokens);
        }
        let column = if self.dialect.body_text_index { "(Body, " } else { "(lower(Body), " };
        self.sql.text(function).text(column).string(tokens).text(")");
    }

    /// The same by functions that every ClickHouse has, and that a token filter over the words serves.
    fn words(&mut self, function: &str, tokens: &str) {
        let between = if function == "hasAnyTokens" { " OR " } else { " AND " };
        self.sql.text("(");
        for (index, token) in tokens.split(' ').enumerate() {
            self.sql.text(if index > 0 { between } else { "" }).text("hasToken(lower(Body), ").string(token);
            self.sql.text(")");
        }
        if function == "hasPhrase" {
            let phrase = tokens.replace(' ', &format!("{GAP}+"));
            self.sql.text(" AND match(lower(Body), ").string(&format!("(?:^|{GAP}){phrase}(?:$|{GAP})"));
            self.sql.text(")");
        }
        self.sql.text(")");
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
            Predicate::InNetwork(network) => {
                sql.text("ifNull(toIPv6OrNull(");
                expression(sql);
                sql.text(") BETWEEN toIPv6(").string(&network.first());
                sql.text(") AND toIPv6(").string(&network.last()).text("), 0)");
            }
            Predicate::CompareQuantity(comparison, unit, wanted) => {
                write_amount(sql, *unit, &expression);
                sql.text(&format!(" {} ", comparison.symbol())).float(*wanted).text(", 0)");
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
            && let Some(items) = self.items(AttributeMap::Record, name, value)
        {
            self.item(items, name, value);
            return;
        }
        let missing = |map| self.dialect.mapping.as_ref().is_some_and(|mapping| !mapping.can_have(map, name));
        if missing(AttributeMap::Resource) {
            return self.attribute(AttributeMap::Record, name, predicate);
        }
        if missing(AttributeMap::Record) {
            return self.attribute(AttributeMap::Resource, name, predicate);
        }
        // Where values are read, it is worth knowing whether resources have the key at all. An `if` whose
        // condition is known is replaced by one side of it; `AND` with it is not, and ClickHouse 26.7 then found
        // rows beside a test that a text index answers that it should not.
        let reads_values = match predicate {
            Predicate::Exists => false,
            Predicate::Equals(value) => self.items(AttributeMap::Record, name, value).is_none(),
            _ => true,
        };
        let asks = self.dialect.key_indexes && reads_values;
        if asks {
            self.sql.text("if(");
            self.reading.write_lacks_key(self.sql, AttributeMap::Resource.column(), name);
            self.sql.text(", ");
            self.attribute(AttributeMap::Record, name, predicate);
            self.sql.text(", ");
        }
        self.sql.text("(");
        self.attribute(AttributeMap::Record, name, predicate);
        self.sql.text(" OR ");
        self.attribute(AttributeMap::Resource, name, predicate);
        self.sql.text(if asks { "))" } else { ")" });
    }

    fn attribute(&mut self, map: AttributeMap, name: &str, predicate: &Predicate) {
        if let Some(mapping) = &self.dialect.mapping {
            let value = mapping.attribute(map, name);
            let is_there = matches!(predicate, Predicate::Exists) || empty_matches(predicate);
            if is_there {
                self.sql.text("(").append(&value).text(" != ''");
            }
            if !matches!(predicate, Predicate::Exists) {
                self.sql.text(if is_there { " AND " } else { "" });
                self.value_of(predicate, |sql| {
                    sql.append(&value);
                });
            }
            self.sql.text(if is_there { ")" } else { "" });
            return;
        }
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
        match (predicate, self.dialect.columns.number(map, name)) {
            (Predicate::CompareNumber(comparison, number), Some(column)) => {
                self.sql.text("ifNull(").append(&column);
                self.sql.text(&format!(" {} ", comparison.symbol())).float(*number).text(", 0)");
            }
            // By way of the map, whose values have a filter.
            (Predicate::Equals(_), _) => self.value_of(predicate, |sql| {
                sql.text(column).text("[").string(name).text("]");
            }),
            _ => {
                let columns = &self.dialect.columns;
                self.value_of(predicate, |sql| columns.write_text(sql, map, name));
            }
        }
        if guarded {
            self.sql.text(")");
        }
    }

    /// One index holds the attributes of the record and of the resource.
    fn one_index(&self) -> bool {
        self.dialect.record_items.is_some() && self.dialect.record_items == self.dialect.resource_items
    }

    /// The array that holds this attribute wherever the map does.
    fn items(&self, map: AttributeMap, name: &str, value: &str) -> Option<&'a str> {
        let index = match map {
            AttributeMap::Record => self.dialect.record_items.as_ref(),
            AttributeMap::Resource => self.dialect.resource_items.as_ref(),
            AttributeMap::Scope => None,
        };
        index.filter(|index| index.holds(name, value)).map(|index| index.expression.as_str())
    }

    fn item(&mut self, items: &str, name: &str, value: &str) {
        self.sql.text("has(").text(items).text(", ").string(&format!("{name}={value}")).text(")");
    }

    fn contains_key(&mut self, map: &str, name: &str) {
        self.sql.text("mapContains(").text(map).text(", ").string(name).text(")");
    }
}

/// `ifNull(` and an amount such as `12ms` as a number of seconds or bytes; `NULL` where it is none.
fn write_amount(sql: &mut SqlText, unit: Unit, expression: &impl Fn(&mut SqlText)) {
    let units: &[(&str, f64)] = match unit {
        Unit::Seconds => &DURATION_UNITS,
        Unit::Bytes => &SIZE_UNITS,
    };
    let names: Vec<String> = units.iter().map(|(name, _)| format!("'{name}'")).collect();
    let factors: Vec<String> = units.iter().map(|(_, factor)| format!("{factor:?}")).collect();
    sql.text("ifNull(toFloat64OrNull(extract(");
    expression(sql);
    sql.text(", '^ *([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)')) * transform(");
    sql.text(if unit == Unit::Bytes { "lower(" } else { "(" }).text("extract(");
    expression(sql);
    sql.text(", '^ *[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)? *(.*?) *$')), ['', ").text(&names.join(", "));
    sql.text("], [1., ").text(&factors.join(", ")).text("], NULL)");
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

/// A condition about one value that some expression gives: what it asks is asked of that, whatever its fields say.
pub(crate) fn write_value_condition(sql: &mut SqlText, condition: &Condition, value: &Value) {
    let list = |sql: &mut SqlText, parts: &[Condition], separator: &str| {
        for (index, part) in parts.iter().enumerate() {
            sql.text(if index > 0 { separator } else { "(" });
            write_value_condition(sql, part, value);
        }
        sql.text(")");
    };
    match condition {
        Condition::All => {
            sql.text("1");
        }
        Condition::And(parts) => list(sql, parts, " AND "),
        Condition::Or(parts) => list(sql, parts, " OR "),
        Condition::Not(inner) => {
            sql.text("NOT (");
            write_value_condition(sql, inner, value);
            sql.text(")");
        }
        Condition::Test(test) => write_value_test(sql, &test.predicate, value),
    }
}

fn write_value_test(sql: &mut SqlText, predicate: &Predicate, value: &Value) {
    let compared = |sql: &mut SqlText, symbol: &str, wanted: f64| {
        sql.text(if value.nullable { "ifNull(" } else { "" }).append(&value.sql);
        sql.text(&format!(" {symbol} ")).float(wanted).text(if value.nullable { ", 0)" } else { "" });
    };
    let text = value.text();
    match (value.kind, predicate) {
        (_, Predicate::Exists) => {
            sql.append(&crate::pipeline::is_there(value));
        }
        (Kind::Time, Predicate::TimeWithin(range)) => {
            let sides = [(">=", range.from_ns), ("<", range.to_ns)];
            for (index, (symbol, time_ns)) in sides.into_iter().filter(|(_, side)| side.is_some()).enumerate()
            {
                sql.text(if index > 0 { " AND " } else { "" }).append(&value.sql);
                sql.text(&format!(" {symbol} ")).time(time_ns.unwrap_or_default());
            }
        }
        (Kind::Number, Predicate::CompareNumber(comparison, number)) => {
            compared(sql, comparison.symbol(), *number);
        }
        (Kind::Number, Predicate::CompareQuantity(comparison, _, amount)) => {
            compared(sql, comparison.symbol(), *amount);
        }
        (Kind::Number | Kind::Condition, Predicate::Equals(wanted)) => match number(wanted) {
            Some(number) => compared(sql, "=", number),
            None => {
                sql.text(if wanted.eq_ignore_ascii_case("true") { "" } else { "NOT " }).append(&value.sql);
            }
        },
        _ => {
            let dialect = Dialect::plain("");
            let reading = Reading { dialect: &dialect, range: TimeRange::ALL };
            let mut writer = Writer { sql, dialect: &dialect, reading };
            if value.nullable {
                writer.sql.text("ifNull(");
            }
            writer.value_of(predicate, |sql| {
                sql.append(&text.sql);
            });
            if value.nullable {
                writer.sql.text(", 0)");
            }
        }
    }
}
