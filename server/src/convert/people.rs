//! Profiles of callers and agents, understood and told.

use std::time::{Duration, SystemTime};

use attune_models::category::{Category, Posterior};
use attune_models::facts::CallFacts;
use attune_models::matching::{
    Caller, Candidate, Declared, Factor, Match, Reason as MatchReason, Weight,
};
use attune_models::profile::{Profile, Remembered};
use attune_models::transcript::Language;
use attune_proto::v1::{self, CallerProfile, MatchFactor};
use tonic::Status;

use super::incoming::{MAX_CALLER_KEY, check_name, class};
use super::outgoing::{colour_out, motive_out};
use crate::status::Reason;

/// Free agents in one request.
const MAX_FREE: usize = 1000;
/// Of one agent.
const MAX_SKILLS: usize = 100;
const MAX_YEARS: u32 = 60;
const DAY: Duration = Duration::from_secs(86_400);

/// A caller key that names somebody.
pub(crate) fn caller_key(key: &str) -> Result<(), Status> {
    if key.is_empty() {
        return Err(Reason::InvalidName.status("caller_key is missing"));
    }
    if key.len() > MAX_CALLER_KEY {
        let message = format!("caller_key has more than {MAX_CALLER_KEY} bytes");
        return Err(Reason::InvalidName.status(message));
    }
    Ok(())
}

/// What was kept, as it is `now`.
pub(crate) fn profile(kept: &CallerProfile, now: SystemTime) -> Profile {
    let colour = kept.colour.as_ref().filter(|reading| reading.corrected);
    let motive = kept.motive.as_ref().filter(|reading| reading.corrected);
    let mut profile = Profile {
        calls: kept.calls,
        colour: Remembered::from_kept(
            &kept.colour_log_odds,
            colour.and_then(|reading| class("colour", reading.colour).ok().flatten()),
        ),
        motive: Remembered::from_kept(
            &kept.motive_log_odds,
            motive.and_then(|reading| class("motive", reading.motive).ok().flatten()),
        ),
    };
    let updated = kept.update_time.and_then(|time| SystemTime::try_from(time).ok());
    let age = updated.and_then(|updated| now.duration_since(updated).ok()).unwrap_or_default();
    profile.fade(age.as_secs_f32() / DAY.as_secs_f32());
    profile
}

/// Adds what was kept to what is known of a call that begins `now`.
pub(crate) fn recall(
    facts: &mut CallFacts,
    kept: &CallerProfile,
    past: &[v1::PastCall],
    now: SystemTime,
) {
    if facts.carried.is_empty() {
        facts.carried = profile(kept, now).carried();
    }
    let language = Language::from_code(&kept.preferred_language);
    facts.preferred_language = facts.preferred_language.or(language);
    facts.calls_before = facts.calls_before.or(Some(kept.calls));
    if facts.last_issue.is_none() {
        // What a human said of a call outranks what was heard in it.
        let told = |call: &v1::PastCall| {
            let said = call.outcome.as_ref().map(|outcome| outcome.issue.clone());
            said.filter(|id| !id.is_empty()).or_else(|| call.issue_ids.last().cloned())
        };
        facts.last_issue = past.iter().find_map(told);
    }
    let ours =
        |call: &v1::PastCall| call.promises.iter().any(|promise| promise.by() == v1::Side::Agent);
    facts.last_promised = facts.last_promised.or_else(|| past.first().map(ours));
}

/// What is to be kept of a profile as it is `now`; language and calls are not its own.
pub(crate) fn profile_out(profile: &Profile, now: SystemTime) -> CallerProfile {
    CallerProfile {
        calls: profile.calls,
        update_time: Some(now.into()),
        colour: Some(colour_out(&profile.colour.reading())),
        motive: Some(motive_out(&profile.motive.reading())),
        colour_log_odds: profile.colour.log_odds().to_vec(),
        motive_log_odds: profile.motive.log_odds().to_vec(),
        preferred_language: String::new(),
        past_calls: Vec::new(),
    }
}

/// Does to a profile what a human says; gives the language that he names.
pub(crate) fn correct_profile(
    request: &v1::CorrectProfileRequest,
) -> Result<(impl FnOnce(&mut Profile) + Send + 'static, Option<Language>), Status> {
    let colour = class("colour", request.colour)?;
    let motive = class("motive", request.motive)?;
    let language = language_code(&request.preferred_language)?;
    let take_back = request.take_back;
    if colour.is_none() && motive.is_none() && language.is_none() && !take_back {
        return Err(Reason::InvalidFeedback.status(
            "the correction says nothing; set colour, motive, preferred_language or take_back",
        ));
    }
    let change = move |profile: &mut Profile| {
        if take_back || colour.is_some() {
            profile.colour.correct(colour);
        }
        if take_back || motive.is_some() {
            profile.motive.correct(motive);
        }
    };
    Ok((change, language))
}

