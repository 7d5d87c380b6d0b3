#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use super::*;
use crate::category::{CallerType, Category, Colour, Mood, Motive, Phase};
use crate::suggestion::SuggestionClass;
use crate::view::View;

const HEAD: &str = "[playbook]\nlanguage = \"en\"\nname = \"Test\"\n";
const GOOD: &str = "[[note]]\nid = \"a\"\nclass = \"empathy\"\nwhen.colour = \"red\"\nsay = \"Short.\"\nwhy = \"Red.\"\n";

/// The head is on lines 1 to 3, the note begins on line 4.
fn problems(note: &str) -> Vec<String> {
    match Playbook::parse("p.toml", &format!("{HEAD}{note}")) {
        Ok(_) => Vec::new(),
        Err(error) => error.to_string().lines().map(str::to_owned).collect(),
    }
}

#[test]
fn a_note_with_everything() {
    let text = format!(
        "{HEAD}{}",
        r#"
        [[note]]
        id = "all.of-it_1"
        class = "offer"
        kind = "k"
        priority = 7
        cooldown = "2m"
        once = true
        lifetime = "40s"
        alert = true
        say = ["One {amount}.", "Two."]
        why = "Because."
        [note.when]
        colour = ["red", "blue"]
        motive = "vision"
        mood = ["satisfied", "neutral"]
        trend = "improving"
        caller_type = "none"
        phase = "closing"
        min_confidence = 0.5
        escalating = false
        caller_says = "new * thing"
        agent_said = ["hello"]
        caller_talks_for = "1m30s"
        agent_interrupts = true
        after = "10s"
        before = "10m"
        [note.unless]
        agent_says = "goodbye"
        "#
    );
    let playbook = Playbook::parse("p.toml", &text).unwrap();
    let note = playbook.note("all.of-it_1").unwrap();
    assert_eq!((note.class, note.kind.as_str(), note.priority), (SuggestionClass::Offer, "k", 7));
    assert_eq!(note.lifetime, Duration::from_secs(40));
    assert_eq!(note.cooldown, Duration::from_secs(120));
    assert_eq!(note.when.min_confidence.get(), 0.5);
    assert_eq!(note.when.all.len(), 13);
    assert!(note.when.all.contains(&Condition::Colour(vec![Colour::Red, Colour::Blue])));
    assert!(note.when.all.contains(&Condition::CallerTalksFor(Duration::from_secs(90))));
    assert_eq!(note.unless.all.len(), 1);
    assert!(note.once && note.alert);
    assert_eq!(note.line, 5);
    assert_eq!(note.say.len(), 2);
}

#[test]
fn defaults_and_limits() {
    let playbook = Playbook::parse("p.toml", &format!("{HEAD}{GOOD}")).unwrap();
    assert_eq!(*playbook.limits(), Limits::default());
    let note = playbook.note("a").unwrap();
    assert_eq!((note.priority, note.kind.as_str()), (50, "empathy"));
    assert_eq!((note.lifetime, note.cooldown), (Duration::from_secs(25), Duration::from_secs(90)));

    let head =
        format!("{HEAD}max_cards = 2\nnew_every = \"7s\"\nlifetime = \"12s\"\nagreement = 1\n");
    let playbook = Playbook::parse("p.toml", &format!("{head}{GOOD}")).unwrap();
    assert_eq!((playbook.limits().max_cards, playbook.limits().agreement), (2, 1));
    assert_eq!(playbook.limits().new_every, Duration::from_secs(7));
    assert_eq!(playbook.note("a").unwrap().lifetime, Duration::from_secs(12));
}

