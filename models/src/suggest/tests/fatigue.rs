//! What keeps cards from tiring the agent, and what humans say of them.

use super::*;

#[test]
fn one_new_card_in_ten_seconds_and_three_at_most() {
    let says = ["a", "b", "c", "d"]
        .map(|id| format!("{id} | when.caller_said = [\"word\"]; lifetime = \"5m\""));
    let mut call = Call::new(&says.each_ref().map(String::as_str));
    assert_eq!(call.caller(2.0, "word"), ["+a"]);
    assert_eq!(call.caller(11.9, "so"), NOTHING);
    assert_eq!(call.caller(12.0, "so"), ["+b"]);
    assert_eq!(call.agent(22.0, "so"), ["+c"], "an agent's utterance is a moment, too");
    assert_eq!(call.caller(40.0, "so"), NOTHING, "no fourth of the same importance");
    assert_eq!(call.suggester.cards().len(), 3);
}

#[test]
fn a_more_important_note_takes_the_place_of_the_least() {
    let mut call = Call::with(
        "max_cards = 2\nlifetime = \"5m\"",
        &[
            "low | when.caller_says = [\"one\"]; priority = 20",
            "mid | when.caller_says = [\"two\"]; priority = 40",
            "high | when.caller_says = [\"three\"]; priority = 60",
            "lower | when.caller_says = [\"four\"]; priority = 30",
        ],
    );
    assert_eq!(call.caller(2.0, "one"), ["+low"]);
    assert_eq!(call.caller(12.0, "two"), ["+mid"]);
    assert_eq!(
        call.caller(22.0, "three"),
        ["-s-1 Replaced a more important note needs the place: high", "+high"]
    );
    assert_eq!(call.caller(32.0, "four"), NOTHING);
}

#[test]
fn one_of_a_kind_in_a_minute() {
    let mut call = Call::new(&[
        "a | kind = \"k\"; when.caller_says = [\"one\"]",
        "b | kind = \"k\"; when.caller_says = [\"two\"]",
        "c | kind = \"other\"; when.caller_says = [\"two\"]; priority = 10",
    ]);
    assert_eq!(call.caller(2.0, "one"), ["+a"]);
    assert_eq!(call.caller(20.0, "two"), ["+c"], "b is of a's kind");
    assert_eq!(
        call.caller(61.9, "two"),
        ["-s-1 Expired 25s are over", "-s-2 Expired 25s are over"]
    );
    assert_eq!(call.caller(62.0, "two"), ["+b"]);
}

#[test]
fn a_card_expires_at_its_exact_time_in_order() {
    let mut call = Call::new(&[
        "long | when.caller_says = [\"one\"]; lifetime = \"30s\"",
        "short | when.caller_says = [\"two\"]; lifetime = \"10s\"",
    ]);
    call.caller(2.0, "one");
    call.caller(12.0, "two");
    let at = StreamTime::from_millis;
    assert_eq!(call.suggester.next_expiry(), Some(at(22_000)));
    assert!(call.suggester.advance(at(21_999)).is_empty());
    let gone = call.suggester.advance(at(40_000));
    let gone: Vec<(StreamTime, String)> = gone.iter().map(|(at, c)| (*at, told(c))).collect();
    assert_eq!(
        gone,
        [
            (at(22_000), "-s-2 Expired 10s are over".to_owned()),
            (at(32_000), "-s-1 Expired 30s are over".to_owned()),
        ]
    );
    assert_eq!(call.suggester.next_expiry(), None);
}

#[test]
fn a_mood_needs_two_windows() {
    let mut call = Call::new(&["angry | when.mood = \"angry\""]);
    call.read(|s| s.mood.category = sure(Mood::Neutral, 0.6));
    assert_eq!(call.caller(2.0, "a"), NOTHING);
    call.read(|s| s.mood.category = sure(Mood::Angry, 0.9));
    assert_eq!(call.caller(4.0, "b"), NOTHING, "once is not enough");
    assert_eq!(call.agent(5.0, "c"), NOTHING, "the agent's words are no window");
    call.read(|s| s.mood.category = sure(Mood::Angry, 0.7));
    assert_eq!(call.caller(6.0, "d"), ["+angry"]);
}

