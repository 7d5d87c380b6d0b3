//! Whether a condition holds, in code and in words.

use attune_audio::units::{Confidence, Side, StreamTime};

use super::course::Course;
use super::memory::{Heard, Memory};
use crate::category::Category;
use crate::facts::CallFacts;
use crate::playbook::{Condition, Issue, Issues, Limits, PhraseList, Phrases, written};
use crate::private::Private;
use crate::snapshot::{Reading, Snapshot, Target};

/// How much a reading may fall below what it took to show a card before the card is withdrawn:
/// without it a card would flicker on the threshold.
const SLACK: f32 = 0.1;

/// Everything a condition can be about, at one moment.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) at: StreamTime,
    pub(super) snapshot: Option<&'a Snapshot>,
    pub(super) previous: Option<&'a Snapshot>,
    pub(super) memory: &'a Memory,
    pub(super) limits: &'a Limits,
    pub(super) phrases: &'a Phrases,
    pub(super) issues: &'a Issues,
    pub(super) course: &'a Course,
    /// What was known when the call began.
    pub(super) call: &'a CallFacts,
}

/// How strictly a condition is taken.
#[derive(Clone, Copy)]
pub(super) struct Strictness {
    min_confidence: f32,
    /// The reading before must agree on the mood.
    agreement: bool,
    /// In `unless`, words on a mixed channel may be either side's.
    lenient: bool,
}

impl Strictness {
    /// To show a card.
    pub(super) fn to_show(min_confidence: Confidence, agreement: bool) -> Self {
        Self { min_confidence: min_confidence.get(), agreement, lenient: false }
    }

    /// To keep a card that is shown.
    pub(super) fn to_keep(min_confidence: Confidence) -> Self {
        let min_confidence = min_confidence.get() - SLACK;
        Self { min_confidence, agreement: false, lenient: false }
    }

    /// To hold a card back.
    pub(super) fn to_stop(min_confidence: Confidence) -> Self {
        Self { min_confidence: min_confidence.get(), agreement: false, lenient: true }
    }
}

/// That a condition holds: how sure, and since when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holds {
    pub(super) confidence: Confidence,
    pub(super) since: StreamTime,
}

impl<'a> Facts<'a> {
    /// `None`: it does not hold.
    pub(super) fn check(&self, condition: &Condition, how: Strictness) -> Option<Holds> {
        let sure = Confidence::new(1.0);
        let plain = |holds: bool| {
            let since = StreamTime::ZERO;
            holds.then_some(Holds { confidence: sure, since })
        };
        match condition {
            Condition::Colour(wanted) => self.reading(wanted, |s| &s.colour, how),
            Condition::Motive(wanted) => self.reading(wanted, |s| &s.motive, how),
            Condition::CallerType(wanted) => self.reading(wanted, |s| &s.caller_type, how),
            Condition::Mood(wanted) => {
                let holds = self.reading(wanted, |s| &s.mood.category, how)?;
                (!how.agreement || self.agrees(wanted)).then_some(holds)
            }
            Condition::Trend(wanted) => {
                plain(self.snapshot?.mood.trend.is_some_and(|trend| wanted.contains(&trend)))
            }
            Condition::Phase(wanted) => plain(wanted.contains(&self.snapshot?.phase)),
            Condition::Escalating(wanted) => plain(self.snapshot?.mood.escalating == *wanted),
            Condition::CallerSays(_)
            | Condition::AgentSays(_)
            | Condition::CallerSaid(_)
            | Condition::AgentSaid(_) => {
                let heard = self.heard(condition, how)?;
                Some(Holds { confidence: heard.confidence, since: heard.at })
            }
            Condition::CallerTalksFor(min) => plain(self.memory.talking(Side::Caller) >= *min),
            Condition::AgentTalksFor(min) => plain(self.memory.talking(Side::Agent) >= *min),
            Condition::AgentInterrupts(wanted) => {
                let recent = self.memory.interrupted().is_some_and(|at| self.is_recent(at));
                plain(recent == *wanted)
            }
            Condition::After(age) => plain(self.at.since_start() >= *age),
            Condition::Before(age) => plain(self.at.since_start() < *age),
            Condition::Issue(ids) => plain(ids.iter().any(|id| self.course.raised().contains(id))),
            Condition::NextIssue(ids) => plain(self.next_issue(ids).is_some()),
            Condition::OpenStep(ids) => plain(ids.iter().any(|id| self.course.is_open(id))),
            known => plain(self.is_known(known)),
        }
    }

