//! Containers of Docker: beside a container's log lies what it is called.

use std::path::Path;

use serde::Deserialize;

use crate::reading::Reading;

/// Beside `ID-json.log`.
const CONFIG_FILE: &str = "config.v2.json";
/// What Compose calls a service.
const SERVICE_LABEL: &str = "com.docker.compose.service";

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Container {
    #[serde(rename = "ID")]
    id: String,
    /// With a `/` before it.
    name: String,
    config: Option<ContainerConfig>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ContainerConfig {
    image: String,
    labels: Option<std::collections::BTreeMap<String, String>>,
}

/// Adds the names of a container to how its log is read: OpenTelemetry's `container.*` of the resource, and the service
/// (of Compose, else the container's name) where none is configured.
pub fn label(reading: &Reading, log: &Path) -> Reading {
    let mut reading = reading.clone();
    let container: Container = std::fs::read(log.with_file_name(CONFIG_FILE))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let name = container.name.trim_start_matches('/');
    let id = if container.id.is_empty() {
        log.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
    } else {
        container.id.clone()
    };
    let config = container.config.unwrap_or_default();
    let labels = config.labels.unwrap_or_default();
    let resource = [
        ("container.id", id.as_str()),
        ("container.name", name),
        ("container.image.name", config.image.as_str()),
    ];
    reading.resource.extend(
        resource
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    if reading.service.is_none() {
        let compose = labels.get(SERVICE_LABEL).map(String::as_str);
        reading.service = compose.or(Some(name)).filter(|service| !service.is_empty()).map(str::to_owned);
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_container() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("abc-json.log");
        std::fs::write(
            folder.path().join(CONFIG_FILE),
            r#"{"ID":"abc","Name":"/shop-web-1","Config":{"Image":"nginx:1","Labels":{"com.docker.compose.service":"web"}}}"#,
        )
        .expect("written");
        let reading = label(&Reading::default(), &log);
        assert_eq!(reading.service.as_deref(), Some("web"));
        let resource: Vec<_> =
            reading.resource.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(
            resource,
            [("container.id", "abc"), ("container.name", "shop-web-1"), ("container.image.name", "nginx:1")]
        );
        let configured = Reading { service: Some("shop".into()), ..Reading::default() };
        assert_eq!(label(&configured, &log).service.as_deref(), Some("shop"));
    }
}
