//! Who may do what: bearer tokens with scopes, asked for per method.
//!
//! The server keeps hashes only. A token is a long random string (`openssl rand -hex 32`), so a
//! plain SHA-256 is enough; hashes are compared in constant time.

pub mod lent;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tonic::Status;

use self::lent::{LendingKey, Lent, seconds};
use crate::config::closest;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Sends the audio of calls: the telephony platform.
    Stream,
    /// Follows a call, corrects its snapshot, says what became of a card: an agent's desk.
    Watch,
    /// All of that for every call, lists of calls and replays: leads, coaches, quality.
    Coach,
    /// Everything.
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Stream, Self::Watch, Self::Coach, Self::Admin];

    /// Its word in the token file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Watch => "watch",
            Self::Coach => "coach",
            Self::Admin => "admin",
        }
    }

    fn opens(self, scopes: &[Self]) -> bool {
        self == Self::Admin || scopes.contains(&self)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The scopes that open a method, any one of them; [`Scope::Admin`] opens all. `None`: open to
/// everybody. A method that is not known here is for admins only.
pub fn required(method: &str) -> Option<&'static [Scope]> {
    match method.strip_prefix('/').unwrap_or(method) {
        "attune.v1.Ingestion/StreamCall" => Some(&[Scope::Stream]),
        // Only who answers for the data.
        "attune.v1.Profiles/ExportCaller" | "attune.v1.Profiles/EraseCaller" => {
            Some(&[Scope::Admin])
        }
        // Who routes calls asks, as a lead may.
        "attune.v1.Agents/RecommendAgents" => Some(&[Scope::Stream, Scope::Coach]),
        "attune.v1.Watch/WatchCall"
        | "attune.v1.Calls/GetCall"
        | "attune.v1.Calls/ListCallEvents"
        | "attune.v1.Calls/CorrectSnapshot"
        | "attune.v1.Calls/RecordFeedback"
        | "attune.v1.Review/ReviewDialogue"
        | "attune.v1.Review/ReviewRecording"
        | "attune.v1.Outcomes/RecordOutcome"
        | "attune.v1.Playbooks/GetAgentWishes"
        | "attune.v1.Playbooks/SetAgentWishes"
        | "attune.v1.Outcomes/GetOutcome"
        | "attune.v1.Outcomes/ListWrapUpCodes"
        | "attune.v1.Figures/ListFigures"
        | "attune.v1.Summaries/GetSummary" => Some(&[Scope::Watch, Scope::Coach]),
        "attune.v1.Watch/WatchCalls"
        | "attune.v1.Calls/ListCalls"
        | "attune.v1.Calls/SendNote"
        | "attune.v1.Outcomes/RecordTraffic"
        | "attune.v1.Figures/GetCallFigures"
        | "attune.v1.Figures/GetReport"
        | "attune.v1.Figures/RenderReport"
        | "attune.v1.Coaching/SetGoal"
        | "attune.v1.Coaching/ListGoals"
        | "attune.v1.Coaching/DeleteGoal"
        | "attune.v1.Coaching/ListLeadershipTips"
        | "attune.v1.Coaching/ListNotices"
        | "attune.v1.Profiles/GetProfile"
        | "attune.v1.Profiles/CorrectProfile"
        | "attune.v1.Agents/PutAgent"
        | "attune.v1.Agents/GetAgent"
        | "attune.v1.Agents/ListAgents"
        | "attune.v1.Agents/DeleteAgent"
        | "attune.v1.Playbooks/ReportNotes"
        | "attune.v1.PlaybookEditor/ListPlaybooks"
        | "attune.v1.PlaybookEditor/GetPlaybook"
        | "attune.v1.PlaybookEditor/CheckPlaybook"
        | "attune.v1.PlaybookEditor/TryPlaybook"
        | "attune.v1.PlaybookEditor/TryPlaybookOnCall"
        | "attune.v1.PlaybookEditor/SavePlaybook"
        | "attune.v1.PlaybookEditor/ListPlaybookVersions"
        | "attune.v1.PlaybookEditor/GetPlaybookVersion"
        | "attune.v1.Replay/ReplayCall" => Some(&[Scope::Coach]),
        "attune.v1.Access/LendToken" => Some(&Scope::ALL),
        // Probes carry no tokens, and learn nothing but whether the server is up.
        "grpc.health.v1.Health/Check" | "grpc.health.v1.Health/Watch" => None,
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo" => Some(&Scope::ALL),
        _ => Some(&[]),
    }
}

/// A line of the token file that cannot be used, or no file.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// It cannot be read.
    #[error("tokens: {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is wrong.
    #[error("tokens: {}:{line}: {message}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Nobody could get in.
    #[error("tokens: {} has no token; add a line `name scopes sha256`", path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
    },
}

/// The tokens that open the server.
#[derive(Debug, Clone)]
pub struct Tokens {
    lasting: Arc<[Token]>,
    lending: LendingKey,
}

/// Whose token a request came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What the token file calls it.
    pub name: String,
    /// Whether it was lent of that one.
    pub is_lent: bool,
}

#[derive(Debug)]
struct Token {
    name: String,
    scopes: Vec<Scope>,
    hash: [u8; 32],
}

