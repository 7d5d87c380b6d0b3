//! Choosing a card: what an utterance costs with a playbook of 2,000 notes.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use attune_audio::units::{Confidence, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;
use attune_models::category::{Colour, Mood};
use attune_models::playbook::Playbook;
use attune_models::private::Private;
use attune_models::reader::{Reader, ReaderPack};
use attune_models::snapshot::{Correction, Snapshot};
use attune_models::suggest::{Moment, Suggester};
use attune_models::transcript::{Language, Transcript};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

/// As many notes as a large project has, with the conditions and phrases that notes have.
fn playbook(notes: usize) -> Playbook {
    let colours = ["red", "yellow", "green", "blue"];
    let moods = ["angry", "worried", "confused", "neutral"];
    let mut text = String::from("[playbook]\nlanguage = \"en\"\nname = \"large\"\n");
    for n in 0..notes {
        let (colour, mood) = (colours[n % 4], moods[n / 4 % 4]);
        let words = if n % 3 == 0 {
            format!(
                "when.caller_says = [\"part {n} is broken\", \"cancel * order {n}\", \"refund{n}*\", \
                 \"third time\", \"!not happy with {n}\"]\n"
            )
        } else {
            format!("unless.agent_said = [\"sentence {n}\", \"deadline for {n}\"]\n")
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "[[note]]\nid = \"n{n}\"\nclass = \"solution\"\npriority = {}\nwhen.colour = \"{colour}\"\n\
             when.mood = \"{mood}\"\n{words}say = \"This is sentence {n} about the order.\"\nwhy = \"w\"\n",
            n % 100
        );
    }
    Playbook::parse("large.toml", &text).expect("a good playbook")
}

fn transcript(number: u32, words: &str) -> Transcript {
    let at = |seconds: u32| StreamTime::from_millis(u64::from(seconds) * 1000);
    Transcript {
        utterance: UtteranceId { side: Side::Caller, number },
        span: Span::new(at(number * 15), at(number * 15 + 8)),
        text: Some(Private::new(words.to_owned())),
        confidence: Confidence::new(0.9),
        language: Language::English,
    }
}

/// A caller for whom every sixteenth note fits as far as readings go.
fn angry_and_red() -> Snapshot {
    let readers = ReaderPack::embedded().expect("the shipped lexicons");
    let known =
        Correction { mood: Some(Mood::Angry), colour: Some(Colour::Red), ..Correction::default() };
    Reader::new(Arc::new(readers)).correct(known, StreamTime::ZERO)
}

fn choosing(c: &mut Criterion) {
    let snapshot = angry_and_red();
    let words = "well this is the third time I call and part 48 is broken again so I want to cancel \
                 that order 96 because I am not happy with 12 and nobody helps me at all with it";
    let said = transcript(1, words);
    let mut group = c.benchmark_group("an utterance");
    for notes in [113, 2_000] {
        let playbook = Arc::new(playbook(notes));
        group.bench_function(format!("{notes} notes"), |b| {
            b.iter_batched(
                || Suggester::new(Arc::clone(&playbook)),
                |mut suggester| {
                    let moment = Moment {
                        at: said.span.end,
                        transcript: &said,
                        snapshot: Some(&snapshot),
                        previous: Some(&snapshot),
                    };
                    black_box(suggester.consider(&moment));
                    suggester
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, choosing);
criterion_main!(benches);
