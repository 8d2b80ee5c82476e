//! A ClickHouse of others that is only read: by a user who may do nothing else, over TLS, through a proxy.
//!
//! Nothing is made there, and no setting is sent that the user may not set: with `readonly = 1` that is none, and what
//! the settings would do to the rows is done here ([`RowRepair`]).

mod answer;
mod check;
mod repair;
mod tables;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use click_lite_query::Statement;
use click_lite_query::user_sql::BoundParameter;
use serde::de::DeserializeOwned;

use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::export::{Export, FileStream};
use crate::select::RowStream;
use crate::store::Store;
use crate::user_sql::{self, SchemaColumn, SchemaFunction, SchemaTable, SourceEstimate, UserSql};

pub(crate) use answer::AnswerBody;
pub use check::{CheckState, CheckStep};
pub(crate) use repair::RowRepair;
pub use tables::RemoteTable;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For so long it is not asked again what the user may set.
const ALLOWED_AGE: Duration = Duration::from_secs(60);
/// Beyond what a query may take.
const ANSWER_GRACE: Duration = Duration::from_secs(10);

/// How a ClickHouse is reached.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RemoteConfig {
    /// HTTP interface, e.g. `https://clickhouse.example.com:8443`.
    pub url: String,
    pub user: String,
    pub password: String,
    /// For names without one.
    pub database: String,
    /// Answers come compressed.
    pub compression: bool,
    /// `http://HOST:PORT` of a proxy.
    pub proxy: Option<String>,
    pub tls: TlsConfig,
}

/// Certificates as PEM texts. Those of servers are always verified.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TlsConfig {
    /// Authorities to trust instead of the public ones.
    pub ca: Option<String>,
    /// Of this client.
    pub certificate: Option<String>,
    pub key: Option<String>,
}

impl fmt::Debug for RemoteConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RemoteConfig")
            .field("url", &self.url)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A client of such a ClickHouse. It pools its connections.