/// A wrong line in place of a good one, and what is said about it.
#[test]
fn every_mistake_names_its_line_and_the_nearest_word() {
    let table = [
        (
            "when.colour",
            "when.colour = \"rad\"",
            "p.toml:7: unknown colour `rad`, did you mean `red`?",
        ),
        (
            "when.colour",
            "when.motive = \"securety\"",
            "p.toml:7: unknown motive `securety`, did you mean `security`?",
        ),
        (
            "when.colour",
            "when.mood = [\"angry\",\n \"sattisfied\"]",
            "p.toml:8: unknown mood `sattisfied`, did you mean `satisfied`?",
        ),
        (
            "when.colour",
            "when.caller_type = \"agressive\"",
            "p.toml:7: unknown caller type `agressive`; there are none, offloader, grievance, abusive",
        ),
        (
            "when.colour",
            "when.trend = \"rising\"",
            "p.toml:7: unknown trend `rising`; there are improving, steady, worsening",
        ),
        (
            "when.colour",
            "when.phase = \"close\"",
            "p.toml:7: unknown phase `close`, did you mean `closing`?",
        ),
        (
            "when.colour",
            "when.color = \"red\"",
            "p.toml:7: unknown key `color` in `when` of note `a`, did you mean `colour`?",
        ),
        (
            "say",
            "say = \"x\"\nprioritty = 1",
            "p.toml:9: unknown key `prioritty` in note `a`, did you mean `priority`?",
        ),
        (
            "when.colour",
            "when.caller_says = [\"* refund\"]",
            "p.toml:7: phrase \"* refund\" begins or ends with a lone `*`, which changes nothing: leave it out",
        ),
        ("when.colour", "when.caller_says = \"?!\"", "p.toml:7: phrase \"?!\" has no word in it"),
        ("when.colour", "when.caller_says = []", "p.toml:7: `caller_says` is an empty list"),
        (
            "when.colour",
            "when.caller_says = [\"x\", \"x\"]",
            "p.toml:7: `caller_says` has \"x\" twice",
        ),
        (
            "when.colour",
            "when.after = \"10\"",
            "p.toml:7: `after` must be a length such as \"25s\", \"500ms\" or \"1m30s\"",
        ),
        (
            "when.colour",
            "when.min_confidence = 0.5",
            "p.toml:4: note `a` has no condition: it would always be shown",
        ),
        (
            "when.colour",
            "when.colour = \"red\"\nwhen.min_confidence = 60",
            "p.toml:8: `min_confidence` must be a number from 0 to 1",
        ),
        (
            "when.colour",
            "when.escalating = \"yes\"",
            "p.toml:7: `escalating` must be true or false",
        ),
        ("when.colour", "when = \"red\"", "p.toml:7: `when` of note `a` must be a table"),
        (
            "when.colour",
            "once = true",
            "p.toml:4: note `a` has no condition: it would always be shown",
        ),
        (
            "when.colour",
            "when.colour = \"red\"\nunless.agent_sad = \"x\"",
            "p.toml:8: unknown key `agent_sad` in `unless` of note `a`, did you mean `agent_said`?",
        ),
        (
            "class",
            "class = \"empaty\"",
            "p.toml:6: unknown class `empaty`, did you mean `empathy`?",
        ),
        (
            "class",
            "class = \"offer\"",
            "p.toml:4: note `a` is an offer and needs a calm mood: when.mood = [\"neutral\", \"satisfied\", \"grateful\"] or fewer of them",
        ),
        ("class", "", "p.toml:4: note `a` has no `class`"),
        ("id", "", "p.toml:4: [[note]] has no `id`"),
        (
            "id",
            "id = \"Ä 1\"",
            "p.toml:5: id `Ä 1` must be at most 64 small letters, digits, `-`, `_` and `.`",
        ),
        ("say", "say = \"  \"", "p.toml:8: `say` is empty"),
        ("say", "", "p.toml:4: note `a` has no `say`"),
        ("say", "say = 7", "p.toml:8: `say` must be a text in quotes"),
        ("say", "say = \"It costs {amount.\"", "p.toml:8: `say` has a `{` without `}`"),
        (
            "say",
            "say = \"It costs {}.\"",
            "p.toml:8: `say` has a placeholder that is no name, write for example {amount}",
        ),
        ("say", "say = \"It costs amount}.\"", "p.toml:8: `say` has a `}` without `{`"),
        ("why", "", "p.toml:4: note `a` has no `why`"),
        (
            "why",
            "why = \"x\"\npriority = 101",
            "p.toml:10: `priority` must be a whole number from 0 to 100",
        ),
        (
            "why",
            "why = \"x\"\nlifetime = \"2h\"",
            "p.toml:10: `lifetime` must be a length such as \"25s\", \"500ms\" or \"1m30s\"",
        ),
        (
            "why",
            "why = \"x\"\nlifetime = \"0s\"",
            "p.toml:10: `lifetime` must lie between 1s and 60m",
        ),
    ];
    for (key, wrong, message) in table {
        let lines = GOOD.lines().map(|line| if line.starts_with(key) { wrong } else { line });
        // A line that is taken out leaves an empty one, so that numbers stay.
        let note = lines.collect::<Vec<_>>().join("\n");
        assert_eq!(problems(&note), [message], "{wrong}");
    }
}

