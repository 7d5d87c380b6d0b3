#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Request;
use axum::http::header::{HOST, ORIGIN};
use tonic::codegen::Service;

use super::*;

fn visitors(origins: &[&str], tokens: bool) -> Visitors {
    Visitors { origins: origins.iter().map(|origin| origin.parse().unwrap()).collect(), tokens }
}

async fn answer(visitors: Visitors, request: Request<Body>) -> Response {
    let mut router = around(Routes::default(), visitors).into_axum_router();
    Service::call(&mut router, request).await.unwrap()
}

async fn api(visitors: Visitors, method: &str, origin: &str, host: &str) -> Response {
    let request = Request::builder()
        .method(method)
        .uri("/attune.v1.Calls/ListCalls")
        .header(HOST, host)
        .header(ORIGIN, origin)
        .header(CONTENT_TYPE, "application/grpc-web+proto");
    answer(visitors, request.body(Body::empty()).unwrap()).await
}

fn text(response: &Response, name: &HeaderName) -> String {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    for good in ["https://crm.example", "http://127.0.0.1:8080", "http://[::1]:1"] {
        assert_eq!(good.parse::<Origin>().unwrap().to_string(), good);
    }
    for bad in [
        "crm.example",
        "ftp://crm.example",
        "https://",
        "https://crm.example/path",
        "https://*.example",
        "https://a@crm.example",
        "https://crm.example; script-src *",
        "null",
    ] {
        assert!(bad.parse::<Origin>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn every_answer_has_the_policy_and_nothing_inline_is_allowed() {
    for path in ["/", "/wall", "/nothing.js", "/assets/nothing.js"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = answer(visitors(&["https://crm.example"], true), request).await;
        let policy = text(&response, &CONTENT_SECURITY_POLICY);
        assert!(policy.contains("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(policy.ends_with("frame-ancestors 'self' https://crm.example"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(text(&response, &X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(text(&response, &REFERRER_POLICY), "no-referrer");
    }
}

#[tokio::test]
async fn a_view_is_the_page_and_an_unknown_file_is_not() {
    let get = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        answer(visitors(&[], false), request).await
    };
    let expected = if is_built() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    for view in ["/", "/wall"] {
        let response = get(view).await;
        assert_eq!(response.status(), expected, "{view}");
        assert_eq!(text(&response, &CONTENT_TYPE), "text/html; charset=utf-8");
    }
    for path in ["/x.js", "/assets/x.js"] {
        let response = get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_ne!(text(&response, &CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
    }
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let Some(file) = FILES.iter().find(|file| file.path == INDEX) else { return };
    let get = async |tag: Option<String>| {
        let mut request = Request::get("/").header(ACCEPT_ENCODING, "br, gzip");
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        answer(visitors(&[], false), request.body(Body::empty()).unwrap()).await
    };
    let first = get(None).await;
    assert_eq!(text(&first, &CONTENT_ENCODING), "gzip");
    assert!(file.gzip.len() < file.plain.len());
    let again = get(Some(text(&first, &ETAG))).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let own = ("http://127.0.0.1:50551", "127.0.0.1:50551");
    for (origin, host, tokens, let_in) in [
        (own.0, own.1, false, true),
        ("http://localhost:50551", "localhost:50551", false, true),
        ("https://evil.example", own.1, false, false),
        ("https://evil.example", own.1, true, false),
        ("null", own.1, true, false),
        // A name of somebody else's that points here: refused unless a token is asked for.
        ("http://evil.example:50551", "evil.example:50551", false, false),
        ("https://attune.example", "attune.example", true, true),
    ] {
        let response = api(visitors(&[], tokens), "POST", origin, host).await;
        assert_eq!(response.status() != StatusCode::FORBIDDEN, let_in, "{origin} at {host}");
        assert_eq!(text(&response, &ACCESS_CONTROL_ALLOW_ORIGIN), "", "{origin}");
    }
}

#[tokio::test]
async fn configured_origins_are_let_through() {
    let crm = "https://crm.example";
    for method in ["OPTIONS", "POST"] {
        let response = api(visitors(&[crm], true), method, crm, "attune.example").await;
        assert_eq!(text(&response, &ACCESS_CONTROL_ALLOW_ORIGIN), crm, "{method}");
    }
    let response = api(visitors(&[crm], true), "OPTIONS", crm, "attune.example").await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
}
