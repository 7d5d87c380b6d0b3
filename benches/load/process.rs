//! The server as a process of its own, and what it used.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, io};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

/// A running `attune-server` on a free loopback port; killed when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    address: String,
    pid: u32,
    _data: TempDir,
}

/// What the server used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) cpu_seconds: f64,
    /// Resident memory at its highest.
    pub(crate) rss_mb: f64,
}

impl Usage {
    /// What was used after `before`; memory as it is.
    pub(crate) fn since(self, before: Self) -> Self {
        Self { cpu_seconds: self.cpu_seconds - before.cpu_seconds, ..self }
    }
}

impl ServerProcess {
    /// Starts the program and waits until it listens.
    pub(crate) async fn start(
        program: Option<&Path>,
        settings: &[String],
    ) -> Result<Self, Box<dyn Error>> {
        let program = program.map_or_else(beside_this_program, |path| Ok(path.to_owned()))?;
        let data = tempfile::tempdir()?;
        let mut command = Command::new(&program);
        command.arg("serve").args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
        command.arg("--data-dir").arg(data.path());
        command.args(settings);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let pid = child.id().ok_or("the server ended at once")?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let mut lines = BufReader::new(stderr).lines();
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
            // Keep the pipe empty and show what goes wrong.
            while let Ok(Some(line)) = lines.next_line().await {
                if line.contains("ERROR") || line.contains("WARN") {
                    eprintln!("server: {line}");
                }
            }
        });
        Ok(Self { child, address: format!("http://{address}"), pid, _data: data })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// CPU time and the most resident memory so far, from /proc.
    pub(crate) fn usage(&self) -> io::Result<Usage> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // utime and stime are fields 14 and 15 of the line, in ticks of 10 ms; the name, field 2,
        // may have spaces in it.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = after_name.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
        Ok(Usage { cpu_seconds: ticks / 100.0, rss_mb: kib.unwrap_or(0.0) * 1024.0 / 1e6 })
    }

    /// Ends the server.
    pub(crate) async fn stop(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}

fn beside_this_program() -> Result<PathBuf, Box<dyn Error>> {
    let here = std::env::current_exe()?;
    let program = here.with_file_name("attune-server");
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
fn ready_address(line: &str) -> Option<String> {
    if !line.contains("ready") {
        return None;
    }
    line.split(|c: char| c.is_whitespace() || c == '=' || c == '"' || c == ',')
        .find(|word| word.parse::<std::net::SocketAddr>().is_ok())
        .map(str::to_owned)
}
