//! Advice on names, given what fields the data has.

use crate::Field;
use crate::field::{SHORT_NAMES, nearest_name};
use crate::parser::Hint;
use crate::syntax::{Expression, ExpressionKind, Query};

impl Query {
    /// A hint for each field that is neither a short name, a column nor one of `known`, where a similar name is. Any
    /// name is valid (records with it may still come), so these are no errors.
    pub fn field_hints(&self, known: &[&str]) -> Vec<Hint> {
        let mut hints = Vec::new();
        collect(&self.filter, known, &mut hints);
        hints
    }
}

fn collect(node: &Expression, known: &[&str], hints: &mut Vec<Hint>) {
    match &node.kind {
        ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            parts.iter().for_each(|part| collect(part, known, hints));
        }
        ExpressionKind::Not(inner) => collect(inner, known, hints),
        ExpressionKind::Field(test) => {
            if !matches!(Field::resolve(&test.field), Field::Attribute(_)) {
                return;
            }
            let names = SHORT_NAMES.iter().chain(known).copied();
            let Some(nearest) = nearest_name(&test.field, names) else { return };
            let hint = Hint {
                message: format!("no field {} is known; did you mean {nearest}?", test.field),
                span: test.field_span,
            };
            // A group repeats its field.
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        ExpressionKind::All | ExpressionKind::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::{Span, parse};

    #[test]
    fn unknown_names_near_known_ones() {
        let hints = |text: &str| parse(text).expect(text).query.field_hints(&["user_id", "leve"]);
        assert_eq!(hints("service:x user_id:1 leve:2 quite_other:3 Body:x"), []);
        let found = hints("a NOT sevice:(x OR y) usr_id:1");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].message, "no field sevice is known; did you mean service?");
        assert_eq!((found[0].span, found[1].span), (Span::new(6, 12), Span::new(22, 28)));
    }
}
