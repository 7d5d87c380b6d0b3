//! Requests, understood or refused.

use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::segment::AudioChunk;
use attune_audio::units::{SampleRate, Side, Span, StreamTime};
use attune_models::category::Category;
use attune_models::facts::CallFacts;
use attune_models::private::Private;
use attune_models::replay::{Dialogue, DialogueSide, DialogueTurn};
use attune_models::session::{Input, InputError};
use attune_models::snapshot::Correction;
use attune_models::suggestion::{Feedback, FeedbackKind, SuggestionId};
use attune_models::transcript::{CallLanguage, Language};
use attune_proto::v1;
use tonic::Status;

use super::guidance;
use super::{Format, Heard, StreamPlan, TaggedChannel};
use crate::status::Reason;

/// Most characters in a call id, project or agent id.
const MAX_NAME: usize = 128;
/// Most bytes in a caller key.
pub(super) const MAX_CALLER_KEY: usize = 256;
/// Most bytes of audio in a chunk.
const MAX_CONTENT: usize = 64 * 1024;
/// Most characters of a person's card: more cannot be read while talking.
const MAX_NOTE: usize = 280;
/// Most turns of a written dialogue.
const MAX_TURNS: usize = 200;
/// Most characters of one of its turns.
const MAX_TURN: usize = 2000;

/// Understands the config of a stream.
pub(crate) fn stream_plan(config: v1::StreamConfig) -> Result<StreamPlan, Status> {
    check_name("call_id", &config.call_id)?;
    check_name("project", &config.project)?;
    check_name("agent_id", &config.agent_id)?;
    if config.caller_key.len() > MAX_CALLER_KEY {
        return Err(
            Reason::InvalidName.status(format!("caller_key has more than {MAX_CALLER_KEY} bytes"))
        );
    }
    let resume_token = Some(config.resume_token).filter(|token| !token.is_empty());
    if resume_token.is_some() && config.call_id.is_empty() {
        return Err(Reason::InvalidName.status("a resume_token needs the call_id it was given for"));
    }
    Ok(StreamPlan {
        call_id: config.call_id,
        format: Format {
            encoding: encoding(config.encoding)?,
            rate: sample_rate(config.sample_rate_hertz)?,
            channels: channels(&config.channels)?,
        },
        language: language(&config.language_code)?,
        project: config.project,
        agent_id: config.agent_id,
        facts: guidance::facts(config.facts.unwrap_or_default())?,
        guidance: config.guidance.map(guidance::guidance).transpose()?,
        caller_key: Some(config.caller_key).filter(|key| !key.is_empty()).map(Private::new),
        remember: config.remember,
        resume_token: resume_token.map(Private::new),
    })
}

/// Understands what follows the config of a call's stream.
pub(crate) fn heard(format: &Format, request: v1::StreamCallRequest) -> Result<Heard, Status> {
    use v1::stream_call_request::Payload;
    match request.payload {
        Some(Payload::Audio(chunk)) => audio(format, chunk),
        Some(Payload::Silence(silence)) => {
            let side = format.side(silence.channel_tag)?;
            let start = offset("silence.start_offset", silence.start_offset)?;
            let end = offset("silence.end_offset", silence.end_offset)?;
            if end < start {
                return Err(Reason::InvalidOffset
                    .status(format!("a silence ends at {end}, before its start at {start}")));
            }
            Ok(Heard::Silence { side, span: Span::new(start, end) })
        }
        Some(Payload::Dtmf(key)) => {
            let known = |digit: &str| digit.len() == 1 && "0123456789*#ABCDabcd".contains(digit);
            if !known(&key.digit) {
                return Err(Reason::InvalidDigit.status("dtmf.digit is one of 0-9, A-D, * and #"));
            }
            let side = format.side(key.channel_tag)?;
            Ok(Heard::Dtmf { side, at: offset("dtmf.start_offset", key.start_offset)? })
        }
        Some(Payload::Control(v1::CallControl {
            action: Some(v1::call_control::Action::HangUp(v1::HangUp {})),
        })) => Ok(Heard::HangUp),
        Some(Payload::Control(v1::CallControl { action: None })) | None => Err(empty_message()),
        Some(Payload::Config(_)) => Err(config_repeated()),
    }
}

