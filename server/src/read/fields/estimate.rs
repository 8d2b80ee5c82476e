//! What a sample of the newest records and the roll-up of all of them say together.
//!
//! The roll-up knows each attribute and its common values over the whole time, but counts long and random values as one,
//! the empty one. The sample knows all values, of the newest records alone.

use std::collections::{HashMap, HashSet};

use click_lite_query::TOP_VALUES;

use super::{FieldInfo, ValueCount};

/// Fields of `total_rows` records, the most frequent first.
pub(super) fn all_records(
    sampled: Vec<FieldInfo>,
    rolled_up: Vec<FieldInfo>,
    total_rows: u64,
    sample_rows: u64,
) -> Vec<FieldInfo> {
    let scale = |count: u64| count.saturating_mul(total_rows) / sample_rows.max(1);
    let mut sampled: HashMap<(String, String), FieldInfo> =
        sampled.into_iter().map(|field| ((field.kind.clone(), field.name.clone()), field)).collect();
    let mut fields = Vec::with_capacity(rolled_up.len());
    for mut field in rolled_up {
        let known = sampled.remove(&(field.kind.clone(), field.name.clone()));
        let unnamed: u64 =
            field.values.iter().filter(|value| value.value.is_empty()).map(|value| value.count).sum();
        field.values.retain(|value| !value.value.is_empty());
        field.values.truncate(TOP_VALUES as usize);
        if let Some(known) = known {
            if known.value_type != "number" {
                field.value_type = known.value_type;
            }
            // Most of its values have no name in the roll-up.
            if unnamed > field.count / 2 {
                field.values = scaled(known.values, scale);
            }
        }
        field.count = field.count.min(total_rows);
        fields.push(field);
    }
    // What came in the last moments, or had no place in the roll-up.
    fields.extend(sampled.into_values().map(|field| FieldInfo {
        count: scale(field.count),
        values: scaled(field.values, scale),
        ..field
    }));
    fields.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.name.cmp(&right.name)));
    fields
}

fn scaled(values: Vec<ValueCount>, scale: impl Fn(u64) -> u64) -> Vec<ValueCount> {
    values.into_iter().map(|value| ValueCount { count: scale(value.count), ..value }).collect()
}

/// Values by the roll-up; where there are fewer than `limit`, those of the sample that it does not name.
pub(super) fn values(sampled: Vec<ValueCount>, rolled_up: Vec<ValueCount>, limit: usize) -> Vec<ValueCount> {
    let named: HashSet<String> = rolled_up.iter().map(|value| value.value.clone()).collect();
    let others = sampled.into_iter().filter(|value| !named.contains(&value.value));
    let mut all: Vec<ValueCount> = rolled_up;
    all.extend(others);
    all.truncate(limit);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, count: u64, values: &[(&str, u64)]) -> FieldInfo {
        let values =
            values.iter().map(|(value, count)| ValueCount { value: (*value).to_owned(), count: *count });
        FieldInfo {
            name: name.to_owned(),
            kind: "attribute".to_owned(),
            value_type: "string",
            count,
            values: values.collect(),
        }
    }

    #[test]
    fn the_roll_up_counts_and_the_sample_names_what_it_does_not() {
        let sampled = vec![
            field("level", 1_000, &[("info", 900)]),
            field("user", 1_000, &[("u1234", 2)]),
            field("new", 10, &[("x", 10)]),
        ];
        let rolled_up = vec![
            field("user", 80_000, &[("", 79_000), ("root", 1_000)]),
            field("level", 100_008, &[("info", 60_000), ("error", 40_000)]),
            field("old", 800, &[("y", 800)]),
        ];
        let found = all_records(sampled, rolled_up, 100_000, 1_000);
        let seen: Vec<_> = found
            .iter()
            .map(|field| {
                let values = field.values.iter().map(|value| (value.value.as_str(), value.count));
                (field.name.as_str(), field.count, values.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("level", 100_000, vec![("info", 60_000), ("error", 40_000)]),
                ("user", 80_000, vec![("u1234", 200)]),
                ("new", 1_000, vec![("x", 1_000)]),
                ("old", 800, vec![("y", 800)]),
            ]
        );
    }

    #[test]
    fn values_of_the_sample_come_after_those_of_the_roll_up() {
        let value = |value: &str, count| ValueCount { value: value.to_owned(), count };
        let found = values(vec![value("a", 5), value("b", 9)], vec![value("a", 80)], 2);
        let seen: Vec<_> = found.iter().map(|value| (value.value.as_str(), value.count)).collect();
        assert_eq!(seen, [("a", 80), ("b", 9)]);
    }
}
