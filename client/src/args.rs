//! The command line.

pub(crate) mod people;

use std::path::PathBuf;

use attune_proto::v1;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::words::Lang;

/// Stream calls to an Attune server, watch them, look them up.
#[derive(Debug, Parser)]
#[command(name = "attune", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The server: http://host:port, or https://host:port together with --ca
    #[arg(long, global = true, env = "ATTUNE_SERVER", value_name = "URL")]
    #[arg(default_value = "http://127.0.0.1:50551")]
    pub(crate) server: String,
    /// Bearer token; better given in the environment, where other users do not see it
    #[arg(long, global = true, env = "ATTUNE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// PEM file with the certificates that may vouch for the server
    #[arg(long, global = true, env = "ATTUNE_CA", value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Language of the interface [default: from LANG]
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a recording as if it were a live call
    Stream(StreamArgs),
    /// Send the microphone as one side of a call
    Mic(MicArgs),
    /// Follow a call: who, how, what to say
    Watch(WatchArgs),
    /// Look up calls, live and past
    #[command(subcommand)]
    Calls(CallsCommand),
    /// Figures of many calls, what changed, and what may have caused it
    Report(ReportArgs),
    /// What is remembered of callers: see, correct, take away, erase
    #[command(subcommand)]
    Callers(people::CallersCommand),
    /// What agents say of themselves, and who of them suits a caller
    #[command(subcommand)]
    Agents(people::AgentsCommand),
    /// Goals, notices and tips for those who lead
    #[command(subcommand)]
    Coach(CoachCommand),
    /// Correct the reading of a live call; a human outranks the model
    Correct(CorrectArgs),
    /// Say what became of a card
    Feedback(FeedbackArgs),
    /// What became of the playbook's notes: adoption, and what calls came to
    Notes(NotesArgs),
    /// What an agent wants of the cards: how many, and which not
    Wishes(WishesArgs),
    /// Lend your token to a page in a browser for some minutes
    Token(TokenArgs),
}

/// `attune token`
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// The one scope that is lent
    #[arg(long, default_value = "watch")]
    pub(crate) scope: TokenFor,
    /// For how long, up to a day
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(i64).range(1..=1440))]
    pub(crate) minutes: i64,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenFor {
    /// Sending the audio of calls
    Stream,
    /// An agent's desk
    Watch,
    /// Leads, coaches, quality
    Coach,
    /// Everything
    Admin,
}

/// `attune notes`
#[derive(Debug, Args)]
pub(crate) struct NotesArgs {
    /// The project; without it the default one
    #[arg(long, default_value = "")]
    pub(crate) project: String,
    /// The language of the notes; without it the server's default
    #[arg(long, default_value = "")]
    pub(crate) language: String,
    /// Canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune wishes`
#[derive(Debug, Args)]
pub(crate) struct WishesArgs {
    /// The agent, as the telephony platform names agents: you
    pub(crate) agent: String,
    /// At most so many cards in a call; "any": as many as the playbook gives
    #[arg(long, value_name = "NUMBER|any")]
    pub(crate) cards: Option<String>,
    /// Show no card of this note, or of this class ("offer"); may be repeated
    #[arg(long, value_name = "NOTE|CLASS")]
    pub(crate) mute: Vec<String>,
    /// Show its cards again
    #[arg(long, value_name = "NOTE|CLASS")]
    pub(crate) unmute: Vec<String>,
    /// Canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune stream`
#[derive(Debug, Args)]
pub(crate) struct StreamArgs {
    /// A stereo WAV, a mono WAV, or two mono WAVs (left, right)
    #[arg(required = true, num_args = 1..=2, value_name = "WAV")]
    pub(crate) files: Vec<PathBuf>,
    /// Which channel, or which of two files, carries the caller
    #[arg(long, value_enum, default_value = "left", value_name = "CHANNEL")]
    pub(crate) caller: Channel,
    /// Who is on a recording of one channel
    #[arg(long, value_enum, default_value = "mixed", value_name = "WHO")]
    pub(crate) mono: Mono,
    /// Times live pace
    #[arg(long, default_value = "1", value_parser = speed)]
    pub(crate) speed: f64,
    /// Sample rate on the wire, in hertz [default: the recording's if it is one of these]
    #[arg(long, value_parser = ["8000", "16000", "48000"], value_name = "HZ")]
    pub(crate) rate: Option<String>,
    #[command(flatten)]
    pub(crate) call: CallArgs,
}

/// `attune mic`
#[derive(Debug, Args)]
pub(crate) struct MicArgs {
    /// Whose microphone it is
    #[arg(long = "as", value_enum, default_value = "caller", value_name = "WHO")]
    pub(crate) role: Role,
    /// Name of the input device, or a part of it [default: the system's]
    #[arg(long)]
    pub(crate) device: Option<String>,
    #[command(flatten)]
    pub(crate) call: CallArgs,
}

/// What is said of a call when it is opened.
#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// Name of the call [default: the server chooses]
    #[arg(long, value_name = "ID")]
    pub(crate) call_id: Option<String>,
    /// Language spoken: en, de, or detect to have it found out [default: the server's]
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// Coding on the wire
    #[arg(long, value_enum, default_value = "linear16")]
    pub(crate) encoding: Wire,
    /// Milliseconds of sound in a message
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u64).range(20..=100))]
    pub(crate) chunk_ms: u64,
    /// Project whose playbook applies
    #[arg(long)]
    pub(crate) project: Option<String>,
    /// Who takes the call
    #[arg(long, value_name = "ID")]
    pub(crate) agent: Option<String>,
    /// Who calls: telephone number or customer id; better given in the environment
    #[arg(long, env = "ATTUNE_CALLER_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) caller_key: Option<String>,
    /// The caller agrees to be remembered for the next call
    #[arg(long, requires = "caller_key")]
    pub(crate) remember: bool,
}

