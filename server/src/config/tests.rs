#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::*;

fn load(
    file: Option<&str>,
    env: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("attune.toml");
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
    }
    let given = Given {
        file: file.map(|_| path),
        flags: flags.iter().map(|(key, text)| (*key, (*text).to_owned())).collect(),
    };
    let env = env.iter().map(|(name, text)| ((*name).into(), (*text).into()));
    Config::load(&given, env)
        .map_err(|error| error.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

#[test]
fn nothing_given_is_the_default() {
    assert_eq!(load(None, &[("HOME", "/root")], &[]).unwrap(), Config::default());
}

#[test]
fn the_defaults_in_the_table_are_the_defaults() {
    for setting in SETTINGS.iter().filter(|s| !s.default.is_empty() && s.key != "log") {
        let config = load(None, &[], &[(setting.key, setting.default)]).unwrap();
        assert_eq!(config, Config::default(), "{}", setting.key);
    }
}

#[test]
fn flags_outrank_environment_outranks_file() {
    let file = "max_calls = 3\nmax_watchers = 30\nqueue = 300";
    let env = [("ATTUNE_MAX_WATCHERS", "40"), ("ATTUNE_QUEUE", "400")];
    let config = load(Some(file), &env, &[("queue", "500")]).unwrap();
    assert_eq!((config.max_calls, config.max_watchers, config.queue), (3, 40, 500));
}

#[test]
fn the_environment_names_the_file_and_a_flag_outranks_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.toml");
    fs::write(&path, "max_calls = 3").unwrap();
    let env = || [("ATTUNE_CONFIG".into(), path.clone().into_os_string())];
    assert_eq!(Config::load(&Given::default(), env()).unwrap().max_calls, 3);
    let other = dir.path().join("b.toml");
    fs::write(&other, "max_calls = 4").unwrap();
    let given = Given { file: Some(other), flags: Vec::new() };
    assert_eq!(Config::load(&given, env()).unwrap().max_calls, 4);
}

#[test]
fn unknown_names_are_refused_with_the_place_and_the_closest() {
    assert_eq!(
        load(Some("# a\n\nmax_cals = 3"), &[], &[]).unwrap_err(),
        "attune.toml:3: `max_cals` is not a setting; did you mean `max_calls`?"
    );
    assert_eq!(
        load(None, &[("ATTUNE_LISEN", "x")], &[]).unwrap_err(),
        "ATTUNE_LISEN in the environment: `ATTUNE_LISEN` is not a setting; did you mean `ATTUNE_LISTEN`?"
    );
    let far = load(Some("[recogniser]\na = 1"), &[], &[]).unwrap_err();
    assert_eq!(far, "attune.toml:1: `recogniser` is not a setting; docs/ref/config.md lists them");
}

#[test]
fn values_that_do_not_parse_say_where_and_what_would() {
    let error = |line: &str| load(Some(line), &[], &[]).unwrap_err();
    assert_eq!(
        error("max_calls = 0"),
        "attune.toml:1: max_calls: `0` is not a number from 1 to 100000"
    );
    assert_eq!(
        error("language = \"fr\""),
        "attune.toml:1: language: `fr` is not `en`, `de` or `detect`"
    );
    for length in ["30", "s", "-1s", "1d", "25h", "99999999999999999999s"] {
        let message = error(&format!("\ndrain_grace = '{length}'"));
        assert!(message.starts_with("attune.toml:2: drain_grace: "), "{message}");
        assert!(message.ends_with("30s, 5m, 1h"), "{message}");
    }
    assert_eq!(
        error("slots = [1]"),
        "attune.toml:1: slots: takes cores|NUMBER, but this is of type array"
    );
    assert!(error("queue 3").starts_with("attune.toml:1: "), "{}", error("queue 3"));
    let flag = load(None, &[], &[("max_calls", "many")]).unwrap_err();
    assert_eq!(flag, "--max-calls: max_calls: `many` is not a number from 1 to 100000");
}

#[test]
fn paths_in_the_file_are_relative_to_the_file() {
    let config = load(Some("data_dir = 'd'"), &[("ATTUNE_MODELS_DIR", "m")], &[]).unwrap();
    assert!(config.data_dir.is_absolute() && config.data_dir.ends_with("d"));
    assert_eq!(config.models_dir, Path::new("m"));
}

#[test]
fn beyond_loopback_needs_tls_and_tokens_or_the_word_for_it() {
    let public = ("listen", "0.0.0.0:1");
    let tls = [public, ("tls_cert", "c"), ("tls_key", "k")];
    assert!(
        load(None, &[], &[public]).unwrap_err().starts_with("listen = 0.0.0.0:1 can be reached")
    );
    assert!(load(None, &[], &tls).is_err(), "TLS alone lets everybody in");
    assert!(load(None, &[], &[public, ("tokens", "t")]).is_err(), "tokens would travel in clear");
    let both = [tls.as_slice(), &[("tokens", "t")]].concat();
    assert!(load(None, &[], &both).unwrap().warnings.is_empty());
    let open = load(None, &[], &[public, ("insecure_public", "true")]).unwrap();
    assert_eq!(open.warnings.len(), 1);
    assert!(load(None, &[], &[("metrics_listen", "0.0.0.0:2")]).is_err());
    assert!(load(None, &[], &[("listen", "[::1]:1")]).is_ok());
}

#[test]
fn half_of_tls_is_refused() {
    for half in [&[("tls_cert", "c")][..], &[("tls_key", "k")], &[("tls_client_ca", "a")]] {
        assert!(load(None, &[], half).unwrap_err().contains("needs tls_"));
    }
}

#[test]
fn more_slots_than_cores_are_lowered_with_a_warning() {
    let config = load(None, &[], &[("slots", "100000")]).unwrap();
    assert_eq!(config.slots, cores());
    assert!(config.warnings[0].contains("100000 recognisers"), "{:?}", config.warnings);
}

#[test]
fn keys_are_distinct_and_described() {
    let keys: HashSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(keys.len(), SETTINGS.len());
    assert!(SETTINGS.iter().all(|s| s.help.ends_with(['.', '`'])), "sentences");
}

#[test]
fn the_reference_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ref/config.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, reference()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        reference(),
        "run with UPDATE_DOCS=1"
    );
}

#[test]
fn the_example_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config.example.toml");
    let given = Given { file: Some(path.clone()), flags: Vec::new() };
    Config::load(&given, []).unwrap();
    let text = fs::read_to_string(path).unwrap();
    for setting in SETTINGS {
        assert!(text.contains(&format!("{} = ", setting.key)), "{} is missing", setting.key);
    }
}
