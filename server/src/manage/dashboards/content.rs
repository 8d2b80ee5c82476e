//! What a dashboard is made of, and what it may be.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::http::error::ApiError;

/// Columns of the grid.
const COLUMNS: u16 = 12;
const MOST_WIDGETS: usize = 100;
const MOST_VARIABLES: usize = 30;
const MOST_ANNOTATIONS: usize = 10;
const LONGEST_TEXT: usize = 20_000;
const LONGEST_NAME: usize = 200;
const MOST_TAGS: usize = 20;

/// A dashboard as one writes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardContent)]
#[serde(default)]
pub struct Content {
    pub name: String,
    pub description: String,
    /// Names joined by `/`; empty for none.
    pub folder: String,
    pub tags: Vec<String>,
    pub definition: Definition,
}

/// What a dashboard shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardDefinition)]
#[serde(default)]
pub struct Definition {
    pub variables: Vec<Variable>,
    pub widgets: Vec<Widget>,
    /// Drawn on every chart over time.
    pub annotations: Vec<Annotation>,
    /// Name of the source that widgets, variables and annotations ask; what this server stores unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Seconds between refreshes; 0 is off.
    pub refresh: u32,
    /// The range it opens with: RFC 3339 or relative (`now-1h`).
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A value that one chooses above the widgets: `$name` in the search language, `{name:Type}` in SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardVariable)]
pub struct Variable {
    pub name: String,
    #[serde(default)]
    pub label: String,
    #[serde(rename = "type")]
    pub kind: VariableKind,
    /// Several values at once; in SQL the parameter is then an `Array(String)`.
    #[serde(default)]
    pub multi: bool,
    /// Those of a list.
    #[serde(default)]
    pub values: Vec<String>,
    /// Its first column has the values.
    #[serde(default)]
    pub query: Option<WidgetQuery>,
    /// Chosen at first; empty is any value.
    #[serde(default)]
    pub default: Vec<String>,
}

/// Where the values of a variable come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardVariableKind)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    Query,
    List,
    Text,
}

/// Records that are drawn as marks on the charts over time, such as deployments and restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardAnnotation)]
pub struct Annotation {
    pub name: String,
    /// Which records, in the search language and without pipes; variables stand in it as in a widget's.
    pub query: String,
}

/// A part of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Widget {
    pub id: String,
    pub kind: WidgetKind,
    #[serde(default)]
    pub title: String,
    pub layout: Place,
    /// Missing for a text.
    #[serde(default)]
    pub query: Option<WidgetQuery>,
    /// How it looks: unit, thresholds, legend, axes, ...
    #[serde(default)]
    #[schema(value_type = Object)]
    pub options: Map<String, Value>,
    /// A range of its own.
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub to: Option<String>,
}

/// Kinds of widgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WidgetKind {
    TimeSeries,
    Bar,
    Pie,
    Number,
    Table,
    HeatMap,
    Histogram,
    TopList,
    Logs,
    Text,
}

/// Where a widget is, in cells of the grid of 12 columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardPlace)]
pub struct Place {
    pub x: u16,
    pub y: u16,
    pub w: u16,
    pub h: u16,
}

/// A query in either language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WidgetQuery {
    pub language: Language,
    pub text: String,
    /// In place of the dashboard's source: another one, in SQL also a connection, or `logs` for what this server stores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardLanguage)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Search,
    Sql,
}

impl Content {
    /// The content as the catalog keeps it.
    pub fn to_text(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(|error| ApiError::internal(&error))
    }

    /// # Errors
    /// An internal one where the catalog holds what no version of this program wrote.
    pub fn of_text(text: &str) -> Result<Self, ApiError> {
        serde_json::from_str(text).map_err(|error| ApiError::internal(&error))
    }