#[test]
fn all_problems_are_told_at_once_in_order() {
    let two = GOOD.replace("red", "rad").replace("say", "sai") + GOOD;
    assert_eq!(
        problems(&two),
        [
            "p.toml:4: note `a` has no `say`",
            "p.toml:7: unknown colour `rad`, did you mean `red`?",
            "p.toml:8: unknown key `sai` in note `a`, did you mean `say`?",
            "p.toml:11: id `a` is taken by the note on line 5",
        ]
    );
}

#[test]
fn a_sentence_must_fit_a_glance() {
    let at_the_limit = GOOD.replace("Short.", &"ä".repeat(200));
    assert!(problems(&at_the_limit).is_empty());
    let over = GOOD.replace("Short.", &"ä".repeat(201));
    assert_eq!(
        problems(&over),
        ["p.toml:8: `say` is 201 characters long; 200 can be read at a glance"]
    );
}

#[test]
fn mistakes_in_the_head() {
    let table = [
        (
            format!("[playbook]\nlanguage = \"english\"\nname = \"x\"\n{GOOD}"),
            "p.toml:2: unknown language `english`; there are en, de, it",
        ),
        (format!("[playbook]\nname = \"x\"\n{GOOD}"), "p.toml:1: [playbook] has no `language`"),
        (format!("[playbook]\nlanguage = \"en\"\n{GOOD}"), "p.toml:1: [playbook] has no `name`"),
        (
            format!("{HEAD}max_cards = 9\n{GOOD}"),
            "p.toml:4: `max_cards` must be a whole number from 1 to 5",
        ),
        (
            format!("{HEAD}new_evry = \"1s\"\n{GOOD}"),
            "p.toml:4: unknown key `new_evry` in [playbook], did you mean `new_every`?",
        ),
        (GOOD.to_owned(), "p.toml:1: there is no [playbook] table with `language` and `name`"),
        (HEAD.to_owned(), "p.toml:1: there is no [[note]]"),
        (
            format!("{HEAD}{}", GOOD.replace("[[note]]", "[note]")),
            "p.toml:4: write [[note]], not [note]",
        ),
        (
            format!("{HEAD}{}", GOOD.replace("[[note]]", "[[notes]]")),
            "p.toml:1: there is no [[note]]\np.toml:4: unknown key `notes` in the file, did you mean `note`?",
        ),
    ];
    for (text, message) in table {
        assert_eq!(Playbook::parse("p.toml", &text).unwrap_err().to_string(), message);
    }
}

#[test]
fn broken_toml_names_its_line() {
    let error = Playbook::parse("p.toml", &format!("{HEAD}[[note]\n{GOOD}")).unwrap_err();
    assert_eq!(error.problems()[0].line, 4, "{error}");
    let error = Playbook::parse("p.toml", &format!("{HEAD}{GOOD}id = \"b\"\n")).unwrap_err();
    assert_eq!(error.problems()[0].line, 10, "{error}");
    for text in ["", "\u{0}", "[[[", "note = 3", "[playbook]\nlanguage = [[]]"] {
        assert!(!Playbook::parse("p.toml", text).unwrap_err().problems().is_empty(), "{text:?}");
    }
}

fn shipped() -> impl Iterator<Item = Playbook> {
    Language::ALL.into_iter().map(|language| match Playbook::embedded(language) {
        Ok(playbook) => playbook,
        Err(error) => panic!("\n{error}"),
    })
}

/// Whether a note asks for this, whatever else it asks for.
fn wants(note: &Note, condition: impl Fn(&Condition) -> bool) -> bool {
    note.when.all.iter().any(condition)
}

