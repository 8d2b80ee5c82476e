//! Certificates of the listeners with TLS: the configured one, or one that the server makes for itself.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::config::Config;

/// What accepts connections with TLS 1.2 and 1.3.
pub fn acceptor(config: &Config) -> anyhow::Result<TlsAcceptor> {
    let (certificate, key) = match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
        _ => own(&config.data.dir.join("tls"))?,
    };
    let unreadable = |path: &Path| format!("{} holds no certificate or key that can be read", path.display());
    let chain = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| unreadable(&certificate))?;
    let first = chain.first().with_context(|| unreadable(&certificate))?;
    tracing::info!(
        certificate = %certificate.display(), sha256 = %fingerprint(first), "listeners with TLS show this certificate"
    );
    let key_der = PrivateKeyDer::from_pem_file(&key).with_context(|| unreadable(&key))?;
    let tls = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .with_context(|| format!("{} and {} do not belong together", certificate.display(), key.display()))?;
    Ok(TlsAcceptor::from(Arc::new(tls)))
}

/// The certificate and key of this server's own, made when they are not there.
fn own(folder: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if certificate.is_file() && key.is_file() {
        return Ok((certificate, key));
    }
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(host_name());
    let made = rcgen::generate_simple_self_signed(names).context("no certificate can be made")?;
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    // The certificate comes last: with it, both are there.
    for (path, text, mode) in
        [(&key, made.signing_key.serialize_pem(), 0o600), (&certificate, made.cert.pem(), 0o644)]
    {
        fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} can't be written", path.display()))?;
    }
    Ok((certificate, key))
}

/// This machine's name, if it can stand in a certificate.
fn host_name() -> Option<String> {
    let mut name = [0u8; 256];
    // SAFETY: the pointer is to a live array, of which one byte less is given so that it ends with NUL.
    let result = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let name = std::ffi::CStr::from_bytes_until_nul(&name).ok()?.to_str().ok()?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    (result == 0 && is_name && !name.is_empty()).then(|| name.to_owned())
}

/// As `openssl x509 -fingerprint -sha256` shows it.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let bytes: Vec<String> = Sha256::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config::default();
        config.data.dir = folder.path().to_owned();
        acceptor(&config).expect("made");
        let (certificate, key) = own(&folder.path().join("tls")).expect("there");
        let made = fs::read(&certificate).expect("readable");
        acceptor(&config).expect("used again");
        assert_eq!(fs::read(&certificate).expect("readable"), made);
        assert_eq!(fs::metadata(&key).expect("a file").permissions().mode() & 0o777, 0o600);

        config.tls.certificate = Some(key.clone());
        config.tls.key = Some(key);
        let error = acceptor(&config).err().expect("refused").to_string();
        assert!(error.contains("no certificate"), "{error}");
    }
}
