//! What a call began with, what it is about, and which steps it took.

use super::*;
use crate::facts::Tier;
use crate::guidance::{AgentWishes, Ranks};

const ISSUES: &str = "[[issue]]\nid = \"refund\"\nname = \"the refund\"\nsays = [\"refund*\"]\nnext = [\"when\", \"how\"]\n\
                      [[issue]]\nid = \"when\"\nname = \"when it comes\"\nsays = \"how long\"\n\
                      [[issue]]\nid = \"how\"\nname = \"how it is paid\"\nsays = \"which account\"\n";

fn given(notes: &[&str], facts: CallFacts, guidance: Guidance) -> Call {
    let call = Call::with("", notes);
    Call { suggester: call.suggester.with(facts, guidance), ..call }
}

fn with_issues(notes: &[&str]) -> Call {
    let mut text = format!("{HEAD}{ISSUES}");
    for note in notes {
        text += &format!("[[note]]\n{}\nwhy = \"w\"\n", note.replace(';', "\n"));
    }
    Call::of(Playbook::parse("t.toml", &text).unwrap())
}

#[test]
fn an_issue_is_raised_once_and_names_what_comes_next() {
    let mut call =
        with_issues(&["id = \"a\"; class = \"empathy\"; when.issue = \"refund\"; say = \"x\""]);
    assert!(call.caller(1.0, "hello").is_empty());
    assert!(call.agent(2.0, "do you want a refund").is_empty(), "only the caller raises one");
    let raised = call.caller(3.0, "where is my refund");
    assert_eq!(raised, ["issue refund, next when, how", "+a"]);
    assert_eq!(call.caller(4.0, "the refund I said"), NOTHING);
    assert_eq!(call.caller(5.0, "and how long does it take"), ["issue when, next how"]);
}

#[test]
fn the_note_of_the_next_issue_goes_when_the_caller_asks_himself() {
    let next = "class = \"next_issue\"; when.next_issue = ";
    let mut call = with_issues(&[
        &format!(
            "id = \"n\"; {next}\"when\"; say = \"About {{issue}}: {{next_issue}} is {{date}}.\""
        ),
        &format!("id = \"m\"; kind = \"m\"; {next}\"how\"; say = \"x\"; priority = 40"),
    ]);
    assert_eq!(call.caller(1.0, "my refund"), ["issue refund, next when, how", "+n"]);
    assert_eq!(call.suggester.cards()[0].say, "About the refund: when it comes is {date}.");
    let asked = call.caller(12.0, "so how long will it take");
    assert_eq!(
        asked,
        ["issue when, next how", "-s-1 CallerChanged the caller has raised it himself", "+m"]
    );
}

#[test]
fn steps_are_listed_when_they_apply_and_ticked_by_listening() {
    let mut call = with_issues(&[
        "id = \"name\"; class = \"checklist\"; when.agent_said = \"your name\"; say = \"Ask the name\"",
        "id = \"account\"; class = \"checklist\"; applies.issue = \"refund\"; when.caller_said = \"account is\"; say = \"Ask the account\"",
        "id = \"ask\"; class = \"solution\"; when.open_step = \"account\"; say = \"Which account?\"",
    ]);
    let listed: Vec<String> = call.suggester.begin().iter().map(told).collect();
    assert_eq!(listed, ["steps name"]);
    assert_eq!(call.agent(1.0, "may I have your name"), ["steps +name"]);
    assert_eq!(call.agent(2.0, "your name again please"), NOTHING, "ticked once");
    let refund = call.caller(3.0, "a refund please");
    assert_eq!(refund, ["issue refund, next when, how", "steps +name, account", "+ask"]);
    assert_eq!(
        call.caller(4.0, "my account is twelve"),
        ["steps +name, +account", "-s-1 CallerChanged the step is done"]
    );
}

#[test]
fn a_step_that_was_done_before_it_applied_is_listed_as_done() {
    let mut call = with_issues(&[
        "id = \"s\"; class = \"checklist\"; applies.issue = \"refund\"; when.agent_said = \"your name\"; say = \"x\"",
    ]);
    assert_eq!(call.agent(1.0, "your name please"), NOTHING);
    assert_eq!(call.caller(2.0, "refund"), ["issue refund, next when, how", "steps +s"]);
}

