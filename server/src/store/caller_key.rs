//! Who called, as a keyed hash: enough to know a caller again, useless without the key file.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use attune_models::private::Private;

use super::StoreError;
use crate::auth::lent::LendingKey;
use crate::hmac;

const KEY_BYTES: usize = 32;
const KEY_FILE: &str = "caller.key";

/// HMAC-SHA256 of a telephone number or customer id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CallerHash([u8; 32]);

impl CallerHash {
    /// Its bytes, for the store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CallerHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerHash")
    }
}

/// Hashes caller keys with the secret of this server.
#[derive(Clone)]
pub struct CallerKeys {
    key: [u8; KEY_BYTES],
}

impl fmt::Debug for CallerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerKeys")
    }
}

impl CallerKeys {
    /// Reads the secret in `data_dir`, or makes one that only this user can read.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a key.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(KEY_FILE);
        let failed = |source| StoreError::Io { path: path.clone(), source };
        match File::open(&path) {
            Ok(file) => {
                let mut bytes = Vec::with_capacity(KEY_BYTES);
                file.take(1 + KEY_BYTES as u64).read_to_end(&mut bytes).map_err(failed)?;
                let key = bytes.as_slice().try_into().map_err(|_length| StoreError::KeyFile {
                    path: path.clone(),
                    expected: KEY_BYTES,
                    found: bytes.len(),
                })?;
                Ok(Self { key })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let keys = Self::random()?;
                let mut file = private_file(&path).map_err(failed)?;
                file.write_all(&keys.key).and_then(|()| file.sync_all()).map_err(failed)?;
                Ok(keys)
            }
            Err(source) => Err(failed(source)),
        }
    }

    /// A secret that is forgotten with the process.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, StoreError> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(StoreError::Random)?;
        Ok(Self { key })
    }

    /// With a secret that is kept elsewhere.
    pub fn from_secret(key: [u8; KEY_BYTES]) -> Self {
        Self { key }
    }

    /// A key of its own for the tokens that this server lends.
    pub fn lending(&self) -> LendingKey {
        LendingKey(hmac::sha256(&self.key, b"lent tokens"))
    }

    /// The keyed hash of a caller's key.
    pub fn hash(&self, caller: &Private<String>) -> CallerHash {
        CallerHash(hmac::sha256(&self.key, caller.reveal().as_bytes()))
    }
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_kept_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let caller = Private::new("+49 170 5550123".to_owned());
        let first = CallerKeys::open(dir.path()).unwrap().hash(&caller);
        let second = CallerKeys::open(dir.path()).unwrap().hash(&caller);
        assert_eq!(first, second);
        assert_ne!(first, CallerKeys::random().unwrap().hash(&caller));

        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = dir.path().join(KEY_FILE).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_file_is_refused_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(KEY_FILE), b"short").unwrap();
        let error = CallerKeys::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("caller.key") && error.contains("has 5"), "{error}");
    }
}
