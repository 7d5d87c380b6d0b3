//! What the agent says in his own words needs no card any more.

use super::*;

const USED: &str = "-s-1 Used the agent said it";

fn call() -> Call {
    let mut call = Call::of(Playbook::embedded(Language::English).unwrap());
    let shown = call.caller(100.0, "this is the third time i call about this");
    assert!(shown.contains(&"+third-call".to_owned()), "{shown:?}");
    let say = &call.suggester.cards()[0].say;
    assert!(say.starts_with("You shouldn't have to explain this again. I'm reading the notes"));
    call
}

#[test]
fn a_sentence_that_the_agent_adapts_is_used() {
    let mut call = call();
    let said = "you should not have to explain that again i read the notes and it stays with me";
    assert_eq!(call.agent(104.0, said)[..1], [USED]);
    assert!(call.suggester.cards().is_empty());
}

#[test]
fn it_may_take_more_than_one_utterance() {
    let mut call = call();
    assert_eq!(call.agent(103.0, "right you shouldn't have to explain"), NOTHING);
    assert_eq!(call.agent(108.0, "i am reading the notes now and it stays with me")[..1], [USED]);
}

#[test]
fn other_words_are_no_use_and_neither_are_the_callers() {
    let mut call = call();
    let other = "can you give me your customer number please i have to look at the account first";
    assert!(!call.agent(103.0, other).contains(&USED.to_owned()));
    let same =
        "i shouldn't have to explain this again read the notes it stays with you till it's done";
    assert!(!call.caller(108.0, same).contains(&USED.to_owned()));
    assert_eq!(call.suggester.cards()[0].note, "third-call");
}

#[test]
fn german_endings_do_not_matter() {
    let mut call = Call::of(Playbook::embedded(Language::German).unwrap());
    let shown = call.caller(100.0, "jetzt rufe ich schon zum dritten mal an");
    assert!(shown.contains(&"+third-call".to_owned()), "{shown:?}");
    let say = call.suggester.cards()[0].say.to_lowercase().replace("ich lese", "ich habe gelesen");
    assert_eq!(call.agent(104.0, &say)[..1], [USED]);
}
