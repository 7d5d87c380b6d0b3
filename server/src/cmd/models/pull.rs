//! `attune-server models pull`: the only place of the product that goes out to the network, and only
//! when a person says so.
//!
//! What has arrived lies in `FILE.part` until all of it is there and is what was published; only then
//! does it get its name. A broken download goes on where it stopped, by a range request that names
//! the version it began with (its ETag), if the server gave one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::ProgressBar;
use sha2::{Digest as _, Sha256};
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

/// How long a server may take to be reached, to answer, and to send the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);
const BUFFER: usize = 1 << 17;

/// What to fetch, and how to know it.
pub(super) struct Wanted {
    pub(super) url: String,
    /// Where it goes.
    pub(super) file: PathBuf,
    /// Its size, if it is known beforehand.
    pub(super) bytes: Option<u64>,
    /// More than this is not taken.
    pub(super) most: u64,
    /// In lower-case hexadecimal.
    pub(super) sha256: String,
}

/// Why there is no model. Whatever the reason, nothing stands under the name of the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum PullError {
    #[error(
        "cannot reach {url}: {source}\nPulling a model is the only thing that needs a network. Without one, fetch that \
         address on another machine, put the file at {} and check it with `attune-server models verify`; or name a mirror \
         with --mirror", file.display()
    )]
    Unreachable { url: String, file: PathBuf, source: Box<ureq::Error> },
    #[error("{url} answers {status}; is it the right mirror?")]
    Refused { url: String, status: StatusCode },
    #[error("{url} broke off after {have} bytes: {source}; the same command goes on from there")]
    Cut { url: String, have: u64, source: io::Error },
    #[error("{url} has {found} bytes, but the published file {expected}; is it the right mirror?")]
    WrongLength { url: String, found: u64, expected: u64 },
    #[error(
        "{url} is not the published file: its sha256 is {found}, expected {expected}. It was removed; try again, or \
         another mirror"
    )]
    WrongSum { url: String, found: String, expected: String },
    #[error("{url} cannot be used as a model and was removed: {problem}")]
    NoModel { url: String, problem: String },
    #[error("{} is full: make room and run the same command, which goes on from where it stopped", directory.display())]
    Full { directory: PathBuf },
    #[error("another `models pull` is writing {}", path.display())]
    Busy { path: PathBuf },
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
}

/// Fetches a file, checks it, and gives it its name.
pub(super) fn pull(
    wanted: &Wanted,
    bar: &ProgressBar,
    usable: impl Fn(&Path) -> Result<(), String>,
) -> Result<(), PullError> {
    let mut part = Part::open(&wanted.file)?;
    let agent = agent();
    download(&agent, wanted, &mut part, bar)?;
    if part.sum() != wanted.sha256 && part.pieced {
        // What lay here before may be to blame.
        part.restart()?;
        download(&agent, wanted, &mut part, bar)?;
    }
    let found = part.sum();
    if found != wanted.sha256 {
        part.remove();
        let (url, expected) = (wanted.url.clone(), wanted.sha256.clone());
        return Err(PullError::WrongSum { url, found, expected });
    }
    part.file.sync_all().map_err(|error| part.failed(error))?;
    if let Err(problem) = usable(&part.path) {
        part.remove();
        return Err(PullError::NoModel { url: wanted.url.clone(), problem });
    }
    fs::rename(&part.path, &wanted.file).map_err(|error| part.failed(error))?;
    part.forget_version();
    Ok(())
}