/// Understands what follows the config of a replay.
pub(crate) fn replayed(format: &Format, request: v1::ReplayCallRequest) -> Result<Heard, Status> {
    use v1::replay_call_request::Payload;
    match request.payload {
        Some(Payload::Audio(chunk)) => audio(format, chunk),
        Some(Payload::Config(_)) => Err(config_repeated()),
        None => Err(empty_message()),
    }
}

fn audio(format: &Format, chunk: v1::AudioChunk) -> Result<Heard, Status> {
    let side = format.side(chunk.channel_tag)?;
    if chunk.content.len() > MAX_CONTENT {
        return Err(Reason::InvalidAudio.status(format!(
            "an audio chunk has {} bytes; at most {MAX_CONTENT}, better 20 to 200 ms",
            chunk.content.len()
        )));
    }
    let start = match chunk.start_offset {
        Some(start) => Some(offset("audio.start_offset", Some(start))?),
        None => None,
    };
    let sequence = u64::try_from(chunk.sequence).map_err(|_negative| {
        Reason::InvalidAudio.status("audio.sequence is negative; it counts from 1")
    })?;
    let samples = format.encoding.decode(&chunk.content).map_err(|error| {
        Reason::InvalidAudio
            .status(format!("the audio chunk of channel {}: {error}", chunk.channel_tag))
    })?;
    Ok(Heard::Audio { side, start, sequence: (sequence > 0).then_some(sequence), samples })
}

/// What the session is told of it.
pub(crate) fn audio_input(
    side: Side,
    start: StreamTime,
    sequence: Option<u64>,
    samples: Vec<f32>,
) -> Input {
    Input::Audio { side, chunk: AudioChunk { start, sequence, samples } }
}

pub(super) fn check_name(field: &str, name: &str) -> Result<(), Status> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
    if name.len() <= MAX_NAME && name.chars().all(allowed) {
        return Ok(());
    }
    Err(Reason::InvalidName
        .status(format!("{field} has at most {MAX_NAME} characters of A-Z a-z 0-9 . _ : -")))
}

fn encoding(encoding: i32) -> Result<Encoding, Status> {
    match v1::AudioEncoding::try_from(encoding) {
        Ok(v1::AudioEncoding::Linear16) => Ok(Encoding::Linear16),
        Ok(v1::AudioEncoding::Mulaw) => Ok(Encoding::Mulaw),
        Ok(v1::AudioEncoding::Alaw) => Ok(Encoding::Alaw),
        Ok(v1::AudioEncoding::Unspecified) | Err(_) => Err(Reason::InvalidEncoding
            .status(format!("encoding {encoding} is not taken; use LINEAR16, MULAW or ALAW"))),
    }
}

fn sample_rate(hertz: i32) -> Result<SampleRate, Status> {
    match hertz {
        8_000 => Ok(SampleRate::HZ_8000),
        16_000 => Ok(SampleRate::HZ_16000),
        48_000 => Ok(SampleRate::HZ_48000),
        _ => Err(Reason::InvalidSampleRate
            .status(format!("sample_rate_hertz {hertz} is not taken; use 8000, 16000 or 48000"))),
    }
}

fn channels(mappings: &[v1::ChannelMapping]) -> Result<Vec<TaggedChannel>, Status> {
    let wrong = |message: String| Err(Reason::InvalidChannels.status(message));
    if mappings.is_empty() {
        return Ok(vec![TaggedChannel { tag: 1, side: Side::Mixed }]);
    }
    if mappings.len() > 2 {
        return wrong(format!("{} channels are listed; a call has one or two", mappings.len()));
    }
    let mut channels: Vec<TaggedChannel> = Vec::new();
    for mapping in mappings {
        let side = match v1::Side::try_from(mapping.side) {
            Ok(v1::Side::Caller) => Side::Caller,
            Ok(v1::Side::Agent) => Side::Agent,
            Ok(v1::Side::Unspecified) => Side::Mixed,
            Err(_) => return wrong(format!("side {} is not one of the API's", mapping.side)),
        };
        let tag = mapping.channel_tag;
        if tag < 1 {
            return wrong(format!("channel_tag {tag} is listed; tags count from 1"));
        }
        if channels.iter().any(|channel| channel.tag == tag) {
            return wrong(format!("channel_tag {tag} is listed twice"));
        }
        if channels.iter().any(|channel| channel.side == side) {
            return wrong(format!("two channels carry the {side} side; each side may have one"));
        }
        channels.push(TaggedChannel { tag, side });
    }
    Ok(channels)
}