#[test]
fn escalation_compliance_and_humans_need_one_window() {
    let mut call = Call::new(&["up | when.escalating = true; when.mood = \"angry\""]);
    call.read(|s| {
        s.mood.category = sure(Mood::Angry, 0.9);
        s.mood.escalating = true;
    });
    assert_eq!(call.caller(2.0, "a"), ["+up"]);

    let mut call = Call::new(&["must | class = \"compliance\"; when.mood = \"angry\""]);
    call.read(|s| s.mood.category = sure(Mood::Angry, 0.9));
    assert_eq!(call.caller(2.0, "a"), ["+must"]);

    let mut call = Call::new(&["angry | when.mood = \"angry\""]);
    call.read(|s| s.mood.category = Reading::corrected(Mood::Angry));
    assert_eq!(call.caller(2.0, "a"), ["+angry"]);
    let evidence = &call.suggester.cards()[0].evidence;
    assert_eq!(evidence[0].reveal(), "mood.angry set by a human");

    let mut call = Call::with("agreement = 1", &["angry | when.mood = \"angry\""]);
    call.read(|s| s.mood.category = sure(Mood::Angry, 0.9));
    assert_eq!(call.caller(2.0, "a"), ["+angry"]);
}

#[test]
fn what_must_be_said_passes_the_throttle_but_never_stacks() {
    let mut call = Call::with(
        "max_cards = 1",
        &[
            "plain | when.caller_says = [\"one\"]; priority = 100",
            "notice | class = \"compliance\"; when.caller_says = [\"two\"]; priority = 50",
            "lesser | class = \"compliance\"; when.caller_says = [\"three\"]; priority = 40",
            "graver | class = \"compliance\"; when.caller_says = [\"four\"]; priority = 99",
        ],
    );
    assert_eq!(call.caller(2.0, "one"), ["+plain"]);
    assert_eq!(
        call.caller(3.0, "two"),
        ["-s-1 Replaced a more important note needs the place: notice", "+notice"],
        "in time and in place"
    );
    assert_eq!(call.caller(4.0, "three"), NOTHING, "one of them at a time");
    assert_eq!(
        call.caller(5.0, "four"),
        ["-s-2 Replaced a more important note needs the place: graver", "+graver"]
    );
    let urgent = call.suggester.cards().iter().filter(|c| c.class == SuggestionClass::Compliance);
    assert_eq!(urgent.count(), 1);
    assert_eq!(call.caller(14.9, "one"), NOTHING, "the rest waits ten seconds after it, too");
}

#[test]
fn nothing_is_sold_after_an_alert() {
    let notes = [
        "call | class = \"compliance\"; alert = true; when.caller_says = [\"help\"]",
        "buy | class = \"offer\"; when.mood = \"satisfied\"",
    ];
    let content = |s: &mut Snapshot| s.mood.category = sure(Mood::Satisfied, 0.9);
    let mut call = Call::new(&notes);
    call.read_twice(content);
    assert_eq!(call.caller(2.0, "so"), ["+buy"]);
    let mut call = Call::new(&notes);
    call.read_twice(content);
    assert_eq!(call.caller(2.0, "help"), ["+call"]);
    assert_eq!(call.caller(300.0, "so"), ["-s-1 Expired 25s are over"]);
}

#[test]
fn offers_on_the_screen_go_when_a_human_is_called() {
    let mut call = Call::new(&[
        "call | class = \"compliance\"; alert = true; when.caller_says = [\"help\"]",
        "buy | class = \"offer\"; when.mood = \"satisfied\"; when.caller_says = [\"so\"]",
        "hear | when.caller_says = [\"well\"]",
    ]);
    call.read_twice(|s| s.mood.category = sure(Mood::Satisfied, 0.8));
    assert_eq!(call.caller(2.0, "so"), ["+buy"]);
    assert_eq!(call.caller(20.0, "well"), ["+hear"]);
    assert_eq!(
        call.caller(21.0, "help"),
        ["-s-1 CallerChanged a human was called", "+call"],
        "and nothing else"
    );
    assert_eq!(call.suggester.stop_selling(), [], "nothing left to sell");
    let mut call = Call::new(&[
        "buy | class = \"offer\"; when.mood = \"satisfied\"; when.caller_says = [\"so\"]",
    ]);
    assert_eq!(call.suggester.stop_selling(), []);
    call.read_twice(|s| s.mood.category = sure(Mood::Satisfied, 0.8));
    assert_eq!(call.caller(2.0, "so"), NOTHING, "the words alone called");
}