#[test]
fn shipped_playbooks_cover_the_domain() {
    for book in shipped() {
        let name = book.language().code();
        let some = |class: &str, wanted: &dyn Fn(&Note) -> bool, at_least: usize| {
            let found = book.notes().iter().filter(|note| wanted(note)).count();
            assert!(found >= at_least, "{name}: {found} notes for {class}");
        };
        some("anything", &|_| true, 70);
        let cards = |class: &SuggestionClass| *class != SuggestionClass::Checklist;
        for class in SuggestionClass::ALL.into_iter().filter(cards) {
            some(class.key(), &|note| note.class == class, 3);
        }
        for colour in Colour::ALL {
            let one = |c: &Condition| *c == Condition::Colour(vec![*colour]);
            some(colour.key(), &|note| wants(note, one), 4);
            for phase in [Phase::Opening, Phase::Concern, Phase::Solution, Phase::Closing] {
                let in_phase =
                    |c: &Condition| matches!(c, Condition::Phase(p) if p.contains(&phase));
                some(phase.key(), &|note| wants(note, one) && wants(note, in_phase), 1);
            }
        }
        for motive in Motive::ALL {
            let one = |c: &Condition| *c == Condition::Motive(vec![*motive]);
            some(motive.key(), &|note| wants(note, one), 2);
        }
        for mood in Mood::ALL {
            let one = |c: &Condition| matches!(c, Condition::Mood(m) if m.contains(mood));
            some(mood.key(), &|note| wants(note, one), 1);
        }
        for kind in [CallerType::Offloader, CallerType::Grievance, CallerType::Abusive] {
            let one = |c: &Condition| *c == Condition::CallerType(vec![kind]);
            some(kind.key(), &|note| wants(note, one), 3);
        }
        some("escalation", &|note| wants(note, |c| *c == Condition::Escalating(true)), 2);
        some("an alert", &|note| note.alert && note.is_urgent(), 4);
        let agent_says = |c: &Condition| matches!(c, Condition::AgentSays(_));
        let positive = SuggestionClass::PositiveLanguage;
        some("rewrites", &|note| note.class == positive && wants(note, agent_says), 9);
        let caller_said = |c: &Condition| matches!(c, Condition::CallerSaid(_));
        let next = SuggestionClass::NextIssue;
        some("next issues", &|note| note.class == next && wants(note, caller_said), 8);
    }
}

#[test]
fn shipped_playbooks_do_not_repeat_themselves() {
    for book in shipped() {
        let mut seen = BTreeSet::new();
        for (note, say) in book.notes().iter().flat_map(|n| n.say.iter().map(move |say| (n, say))) {
            assert!(seen.insert(say.to_lowercase()), "{}: {say}", note.id);
        }
        let reasons: BTreeSet<&str> = book.notes().iter().map(|n| n.why.as_str()).collect();
        assert_eq!(reasons.len(), book.notes().len(), "each note has its own why");
    }
}

/// Abuse is answered by a human being called, and nobody in need is sold anything.
#[test]
fn shipped_offers_stay_away_from_trouble() {
    for book in shipped() {
        for note in book.notes().iter().filter(|n| n.class == SuggestionClass::Offer) {
            let stops = |kind| {
                note.unless
                    .all
                    .iter()
                    .any(|c| matches!(c, Condition::CallerType(k) if k.contains(&kind)))
            };
            for kind in [CallerType::Offloader, CallerType::Grievance, CallerType::Abusive] {
                assert!(stops(kind), "{}", note.id);
            }
            assert!(
                note.unless.all.iter().any(|c| matches!(c, Condition::CallerSaid(_))),
                "{}",
                note.id
            );
        }
    }
}

#[test]
fn both_languages_have_the_same_notes() {
    let shape = |book: &Playbook| {
        let of = |note: &Note| {
            let keys: Vec<&str> = note.when.all.iter().map(Condition::key).collect();
            (note.class, note.priority, keys)
        };
        book.notes().iter().map(of).collect::<Vec<_>>()
    };
    let shapes: Vec<_> = shipped().map(|book| shape(&book)).collect();
    assert_eq!(shapes[0], shapes[1]);
}

