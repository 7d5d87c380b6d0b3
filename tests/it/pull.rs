//! `attune-server models pull` from a web server with every fault that one can have.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Output;

use attune_models::recogniser::random;
use harness::process;
use harness::web::{Reply, Web};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// A directory of models, and a model that is pulled into it.
struct Pull {
    models: TempDir,
    file: Vec<u8>,
    sha256: String,
}

impl Pull {
    fn new() -> Self {
        let dimensions = random::Size::Toy.dimensions(random::NumberType::Q8_0);
        Self::of(random::bytes(&dimensions, 1))
    }

    fn of(file: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { models: tempfile::tempdir().expect("a temporary directory"), file, sha256 }
    }

    fn from(&self, mirror: &str) -> Output {
        self.run(&["toy", "--sha256", &self.sha256], mirror)
    }

    fn run(&self, what: &[&str], mirror: &str) -> Output {
        let directory = self.models.path().to_str().expect("a plain path");
        let fixed = ["--mirror", mirror, "--models-dir", directory];
        process::run("attune-server", &[&["models", "pull"], what, &fixed].concat())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.models.path().join(name)
    }

    #[track_caller]
    fn works(&self, output: &Output) {
        assert_eq!(output.status.code(), Some(0), "{}", process::errors(output));
        let pulled = fs::read(self.path("ggml-toy.bin")).expect("it has its name");
        assert!(pulled == self.file, "other bytes than the server's");
        assert_eq!(self.names(), ["ggml-toy.bin"], "nothing else stays");
    }

    /// It failed with these words, and left these files.
    #[track_caller]
    fn fails(&self, output: &Output, code: i32, words: &[&str], left: &[&str]) {
        let said = process::errors(output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        for word in words {
            assert!(said.contains(word), "{said:?} lacks {word:?}");
        }
        assert_eq!(self.names(), left);
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.models.path()).expect("the directory of models");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name());
        let names = entries.map(|entry| name(entry).expect("an entry"));
        let mut names: Vec<String> =
            names.map(|name| name.into_string().expect("a plain name")).collect();
        names.sort();
        names
    }
}

#[test]
fn a_model_is_pulled_once() {
    let pull = Pull::new();
    let file = pull.file.clone();
    let web = Web::start(move |_, _| Reply::new("200 OK", &file));
    pull.works(&pull.from(&web.url()));
    let again = pull.from(&web.url());
    pull.works(&again);
    assert!(String::from_utf8_lossy(&again.stdout).contains("there already"));
    assert_eq!(web.asked().len(), 1);
    assert_eq!(web.asked()[0].path, "/ggml-toy.bin");
    fs::write(pull.path("ggml-toy.bin"), "something else").expect("written");
    pull.fails(&pull.from(&web.url()), 1, &["not the published file"], &["ggml-toy.bin"]);
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let pull = Pull::new();
    let (file, half) = (pull.file.clone(), pull.file.len() / 2);
    let web = Web::start(move |before, request| {
        let reply = Reply::file(request, &file, "\"one\"");
        if before == 0 { reply.cut_after(half) } else { reply }
    });
    pull.works(&pull.from(&web.url()));
    let asked = web.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[0].range(), asked[1].range()), (None, Some(half)));
    assert_eq!(asked[1].header("if-range"), Some("\"one\""));
}

#[test]
fn a_later_try_goes_on_and_a_changed_file_begins_anew() {
    for version in ["\"one\"", "\"two\""] {
        let pull = Pull::new();
        let (file, third) = (pull.file.clone(), pull.file.len() / 3);
        let web = Web::start(move |before, request| match before {
            0 => Reply::file(request, &file, "\"one\"").cut_after(third),
            1 => Reply::new("503 Service Unavailable", b""),
            _ => Reply::file(request, &file, version),
        });
        let parts = ["ggml-toy.bin.part", "ggml-toy.bin.part.etag"];
        pull.fails(&pull.from(&web.url()), 1, &["503"], &parts);
        assert_eq!(fs::metadata(pull.path(parts[0])).expect("there").len(), third as u64);
        pull.works(&pull.from(&web.url()));
        assert_eq!(web.asked()[2].range(), Some(third));
    }
}

#[test]
fn a_server_without_ranges_is_asked_for_the_whole() {
    let pull = Pull::new();
    let (file, half) = (pull.file.clone(), pull.file.len() / 2);
    let web = Web::start(move |before, _| {
        let whole = Reply::new("200 OK", &file);
        if before == 0 { whole.cut_after(half) } else { whole }
    });
    pull.works(&pull.from(&web.url()));
    assert_eq!(web.asked().len(), 2);
}

#[test]
fn a_server_that_always_breaks_off_is_given_up() {
    let pull = Pull::new();
    let file = pull.file.clone();
    let web = Web::start(move |_, _| Reply::new("200 OK", &file).cut_after(1000));
    pull.fails(&pull.from(&web.url()), 1, &["broke off after 1000 bytes"], &["ggml-toy.bin.part"]);
    assert_eq!(web.asked().len(), 2, "the second try brought nothing new");
}

/// What an earlier try left may be damaged: then it is not the server's fault.
#[test]
fn a_damaged_beginning_is_replaced() {
    let pull = Pull::new();
    fs::write(pull.path("ggml-toy.bin.part"), "damaged").expect("written");
    let file = pull.file.clone();
    let web = Web::start(move |_, request| Reply::file(request, &file, "\"one\""));
    pull.works(&pull.from(&web.url()));
    let ranges: Vec<_> = web.asked().iter().map(harness::web::Request::range).collect();
    assert_eq!(ranges, [Some("damaged".len()), None]);
}