#[test]
fn once_and_cooldown() {
    let mut call = Call::with(
        "kind_every = \"0s\"",
        &[
            "once | when.caller_says = [\"one\"]; once = true; cooldown = \"0s\"",
            "rests | when.caller_says = [\"two\"]; cooldown = \"50s\"; say = [\"First.\", \"Second.\"]",
        ],
    );
    assert_eq!(call.caller(2.0, "one"), ["+once"]);
    assert_eq!(call.caller(12.0, "two"), ["+rests"]);
    assert_eq!(call.suggester.cards()[1].say, "First.");
    assert_eq!(call.caller(61.9, "one two").len(), 2, "both expired, none came");
    assert_eq!(call.caller(62.0, "two"), ["+rests"]);
    assert_eq!(call.suggester.cards()[0].say, "Second.", "variants in turn");
    assert_eq!(call.caller(600.0, "one"), ["-s-3 Expired 25s are over"]);
}

#[test]
fn what_humans_say_of_cards() {
    let mut call = Call::with(
        "kind_every = \"0s\"\ncooldown = \"0s\"",
        &["n | when.caller_says = [\"one\"]", "m | when.caller_says = [\"two\"]"],
    );
    let dismissed = || FeedbackKind::Dismissed { reason: Private::default() };
    assert_eq!(call.feedback(1, FeedbackKind::Used, 1), Err(UnknownCard(SuggestionId(1))));
    assert_eq!(call.feedback(0, FeedbackKind::Used, 1), Err(UnknownCard(SuggestionId(0))));
    assert_eq!(call.caller(2.0, "one"), ["+n"]);
    assert_eq!(call.feedback(1, FeedbackKind::Shown, 3), Ok(vec![]));
    assert_eq!(
        call.feedback(1, FeedbackKind::Used, 4),
        Ok(vec!["-s-1 Used the agent used it".into()])
    );
    assert_eq!(call.feedback(1, FeedbackKind::Used, 5), Ok(vec![]), "said twice, done once");
    assert_eq!(call.caller(12.0, "one"), ["+n"], "used notes may come back");
    assert_eq!(
        call.feedback(2, dismissed(), 13),
        Ok(vec!["-s-2 Dismissed the agent dismissed it".into()])
    );
    assert_eq!(call.caller(300.0, "one"), NOTHING, "dismissed notes do not");
    assert_eq!(call.caller(310.0, "two"), ["+m"]);
    assert_eq!(
        call.feedback(3, dismissed(), 340),
        Ok(vec!["-s-3 Expired 25s are over".into()]),
        "too late for the card"
    );
    assert_eq!(call.caller(600.0, "two"), NOTHING, "but not for the note");
}

#[test]
fn the_end_takes_all_cards() {
    let mut call = Call::new(&["n | when.caller_says = [\"one\"]"]);
    call.caller(2.0, "one");
    let changes = call.suggester.end(StreamTime::from_millis(5_000));
    assert_eq!(changes.iter().map(told).collect::<Vec<_>>(), ["-s-1 CallEnded the call has ended"]);
    assert!(call.suggester.cards().is_empty());
}

#[test]
fn a_persons_card_is_shown_at_once_and_goes_like_any_other() {
    let mut call = Call::with(
        "max_cards = 2\nlifetime = \"20s\"\nnew_every = \"1s\"",
        &[
            "must | class = \"compliance\"; when.caller_says = [\"one\"]",
            "low | when.caller_says = [\"two\"]; priority = 20",
            "high | when.caller_says = [\"three\"]; priority = 90",
        ],
    );
    call.caller(2.0, "one");
    call.caller(4.0, "two");
    assert_eq!(
        call.advise(5, "offer a call back"),
        ["-s-2 Replaced a person's card needs the place", "+"],
        "what must be said goes last"
    );
    let card = call.suggester.cards().last().unwrap();
    assert!(card.from_person && card.evidence.is_empty());
    assert_eq!(card.say, "offer a call back");
    assert_eq!(call.caller(7.0, "three"), NOTHING, "it does not give way to a note");
    assert_eq!(call.feedback(3, FeedbackKind::Used, 8).unwrap(), ["-s-3 Used the agent used it"]);
    call.advise(9, "thank them");
    assert_eq!(call.caller(29.0, "so"), ["-s-1 Expired 20s are over", "-s-4 Expired 20s are over"]);
}

#[test]
fn what_a_person_proposed_and_the_agent_said_is_used() {
    let mut call = Call::new(&["n | when.caller_says = [\"nothing like it\"]"]);
    call.advise(2, "I will call you back on Friday");
    assert_eq!(
        call.agent(6.0, "i will call you back on friday then"),
        ["-s-1 Used the agent said it"]
    );
}
