//! The way to the server: address, certificates, token.

use std::time::Duration;

use attune_proto::v1::access_client::AccessClient;
use attune_proto::v1::agents_client::AgentsClient;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::coaching_client::CoachingClient;
use attune_proto::v1::figures_client::FiguresClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::outcomes_client::OutcomesClient;
use attune_proto::v1::playbooks_client::PlaybooksClient;
use attune_proto::v1::profiles_client::ProfilesClient;
use attune_proto::v1::summaries_client::SummariesClient;
use attune_proto::v1::watch_client::WatchClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Uri};
use tonic::{Request, Status};

use crate::args::Global;
use crate::error::Error;

/// A page over three years by day has a few megabytes.
const MAX_REPORT: usize = 64 << 20;

type Guarded = InterceptedService<Channel, Bearer>;

/// A connection that mends itself: after a break, the next request connects again.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    channel: Channel,
    bearer: Bearer,
}

/// Puts the token on every request.
#[derive(Clone)]
pub(crate) struct Bearer(Option<MetadataValue<Ascii>>);

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Bearer(set)" } else { "Bearer(none)" })
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

impl Link {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Usage`] for an address or token that cannot be, [`Error::Unreachable`] if nobody
    /// answers.
    pub(crate) async fn open(global: &Global) -> Result<Self, Error> {
        let bearer = bearer(global)?;
        let channel = endpoint(global)?.connect().await.map_err(|error| {
            let reason = innermost(&error);
            Error::Unreachable { server: global.server.clone(), reason }
        })?;
        Ok(Self { channel, bearer })
    }

    /// Access: tokens for minutes.
    pub(crate) fn access(&self) -> AccessClient<Guarded> {
        AccessClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Calls: look up, correct, give feedback.
    pub(crate) fn calls(&self) -> CallsClient<Guarded> {
        CallsClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Coaching: goals, notices and tips.
    pub(crate) fn coaching(&self) -> CoachingClient<Guarded> {
        CoachingClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Figures: many calls at once.
    pub(crate) fn figures(&self) -> FiguresClient<Guarded> {
        FiguresClient::with_interceptor(self.channel.clone(), self.bearer.clone())
            .max_decoding_message_size(MAX_REPORT)
    }

    /// Profiles: what is remembered of callers.
    pub(crate) fn profiles(&self) -> ProfilesClient<Guarded> {
        ProfilesClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Agents: what they say of themselves.
    pub(crate) fn agents(&self) -> AgentsClient<Guarded> {
        AgentsClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Summaries: what calls came to.
    pub(crate) fn summaries(&self) -> SummariesClient<Guarded> {
        SummariesClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Outcomes: what became of calls.
    pub(crate) fn outcomes(&self) -> OutcomesClient<Guarded> {
        OutcomesClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Playbooks: what becomes of notes, what agents want.
    pub(crate) fn playbooks(&self) -> PlaybooksClient<Guarded> {
        PlaybooksClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Watch: follow calls.
    pub(crate) fn watch(&self) -> WatchClient<Guarded> {
        WatchClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }

    /// Ingestion: send calls.
    pub(crate) fn ingestion(&self) -> IngestionClient<Guarded> {
        IngestionClient::with_interceptor(self.channel.clone(), self.bearer.clone())
    }
}

fn endpoint(global: &Global) -> Result<Endpoint, Error> {
    let wrong = |why: &str| Error::Usage(format!("--server {}: {why}", global.server));
    let uri: Uri = global.server.parse().map_err(|error| wrong(&format!("{error}")))?;
    let secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(wrong("must begin with http:// or https://")),
    };
    let host = uri.host().unwrap_or_default();
    if !secure && global.token.is_some() && !is_loopback(host) {
        return Err(wrong("a token is sent to another machine over https:// only"));
    }
    let endpoint = Endpoint::from(uri.clone())
        .user_agent(concat!("attune/", env!("CARGO_PKG_VERSION")))
        .map_err(|error| wrong(&innermost(&error)))?
        .connect_timeout(Duration::from_secs(5))
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .tcp_nodelay(true);
    match (&global.ca, secure) {
        (None, false) => Ok(endpoint),
        (Some(_), false) => Err(wrong("--ca belongs to https://")),
        (None, true) => Err(wrong(
            "https:// needs --ca: the certificate that vouches for the server, as a PEM file",
        )),
        (Some(path), true) => {
            let pem =
                std::fs::read(path).map_err(|source| Error::File { path: path.clone(), source })?;
            let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
            endpoint.tls_config(tls).map_err(|error| {
                Error::Usage(format!("--ca {}: {}", path.display(), innermost(&error)))
            })
        }
    }
}

fn bearer(global: &Global) -> Result<Bearer, Error> {
    let Some(token) = &global.token else { return Ok(Bearer(None)) };
    let mut value: MetadataValue<Ascii> = format!("Bearer {}", token.trim())
        .parse()
        .map_err(|_unprintable| Error::Usage("--token: letters, digits and signs only".into()))?;
    value.set_sensitive(true);
    Ok(Bearer(Some(value)))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The reason at the bottom: transport errors only say "transport error".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut reason = error.source();
    let mut text = error.to_string();
    while let Some(inner) = reason {
        text = inner.to_string();
        reason = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Link, bearer, endpoint, is_loopback};
    use crate::args::Global;
    use crate::error::Error;

    fn global(server: &str) -> Global {
        Global { server: server.into(), token: None, ca: None, lang: None }
    }

    fn usage<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        match result {
            Err(Error::Usage(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn impossible_addresses_are_wrong_usage() {
        assert!(usage(endpoint(&global("127.0.0.1:50551"))).contains("http://"));
        assert!(usage(endpoint(&global("ftp://x"))).contains("http://"));
        assert!(usage(endpoint(&global("https://x"))).contains("--ca"));
        let ca = Global { ca: Some(PathBuf::from("ca.pem")), ..global("http://127.0.0.1:1") };
        assert!(usage(endpoint(&ca)).contains("https://"));
        assert!(endpoint(&global("http://127.0.0.1:50551")).is_ok());
    }

    #[test]
    fn a_token_does_not_travel_in_clear_nor_into_debug_output() {
        let far = Global { token: Some("s3cret".into()), ..global("http://example.org:1") };
        assert!(usage(endpoint(&far)).contains("https://"));
        let near = Global { token: Some("s3cret".into()), ..global("http://localhost:1") };
        assert!(endpoint(&near).is_ok());
        let bearer = bearer(&near).expect("a token");
        assert!(!format!("{bearer:?}").contains("s3cret"));
        assert!(is_loopback("[::1]") && is_loopback("127.0.0.2") && !is_loopback("10.0.0.1"));
    }

    #[tokio::test]
    async fn nobody_there_is_said_with_the_address() {
        // Port 1 of loopback: nothing listens there.
        let error = Link::open(&global("http://127.0.0.1:1")).await.expect_err("nobody");
        let text = error.to_string();
        assert!(text.contains("http://127.0.0.1:1") && text.contains("attune-server"), "{text}");
    }
}