#[test]
fn a_beginning_that_is_longer_than_the_file_is_replaced() {
    let pull = Pull::new();
    fs::write(pull.path("ggml-toy.bin.part"), vec![0; pull.file.len() + 1]).expect("written");
    let file = pull.file.clone();
    let web = Web::start(move |before, request| match before {
        0 => Reply::new("416 Range Not Satisfiable", b"")
            .with("content-range", format!("bytes */{}", file.len())),
        _ => Reply::file(request, &file, "\"one\""),
    });
    pull.works(&pull.from(&web.url()));
}

#[test]
fn a_file_that_is_not_the_published_one_is_removed() {
    let pull = Pull::new();
    let mut file = pull.file.clone();
    let last = file.len() - 1;
    file[last] ^= 1;
    let web = Web::start(move |_, request| Reply::file(request, &file, "\"one\""));
    pull.fails(&pull.from(&web.url()), 1, &["sha256", &pull.sha256, "removed"], &[]);
    assert_eq!(web.asked().len(), 1);
}

#[test]
fn a_file_that_is_no_model_is_removed() {
    let pull = Pull::of(b"published, but no model".to_vec());
    let file = pull.file.clone();
    let web = Web::start(move |_, _| Reply::new("200 OK", &file));
    pull.fails(&pull.from(&web.url()), 1, &["not a usable Whisper model", "removed"], &[]);
}

/// A published model has a known size: another file is not even begun, or ended as soon as it is
/// known to be another.
#[test]
fn a_file_of_another_length_is_refused() {
    let pull = Pull::new();
    let file = pull.file.clone();
    let web = Web::start(move |_, _| Reply::new("200 OK", &file));
    let output = pull.run(&["tiny"], &web.url());
    pull.fails(&output, 1, &["77691713", "mirror"], &["ggml-tiny.bin.part"]);
    assert_eq!(fs::metadata(pull.path("ggml-tiny.bin.part")).expect("there").len(), 0);

    let chunked = Web::start(|_, _| {
        Reply::new("200 OK", b"").with("transfer-encoding", "chunked").cut_after(0)
    });
    let output = pull.run(&["tiny"], &chunked.url());
    assert_ne!(output.status.code(), Some(0));
    assert!(!pull.path("ggml-tiny.bin").exists());
}

#[test]
fn a_redirect_is_followed_and_keeps_the_range() {
    let pull = Pull::new();
    fs::write(pull.path("ggml-toy.bin.part"), &pull.file[..100]).expect("written");
    let file = pull.file.clone();
    let web = Web::start(move |_, request| match request.path.as_str() {
        "/ggml-toy.bin" => Reply::new("302 Found", b"").with("location", "/elsewhere/object"),
        _ => Reply::file(request, &file, "\"one\""),
    });
    pull.works(&pull.from(&web.url()));
    assert_eq!(web.asked()[1].path, "/elsewhere/object");
    assert_eq!(web.asked()[1].range(), Some(100));
}

#[test]
fn what_cannot_be_had_says_what_to_do() {
    let pull = Pull::new();
    let web = Web::start(|_, _| Reply::new("404 Not Found", b"no such file"));
    pull.fails(&pull.from(&web.url()), 1, &["404", "mirror"], &["ggml-toy.bin.part"]);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let words = ["cannot reach", "ggml-toy.bin", "models verify", "--mirror"];
    pull.fails(&pull.from(&nobody), 1, &words, &["ggml-toy.bin.part"]);
    let typo = pull.run(&["base.em"], &nobody);
    pull.fails(&typo, 64, &["base.em", "did you mean base.en", "--sha256"], &["ggml-toy.bin.part"]);
    let outside = pull.run(&["../toy", "--sha256", &pull.sha256], &nobody);
    pull.fails(&outside, 64, &["a name has"], &["ggml-toy.bin.part"]);
    pull.fails(&pull.run(&["tiny"], "ftp://x"), 64, &["http"], &["ggml-toy.bin.part"]);
}

/// A published model is named in the configuration; the one that is missing is one command away.
#[test]
fn a_published_model_is_found_by_its_name() {
    let pull = Pull::new();
    let directory = pull.models.path().to_str().expect("a plain path");
    let data = pull.models.path().join("data");
    let data = data.to_str().expect("a plain path");
    let check = ["check", "--model", "base.en", "--models-dir", directory, "--data-dir", data];
    let missing = process::run("attune-server", &check);
    let said = String::from_utf8_lossy(&missing.stdout).into_owned();
    assert!(said.contains("`attune-server models pull base.en` gets it"), "{said}");
    fs::write(pull.path("ggml-base.en.bin"), &pull.file).expect("written");
    let found = process::run("attune-server", &check);
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(said.contains("base.en (en)"), "{said}");
    let path = pull.path("ggml-base.en.bin");
    let verified =
        process::run("attune-server", &["models", "verify", path.to_str().expect("plain")]);
    pull.fails(&verified, 1, &["not the published base.en"], &["data", "ggml-base.en.bin"]);
    let list = process::run("attune-server", &["models", "list", "--models-dir", directory]);
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let line = list.lines().find(|line| line.trim_start().starts_with("base.en ")).expect("listed");
    assert!(
        line.contains("148.0 MB") && line.contains("English") && line.ends_with("here"),
        "{line}"
    );
}
