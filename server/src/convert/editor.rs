//! Between texts of playbooks and the messages that say what is in them.

use std::time::Duration;

use attune_audio::units::{Confidence, Side, Span};
use attune_audio::utterance::UtteranceId;
use attune_models::playbook::{Note, Playbook, Problem, Scene};
use attune_models::private::Private;
use attune_models::replay::DialogueTurn;
use attune_models::suggest::{Explanation, Outcome, Rehearsal};
use attune_models::transcript::{Language, Transcript};
use attune_proto::v1;
use sha2::{Digest, Sha256};
use tonic::Status;

use super::{incoming, outgoing, snapshot_out};
use crate::editor::ReadFile;
use crate::status::Reason;
use crate::store::TextVersion;

/// When in the call the words of a scene are said: notes for later in it fit too.
const AT: Duration = Duration::from_secs(120);

/// Most lines of a call that is read again: hours of it.
const MAX_LINES: usize = 10_000;

/// A file as it is listed.
pub(crate) fn playbook_file(read: &ReadFile) -> v1::PlaybookFile {
    let mut listed = v1::PlaybookFile {
        file: read.file.clone(),
        project: read.project().to_owned(),
        ..v1::PlaybookFile::default()
    };
    match &read.playbook {
        Ok(playbook) => {
            listed.language_code = playbook.language().code().into();
            listed.name = playbook.name().into();
            listed.version = playbook.version().into();
            listed.questions = playbook.scorecard().to_vec();
            listed.notes = u32::try_from(playbook.notes().len()).unwrap_or(u32::MAX);
        }
        Err(error) => {
            let problem = |problem: &Problem| v1::PlaybookProblem {
                file: problem.file.clone(),
                line: u32::try_from(problem.line).unwrap_or(u32::MAX),
                message: problem.message.clone(),
            };
            listed.problems = error.problems().iter().map(problem).collect();
        }
    }
    listed
}

/// A text with what tells it from any other.
pub(crate) fn playbook_text(file: String, text: String) -> v1::PlaybookText {
    let etag = etag(&text);
    v1::PlaybookText { file, text, etag }
}

/// Tells a text from any other.
pub(crate) fn etag(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A version as it is listed.
pub(crate) fn playbook_version(version: TextVersion) -> v1::PlaybookVersion {
    let TextVersion { number, at, by, comment, found, .. } = version;
    v1::PlaybookVersion { number, save_time: Some(at), saved_by: by, comment, found }
}

/// What was said, to be tried on a playbook.
pub(crate) fn scene(turns: Vec<v1::DialogueTurn>) -> Result<Scene, Status> {
    let turn = |turn: DialogueTurn| (turn.side.into(), turn.text.into_revealed());
    let said = incoming::dialogue_turns(turns)?.into_iter().map(turn).collect();
    Ok(Scene { said, at: AT, ..Scene::default() })
}

/// What every note said to it, in the order in which it is told.
pub(crate) fn tried(playbook: &Playbook, rehearsal: &Rehearsal) -> v1::TryPlaybookResponse {
    let told = rehearsal.told(playbook).into_iter();
    let notes = told.map(|(note, explanation)| tried_note(note, explanation)).collect();
    v1::TryPlaybookResponse { snapshot: Some(snapshot_out(&rehearsal.snapshot)), notes }
}

/// The words of a call, to be read again in the language of a playbook.
pub(crate) fn lines(
    lines: Vec<v1::Transcript>,
    language: Language,
) -> Result<Vec<Transcript>, Status> {
    if lines.len() > MAX_LINES {
        let message = format!("the call has {} lines; at most {MAX_LINES}", lines.len());
        return Err(Reason::InvalidDialogue.status(message));
    }
    let line = |(number, line): (u32, v1::Transcript)| {
        let side = match line.side() {
            v1::Side::Caller => Side::Caller,
            v1::Side::Agent => Side::Agent,
            v1::Side::Unspecified => Side::Mixed,
        };
        let start = incoming::offset("start_offset", line.start_offset)?;
        let end = incoming::offset("end_offset", line.end_offset)?;
        let heard = !line.unintelligible && !line.text.is_empty();
        Ok(Transcript {
            utterance: UtteranceId { side, number },
            span: Span::new(start, end.max(start)),
            text: heard.then(|| Private::new(line.text)),
            confidence: Confidence::new(line.confidence),
            language,
        })
    };
    (1..).zip(lines).map(line).collect()
}

fn tried_note(note: &Note, explanation: &Explanation) -> v1::TriedNote {
    let mut tried = v1::TriedNote {
        note_id: note.id.clone(),
        suggestion_class: outgoing::class_out(note.class).into(),
        priority: note.priority,
        say: note.say.first().cloned().unwrap_or_default(),
        file: note.file.to_string(),
        line: u32::try_from(note.line).unwrap_or(u32::MAX),
        ..v1::TriedNote::default()
    };
    match &explanation.outcome {
        Outcome::Fired { evidence } => {
            tried.fits = true;
            tried.evidence = evidence.iter().map(|words| words.reveal().clone()).collect();
        }
        Outcome::Missed { reason, missing } => {
            tried.reason.clone_from(reason);
            tried.missing = u32::try_from(*missing).unwrap_or(u32::MAX);
        }
    }
    tried
}
