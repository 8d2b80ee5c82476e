//! Values for the parameters of a query.

use std::collections::BTreeMap;

use click_lite_query::{Filling, parse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::content::{Content, Language, Parameter};
use crate::http::error::ApiError;
use crate::read::query_error;

/// A query that can be run as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = BoundQuery)]
pub struct Bound {
    pub language: Language,
    /// In the search language with the values in it, each as one value. In SQL as it was written.
    pub text: String,
    /// Values that SQL is given beside its text.
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
    /// The source that is asked; what this server stores unless said.
    pub source: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Names of the places for parameters in a query.
pub fn places(language: Language, text: &str) -> Result<Vec<String>, ApiError> {
    match language {
        Language::Search => Ok(parse(text).map_err(|error| query_error(&error))?.query.placeholders()),
        Language::Sql => Ok(click_lite_query::user_sql::parameters(text)
            .into_iter()
            .map(|parameter| parameter.name)
            .collect()),
    }
}

/// Puts values into a query, or beside it.
///
/// # Errors
/// `saved.parameter` for a value that is missing, not allowed or unknown; `details.parameter` names it.
pub fn bind(content: &Content, given: &Map<String, Value>) -> Result<Bound, ApiError> {
    let known = |name: &str| content.parameters.iter().any(|parameter| parameter.name == name);
    if let Some(name) = given.keys().find(|name| !known(name)) {
        let names: Vec<&str> = content.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let hint = match names.as_slice() {
            [] => "it has none".to_owned(),
            names => format!("it has {}", names.join(", ")),
        };
        return Err(wrong(name, format!("`{}` has no parameter `{name}`: {hint}", content.name)));
    }
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    for parameter in &content.parameters {
        let value =
            given.get(&parameter.name).filter(|value| !is_absent(value)).unwrap_or(&parameter.default);
        if is_absent(value) && !is_empty_text(content.language, value) {
            if content.language == Language::Search && parameter.optional {
                values.insert(parameter.name.clone(), Value::Null);
                continue;
            }
            return Err(wrong(&parameter.name, format!("the parameter `{}` needs a value", parameter.name)));
        }
        check_value(content.language, parameter, value)?;
        values.insert(parameter.name.clone(), value.clone());
    }
    let mut bound = Bound {
        language: content.language,
        text: content.text.clone(),
        params: Map::new(),
        source: content.source.clone(),
        from: content.from.clone(),
        to: content.to.clone(),
    };
    match content.language {
        Language::Sql => bound.params = values.into_iter().collect(),
        Language::Search if !values.is_empty() => {
            let kind = |name: &str| {
                let parameter = content.parameters.iter().find(|parameter| parameter.name == name);
                parameter.map_or("text", |parameter| parameter.kind.as_str())
            };
            let fillings =
                values.iter().map(|(name, value)| (name.clone(), filling(kind(name), value))).collect();
            let query = parse(&content.text).map_err(|error| query_error(&error))?.query;
            bound.text = query.fill(&fillings).map_err(|error| query_error(&error))?.to_string();
        }
        Language::Search => {}
    }
    Ok(bound)
}

/// No value was given.
fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// An empty text is a value in SQL.
fn is_empty_text(language: Language, value: &Value) -> bool {
    language == Language::Sql && !value.is_null()
}

fn filling(kind: &str, value: &Value) -> Filling {
    match value {
        Value::Null => Filling::LeftOut,
        Value::Array(values) => Filling::OneOf(values.iter().map(|value| filling(kind, value)).collect()),
        value => {
            let text = plain(value);
            match kind {
                "number" | "word" => Filling::Word(text),
                "wildcards" => Filling::Wildcards(text),
                _ => Filling::Text(text),
            }
        }
    }
}

/// Whether a parameter takes a value.
///
/// # Errors
/// `saved.parameter`, with the values that are allowed where they are few.
pub fn check_value(language: Language, parameter: &Parameter, value: &Value) -> Result<(), ApiError> {
    let name = &parameter.name;
    match value {
        Value::Array(values) => {
            return values.iter().try_for_each(|value| match value {
                Value::Array(_) if language == Language::Search => {
                    Err(wrong(name, format!("the parameter `{name}` takes no list in a list")))
                }
                Value::Array(_) => Ok(()),
                value => check_value(language, parameter, value),
            });
        }
        Value::Object(_) if language == Language::Search => {
            return Err(wrong(
                name,
                format!("the parameter `{name}` takes a text, a number or a list of them"),
            ));
        }
        _ => {}
    }
    let text = plain(value);
    if !parameter.values.is_empty() && !parameter.values.iter().any(|allowed| plain(allowed) == text) {
        let allowed: Vec<String> = parameter.values.iter().map(plain).collect();
        return Err(ApiError::bad_request(
            "saved.parameter",
            format!("the parameter `{name}` can't be `{text}`: it is one of {}", allowed.join(", ")),
        )
        .details(json!({ "parameter": name, "values": parameter.values })));
    }
    if language == Language::Search && parameter.kind == "number" {
        let number = text.parse::<f64>().is_ok_and(f64::is_finite);
        if !number {
            return Err(wrong(name, format!("the parameter `{name}` is a number, not `{text}`")));
        }
    }
    Ok(())
}

/// A value as it is typed: `5` and `"5"` are the same.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn wrong(parameter: &str, message: String) -> ApiError {
    ApiError::bad_request("saved.parameter", message).details(json!({ "parameter": parameter }))
}

#[cfg(test)]
mod tests;