/// Understands what an agent says of himself.
pub(crate) fn agent(agent: Option<v1::AgentProfile>) -> Result<v1::AgentProfile, Status> {
    let agent = agent.ok_or_else(|| invalid("agent is missing"))?;
    agent_id(&agent.agent_id)?;
    declared(&agent)?;
    Ok(agent)
}

/// An agent's id that names somebody.
pub(crate) fn agent_id(id: &str) -> Result<(), Status> {
    check_name("agent_id", id)?;
    if id.is_empty() { Err(invalid("agent_id is missing")) } else { Ok(()) }
}

fn declared(agent: &v1::AgentProfile) -> Result<Declared, Status> {
    let languages = agent
        .languages
        .iter()
        .map(|code| language_code(code)?.ok_or_else(|| invalid("an empty word is no language")));
    if agent.skills.len() > MAX_SKILLS {
        return Err(invalid(format!("skills are more than {MAX_SKILLS}")));
    }
    agent.skills.iter().try_for_each(|skill| check_name("skills", skill))?;
    if agent.experience_years > MAX_YEARS {
        return Err(invalid(format!("experience_years is more than {MAX_YEARS}")));
    }
    Ok(Declared {
        colour: class("colour", agent.colour)?,
        motive: class("motive", agent.motive)?,
        languages: languages.collect::<Result<_, _>>()?,
        skills: agent.skills.clone(),
        experience_years: agent.experience_years,
    })
}

/// Understands who calls, as far as the request says it; `kept` is what is remembered.
pub(crate) fn matched_caller(
    request: &v1::RecommendAgentsRequest,
    kept: Option<&CallerProfile>,
    now: SystemTime,
) -> Result<Caller, Status> {
    let profile = kept.map(|kept| profile(kept, now)).unwrap_or_default();
    let preferred = kept.map_or("", |kept| kept.preferred_language.as_str());
    let language = match language_code(&request.language)? {
        Some(language) => Some(language),
        None => language_code(preferred)?,
    };
    check_name("issue", &request.issue)?;
    let experience = match request.customer_tier.as_str() {
        "A" => Weight::Full,
        "" | "B" => Weight::Half,
        "C" => Weight::Little,
        _ => return Err(invalid("customer_tier is A, B or C")),
    };
    Ok(Caller {
        colour: known(&profile.colour),
        motive: known(&profile.motive),
        language,
        issue: Some(request.issue.clone()).filter(|issue| !issue.is_empty()),
        experience,
    })
}

fn known<C: Category>(remembered: &Remembered<C>) -> Posterior<C> {
    remembered.reading().posterior
}

/// The agents who are free, with what they said of themselves.
pub(crate) fn candidates(
    free: &[v1::FreeAgent],
    profiles: &[v1::AgentProfile],
) -> Result<Vec<Candidate>, Status> {
    if free.is_empty() || free.len() > MAX_FREE {
        return Err(invalid(format!("free names 1 to {MAX_FREE} agents")));
    }
    let candidate = |agent: &v1::FreeAgent| {
        agent_id(&agent.agent_id)?;
        if !(0.0..=1.0).contains(&agent.load) {
            return Err(invalid("load is a share of the shift, 0 to 1"));
        }
        let profile = profiles.iter().find(|profile| profile.agent_id == agent.agent_id);
        let declared = profile.map(declared).transpose()?;
        Ok(Candidate { id: agent.agent_id.clone(), declared, load: agent.load })
    };
    free.iter().map(candidate).collect()
}

/// A ranking, as the API tells it.
pub(crate) fn recommendations(ranked: &[Match]) -> v1::RecommendAgentsResponse {
    let told = |found: &Match| v1::Recommendation {
        agent_id: found.id.clone(),
        score: found.score(),
        reasons: found.reasons.iter().map(reason_out).collect(),
    };
    v1::RecommendAgentsResponse { recommendations: ranked.iter().map(told).collect() }
}

fn reason_out(reason: &MatchReason) -> v1::MatchReason {
    let factor = match reason.factor {
        Factor::Language(..) => MatchFactor::Language,
        Factor::Skill(_) => MatchFactor::Skill,
        Factor::Style { .. } => MatchFactor::Style,
        Factor::Motive(_) => MatchFactor::Motive,
        Factor::Clash { .. } => MatchFactor::MotiveClash,
        Factor::Experience(_) => MatchFactor::Experience,
        Factor::Load(_) => MatchFactor::Load,
        Factor::NoProfile => MatchFactor::NoProfile,
    };
    v1::MatchReason {
        factor: factor.into(),
        points: reason.points,
        detail: reason.factor.to_string(),
    }
}

fn language_code(code: &str) -> Result<Option<Language>, Status> {
    if code.is_empty() {
        return Ok(None);
    }
    let known = Language::ALL.iter().copied().find(|language| language.code() == code);
    known.map(Some).ok_or_else(|| {
        Reason::InvalidLanguage.status("a language is one that the product reads, such as \"en\"")
    })
}

fn invalid(message: impl Into<String>) -> Status {
    Reason::InvalidProfile.status(message)
}
