use std::path::{Path, PathBuf};

use crate::ClientError;

/// Name of the file in the data folder that holds the token of `local` mode.
pub const LOCAL_TOKEN_FILE: &str = "local-token";

/// Environment variable that holds a token.
pub const TOKEN_VARIABLE: &str = "CLICK_LITE_TOKEN";

/// Where data lies when nothing else is said: `~/.local/share/click-lite` on Linux, the platform's place elsewhere.
pub fn default_data_dir() -> PathBuf {
    directories::ProjectDirs::from("", "", "click-lite")
        .map_or_else(|| PathBuf::from("click-lite-data"), |folders| folders.data_dir().to_owned())
}

/// The token for a server: from `token_file`, else the environment, else the local token of `data_dir`.
///
/// # Errors
/// The named file can't be read, or no token is anywhere.
pub fn find_token(token_file: Option<&Path>, data_dir: &Path) -> Result<String, ClientError> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map(|token| token.trim().to_owned())
            .map_err(|source| ClientError::read(path, source))
    };
    if let Some(path) = token_file {
        return read(path);
    }
    if let Ok(token) = std::env::var(TOKEN_VARIABLE)
        && !token.trim().is_empty()
    {
        return Ok(token.trim().to_owned());
    }
    match read(&data_dir.join(LOCAL_TOKEN_FILE)) {
        Err(ClientError::NotFound { .. }) => Err(ClientError::NoToken),
        other => other,
    }
}
