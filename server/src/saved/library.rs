//! `/api/v1/templates`: ready-made queries that are part of the program.

use std::sync::OnceLock;

use axum::Json;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::content::{Content, Language, Parameter, Visibility};
use crate::http::error::{ApiError, Parameters};

/// A ready-made query.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QueryTemplate)]
pub struct Template {
    id: String,
    category: &'static str,
    #[serde(flatten)]
    pub content: Content,
}

#[derive(Deserialize)]
struct File {
    template: Vec<Written>,
}

/// A template as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: String,
    description: String,
    language: Language,
    text: String,
    from: Option<String>,
    to: Option<String>,
    #[serde(default, rename = "parameter")]
    parameters: Vec<WrittenParameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenParameter {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    description: String,
    #[serde(default)]
    default: Value,
    #[serde(default)]
    values: Vec<Value>,
    values_query: Option<String>,
    #[serde(default)]
    optional: bool,
}

impl From<WrittenParameter> for Parameter {
    fn from(written: WrittenParameter) -> Self {
        Self {
            name: written.name,
            kind: written.kind,
            description: written.description,
            default: written.default,
            values: written.values,
            values_query: written.values_query,
            optional: written.optional,
        }
    }
}

/// Which templates to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplateFilter {
    /// Words that name, description or text hold, all of them.
    search: Option<String>,
    category: Option<String>,
}

/// Templates, by category.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueryTemplateList)]
pub struct TemplateList {
    items: Vec<Template>,
    /// All categories, in their order.
    categories: Vec<&'static str>,
}

/// All templates. The files are part of the program and read once; a test reads them all.
pub fn templates() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let files = click_lite_query::templates::TEMPLATE_FILES;
        files.iter().flat_map(|(category, text)| read(category, text)).collect()
    })
}

fn read(category: &'static str, text: &str) -> Vec<Template> {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            tracing::error!(category, error = %error, "templates can't be read");
            return Vec::new();
        }
    };
    let template = |written: Written| Template {
        id: written.id,
        category,
        content: Content {
            name: written.name,
            description: written.description,
            folder: String::new(),
            tags: Vec::new(),
            language: written.language,
            text: written.text.trim().to_owned(),
            source: None,
            from: written.from,
            to: written.to,
            parameters: written.parameters.into_iter().map(Parameter::from).collect(),
            visibility: Visibility::Shared,
        },
    };
    file.template.into_iter().map(template).collect()
}

/// The template with this id or name.
pub fn template(id_or_name: &str) -> Result<&'static Template, ApiError> {
    templates()
        .iter()
        .find(|template| template.id == id_or_name || template.content.name.eq_ignore_ascii_case(id_or_name))
        .ok_or_else(|| ApiError::not_found(format!("there is no template `{id_or_name}`")))
}

/// Lists templates.
#[utoipa::path(get, path = "/api/v1/templates", tag = "saved", params(TemplateFilter), responses((status = 200, body = TemplateList)))]
pub async fn list_templates(Parameters(filter): Parameters<TemplateFilter>) -> Json<TemplateList> {
    let words: Vec<String> =
        filter.search.unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
    let wanted = |template: &&Template| {
        let searchable = template.content.searchable();
        words.iter().all(|word| searchable.contains(word))
            && filter
                .category
                .as_ref()
                .is_none_or(|category| template.category.eq_ignore_ascii_case(category))
    };
    let items = templates().iter().filter(wanted).cloned().collect();
    let categories =
        click_lite_query::templates::TEMPLATE_FILES.iter().map(|(category, _)| *category).collect();
    Json(TemplateList { items, categories })
}

/// One template.
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "saved", params(("id" = String, Path)),
    responses((status = 200, body = Template), (status = 404, body = click_lite_client::ErrorBody)))]
pub async fn get_template(Path(id): Path<String>) -> Result<Json<Template>, ApiError> {
    template(&id).map(|template| Json(template.clone()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_template_can_be_saved_as_it_is() {
        let all = templates();
        let of_files: usize = click_lite_query::templates::TEMPLATE_FILES
            .iter()
            .map(|(_, text)| text.matches("[[template]]").count())
            .sum();
        assert_eq!(all.len(), of_files);
        assert!(all.len() >= 25);
        let mut ids = BTreeSet::new();
        for template in all {
            assert!(ids.insert(&template.id), "{} is there twice", template.id);
            let content = template.content.clone();
            let checked =
                content.checked().unwrap_or_else(|error| panic!("{}: {}", template.id, error.message));
            assert_eq!(checked, template.content);
            let described: BTreeSet<&str> = checked.parameters.iter().map(|p| p.name.as_str()).collect();
            let places = super::super::bind::places(checked.language, &checked.text).expect("parsed");
            let missing: Vec<&String> = places
                .iter()
                .filter(|name| !described.contains(name.as_str()) && *name != "from" && *name != "to")
                .collect();
            assert_eq!(missing, [""; 0], "{}", template.id);
            assert!(!template.content.description.is_empty());
        }
    }
}
