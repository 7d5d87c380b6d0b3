#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::FILE_DESCRIPTOR_SET;
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::Code;

use std::time::Duration;

use super::*;

fn hash_of(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(text: &str) -> Result<Tokens, String> {
    let lasting = super::parse(Path::new("t"), text).map_err(|error| error.to_string())?;
    Ok(Tokens { lasting: lasting.into(), lending: LendingKey([7; 32]) })
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
    code_at(tokens, method, header, SystemTime::now())
}

fn code_at(tokens: &Tokens, method: &str, header: Option<&str>, now: SystemTime) -> Code {
    tokens.authorise(method, header, now).map_or_else(|status| status.code(), |_| Code::Ok)
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

#[test]
fn a_lent_token_opens_one_scope_for_its_time_only() {
    let tokens = tokens();
    let holder = |name: &str, is_lent| Holder { name: name.to_owned(), is_lent };
    let now = SystemTime::now();
    let until = now + Duration::from_mins(15);
    let (watch, figures) = ("/attune.v1.Watch/WatchCall", "/attune.v1.Figures/GetReport");
    let code = |token: &str, method: &str, at: SystemTime| {
        code_at(&tokens, method, Some(&format!("Bearer {token}")), at)
    };
    let (lent, end) = tokens.lend(&holder("admin-desk", false), Scope::Watch, until).unwrap();
    assert_eq!(end, seconds(until));
    assert_eq!(code(&lent, watch, now), Code::Ok);
    assert_eq!(code(&lent, figures, now), Code::PermissionDenied, "an admin lent the desk only");
    assert_eq!(code(&lent, watch, until), Code::Unauthenticated);
    let header = format!("Bearer {lent}");
    let who = tokens.authorise(watch, Some(&header), now).unwrap();
    assert_eq!(who, Some(holder("admin-desk", true)));

    let flipped = if lent.ends_with('0') { "1" } else { "0" };
    let cut = &lent[..lent.len() - 1];
    let foreign = LendingKey([8; 32]).lend("admin-desk", Scope::Watch, end);
    let gone = tokens.lending.lend("old-desk", Scope::Watch, end);
    let lost = tokens.lending.lend("watch-desk", Scope::Coach, end);
    for (why, wrong) in [
        ("another server's", foreign),
        ("of a token that is gone", gone),
        ("of a token without the scope", lost),
        ("another scope written in", lent.replace(".watch.", ".admin.")),
        ("a later end written in", lent.replace(&end.to_string(), &(end + 60).to_string())),
        ("another mac", format!("{cut}{flipped}")),
        ("cut short", cut.to_owned()),
    ] {
        assert_eq!(code(&wrong, watch, now), Code::Unauthenticated, "{why}");
    }

    for (holder, scope) in
        [(holder("watch-desk", false), Scope::Coach), (holder("admin-desk", true), Scope::Watch)]
    {
        let denied = tokens.lend(&holder, scope, until).unwrap_err();
        assert_eq!(denied.code(), Code::PermissionDenied);
    }
}
