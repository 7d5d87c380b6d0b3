//! Between the API's messages and the domain's types: the one place that sees both.
//!
//! What comes in is checked here and refused with the reason and what to do; what goes out cannot
//! fail. Everything else in this crate speaks one language or the other.

mod editor;
mod goal;
mod guidance;
mod incoming;
mod notes;
mod outcome;
mod outgoing;
mod people;
mod summary;
#[cfg(test)]
mod tests;

use attune_audio::codec::Encoding;
use attune_audio::units::{SampleRate, Side, Span, StreamTime};
use attune_models::facts::CallFacts;
use attune_models::guidance::Guidance;
use attune_models::private::Private;
use attune_models::session::ChannelConfig;
use attune_models::transcript::{CallLanguage, Language};
use tonic::Status;

pub(crate) use self::editor::{
    etag, lines, playbook_file, playbook_text, playbook_version, scene, tried,
};
pub(crate) use self::goal::{goal, names_language};
pub(crate) use self::guidance::{wishes, wishes_out};
pub(crate) use self::incoming::{
    audio_input, correction, dialogue, feedback, heard, input_error, persons_note, recording_plan,
    replayed, stream_plan,
};
pub(crate) use self::notes::notes_report;
pub(crate) use self::outcome::{merged, outcome, period, traffic};
pub(crate) use self::outgoing::{
    event, failed, hint, new_call, replay_event, replay_progress, response, snapshot_out, time_out,
};
pub(crate) use self::people::{
    agent, agent_id, caller_key, candidates, correct_profile, matched_caller, profile, profile_out,
    recall, recommendations,
};
pub(crate) use self::summary::{look_back, on_record, summary_text};
use crate::status::Reason;

/// A stream's config, understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StreamPlan {
    /// Empty: choose one.
    pub(crate) call_id: String,
    pub(crate) format: Format,
    /// `None`: the default one.
    pub(crate) language: Option<CallLanguage>,
    pub(crate) project: String,
    pub(crate) agent_id: String,
    pub(crate) caller_key: Option<Private<String>>,
    pub(crate) facts: CallFacts,
    /// Only a replay is given it.
    pub(crate) guidance: Option<Guidance>,
    /// The caller has agreed that readings are remembered.
    pub(crate) remember: bool,
    pub(crate) resume_token: Option<Private<String>>,
}

/// How the sound of a stream is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Format {
    pub(crate) encoding: Encoding,
    pub(crate) rate: SampleRate,
    pub(crate) channels: Vec<TaggedChannel>,
}

/// A channel's number on the line and whom it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TaggedChannel {
    pub(crate) tag: i32,
    pub(crate) side: Side,
}

/// A message of a stream after its config.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    Audio { side: Side, start: Option<StreamTime>, sequence: Option<u64>, samples: Vec<f32> },
    Silence { side: Side, span: Span },
    Dtmf { side: Side, at: StreamTime },
    HangUp,
}

impl Format {
    /// What a session needs to know of it.
    pub(crate) fn channel_configs(&self) -> Vec<ChannelConfig> {
        let config =
            |channel: &TaggedChannel| ChannelConfig { side: channel.side, rate: self.rate };
        self.channels.iter().map(config).collect()
    }

    fn side(&self, tag: i32) -> Result<Side, Status> {
        let channel = self.channels.iter().find(|channel| channel.tag == tag);
        channel.map(|channel| channel.side).ok_or_else(|| {
            let tags: Vec<_> =
                self.channels.iter().map(|channel| channel.tag.to_string()).collect();
            Reason::UnknownChannel.status(format!(
                "channel_tag {tag} is not in the config, which lists {}",
                tags.join(" and ")
            ))
        })
    }
}

/// What the API says of a call besides its events.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CallNames {
    pub(crate) call_id: String,
    pub(crate) language: Language,
    pub(crate) project: String,
    pub(crate) agent_id: String,
}

/// How far a channel has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) channel: TaggedChannel,
    /// Audio before this is here.
    pub(crate) received: StreamTime,
    /// Speech before this has its text, and the text is stored.
    pub(crate) finalised: StreamTime,
    /// The highest chunk number before `received`.
    pub(crate) last_sequence: Option<u64>,
}
