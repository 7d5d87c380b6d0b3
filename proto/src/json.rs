//! Messages as canonical proto3 JSON: camelCase names, enums by name, `"1.500s"` for durations,
//! 64-bit integers as strings, defaults left out.

use std::sync::LazyLock;

use prost::{DecodeError, Message, Name};
use prost_reflect::{DescriptorError, DescriptorPool, DynamicMessage};

use crate::FILE_DESCRIPTOR_SET;

static POOL: LazyLock<Result<DescriptorPool, DescriptorError>> =
    LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET));

/// Why a message could not be written as JSON.
#[derive(Debug)]
pub enum JsonError {
    /// The descriptors built into this program do not load; only a broken build does that.
    Descriptors(String),
    /// There is no message of this name in the API.
    UnknownMessage(String),
    /// The message is not of the type it was said to be.
    Decode(DecodeError),
    /// The message holds what JSON cannot say, such as a timestamp outside years 1 to 9999.
    Write(serde_json::Error),
}

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Descriptors(error) => write!(f, "the built-in descriptors are broken: {error}"),
            Self::UnknownMessage(name) => write!(f, "the API has no message {name}"),
            Self::Decode(error) => write!(f, "the message is of another type: {error}"),
            Self::Write(error) => write!(f, "the message has no JSON form: {error}"),
        }
    }
}

impl std::error::Error for JsonError {}

/// The JSON of a message of the API.
///
/// # Errors
/// [`JsonError::Write`] for values without a JSON form.
pub fn to_value<M: Message + Name>(message: &M) -> Result<serde_json::Value, JsonError> {
    json(message, &M::full_name())
}

/// The JSON of a message of the API on one line, without a line end.
///
/// # Errors
/// As [`to_value`].
pub fn to_line<M: Message + Name>(message: &M) -> Result<String, JsonError> {
    serde_json::to_string(&dynamic(message, &M::full_name())?).map_err(JsonError::Write)
}

/// The JSON of a message whose type is named, e.g. `attune.v1.CallEvent`.
///
/// # Errors
/// [`JsonError::UnknownMessage`], [`JsonError::Decode`] if the name does not fit the message,
/// [`JsonError::Write`] for values without a JSON form.
pub fn json(message: &impl Message, full_name: &str) -> Result<serde_json::Value, JsonError> {
    serde_json::to_value(dynamic(message, full_name)?).map_err(JsonError::Write)
}

fn dynamic(message: &impl Message, full_name: &str) -> Result<DynamicMessage, JsonError> {
    let pool = POOL.as_ref().map_err(|error| JsonError::Descriptors(error.to_string()))?;
    let descriptor = pool
        .get_message_by_name(full_name)
        .ok_or_else(|| JsonError::UnknownMessage(full_name.to_owned()))?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .map_err(JsonError::Decode)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use prost_types::Duration;
    use serde_json::json;

    use super::{JsonError, json, to_line, to_value};
    use crate::v1::{CallEvent, Mood, Side, Snapshot, Transcript, call_event::Body};

    fn event() -> CallEvent {
        CallEvent {
            call_id: "demo-1".into(),
            sequence: 7,
            offset: Some(Duration { seconds: 2, nanos: 500_000_000 }),
            create_time: Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
            body: Some(Body::Transcript(Transcript {
                utterance_id: "caller-1".into(),
                side: Side::Caller.into(),
                text: "it is the third time".into(),
                confidence: 0.1,
                ..Transcript::default()
            })),
        }
    }

    #[test]
    fn writes_names_durations_and_enums_canonically() {
        assert_eq!(
            to_value(&event()).unwrap(),
            json!({
                "callId": "demo-1",
                "sequence": "7",
                "offset": "2.500s",
                "createTime": "1970-01-01T00:00:00Z",
                "transcript": {
                    "utteranceId": "caller-1",
                    "side": "SIDE_CALLER",
                    "text": "it is the third time",
                    "confidence": 0.1_f32,
                }
            })
        );
    }

    #[test]
    fn one_line_keeps_the_order_of_the_fields() {
        let line = to_line(&event()).unwrap();
        assert!(
            line.starts_with(r#"{"callId":"demo-1","sequence":"7","offset":"2.500s""#),
            "{line}"
        );
        assert!(line.contains(r#""confidence":0.1"#), "{line}");
        assert!(!line.contains('\n'));
    }

    #[test]
    fn unspecified_enums_are_left_out() {
        let mut snapshot = Snapshot::default();
        snapshot.mood.get_or_insert_default().mood = Mood::Unspecified.into();
        assert_eq!(to_value(&snapshot).unwrap(), json!({ "mood": {} }));
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let error = json(&event(), "attune.v1.Nothing").unwrap_err();
        assert!(matches!(error, JsonError::UnknownMessage(name) if name == "attune.v1.Nothing"));
    }
}
