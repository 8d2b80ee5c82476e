use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// A ClickHouse user and its password. The password is new at each start of the engine and is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl Credentials {
    pub(crate) fn generate(user: &str) -> Self {
        Self { user: user.to_owned(), password: random_hex() }
    }

    /// Lowercase hex of SHA-256 of the password, as `password_sha256_hex` wants it.
    pub(crate) fn password_sha256_hex(&self) -> String {
        hex(&Sha256::digest(self.password.as_bytes()))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// 256 random bits as lowercase hex.
pub(crate) fn random_hex() -> String {
    hex(&rand::random::<[u8; 32]>())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_sha256_of_the_password() {
        let credentials = Credentials { user: "u".into(), password: "abc".into() };
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            credentials.password_sha256_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn is_new_each_time_and_never_printed() {
        let (first, second) = (Credentials::generate("u"), Credentials::generate("u"));
        assert_ne!(first.password, second.password);
        assert_eq!(first.password.len(), 64);
        assert!(!format!("{first:?}").contains(&first.password));
    }
}
