//! What a connection is made of, and whether it makes sense.

use anyhow::Context as _;
use click_lite_store::{RemoteConfig, TlsConfig};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Connection;
use super::secrets::Secret;
use crate::config::ConnectionSection;
use crate::http::error::ApiError;

const NAME_CHARACTERS: usize = 64;
const PEM_BYTES: usize = 256 * 1024;

/// How a ClickHouse server is reached, but for its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionSettings {
    /// HTTP interface: `https://HOST:8443` or `http://HOST:8123`.
    pub url: String,
    /// A user who may read; `default` unless said.
    pub user: String,
    /// For tables without a database; `default` unless said.
    pub database: String,
    /// Cluster whose shards are read where a table is not `Distributed`.
    pub cluster: Option<String>,
    /// Answers come compressed.
    pub compression: bool,
    /// `http://HOST:PORT` of a proxy.
    pub proxy: Option<String>,
    /// Certificates of the authorities to trust in place of the public ones, PEM.
    pub ca: Option<String>,
    /// Certificate of this client, PEM; its key is given beside it.
    pub certificate: Option<String>,
}

impl ConnectionSettings {
    /// With what is left out filled in.
    ///
    /// # Errors
    /// 400 `connection.url`, `connection.proxy`, `connection.certificate`
    pub fn checked(mut self) -> Result<Self, ApiError> {
        self.url = self.url.trim().trim_end_matches('/').to_owned();
        let or_default =
            |text: String| if text.trim().is_empty() { "default".to_owned() } else { text.trim().to_owned() };
        self.user = or_default(self.user);
        self.database = or_default(self.database);
        let given =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        self.cluster = given(self.cluster);
        self.proxy = given(self.proxy);
        self.ca = given(self.ca);
        self.certificate = given(self.certificate);
        check_address("connection.url", "url", &self.url)?;
        if let Some(proxy) = &self.proxy {
            check_address("connection.proxy", "proxy", proxy)?;
        }
        for (name, pem) in [("ca", &self.ca), ("certificate", &self.certificate)] {
            let Some(pem) = pem else { continue };
            if !pem.contains("-----BEGIN CERTIFICATE-----") || pem.len() > PEM_BYTES {
                return Err(ApiError::bad_request(
                    "connection.certificate",
                    format!(
                        "`{name}` is no certificate: give the text of the PEM file, with its BEGIN and END lines"
                    ),
                ));
            }
            if pem.contains("PRIVATE KEY") {
                return Err(ApiError::bad_request(
                    "connection.certificate",
                    format!("`{name}` holds a private key: give that as `key`, which is kept secret"),
                ));
            }
        }
        Ok(self)
    }

    pub(super) fn remote(&self, secret: &Secret) -> RemoteConfig {
        RemoteConfig {
            url: self.url.clone(),
            user: self.user.clone(),
            password: secret.password.clone(),
            database: self.database.clone(),
            compression: self.compression,
            proxy: self.proxy.clone(),
            tls: TlsConfig {
                ca: self.ca.clone(),
                certificate: self.certificate.clone(),
                key: Some(secret.key.clone()).filter(|key| !key.is_empty()),
            },
        }
    }
}

fn check_address(code: &str, option: &str, address: &str) -> Result<(), ApiError> {
    let wrong = |message: String| Err(ApiError::bad_request(code, message));
    let Ok(url) = reqwest::Url::parse(address) else {
        return wrong(format!("`{option}` is no address: write it as http://HOST:PORT or https://HOST:PORT"));
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return wrong(format!("`{option}` does not begin with http:// or https:// and a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong(format!(
            "`{option}` holds a user or a password: they are shown there, so give them by themselves"
        ));
    }
    if url.query().is_some() {
        return wrong(format!("`{option}` has parameters behind ?: leave them out"));
    }
    Ok(())
}

/// A name of a connection or a source.
///
/// # Errors
/// 400 `CODE.name`
pub fn checked_name(what: &str, name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let is_plain = |next: char| next.is_alphanumeric() || matches!(next, '-' | '_' | '.' | ' ');
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS || !name.chars().all(is_plain) {
        return Err(ApiError::bad_request(
            format!("{what}.name"),
            format!(
                "a name of a {what} has 1 to {NAME_CHARACTERS} letters, digits, spaces, dots, dashes and underscores"
            ),
        ));
    }
    if name == super::LOCAL_SOURCE {
        return Err(ApiError::bad_request(
            format!("{what}.name"),
            format!("`{name}` is the source that this server stores into: choose another name"),
        ));
    }
    Ok(name.to_owned())
}

impl Connection {
    /// From the configuration file, with the certificates that it names.
    pub(super) fn of_section(section: &ConnectionSection) -> anyhow::Result<Self> {
        let read = |path: &Option<std::path::PathBuf>| {
            path.as_ref()
                .map(|path| {
                    std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))
                })
                .transpose()
        };
        let context = || format!("the connection {} of the configuration can't be used", section.name);
        let settings = ConnectionSettings {
            url: section.url.clone(),
            user: section.user.clone(),
            database: section.database.clone(),
            cluster: section.cluster.clone(),
            compression: section.compression,
            proxy: section.proxy.clone(),
            ca: read(&section.ca_file).with_context(context)?,
            certificate: read(&section.certificate_file).with_context(context)?,
        };
        let settings =
            settings.checked().map_err(|error| anyhow::anyhow!(error.message)).with_context(context)?;
        let name =
            checked_name("connection", &section.name).map_err(|error| anyhow::anyhow!(error.message))?;
        let key = read(&section.key_file).with_context(context)?.unwrap_or_default();
        Ok(Self {
            id: format!("configuration:{name}"),
            name,
            settings,
            secret: Secret { password: section.password.clone(), key },
            is_configured: true,
            created_at: String::new(),
            updated_at: String::new(),
            version: 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_certificates_are_checked_before_they_are_kept() {
        let settings = |url: &str| ConnectionSettings { url: url.into(), ..ConnectionSettings::default() };
        let known = settings(" https://ch.example.com:8443/ ").checked().expect("usable");
        assert_eq!((known.url.as_str(), known.user.as_str()), ("https://ch.example.com:8443", "default"));
        for (url, code) in [
            ("ch.example.com", "connection.url"),
            ("file:///etc/passwd", "connection.url"),
            ("http://me:secret@host:8123", "connection.url"),
            ("http://host:8123/?user=x", "connection.url"),
        ] {
            assert_eq!(settings(url).checked().expect_err(url).code, code);
        }
        let with_key = ConnectionSettings {
            certificate: Some("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----".into()),
            ..settings("https://host")
        };
        assert_eq!(with_key.checked().expect_err("a key").code, "connection.certificate");
        assert_eq!(checked_name("source", "logs").expect_err("taken").code, "source.name");
        assert_eq!(checked_name("source", " prod logs ").expect("a name"), "prod logs");
    }
}
