//! The server as a process of its own, and what it holds.

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{fs, io};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running `attune-server` on a free loopback port; killed when dropped.
pub(crate) struct Server {
    _child: Child,
    address: String,
    pid: u32,
    _data: TempDir,
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vitals {
    /// Resident memory, in megabytes.
    pub(crate) rss_mb: f64,
    pub(crate) descriptors: usize,
    pub(crate) threads: usize,
}

impl Server {
    /// Starts the program and waits until it listens.
    pub(crate) async fn start(
        program: Option<&Path>,
        model: Option<&Path>,
    ) -> Result<Self, Box<dyn Error>> {
        let program = program.map_or_else(beside_this_program, |path| Ok(path.to_owned()))?;
        let data = tempfile::tempdir()?;
        let mut command = Command::new(&program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
        // Calls that are played at speed would pass for too much load.
        command.args(["--max-load", "off"]).arg("--data-dir").arg(data.path());
        if let Some(model) = model {
            command.arg("--model").arg(model);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let pid = child.id().ok_or("the server ended at once")?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = ready_address(&line) {
                    return Ok(address);
                }
                eprintln!("server: {line}");
            }
            Err(io::Error::other("the server ended before it listened"))
        };
        let address = tokio::time::timeout(Duration::from_secs(60), ready).await??;
        tokio::spawn(async move {
            // Keeps the pipe empty and shows what goes wrong.
            while let Ok(Some(line)) = lines.next_line().await {
                if line.contains("ERROR") || line.contains("WARN") {
                    eprintln!("server: {line}");
                }
            }
        });
        Ok(Self { _child: child, address: format!("http://{address}"), pid, _data: data })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What it holds now, from /proc.
    pub(crate) fn vitals(&self) -> io::Result<Vitals> {
        let of = |what: &str| format!("/proc/{}/{what}", self.pid);
        let status = fs::read_to_string(of("status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = resident.and_then(|value| value.split_whitespace().next()?.parse().ok());
        let rss_mb = kilobytes.map_or(0.0, |kilobytes: f64| kilobytes * 1024.0 / 1e6);
        let descriptors = fs::read_dir(of("fd"))?.count();
        let threads = fs::read_dir(of("task"))?.count();
        Ok(Vitals { rss_mb, descriptors, threads })
    }

    /// What it holds when connections that were just closed are gone: once three readings in a row
    /// agree, after ten seconds at the latest.
    pub(crate) async fn at_rest(&self) -> io::Result<Vitals> {
        let counts = |vitals: &Vitals| (vitals.descriptors, vitals.threads);
        let (mut last, mut agreed) = (self.vitals()?, 1);
        for _ in 0..50 {
            if agreed == 3 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = self.vitals()?;
            agreed = if counts(&now) == counts(&last) { agreed + 1 } else { 1 };
            last = now;
        }
        Ok(last)
    }
}

fn beside_this_program() -> Result<PathBuf, Box<dyn Error>> {
    let program = std::env::current_exe()?.with_file_name("attune-server");
    if program.exists() {
        return Ok(program);
    }
    Err(format!(
        "{} is missing: build it with `cargo build --release --workspace --bins`, or name it with --server",
        program.display()
    )
    .into())
}

/// The address in the server's `ready` line.
fn ready_address(line: &str) -> Option<SocketAddr> {
    if !line.contains("ready") {
        return None;
    }
    line.split(|c: char| c.is_whitespace() || "=\",".contains(c)).find_map(|word| word.parse().ok())
}
