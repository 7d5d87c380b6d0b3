//! `attune calls outcome`, `attune calls traffic`: what became of calls.

use std::time::Duration;

use attune_proto::json::to_line;
use attune_proto::v1::{
    Escalation, GetOutcomeRequest, Outcome, RecordOutcomeRequest, RecordTrafficRequest, Revenue,
};

use crate::args::{Escalated, OutcomeArgs, TrafficArgs, YesNo};
use crate::connect::Link;
use crate::error::Error;
use crate::print::{clean, line};
use crate::time::{clock, from_proto, to_proto};
use crate::words::{Words, fill};

/// Records what is given and shows all there is; without anything given it only shows.
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn run(
    link: &Link,
    args: OutcomeArgs,
    words: &'static Words,
) -> Result<(), Error> {
    let (json, call_id) = (args.json, args.call.clone());
    let given = outcome(args)?;
    let nothing = Outcome { call_id: call_id.clone(), ..Outcome::default() };
    let recorded = if given == nothing {
        link.outcomes().get_outcome(GetOutcomeRequest { call_id }).await?
    } else {
        let request = RecordOutcomeRequest { outcome: Some(given) };
        link.outcomes().record_outcome(request).await?
    };
    let recorded = recorded.into_inner();
    if json { line(&to_line(&recorded)?) } else { line(&told(&recorded, words)) }
}

/// Records how many calls a project was offered on a day.
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn traffic(
    link: &Link,
    args: TrafficArgs,
    words: &'static Words,
) -> Result<(), Error> {
    link.outcomes()
        .record_traffic(RecordTrafficRequest {
            project: args.project.unwrap_or_default(),
            date: args.date,
            offered: args.offered,
            answered: args.answered,
        })
        .await?;
    line(words.noted)
}

fn outcome(args: OutcomeArgs) -> Result<Outcome, Error> {
    let seconds =
        |seconds: Option<u32>| seconds.map(|seconds| to_proto(Duration::from_secs(seconds.into())));
    let escalation = args.escalation.map_or(Escalation::Unspecified, |escalated| match escalated {
        Escalated::None => Escalation::None,
        Escalated::Unjudged => Escalation::Unjudged,
        Escalated::Appropriate => Escalation::Appropriate,
        Escalated::Inappropriate => Escalation::Inappropriate,
    });
    Ok(Outcome {
        call_id: args.call,
        resolved: args.resolved.map(|resolved| resolved == YesNo::Yes),
        effort: args.effort,
        csat: args.csat,
        nps: args.nps,
        wrap_up_code: args.wrap_up.unwrap_or_default(),
        issue: args.issue.unwrap_or_default(),
        escalation: escalation.into(),
        offers_made: args.offers,
        offers_accepted: args.accepted,
        revenue: args.revenue.iter().map(|text| revenue(text)).collect::<Result<_, _>>()?,
        after_call_work: seconds(args.after_call_work),
        waited: seconds(args.waited),
        record_time: None,
    })
}

/// `2026-01-01..2026-03-31=120.50`
fn revenue(text: &str) -> Result<Revenue, Error> {
    let parts = || {
        let (period, amount) = text.split_once('=')?;
        let (first, last) = period.split_once("..")?;
        let amount = amount.parse().ok()?;
        Some(Revenue { first_date: first.into(), last_date: last.into(), amount })
    };
    parts().ok_or_else(|| {
        Error::Usage(format!("--revenue {text}: written 2026-01-01..2026-03-31=120.50"))
    })
}

/// All that is recorded, on one line.
pub(crate) fn told(outcome: &Outcome, words: &Words) -> String {
    let mut parts = vec![clean(&outcome.call_id)];
    let mut tell = |name: &str, value: Option<String>| {
        parts.extend(value.map(|value| format!("{name} {value}")));
    };
    let yes_no = |yes: bool| if yes { words.yes } else { words.no };
    let named = |name: &str| Some(clean(name)).filter(|name| !name.is_empty());
    let length = |length: Option<&prost_types::Duration>| length.map(|_| clock(from_proto(length)));
    tell(words.issue, named(&outcome.issue));
    tell(words.wrap_up, named(&outcome.wrap_up_code));
    tell(words.resolved, outcome.resolved.map(|yes| yes_no(yes).to_owned()));
    tell(words.effort, outcome.effort.map(|effort| format!("{effort}/5")));
    tell(words.csat, outcome.csat.map(|csat| format!("{csat}/5")));
    tell(words.nps, outcome.nps.map(|nps| format!("{nps}/10")));
    tell(words.escalation, words.escalation_name(outcome.escalation()).map(str::to_owned));
    let offers = outcome.offers_made.map(|made| {
        fill(words.offers_taken, &[&made, &outcome.offers_accepted.unwrap_or_default()])
    });
    tell(words.offers, offers);
    tell(words.after_call_work, length(outcome.after_call_work.as_ref()));
    tell(words.waited, length(outcome.waited.as_ref()));
    for period in &outcome.revenue {
        let Revenue { first_date, last_date, amount } = period;
        tell(words.revenue, Some(format!("{first_date}..{last_date} {amount:.2}")));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{CallsCommand, Cli, Command};
    use crate::words::Lang;

    fn given(line: &str) -> Outcome {
        let cli = Cli::try_parse_from(line.split(' ')).expect(line);
        match cli.command {
            Command::Calls(CallsCommand::Outcome(args)) => outcome(args).expect(line),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_given_reaches_the_api_and_is_told_in_both_languages() {
        let outcome = given(
            "attune calls outcome c1 --resolved no --effort 4 --csat 2 --nps 0 --issue bill \
             --wrap-up W7 --escalation inappropriate --offers 2 --accepted 1 --after-call-work 75 \
             --waited 9 --revenue 2026-01-01..2026-03-31=120.5",
        );
        assert_eq!((outcome.resolved, outcome.nps), (Some(false), Some(0)));
        assert_eq!(outcome.escalation(), Escalation::Inappropriate);
        let english = told(&outcome, Lang::En.words());
        for part in ["c1", "bill", "W7", "resolved no", "4/5", "0/10", "1:15", "120.50"] {
            assert!(english.contains(part), "{part} is missing from {english}");
        }
        let german = told(&outcome, Lang::De.words());
        assert!(german.contains("gelöst nein") && german.contains("unnötig"), "{german}");
    }

    #[test]
    fn nothing_given_is_nothing_recorded() {
        let nothing = Outcome { call_id: "c1".into(), ..Outcome::default() };
        assert_eq!(given("attune calls outcome c1"), nothing);
        assert!(revenue("2026=5").is_err());
    }
}
