//! What a browser gets, spoken as browsers do where there is no TLS: HTTP/1.1.

use std::fs;

use attune_models::recogniser::scripted::ScriptedModel;
use harness::server::TestServer;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends a request and reads the answer to its end.
async fn ask(server: &TestServer, head: &str, body: &[u8]) -> String {
    let address = server.running.address();
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let head = format!(
        "{head}\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    // A server that refuses the protocol may break the connection instead of closing it, before or
    // after it has heard everything.
    if stream.write_all(&[head.as_bytes(), body].concat()).await.is_ok() {
        let _broken = stream.read_to_end(&mut answer).await;
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// ListCalls over gRPC-Web: an empty message in its frame.
async fn list_calls(server: &TestServer, header: &str) -> String {
    let head = format!(
        "POST /attune.v1.Calls/ListCalls HTTP/1.1\r\ncontent-type: application/grpc-web+proto{header}"
    );
    ask(server, &head, &[0; 5]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_its_services_are_on_the_port_of_grpc() {
    let server = TestServer::scripted().await;
    let page = ask(&server, "GET / HTTP/1.1", b"").await.to_lowercase();
    assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self';"));
    assert!(page.contains("<title>attune</title>"), "{page}");

    let answer = list_calls(&server, "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("grpc-status:0"), "{answer}");
    let own = format!("\r\norigin: {}", server.url());
    assert!(list_calls(&server, &own).await.contains("grpc-status:0"));
    let foreign = list_calls(&server, "\r\norigin: https://evil.example").await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_hold_for_browsers_and_the_page_itself_is_public() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("tokens");
    let hash: String = Sha256::digest(b"secret").iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(&file, format!("coach coach {hash}\n")).expect("a file");
    let server =
        TestServer::with(|config| config.tokens = Some(file), ScriptedModel::of_length()).await;

    assert!(ask(&server, "GET / HTTP/1.1", b"").await.contains("<title>Attune</title>"));
    let none = list_calls(&server, "").await;
    assert!(none.contains("grpc-status: 16") && none.contains("grpc-web"), "{none}");
    let wrong = list_calls(&server, "\r\nauthorization: Bearer wrong").await;
    assert!(wrong.contains("grpc-status: 16"), "{wrong}");
    let right = list_calls(&server, "\r\nauthorization: Bearer secret").await;
    assert!(right.contains("grpc-status:0"), "{right}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_page_browsers_get_nothing() {
    let server = TestServer::with(|config| config.page = false, ScriptedModel::of_length()).await;
    let page = ask(&server, "GET / HTTP/1.1", b"").await;
    assert!(!page.contains("Attune"), "{page}");
    let answer = list_calls(&server, "").await;
    assert!(!answer.contains("grpc-status:0"), "{answer}");
}
