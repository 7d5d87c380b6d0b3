//! `attune notes`, `attune wishes`: what becomes of a playbook's notes, and what agents want of them.

use attune_proto::json::to_line;
use attune_proto::v1::{
    AgentWishes, Effect, GetAgentWishesRequest, NoteUse, NotesReport, ReportNotesRequest,
    SetAgentWishesRequest, Share,
};

use crate::args::{Global, NotesArgs, WishesArgs};
use crate::connect::Link;
use crate::error::Error;
use crate::print::{clean, line};
use crate::words::{Words, fill};

/// Shows what became of every note.
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn report(
    global: &Global,
    args: NotesArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    let request = ReportNotesRequest { project: args.project, language_code: args.language };
    let report = link.playbooks().report_notes(request).await?.into_inner();
    if args.json {
        line(&to_line(&report)?)
    } else {
        told(&report, words).iter().try_for_each(|text| line(text))
    }
}

/// Shows what an agent wants, after changing what is given.
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn wishes(
    global: &Global,
    args: WishesArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    let request = GetAgentWishesRequest { agent_id: args.agent.clone() };
    let known = link.playbooks().get_agent_wishes(request).await?.into_inner();
    let mut wanted = changed(known.clone(), &args, words)?;
    if wanted != known {
        let request = SetAgentWishesRequest { agent_id: args.agent, wishes: Some(wanted) };
        wanted = link.playbooks().set_agent_wishes(request).await?.into_inner();
    }
    if args.json {
        return line(&to_line(&wanted)?);
    }
    match wanted.cards_per_call {
        Some(cards) => line(&fill(words.wishes_cards, &[&cards]))?,
        None => line(words.wishes_any)?,
    }
    match wanted.muted.as_slice() {
        [] => Ok(()),
        muted => line(&fill(words.wishes_muted, &[&muted.join(", ")])),
    }
}

fn changed(
    mut wishes: AgentWishes,
    args: &WishesArgs,
    words: &'static Words,
) -> Result<AgentWishes, Error> {
    match args.cards.as_deref() {
        None => {}
        Some("any") => wishes.cards_per_call = None,
        Some(number) => {
            let number =
                number.parse().map_err(|_other| Error::Usage(words.wishes_bad_cards.into()))?;
            wishes.cards_per_call = Some(number);
        }
    }
    wishes.muted.extend(args.mute.iter().cloned());
    wishes.muted.retain(|word| !args.unmute.contains(word));
    wishes.muted.sort();
    wishes.muted.dedup();
    Ok(wishes)
}

fn told(report: &NotesReport, words: &'static Words) -> Vec<String> {
    if report.notes.is_empty() {
        return vec![words.no_notes.into()];
    }
    let mut lines = vec![row(
        words.col_note,
        [words.col_shown, words.col_used, words.col_dismissed, words.col_expired],
        words.col_adoption,
        words.col_handle_time,
    )];
    lines.extend(report.notes.iter().map(|note| note_row(note, words)));
    lines.push(String::new());
    lines.push(match (&report.handle_time_seconds, &report.final_valence) {
        (Some(time), Some(mood)) => fill(
            words.effect_line,
            &[&time.calls_without, &difference(time, 0), &difference(mood, 2)],
        ),
        _ => words.no_effect.into(),
    });
    lines.push(words.notes_caution.into());
    lines
}

fn note_row(note: &NoteUse, words: &'static Words) -> String {
    let counts = [note.shown, note.used, note.dismissed, note.expired].map(|n| n.to_string());
    let [shown, used, dismissed, expired] = &counts;
    let adoption = note.adoption.as_ref().map_or_else(String::new, share);
    let time = note.handle_time_seconds.as_ref().map(|time| format!("{} s", difference(time, 0)));
    let muted = if note.muted { format!("  {}", words.muted) } else { String::new() };
    let counts = [shown.as_str(), used, dismissed, expired];
    row(&clean(&note.note_id), counts, &adoption, &time.unwrap_or_default()) + &muted
}

fn row(note: &str, counts: [&str; 4], adoption: &str, time: &str) -> String {
    let [shown, used, dismissed, expired] = counts;
    let text = format!(
        "{note:<34} {shown:>8} {used:>8} {dismissed:>10} {expired:>10}  {adoption:<18} {time}"
    );
    text.trim_end().to_owned()
}

/// `12 % (8 to 17)`.
fn share(share: &Share) -> String {
    let percent = |share: f64| (share * 100.0).round();
    format!("{} % ({}–{})", percent(share.value), percent(share.low), percent(share.high))
}

/// `−14 (−31 to 3)`.
fn difference(effect: &Effect, digits: usize) -> String {
    format!(
        "{:+.digits$} ({:+.digits$} – {:+.digits$})",
        effect.difference, effect.low, effect.high
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn a_report_tells_shares_intervals_and_what_is_not_known() {
        let words = Lang::En.words();
        let note = NoteUse {
            note_id: "red-angry".into(),
            shown: 80,
            used: 20,
            dismissed: 50,
            expired: 10,
            adoption: Some(Share { value: 0.25, low: 0.168, high: 0.355 }),
            muted: true,
            ..NoteUse::default()
        };
        let effect = Effect {
            calls_without: 40,
            difference: -14.2,
            low: -31.0,
            high: 2.6,
            ..Effect::default()
        };
        let mut report = NotesReport { notes: vec![note], ..NotesReport::default() };
        let lines = told(&report, words);
        assert!(lines[1].contains("25 % (17–36)") && lines[1].ends_with("muted"), "{lines:?}");
        assert_eq!(lines[3], words.no_effect);
        report.handle_time_seconds = Some(effect);
        report.final_valence = Some(effect);
        assert!(told(&report, words)[3].contains("40 held out: handle time -14 (-31 – +3) s"));
        assert_eq!(told(&NotesReport::default(), words), [words.no_notes]);
    }

    #[test]
    fn wishes_change_only_where_something_is_given() {
        let args = |cards: Option<&str>, mute: &[&str], unmute: &[&str]| {
            let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            WishesArgs {
                agent: "a".into(),
                cards: cards.map(str::to_owned),
                mute: own(mute),
                unmute: own(unmute),
                json: false,
            }
        };
        let known = AgentWishes { cards_per_call: Some(3), muted: vec!["offer".into()] };
        let words = Lang::En.words();
        let change = |args| changed(known.clone(), &args, words).ok();
        assert_eq!(change(args(None, &[], &[])), Some(known.clone()));
        let muted = |cards_per_call, muted: &[&str]| {
            let muted = muted.iter().map(|word| (*word).to_owned()).collect();
            Some(AgentWishes { cards_per_call, muted })
        };
        assert_eq!(change(args(Some("any"), &["a", "a"], &["offer"])), muted(None, &["a"]));
        assert_eq!(change(args(Some("0"), &[], &[])), muted(Some(0), &["offer"]));
        assert_eq!(change(args(Some("few"), &[], &[])), None);
    }
}