pub struct Remote {
    http: reqwest::Client,
    config: RemoteConfig,
    /// With their values; sent as far as the user may set them.
    settings: Vec<(&'static str, String)>,
    /// Names of the settings that the user may set, and when they were asked for.
    allowed: Mutex<Option<(Instant, Arc<HashSet<String>>)>>,
}

impl Remote {
    /// # Errors
    /// [`StoreError::Unusable`] for a URL, a proxy or certificates that can't be used.
    pub fn new(config: RemoteConfig, limits: &StoreConfig) -> Result<Self, StoreError> {
        let wrong = |what: &str, error: &dyn fmt::Display| StoreError::Unusable(format!("{what}: {error}"));
        let url = reqwest::Url::parse(&config.url).map_err(|error| wrong("the URL can't be read", &error))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(StoreError::Unusable(
                "the URL is not one that begins with http:// or https://".into(),
            ));
        }
        let longest = Duration::from_secs(limits.max_query_seconds) + ANSWER_GRACE;
        // Another one that was installed before serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(longest)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(proxy) = &config.proxy {
            client = client
                .proxy(reqwest::Proxy::all(proxy).map_err(|error| wrong("the proxy can't be used", &error))?);
        }
        if let Some(ca) = &config.tls.ca {
            let found = reqwest::Certificate::from_pem_bundle(ca.as_bytes())
                .map_err(|error| wrong("the CA certificate can't be read", &error))?;
            if found.is_empty() {
                return Err(StoreError::Unusable(
                    "the CA certificate holds none: it begins with -----BEGIN CERTIFICATE-----".into(),
                ));
            }
            client = client.tls_certs_only(found);
        }
        match (&config.tls.certificate, &config.tls.key) {
            (Some(certificate), Some(key)) => {
                let pem = format!("{certificate}\n{key}\n");
                let identity = reqwest::Identity::from_pem(pem.as_bytes())
                    .map_err(|error| wrong("the client certificate or its key can't be read", &error))?;
                client = client.identity(identity);
            }
            (None, None) => {}
            _ => {
                return Err(StoreError::Unusable(
                    "a client certificate needs its key, and a key its certificate".into(),
                ));
            }
        }
        let http =
            client.build().map_err(|error| wrong("the connection can't be set up", &Sources(&error)))?;
        Ok(Self { http, config, settings: settings(limits), allowed: Mutex::default() })
    }

    pub fn database(&self) -> &str {
        &self.config.database
    }

    /// Runs a query. Whole numbers of 64 bits come as texts where `integers_as_text` says so.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn select(
        &self,
        statement: &Statement,
        query_id: &str,
        integers_as_text: bool,
    ) -> Result<RowStream, StoreError> {
        let params = statement.params.iter().map(|param| (param.name.as_str(), param.http_value()));
        self.stream(&statement.sql, params, query_id, integers_as_text, &[]).await
    }

    /// Runs a statement of a user.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn select_user_sql(
        &self,
        statement: &UserSql,
        query_id: &str,
    ) -> Result<RowStream, StoreError> {
        let limits: Vec<(&'static str, String)> = [
            ("limit", statement.rows),
            ("max_rows_to_read", statement.max_rows_read),
            ("max_bytes_to_read", statement.max_bytes_read),
            // The rows are counted as they come, and cut.
            ("max_result_rows", Some(0)),
        ]
        .into_iter()
        .filter_map(|(name, limit)| Some((name, limit?.to_string())))
        .collect();
        self.stream(&statement.sql, values(&statement.params), query_id, true, &limits).await
    }

    /// All rows of a statement. Whole numbers of 64 bits are numbers.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn export_rows(&self, export: &Export) -> Result<RowStream, StoreError> {
        let params = export.params.iter().map(|(name, value)| (name.as_str(), value.clone()));
        self.stream(&export.sql, params, &export.query_id, false, export.settings()).await
    }

    /// The answer in a format of ClickHouse's, such as `Parquet`.
    ///
    /// # Errors
    /// As [`Self::export_rows`].
    pub async fn export_file(&self, export: &Export, format: &str) -> Result<FileStream, StoreError> {
        let params = export.params.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let settings = self.settings_of(&export.query_id, export.settings()).await?;
        let response = self.send(&export.sql, params, &settings, format).await?;
        Ok(FileStream::new(AnswerBody::of(response)?))
    }

    /// What a statement would read, by table.
    ///
    /// # Errors
    /// What ClickHouse refuses, such as the estimate of a table that is no MergeTree.
    pub async fn estimate(
        &self,
        sql: &str,
        params: &[BoundParameter],
    ) -> Result<Vec<SourceEstimate>, StoreError> {
        self.rows(&format!("{}{sql}", Store::ESTIMATE_PREFIX), values(params)).await
    }

    /// The plan of a statement as ClickHouse's JSON, with the indexes that are used.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn plan(&self, sql: &str, params: &[BoundParameter]) -> Result<String, StoreError> {
        self.text(self.send(&format!("{}{sql}", Store::PLAN_PREFIX), values(params), &[], "TSVRaw").await?)
            .await
    }

    /// Tables that the user may read, but for ClickHouse's own.
    ///
    /// # Errors
    /// What ClickHouse refuses, and what keeps it from answering.
    pub async fn schema_tables(&self) -> Result<Vec<SchemaTable>, StoreError> {
        self.rows(user_sql::TABLES, std::iter::empty()).await
    }

    /// Columns of those tables, in order.
    ///
    /// # Errors
    /// As [`Self::schema_tables`].
    pub async fn schema_columns(&self) -> Result<Vec<SchemaColumn>, StoreError> {
        self.rows(user_sql::COLUMNS, std::iter::empty()).await
    }

    /// Functions of that ClickHouse.
    ///
    /// # Errors
    /// As [`Self::schema_tables`].
    pub async fn schema_functions(&self) -> Result<Vec<SchemaFunction>, StoreError> {
        self.rows(user_sql::FUNCTIONS, std::iter::empty()).await
    }

    /// Cancels a query, where the user may.
    ///
    /// # Errors
    /// What keeps ClickHouse from answering.
    pub async fn kill(&self, query_id: &str) -> Result<(), StoreError> {
        let sql = format!("KILL QUERY WHERE query_id = {} ASYNC", click_lite_query::string_literal(query_id));
        self.send(&sql, std::iter::empty(), &[], "TSVRaw").await.map(drop)
    }

    async fn stream<'a>(
        &self,
        sql: &str,
        params: impl Iterator<Item = (&'a str, String)>,
        query_id: &str,
        integers_as_text: bool,
        more: &[(&'static str, String)],
    ) -> Result<RowStream, StoreError> {
        let started = Instant::now();
        let allowed = self.allowed().await?;
        let quoting = ("output_format_json_quote_64bit_integers", u8::from(integers_as_text).to_string());
        let more: Vec<(&'static str, String)> =
            more.iter().cloned().chain(std::iter::once(quoting)).collect();
        let settings = self.settings_of(query_id, &more).await?;
        let repair = RowRepair {
            quotes_integers: integers_as_text && !allowed.contains("output_format_json_quote_64bit_integers"),
            writes_iso_times: !allowed.contains("date_time_output_format"),
        };
        let response = self.send(sql, params, &settings, "JSONEachRowWithProgress").await?;
        let repair = (repair.quotes_integers || repair.writes_iso_times).then_some(repair);
        RowStream::read(AnswerBody::of(response)?, started, repair).await
    }

    /// What goes with a query: `more` in place of what goes with each, as far as the user may set it.
    async fn settings_of(
        &self,
        query_id: &str,
        more: &[(&'static str, String)],
    ) -> Result<Vec<(&'static str, String)>, StoreError> {
        let allowed = self.allowed().await?;
        let own = self.settings.iter().filter(|(name, _)| more.iter().all(|(known, _)| known != name));
        Ok(own
            .chain(more)
            .filter(|(name, _)| allowed.contains(*name))
            .map(|(name, value)| (*name, value.clone()))
            .chain(std::iter::once(("query_id", query_id.to_owned())))
            .collect())
    }

    /// The settings of ours that the user may set. An operator may change that.
    async fn allowed(&self) -> Result<Arc<HashSet<String>>, StoreError> {
        let known = self.allowed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, allowed)) = known
            && at.elapsed() < ALLOWED_AGE
        {
            return Ok(allowed);
        }
        let names: Vec<String> = self.setting_names().map(|name| format!("'{name}'")).collect();
        let sql = format!(
            "SELECT name FROM system.settings WHERE readonly = 0 AND name IN ({}) AND getSetting('readonly') != 1",
            names.join(", ")
        );
        let found: HashSet<String> = match self.table(&sql).await {
            Ok(rows) => rows.into_iter().filter_map(|row| row.into_iter().next()).collect(),
            // Who may not know gets along without.
            Err(StoreError::Refused { code: 497, .. }) => HashSet::new(),
            Err(error) => return Err(error),
        };
        let allowed = Arc::new(found);
        *self.allowed.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), Arc::clone(&allowed)));
        Ok(allowed)
    }

    fn setting_names(&self) -> impl Iterator<Item = &'static str> {
        let own = self.settings.iter().map(|(name, _)| *name);
        own.chain([
            "output_format_json_quote_64bit_integers",
            "limit",
            "max_rows_to_read",
            "max_bytes_to_read",
        ])
    }

    /// The rows of a small query of our own.
    async fn rows<'a, T: DeserializeOwned>(
        &self,
        sql: &str,
        params: impl Iterator<Item = (&'a str, String)>,
    ) -> Result<Vec<T>, StoreError> {
        let answer = self.text(self.send(sql, params, &[], "JSONEachRow").await?).await?;
        let rows = serde_json::Deserializer::from_str(&answer).into_iter::<T>();
        rows.collect::<Result<_, _>>().map_err(|error| StoreError::BadAnswer(error.to_string()))
    }

    /// The same as unescaped fields.
    async fn table(&self, sql: &str) -> Result<Vec<Vec<String>>, StoreError> {
        let answer = self.text(self.send(sql, std::iter::empty(), &[], "TSVRaw").await?).await?;
        Ok(answer.lines().map(|line| line.split('\t').map(ToOwned::to_owned).collect()).collect())
    }

    async fn text(&self, response: reqwest::Response) -> Result<String, StoreError> {
        let mut body = AnswerBody::of(response)?;
        let mut answer = Vec::new();
        while let Some(chunk) = body.next().await? {
            answer.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    async fn send<'a>(
        &self,
        sql: &str,
        params: impl Iterator<Item = (&'a str, String)>,
        settings: &[(&str, String)],
        format: &str,
    ) -> Result<reqwest::Response, StoreError> {
        let params: Vec<(String, String)> =
            params.map(|(name, value)| (format!("param_{name}"), value)).collect();
        let mut request = self
            .http
            .post(&self.config.url)
            .query(&[("default_format", format), ("database", &self.config.database)])
            .query(settings)
            .query(&params)
            .header("X-ClickHouse-User", &self.config.user)
            .header("User-Agent", concat!("click-lite/", env!("CARGO_PKG_VERSION")));
        // An empty key would be a password for a user who signs in by certificate.
        if !self.config.password.is_empty() {
            request = request.header("X-ClickHouse-Key", &self.config.password);
        } else if self.config.tls.certificate.is_some() {
            request = request.header("X-ClickHouse-SSL-Certificate-Auth", "on");
        }
        if self.config.compression {
            request = request.query(&[("enable_http_compression", "1")]).header("Accept-Encoding", "zstd");
        }
        let response = request.body(sql.to_owned()).send().await.map_err(|error| unreachable(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let text = self.text(response).await?;
        Err(match StoreError::from_exception(&text) {
            StoreError::BadAnswer(text) => StoreError::BadAnswer(format!("{status} {text}")),
            error => error,
        })
    }
}

fn settings(limits: &StoreConfig) -> Vec<(&'static str, String)> {
    vec![
        ("max_execution_time", limits.max_query_seconds.to_string()),
        ("max_memory_usage", limits.max_query_memory_bytes.to_string()),
        ("max_result_rows", limits.max_result_rows.to_string()),
        ("result_overflow_mode", "throw".to_owned()),
        ("interactive_delay", limits.progress_interval.as_micros().to_string()),
        // Closing the connection ends the query.
        ("cancel_http_readonly_queries_on_client_close", "1".to_owned()),
        ("http_write_exception_in_output_format", "0".to_owned()),
        ("date_time_output_format", "iso".to_owned()),
        ("output_format_json_quote_denormals", "1".to_owned()),
        ("output_format_json_quote_decimals", "1".to_owned()),
        ("output_format_json_escape_forward_slashes", "0".to_owned()),
    ]
}

fn unreachable(error: &reqwest::Error) -> StoreError {
    if error.is_timeout() {
        return StoreError::Unreachable("it did not answer in time".to_owned());
    }
    StoreError::Unreachable(Sources(error).to_string())
}

/// An error with its causes, but not the address, which the reader knows and which may hold a password.
struct Sources<'a>(&'a reqwest::Error);

impl fmt::Display for Sources<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut causes: Vec<String> = Vec::new();
        let mut source = std::error::Error::source(self.0);
        while let Some(cause) = source {
            let text = cause.to_string();
            if causes.last().is_none_or(|last| !last.ends_with(&text)) {
                causes.push(text);
            }
            source = cause.source();
        }
        if causes.is_empty() {
            return formatter.write_str("the request failed");
        }
        formatter.write_str(&causes.join(": "))
    }
}

/// Values of a user's statement.
fn values(params: &[BoundParameter]) -> impl Iterator<Item = (&str, String)> {
    params.iter().map(|param| (param.name.as_str(), param.http_value.clone()))
}

/// A parameter of a query of ours.
fn named<'a>(params: &'a [(&'a str, &str)]) -> impl Iterator<Item = (&'a str, String)> {
    params.iter().map(|(name, value)| {
        let bound = BoundParameter::of_text(name, value);
        (*name, bound.http_value)
    })
}
