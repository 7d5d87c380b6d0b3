//! The calls of the made year, day by day.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use attune_models::private::Private;
use attune_proto::v1::{
    Call, CallFigures, CallState, CallerType, Colour, EndReason, Escalation, Mood, MoodCurve,
    Motive, Outcome, RecordTrafficRequest, Revenue,
};
use attune_server::store::{Append, CallerKeys, Fact};
use prost_types::{Duration, Timestamp};

use crate::chance::Chance;
use crate::date;
use crate::house::{AGENTS, ISSUES, TEAMS};

const DAYS: i64 = 365;
/// Callers, for each call of the year.
const CALLERS_PER_CALL: f64 = 0.45;

/// What a day brings to the store.
pub(crate) struct Made {
    pub(crate) calls: Vec<Append>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) traffic: Vec<RecordTrafficRequest>,
}

/// A call that will come.
#[derive(Clone)]
struct Coming {
    caller: usize,
    team: usize,
    issue: usize,
}

pub(crate) struct Past {
    chance: Chance,
    keys: CallerKeys,
    first: i64,
    calls: u32,
    callers: usize,
    coming: BTreeMap<i64, Vec<Coming>>,
    made: u32,
}

impl Past {
    /// The year that ends yesterday.
    pub(crate) fn new(seed: u64, calls: u32, today: i64) -> Self {
        Self {
            chance: Chance::new(seed),
            // Who is who matters only within the year.
            keys: CallerKeys::from_secret([7; 32]),
            first: today - DAYS,
            calls,
            callers: (f64::from(calls) * CALLERS_PER_CALL) as usize,
            coming: BTreeMap::new(),
            made: 0,
        }
    }

    pub(crate) fn days(&self) -> Range<i64> {
        self.first..self.first + DAYS
    }

    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    /// Everything of a day.
    pub(crate) fn day(&mut self, day: i64) -> Made {
        // 1970 began on a Thursday.
        let weekend = matches!((day + 3).rem_euclid(7), 5 | 6);
        // About a quarter of all calls follow from others.
        let fresh = f64::from(self.calls) / DAYS as f64 * if weekend { 0.346 } else { 0.994 };
        let mut calls = self.coming.remove(&day).unwrap_or_default();
        for _ in 0..fresh as usize {
            let team = self.chance.weighted(&TEAMS.map(|(_, _, agents)| agents as f64));
            let issue = self.issue(day);
            calls.push(Coming { caller: self.chance.below(self.callers), team, issue });
        }
        let mut made = Made {
            calls: Vec::with_capacity(calls.len()),
            outcomes: Vec::with_capacity(calls.len()),
            facts: Vec::with_capacity(calls.len()),
            traffic: Vec::new(),
        };
        let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
        for call in calls {
            *taken.entry(TEAMS[call.team].1).or_default() += 1;
            self.call(day, &call, &mut made);
        }
        for (project, answered) in taken {
            let offered = (f64::from(answered) * (1.04 + 0.05 * self.chance.unit())) as u32;
            let (project, date) = (project.to_owned(), date(day));
            made.traffic.push(RecordTrafficRequest { project, date, offered, answered });
        }
        made
    }

    /// In summer a bill run went wrong.
    fn issue(&mut self, day: i64) -> usize {
        let summer = self.is_summer(day);
        let weight = |(place, issue): (usize, &crate::house::Issue)| {
            issue.weight * if summer && place == 0 { 1.8 } else { 1.0 }
        };
        let weights: Vec<f64> = ISSUES.iter().enumerate().map(weight).collect();
        self.chance.weighted(&weights)
    }

    fn is_summer(&self, day: i64) -> bool {
        (150..220).contains(&(day - self.first))
    }

