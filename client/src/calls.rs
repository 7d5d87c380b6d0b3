//! `attune calls`, `attune correct`, `attune feedback`.

use attune_proto::json::to_line;
use attune_proto::v1::{
    Call, CallState, CallerType, Colour, CorrectSnapshotRequest, FeedbackKind, GetCallRequest,
    ListCallsRequest, Mood, Motive, RecordFeedbackRequest, SuggestionFeedback,
};

use crate::args::{
    Became, CallsCommand, CorrectArgs, FeedbackArgs, Global, ListArgs, OneCall, State,
};
use crate::connect::Link;
use crate::error::Error;
use crate::outcome;
use crate::print::{clean, line};
use crate::summary;
use crate::time::{clock, date, from_proto};
use crate::view::reading;
use crate::watch::{log, plain};
use crate::words::{Words, fill};

/// `attune calls …`
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn run(
    global: &Global,
    command: CallsCommand,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    match command {
        CallsCommand::List(args) => list(&link, args, words).await,
        CallsCommand::Get(args) => get(&link, args, words).await,
        CallsCommand::Events(args) => events(&link, args, words).await,
        CallsCommand::Summary(args) => summary::run(&link, args, words).await,
        CallsCommand::Outcome(args) => outcome::run(&link, args, words).await,
        CallsCommand::Traffic(args) => outcome::traffic(&link, args, words).await,
    }
}

/// `attune correct …`
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn correct(
    global: &Global,
    args: CorrectArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    let request = correction(&args);
    let snapshot = link.calls().correct_snapshot(request).await?.into_inner();
    if args.json {
        return line(&to_line(&snapshot)?);
    }
    line(&format!("{} {}", words.corrected, reading(&snapshot, words)))
}

/// `attune feedback …`
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn feedback(
    global: &Global,
    args: FeedbackArgs,
    words: &'static Words,
) -> Result<(), Error> {
    if args.reason.is_some() && args.kind == Became::Used {
        return Err(Error::Usage("--reason belongs to dismissed".into()));
    }
    let link = Link::open(global).await?;
    send_feedback(&link, args.call, args.card, args.kind, args.reason.unwrap_or_default()).await?;
    line(words.noted)
}

/// Tells the server what became of a card.
///
/// # Errors
/// Whatever the server says.
pub(crate) async fn send_feedback(
    link: &Link,
    call_id: String,
    card: String,
    kind: Became,
    reason: String,
) -> Result<(), Error> {
    let kind = match kind {
        Became::Used => FeedbackKind::Used,
        Became::Dismissed => FeedbackKind::Dismissed,
    };
    let feedback = SuggestionFeedback { suggestion_id: card, kind: kind.into(), reason };
    let request = RecordFeedbackRequest { call_id, feedback: Some(feedback) };
    link.calls().record_feedback(request).await?;
    Ok(())
}

async fn list(link: &Link, args: ListArgs, words: &'static Words) -> Result<(), Error> {
    let state = match args.state {
        None => CallState::Unspecified,
        Some(State::Live) => CallState::Live,
        Some(State::Interrupted) => CallState::Interrupted,
        Some(State::Ended) => CallState::Ended,
    };
    let request = ListCallsRequest {
        page_size: args.limit,
        page_token: args.page_token.unwrap_or_default(),
        state: state.into(),
    };
    let page = link.calls().list_calls(request).await?.into_inner();
    if args.json {
        for call in &page.calls {
            line(&to_line(call)?)?;
        }
    } else if page.calls.is_empty() {
        line(words.no_calls)?;
    } else {
        line(&row(
            words.col_call,
            words.col_state,
            words.col_start,
            words.col_length,
            words.col_reading,
        ))?;
        for call in &page.calls {
            line(&call_row(call, words))?;
        }
    }
    if !page.next_page_token.is_empty() {
        crate::print::note(&fill(words.more_calls, &[&page.next_page_token]));
    }
    Ok(())
}

async fn get(link: &Link, args: OneCall, words: &'static Words) -> Result<(), Error> {
    let request = GetCallRequest { call_id: args.call };
    let call = link.calls().get_call(request).await?.into_inner();
    if args.json {
        return line(&to_line(&call)?);
    }
    line(&call_row(&call, words))
}

