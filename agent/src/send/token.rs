use std::path::{Path, PathBuf};

/// Environment variable that holds a token.
const TOKEN_VARIABLE: &str = "CLICK_LITE_TOKEN";
/// In the data folder of a server in `local` mode.
const LOCAL_TOKEN_FILE: &str = "local-token";

/// The token for the server: the file given, else the environment's, else that of a server of the same user on this
/// machine. A server in `local` mode takes records without any.
///
/// # Errors
/// The file given can't be read.
pub fn find_token(file: Option<&Path>, is_local: bool) -> std::io::Result<Option<String>> {
    if let Some(file) = file {
        return read(file).map(Some);
    }
    if let Ok(token) = std::env::var(TOKEN_VARIABLE)
        && !token.trim().is_empty()
    {
        return Ok(Some(token.trim().to_owned()));
    }
    // A secret of this machine is for no other.
    Ok(if is_local { read(&local_token_file()).ok() } else { None })
}

fn read(file: &Path) -> std::io::Result<String> {
    Ok(std::fs::read_to_string(file)?.trim().to_owned())
}

fn local_token_file() -> PathBuf {
    directories::ProjectDirs::from("", "", "click-lite")
        .map_or_else(|| PathBuf::from("click-lite-data"), |folders| folders.data_dir().to_owned())
        .join(LOCAL_TOKEN_FILE)
}
