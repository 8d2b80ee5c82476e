use click_lite_client::ClientError;
use serde::Serialize;
use serde_json::Value;

/// Why a command failed, as the page gets it.
#[derive(Debug, Clone, Serialize)]
pub struct CommandError {
    /// Stable code, such as `server.unavailable` or `file.not_found`.
    pub code: String,
    pub message: String,
    pub details: Value,
}

impl CommandError {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), details: Value::Null }
    }
}

impl From<ClientError> for CommandError {
    fn from(error: ClientError) -> Self {
        let details = match &error {
            ClientError::Api { detail, .. } => detail.details.clone(),
            _ => Value::Null,
        };
        Self { code: error.code().to_owned(), message: error.to_string(), details }
    }
}

impl From<tauri::Error> for CommandError {
    fn from(error: tauri::Error) -> Self {
        Self::new("shell.failed", error.to_string())
    }
}