    /// Whether a condition on what was known when the call began holds; what is not known, does not.
    fn is_known(&self, condition: &Condition) -> bool {
        let call = self.call;
        match condition {
            Condition::CustomerTier(wanted) => call.tier.is_some_and(|tier| wanted.contains(&tier)),
            Condition::Returning(wanted) => {
                call.calls_before.is_some_and(|calls| (calls > 0) == *wanted)
            }
            Condition::CallsBefore(least) => call.calls_before.is_some_and(|calls| calls >= *least),
            Condition::PreferredLanguage(wanted) => {
                call.preferred_language.is_some_and(|language| wanted.contains(&language))
            }
            Condition::LastIssue(wanted) => {
                call.last_issue.as_ref().is_some_and(|issue| wanted.contains(issue))
            }
            Condition::LastPromised(wanted) => call.last_promised == Some(*wanted),
            Condition::CustomerOffers(wanted) => {
                wanted.iter().any(|offer| call.offers.contains(offer))
            }
            _ => false,
        }
    }

    /// What is known of that, in words.
    fn known(&self, condition: &Condition) -> String {
        let call = self.call;
        let told = match condition {
            Condition::CustomerTier(_) => call.tier.map(|tier| format!("customer tier {tier}")),
            Condition::Returning(_) | Condition::CallsBefore(_) => {
                call.calls_before.map(|calls| format!("{calls} calls before"))
            }
            Condition::PreferredLanguage(_) => {
                call.preferred_language.map(|language| format!("prefers {}", language.code()))
            }
            Condition::LastIssue(_) => {
                call.last_issue.as_ref().map(|issue| format!("last call about {issue}"))
            }
            Condition::LastPromised(_) => call.last_promised.map(|promised| {
                let what = if promised { "something" } else { "nothing" };
                format!("{what} was promised in the last call")
            }),
            Condition::CustomerOffers(_) => (!call.offers.is_empty())
                .then(|| format!("may be offered {}", call.offers.join(", "))),
            _ => None,
        };
        told.unwrap_or_else(|| format!("`{}` is not known of this caller", condition.key()))
    }

