//! Which pages may ask the API from a browser. Programs send no origin and are not meant here.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HOST, ORIGIN, VARY,
};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Visitors;

/// What gRPC-Web clients send and read.
const REQUEST_HEADERS: &str = "authorization, content-type, grpc-timeout, x-grpc-web, x-user-agent";
const RESPONSE_HEADERS: &str = "grpc-status, grpc-message, grpc-status-details-bin";

/// Where a page comes from: `https://crm.example` or `http://127.0.0.1:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: &'static str,
    authority: Authority,
}

/// A text that is not an origin.
#[derive(Debug, thiserror::Error)]
#[error("an origin is a scheme, a host and perhaps a port, such as https://crm.example:8443")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError)?;
        let scheme = ["http", "https"].into_iter().find(|s| *s == scheme).ok_or(OriginError)?;
        let authority: Authority = rest.parse().map_err(|_invalid| OriginError)?;
        // A name before an at sign is no part of an origin, and `;` or `*` would change a policy.
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if authority.host().is_empty() || !rest.chars().all(plain) {
            return Err(OriginError);
        }
        Ok(Self { scheme, authority })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

impl Origin {
    /// An address that no name service can point elsewhere.
    fn is_fixed(&self) -> bool {
        let host = self.authority.host();
        host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
    }
}

impl Visitors {
    /// The server's own page. Without tokens only under an address or `localhost`: any other name may
    /// be somebody else's that was made to point here.
    fn is_own(&self, origin: &Origin, request: &Request) -> bool {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
        host == Some(origin.authority.as_str()) && (self.tokens || origin.is_fixed())
    }
}

/// The layer that refuses pages of unknown origin, and answers what browsers ask before they let
/// one of the configured origins through.
pub(super) async fn layer(
    State(visitors): State<Arc<Visitors>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(sent) = request.headers().get(ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let origin = sent.to_str().ok().and_then(|origin| origin.parse::<Origin>().ok());
    let own = origin.as_ref().is_some_and(|origin| visitors.is_own(origin, &request));
    if own {
        return next.run(request).await;
    }
    if !origin.is_some_and(|origin| visitors.origins.contains(&origin)) {
        tracing::warn!(origin = ?sent, "a page of this origin was refused");
        let hint = "this origin may not ask here; `page_origins` lists those that may\n";
        return (StatusCode::FORBIDDEN, hint).into_response();
    }
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, sent);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.append(VARY, HeaderValue::from_static("origin"));
    response
}
