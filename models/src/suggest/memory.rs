//! What was said in this call so far, as far as a playbook listens for it.

use std::collections::BTreeMap;
use std::time::Duration;

use attune_audio::units::{Confidence, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;

use crate::playbook::{PhraseList, Phrases};
use crate::private::Private;
use crate::transcript::Transcript;

/// Shorter speech while the other speaks is a "mhm": it neither interrupts nor takes the turn.
const BACKCHANNEL: Duration = Duration::from_secs(1);
/// Turns that touch by less do not overlap: people answer before the last sound has died away.
const TOUCH: Duration = Duration::from_millis(300);

/// A phrase, the last time it was heard.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) at: StreamTime,
    pub(super) utterance: UtteranceId,
    pub(super) words: Private<String>,
    pub(super) confidence: Confidence,
}

/// Words and turn-taking of one call.
#[derive(Debug, Default)]
pub(super) struct Memory {
    heard: BTreeMap<(PhraseList, Side), Heard>,
    caller: Option<Span>,
    agent: Option<Span>,
    turn: Option<Turn>,
    interrupted: Option<StreamTime>,
}

#[derive(Debug)]
struct Turn {
    side: Side,
    speech: Duration,
}

impl Memory {
    /// Takes in what was just said.
    pub(super) fn hear(&mut self, phrases: &Phrases, transcript: &Transcript) {
        let side = transcript.utterance.side;
        let text = transcript.words();
        for hit in phrases.find(text) {
            let words = text.get(hit.range).unwrap_or_default().to_owned();
            let heard = Heard {
                at: transcript.span.end,
                utterance: transcript.utterance,
                words: Private::new(words),
                confidence: transcript.confidence,
            };
            self.heard.insert((hit.list, side), heard);
        }
        self.take_turn(side, transcript.span);
    }

    /// When this side last said one of these. On a mixed channel nobody knows who spoke: its words
    /// count as the caller's.
    pub(super) fn said(&self, list: PhraseList, side: Side) -> Option<&Heard> {
        let mixed = self.heard.get(&(list, Side::Mixed)).filter(|_| side == Side::Caller);
        self.heard.get(&(list, side)).into_iter().chain(mixed).max_by_key(|heard| heard.at)
    }

    /// When anybody whose words may be this side's last said one of these.
    pub(super) fn may_have_said(&self, list: PhraseList, side: Side) -> Option<&Heard> {
        self.said(list, side).or_else(|| self.heard.get(&(list, Side::Mixed)))
    }

    /// Another playbook listens for other phrases; who spoke how long stays known.
    pub(super) fn forget_phrases(&mut self) {
        self.heard.clear();
    }

    /// How long this side has spoken since the other side did; zero if it was the other.
    pub(super) fn talking(&self, side: Side) -> Duration {
        self.turn.as_ref().filter(|turn| turn.side == side).map_or(Duration::ZERO, |t| t.speech)
    }

    /// When the agent last began to speak while the caller was speaking.
    pub(super) fn interrupted(&self) -> Option<StreamTime> {
        self.interrupted
    }

    fn take_turn(&mut self, side: Side, span: Span) {
        match side {
            Side::Caller => self.caller = Some(span),
            Side::Agent => self.agent = Some(span),
            Side::Mixed => return,
        }
        if let (Some(caller), Some(agent)) = (self.caller, self.agent) {
            let inside = caller.start + TOUCH < agent.start && agent.start + TOUCH < caller.end;
            if inside && agent.length() >= BACKCHANNEL {
                self.interrupted = Some(agent.start.max(self.interrupted.unwrap_or_default()));
            }
        }
        match &mut self.turn {
            Some(turn) if turn.side == side => turn.speech += span.length(),
            Some(_) if span.length() < BACKCHANNEL => {}
            turn => *turn = Some(Turn { side, speech: span.length() }),
        }
    }
}
