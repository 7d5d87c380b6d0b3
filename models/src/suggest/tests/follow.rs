//! A call that goes on in another language.

use super::*;

const GERMAN: &str = "[playbook]\nlanguage = \"de\"\nname = \"t\"\nnew_every = \"0s\"\n
[[note]]\nid = \"b\"\nclass = \"empathy\"\nkind = \"b\"\nwhen.caller_says = \"wort\"\nsay = \"B.\"\nwhy = \"w\"\n
[[note]]\nid = \"a\"\nclass = \"empathy\"\nkind = \"a\"\nwhen.caller_says = \"wort\"\nsay = \"A.\"\nwhy = \"w\"\n
[[note]]\nid = \"c\"\nclass = \"empathy\"\nkind = \"c\"\nwhen.caller_says = \"wort\"\nsay = \"C.\"\nwhy = \"w\"\n";

fn follow(call: &mut Call, at: u64) -> Vec<CardChange> {
    let german = Playbook::parse("de.toml", GERMAN).unwrap();
    call.suggester.follow(Arc::new(german), StreamTime::from_millis(at * 1000))
}

#[test]
fn cards_go_and_what_is_known_of_notes_stays() {
    let notes = [
        "a | when.caller_says = \"word\"; priority = 60",
        "b | when.caller_says = \"word\"",
        "z | when.caller_says = \"zebra\"",
    ];
    let mut call = Call::with("new_every = \"0s\"", &notes);
    call.caller(1.0, "a word");
    call.feedback(1, FeedbackKind::Dismissed { reason: Private::new(String::new()) }, 2).unwrap();
    call.caller(3.0, "a word");
    call.caller(4.0, "a zebra");
    let ids: Vec<_> = call.suggester.cards().iter().map(|card| card.note.clone()).collect();
    assert_eq!(ids, ["b", "z"]);

    let gone = follow(&mut call, 5);
    assert_eq!(gone.len(), 2);
    assert!(gone.iter().all(|change| matches!(
        change,
        CardChange::Withdrawn { reason: WithdrawReason::CallerChanged, detail, .. }
            if detail == "the call goes on in de"
    )));
    assert!(call.suggester.cards().is_empty());

    // "a" was dismissed, "b" rests after it was shown; only "c" may come, under a new number.
    call.caller(6.0, "ein wort");
    call.caller(7.0, "ein wort");
    let cards = call.suggester.cards();
    let shown: Vec<_> = cards.iter().map(|card| (card.id.0, card.note.as_str())).collect();
    assert_eq!(shown, [(4, "c")]);
    assert!(call.feedback(2, FeedbackKind::Used, 8).is_ok(), "an old card is still known");
    assert!(call.feedback(3, FeedbackKind::Used, 8).is_ok(), "so is one without a note by now");
    assert!(call.feedback(9, FeedbackKind::Used, 8).is_err());
}

#[test]
fn words_of_the_old_language_are_not_looked_for_in_the_new_notes() {
    let mut call = Call::with("new_every = \"0s\"", &["x | when.caller_says = \"wort\""]);
    call.caller(1.0, "ein wort");
    follow(&mut call, 2);
    assert!(call.agent(3.0, "ja").is_empty());
}