    /// The likeliest of these issues to come.
    fn next_issue(&self, wanted: &[String]) -> Option<&'a Issue> {
        let next = self.issues.next(self.course.raised());
        next.into_iter().find(|issue| wanted.contains(&issue.id))
    }

    /// The phrase a condition is about, if it was heard.
    pub(super) fn heard(&self, condition: &Condition, how: Strictness) -> Option<&'a Heard> {
        let (list, side, just_now) = about(condition)?;
        let heard = if how.lenient {
            self.memory.may_have_said(list, side)?
        } else {
            self.memory.said(list, side)?
        };
        (!just_now || self.is_recent(heard.at)).then_some(heard)
    }

    /// What a person would check a condition that holds by.
    pub(super) fn evidence(&self, condition: &Condition, how: Strictness) -> Vec<Private<String>> {
        let one = |text: String| vec![Private::new(text)];
        match condition {
            Condition::Colour(_) => self.of_reading(|s| &s.colour, Target::Colour),
            Condition::Motive(_) => self.of_reading(|s| &s.motive, Target::Motive),
            Condition::CallerType(_) => self.of_reading(|s| &s.caller_type, Target::CallerType),
            Condition::Mood(_) => self.of_reading(|s| &s.mood.category, Target::Mood),
            Condition::Trend(_) => {
                let trend = self.snapshot.and_then(|s| s.mood.trend);
                trend.map_or_else(Vec::new, |trend| one(format!("trend.{trend}")))
            }
            Condition::Phase(_) => {
                self.snapshot.map_or_else(Vec::new, |s| one(format!("phase.{}", s.phase)))
            }
            Condition::Escalating(true) => one("mood escalating".into()),
            Condition::Escalating(false) => one("mood not escalating".into()),
            Condition::CallerTalksFor(_) => {
                one(format!("caller spoke {} s", self.memory.talking(Side::Caller).as_secs()))
            }
            Condition::AgentTalksFor(_) => {
                one(format!("agent spoke {} s", self.memory.talking(Side::Agent).as_secs()))
            }
            Condition::AgentInterrupts(true) => one("agent spoke into the caller's words".into()),
            Condition::AgentInterrupts(false) => one("agent let the caller finish".into()),
            Condition::After(_) | Condition::Before(_) => one(format!("call at {}", self.at)),
            Condition::Issue(ids) => {
                let raised = self.course.raised().iter().filter(|id| ids.contains(id));
                raised.map(|id| Private::new(format!("issue {id}"))).collect()
            }
            Condition::NextIssue(ids) => self
                .next_issue(ids)
                .map_or_else(Vec::new, |issue| one(format!("next issue {}", issue.id))),
            Condition::OpenStep(ids) => {
                let open = ids.iter().filter(|id| self.course.is_open(id));
                open.map(|id| Private::new(format!("step {id} is open"))).collect()
            }
            Condition::CustomerTier(_)
            | Condition::Returning(_)
            | Condition::CallsBefore(_)
            | Condition::PreferredLanguage(_)
            | Condition::LastIssue(_)
            | Condition::LastPromised(_)
            | Condition::CustomerOffers(_) => one(self.known(condition)),
            said => self.heard(said, how).map_or_else(Vec::new, |heard| {
                let who = if heard.utterance.side == Side::Agent { "agent " } else { "" };
                one(format!("{who}said: {}", heard.words.reveal()))
            }),
        }
    }

    /// Why a condition does not hold: "mood is satisfied, not angry".
    pub(super) fn missing(&self, condition: &Condition, how: Strictness) -> String {
        if !condition.is_state() {
            return self.missing_event(condition);
        }
        match condition {
            Condition::NextIssue(ids) => {
                return format!("{} is not likely to come", ids.join(" or "));
            }
            Condition::OpenStep(ids) => return format!("step {} is not open", ids.join(" or ")),
            _ => {}
        }
        let Some(snapshot) = self.snapshot else {
            return "the caller has not been read yet".into();
        };
        match condition {
            Condition::Colour(wanted) => not(&snapshot.colour, wanted, how),
            Condition::Motive(wanted) => not(&snapshot.motive, wanted, how),
            Condition::CallerType(wanted) => not(&snapshot.caller_type, wanted, how),
            Condition::Mood(wanted)
                if self.reading(wanted, |s| &s.mood.category, how).is_some() =>
            {
                let before = self.previous.and_then(|s| s.mood.category.value);
                let before = before.map_or("not clear", Category::key);
                format!("mood was {before} one reading ago, and two must agree")
            }
            Condition::Mood(wanted) => not(&snapshot.mood.category, wanted, how),
            Condition::Trend(wanted) => match snapshot.mood.trend {
                None => "trend is not clear yet".into(),
                Some(trend) => format!("trend is {trend}, not {}", either(wanted)),
            },
            Condition::Phase(wanted) => {
                format!("phase is {}, not {}", snapshot.phase, either(wanted))
            }
            Condition::Escalating(true) => "mood is not escalating".into(),
            Condition::Escalating(false) => "mood is escalating".into(),
            event => self.missing_event(event),
        }
    }

    /// How the caller changed so that a condition was `lost`, or came to hold: "mood is now
    /// satisfied".
    pub(super) fn changed(&self, condition: &Condition, lost: bool) -> String {
        match condition {
            Condition::NextIssue(_) if lost => return "the caller has raised it himself".into(),
            Condition::OpenStep(_) if lost => return "the step is done".into(),
            _ => {}
        }
        let Some(snapshot) = self.snapshot else { return "the reading is gone".into() };
        match condition {
            Condition::Colour(wanted) => now(&snapshot.colour, wanted, lost),
            Condition::Motive(wanted) => now(&snapshot.motive, wanted, lost),
            Condition::CallerType(wanted) => now(&snapshot.caller_type, wanted, lost),
            Condition::Mood(wanted) => now(&snapshot.mood.category, wanted, lost),
            Condition::Trend(_) => match snapshot.mood.trend {
                None => "trend is no longer clear".into(),
                Some(trend) => format!("trend is now {trend}"),
            },
            Condition::Phase(_) => format!("phase is now {}", snapshot.phase),
            Condition::Escalating(_) if snapshot.mood.escalating => "mood now escalates".into(),
            Condition::Escalating(_) => "mood no longer escalates".into(),
            event => format!("`{}` is different now", event.key()),
        }
    }

    /// Why a card has to go because a condition of `unless` holds now. Without the words heard:
    /// this text may be logged.
    pub(super) fn stopped(&self, condition: &Condition) -> String {
        match (about(condition), self.snapshot) {
            (Some((_, side, _)), _) => format!("the {side} has said what makes it needless"),
            (None, Some(_)) if condition.is_state() => self.changed(condition, false),
            _ => format!("`{}` of `unless` holds now", condition.key()),
        }
    }

    fn missing_event(&self, condition: &Condition) -> String {
        if let Some((list, side, just_now)) = about(condition) {
            let phrases = self.phrases.written(list);
            let such = phrases.first().map_or("", String::as_str);
            let when = if just_now { "just said" } else { "said so far" };
            let others = match phrases.len() {
                0 | 1 => String::new(),
                n => format!(" or one of {} more", n - 1),
            };
            return format!("the {side} has not {when} {such:?}{others}");
        }
        match condition {
            Condition::CallerTalksFor(min) => {
                format!("the caller has not spoken for {}", written(*min))
            }
            Condition::AgentTalksFor(min) => {
                format!("the agent has not spoken for {}", written(*min))
            }
            Condition::AgentInterrupts(true) => "the agent did not interrupt".into(),
            Condition::AgentInterrupts(false) => "the agent interrupted".into(),
            Condition::After(age) => format!("the call is younger than {}", written(*age)),
            Condition::Before(age) => format!("the call is {} old already", written(*age)),
            Condition::Issue(ids) => {
                format!("the caller has not raised the issue {}", ids.join(" or "))
            }
            Condition::CustomerTier(_)
            | Condition::Returning(_)
            | Condition::CallsBefore(_)
            | Condition::PreferredLanguage(_)
            | Condition::LastIssue(_)
            | Condition::LastPromised(_)
            | Condition::CustomerOffers(_) => self.known(condition),
            state => format!("`{}` does not hold", state.key()),
        }
    }

    fn is_recent(&self, at: StreamTime) -> bool {
        self.at.saturating_since(at) <= self.limits.heard_for
    }

    fn reading<C: Category>(
        &self,
        wanted: &[C],
        of: impl Fn(&Snapshot) -> &Reading<C>,
        how: Strictness,
    ) -> Option<Holds> {
        let snapshot = self.snapshot?;
        let reading = of(snapshot);
        let fits = reading.value.is_some_and(|class| wanted.contains(&class));
        let confidence = reading.confidence();
        (fits && confidence.get() >= how.min_confidence)
            .then_some(Holds { confidence, since: snapshot.at })
    }

    /// Whether the reading before saw one of these moods too, or a human did now.
    fn agrees(&self, wanted: &[crate::category::Mood]) -> bool {
        self.limits.agreement < 2
            || self.snapshot.is_some_and(|snapshot| snapshot.mood.category.corrected)
            || self
                .previous
                .and_then(|snapshot| snapshot.mood.category.value)
                .is_some_and(|mood| wanted.contains(&mood))
    }

    /// The reading and the strongest cue that speaks for it.
    fn of_reading<C: Category>(
        &self,
        of: impl Fn(&Snapshot) -> &Reading<C>,
        target: impl Fn(C) -> Target,
    ) -> Vec<Private<String>> {
        let Some(snapshot) = self.snapshot else { return Vec::new() };
        let reading = of(snapshot);
        let Some(class) = reading.value else { return Vec::new() };
        let target = target(class);
        if reading.corrected {
            return vec![Private::new(format!("{} set by a human", target.key()))];
        }
        let confidence = reading.confidence().get();
        let mut evidence = vec![Private::new(format!("{} {confidence:.2}", target.key()))];
        let weight = |cue: &crate::snapshot::Cue| {
            cue.weights.iter().filter(|(t, _)| *t == target).map(|(_, weight)| *weight).sum::<f32>()
        };
        let mut strongest: Option<(f32, &crate::snapshot::Cue)> = None;
        for cue in &snapshot.evidence {
            let weight = weight(cue);
            if weight > strongest.map_or(0.0, |(best, _)| best) {
                strongest = Some((weight, cue));
            }
        }
        evidence.extend(strongest.map(|(_, cue)| cue.evidence.clone()));
        evidence
    }
}

