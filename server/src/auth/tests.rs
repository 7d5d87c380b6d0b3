#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::Code;

use super::*;

fn hash_of(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(text: &str) -> Result<Tokens, String> {
    Tokens::parse(Path::new("t"), text).map_err(|error| error.to_string())
}

/// A token of each scope, called and spelt like it.
fn tokens() -> Tokens {
    let line = |scope: &Scope| format!("{scope}-desk {scope} {}\n", hash_of(scope.key()));
    parse(&Scope::ALL.iter().map(line).collect::<String>()).unwrap()
}

/// Every method of the API.
fn methods() -> Vec<String> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let mut methods = Vec::new();
    for file in &set.file {
        for service in &file.service {
            for method in &service.method {
                methods.push(format!("/{}.{}/{}", file.package(), service.name(), method.name()));
            }
        }
    }
    methods
}

fn code_of(tokens: &Tokens, method: &str, header: Option<&str>) -> Code {
    tokens.authorise(method, header).map_or_else(|status| status.code(), |_| Code::Ok)
}

#[test]
fn every_method_has_scopes_and_is_closed_to_all_others() {
    let tokens = tokens();
    let methods = methods();
    assert!(methods.len() >= 9, "{methods:?}");
    for method in methods {
        let scopes = required(&method).expect("no call data without a token");
        assert!(!scopes.is_empty(), "{method} is missing in the table");
        assert_eq!(code_of(&tokens, &method, None), Code::Unauthenticated);
        assert_eq!(code_of(&tokens, &method, Some("Bearer guess")), Code::Unauthenticated);
        for scope in Scope::ALL {
            let expected = if scope == Scope::Admin || scopes.contains(&scope) {
                Code::Ok
            } else {
                Code::PermissionDenied
            };
            let header = format!("Bearer {scope}");
            assert_eq!(code_of(&tokens, &method, Some(&header)), expected, "{method} {scope}");
        }
    }
}

#[test]
fn an_unknown_method_is_for_admins() {
    let tokens = tokens();
    assert_eq!(
        code_of(&tokens, "/attune.v1.New/Rpc", Some("Bearer coach")),
        Code::PermissionDenied
    );
    assert_eq!(code_of(&tokens, "/attune.v1.New/Rpc", Some("Bearer admin")), Code::Ok);
}

#[test]
fn health_is_open() {
    assert_eq!(code_of(&tokens(), "/grpc.health.v1.Health/Check", None), Code::Ok);
}

#[test]
fn other_headers_are_no_tokens() {
    let method = "/attune.v1.Ingestion/StreamCall";
    for header in ["stream", "Basic stream", "Bearer", "Bearer ", "Bearer stream x"] {
        assert_eq!(code_of(&tokens(), method, Some(header)), Code::Unauthenticated, "{header}");
    }
    assert_eq!(code_of(&tokens(), method, Some("bearer  stream")), Code::Ok);
}

#[test]
fn a_wrong_line_is_named() {
    let good = hash_of("x");
    let error = |text: &str| parse(text).unwrap_err();
    assert!(error("# none\n\n").contains("has no token"));
    assert!(error("\na stream").starts_with("tokens: t:2: 2 fields instead of three"));
    assert!(error(&format!("a strem {good}")).contains("did you mean `stream`?"));
    assert!(error("a stream 12").contains("not a SHA-256"));
    assert!(error(&format!("a stream {}", "é".repeat(32))).contains("not a SHA-256"));
    let twice = format!("a stream {good}\na watch {good}");
    assert!(error(&twice).starts_with("tokens: t:2: there are two tokens called a"));
}
