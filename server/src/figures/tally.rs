//! A call in figures, from its events: a pure function, called once when the call has ended.

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{
    Call, CallEnded, CallEvent, CallFigures, Mood, MoodCurve, Side, Snapshot, Transcript,
    WithdrawReason,
};

/// Counts as the events go by, in their order.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    figures: CallFigures,
    /// Who spoke last, and until when.
    last_end: Option<(Side, f64)>,
    pauses: (f64, u32),
    /// Words and seconds of speech, caller and agent.
    speech: [(u32, f64); 2],
    /// Valence after each turn of the caller.
    valences: Vec<f32>,
    turns: u32,
    mood: Mood,
}

impl Tally {
    /// Of a call whose agent is in a team.
    pub(crate) fn new(call: &Call, team: &str) -> Self {
        let figures = CallFigures {
            call_id: call.call_id.clone(),
            project: call.project.clone(),
            team: team.to_owned(),
            language_code: call.language_code.clone(),
            start_time: call.start_time,
            ..CallFigures::default()
        };
        Self { figures, ..Self::default() }
    }

    /// The next event.
    pub(crate) fn add(&mut self, event: &CallEvent) {
        // The end of a call without a summary is its last event.
        self.figures.duration = event.offset.or(self.figures.duration);
        match &event.body {
            Some(Body::Transcript(transcript)) => self.spoken(transcript),
            Some(Body::Snapshot(snapshot)) => self.read(snapshot),
            Some(Body::Suggestion(_)) => self.figures.notes_shown += 1,
            Some(Body::SuggestionWithdrawn(gone)) => match gone.reason() {
                WithdrawReason::Used => self.figures.notes_used += 1,
                WithdrawReason::Dismissed => self.figures.notes_dismissed += 1,
                WithdrawReason::Expired => self.figures.notes_expired += 1,
                _ => {}
            },
            Some(Body::Alert(_)) => self.figures.alerts += 1,
            Some(Body::Ended(ended)) => self.ended(ended),
            _ => {}
        }
    }

    /// The sum of it.
    pub(crate) fn finish(mut self) -> CallFigures {
        let (length, count) = self.pauses;
        if count > 0 {
            self.figures.reply_pause = Some(duration(length / f64::from(count)));
        }
        let [caller, agent] = self.speech.map(|(words, seconds)| pace(words, seconds));
        self.figures.caller_words_per_minute = caller;
        self.figures.agent_words_per_minute = agent;
        if !self.valences.is_empty() {
            let third = self.valences.len().div_ceil(3);
            self.figures.mood = Some(MoodCurve {
                start: mean(&self.valences[..third]),
                low: self.valences.iter().copied().fold(f32::INFINITY, f32::min),
                end: mean(&self.valences[self.valences.len() - third..]),
                mood: self.mood.into(),
            });
        }
        self.figures
    }

    fn spoken(&mut self, transcript: &Transcript) {
        let (start, end) = (seconds(transcript.start_offset), seconds(transcript.end_offset));
        let side = transcript.side();
        if let (Side::Agent, Some((Side::Caller, until))) = (side, self.last_end)
            && start >= until
        {
            self.pauses.0 += start - until;
            self.pauses.1 += 1;
        }
        if self.last_end.is_none_or(|(_, until)| end > until) {
            self.last_end = Some((side, end));
        }
        // Of what could not be made out nobody knows the words.
        let place = match side {
            Side::Caller => 0,
            Side::Agent => 1,
            Side::Unspecified => return,
        };
        if !transcript.unintelligible {
            let words = transcript.text.split_whitespace().count();
            self.speech[place].0 += u32::try_from(words).unwrap_or(u32::MAX);
            self.speech[place].1 += (end - start).max(0.0);
        }
    }

    fn read(&mut self, snapshot: &Snapshot) {
        let figures = &mut self.figures;
        figures.colour = snapshot.colour.as_ref().map_or(0, |reading| reading.colour);
        figures.motive = snapshot.motive.as_ref().map_or(0, |reading| reading.motive);
        figures.caller_type =
            snapshot.caller_type.as_ref().map_or(0, |reading| reading.caller_type);
        let Some(mood) = &snapshot.mood else { return };
        figures.escalation_announced |= mood.escalating;
        self.mood = mood.mood();
        // A correction between two turns is no turn.
        if snapshot.caller_turns > self.turns {
            self.turns = snapshot.caller_turns;
            self.valences.push(mood.valence);
        }
    }

    fn ended(&mut self, ended: &CallEnded) {
        self.figures.end_reason = ended.reason;
        let Some(summary) = &ended.summary else { return };
        let figures = &mut self.figures;
        figures.duration = summary.duration.or(figures.duration);
        figures.gaps = summary.gaps;
        // With one channel for both nobody knows who spoke.
        if summary.caller_utterances > 0 || summary.agent_utterances > 0 {
            figures.caller_talk = summary.caller_talk;
            figures.agent_talk = summary.agent_talk;
            figures.overtalk = summary.overtalk;
        }
    }
}

/// Seconds of a length; absent is none.
pub(crate) fn seconds(length: Option<prost_types::Duration>) -> f64 {
    length.map_or(0.0, |length| length.seconds as f64 + f64::from(length.nanos) / 1e9)
}