fn language(code: &str) -> Result<Option<CallLanguage>, Status> {
    if code.is_empty() {
        return Ok(None);
    }
    let known = || Language::ALL.map(Language::code).join(", ");
    let unknown = || {
        let only_notes = Language::of_notes(code).map(|language| {
            let code = language.code();
            format!("; `{code}` has notes, but nothing to read and summarise its callers by yet")
        });
        let only_notes = only_notes.unwrap_or_default();
        Reason::InvalidLanguage
            .status(format!("language_code is not one of {}, detect{only_notes}", known()))
    };
    CallLanguage::from_code(code).map(Some).ok_or_else(unknown)
}

pub(super) fn offset(
    field: &str,
    offset: Option<prost_types::Duration>,
) -> Result<StreamTime, Status> {
    let Some(offset) = offset else {
        return Err(Reason::InvalidOffset.status(format!("{field} is missing")));
    };
    let length = Duration::try_from(offset).map_err(|_negative| {
        Reason::InvalidOffset.status(format!("{field} is negative; a call starts at 0"))
    })?;
    Ok(StreamTime::new(length))
}

fn empty_message() -> Status {
    Reason::EmptyMessage.status("the message has no payload this server knows")
}

fn config_repeated() -> Status {
    Reason::ConfigRepeated.status("the config comes once, as the first message of a stream")
}

/// Understands a correction.
pub(crate) fn correction(request: &v1::CorrectSnapshotRequest) -> Result<Correction, Status> {
    let correction = Correction {
        mood: class("mood", request.mood)?,
        colour: class("colour", request.colour)?,
        motive: class("motive", request.motive)?,
        caller_type: class("caller_type", request.caller_type)?,
    };
    if correction == Correction::default() {
        return Err(Reason::InvalidFeedback
            .status("the correction names no reading; set mood, colour, motive or caller_type"));
    }
    Ok(correction)
}

/// Understands feedback on a card.
pub(crate) fn feedback(feedback: Option<v1::SuggestionFeedback>) -> Result<Feedback, Status> {
    let invalid = |message: &str| Reason::InvalidFeedback.status(message);
    let feedback = feedback.ok_or_else(|| invalid("feedback is missing"))?;
    let suggestion = SuggestionId::parse(&feedback.suggestion_id)
        .ok_or_else(|| invalid("suggestion_id is the name of a card, such as s-3"))?;
    let kind = match v1::FeedbackKind::try_from(feedback.kind) {
        Ok(v1::FeedbackKind::Shown) => FeedbackKind::Shown,
        Ok(v1::FeedbackKind::Used) => FeedbackKind::Used,
        Ok(v1::FeedbackKind::Dismissed) => {
            FeedbackKind::Dismissed { reason: feedback.reason.into() }
        }
        Ok(v1::FeedbackKind::Unspecified) | Err(_) => {
            return Err(invalid("kind is SHOWN, USED or DISMISSED"));
        }
    };
    Ok(Feedback { suggestion, kind })
}

/// Understands a person's words to the agent.
pub(crate) fn persons_note(request: &v1::SendNoteRequest) -> Result<Private<String>, Status> {
    let text = request.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > MAX_NOTE || text.chars().any(char::is_control) {
        return Err(Reason::InvalidNote
            .status(format!("text is one or two sentences: 1 to {MAX_NOTE} characters")));
    }
    Ok(Private::new(text))
}