/// The checksum of a file in lower-case hexadecimal.
pub(super) fn sha256_of(file: &mut impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    hash(file, &mut hasher)?;
    Ok(hexadecimal(hasher))
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .user_agent(concat!("attune-server/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// Asks until all of it is there; every further try must have brought something new.
fn download(
    agent: &Agent,
    wanted: &Wanted,
    part: &mut Part,
    bar: &ProgressBar,
) -> Result<(), PullError> {
    loop {
        if wanted.bytes == Some(part.length) {
            return Ok(());
        }
        let before = part.length;
        let Some(response) = ask(agent, wanted, part)? else { return Ok(()) };
        bar.set_position(part.length);
        match take(wanted, part, response, bar) {
            Err(PullError::Cut { .. }) if part.length > before => {}
            other => return other,
        }
    }
}

/// The rest of the file as a response whose body fits behind what is here; `None` if nothing is
/// missing.
fn ask(
    agent: &Agent,
    wanted: &Wanted,
    part: &mut Part,
) -> Result<Option<Response<Body>>, PullError> {
    loop {
        let mut request = agent.get(&wanted.url);
        if part.length > 0 {
            request = request.header("range", format!("bytes={}-", part.length));
            if let Some(version) = &part.version {
                request = request.header("if-range", version);
            }
        }
        let response = request.call().map_err(|error| PullError::Unreachable {
            url: wanted.url.clone(),
            file: wanted.file.clone(),
            source: Box::new(error),
        })?;
        let status = response.status();
        let total = match (status, content_range(&response)) {
            (StatusCode::OK, _) => {
                part.restart()?;
                part.remember_version(header(&response, "etag"))?;
                header(&response, "content-length").and_then(|length| length.parse().ok())
            }
            (StatusCode::PARTIAL_CONTENT, Some((Some(start), total)))
                if start == part.length && start > 0 =>
            {
                part.pieced = true;
                total
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, Some((_, Some(total)))) if total == part.length => {
                return Ok(None);
            }
            // A range that is not the one asked for: from the start, then, which needs none.
            (StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE, _)
                if part.length > 0 =>
            {
                part.restart()?;
                continue;
            }
            _ => return Err(PullError::Refused { url: wanted.url.clone(), status }),
        };
        if let Some(found) = total {
            fits(wanted, found)?;
        }
        return Ok(Some(response));
    }
}

/// Appends a body to what is here.
fn take(
    wanted: &Wanted,
    part: &mut Part,
    response: Response<Body>,
    bar: &ProgressBar,
) -> Result<(), PullError> {
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = body.read(&mut buffer).map_err(|source| PullError::Cut {
            url: wanted.url.clone(),
            have: part.length,
            source,
        })?;
        if read == 0 {
            break;
        }
        let ended = part.append(&buffer[..read]);
        bar.set_position(part.length);
        ended?;
        if part.length > wanted.bytes.unwrap_or(wanted.most) {
            part.remove();
            fits(wanted, part.length)?;
        }
    }
    fits(wanted, part.length).inspect_err(|_wrong| part.remove())
}

/// Whether the file may have `found` bytes.
fn fits(wanted: &Wanted, found: u64) -> Result<(), PullError> {
    let expected = wanted.bytes.unwrap_or(found.min(wanted.most));
    if found == expected {
        return Ok(());
    }
    Err(PullError::WrongLength { url: wanted.url.clone(), found, expected })
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// Start and total of `Content-Range: bytes 5-9/10` and `bytes */10`.
fn content_range(response: &Response<Body>) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) =
        header(response, "content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.parse().ok());
    Some((start, total.parse().ok()))
}

/// What has arrived so far.
struct Part {
    file: File,
    path: PathBuf,
    /// Which version of the file it is of, as the server calls it.
    version: Option<String>,
    length: u64,
    hasher: Sha256,
    /// It comes from more than one response.
    pieced: bool,
}

impl Part {
    /// Takes up what an earlier try has left.
    fn open(target: &Path) -> Result<Self, PullError> {
        let path = with_suffix(target, ".part");
        let failed = |source| failure(&path, source);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        let open = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file = open.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PullError::Busy { path }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut hasher = Sha256::new();
        let length = hash(&mut file, &mut hasher).map_err(failed)?;
        let version = fs::read_to_string(version_path(&path)).ok();
        Ok(Self { file, path, version, length, hasher, pieced: length > 0 })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), PullError> {
        if let Err(error) = self.file.write_all(bytes) {
            // Some of it may have been written: what was not counted must not stay.
            let _ = self.file.set_len(self.length);
            return Err(self.failed(error));
        }
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), PullError> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .map_err(|error| self.failed(error))?;
        self.forget_version();
        self.hasher = Sha256::new();
        self.length = 0;
        self.pieced = false;
        Ok(())
    }

    /// Only a strong ETag promises the same bytes.
    fn remember_version(&mut self, etag: Option<&str>) -> Result<(), PullError> {
        self.version = etag.filter(|etag| etag.starts_with('"')).map(str::to_owned);
        let Some(version) = &self.version else { return Ok(()) };
        fs::write(version_path(&self.path), version).map_err(|error| self.failed(error))
    }

    fn forget_version(&mut self) {
        self.version = None;
        // It is not there if the server gave none.
        let _ = fs::remove_file(version_path(&self.path));
    }

    fn sum(&self) -> String {
        hexadecimal(self.hasher.clone())
    }

    /// What is here is of no use.
    fn remove(&mut self) {
        // Whoever asks is told of the reason already.
        let _ = fs::remove_file(&self.path);
        self.forget_version();
    }

    fn failed(&self, source: io::Error) -> PullError {
        failure(&self.path, source)
    }
}

fn version_path(part: &Path) -> PathBuf {
    with_suffix(part, ".etag")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn failure(path: &Path, source: io::Error) -> PullError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            PullError::Full { directory: path.parent().unwrap_or(path).to_owned() }
        }
        _ => PullError::File { path: path.to_owned(), source },
    }
}

/// Reads to the end; how much there was.
fn hash(from: &mut impl Read, hasher: &mut Sha256) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER];
    let mut length = 0;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(length);
        }
        hasher.update(&buffer[..read]);
        length += read as u64;
    }
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_to_do() {
        let full = failure(Path::new("models/x.part"), io::ErrorKind::StorageFull.into());
        assert!(full.to_string().starts_with("models is full: make room"), "{full}");
        let other = failure(Path::new("models/x.part"), io::ErrorKind::PermissionDenied.into());
        assert!(other.to_string().starts_with("models/x.part: "), "{other}");
    }

    #[test]
    fn two_pulls_do_not_write_one_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let target = directory.path().join("ggml-x.bin");
        let first = Part::open(&target).expect("nobody else");
        assert!(matches!(Part::open(&target), Err(PullError::Busy { .. })));
        drop(first);
        assert!(Part::open(&target).is_ok());
    }

    #[test]
    fn what_lay_there_is_counted_and_hashed() {
        let directory = tempfile::tempdir().expect("a directory");
        let target = directory.path().join("ggml-x.bin");
        fs::write(directory.path().join("ggml-x.bin.part"), "ab").expect("written");
        let mut part = Part::open(&target).expect("nobody else");
        part.append(b"c").expect("room");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((part.length, part.sum().as_str()), (3, abc));
        part.restart().expect("room");
        assert_eq!((part.length, fs::metadata(&part.path).expect("there").len()), (0, 0));
    }
}
