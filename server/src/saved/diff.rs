//! What is different between two versions.

use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use utoipa::ToSchema;

use super::content::Content;

/// What is different between two versions of a saved query.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = SavedDifference)]
pub struct Difference {
    /// Fields but for the text that are not the same.
    pub fields: Vec<FieldChange>,
    /// The lines of both texts; empty where the texts are the same.
    pub text: Vec<LineChange>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SavedFieldChange)]
pub struct FieldChange {
    pub field: String,
    #[schema(value_type = Object)]
    pub before: Value,
    #[schema(value_type = Object)]
    pub after: Value,
}

/// A line of one text or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SavedLineChange)]
pub struct LineChange {
    /// `same`, `removed` or `added`.
    pub kind: &'static str,
    /// Number of the line before, from 1; `null` for one that was added.
    pub before: Option<usize>,
    pub after: Option<usize>,
    pub line: String,
}

impl Difference {
    pub fn between(before: &Content, after: &Content) -> Self {
        let fields = |content: &Content| match serde_json::to_value(content) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (old, new) = (fields(before), fields(after));
        let changed = new.iter().filter(|(field, value)| *field != "text" && old.get(*field) != Some(value));
        Self {
            fields: changed
                .map(|(field, value)| FieldChange {
                    field: field.clone(),
                    before: old.get(field).cloned().unwrap_or_default(),
                    after: value.clone(),
                })
                .collect(),
            text: if before.text == after.text { Vec::new() } else { lines(&before.text, &after.text) },
        }
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.text.is_empty()
    }
}

fn lines(before: &str, after: &str) -> Vec<LineChange> {
    let change = |change: similar::Change<&str>| LineChange {
        kind: match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Delete => "removed",
            ChangeTag::Insert => "added",
        },
        before: change.old_index().map(|index| index + 1),
        after: change.new_index().map(|index| index + 1),
        line: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    TextDiff::from_lines(before, after).iter_all_changes().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_lines_that_changed_are_told() {
        let before = Content { name: "a".into(), text: "x\ny\nz".into(), ..Content::default() };
        let after = Content { name: "b".into(), text: "x\nyy\nz".into(), ..before.clone() };
        let difference = Difference::between(&before, &after);
        assert_eq!(difference.fields.len(), 1);
        assert_eq!((difference.fields[0].field.as_str(), &difference.fields[0].after), ("name", &"b".into()));
        let line = |kind, before, after, line: &str| LineChange { kind, before, after, line: line.into() };
        assert_eq!(
            difference.text,
            [
                line("same", Some(1), Some(1), "x"),
                line("removed", Some(2), None, "y"),
                line("added", None, Some(2), "yy"),
                line("same", Some(3), Some(3), "z"),
            ]
        );
        assert!(Difference::between(&before, &before).is_empty());
    }
}