/// `attune watch`
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// The call [default: the newest live one, else the next one]
    pub(crate) call: Option<String>,
    /// The newest call, live or ended
    #[arg(long, conflicts_with_all = ["call", "next"])]
    pub(crate) latest: bool,
    /// The next call that starts
    #[arg(long, conflicts_with = "call")]
    pub(crate) next: bool,
    /// Wait for CALL to start
    #[arg(long, requires = "call")]
    pub(crate) wait: bool,
    /// One line of canonical JSON per event
    #[arg(long, conflicts_with_all = ["plain", "svg"])]
    pub(crate) json: bool,
    /// One readable line per event, on a terminal too
    #[arg(long)]
    pub(crate) plain: bool,
    /// Leave when the call ends instead of waiting for q
    #[arg(long)]
    pub(crate) exit: bool,
    /// Draw the screen into an SVG file instead
    #[arg(long, value_name = "FILE", conflicts_with = "plain")]
    pub(crate) svg: Option<PathBuf>,
    /// Second of the call to draw [default: its end]
    #[arg(long, requires = "svg", value_name = "SECOND")]
    pub(crate) at: Option<u64>,
    /// Size of the drawing in characters
    #[arg(long, requires = "svg", default_value = "110x32", value_name = "WxH", value_parser = size)]
    pub(crate) size: (u16, u16),
}

/// `attune calls`
#[derive(Debug, Subcommand)]
pub(crate) enum CallsCommand {
    /// Newest first
    List(ListArgs),
    /// One call and its latest reading
    Get(OneCall),
    /// Every event of a call
    Events(OneCall),
    /// What a call came to, in sentences
    Summary(OneCall),
    /// Record what became of a call, or show what is recorded
    Outcome(OutcomeArgs),
    /// Record how many calls a project was offered on a day
    Traffic(TrafficArgs),
}

/// `attune calls outcome`
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// The call
    pub(crate) call: String,
    /// Whether the caller's issue was settled
    #[arg(long, value_enum)]
    pub(crate) resolved: Option<YesNo>,
    /// Customer effort, 1 (none) to 5
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=5))]
    pub(crate) effort: Option<i32>,
    /// Customer satisfaction, 1 to 5 (very)
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=5))]
    pub(crate) csat: Option<i32>,
    /// How likely the caller is to recommend, 0 to 10
    #[arg(long, value_parser = clap::value_parser!(i32).range(0..=10))]
    pub(crate) nps: Option<i32>,
    /// The code that the call was closed with
    #[arg(long, value_name = "CODE")]
    pub(crate) wrap_up: Option<String>,
    /// What it was about
    #[arg(long)]
    pub(crate) issue: Option<String>,
    /// Whether somebody else took over, and rightly
    #[arg(long, value_enum)]
    pub(crate) escalation: Option<Escalated>,
    /// Offers made
    #[arg(long, value_name = "NUMBER")]
    pub(crate) offers: Option<u32>,
    /// How many of them the caller took
    #[arg(long, value_name = "NUMBER", requires = "offers")]
    pub(crate) accepted: Option<u32>,
    /// What the caller brings in: 2026-01-01..2026-03-31=120.50
    #[arg(long, value_name = "FIRST..LAST=AMOUNT")]
    pub(crate) revenue: Vec<String>,
    /// Seconds until the agent was free again
    #[arg(long, value_name = "SECONDS")]
    pub(crate) after_call_work: Option<u32>,
    /// Seconds that the caller waited for an agent
    #[arg(long, value_name = "SECONDS")]
    pub(crate) waited: Option<u32>,
    /// Canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune calls traffic`