    /// # Errors
    /// `dashboard.invalid`, with the place in `details.field`.
    pub fn check(&self) -> Result<(), ApiError> {
        check(
            !self.name.trim().is_empty() && self.name.chars().count() <= LONGEST_NAME,
            "name",
            "a dashboard needs a name of at most 200 characters",
        )?;
        check(self.tags.len() <= MOST_TAGS, "tags", "a dashboard has at most 20 tags")?;
        let mut words = self.tags.iter().chain([&self.folder]);
        check(
            words.all(|word| word.chars().count() <= LONGEST_NAME),
            "tags",
            "a folder and a tag have at most 200 characters",
        )?;
        check(
            self.description.len() <= LONGEST_TEXT,
            "description",
            "the description is longer than 20,000 bytes",
        )?;
        self.definition.check()
    }
}

impl Definition {
    fn check(&self) -> Result<(), ApiError> {
        check(self.widgets.len() <= MOST_WIDGETS, "widgets", "a dashboard has at most 100 widgets")?;
        check(self.variables.len() <= MOST_VARIABLES, "variables", "a dashboard has at most 30 variables")?;
        let mut names = HashSet::new();
        for variable in &self.variables {
            let field = format!("variables.{}", variable.name);
            let mut characters = variable.name.chars();
            let is_name = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
                && characters.all(|character| character.is_ascii_alphanumeric() || character == '_');
            check(
                is_name,
                &field,
                "the name of a variable is letters, digits and _, and begins with no digit",
            )?;
            check(
                !matches!(variable.name.as_str(), "from" | "to" | "bucket_seconds"),
                &field,
                "from, to and bucket_seconds are there already: choose another name",
            )?;
            check(names.insert(&variable.name), &field, "two variables have this name")?;
            check(
                variable.kind != VariableKind::Query || variable.query.is_some(),
                &field,
                "this variable needs a query for its values",
            )?;
            check_query(variable.query.as_ref(), &field)?;
        }
        check_source(self.source.as_ref(), "source")?;
        self.check_annotations()?;
        let mut ids = HashSet::new();
        for widget in &self.widgets {
            let field = format!("widgets.{}", widget.id);
            check((1..=64).contains(&widget.id.len()), &field, "the id of a widget has 1 to 64 characters")?;
            check(ids.insert(&widget.id), &field, "two widgets have this id")?;
            let Place { x, y, w, h } = widget.layout;
            check(
                w >= 1 && (1..=100).contains(&h) && y <= 10_000 && x.saturating_add(w) <= COLUMNS,
                &field,
                "the widget lies outside of the grid of 12 columns",
            )?;
            check(
                widget.query.is_some() || widget.kind == WidgetKind::Text,
                &field,
                "this widget needs a query",
            )?;
            check_query(widget.query.as_ref(), &field)?;
        }
        Ok(())
    }

    fn check_annotations(&self) -> Result<(), ApiError> {
        check(
            self.annotations.len() <= MOST_ANNOTATIONS,
            "annotations",
            "a dashboard has at most 10 annotations",
        )?;
        let mut names = HashSet::new();
        for Annotation { name, query } in &self.annotations {
            let field = format!("annotations.{name}");
            check(
                !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME,
                &field,
                "an annotation needs a name of at most 200 characters",
            )?;
            check(names.insert(name), &field, "two annotations have this name")?;
            check(
                !query.trim().is_empty() && query.len() <= LONGEST_TEXT,
                &field,
                "an annotation needs a query of at most 20,000 bytes",
            )?;
        }
        Ok(())
    }
}

fn check_source(source: Option<&String>, field: &str) -> Result<(), ApiError> {
    check(
        source.is_none_or(|source| (1..=LONGEST_NAME).contains(&source.chars().count())),
        field,
        "the name of a source has 1 to 200 characters",
    )
}

fn check_query(query: Option<&WidgetQuery>, field: &str) -> Result<(), ApiError> {
    check_source(query.and_then(|query| query.source.as_ref()), field)?;
    check(
        query.is_none_or(|query| query.text.len() <= LONGEST_TEXT),
        field,
        "the query is longer than 20,000 bytes",
    )
}

fn check(holds: bool, field: &str, message: &str) -> Result<(), ApiError> {
    if holds {
        return Ok(());
    }
    Err(ApiError::bad_request("dashboard.invalid", format!("{message} ({field})"))
        .details(json!({ "field": field })))
}