impl Tokens {
    /// Reads a token file: a line a token, `name scopes sha256`, scopes joined by commas, the hash
    /// in hexadecimal. Empty lines and lines that begin with `#` are skipped.
    ///
    /// `lending` signs those that are lent of them.
    ///
    /// # Errors
    /// The first line that is wrong, with its number.
    pub fn read(path: &Path, lending: LendingKey) -> Result<Self, TokenFileError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| TokenFileError::Read { path: path.to_owned(), source })?;
        let lasting = parse(path, &text)?.into();
        Ok(Self { lasting, lending })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.lasting.len()
    }

    /// Whether `header`, the value of `authorization`, opens `method` at `now`; gives whose
    /// token it is.
    ///
    /// # Errors
    /// UNAUTHENTICATED without a known token or with one that has run out, PERMISSION_DENIED without
    /// the scope.
    pub fn authorise(
        &self,
        method: &str,
        header: Option<&str>,
        now: SystemTime,
    ) -> Result<Option<Holder>, Status> {
        let Some(scopes) = required(method) else { return Ok(None) };
        let bearer = header.and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let Some(bearer) = bearer else {
            return Err(Status::unauthenticated(
                "no bearer token; send `authorization: Bearer TOKEN`",
            ));
        };
        let lent = Lent::read(bearer);
        let token = match &lent {
            Some(lent) => self.lasting.iter().find(|token| token.name == lent.name),
            None => self.find(bearer),
        };
        let Some(token) = token else {
            return Err(Status::unauthenticated("the bearer token is not known here"));
        };
        let opens = match &lent {
            Some(lent) => {
                lent.check(&self.lending, token, now).map_err(Status::unauthenticated)?;
                lent.scope.opens(scopes)
            }
            None => token.opens(scopes),
        };
        if opens {
            return Ok(Some(Holder { name: token.name.clone(), is_lent: lent.is_some() }));
        }
        let needed = scopes.first().copied().unwrap_or(Scope::Admin);
        Err(Status::permission_denied(format!(
            "the token {} lacks the scope {needed} for {method}",
            token.name
        )))
    }

    /// Lends what `holder` came with for `scope`; also gives the second, Unix time, from which the
    /// lent token opens nothing.
    ///
    /// # Errors
    /// PERMISSION_DENIED if it was lent itself, or has not the scope.
    pub fn lend(
        &self,
        holder: &Holder,
        scope: Scope,
        until: SystemTime,
    ) -> Result<(String, u64), Status> {
        let denied = |why: &str| Status::permission_denied(format!("{}: {why}", holder.name));
        if holder.is_lent {
            return Err(denied("a lent token lends nothing"));
        }
        let token = self.lasting.iter().find(|token| token.name == holder.name);
        if !token.is_some_and(|token| token.opens(&[scope])) {
            return Err(denied(&format!("the token lacks the scope {scope} itself")));
        }
        let until = seconds(until);
        Ok((self.lending.lend(&holder.name, scope, until), until))
    }

    /// Compares with every hash, however early one matches.
    fn find(&self, bearer: &str) -> Option<&Token> {
        let hash: [u8; 32] = Sha256::digest(bearer.as_bytes()).into();
        let mut found = None;
        for token in self.lasting.iter() {
            if bool::from(token.hash.ct_eq(&hash)) {
                found = Some(token);
            }
        }
        found
    }
}

fn parse(path: &Path, text: &str) -> Result<Vec<Token>, TokenFileError> {
    let mut tokens: Vec<Token> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |message| TokenFileError::Line { path: path.to_owned(), line: number, message };
        let token = Token::parse(line).map_err(wrong)?;
        if tokens.iter().any(|other| other.name == token.name) {
            return Err(wrong(format!("there are two tokens called {}", token.name)));
        }
        tokens.push(token);
    }
    if tokens.is_empty() {
        return Err(TokenFileError::Empty { path: path.to_owned() });
    }
    Ok(tokens)
}

impl Token {
    fn opens(&self, scopes: &[Scope]) -> bool {
        self.scopes.iter().any(|scope| scope.opens(scopes))
    }

    fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [name, scopes, hash] = fields[..] else {
            return Err(format!("{} fields instead of three: name scopes sha256", fields.len()));
        };
        let scopes = scopes.split(',').map(scope).collect::<Result<_, _>>()?;
        let hash = from_hex(hash).ok_or(
            "the third field is not a SHA-256 in hexadecimal; `printf %s TOKEN | sha256sum` makes it",
        )?;
        Ok(Self { name: name.to_owned(), scopes, hash })
    }
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::ALL.into_iter().find(|scope| scope.key() == word).ok_or_else(|| {
        let hint = closest(word, Scope::ALL.iter().map(|scope| scope.key()))
            .map_or_else(String::new, |closest| format!("; did you mean `{closest}`?"));
        format!("`{word}` is not a scope (stream, watch, coach, admin){hint}")
    })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// The layer that asks for the token of every request.
pub async fn layer(State(tokens): State<Tokens>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match tokens.authorise(request.uri().path(), header, SystemTime::now()) {
        Ok(holder) => {
            holder.map(|holder| request.extensions_mut().insert(holder));
            next.run(request).await
        }
        Err(status) => {
            tracing::warn!(method = request.uri().path(), reason = status.message(), "refused");
            metrics::counter!("attune_requests_refused_total", "code" => code(&status))
                .increment(1);
            status.into_http()
        }
    }
}

fn code(status: &Status) -> &'static str {
    if status.code() == tonic::Code::Unauthenticated { "unauthenticated" } else { "denied" }
}
