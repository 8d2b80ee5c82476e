//! The largest series of a chart, and the others added up.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use click_lite_query::{Merge, Series};
use click_lite_store::AnswerColumn;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Rows of each bucket, with all series, to the rows that are shown; `None` where a value can't be merged.
pub fn fold(
    buckets: impl Iterator<Item = Vec<Box<RawValue>>>,
    columns: &[AnswerColumn],
    of: &Series,
) -> Option<Vec<Box<RawValue>>> {
    // `time`, the series, and the aggregates.
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let aggregates = names.get(2..).filter(|rest| rest.len() == of.merges.len())?;
    let mut parsed: Vec<Vec<Map<String, Value>>> = Vec::new();
    let mut totals: HashMap<String, Option<Number>> = HashMap::new();
    for rows in buckets {
        let rows = rows.iter().map(|row| serde_json::from_str(row.get()).ok());
        let rows: Vec<Map<String, Value>> = rows.collect::<Option<_>>()?;
        for row in &rows {
            let value = number(row.get(*aggregates.first()?)?)?;
            let total = totals.entry(row.get(&of.column)?.as_str()?.to_owned()).or_default();
            *total = merged(*of.merges.first()?, total.take(), value);
        }
        parsed.push(rows);
    }
    let mut ranked: Vec<(String, Option<Number>)> = totals.into_iter().collect();
    ranked.sort_by(|left, right| compare(&right.1, &left.1).then_with(|| left.0.cmp(&right.0)));
    ranked.truncate(usize::try_from(of.limit).unwrap_or(usize::MAX));
    let shown: HashSet<String> = ranked.into_iter().map(|(name, _)| name).collect();

    let mut folded = Vec::new();
    for rows in parsed {
        let mut by_series: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for mut row in rows {
            let name = row.get(&of.column)?.as_str()?;
            let name = if shown.contains(name) { name } else { Series::OTHER }.to_owned();
            let Some(known) = by_series.get_mut(&name) else {
                row.insert(of.column.clone(), Value::String(name.clone()));
                by_series.insert(name, row);
                continue;
            };
            for (&aggregate, &merge) in aggregates.iter().zip(&of.merges) {
                let both = merged(merge, number(known.get(aggregate)?)?, number(row.get(aggregate)?)?);
                known.insert(aggregate.to_owned(), both.map_or(Value::Null, Value::Number));
            }
        }
        for row in by_series.into_values() {
            folded.push(serde_json::value::to_raw_value(&row).ok()?);
        }
    }
    Some(folded)
}

/// `Some(None)` where there is no value, `None` where it is no number.
fn number(value: &Value) -> Option<Option<Number>> {
    match value {
        Value::Null => Some(None),
        Value::Number(number) => Some(Some(number.clone())),
        _ => None,
    }
}

fn merged(merge: Merge, left: Option<Number>, right: Option<Number>) -> Option<Number> {
    let (Some(left), Some(right)) = (left.clone(), right.clone()) else { return left.or(right) };
    match merge {
        Merge::Sum => match (left.as_u64(), right.as_u64()) {
            (Some(left), Some(right)) => left.checked_add(right).map(Number::from),
            _ => Number::from_f64(left.as_f64()? + right.as_f64()?),
        },
        Merge::Least if compare(&Some(left.clone()), &Some(right.clone())) == Ordering::Greater => {
            Some(right)
        }
        Merge::Greatest if compare(&Some(left.clone()), &Some(right.clone())) == Ordering::Less => {
            Some(right)
        }
        Merge::Least | Merge::Greatest => Some(left),
    }
}

/// What is missing is less than anything.
fn compare(left: &Option<Number>, right: &Option<Number>) -> Ordering {
    match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(left), Some(right)) => match (left.as_u64(), right.as_u64()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => left.as_f64().unwrap_or(0.0).total_cmp(&right.as_f64().unwrap_or(0.0)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<AnswerColumn> {
        names
            .iter()
            .map(|name| AnswerColumn { name: (*name).to_owned(), kind: "String".to_owned() })
            .collect()
    }

    fn rows(texts: &[&str]) -> Vec<Box<RawValue>> {
        texts.iter().map(|text| RawValue::from_string((*text).to_owned()).expect("JSON")).collect()
    }

    #[test]
    fn the_largest_keep_their_names_and_the_others_are_added_up() {
        let of = Series { column: "s".into(), limit: 2, merges: vec![Merge::Sum, Merge::Greatest] };
        let columns = columns(&["time", "s", "count()", "max(x)"]);
        let first = rows(&[
            r#"{"time":"t1","s":"a","count()":1,"max(x)":null}"#,
            r#"{"time":"t1","s":"b","count()":5,"max(x)":2.5}"#,
            r#"{"time":"t1","s":"c","count()":3,"max(x)":7}"#,
        ]);
        let second = rows(&[
            r#"{"time":"t2","s":"a","count()":4,"max(x)":1}"#,
            r#"{"time":"t2","s":"b","count()":1,"max(x)":1}"#,
            r#"{"time":"t2","s":"d","count()":3,"max(x)":9}"#,
        ]);
        let folded = fold([first, second].into_iter(), &columns, &of).expect("numbers");
        let folded: Vec<&str> = folded.iter().map(|row| row.get()).collect();
        assert_eq!(
            folded,
            [
                r#"{"time":"t1","s":"a","count()":1,"max(x)":null}"#,
                r#"{"time":"t1","s":"b","count()":5,"max(x)":2.5}"#,
                r#"{"time":"t1","s":"other","count()":3,"max(x)":7}"#,
                r#"{"time":"t2","s":"a","count()":4,"max(x)":1}"#,
                r#"{"time":"t2","s":"b","count()":1,"max(x)":1}"#,
                r#"{"time":"t2","s":"other","count()":3,"max(x)":9}"#,
            ]
        );
        let one = Series { limit: 1, ..of };
        let third = rows(&[
            r#"{"time":"t1","s":"a","count()":1,"max(x)":null}"#,
            r#"{"time":"t1","s":"b","count()":1,"max(x)":2.5}"#,
            r#"{"time":"t1","s":"c","count()":3,"max(x)":7}"#,
        ]);
        let folded = fold([third].into_iter(), &columns, &one).expect("numbers");
        assert_eq!(folded[1].get(), r#"{"time":"t1","s":"other","count()":2,"max(x)":2.5}"#);
        let texts = rows(&[
            r#"{"time":"t1","s":"a","count()":1,"max(x)":"2026"}"#,
            r#"{"time":"t1","s":"b","count()":1,"max(x)":"2026"}"#,
            r#"{"time":"t1","s":"c","count()":1,"max(x)":"2026"}"#,
        ]);
        assert!(fold([texts].into_iter(), &columns, &one).is_none());
    }
}
