//! Refusals of the API: each reason has its gRPC code here and nowhere else, and travels as a
//! `google.rpc.ErrorInfo` beside a message that says what to do.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The `domain` of every `ErrorInfo`.
pub const DOMAIN: &str = "attune.v1";

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:ident $text:literal),+ $(,)?) => {
        /// Why a request was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $name),+ }

        impl Reason {
            /// All of them, for the reference page.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The gRPC code that goes with it.
            pub const fn code(self) -> Code {
                match self { $(Self::$name => Code::$code),+ }
            }

            /// `ErrorInfo.reason`.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

reasons! {
    /// The first message of a stream was not its config.
    ConfigMissing = InvalidArgument "CONFIG_MISSING",
    /// A second config in one stream.
    ConfigRepeated = InvalidArgument "CONFIG_REPEATED",
    /// A message without a payload, or a control without an action.
    EmptyMessage = InvalidArgument "EMPTY_MESSAGE",
    /// A message beyond the size limit.
    MessageTooLarge = InvalidArgument "MESSAGE_TOO_LARGE",
    /// A message that is not one of the API's.
    MessageMalformed = InvalidArgument "MESSAGE_MALFORMED",
    /// A name with other characters or more of them than is allowed.
    InvalidName = InvalidArgument "INVALID_NAME",
    /// Guidance in a live call, which draws its own.
    InvalidGuidance = InvalidArgument "INVALID_GUIDANCE",
    /// An encoding that is not taken.
    InvalidEncoding = InvalidArgument "INVALID_ENCODING",
    /// A sample rate that is not taken.
    InvalidSampleRate = InvalidArgument "INVALID_SAMPLE_RATE",
    /// Channels that do not make a call.
    InvalidChannels = InvalidArgument "INVALID_CHANNELS",
    /// A language the product does not read.
    InvalidLanguage = InvalidArgument "INVALID_LANGUAGE",
    /// Audio for a channel the config does not list.
    UnknownChannel = InvalidArgument "UNKNOWN_CHANNEL",
    /// Half a sample, or more bytes than a chunk may have.
    InvalidAudio = InvalidArgument "INVALID_AUDIO",
    /// A time before the call, out of order, or absurdly far ahead.
    InvalidOffset = InvalidArgument "INVALID_OFFSET",
    /// A key that no telephone has.
    InvalidDigit = InvalidArgument "INVALID_DIGIT",
    /// A page size, page token or sequence number that means nothing.
    InvalidPage = InvalidArgument "INVALID_PAGE",
    /// A correction without a reading, feedback without a kind.
    InvalidFeedback = InvalidArgument "INVALID_FEEDBACK",
    /// A person's card without text, or with more of it than can be read at a glance.
    InvalidNote = InvalidArgument "INVALID_NOTE",
    /// A dialogue of too many or too long turns, or with a turn of nobody.
    InvalidDialogue = InvalidArgument "INVALID_DIALOGUE",
    /// An outcome that no call can have, or traffic that no day can have.
    InvalidOutcome = InvalidArgument "INVALID_OUTCOME",
    /// A playbook that cannot be used, or no name of a playbook file.
    InvalidPlaybook = InvalidArgument "INVALID_PLAYBOOK",
    /// A goal that cannot be measured.
    InvalidGoal = InvalidArgument "INVALID_GOAL",
    /// A report over days that are none, or over too many.
    InvalidReport = InvalidArgument "INVALID_REPORT",
    /// A profile of an agent, or a wish for a recommendation, that cannot be.
    InvalidProfile = InvalidArgument "INVALID_PROFILE",
    /// A resumed stream in another format than the first.
    ResumeMismatch = InvalidArgument "RESUME_MISMATCH",
    /// There is no such call.
    CallNotFound = NotFound "CALL_NOT_FOUND",
    /// Nothing is recorded of the call.
    OutcomeNotFound = NotFound "OUTCOME_NOT_FOUND",
    /// Neither a profile nor a call of this caller is kept.
    CallerUnknown = NotFound "CALLER_UNKNOWN",
    /// The agent has no profile.
    AgentUnknown = NotFound "AGENT_UNKNOWN",
    /// There is no such playbook file, or no such version of it.
    PlaybookNotFound = NotFound "PLAYBOOK_NOT_FOUND",
    /// There is no such goal.
    GoalNotFound = NotFound "GOAL_NOT_FOUND",
    /// There is no such card in the call.
    SuggestionNotFound = NotFound "SUGGESTION_NOT_FOUND",
    /// The call is live or on record; another one needs another id.
    CallExists = AlreadyExists "CALL_EXISTS",
    /// The call is over.
    CallEnded = FailedPrecondition "CALL_ENDED",
    /// The call has not ended yet.
    CallLive = FailedPrecondition "CALL_LIVE",
    /// The playbooks are those in the program, or the file is a link to elsewhere.
    PlaybooksFixed = FailedPrecondition "PLAYBOOKS_FIXED",
    /// A call of this caller has not ended.
    CallerOnCall = FailedPrecondition "CALLER_ON_CALL",
    /// The group is too small to be shown.
    TooFewCalls = FailedPrecondition "TOO_FEW_CALLS",
    /// The loaded model does not know the language.
    LanguageNotLoaded = FailedPrecondition "LANGUAGE_NOT_LOADED",
    /// The token is of a call that has ended or never was.
    ResumeWindowExpired = OutOfRange "RESUME_WINDOW_EXPIRED",
    /// A sequence number after the last event.
    SequenceAhead = OutOfRange "SEQUENCE_AHEAD",
    /// The same call was opened by another stream.
    SessionSuperseded = Aborted "SESSION_SUPERSEDED",
    /// The playbook was changed by somebody else in the meantime.
    PlaybookChanged = Aborted "PLAYBOOK_CHANGED",
    /// As many calls as this server takes.
    TooManyCalls = ResourceExhausted "TOO_MANY_CALLS",
    /// As many calls as the recognisers can keep up with.
    NodeBusy = ResourceExhausted "NODE_BUSY",
    /// As many watching streams as this server takes.
    TooManyWatchers = ResourceExhausted "TOO_MANY_WATCHERS",
    /// As many replays as this server takes.
    TooManyReplays = ResourceExhausted "TOO_MANY_REPLAYS",
    /// The server is being shut down.
    NodeDraining = Unavailable "NODE_DRAINING",
    /// The call has just ended; ask again in a moment.
    FiguresPending = Unavailable "FIGURES_PENDING",
    /// The event store does not answer.
    StoreUnavailable = Unavailable "STORE_UNAVAILABLE",
    /// The call was heard, but its events could not be written.
    NotStored = DataLoss "NOT_STORED",
    /// A fault of the server.
    Internal = Internal "INTERNAL",
}

impl Reason {
    /// A refusal for this reason. The message must hold nothing private.
    pub(crate) fn status(self, message: impl Into<String>) -> Status {
        Status::with_error_details(self.code(), message, self.details())
    }

    /// A refusal that ends by itself: come back after `delay`.
    pub(crate) fn retry_in(self, delay: Duration, message: impl Into<String>) -> Status {
        let mut details = self.details();
        details.set_retry_info(Some(delay));
        Status::with_error_details(self.code(), message, details)
    }

    fn details(self) -> ErrorDetails {
        ErrorDetails::with_error_info(self.text(), DOMAIN, [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_code_reason_and_domain() {
        let status = Reason::TooManyCalls.retry_in(Duration::from_secs(2), "full");
        assert_eq!(status.code(), Code::ResourceExhausted);
        let details = status.get_error_details();
        let info = details.error_info().expect("error info");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("TOO_MANY_CALLS", DOMAIN));
        let retry = details.retry_info().expect("retry info");
        assert_eq!(retry.retry_delay, Some(Duration::from_secs(2)));
    }

    #[test]
    fn reasons_are_distinct() {
        let mut texts: Vec<_> = Reason::ALL.iter().map(|reason| reason.text()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Reason::ALL.len());
    }
}
