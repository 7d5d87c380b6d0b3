//! Whole calls through the shipped playbooks, and through a large one.

use super::*;

/// A call through the shipped playbook: abuse goes from notice to warning to the end of the call.
#[test]
fn abuse_is_met_step_by_step() {
    let mut call = Call::of(Playbook::embedded(Language::English).unwrap());
    call.read_twice(|s| s.caller_type = sure(CallerType::Abusive, 0.9));
    let met = call.caller(3.0, "you are all idiots");
    assert!(met.contains(&"+abuse-notice".to_owned()), "{met:?}");
    call.agent(8.0, "please leave that out this call is recorded");
    let warned = call.caller(12.0, "shut up you moron");
    assert!(warned.contains(&"+abuse-warning".to_owned()), "{warned:?}");
    call.agent(18.0, "if the insults go on i will end the call");
    let closed = call.caller(22.0, "fuck you");
    assert!(closed.contains(&"+abuse-close".to_owned()), "{closed:?}");
}

#[test]
fn the_same_call_gives_the_same_cards() {
    let run = || {
        let mut call = Call::of(Playbook::embedded(Language::German).unwrap());
        let mut told = Vec::new();
        for turn in 0..40 {
            let at = f64::from(turn) * 4.0 + 3.0;
            call.read(|s| {
                s.mood.category = sure(Mood::ALL[turn as usize / 4 % 8], 0.7);
                s.colour = sure(Colour::ALL[turn as usize / 9 % 4], 0.6);
                s.phase = Phase::ALL[turn as usize / 10];
            });
            told.extend(call.caller(at, "die Rechnung ist falsch, zum dritten Mal, ich kündige"));
            told.extend(call.agent(at + 2.0, "das geht leider nicht, sie müssen warten"));
        }
        told
    };
    let first = run();
    assert!(first.len() > 20, "{first:#?}");
    assert_eq!(first, run());
}

/// Not a timing, which a busy machine would fail: what grows with the playbook is one look at each
/// note; phrases of other notes are not tried (see the playbook's tests).
#[test]
fn two_thousand_notes() {
    let notes: Vec<String> = (0..2_000)
        .map(|n| {
            format!(
                "n{n} | when.caller_says = [\"alpha{n} beta\", \"gamma * delta{n}\"]; when.phase = \"concern\"; \
                 unless.agent_said = [\"said{n}\"]"
            )
        })
        .collect();
    let mut call = Call::new(&notes.iter().map(String::as_str).collect::<Vec<_>>());
    call.read(|_| {});
    assert_eq!(call.caller(3.0, "well alpha1234 beta and gamma the delta77"), ["+n77"]);
    assert_eq!(call.caller(15.0, "alpha1234 beta again"), ["+n1234"]);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]

    /// Whatever is said and read: the fatigue rules hold, every card that comes also goes, and no
    /// dismissed note returns.
    #[test]
    fn the_rules_hold_in_any_call(turns in proptest::collection::vec((0..12_usize, 0..8_usize, 0..4_usize, 500..9_000_u64, 0..10_u8), 1..60)) {
        let texts = [
            "for the third time the bill is wrong", "you have to wait there is no way", "this call is recorded",
            "my card number is four", "i lost my job and cannot pay", "shut up you idiot", "i want to kill myself",
            "thank you that is great", "where is my refund", "one moment let me check", "please cancel my contract", "",
        ];
        let playbook = Playbook::embedded(Language::English).unwrap();
        let limits = playbook.limits().clone();
        let mut call = Call::of(playbook);
        let (mut now, mut shown, mut gone, mut dismissed) = (0, Vec::<Suggestion>::new(), 0, Vec::new());
        for (text, mood, kind, pause, human) in turns {
            now += pause;
            call.read(|s| {
                s.mood.category = sure(Mood::ALL[mood], 0.7);
                s.caller_type = sure(CallerType::ALL[kind], 0.8);
                s.colour = sure(Colour::ALL[kind], 0.6);
                s.mood.escalating = human == 9;
            });
            let side = if text % 2 == 0 { Side::Caller } else { Side::Agent };
            let transcript = Transcript {
                utterance: UtteranceId { side, number: 1 },
                span: Span::new(StreamTime::from_millis(now - pause), StreamTime::from_millis(now)),
                text: Some(Private::new(texts[text].to_owned())),
                confidence: Confidence::new(0.8),
                language: Language::English,
            };
            let at = StreamTime::from_millis(now);
            let moment = Moment { at, transcript: &transcript, snapshot: call.snapshot.as_ref(), previous: call.previous.as_ref() };
            for change in call.suggester.consider(&moment) {
                let card = match change {
                    CardChange::Shown(card) => card,
                    CardChange::Withdrawn { .. } => {
                        gone += 1;
                        continue;
                    }
                    CardChange::Raised(_) | CardChange::Checklist(_) => continue,
                };
                let urgent = card.class == SuggestionClass::Compliance;
                if let Some(last) = shown.last().filter(|_| !urgent) {
                    proptest::prop_assert!(at.saturating_since(last.shown) >= limits.new_every);
                }
                proptest::prop_assert!(!dismissed.contains(&card.note));
                shown.push(card);
            }
            let cards = call.suggester.cards();
            proptest::prop_assert!(cards.len() <= limits.max_cards);
            proptest::prop_assert!(cards.iter().all(|card| card.expires > at));
            proptest::prop_assert!(cards.iter().filter(|c| c.class == SuggestionClass::Compliance).count() <= 1);
            if let Some(card) = cards.first().filter(|_| human == 0).cloned() {
                let kind = FeedbackKind::Dismissed { reason: Private::default() };
                let feedback = Feedback { suggestion: card.id, kind };
                gone += call.suggester.feedback(&feedback, at).unwrap().len();
                dismissed.push(card.note.clone());
            }
        }
        gone += call.suggester.end(StreamTime::from_millis(now)).len();
        proptest::prop_assert_eq!(gone, shown.len());
    }
}