/// Understands a written dialogue.
pub(crate) fn dialogue(
    request: v1::ReviewDialogueRequest,
) -> Result<(Dialogue, StreamPlan), Status> {
    check_name("project", &request.project)?;
    let turns = dialogue_turns(request.turns)?;
    let dialogue = Dialogue { id: "dialogue".into(), lang: request.language_code, turns };
    let Some(language) = dialogue.language() else {
        let known = Language::ALL.map(Language::code).join(", ");
        return Err(Reason::InvalidLanguage.status(format!("language_code is not one of {known}")));
    };
    let channels = Side::BOTH.into_iter().zip(1..).map(|(side, tag)| TaggedChannel { tag, side });
    let plan = unstreamed(channels.collect(), SampleRate::WORKING, request.project);
    Ok((dialogue, StreamPlan { language: Some(language.into()), ..plan }))
}

/// What was said, turn by turn.
pub(crate) fn dialogue_turns(turns: Vec<v1::DialogueTurn>) -> Result<Vec<DialogueTurn>, Status> {
    let invalid = |message: String| Reason::InvalidDialogue.status(message);
    if turns.len() > MAX_TURNS {
        let given = turns.len();
        return Err(invalid(format!("the dialogue has {given} turns; at most {MAX_TURNS}")));
    }
    let turn = |(number, turn): (usize, v1::DialogueTurn)| {
        let side = match turn.side() {
            v1::Side::Caller => DialogueSide::Caller,
            v1::Side::Agent => DialogueSide::Agent,
            v1::Side::Unspecified => {
                return Err(invalid(format!("turn {number} is neither caller's nor agent's")));
            }
        };
        if turn.text.chars().count() > MAX_TURN {
            return Err(invalid(format!("turn {number} has more than {MAX_TURN} characters")));
        }
        Ok(DialogueTurn { side, text: Private::new(turn.text) })
    };
    (1..).zip(turns).map(turn).collect()
}

/// Understands what is said of a recording; its sound is read already.
pub(crate) fn recording_plan(
    request: v1::ReviewRecordingRequest,
    rate: SampleRate,
    channels: usize,
) -> Result<StreamPlan, Status> {
    check_name("project", &request.project)?;
    let sides: &[Side] = match (channels, request.agent_first) {
        (0 | 1, _) => &[Side::Mixed],
        (_, false) => &[Side::Caller, Side::Agent],
        (_, true) => &[Side::Agent, Side::Caller],
    };
    let channels = sides.iter().zip(1..).map(|(side, tag)| TaggedChannel { tag, side: *side });
    let plan = unstreamed(channels.collect(), rate, request.project);
    Ok(StreamPlan { language: language(&request.language_code)?, ..plan })
}

/// A call that no platform streams and nobody takes.
fn unstreamed(channels: Vec<TaggedChannel>, rate: SampleRate, project: String) -> StreamPlan {
    StreamPlan {
        call_id: String::new(),
        format: Format { encoding: Encoding::Linear16, rate, channels },
        language: None,
        project,
        agent_id: String::new(),
        caller_key: None,
        facts: CallFacts::default(),
        guidance: None,
        remember: false,
        resume_token: None,
    }
}

/// A refusal of the session, as the API says it.
pub(crate) fn input_error(error: InputError) -> Status {
    let reason = match error {
        InputError::AfterEnd => Reason::CallEnded,
        InputError::UnknownSide(_) => Reason::UnknownChannel,
        InputError::MixedSource(_) => Reason::InvalidAudio,
        InputError::BeyondAnyCall(_) => Reason::InvalidOffset,
        InputError::EmptyCorrection => Reason::InvalidFeedback,
        InputError::UnknownCard(_) => Reason::SuggestionNotFound,
    };
    reason.status(error.to_string())
}

/// The API numbers classes from 1, in the order of [`Category::ALL`]; 0 is none.
pub(super) fn class<C: Category>(field: &str, number: i32) -> Result<Option<C>, Status> {
    if number == 0 {
        return Ok(None);
    }
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let class = index.and_then(|index| C::ALL.get(index)).copied();
    let unknown =
        || Reason::InvalidFeedback.status(format!("{field} {number} is not one of the API's"));
    class.map(Some).ok_or_else(unknown)
}
