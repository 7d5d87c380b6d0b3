//! The two programs as processes of their own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr};

/// A program of the workspace, built beside the tests.
///
/// # Panics
/// If it is not built.
pub fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a test is a program");
    let folder = here.ancestors().nth(2).expect("target/PROFILE/deps/it");
    let program = folder.join(name);
    let hint = "run `cargo build --workspace --all-targets` first, as `make test` does";
    assert!(program.exists(), "{} is missing: {hint}", program.display());
    program
}

/// A program without the environment's say in its configuration.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("ATTUNE_") {
            command.env_remove(key);
        }
    }
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// Runs a program to its end.
///
/// # Panics
/// If it cannot be started.
pub fn run(name: &str, arguments: &[&str]) -> Output {
    command(name).args(arguments).output().expect("a program of the workspace")
}

/// What a program wrote to standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `attune-server serve` on a free port; killed when dropped.
pub struct ServerProcess {
    /// The process.
    pub child: Child,
    /// Where it serves gRPC.
    pub address: SocketAddr,
    stderr: BufReader<ChildStderr>,
    log: String,
    /// Where its data lies.
    pub data: TempDir,
}

impl ServerProcess {
    /// Starts it with more arguments and waits until it is ready.
    ///
    /// # Panics
    /// If it does not get ready within a minute.
    pub async fn start(arguments: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a temporary directory");
        Self::start_on(data, arguments).await
    }

    /// The same, on data that are there.
    ///
    /// # Panics
    /// As [`ServerProcess::start`].
    pub async fn start_on(data: TempDir, arguments: &[&str]) -> Self {
        let mut command = command("attune-server");
        command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]);
        command.arg("--data-dir").arg(data.path()).args(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn().expect("the server is built");
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut log = String::new();
        let ready = async {
            loop {
                let before = log.len();
                let read = stderr.read_line(&mut log).await.expect("a log is text");
                assert!(read > 0, "the server ended:\n{log}");
                if let Some(address) = address_in(&log[before..]) {
                    return address;
                }
            }
        };
        let address = tokio::time::timeout(Duration::from_secs(60), ready)
            .await
            .expect("the server gets ready within a minute");
        Self { child, address, stderr, log, data }
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends it a signal by name, as an operator would.
    ///
    /// # Panics
    /// If there is no such signal.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(sent.success());
    }

    /// Waits for its end: its exit code and its whole log.
    ///
    /// # Panics
    /// If it does not end within a minute.
    pub async fn wait(mut self) -> (Option<i32>, String) {
        let reading = self.stderr.read_to_string(&mut self.log);
        let ending = tokio::time::timeout(Duration::from_secs(60), reading).await;
        ending.expect("the server ends within a minute").expect("a log is text");
        let status = self.child.wait().await.expect("it ran");
        (status.code(), self.log)
    }
}

/// The address in the line that says `ready`.
fn address_in(line: &str) -> Option<SocketAddr> {
    if !line.contains("ready") {
        return None;
    }
    line.split(|c: char| c.is_whitespace() || "=\",".contains(c)).find_map(|word| word.parse().ok())
}
