//! Prints what each caller turn of written dialogues says about the mood, before the filter, a line
//! of JSON a call: `moods DIALOGUES.jsonl…`. `models/training/callers/fuse.py` learns from it.

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::units::StreamTime;
use attune_models::reader::{Reader, ReaderPack, Turn};
use attune_models::replay::Dialogue;
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
    let mut previous_end = None;
    let mut turns = Vec::new();
    for transcript in dialogue.transcripts() {
        let end = transcript.span.end;
        let heard =
            Turn { transcript: &transcript, prosody: None, previous_end, overlap: Duration::ZERO };
        if reader.hear(&heard).is_some() {
            let seen = reader.mood_seen();
            let (valence, strength) = seen.valence();
            turns.push(json!({
                "at": end.saturating_since(StreamTime::ZERO).as_secs_f32(),
                "moods": seen.moods(),
                "valence": valence,
                "valence_strength": strength,
                "arousal": seen.arousal(),
                "words": seen.words,
                "escalates": seen.escalates,
            }));
        }
        previous_end = Some((transcript.utterance.side, end));
    }
    json!({ "id": dialogue.id, "turns": turns })
}
