//! A web server on the loopback that answers as a test says, faults included.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What was asked.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `/ggml-tiny.bin`
    pub path: String,
    headers: BTreeMap<String, String>,
}

impl Request {
    /// A header, by its name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Where the range that was asked for begins.
    pub fn range(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// An answer with a length.
    pub fn new(status: &'static str, body: &[u8]) -> Self {
        let headers = vec![("content-length", body.len().to_string())];
        Self { status, headers, body: body.to_vec() }
    }

    /// One more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The connection breaks after this much of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self
    }

    /// As a server that knows ranges and versions answers.
    pub fn file(request: &Request, file: &[u8], version: &str) -> Self {
        let same = request.header("if-range").is_none_or(|wanted| wanted == version);
        let reply = match request.range().filter(|start| same && *start < file.len()) {
            Some(start) => Self::new("206 Partial Content", &file[start..])
                .with("content-range", format!("bytes {start}-{}/{}", file.len() - 1, file.len())),
            None => Self::new("200 OK", file),
        };
        reply.with("etag", version)
    }
}

/// The server; it ends when dropped.
pub struct Web {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
    ending: Arc<AtomicBool>,
}

impl Web {
    /// Answers request after request; the answer may depend on how many there were before.
    ///
    /// # Panics
    /// If there is no port or no thread.
    pub fn start(answer: impl Fn(usize, &Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let web = Self {
            address: listener.local_addr().expect("an address"),
            asked: Arc::default(),
            ending: Arc::default(),
        };
        let (asked, ending) = (Arc::clone(&web.asked), Arc::clone(&web.ending));
        let serve = move || {
            for stream in listener.incoming().flatten() {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                let Some(request) = read(&stream) else { continue };
                let before = {
                    let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
                    asked.push(request.clone());
                    asked.len() - 1
                };
                // A client that has enough may be gone.
                let _ = write(&stream, &answer(before, &request));
            }
        };
        thread::Builder::new().name("web".into()).spawn(serve).expect("a thread");
        web
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        // Wakes the thread, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let lines = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let header = |line: String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    Some(Request { path, headers: lines.filter_map(header).collect() })
}

fn write(mut stream: &TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(&reply.body)
}
