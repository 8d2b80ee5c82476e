use clickhouse::Client;
use serde::de::DeserializeOwned;

use crate::config::{Credentials, Endpoint, StoreConfig};
use crate::error::StoreError;

/// Clients for one endpoint. They pool their connections.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) writer: Client,
    pub(crate) reader: Client,
}

impl Connection {
    pub(crate) fn new(endpoint: &Endpoint, config: &StoreConfig) -> Self {
        // Each with a client of its own: the crate's pool is per client, and pages of rows must not wait for inserts.
        let client = |credentials: &Credentials| {
            Client::default()
                .with_url(&endpoint.url)
                .with_user(&credentials.user)
                .with_password(&credentials.password)
                .with_product_info("click-lite", env!("CARGO_PKG_VERSION"))
        };
        let reader = client(&endpoint.reader)
            .with_database(&config.database)
            .with_setting("max_execution_time", config.max_query_seconds.to_string())
            .with_setting("max_memory_usage", config.max_query_memory_bytes.to_string())
            .with_setting("max_result_rows", config.max_result_rows.to_string())
            .with_setting("result_overflow_mode", "throw")
            .with_setting("interactive_delay", config.progress_interval.as_micros().to_string())
            // Closing the connection ends the query.
            .with_setting("cancel_http_readonly_queries_on_client_close", "1")
            // An error after the first rows must not come in the guise of an end.
            .with_setting("http_write_exception_in_output_format", "0")
            .with_setting("date_time_output_format", "iso")
            // JavaScript's numbers hold 53 bits.
            .with_setting("output_format_json_quote_64bit_integers", "1")
            .with_setting("output_format_json_quote_denormals", "1")
            .with_setting("output_format_json_escape_forward_slashes", "0");
        Self { writer: client(&endpoint.writer), reader }
    }

    /// Runs a statement that has no answer, as the writer.
    pub(crate) async fn execute(&self, sql: &str) -> Result<(), StoreError> {
        self.writer.query_raw(sql).execute().await.map_err(Into::into)
    }

    /// Begins what rewrites stored rows; a large table takes hours.
    pub(crate) async fn begin(&self, sql: &str) -> Result<(), StoreError> {
        let statement = self.writer.query_raw(sql).with_setting("mutations_sync", "0");
        statement.execute().await.map_err(Into::into)
    }

    /// The rows of a small query of our own as the writer.
    pub(crate) async fn records<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>, StoreError> {
        let query = self.writer.query_raw(sql).with_setting("output_format_json_quote_64bit_integers", "0");
        let answer = query.fetch_bytes("JSONEachRow")?.collect().await?;
        let rows = serde_json::Deserializer::from_slice(&answer).into_iter::<T>();
        rows.collect::<Result<_, _>>().map_err(|error| StoreError::BadAnswer(error.to_string()))
    }

    /// The answer to a small query of our own as the writer, tab-separated: rows of unescaped fields.
    pub(crate) async fn table(&self, sql: &str) -> Result<Vec<Vec<String>>, StoreError> {
        let answer = self.writer.query_raw(sql).fetch_bytes("TSVRaw")?.collect().await?;
        let text = String::from_utf8_lossy(&answer);
        Ok(text.lines().map(|line| line.split('\t').map(ToOwned::to_owned).collect()).collect())
    }
}
