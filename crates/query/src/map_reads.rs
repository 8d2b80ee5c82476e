//! Which attributes a statement reads out of their maps.

use crate::attribute_columns::{ColumnKind, unquoted};
use crate::user_sql::{Token, TokenKind, tokens};

/// An attribute that is read out of its map, for each record with all others of that record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MapRead {
    /// Of the resource, else of the record.
    pub is_resource: bool,
    pub key: String,
    /// What is done with the value.
    pub kind: ColumnKind,
}

/// Functions that give back one of their arguments.
const PASSING: [&str; 4] = ["if", "ifNull", "coalesce", "nullIf"];
/// Beginnings of the names of functions that make numbers of texts.
const MAKING_NUMBERS: [&str; 4] = ["toFloat", "toInt", "toUInt", "toDecimal"];

/// The attributes that a column of their own would spare a statement from reading with all the others, each once. Tests
/// for equality are left out: indexes serve them.
pub fn map_reads(sql: &str) -> Vec<MapRead> {
    let tokens = tokens(sql);
    let mut reads: Vec<MapRead> = Vec::new();
    // For each parenthesis that is open: whether what stands in it becomes a number.
    let mut becomes_number: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            let outer = becomes_number.last().copied().unwrap_or_default();
            let function = at.checked_sub(1).map(|before| &tokens[before]);
            becomes_number.push(match function.filter(|before| before.kind == TokenKind::Word) {
                Some(function) if PASSING.contains(&function.text) => outer,
                Some(function) => MAKING_NUMBERS.iter().any(|name| function.text.starts_with(name)),
                None => outer,
            });
        } else if token.is_symbol(")") {
            becomes_number.pop();
        } else if let Some((is_resource, key)) = read_at(&tokens[at..]) {
            let is_number = becomes_number.last().copied().unwrap_or_default();
            let kind = if is_number { ColumnKind::Number } else { ColumnKind::Text };
            let read = MapRead { is_resource, key, kind };
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
    }
    reads
}

/// `LogAttributes['key']` that is not tested for equality: whether it is the map of the resource, and the key.
fn read_at(tokens: &[Token<'_>]) -> Option<(bool, String)> {
    let [map, open, key, close, rest @ ..] = tokens else { return None };
    let is_resource = map.is_word("ResourceAttributes");
    let is_read = (is_resource || map.is_word("LogAttributes"))
        && open.is_symbol("[")
        && key.kind == TokenKind::String
        && close.is_symbol("]");
    let is_tested = rest.first().is_some_and(|next| next.is_symbol("=") || next.is_word("IN"));
    if is_read && !is_tested { Some((is_resource, unquoted(key.text)?)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_read_as_what_is_made_of_it() {
        let read = |is_resource, key: &str, kind| MapRead { is_resource, key: key.to_owned(), kind };
        let sql = "SELECT LogAttributes['http.path'] AS p, avg(toFloat64OrNull(LogAttributes['it\\'s ms'])), \
                   max(toInt64OrZero(if((ResourceAttributes['pid'] != ''), ResourceAttributes['pid'], '0'))) /* LogAttributes['comment'] */ FROM otel_logs \
                   WHERE LogAttributes['user'] = 'a' AND LogAttributes['city'] IN ('b', 'c') \
                   AND LogAttributes['http.path'] != '' AND mapContains(LogAttributes, 'there') \
                   AND Body = 'LogAttributes[\\'body\\']' AND LogAttributes[concat('a', 'b')] LIKE 'x%'";
        assert_eq!(
            map_reads(sql),
            [
                read(false, "http.path", ColumnKind::Text),
                read(false, "it's ms", ColumnKind::Number),
                read(true, "pid", ColumnKind::Number),
            ]
        );
        assert_eq!(map_reads("SELECT count() FROM otel_logs WHERE LogAttributes["), []);
    }
}