#[test]
fn what_is_not_known_of_the_caller_fits_no_note() {
    let notes = [
        "a | once = true; when.customer_tier = [\"A\", \"B\"]",
        "b | once = true; when.returning = true",
        "c | once = true; when.returning = false",
        "d | once = true; when.calls_before = 3",
        "e | once = true; when.preferred_language = \"de\"",
    ];
    let fits = |facts: CallFacts| {
        let mut call = given(&notes, facts, Guidance::default());
        let mut shown = Vec::new();
        for turn in 0..6 {
            shown.extend(call.caller(f64::from(turn) * 100.0 + 10.0, "hm"));
        }
        shown.retain(|told| told.starts_with('+'));
        shown
    };
    assert!(fits(CallFacts::default()).is_empty());
    let facts = |calls| CallFacts { calls_before: Some(calls), ..CallFacts::default() };
    assert!(fits(facts(0)).iter().all(|told| told == "+c"));
    assert!(fits(facts(2)).iter().all(|told| told == "+b"));
    let all =
        CallFacts { tier: Some(Tier::B), preferred_language: Some(Language::German), ..facts(3) };
    let shown = fits(all);
    for note in ["a", "b", "d", "e"] {
        assert!(shown.contains(&format!("+{note}")), "{note}: {shown:?}");
    }
}

#[test]
fn advice_is_held_out_and_what_must_be_said_is_not() {
    let notes = [
        "tip | when.caller_says = \"hm\"; priority = 99",
        "law | when.caller_says = \"hm\"; class = \"compliance\"",
        "help | when.caller_says = \"fire\"; alert = true",
    ];
    let guidance = Guidance { held_out: true, ..Guidance::default() };
    let mut call = given(&notes, CallFacts::default(), guidance);
    assert_eq!(call.caller(1.0, "hm"), ["+law"]);
    assert_eq!(call.caller(15.0, "hm, fire"), ["+help"]);
    assert_eq!(
        call.caller(120.0, "hm"),
        ["-s-1 Expired 25s are over", "-s-2 Expired 25s are over", "+law"]
    );
}

#[test]
fn an_agent_is_spared_what_the_agent_does_not_want() {
    let notes = [
        "a | when.caller_says = \"one\"",
        "b | when.caller_says = \"two\"; class = \"solution\"",
        "c | when.caller_says = \"three\"",
        "law | when.caller_says = \"three\"; class = \"compliance\"",
    ];
    let wishes = |cards_per_call, muted: &[&str]| Guidance {
        agent: AgentWishes {
            cards_per_call,
            muted: muted.iter().map(|word| (*word).to_owned()).collect(),
        },
        ..Guidance::default()
    };
    let shown = |guidance| {
        let mut call = given(&notes, CallFacts::default(), guidance);
        let said = [(1.0, "one"), (100.0, "two"), (200.0, "three"), (300.0, "three")];
        let told = said.map(|(at, text)| call.caller(at, text));
        let shown =
            told.concat().into_iter().filter_map(|told| told.strip_prefix('+').map(str::to_owned));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(shown(wishes(None, &[])), ["a", "b", "law", "law"]);
    assert_eq!(shown(wishes(Some(1), &[])), ["a", "law", "law"]);
    assert_eq!(shown(wishes(None, &["a", "solution", "compliance"])), ["law", "law"]);
    let muted = Guidance { muted: ["b".to_owned()].into(), ..Guidance::default() };
    assert_eq!(shown(muted), ["a", "law", "law"]);
}

#[test]
fn an_order_that_was_drawn_holds_among_equals_and_no_further() {
    let notes = [
        "low | when.caller_says = \"hm\"; priority = 49",
        "a | when.caller_says = \"hm\"; priority = 50",
        "b | when.caller_says = \"hm\"; priority = 58; when.after = \"1s\"",
    ];
    let first = |ranks: &[(&str, u16)]| {
        let of = ranks.iter().map(|(id, rank)| ((*id).to_owned(), *rank)).collect();
        let ranks = Some(Ranks { seed: 1, of, floor: 0 });
        let mut call =
            given(&notes, CallFacts::default(), Guidance { ranks, ..Guidance::default() });
        call.caller(5.0, "hm")
    };
    assert_eq!(Call::new(&notes).caller(5.0, "hm"), ["+b"]);
    assert_eq!(first(&[("a", 700), ("b", 200), ("low", 999)]), ["+a"]);
    assert_eq!(first(&[("a", 200), ("b", 700), ("low", 999)]), ["+b"]);
    assert_eq!(first(&[("a", 200), ("b", 200)]), ["+b"], "then as ever");
}
