//! Prints what each caller turn of written dialogues says about the mood, before the filter, a line
//! of JSON a call: `moods DIALOGUES.jsonl…`. `models/training/callers/fuse.py` learns from it.

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::units::{Confidence, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;
use attune_models::private::Private;
use attune_models::reader::{Reader, ReaderPack, Turn};
use attune_models::replay::{Dialogue, DialogueSide};
use attune_models::transcript::Transcript;
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "a program that reports")]
fn main() -> Result<(), Box<dyn Error>> {
    let pack = Arc::new(ReaderPack::embedded()?);
    for path in std::env::args().skip(1) {
        for line in fs::read_to_string(path)?.lines().filter(|line| !line.trim().is_empty()) {
            println!("{}", call(&pack, &Dialogue::parse(line)?));
        }
    }
    Ok(())
}

fn call(pack: &Arc<ReaderPack>, dialogue: &Dialogue) -> Value {
    let mut reader = Reader::new(Arc::clone(pack));
    let mut previous: Option<(Side, Span)> = None;
    let mut turns = Vec::new();
    for (number, (turn, span)) in (1..).zip(dialogue.turns.iter().zip(dialogue.spans())) {
        let side = match turn.side {
            DialogueSide::Caller => Side::Caller,
            DialogueSide::Agent => Side::Agent,
        };
        let transcript = Transcript {
            utterance: UtteranceId { side, number },
            span,
            text: Some(Private::new(turn.text.reveal().clone())),
            confidence: Confidence::new(1.0),
            language: dialogue.language().unwrap_or_default(),
        };
        let heard = Turn {
            transcript: &transcript,
            prosody: None,
            previous_end: previous.map(|(side, span)| (side, span.end)),
            overlap: Duration::ZERO,
        };
        if reader.hear(&heard).is_some() {
            let seen = reader.mood_seen();
            let (valence, strength) = seen.valence();
            turns.push(json!({
                "at": span.end.saturating_since(StreamTime::ZERO).as_secs_f32(),
                "moods": seen.moods(),
                "valence": valence,
                "valence_strength": strength,
                "arousal": seen.arousal(),
                "words": seen.words,
                "escalates": seen.escalates,
            }));
        }
        previous = Some((side, span));
    }
    json!({ "id": dialogue.id, "turns": turns })
}