proptest::proptest! {
    /// A file may be anything; the answer is a playbook or a list of problems with lines in it.
    #[test]
    fn no_text_breaks_the_reader(cut in 0..4_000_usize, with in ".{0,20}", text in ".{0,200}") {
        let mut whole = include_str!("../../../playbooks/en.toml").to_owned();
        let cut = (0..=cut).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        whole.insert_str(cut, &with);
        for text in [&whole, &text] {
            if let Err(error) = Playbook::parse("p", text) {
                let lines = text.lines().count().max(1) + 1;
                proptest::prop_assert!(!error.problems().is_empty());
                proptest::prop_assert!(error.problems().iter().all(|p| (1..=lines).contains(&p.line)));
            }
        }
    }

    #[test]
    fn any_text_can_be_searched(text in ".{0,300}") {
        for book in shipped() {
            for hit in book.phrases().find(&text) {
                proptest::prop_assert!(text.get(hit.range).is_some_and(|words| !words.is_empty()));
            }
        }
    }
}

#[test]
fn a_project_turns_cues_off_and_views_on() {
    let head =
        format!("{HEAD}cues_off = [\"voice.*\", \"conduct.asks\"]\nviews = [\"jung\", \"pcm\"]\n");
    let playbook = Playbook::parse("p.toml", &format!("{head}{GOOD}")).unwrap();
    let reading = playbook.reading();
    assert_eq!(reading.cues_off.patterns(), ["voice.*", "conduct.asks"]);
    assert!(reading.cues_off.has("voice.louder") && !reading.cues_off.has("conduct.precise"));
    assert_eq!(reading.views, [View::Jung, View::Pcm]);
    let wrong = format!("cues_off = [\"voice.loder\"]\nviews = \"yung\"\n{GOOD}");
    assert_eq!(
        problems(&wrong),
        [
            "p.toml:4: `voice.loder` is no cue; did you mean `voice.louder`?",
            "p.toml:5: unknown view `yung`, did you mean `jung`?"
        ]
    );
}

#[test]
fn a_list_is_said_once_and_used_in_many_notes() {
    let lists = "[phrases]\nnobody = [\"nobody\", \"no one\"]\nrung = [\"call*\", \"r*ng\"]\nno = [\"not\", \"never\"]\n";
    let said = "when.caller_says = [\"@nobody & @rung & back\", \"!@no happy\"]";
    let note = GOOD.lines().map(|l| if l.starts_with("when.colour") { said } else { l });
    let note = note.collect::<Vec<_>>().join("\n");
    let playbook = Playbook::parse("p.toml", &format!("{HEAD}{lists}{note}\n")).unwrap();
    let heard = |text| !playbook.phrases().find(text).is_empty();
    assert!(heard("there was no one who rang me back"));
    assert!(heard("I asked for a call back and got nobody"));
    assert!(heard("happy at last"));
    assert!(!heard("I rang you back") && !heard("no one came") && !heard("I was never happy"));
    let list = playbook.notes()[0].when.all.iter().find_map(|condition| match condition {
        Condition::CallerSays(list) => Some(*list),
        _ => None,
    });
    let written = playbook.phrases().written(list.unwrap());
    assert_eq!(written, ["@nobody & @rung & back", "!@no happy"], "told as it was written");
}

#[test]
fn a_list_of_the_file_below_can_be_made_longer_for_its_notes_too() {
    let base = format!(
        "{HEAD}[phrases]\nfool = [\"idiot*\"]\n{}",
        GOOD.replace("when.colour = \"red\"", "when.caller_says = \"you * @fool\"")
    );
    let own = "[playbook]\nname = \"own\"\nextends = \"base.toml\"\n[phrases]\nfool = [\"@fool\", \"clown*\"]\n";
    let read = |_: &Path| Ok(base.clone());
    let playbook = Playbook::parse_with("own.toml", own, &read).unwrap();
    let heard = |text| playbook.phrases().find(text).len();
    assert_eq!((heard("you clowns"), heard("you big idiot"), heard("a clown")), (1, 1, 0));
}

