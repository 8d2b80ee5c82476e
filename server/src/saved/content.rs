use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::sources::LOCAL_SOURCE;

/// Characters of a name and of a folder's whole path.
const MAX_NAME: usize = 200;
/// Characters of a description.
const MAX_DESCRIPTION: usize = 4_000;
/// Characters of a query.
const MAX_TEXT: usize = 200_000;
/// Tags, and parameters, of one query.
const MAX_PARTS: usize = 50;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QueryLanguage)]
pub enum Language {
    #[default]
    Search,
    Sql,
}

/// Who sees it. In `local` mode there is one user, who sees all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SavedVisibility)]
pub enum Visibility {
    Private,
    #[default]
    Shared,
}

/// A value that is asked for when the query is run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = SavedParameter)]
pub struct Parameter {
    /// `$NAME` in the search language, `{NAME:TYPE}` in SQL.
    pub name: String,
    /// In the search language `text` (exactly this text), `wildcards` (`*` and `?` are), `number`, or `word` (a level or
    /// a time, which can be compared by size). In SQL the type of ClickHouse.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Used where no value is given. A text, a number or a list of them.
    #[schema(value_type = Object)]
    pub default: Value,
    /// The values that are allowed; any where it is empty.
    #[schema(value_type = Vec<Object>)]
    pub values: Vec<Value>,
    /// SQL whose first column has values to choose from.
    pub values_query: Option<String>,
    /// Without a value, the test in which it stands is left out (search language).
    pub optional: bool,
}

/// What a user says of a saved query. It is what versions hold and what is exported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = SavedContent)]
pub struct Content {
    /// Unique, in any case.
    pub name: String,
    pub description: String,
    /// Such as `Web/Shop`; empty outside of all folders.
    pub folder: String,
    pub tags: Vec<String>,
    pub language: Language,
    pub text: String,
    /// Name of the source that is asked, in SQL also of a connection; what this server stores unless said.
    pub source: Option<String>,
    /// Start of the time range: RFC 3339 or relative (`now-15m`). The range of who runs it where it is missing.
    pub from: Option<String>,
    pub to: Option<String>,
    pub parameters: Vec<Parameter>,
    pub visibility: Visibility,
}

impl Content {
    /// Checks everything, and brings names, folder and tags into their form.
    ///
    /// # Errors
    /// `saved.content`, naming the field; `query.syntax` and the like for a search that can't be read.
    pub fn checked(mut self) -> Result<Self, ApiError> {
        self.name = words(&self.name);
        self.folder =
            self.folder.split('/').map(words).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let tags: BTreeSet<String> =
            self.tags.iter().map(|tag| words(tag)).filter(|tag| !tag.is_empty()).collect();
        self.tags = tags.into_iter().collect();
        let blank = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        (self.from, self.to) = (blank(self.from.take()), blank(self.to.take()));
        self.source = blank(self.source.take()).filter(|source| source != LOCAL_SOURCE);
        for parameter in &mut self.parameters {
            parameter.values_query = blank(parameter.values_query.take());
        }

        if self.name.is_empty() {
            return Err(wrong("name", "a saved query needs a name"));
        }
        if self.name.contains('/') {
            return Err(wrong("name", "a name holds no slash: folders are said in `folder`"));
        }
        for (field, text, most) in [
            ("name", &self.name, MAX_NAME),
            ("folder", &self.folder, MAX_NAME),
            ("description", &self.description, MAX_DESCRIPTION),
            ("text", &self.text, MAX_TEXT),
            ("source", self.source.as_ref().unwrap_or(&String::new()), MAX_NAME),
        ] {
            if text.chars().nth(most).is_some() {
                return Err(wrong(field, format!("{field} is longer than {most} characters")));
            }
        }
        if self.tags.len() > MAX_PARTS || self.tags.iter().any(|tag| tag.chars().nth(MAX_NAME).is_some()) {
            return Err(wrong("tags", format!("at most {MAX_PARTS} tags, of at most {MAX_NAME} characters")));
        }
        self.check_parameters()?;
        Ok(self)
    }

    fn check_parameters(&self) -> Result<(), ApiError> {
        if self.parameters.len() > MAX_PARTS {
            return Err(wrong("parameters", format!("at most {MAX_PARTS} parameters")));
        }
        let places = super::bind::places(self.language, &self.text)?;
        let mut seen = BTreeSet::new();
        for parameter in &self.parameters {
            let name = &parameter.name;
            if !seen.insert(name) {
                return Err(wrong("parameters", format!("the parameter `{name}` is described twice")));
            }
            if !places.iter().any(|place| place == name) {
                let written = match self.language {
                    Language::Search => format!("${name}"),
                    Language::Sql => format!("{{{name}:{}}}", parameter.kind),
                };
                return Err(wrong(
                    "parameters",
                    format!(
                        "the parameter `{name}` is nowhere in the query: write {written} where its value belongs"
                    ),
                ));
            }
            if self.language == Language::Search && !SEARCH_TYPES.contains(&parameter.kind.as_str()) {
                return Err(wrong(
                    "parameters",
                    format!(
                        "`{}` is no type of a parameter: use {}",
                        parameter.kind,
                        SEARCH_TYPES.join(", ")
                    ),
                ));
            }
            if !parameter.default.is_null() {
                super::bind::check_value(self.language, parameter, &parameter.default)?;
            }
        }
        Ok(())
    }

    /// What a search of the list looks through.
    pub fn searchable(&self) -> String {
        [&self.name, &self.folder, &self.tags.join("\n"), &self.description, &self.text]
            .map(|text| text.to_lowercase())
            .join("\n")
    }
}

/// Types of parameters in the search language.
const SEARCH_TYPES: [&str; 4] = ["text", "wildcards", "number", "word"];

/// One space between words, none around them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrong(field: &str, message: impl Into<String>) -> ApiError {
    ApiError::bad_request("saved.content", message).details(serde_json::json!({ "field": field }))
}