#[derive(Debug, Args)]
pub(crate) struct TrafficArgs {
    /// The day, UTC: 2026-01-31
    pub(crate) date: String,
    /// Calls that came in
    #[arg(long, value_name = "NUMBER")]
    pub(crate) offered: u32,
    /// How many of them somebody answered
    #[arg(long, value_name = "NUMBER")]
    pub(crate) answered: u32,
    /// The project they were for
    #[arg(long)]
    pub(crate) project: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    /// Yes
    Yes,
    /// No
    No,
}

/// Whether somebody else took the case over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Escalated {
    /// It stayed with the agent
    None,
    /// Handed on; nobody has said whether rightly
    Unjudged,
    /// Handed on rightly
    Appropriate,
    /// Handed on without need
    Inappropriate,
}

/// `attune calls list`
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=1000))]
    pub(crate) limit: i32,
    /// Where the list before this one ended
    #[arg(long)]
    pub(crate) page_token: Option<String>,
    /// Only calls in this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<State>,
    /// One line of canonical JSON per call
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune calls get`, `attune calls events`, `attune calls summary`
#[derive(Debug, Args)]
pub(crate) struct OneCall {
    /// The call
    pub(crate) call: String,
    /// Canonical JSON, one line per message
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune report`
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// How calls are put together
    #[arg(long, value_enum, default_value = "team")]
    pub(crate) by: By,
    /// First day, UTC: 2026-01-31 [default: the 28 days up to the last]
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<String>,
    /// Last day [default: today]
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<String>,
    /// Only calls of this project
    #[arg(long)]
    pub(crate) project: Option<String>,
    /// Also write all figures for a spreadsheet
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Also write a page with pictures
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune coach`
#[derive(Debug, Subcommand)]
pub(crate) enum CoachCommand {
    /// Every goal with its progress and what is due
    Goals(Json),
    /// Set a goal for a team, a project or an issue
    Set(GoalArgs),
    /// Forget a goal
    Delete(OneGoal),
    /// How to lead by the motive that somebody says of himself
    Tips(Json),
    /// Teams in which notes fall out of use
    Notices(Json),
}

/// A list that may be for programs.
#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Canonical JSON, one line each
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune coach delete`
#[derive(Debug, Args)]
pub(crate) struct OneGoal {
    /// The goal, as `attune coach goals` names it (g-1)
    pub(crate) goal: String,
}

/// `attune coach set`
#[derive(Debug, Args)]
pub(crate) struct GoalArgs {
    /// The goal to change (g-1) [default: a new one]
    pub(crate) goal: Option<String>,
    /// Whose calls
    #[arg(long, value_enum, default_value = "team")]
    pub(crate) by: By,
    /// Which team, project or issue
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) key: String,
    /// Which figure, as docs/ref/figures.md names it: csat, handle_time
    #[arg(long)]
    pub(crate) figure: String,
    /// Where it shall be
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) target: f64,
    /// By when, UTC: 2026-12-31
    #[arg(long, value_name = "DAY")]
    pub(crate) due: String,
    /// A step of the plan: "2026-12-01: listen together"; "done " before it when it is done
    #[arg(long)]
    pub(crate) step: Vec<String>,
}

/// How calls are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The agents' teams
    Team,
    /// Projects
    Project,
    /// Days
    Day,
    /// What the calls were about
    Issue,
}

/// `attune correct`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true)
    .args(["colour", "motive", "caller_type", "mood"]))]