/// The phrases a condition is about, who says them, and whether just now.
fn about(condition: &Condition) -> Option<(PhraseList, Side, bool)> {
    match condition {
        Condition::CallerSays(list) => Some((*list, Side::Caller, true)),
        Condition::AgentSays(list) => Some((*list, Side::Agent, true)),
        Condition::CallerSaid(list) => Some((*list, Side::Caller, false)),
        Condition::AgentSaid(list) => Some((*list, Side::Agent, false)),
        _ => None,
    }
}

fn not<C: Category>(reading: &Reading<C>, wanted: &[C], how: Strictness) -> String {
    let name = C::NAME.replace('_', " ");
    let (sure, needed) = (reading.confidence().get(), how.min_confidence);
    match reading.value {
        None => format!("{name} is not clear yet"),
        Some(class) if wanted.contains(&class) => {
            format!("{name} {} is only {sure:.2} sure, {needed:.2} is needed", class.key())
        }
        Some(class) => format!("{name} is {}, not {}", class.key(), either(wanted)),
    }
}

fn now<C: Category>(reading: &Reading<C>, wanted: &[C], lost: bool) -> String {
    let name = C::NAME.replace('_', " ");
    match reading.value {
        None => format!("{name} is no longer clear"),
        Some(class) if lost && wanted.contains(&class) => {
            format!("{name} {} is only {:.2} sure now", class.key(), reading.confidence().get())
        }
        Some(class) => format!("{name} is now {}", class.key()),
    }
}

fn either<C: Category>(classes: &[C]) -> String {
    classes.iter().map(|class| class.key()).collect::<Vec<_>>().join(" or ")
}
