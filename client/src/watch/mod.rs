//! `attune watch`: follow a call.

mod choose;
pub(crate) mod follow;
mod keys;
mod live;
pub(crate) mod log;
pub(crate) mod plain;

use std::fs;
use std::time::Duration;

use attune_proto::json::to_line;
use tokio::sync::mpsc;

use self::follow::{Follower, Update};
use crate::args::{Global, WatchArgs};
use crate::connect::Link;
use crate::error::Error;
use crate::print::{line, note, to_terminal};
use crate::time::{from_proto, seconds};
use crate::view::{Screen, Theme, plain_summary, svg};
use crate::view_model::CallView;
use crate::words::{Words, fill};

/// Updates between the follower and the screen. When the terminal is slower than this the follower
/// waits, and in the end the server says that we lag: then the log is read.
const QUEUE: usize = 256;

/// How the call is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Live,
    Plain,
    Json,
    Picture,
}

/// Follows the call that the command line asks for.
///
/// # Errors
/// Whatever the server, the terminal or the output says.
pub(crate) async fn run(
    global: &Global,
    args: WatchArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let mode = mode(&args, to_terminal());
    let link = Link::open(global).await?;
    let call = choose::call(&link, &args, words).await?;
    let (sender, updates) = mpsc::channel(QUEUE);
    let wait = args.wait || args.call.is_none();
    let hints = matches!(mode, Mode::Live | Mode::Picture);
    let follower = Follower::new(link.clone(), call.clone(), wait, hints, sender);
    let follower = tokio::spawn(follower.run());
    let view = CallView::new(call);
    match mode {
        Mode::Json => json(updates).await?,
        Mode::Plain => summarise(&plain_lines(view, updates, words).await?, words)?,
        Mode::Picture => draw(view, updates, &args, words).await?,
        Mode::Live => {
            let view = live::show(view, link, updates, args.exit, words).await?;
            summarise(&view, words)?;
        }
    }
    if follower.is_finished() {
        return follower.await.unwrap_or(Ok(()));
    }
    follower.abort();
    Ok(())
}

fn mode(args: &WatchArgs, terminal: bool) -> Mode {
    match args {
        WatchArgs { svg: Some(_), .. } => Mode::Picture,
        WatchArgs { json: true, .. } => Mode::Json,
        WatchArgs { plain: true, .. } => Mode::Plain,
        _ if terminal => Mode::Live,
        _ => Mode::Plain,
    }
}

async fn json(mut updates: mpsc::Receiver<Update>) -> Result<(), Error> {
    while let Some(update) = updates.recv().await {
        if let Update::Event(event) = update {
            line(&to_line(event.as_ref())?)?;
        }
    }
    Ok(())
}

async fn plain_lines(
    mut view: CallView,
    mut updates: mpsc::Receiver<Update>,
    words: &'static Words,
) -> Result<CallView, Error> {
    note(&fill(words.watching, &[&view.call_id]));
    while let Some(update) = updates.recv().await {
        match update {
            Update::Event(event) => {
                view.fold(&event);
                if let Some(text) = plain::event(&event, words) {
                    line(&text)?;
                }
            }
            Update::Lost { reason, wait } => {
                note(&fill(words.reconnecting, &[&reason, &seconds(wait)]));
            }
            Update::Back => note(words.reconnected),
        }
    }
    Ok(view)
}

/// The call in figures, where it stays: below the last line, or in the terminal's history.
fn summarise(view: &CallView, words: &'static Words) -> Result<(), Error> {
    if view.clock > Duration::ZERO || view.end.is_some() {
        line("")?;
        for text in plain_summary(view, words) {
            line(&crate::print::clean(&text))?;
        }
    }
    Ok(())
}

/// Folds the call up to the second asked for, and draws the screen of that moment.
async fn draw(
    mut view: CallView,
    mut updates: mpsc::Receiver<Update>,
    args: &WatchArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let Some(path) = &args.svg else { return Ok(()) };
    let at = args.at.map(Duration::from_secs);
    while let Some(update) = updates.recv().await {
        let Update::Event(event) = update else { continue };
        if at.is_some_and(|at| from_proto(event.offset.as_ref()) > at) {
            break;
        }
        view.fold(&event);
    }
    let now = at.unwrap_or(view.clock);
    let theme = Theme::new(true);
    let screen = Screen { view: &view, now, words, theme, evidence: None, notice: None };
    let picture = svg::render(&screen, args.size.0, args.size.1);
    fs::write(path, picture).map_err(|source| Error::File { path: path.clone(), source })?;
    note(&fill(words.written, &[&path.display()]));
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Mode, mode};
    use crate::args::{Cli, Command};

    #[test]
    fn a_terminal_gets_the_screen_and_a_pipe_gets_lines() {
        let of = |line: &str, terminal| match Cli::parse_from(line.split(' ')).command {
            Command::Watch(args) => mode(&args, terminal),
            other => panic!("{other:?}"),
        };
        assert_eq!(of("attune watch", true), Mode::Live);
        assert_eq!(of("attune watch", false), Mode::Plain);
        assert_eq!(of("attune watch --plain", true), Mode::Plain);
        assert_eq!(of("attune watch --json", true), Mode::Json);
        assert_eq!(of("attune watch --svg a.svg", false), Mode::Picture);
    }
}
