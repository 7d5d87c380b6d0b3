#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

fn key(key: &str) -> Private<String> {
    Private::new(key.to_owned())
}

fn german_a() -> Customer {
    Customer {
        tier: Some(Tier::A),
        language: Some(Language::German),
        offers: vec!["fibre".into(), "mobile".into()],
    }
}

fn written(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn a_table_and_a_list_say_the_same() {
    let csv = "key,tier,language,offers\n+49 170 5,A,de,fibre;mobile\nk-2,,,\n";
    let json = r#"[{"key": "+49 170 5", "tier": "A", "language": "de", "offers": ["fibre", "mobile"]},
                   {"key": "k-2"}]"#;
    for (name, text) in [("customers.csv", csv), ("customers.json", json)] {
        let (_dir, path) = written(name, text);
        let customers = FileCustomers::open(&path).unwrap();
        assert_eq!(customers.find(&key("+49 170 5")).unwrap(), Some(german_a()), "{name}");
        assert_eq!(customers.find(&key("k-2")).unwrap(), Some(Customer::default()));
        assert_eq!(customers.find(&key("k-3")).unwrap(), None);
        assert!(!format!("{customers:?}").contains("170"), "{customers:?}");
    }
}

#[test]
fn a_wrong_line_is_named_and_a_file_broken_later_leaves_the_old_list() {
    let (_dir, path) = written("customers.csv", "key,tier\na,A\nb,Z\n");
    let error = FileCustomers::open(&path).unwrap_err().to_string();
    assert!(error.contains("customers.csv:3:") && error.contains("A, B or C"), "{error}");
    std::fs::write(&path, "key,tier\na,A\n").unwrap();
    let customers = FileCustomers::open(&path).unwrap();
    std::fs::write(&path, "key,tier\na,Z\n").unwrap();
    let later = std::time::SystemTime::now() + Duration::from_secs(5);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
    assert!(customers.find(&key("a")).is_err(), "told once");
    assert_eq!(customers.find(&key("a")).unwrap().unwrap().tier, Some(Tier::A));
}

/// A service that gives one answer and says what it was asked.
fn service(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/customers/{{key}}", listener.local_addr().unwrap());
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = String::new();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        lines.read_line(&mut asked).unwrap();
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap() > 2 {
            line.clear();
        }
        stream.write_all(answer.as_bytes()).unwrap();
        asked
    };
    (address, thread::Builder::new().name("service".into()).spawn(serve).unwrap())
}

#[test]
fn a_service_is_asked_by_the_key() {
    let (address, asked) = service(
        "HTTP/1.1 200 OK\r\ncontent-length: 57\r\nconnection: close\r\n\r\n\
         {\"tier\":\"A\",\"language\":\"de\",\"offers\":[\"fibre\",\"mobile\"] }",
    );
    let customers = HttpCustomers::new(&address, PATIENCE);
    assert_eq!(customers.find(&key("+49 170/5")).unwrap(), Some(german_a()));
    assert_eq!(asked.join().unwrap().trim(), "GET /customers/%2B49%20170%2F5 HTTP/1.1");
}

#[test]
fn nobody_known_is_no_error_and_a_fault_names_no_key() {
    let none = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (address, asked) = service(none);
    let customers = HttpCustomers::new(&address, PATIENCE);
    assert_eq!(customers.find(&key("k")).unwrap(), None);
    asked.join().unwrap();
    let error = customers.find(&key("secret-17")).unwrap_err().to_string();
    assert!(!error.contains("secret-17"), "{error}");
}

/// Never answers in time.
#[derive(Debug)]
struct Slow;

impl Customers for Slow {
    fn find(&self, _: &Private<String>) -> Result<Option<Customer>, CustomerError> {
        thread::sleep(Duration::from_millis(300));
        Ok(Some(german_a()))
    }
}

#[tokio::test]
async fn a_call_does_not_wait_for_a_slow_lookup() {
    let lookup = Lookup { customers: Arc::new(Slow), patience: Duration::from_millis(20) };
    let found = lookup.look_up(&key("k")).await;
    assert_eq!(found, Customer::default());
}

#[test]
fn what_the_platform_said_stands() {
    let mut facts = CallFacts { tier: Some(Tier::C), ..CallFacts::default() };
    add(&mut facts, german_a());
    assert_eq!((facts.tier, facts.preferred_language), (Some(Tier::C), Some(Language::German)));
    assert_eq!(facts.offers, ["fibre", "mobile"]);
}
