//! `attune callers`, `attune agents`: who called, and who of the agents suits whom.

use attune_proto::json::to_line;
use attune_proto::v1::{
    AgentProfile, CallerProfile, Colour, CorrectProfileRequest, DeleteAgentRequest,
    EraseCallerRequest, ExportCallerRequest, FreeAgent, GetProfileRequest, ListAgentsRequest,
    Motive, PutAgentRequest, RecommendAgentsRequest, Recommendation, Snapshot,
};

use crate::args::Global;
use crate::args::people::{
    AgentsCommand, CallersCommand, CorrectCallerArgs, OneCaller, PutAgentArgs, RecommendArgs,
};
use crate::calls::named;
use crate::connect::Link;
use crate::error::Error;
use crate::outcome;
use crate::print::{clean, line};
use crate::time::date;
use crate::view::reading;
use crate::words::{Words, fill};

/// `attune callers …`
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn callers(
    global: &Global,
    command: CallersCommand,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    match command {
        CallersCommand::Show(caller) => {
            let request = GetProfileRequest { caller_key: caller.key };
            let profile = link.profiles().get_profile(request).await?.into_inner();
            tell(&profile, caller.json, words)
        }
        CallersCommand::Correct(args) => {
            let json = args.caller.json;
            let changed = link.profiles().correct_profile(correction(args)).await?;
            tell(&changed.into_inner(), json, words)
        }
        CallersCommand::Export(caller) => export(&link, caller).await,
        CallersCommand::Erase(args) => {
            let request = EraseCallerRequest { caller_key: args.caller.key };
            let erased = link.profiles().erase_caller(request).await?.into_inner();
            if args.caller.json {
                return line(&to_line(&erased)?);
            }
            line(&fill(words.erased, &[&erased.calls]))
        }
    }
}

async fn export(link: &Link, caller: OneCaller) -> Result<(), Error> {
    let request = ExportCallerRequest { caller_key: caller.key };
    let mut items = link.profiles().export_caller(request).await?.into_inner();
    while let Some(item) = items.message().await? {
        line(&to_line(&item)?)?;
    }
    Ok(())
}

fn correction(args: CorrectCallerArgs) -> CorrectProfileRequest {
    CorrectProfileRequest {
        caller_key: args.caller.key,
        colour: named("COLOUR", &args.colour, Colour::from_str_name).into(),
        motive: named("MOTIVE", &args.motive, Motive::from_str_name).into(),
        preferred_language: args.language.unwrap_or_default(),
        take_back: args.take_back,
    }
}

fn tell(profile: &CallerProfile, json: bool, words: &'static Words) -> Result<(), Error> {
    if json {
        return line(&to_line(profile)?);
    }
    let snapshot = Snapshot {
        colour: profile.colour.clone(),
        motive: profile.motive.clone(),
        ..Snapshot::default()
    };
    line(&format!(
        "{} · {}",
        fill(words.remembered, &[&profile.calls]),
        reading(&snapshot, words)
    ))?;
    for call in &profile.past_calls {
        let start = call.start_time.as_ref().map(date).unwrap_or_default();
        let told = match &call.outcome {
            Some(recorded) => outcome::told(recorded, words),
            None => clean(&call.call_id),
        };
        line(&format!("{start}  {told}"))?;
        for promise in &call.promises {
            line(&format!("            {}", clean(&promise.text)))?;
        }
    }
    Ok(())
}

/// `attune agents …`
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn agents(
    global: &Global,
    command: AgentsCommand,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    match command {
        AgentsCommand::List { json } => {
            let listed = link.agents().list_agents(ListAgentsRequest {}).await?.into_inner();
            for agent in &listed.agents {
                line(&if json { to_line(agent)? } else { described(agent, words) })?;
            }
            Ok(())
        }
        AgentsCommand::Put(args) => {
            let request = PutAgentRequest { agent: Some(profile(args)) };
            let kept = link.agents().put_agent(request).await?.into_inner();
            line(&described(&kept, words))
        }
        AgentsCommand::Delete { id } => {
            link.agents().delete_agent(DeleteAgentRequest { agent_id: id }).await?;
            line(words.noted)
        }
        AgentsCommand::Recommend(args) => recommend(&link, args, words).await,
    }
}

fn profile(args: PutAgentArgs) -> AgentProfile {
    AgentProfile {
        agent_id: args.id,
        colour: named("COLOUR", &args.colour, Colour::from_str_name).into(),
        motive: named("MOTIVE", &args.motive, Motive::from_str_name).into(),
        languages: args.languages,
        skills: args.skills,
        experience_years: args.years,
        update_time: None,
    }
}

fn described(agent: &AgentProfile, words: &Words) -> String {
    let mut parts = vec![clean(&agent.agent_id)];
    if agent.colour != 0 {
        parts.push(words.colour_name(agent.colour()).to_owned());
    }
    if agent.motive != 0 {
        parts.push(words.motive_name(agent.motive()).to_owned());
    }
    parts.extend(
        [&agent.languages, &agent.skills].into_iter().map(|names| clean(&names.join(", "))),
    );
    parts.push(fill(words.years, &[&agent.experience_years]));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

async fn recommend(link: &Link, args: RecommendArgs, words: &'static Words) -> Result<(), Error> {
    let free = args.free.into_iter().map(|(agent_id, load)| FreeAgent { agent_id, load });
    let request = RecommendAgentsRequest {
        caller_key: args.caller_key.unwrap_or_default(),
        language: args.language.unwrap_or_default(),
        issue: args.issue.unwrap_or_default(),
        customer_tier: args.tier.unwrap_or_default(),
        free: free.collect(),
    };
    let told = link.agents().recommend_agents(request).await?.into_inner();
    if args.json {
        return line(&to_line(&told)?);
    }
    told.recommendations.iter().try_for_each(|one| line(&recommended(one, words)))
}

/// `anna +0.82 · skill +1.00 · load -0.18`
fn recommended(one: &Recommendation, words: &Words) -> String {
    let mut text = format!("{:<16} {:+.2}", clean(&one.agent_id), one.score);
    for reason in &one.reasons {
        let name = words.factor_name(reason.factor());
        text.push_str(&format!(" · {name} {:+.2} ({})", reason.points, clean(&reason.detail)));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};
    use crate::words::Lang;

    fn parsed(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).expect(line).command
    }

    #[test]
    fn a_correction_and_a_profile_reach_the_api() {
        let line = "attune callers correct 0170-5 --colour blue --motive security --language de";
        let Command::Callers(CallersCommand::Correct(args)) = parsed(line) else {
            panic!("{line}")
        };
        let request = correction(args);
        assert_eq!((request.colour(), request.motive()), (Colour::Blue, Motive::Security));
        let line =
            "attune agents put anna --motive vision --languages en,de --skills bill --years 3";
        let Command::Agents(AgentsCommand::Put(args)) = parsed(line) else { panic!("{line}") };
        let told = described(&profile(args), Lang::En.words());
        assert_eq!(told, "anna · vision · en, de · bill · 3 years of experience");
    }

    #[test]
    fn erasing_wants_a_yes_and_a_load_a_number() {
        for line in ["attune callers erase 0170", "attune agents recommend anna=much"] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
