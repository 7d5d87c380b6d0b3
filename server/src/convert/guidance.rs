//! What a call begins with besides its sound, and how far it has come.

use attune_models::facts::CallFacts;
use attune_models::guidance::{AgentWishes, Guidance, Ranks};
use attune_models::profile::Carried;
use attune_models::suggestion::{Raised, Step};
use attune_models::transcript::Language;
use attune_proto::v1;
use tonic::Status;

use super::incoming::{check_name, class};
use super::outgoing::{number, time_out, utterance_out};
use crate::status::Reason;

/// Most notes that a list may name: as many as a playbook has.
const MAX_NOTES: usize = 5_000;

pub(super) fn facts(facts: v1::CallFacts) -> Result<CallFacts, Status> {
    check_name("facts.last_issue", &facts.last_issue)?;
    facts.offers.iter().try_for_each(|offer| check_name("facts.offers", offer))?;
    let language = match facts.preferred_language_code.as_str() {
        "" => None,
        // A language that nobody here speaks is as good as none.
        code => Language::from_code(code),
    };
    Ok(CallFacts {
        tier: class("facts.customer_tier", facts.customer_tier)?,
        calls_before: facts.calls_before,
        preferred_language: language,
        offers: facts.offers,
        carried: Carried::from_kept(&facts.colour_log_odds, &facts.motive_log_odds),
        last_promised: facts.last_promised,
        last_issue: Some(facts.last_issue).filter(|issue| !issue.is_empty()),
    })
}

pub(super) fn guidance(guidance: v1::Guidance) -> Result<Guidance, Status> {
    let ranks = guidance.ranks.map(|ranks| {
        let rank = |rank: v1::NoteRank| (rank.note_id, thousandths(rank.rank));
        let of = ranks.ranks.into_iter().take(MAX_NOTES).map(rank).collect();
        Ranks { seed: ranks.seed, of, floor: thousandths(ranks.floor) }
    });
    Ok(Guidance {
        held_out: guidance.held_out,
        ranks,
        muted: guidance.muted_note_ids.into_iter().take(MAX_NOTES).collect(),
        agent: wishes(guidance.agent.unwrap_or_default())?,
    })
}

/// Understands what an agent wants.
pub(crate) fn wishes(wishes: v1::AgentWishes) -> Result<AgentWishes, Status> {
    if wishes.muted.len() > MAX_NOTES {
        return Err(Reason::InvalidName.status(format!("`muted` has more than {MAX_NOTES} words")));
    }
    wishes.muted.iter().try_for_each(|word| check_name("muted", word))?;
    Ok(AgentWishes {
        cards_per_call: wishes.cards_per_call,
        muted: wishes.muted.into_iter().collect(),
    })
}

pub(super) fn facts_out(facts: &CallFacts) -> Option<v1::CallFacts> {
    let out = || v1::CallFacts {
        customer_tier: facts.tier.map_or(0, number),
        calls_before: facts.calls_before,
        preferred_language_code: facts.preferred_language.map_or("", Language::code).into(),
        last_issue: facts.last_issue.clone().unwrap_or_default(),
        last_promised: facts.last_promised,
        offers: facts.offers.clone(),
        colour_log_odds: facts.carried.colour.clone(),
        motive_log_odds: facts.carried.motive.clone(),
    };
    (!facts.is_empty()).then(out)
}

pub(super) fn guidance_out(guidance: &Guidance) -> Option<v1::Guidance> {
    let rank = |(note_id, rank): (&String, &u16)| v1::NoteRank {
        note_id: note_id.clone(),
        rank: u32::from(*rank),
    };
    let out = || v1::Guidance {
        held_out: guidance.held_out,
        ranks: guidance.ranks.as_ref().map(|ranks| v1::NoteRanks {
            seed: ranks.seed,
            ranks: ranks.of.iter().map(rank).collect(),
            floor: u32::from(ranks.floor),
        }),
        muted_note_ids: guidance.muted.iter().cloned().collect(),
        agent: wishes_out(&guidance.agent),
    };
    (!guidance.is_empty()).then(out)
}

/// An agent's wishes; none if there are none.
pub(crate) fn wishes_out(wishes: &AgentWishes) -> Option<v1::AgentWishes> {
    (*wishes != AgentWishes::default()).then(|| v1::AgentWishes {
        cards_per_call: wishes.cards_per_call,
        muted: wishes.muted.iter().cloned().collect(),
    })
}

pub(super) fn raised_out(raised: &Raised) -> v1::IssueRaised {
    let likely = |(id, name): &(String, String)| v1::LikelyIssue {
        issue_id: id.clone(),
        name: name.clone(),
    };
    v1::IssueRaised {
        issue_id: raised.issue.clone(),
        name: raised.name.clone(),
        utterance_id: raised.utterance.to_string(),
        evidence: raised.words.reveal().clone(),
        next: raised.next.iter().map(likely).collect(),
    }
}

pub(super) fn checklist_out(steps: &[Step]) -> v1::Checklist {
    let step = |step: &Step| {
        let done = step.done.as_ref();
        let evidence = done.map_or(&[][..], |done| &done.evidence);
        v1::ChecklistStep {
            note_id: step.note.clone(),
            say: step.say.clone(),
            why: step.why.clone(),
            done: done.is_some(),
            done_offset: done.and_then(|done| time_out(done.at)),
            utterance_id: done.map_or_else(String::new, |done| utterance_out(done.utterance)),
            evidence: evidence.iter().map(|evidence| evidence.reveal().clone()).collect(),
        }
    };
    v1::Checklist { steps: steps.iter().map(step).collect() }
}

fn thousandths(share: u32) -> u16 {
    u16::try_from(share.min(1000)).unwrap_or(1000)
}