async fn events(link: &Link, args: OneCall, words: &'static Words) -> Result<(), Error> {
    for event in log::read(link, &args.call, 0).await? {
        if args.json {
            line(&to_line(&event)?)?;
        } else if let Some(text) = plain::event(&event, words) {
            line(&text)?;
        }
    }
    Ok(())
}

fn correction(args: &CorrectArgs) -> CorrectSnapshotRequest {
    // The words were checked against the lists by the command line.
    CorrectSnapshotRequest {
        call_id: args.call.clone(),
        colour: named("COLOUR", &args.colour, Colour::from_str_name).into(),
        motive: named("MOTIVE", &args.motive, Motive::from_str_name).into(),
        caller_type: named("CALLER_TYPE", &args.caller_type, CallerType::from_str_name).into(),
        mood: named("MOOD", &args.mood, Mood::from_str_name).into(),
    }
}

/// The class of an enum that a word of the command line names; without one, none.
pub(crate) fn named<T: Default>(
    prefix: &str,
    word: &Option<String>,
    class: impl Fn(&str) -> Option<T>,
) -> T {
    let name = word.as_ref().map(|word| format!("{prefix}_{}", word.to_uppercase()));
    name.and_then(|name| class(&name)).unwrap_or_default()
}

fn call_row(call: &Call, words: &'static Words) -> String {
    let start = call.start_time.as_ref().map(date).unwrap_or_default();
    let length = clock(from_proto(call.duration.as_ref()));
    let reading = call.snapshot.as_ref().map(|snapshot| reading(snapshot, words));
    let mut reading = reading.unwrap_or_else(|| words.not_enough.to_owned());
    if let Some(alert) = call.alerts.last() {
        reading = format!("! {}  {reading}", words.alert_name(alert.kind()));
    }
    row(&clean(&call.call_id), words.state_name(call.state()), &start, &length, &reading)
}

fn row(call: &str, state: &str, start: &str, length: &str, reading: &str) -> String {
    format!("{call:<24} {state:<13} {start:<19} {length:>6}  {reading}")
}

#[cfg(test)]
mod tests {
    use attune_proto::v1::{Call, CallState, CallerType, Colour, Mood, Motive};
    use clap::Parser;

    use super::{call_row, correction};
    use crate::args::{Cli, Command};
    use crate::fixture::angry_snapshot;
    use crate::words::Lang;

    fn corrected(line: &str) -> attune_proto::v1::CorrectSnapshotRequest {
        let cli = Cli::try_parse_from(line.split(' ')).expect(line);
        match cli.command {
            Command::Correct(args) => correction(&args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_word_of_a_correction_reaches_the_api() {
        let request = corrected("attune correct c1 --colour red");
        assert_eq!((request.colour(), request.motive()), (Colour::Red, Motive::Unspecified));
        let request =
            corrected("attune correct c1 --motive security --type grievance --mood apologetic");
        assert_eq!(request.motive(), Motive::Security);
        assert_eq!(request.caller_type(), CallerType::Grievance);
        assert_eq!(request.mood(), Mood::Apologetic);
        for word in ["neutral", "satisfied", "angry", "disappointed", "worried", "confused"] {
            assert_ne!(corrected(&format!("attune correct c --mood {word}")).mood, 0, "{word}");
        }
        for word in ["knowledge", "empathy", "individuality", "belonging", "vision"] {
            assert_ne!(corrected(&format!("attune correct c --motive {word}")).motive, 0, "{word}");
        }
        for word in ["none", "offloader", "abusive"] {
            assert_ne!(corrected(&format!("attune correct c --type {word}")).caller_type, 0);
        }
    }

    #[test]
    fn a_row_tells_a_call() {
        let call = Call {
            call_id: "c1".into(),
            state: CallState::Ended.into(),
            duration: Some(prost_types::Duration { seconds: 95, nanos: 0 }),
            snapshot: Some(angry_snapshot()),
            ..Call::default()
        };
        let row = call_row(&call, Lang::En.words());
        for part in ["c1", "ended", "1:35", "red 81 %", "grievance 66 %", "angry 71 %"] {
            assert!(row.contains(part), "{part} is missing from {row}");
        }
        assert!(call_row(&Call::default(), Lang::De.words()).contains("noch zu wenig"));
    }
}
