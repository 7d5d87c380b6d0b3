//! The call in figures, counted as it goes.

use std::collections::VecDeque;
use std::time::Duration;

use attune_audio::units::{Side, Span, StreamTime};

use crate::event::Summary;
use crate::snapshot::Snapshot;
use crate::suggestion::{CardChange, WithdrawReason};

/// How many utterances back an overlap is looked for. They are handled in the order in which they
/// close, so one that overlaps lies a few back at most.
const RECENT: usize = 16;

/// Counts.
#[derive(Default)]
pub(super) struct Figures {
    recent: VecDeque<(Side, Span)>,
    last_end: Option<(Side, StreamTime)>,
    utterances: [u32; 2],
    talk: [Duration; 2],
    overtalk: Duration,
    gaps: Duration,
    shown: u32,
    used: u32,
    dismissed: u32,
    valences: Vec<f32>,
}

/// How an utterance lies among the others.
pub(super) struct Turning {
    /// Who spoke last before it, and until when.
    pub(super) previous_end: Option<(Side, StreamTime)>,
    /// How long others spoke at the same time, as far as they have finished.
    pub(super) overlap: Duration,
}

impl Figures {
    /// An utterance was settled.
    pub(super) fn spoke(&mut self, side: Side, span: Span) -> Turning {
        let others = self.recent.iter().filter(|(other, _)| *other != side);
        let overlap = others.map(|(_, other)| span.overlap(*other)).sum();
        let turning = Turning { previous_end: self.last_end, overlap };
        self.overtalk += overlap;
        if let Some(index) = Side::BOTH.iter().position(|person| *person == side) {
            self.utterances[index] += 1;
            self.talk[index] += span.length();
        }
        if self.last_end.is_none_or(|(_, end)| span.end > end) {
            self.last_end = Some((side, span.end));
        }
        self.recent.push_back((side, span));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        turning
    }

    /// Audio never arrived.
    pub(super) fn gap(&mut self, span: Span) {
        self.gaps += span.length();
    }

    /// The screen changed.
    pub(super) fn card(&mut self, change: &CardChange) {
        match change {
            CardChange::Shown(_) => self.shown += 1,
            CardChange::Withdrawn { reason: WithdrawReason::Used, .. } => self.used += 1,
            CardChange::Withdrawn { reason: WithdrawReason::Dismissed, .. } => self.dismissed += 1,
            CardChange::Withdrawn { .. } | CardChange::Raised(_) | CardChange::Checklist(_) => {}
        }
    }

    /// The caller was read after a turn.
    pub(super) fn read(&mut self, snapshot: &Snapshot) {
        self.valences.push(snapshot.mood.valence);
    }

    /// The sum of it.
    pub(super) fn summary(&self, duration: Duration, snapshot: Option<&Snapshot>) -> Summary {
        let third = self.valences.len().div_ceil(3);
        let [caller_utterances, agent_utterances] = self.utterances;
        let [caller_talk, agent_talk] = self.talk;
        Summary {
            duration,
            caller_utterances,
            agent_utterances,
            caller_talk,
            agent_talk,
            overtalk: self.overtalk,
            gaps: self.gaps,
            suggestions_shown: self.shown,
            suggestions_used: self.used,
            suggestions_dismissed: self.dismissed,
            valence_first: mean(&self.valences[..third]),
            valence_last: mean(&self.valences[self.valences.len() - third..]),
            snapshot: snapshot.cloned(),
        }
    }
}

fn mean(values: &[f32]) -> f32 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f32>() / values.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(StreamTime::from_millis(start), StreamTime::from_millis(end))
    }

    #[test]
    fn talk_and_overtalk_add_up() {
        let mut figures = Figures::default();
        let first = figures.spoke(Side::Agent, span(0, 2000));
        assert_eq!((first.previous_end, first.overlap), (None, Duration::ZERO));
        let second = figures.spoke(Side::Caller, span(1500, 4000));
        assert_eq!(second.previous_end, Some((Side::Agent, StreamTime::from_millis(2000))));
        assert_eq!(second.overlap, Duration::from_millis(500));
        figures.spoke(Side::Caller, span(4500, 5000));
        figures.gap(span(5000, 5250));
        let summary = figures.summary(Duration::from_secs(6), None);
        assert_eq!((summary.caller_utterances, summary.agent_utterances), (2, 1));
        assert_eq!(summary.caller_talk, Duration::from_millis(3000));
        assert_eq!(summary.agent_talk, Duration::from_millis(2000));
        assert_eq!(summary.overtalk, Duration::from_millis(500));
        assert_eq!(summary.gaps, Duration::from_millis(250));
    }

    #[test]
    fn one_who_was_interrupted_is_not_the_last_to_end() {
        let mut figures = Figures::default();
        figures.spoke(Side::Caller, span(1000, 1400));
        figures.spoke(Side::Agent, span(0, 1300));
        let third = figures.spoke(Side::Caller, span(1600, 2000));
        assert_eq!(third.previous_end, Some((Side::Caller, StreamTime::from_millis(1400))));
    }

    #[test]
    fn a_mixed_side_counts_for_nobody() {
        let mut figures = Figures::default();
        figures.spoke(Side::Mixed, span(0, 1000));
        let summary = figures.summary(Duration::from_secs(1), None);
        assert_eq!((summary.caller_utterances, summary.agent_utterances), (0, 0));
    }

    #[test]
    fn thirds_of_the_valence() {
        let figures = Figures { valences: vec![-0.8, -0.4, 0.0, 0.2, 0.6], ..Figures::default() };
        let summary = figures.summary(Duration::ZERO, None);
        assert!((summary.valence_first + 0.6).abs() < 1e-6);
        assert!((summary.valence_last - 0.4).abs() < 1e-6);
        assert_eq!(Figures::default().summary(Duration::ZERO, None).valence_first, 0.0);
    }
}