/// The message for seconds.
pub(crate) fn duration(seconds: f64) -> prost_types::Duration {
    // `as` saturates, which is what an absurd length deserves.
    let millis = (seconds * 1000.0).round() as i64;
    prost_types::Duration { seconds: millis / 1000, nanos: (millis % 1000) as i32 * 1_000_000 }
}

/// Words in a minute; nothing is said of less than a second of speech.
fn pace(words: u32, seconds: f64) -> Option<f32> {
    (seconds >= 1.0).then(|| (f64::from(words) * 60.0 / seconds) as f32)
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use attune_proto::v1::{CallSummary, CallerMood, EndReason, Suggestion, SuggestionWithdrawn};

    use super::*;

    fn said(side: Side, start: f64, end: f64, text: &str) -> Body {
        Body::Transcript(Transcript {
            side: side.into(),
            start_offset: Some(duration(start)),
            end_offset: Some(duration(end)),
            text: text.into(),
            ..Transcript::default()
        })
    }

    fn read(turns: u32, valence: f32, escalating: bool) -> Body {
        let mood =
            CallerMood { valence, escalating, mood: Mood::Angry.into(), ..Default::default() };
        let caller_turns = turns;
        Body::Snapshot(Snapshot { mood: Some(mood), caller_turns, ..Snapshot::default() })
    }

    fn gone(reason: WithdrawReason) -> Body {
        Body::SuggestionWithdrawn(SuggestionWithdrawn {
            reason: reason.into(),
            ..Default::default()
        })
    }

    fn tally(bodies: Vec<Body>) -> CallFigures {
        let call = Call { call_id: "c".into(), project: "p".into(), ..Call::default() };
        let mut tally = Tally::new(&call, "north");
        for (second, body) in (1..).zip(bodies) {
            tally.add(&CallEvent {
                offset: Some(prost_types::Duration { seconds: second, nanos: 0 }),
                body: Some(body),
                ..CallEvent::default()
            });
        }
        tally.finish()
    }

    #[test]
    fn pauses_are_the_agents_and_words_are_counted_by_their_own_time() {
        let figures = tally(vec![
            said(Side::Agent, 0.0, 2.0, "good morning"),
            said(Side::Caller, 3.0, 7.0, "my line is dead again"),
            said(Side::Agent, 7.5, 9.0, "i am sorry"),
            said(Side::Caller, 8.0, 10.0, "yes well"),
            // Into the caller's words: no pause.
            said(Side::Agent, 9.5, 11.5, "one moment please"),
            said(Side::Caller, 12.0, 13.0, "fine"),
            said(Side::Agent, 14.5, 15.0, "there"),
        ]);
        assert_eq!(figures.reply_pause, Some(duration(1.0)), "half a second and one and a half");
        assert_eq!(figures.caller_words_per_minute, Some(8.0 * 60.0 / 7.0));
        assert_eq!(figures.agent_words_per_minute, Some(9.0 * 60.0 / 6.0));
        assert_eq!((figures.team.as_str(), figures.project.as_str()), ("north", "p"));
    }

    #[test]
    fn the_mood_is_a_start_a_low_and_an_end() {
        let figures = tally(vec![
            read(1, -0.5, false),
            read(2, -0.75, true),
            // A correction: the same turn again.
            read(2, 0.9, false),
            read(3, 0.25, false),
            read(4, 0.5, false),
        ]);
        let mood = figures.mood.unwrap();
        assert_eq!((mood.start, mood.low, mood.end), (-0.625, -0.75, 0.375));
        assert!(figures.escalation_announced && mood.mood() == Mood::Angry);
        assert_eq!(figures.reply_pause, None);
    }

    #[test]
    fn cards_are_counted_by_what_became_of_them() {
        let card = || Body::Suggestion(Suggestion::default());
        let figures = tally(vec![
            card(),
            card(),
            card(),
            card(),
            gone(WithdrawReason::Used),
            gone(WithdrawReason::Dismissed),
            gone(WithdrawReason::Expired),
            gone(WithdrawReason::CallEnded),
        ]);
        let told = (figures.notes_shown, figures.notes_used, figures.notes_dismissed);
        assert_eq!((told, figures.notes_expired), ((4, 1, 1), 1));
    }

    #[test]
    fn a_killed_call_has_its_length_and_no_talk() {
        let ended = |summary| Body::Ended(CallEnded { reason: EndReason::Failed.into(), summary });
        let figures = tally(vec![said(Side::Caller, 0.0, 0.5, "hm"), ended(None)]);
        assert_eq!((figures.duration, figures.caller_talk), (Some(duration(2.0)), None));
        assert_eq!(figures.caller_words_per_minute, None, "half a second says nothing");
        let summary = CallSummary {
            duration: Some(duration(61.5)),
            caller_utterances: 1,
            caller_talk: Some(duration(4.0)),
            ..CallSummary::default()
        };
        let figures = tally(vec![ended(Some(summary))]);
        assert_eq!(figures.duration, Some(duration(61.5)));
        assert_eq!(figures.caller_talk, Some(duration(4.0)));
        assert_eq!(figures.end_reason(), EndReason::Failed);
    }
}