pub(crate) struct CorrectArgs {
    /// The call
    pub(crate) call: String,
    /// The colour as you see it
    #[arg(long, alias = "color", value_parser = ["red", "yellow", "green", "blue"])]
    pub(crate) colour: Option<String>,
    /// The motive as you see it
    #[arg(long, value_parser = ["knowledge", "empathy", "individuality", "belonging", "security", "vision"])]
    pub(crate) motive: Option<String>,
    /// The caller type as you see it
    #[arg(long = "type", value_parser = ["none", "offloader", "grievance", "abusive"])]
    pub(crate) caller_type: Option<String>,
    /// The mood as you hear it
    #[arg(long, value_parser = ["neutral", "satisfied", "angry", "disappointed", "worried", "confused", "grateful", "apologetic"])]
    pub(crate) mood: Option<String>,
    /// The new reading as canonical JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `attune feedback`
#[derive(Debug, Args)]
pub(crate) struct FeedbackArgs {
    /// The call
    pub(crate) call: String,
    /// The card, as `attune watch` names it (s-1)
    pub(crate) card: String,
    /// What became of it
    #[arg(value_enum)]
    pub(crate) kind: Became,
    /// Why it was dismissed
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

/// A channel of a stereo recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Channel {
    /// The first
    Left,
    /// The second
    Right,
}

/// Who is on a recording of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mono {
    /// The caller alone
    Caller,
    /// The agent alone
    Agent,
    /// Both, or unknown: words are read, moods are not
    Mixed,
}

/// A side of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Who called
    Caller,
    /// Who takes the call
    Agent,
}

/// Coding on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wire {
    /// 16-bit signed little-endian
    Linear16,
    /// G.711 µ-law
    Mulaw,
    /// G.711 A-law
    Alaw,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// Running
    Live,
    /// Its stream broke and may come back
    Interrupted,
    /// Over
    Ended,
}

/// What became of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Became {
    /// It was said, as it is or adapted
    Used,
    /// It was not wanted
    Dismissed,
}

impl Wire {
    /// As the API names it.
    pub(crate) fn api(self) -> v1::AudioEncoding {
        match self {
            Self::Linear16 => v1::AudioEncoding::Linear16,
            Self::Mulaw => v1::AudioEncoding::Mulaw,
            Self::Alaw => v1::AudioEncoding::Alaw,
        }
    }

    /// As the audio crate names it.
    pub(crate) fn codec(self) -> attune_audio::codec::Encoding {
        match self {
            Self::Linear16 => attune_audio::codec::Encoding::Linear16,
            Self::Mulaw => attune_audio::codec::Encoding::Mulaw,
            Self::Alaw => attune_audio::codec::Encoding::Alaw,
        }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=100.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.1 to 100".into()),
    }
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once(['x', '×']).and_then(|(columns, rows)| {
        Some((columns.parse::<u16>().ok()?, rows.parse::<u16>().ok()?))
    });
    match parsed {
        Some((columns, rows)) if (20..=400).contains(&columns) && (5..=200).contains(&rows) => {
            Ok((columns, rows))
        }
        _ => Err("columns x rows, such as 110x32".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    fn fails(line: &str) -> String {
        let error = Cli::try_parse_from(line.split(' ')).expect_err(line);
        assert!(error.use_stderr(), "{line}");
        error.to_string()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, part) in [
            ("attune", "Usage"),
            ("attune stream", "<WAV>"),
            ("attune stream a.wav b.wav c.wav", "c.wav"),
            ("attune stream a.wav --speed 0", "0.1 to 100"),
            ("attune stream a.wav --speed NaN", "0.1 to 100"),
            ("attune stream a.wav --rate 44100", "48000"),
            ("attune stream a.wav --chunk-ms 500", "500"),
            ("attune stream a.wav --caller middle", "middle"),
            ("attune stream a.wav --encoding opus", "opus"),
            ("attune watch c1 --latest", "--latest"),
            ("attune watch --next --latest", "--latest"),
            ("attune watch --wait", "CALL"),
            ("attune watch c1 --svg x.svg --size 3x3", "110x32"),
            ("attune correct c1", "--colour"),
            ("attune correct c1 --colour purple", "purple"),
            ("attune feedback c1 s-1 loved", "loved"),
            ("attune calls list --limit 0", "0"),
            ("attune calls outcome c1 --effort 6", "1..=5"),
            ("attune calls outcome c1 --accepted 1", "--offers"),
            ("attune report --by agent", "agent"),
            ("attune token --scope wach", "watch"),
            ("attune token --minutes 1441", "1440"),
            ("attune calls traffic 2026-01-31 --offered 9", "--answered"),
        ] {
            let message = fails(line);
            assert!(message.contains(part), "{line}: {part} is missing from {message}");
        }
    }

    #[test]
    fn global_options_stand_anywhere() {
        for line in ["attune --lang de watch c1", "attune watch c1 --lang de"] {
            let cli = Cli::try_parse_from(line.split(' ')).expect(line);
            assert_eq!(cli.global.lang, Some(crate::words::Lang::De));
            assert!(matches!(cli.command, Command::Watch(_)));
        }
    }
}
