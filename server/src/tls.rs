//! TLS from PEM files.

use std::path::{Path, PathBuf};

use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::config::TlsFiles;

/// A certificate or key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It cannot be read.
    #[error("{setting}: {}: {source}", path.display())]
    Read {
        /// Which setting names it.
        setting: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not PEM of the right kind.
    #[error("{setting}: {} holds no {what} in PEM form", path.display())]
    Kind {
        /// Which setting names it.
        setting: &'static str,
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
}

/// Reads the files. Without a client authority, any client may connect; with one, only those that
/// show a certificate of it.
///
/// # Errors
/// If a file cannot be read or obviously holds something else.
pub fn read(files: &TlsFiles) -> Result<ServerTlsConfig, TlsError> {
    let cert = pem("tls_cert", &files.cert, "CERTIFICATE")?;
    let key = pem("tls_key", &files.key, "PRIVATE KEY")?;
    let mut tls = ServerTlsConfig::new().identity(Identity::from_pem(cert, key));
    if let Some(path) = &files.client_ca {
        tls = tls.client_ca_root(Certificate::from_pem(pem("tls_client_ca", path, "CERTIFICATE")?));
    }
    Ok(tls)
}

fn pem(setting: &'static str, path: &Path, what: &'static str) -> Result<String, TlsError> {
    let text = std::fs::read_to_string(path).map_err(|source| TlsError::Read {
        setting,
        path: path.to_owned(),
        source,
    })?;
    // `PRIVATE KEY` also ends `EC PRIVATE KEY` and `RSA PRIVATE KEY`.
    if text.lines().any(|line| line.starts_with("-----BEGIN") && line.contains(what)) {
        Ok(text)
    } else {
        Err(TlsError::Kind { setting, path: path.to_owned(), what })
    }
}