    fn call(&mut self, day: i64, coming: &Coming, made: &mut Made) {
        let chance = &mut self.chance;
        self.made += 1;
        let call_id = format!("y{}", self.made);
        let issue = &ISSUES[coming.issue];
        let (team, project, agents) = TEAMS[coming.team];
        let before: usize = TEAMS[..coming.team].iter().map(|(_, _, agents)| agents).sum();
        let agent = format!("a{}", (before + chance.below(agents)) % AGENTS);
        let start_time = Some(Timestamp {
            seconds: day * 86_400 + 7 * 3600 + (chance.unit() * 43_200.0) as i64,
            nanos: 0,
        });
        let summer = (150..220).contains(&(day - self.first));
        let grievance = chance.happens(if summer { 0.26 } else { 0.14 });
        let caller_type = if grievance {
            CallerType::Grievance
        } else {
            [CallerType::None, CallerType::Offloader, CallerType::Abusive]
                [chance.weighted(&[0.86, 0.11, 0.03])]
        };
        let shown = chance.below(7) as u32;
        // The last four weeks: the notes fall out of use.
        let use_of_notes = if day - self.first >= DAYS - 28 { 0.22 } else { 0.45 };
        let used = (0..shown).filter(|_| chance.happens(use_of_notes)).count() as u32;
        let dismissed = (0..shown - used).filter(|_| chance.happens(0.2)).count() as u32;
        let waited = (chance.unit().powi(3) * 400.0).round();
        let helped = f64::from(u8::from(used > 0));
        let start =
            (-0.1 - 0.4 * f64::from(u8::from(grievance)) + 0.25 * chance.bell()).clamp(-1.0, 1.0);
        let end = (start + 0.3 + 0.1 * helped + 0.2 * chance.bell()).clamp(-1.0, 1.0);
        let seconds = issue.seconds * (0.45 * chance.bell()).exp();
        let talk = seconds * 0.82;
        let agent_share = (0.52 + 0.08 * chance.bell()).clamp(0.1, 0.9);
        let figures = CallFigures {
            call_id: call_id.clone(),
            project: project.into(),
            team: team.into(),
            language_code: "en".into(),
            start_time,
            end_reason: EndReason::HangUp.into(),
            duration: length(seconds),
            caller_talk: length(talk * (1.0 - agent_share)),
            agent_talk: length(talk * agent_share),
            overtalk: length(seconds * 0.02 * chance.unit()),
            gaps: None,
            reply_pause: length(0.4 + chance.unit()),
            caller_words_per_minute: Some((150.0 + 20.0 * chance.bell()) as f32),
            agent_words_per_minute: Some((160.0 + 15.0 * chance.bell()) as f32),
            mood: Some(MoodCurve {
                start: start as f32,
                low: (start.min(end) - 0.2 * chance.unit()) as f32,
                end: end as f32,
                mood: if end > 0.2 { Mood::Satisfied } else { Mood::Neutral }.into(),
            }),
            colour: [Colour::Red, Colour::Yellow, Colour::Green, Colour::Blue, Colour::Unspecified]
                [chance.below(5)]
            .into(),
            motive: Motive::Security.into(),
            caller_type: caller_type.into(),
            notes_shown: shown,
            notes_used: used,
            notes_dismissed: dismissed,
            notes_expired: (shown - used - dismissed) / 2,
            escalation_announced: chance.happens(if grievance { 0.2 } else { 0.03 }),
            alerts: u32::from(chance.happens(0.004)),
            issue: issue.name.into(),
            called_back: None,
            followed_by: String::new(),
        };
        let comes_back = chance.happens(issue.comes_back * (1.2 - 0.4 * helped));
        let feeling = 4.0 - 0.9 * f64::from(u8::from(grievance)) + 0.35 * helped
            - waited / 300.0
            - 0.8 * f64::from(u8::from(comes_back))
            + 0.8 * chance.bell();
        let rated = chance.happens(0.12);
        let csat = feeling.round().clamp(1.0, 5.0) as i32;
        let revenue = if rated { revenue(chance, self.first, day, csat) } else { Vec::new() };
        let outcome = Outcome {
            call_id: call_id.clone(),
            resolved: chance
                .happens(0.7)
                .then(|| chance.happens(if comes_back { 0.7 } else { 0.93 })),
            effort: rated.then_some((6 - csat).clamp(1, 5)),
            csat: rated.then_some(csat),
            nps: rated.then_some((csat * 2 + chance.below(2) as i32 - 1).clamp(0, 10)),
            wrap_up_code: issue.name.into(),
            escalation: [Escalation::None, Escalation::Appropriate, Escalation::Inappropriate]
                [chance.weighted(&[0.93, 0.05, 0.02])]
            .into(),
            offers_made: Some(u32::from(chance.happens(0.1))),
            revenue,
            after_call_work: length(20.0 + 60.0 * chance.unit()),
            waited: length(waited),
            ..Outcome::default()
        };
        self.follow(day, coming, comes_back);
        // One in ten hides the number.
        let caller = (!self.chance.happens(0.1))
            .then(|| self.keys.hash(&Private::new(format!("caller-{}", coming.caller))));
        let call = Call {
            call_id,
            state: CallState::Ended.into(),
            project: project.into(),
            agent_id: agent.clone(),
            start_time,
            duration: figures.duration,
            ..Call::default()
        };
        let (call, mark) = (Arc::new(call), Arc::default());
        made.calls.push(Append { call, caller, events: Vec::new(), mark });
        made.outcomes.push(outcome);
        made.facts.push(Fact { agent, figures });
    }

    /// What the call leads to.
    fn follow(&mut self, day: i64, coming: &Coming, comes_back: bool) {
        if comes_back {
            let later = day + 1 + self.chance.below(6) as i64;
            self.coming.entry(later).or_default().push(coming.clone());
        }
        let Some((next, share)) = ISSUES[coming.issue].next else { return };
        if self.chance.happens(share)
            && let Some(issue) = ISSUES.iter().position(|issue| issue.name == next)
        {
            let later = day + 1 + self.chance.below(6) as i64;
            self.coming.entry(later).or_default().push(Coming { issue, ..coming.clone() });
        }
    }
}

/// A caller's revenue in the quarter of the call and in the next; the glad ones buy a little more.
fn revenue(chance: &mut Chance, first: i64, day: i64, csat: i32) -> Vec<Revenue> {
    const QUARTER: i64 = 91;
    if !chance.happens(0.5) {
        return Vec::new();
    }
    let start = first + (day - first) / QUARTER * QUARTER;
    let amount = 60.0 + 120.0 * chance.unit();
    let growth = (0.03 * f64::from(csat - 3) + 0.2 * chance.bell()).exp();
    let quarter = |start: i64, amount: f64| Revenue {
        first_date: date(start),
        last_date: date(start + QUARTER - 1),
        amount,
    };
    vec![quarter(start, amount), quarter(start + QUARTER, amount * growth)]
}

fn length(seconds: f64) -> Option<Duration> {
    let millis = (seconds * 1000.0).round() as i64;
    Some(Duration { seconds: millis / 1000, nanos: (millis % 1000) as i32 * 1_000_000 })
}
