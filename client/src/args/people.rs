//! `attune callers`, `attune agents`.

use clap::{Args, Subcommand};

/// `attune callers`
#[derive(Debug, Subcommand)]
pub(crate) enum CallersCommand {
    /// What is remembered of a caller, and the last calls
    Show(OneCaller),
    /// Correct what is remembered; a human outranks what was heard
    Correct(CorrectCallerArgs),
    /// All that is kept of a caller, a line of canonical JSON each
    Export(OneCaller),
    /// Erase all that is kept of a caller
    Erase(EraseArgs),
}

/// A caller.
#[derive(Debug, Args)]
pub(crate) struct OneCaller {
    /// Telephone number or customer id, as the platform writes it
    #[arg(env = "ATTUNE_CALLER_KEY", hide_env_values = true)]
    pub(crate) key: String,
    /// Canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune callers correct`
#[derive(Debug, Args)]
pub(crate) struct CorrectCallerArgs {
    #[command(flatten)]
    pub(crate) caller: OneCaller,
    /// The colour as people know it
    #[arg(long, alias = "color", value_parser = ["red", "yellow", "green", "blue"])]
    pub(crate) colour: Option<String>,
    /// The motive as people know it
    #[arg(long, value_parser = ["knowledge", "empathy", "individuality", "belonging", "security", "vision"])]
    pub(crate) motive: Option<String>,
    /// The language that the caller prefers: en, de
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// Take back what people said before
    #[arg(long)]
    pub(crate) take_back: bool,
}

/// `attune callers erase`
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    pub(crate) caller: OneCaller,
    /// Yes, erase: it cannot be undone
    #[arg(long, required = true)]
    pub(crate) yes: bool,
}

/// `attune agents`
#[derive(Debug, Subcommand)]
pub(crate) enum AgentsCommand {
    /// Every agent who said something of himself
    List {
        /// A line of canonical JSON each
        #[arg(long)]
        json: bool,
    },
    /// Keep what an agent says of himself, in place of what he said before
    Put(PutAgentArgs),
    /// Forget what an agent said of himself
    Delete {
        /// As in `attune stream --agent`
        id: String,
    },
    /// Who of the free agents suits a caller, and why. Advice, never by mood
    Recommend(RecommendArgs),
}

/// `attune agents put`
#[derive(Debug, Args)]
pub(crate) struct PutAgentArgs {
    /// As in `attune stream --agent`
    pub(crate) id: String,
    /// The style the agent is most comfortable with
    #[arg(long, alias = "color", value_parser = ["red", "yellow", "green", "blue"])]
    pub(crate) colour: Option<String>,
    /// What moves the agent, as he says
    #[arg(long, value_parser = ["knowledge", "empathy", "individuality", "belonging", "security", "vision"])]
    pub(crate) motive: Option<String>,
    /// Languages spoken: en,de
    #[arg(long, value_delimiter = ',')]
    pub(crate) languages: Vec<String>,
    /// Issues the agent is good at: bill,move
    #[arg(long, value_delimiter = ',')]
    pub(crate) skills: Vec<String>,
    /// Years in this work
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub(crate) years: u32,
}

/// `attune agents recommend`
#[derive(Debug, Args)]
pub(crate) struct RecommendArgs {
    /// Agents who are free, with the share of the shift they were on calls: anna ben=0.7
    #[arg(required = true, value_name = "AGENT[=LOAD]", value_parser = free)]
    pub(crate) free: Vec<(String, f32)>,
    /// Whose profile counts
    #[arg(long, env = "ATTUNE_CALLER_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) caller_key: Option<String>,
    /// The language to speak: en, de
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// What the call is about
    #[arg(long)]
    pub(crate) issue: Option<String>,
    /// How important the customer is
    #[arg(long, value_parser = ["A", "B", "C"])]
    pub(crate) tier: Option<String>,
    /// Canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn free(text: &str) -> Result<(String, f32), String> {
    let Some((id, load)) = text.split_once('=') else { return Ok((text.to_owned(), 0.0)) };
    let load = load.parse().map_err(|_not_a_number| format!("{load} is no share from 0 to 1"))?;
    Ok((id.to_owned(), load))
}