#[test]
fn mistakes_in_lists() {
    let table = [
        (
            "a = \"x\"",
            "@missing",
            "p.toml:9: phrase \"@missing\" names a list `@missing` that there is not: name it in [phrases]",
        ),
        (
            "names = \"x\"",
            "@name",
            "p.toml:9: phrase \"@name\" names a list `@name` that there is not, did you mean `@names`?",
        ),
        (
            "a = [\"x y\"]",
            "!@a z",
            "p.toml:9: phrase \"!@a z\" has `!@a`, and not every phrase of that list is one word",
        ),
        (
            "A = \"x\"",
            "x",
            "p.toml:4: the list `A` must be named by at most 40 small letters, digits, `-` and `_`",
        ),
        (
            "a = \"* x\"",
            "x",
            "p.toml:5: phrase \"* x\" begins or ends with a lone `*`, which changes nothing: leave it out",
        ),
    ];
    for (list, phrase, message) in table {
        let note =
            GOOD.replace("when.colour = \"red\"", &format!("when.caller_says = \"{phrase}\""));
        assert_eq!(problems(&format!("[phrases]\n{list}\n{note}")), [message]);
    }
    let many: Vec<String> = (0..50).map(|n| format!("\"w{n}\"")).collect();
    let note = GOOD.replace("when.colour = \"red\"", "when.caller_says = \"@a @a @a\"");
    let told = problems(&format!("[phrases]\na = [{}]\n{note}", many.join(", ")));
    assert!(told[0].ends_with("stands for more than 2000 phrases"), "{told:?}");
}

#[test]
fn codes_to_close_a_call_with_stand_in_their_order_and_are_inherited() {
    let codes = |rest: &str| {
        let playbook = Playbook::parse("x.toml", &format!("{HEAD}{rest}{GOOD}"));
        let codes = |playbook: Playbook| {
            let codes = playbook.wrap_up().iter();
            codes.map(|code| format!("{}: {}", code.code, code.name)).collect::<Vec<_>>()
        };
        playbook.map(codes).map_err(|error| error.to_string())
    };
    assert_eq!(codes(""), Ok(vec![]));
    let own = "[wrap_up]\nsold = \"Plan sold\"\nkept = \"Customer kept\"\na-1 = \"Other\"\n";
    assert_eq!(
        codes(own),
        Ok(vec!["sold: Plan sold".into(), "kept: Customer kept".into(), "a-1: Other".into()])
    );
    let wrong = codes("[wrap_up]\nSold = \"Plan sold\"\nkept = \"\"\nlost = 3\n").unwrap_err();
    for part in ["x.toml:4: the code `Sold`", "x.toml:6: `kept` is empty", "x.toml:7: `lost`"] {
        assert!(wrong.contains(part), "{part} in {wrong}");
    }
    let base = format!("{HEAD}{own}{GOOD}");
    let read = |_: &Path| Ok(base.clone());
    let above = "[playbook]\nname = \"own\"\nextends = \"base.toml\"\n";
    let inherited = Playbook::parse_with("own.toml", above, &read).unwrap();
    assert_eq!(inherited.wrap_up()[0].code, "sold");
}

#[test]
fn what_quality_asks_is_inherited_and_short_enough_to_be_answered() {
    let asked = |rest: &str| {
        let playbook = Playbook::parse("x.toml", &format!("{HEAD}{rest}{GOOD}"));
        playbook.map(|playbook| playbook.scorecard().to_vec()).map_err(|error| error.to_string())
    };
    assert_eq!(asked(""), Ok(vec![]));
    let own = "scorecard = [\"Was the date named?\", \"Was it kept short?\"]\n";
    assert_eq!(asked(own), Ok(vec!["Was the date named?".into(), "Was it kept short?".into()]));
    let wrong = asked(&format!("scorecard = [\" \", \"{}\"]\n", "long ".repeat(40))).unwrap_err();
    assert!(wrong.contains("a question has 1 to 120 characters"), "{wrong}");
    let many = asked(&format!("scorecard = [{}]\n", "\"Yes?\", ".repeat(21))).unwrap_err();
    assert!(many.contains("more than 20 questions"), "{many}");
    let base = format!("{HEAD}{own}{GOOD}");
    let read = |_: &Path| Ok(base.clone());
    let above = "[playbook]\nname = \"own\"\nextends = \"base.toml\"\n";
    assert_eq!(Playbook::parse_with("own.toml", above, &read).unwrap().scorecard().len(), 2);
}
