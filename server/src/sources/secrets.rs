//! Passwords and private keys of connections: a file of the data folder that its owner alone can read.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::http::error::ApiError;

const FILE: &str = "connection-secrets.json";

/// What nobody but the server that is connected to may see.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub password: String,
    /// Of the client certificate, PEM.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

/// The secrets by the ids of their connections.
pub struct Secrets {
    path: PathBuf,
    known: Mutex<BTreeMap<String, Secret>>,
}

impl Secrets {
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let known = match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!(
                    "{} can't be understood: restore it, or delete it and give the passwords again",
                    path.display()
                )
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
        };
        Ok(Self { path, known: Mutex::new(known) })
    }

    pub fn get(&self, id: &str) -> Secret {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default()
    }

    /// Writes the secret of a connection, or removes it where it is empty.
    pub fn set(&self, id: &str, secret: Secret) -> Result<(), ApiError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = known.clone();
        if secret == Secret::default() {
            next.remove(id);
        } else {
            next.insert(id.to_owned(), secret);
        }
        if next != *known {
            self.write(&next).map_err(|error| ApiError::internal(&error))?;
            *known = next;
        }
        Ok(())
    }

    /// All or nothing: a crash leaves the old file or the new one.
    fn write(&self, secrets: &BTreeMap<String, Secret>) -> std::io::Result<()> {
        let new = self.path.with_extension("json.new");
        let _ = std::fs::remove_file(&new);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(secrets)?)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn secrets_are_kept_for_their_owner_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let secrets = Secrets::open(folder.path()).expect("opened");
        let secret = Secret { password: "hush".into(), key: String::new() };
        secrets.set("a", secret.clone()).expect("written");
        secrets.set("b", secret.clone()).expect("written");
        secrets.set("b", Secret::default()).expect("removed");
        let again = Secrets::open(folder.path()).expect("opened again");
        assert_eq!((again.get("a"), again.get("b")), (secret.clone(), Secret::default()));
        let mode = std::fs::metadata(folder.path().join(FILE)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
