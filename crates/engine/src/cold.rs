//! The second disk: its place, and that it is the one from before.
//!
//! Once tables use it, ClickHouse can't open them without it. So its path is kept in the data folder and the volume stays
//! declared even where the configuration no longer names it, and a mark in its folder tells the disk from an empty mount
//! point: parts that ClickHouse does not find are lost to it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::error::EngineError;

const REMEMBERED_IN: &str = "cold-volume";
const MARK: &str = "click-lite-cold-volume";

/// Path of the cold volume, made ready: the one that is wanted, or the one from before; `None` where there is neither.
pub(crate) fn prepare(data_dir: &Path, wanted: Option<&Path>) -> Result<Option<PathBuf>, EngineError> {
    let file = data_dir.join(REMEMBERED_IN);
    let remembered = match fs::read_to_string(&file) {
        Ok(text) => Some(PathBuf::from(text.trim_end_matches('\n'))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(EngineError::DataFolder { path: file, source }),
    };
    let path = match (wanted, remembered) {
        (None, None) => return Ok(None),
        (Some(wanted), None) => {
            make(wanted)?;
            remember(&file, wanted)?;
            wanted.to_path_buf()
        }
        (Some(wanted), Some(remembered)) if wanted != remembered => {
            if remembered.join(MARK).exists() {
                return Err(EngineError::ColdVolumeElsewhere { path: wanted.to_path_buf(), remembered });
            }
            // The folder was moved, with all that is in it.
            if !wanted.join(MARK).exists() {
                return Err(EngineError::ColdVolumeMissing { path: wanted.to_path_buf() });
            }
            remember(&file, wanted)?;
            wanted.to_path_buf()
        }
        (wanted, Some(remembered)) => {
            if wanted.is_none() {
                tracing::warn!(path = %remembered.display(), "the configuration names no cold volume, but tables use this one: it stays");
            }
            if !remembered.join(MARK).exists() {
                return Err(EngineError::ColdVolumeMissing { path: remembered });
            }
            remembered
        }
    };
    Ok(Some(path))
}

fn make(path: &Path) -> Result<(), EngineError> {
    let io = |source| EngineError::DataFolder { path: path.to_path_buf(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io)?;
    if fs::read_dir(path).map_err(io)?.next().is_some() && !path.join(MARK).exists() {
        return Err(EngineError::ColdVolumeNotEmpty { path: path.to_path_buf() });
    }
    fs::write(
        path.join(MARK),
        "Old days of a Click-Lite engine. Its tables can't be opened without this folder.\n",
    )
    .map_err(io)
}

fn remember(file: &Path, path: &Path) -> Result<(), EngineError> {
    fs::write(file, format!("{}\n", path.display()))
        .map_err(|source| EngineError::DataFolder { path: file.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_until_it_is_moved_whole() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (data, cold, other) = (place.path(), place.path().join("cold"), place.path().join("other"));
        assert_eq!(prepare(data, None).expect("none"), None);
        assert_eq!(prepare(data, Some(&cold)).expect("new").as_deref(), Some(cold.as_path()));
        assert_eq!(prepare(data, None).expect("from before").as_deref(), Some(cold.as_path()));
        let error = prepare(data, Some(&other)).expect_err("two places");
        assert_eq!(error.code(), "engine.cold_volume_elsewhere");

        fs::rename(&cold, &other).expect("moved");
        assert_eq!(prepare(data, None).expect_err("gone").code(), "engine.cold_volume_missing");
        assert_eq!(prepare(data, Some(&other)).expect("found").as_deref(), Some(other.as_path()));
    }

    #[test]
    fn a_folder_with_other_things_is_refused() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let cold = place.path().join("home");
        fs::create_dir(&cold).expect("made");
        fs::write(cold.join("letter"), "").expect("written");
        let error = prepare(place.path(), Some(&cold)).expect_err("not ours");
        assert_eq!(error.code(), "engine.cold_volume_not_empty");
    }
}
