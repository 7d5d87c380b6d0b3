//! `Debug` of the messages that hold what people said or who they are: it says which message, and
//! nothing that must not stand in a log.

use std::fmt::{Debug, Formatter, Result};

use crate::v1::{
    AudioChunk, ChecklistStep, CorrectProfileRequest, Cue, DialogueTurn, DtmfKey,
    EraseCallerRequest, ExportCallerRequest, GetProfileRequest, IssueRaised, LendTokenResponse,
    PartialTranscript, RecommendAgentsRequest, Revenue, ReviewRecordingRequest, SendNoteRequest,
    StreamConfig, Suggestion, SuggestionFeedback, SummarySentence, SummarySource, Transcript,
    TriedNote,
};

macro_rules! redacted {
    ($($message:ident { $($shown:ident),* $(,)? })+) => {$(
        impl Debug for $message {
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                f.debug_struct(stringify!($message))
                    $(.field(stringify!($shown), &self.$shown))*
                    .finish_non_exhaustive()
            }
        }
    )+};
}

redacted! {
    StreamConfig { call_id, encoding, sample_rate_hertz, channels, language_code, project }
    AudioChunk { start_offset, channel_tag, sequence }
    DtmfKey { channel_tag, start_offset }
    Transcript { utterance_id, side, start_offset, end_offset, confidence, unintelligible }
    PartialTranscript { utterance_id, side, start_offset, stability }
    Cue { cue_id, source, utterance_id, weights }
    Suggestion { suggestion_id, note_id, suggestion_class, priority, shown_offset, expire_offset }
    SuggestionFeedback { suggestion_id, kind }
    Revenue { first_date, last_date }
    SummarySentence { part, by, sources }
    SummarySource { sequence, utterance_id }
    IssueRaised { issue_id, name, utterance_id, next }
    GetProfileRequest {}
    CorrectProfileRequest { colour, motive, preferred_language, take_back }
    ExportCallerRequest {}
    EraseCallerRequest {}
    RecommendAgentsRequest { language, issue, customer_tier, free }
    ChecklistStep { note_id, say, why, done, done_offset, utterance_id }
    SendNoteRequest { call_id }
    ReviewRecordingRequest { agent_first, language_code, project }
    DialogueTurn { side }
    LendTokenResponse { expire_time }
    TriedNote { note_id, suggestion_class, priority, file, line, fits, missing }
}

#[cfg(test)]
mod tests {
    use crate::v1::{StreamConfig, Transcript};

    #[test]
    fn debug_shows_no_private_text() {
        let transcript = Transcript {
            utterance_id: "caller-4".into(),
            text: "my secret".into(),
            ..Transcript::default()
        };
        let config = StreamConfig {
            call_id: "demo".into(),
            caller_key: "+49 170 555".into(),
            resume_token: "abcdef".into(),
            ..StreamConfig::default()
        };
        let shown = format!("{transcript:?} {config:?}");
        assert!(shown.contains("caller-4") && shown.contains("demo"), "{shown}");
        for private in ["secret", "170", "abcdef"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }
}
