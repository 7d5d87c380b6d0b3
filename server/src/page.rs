//! What browsers get: the page for agents and coaches, and gRPC-Web, on the port that serves gRPC.
//!
//! The built page is in the binary (`build.rs`). A server that was built without it works all the
//! same and says how to get it.

mod origin;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;
use tower_layer::Layer;

pub use self::origin::{Origin, OriginError};

/// A file of the built page.
struct File {
    /// As it is asked for, without the slash in front.
    path: &'static str,
    plain: &'static [u8],
    /// Empty where compression gains nothing.
    gzip: &'static [u8],
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page_files.rs"));

/// What every view begins with.
const INDEX: &str = "index.html";
/// The script that other pages load to embed the agent's view.
const ELEMENT: &str = "guide.js";

/// Said by a server that was built without the page.
const NOT_BUILT: &str = include_str!("page/not_built.html");

/// Who may use the page's services from a browser.
#[derive(Debug, Clone)]
pub struct Visitors {
    /// Pages that may embed the agent's view and ask the API.
    pub origins: Vec<Origin>,
    /// Whether requests need a token.
    pub tokens: bool,
}

/// Whether the page is in this binary.
pub fn is_built() -> bool {
    !FILES.is_empty()
}

/// `grpc` with gRPC-Web and the page around it.
pub fn around(grpc: Routes, visitors: Visitors) -> Routes {
    let files = Router::new()
        .route("/", get(serve))
        .route("/{name}", get(serve))
        .route("/assets/{name}", get(serve))
        .with_state(Arc::new(Served::new(&visitors.origins)));
    let gate = axum::middleware::from_fn_with_state(Arc::new(visitors), origin::layer);
    let api = Router::new().fallback_service(GrpcWebLayer::new().layer(grpc)).layer(gate);
    Routes::from(files.fallback_service(api))
}

/// The files with what is worked out once.
struct Served {
    policy: HeaderValue,
    /// One a file.
    tags: Vec<HeaderValue>,
}

impl Served {
    fn new(origins: &[Origin]) -> Self {
        let tag = |file: &File| {
            let hash = Sha256::digest(file.plain);
            let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            header(&format!("\"{hex}\""))
        };
        Self { policy: header(&policy(origins)), tags: FILES.iter().map(tag).collect() }
    }

    fn answer(&self, place: usize, file: &File, asked: &HeaderMap) -> Response {
        let Some(tag) = self.tags.get(place) else { return StatusCode::NOT_FOUND.into_response() };
        let mut response = Response::new(Body::empty());
        let known = asked.get(IF_NONE_MATCH).is_some_and(|value| value == tag);
        let zips = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("gzip"));
        let zipped = !file.gzip.is_empty() && asked.get_all(ACCEPT_ENCODING).iter().any(zips);
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let bytes = if zipped { file.gzip } else { file.plain };
            *response.body_mut() = Body::from(Bytes::from_static(bytes));
            if zipped {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        // The names of assets change with their contents.
        let cached = if file.path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(file.path)));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cached));
        headers.insert(ETAG, tag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if file.path == ELEMENT {
            // Public code, loaded by other origins' pages.
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        }
        response
    }
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

async fn serve(State(served): State<Arc<Served>>, uri: Uri, asked: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let find = |path: &str| FILES.iter().enumerate().find(|(_, file)| file.path == path);
    let found = find(path).or_else(|| if is_view(path) { find(INDEX) } else { None });
    let mut response = match found {
        Some((place, file)) => served.answer(place, file, &asked),
        None if is_view(path) => {
            (StatusCode::NOT_FOUND, [(CONTENT_TYPE, content_type(INDEX))], NOT_BUILT)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, served.policy.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Views have plain names, and the page itself knows which there are: `/`, `/wall`.
fn is_view(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Nothing but the page's own files, no inline script or style, and embedded only where allowed.
fn policy(origins: &[Origin]) -> String {
    let ancestors: String = origins.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; \
         frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'{ancestors}"
    )
}

/// Of text that has been checked to be one.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wav") => "audio/wav",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
