use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::EngineError;

/// Environment variable that names the library file.
pub const LIBRARY_ENVIRONMENT_VARIABLE: &str = "CLICK_LITE_ENGINE_LIBRARY";

/// Name of the library file; the same on Linux and macOS.
pub const LIBRARY_FILE_NAME: &str = "libchdb.so";

/// Finds the ClickHouse library: `configured`, else the environment's `CLICK_LITE_ENGINE_LIBRARY`, else beside
/// the running program, `../lib/click-lite/`, `/usr/lib/click-lite/`, and last the folder that `cargo xtask setup`
/// fills (`$CLICK_LITE_CACHE`, else `~/.cache/click-lite`).
///
/// # Errors
/// [`EngineError::LibraryMissing`] with the places looked at. A path that was asked for by name is the only one
/// looked at, so that a typing error does not silently load another library.
pub fn find_library(configured: Option<PathBuf>) -> Result<PathBuf, EngineError> {
    let candidates = candidates(
        configured.or_else(|| non_empty(env::var_os(LIBRARY_ENVIRONMENT_VARIABLE))),
        env::current_exe().ok(),
        cache_folder(non_empty(env::var_os("CLICK_LITE_CACHE")), non_empty(env::var_os("HOME"))),
    );
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(EngineError::LibraryMissing { searched: candidates }),
    }
}

fn candidates(named: Option<PathBuf>, program: Option<PathBuf>, cache: Option<PathBuf>) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![named];
    }
    let mut folders = Vec::new();
    if let Some(folder) = program.as_deref().and_then(|program| program.parent()) {
        folders.push(folder.to_path_buf());
        if let Some(prefix) = folder.parent() {
            folders.push(prefix.join("lib/click-lite"));
        }
    }
    folders.push(PathBuf::from("/usr/lib/click-lite"));
    folders.extend(cache);
    let mut files: Vec<PathBuf> = folders.into_iter().map(|folder| folder.join(LIBRARY_FILE_NAME)).collect();
    files.dedup();
    files
}

fn cache_folder(cache: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let base = cache.or_else(|| home.map(|home| home.join(".cache/click-lite")))?;
    Some(base.join("engine").join(crate::LIBRARY_VERSION))
}

fn non_empty(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_beside_the_program_then_at_the_system_then_in_the_cache() {
        let cache = cache_folder(None, Some("/home/ada".into()));
        let found = candidates(None, Some("/opt/x/bin/click-lite-server".into()), cache);
        assert_eq!(
            found,
            [
                PathBuf::from("/opt/x/bin/libchdb.so"),
                PathBuf::from("/opt/x/lib/click-lite/libchdb.so"),
                PathBuf::from("/usr/lib/click-lite/libchdb.so"),
                PathBuf::from("/home/ada/.cache/click-lite/engine/26.7.3-stable.1/libchdb.so"),
            ]
        );
    }

    #[test]
    fn a_named_library_is_the_only_one_looked_at() {
        let missing = PathBuf::from("/nowhere/libchdb.so");
        let error = find_library(Some(missing)).expect_err("there is no such file");
        assert_eq!(error.code(), "engine.library_missing");
        assert!(error.to_string().contains("/nowhere/libchdb.so;"), "{error}");
        assert!(error.to_string().contains("cargo xtask setup"), "{error}");
    }

    #[test]
    fn the_pinned_package_is_the_version_loaded() {
        let pin = include_str!("../package.json");
        assert!(pin.contains(&format!("\"version\": \"{}\"", crate::LIBRARY_VERSION)));
    }
}
