//! What is recorded of a call, understood or refused.

use attune_proto::v1::{self, Escalation, Outcome};
use tonic::Status;

use super::incoming::check_name;
use crate::day;
use crate::status::Reason;

/// After-call work and waiting beyond this are a mistake.
const DAY_SECONDS: i64 = 86_400;
/// Periods of revenue in one request.
const MAX_PERIODS: usize = 64;
/// Offers in one call, calls of a project on a day.
const MAX_OFFERS: u32 = 100;
const MAX_TRAFFIC: u32 = 10_000_000;
/// Days in one report: three years.
const MAX_DAYS: i64 = 1096;

/// Understands an outcome; one that says nothing is refused.
pub(crate) fn outcome(given: Option<Outcome>) -> Result<Outcome, Status> {
    let given = given.ok_or_else(|| invalid("outcome is missing"))?;
    check_name("wrap_up_code", &given.wrap_up_code)?;
    check_name("issue", &given.issue)?;
    within("effort", given.effort, 1, 5)?;
    within("csat", given.csat, 1, 5)?;
    within("nps", given.nps, 0, 10)?;
    length("after_call_work", given.after_call_work)?;
    length("waited", given.waited)?;
    if Escalation::try_from(given.escalation).is_err() {
        return Err(invalid("escalation is not one of the API's"));
    }
    offers(&given)?;
    if given.revenue.len() > MAX_PERIODS {
        return Err(invalid(format!("revenue has more than {MAX_PERIODS} periods")));
    }
    given.revenue.iter().try_for_each(revenue)?;
    let given = Outcome { record_time: None, ..given };
    let nothing = Outcome { call_id: given.call_id.clone(), ..Outcome::default() };
    if given == nothing {
        return Err(invalid(
            "the outcome says nothing; set resolved, effort, csat or another field",
        ));
    }
    Ok(given)
}

/// What is recorded once `new` was added to `old`.
pub(crate) fn merged(old: Outcome, new: Outcome) -> Outcome {
    let name = |old: String, new: String| if new.is_empty() { old } else { new };
    let mut revenue = old.revenue;
    revenue.retain(|period| new.revenue.iter().all(|other| other.first_date != period.first_date));
    revenue.extend(new.revenue);
    revenue.sort_by(|a, b| a.first_date.cmp(&b.first_date));
    Outcome {
        call_id: old.call_id,
        resolved: new.resolved.or(old.resolved),
        effort: new.effort.or(old.effort),
        csat: new.csat.or(old.csat),
        nps: new.nps.or(old.nps),
        wrap_up_code: name(old.wrap_up_code, new.wrap_up_code),
        issue: name(old.issue, new.issue),
        escalation: if new.escalation == 0 { old.escalation } else { new.escalation },
        offers_made: new.offers_made.or(old.offers_made),
        offers_accepted: new.offers_accepted.or(old.offers_accepted),
        revenue,
        after_call_work: new.after_call_work.or(old.after_call_work),
        waited: new.waited.or(old.waited),
        record_time: new.record_time.or(old.record_time),
    }
}

/// Understands the traffic of a day: which day.
pub(crate) fn traffic(request: &v1::RecordTrafficRequest) -> Result<i64, Status> {
    check_name("project", &request.project)?;
    if request.offered > MAX_TRAFFIC || request.answered > request.offered {
        return Err(invalid(format!(
            "offered is at most {MAX_TRAFFIC}, and answered not more than offered"
        )));
    }
    date("date", &request.date)
}

/// Understands the days of a report: the last is today if none is given, the first 28 days back.
pub(crate) fn period(from: &str, to: &str, today: i64) -> Result<(i64, i64), Status> {
    let wrong = |message: String| Reason::InvalidReport.status(message);
    let read = |field: &str, date: &str, default: i64| match date {
        "" => Ok(default),
        date => {
            day::read(date).ok_or_else(|| wrong(format!("{field} is a day such as 2026-01-31")))
        }
    };
    let last = read("to_date", to, today)?;
    let first = read("from_date", from, last - 27)?;
    if !(first..first + MAX_DAYS).contains(&last) {
        return Err(wrong(format!("a report goes over 1 to {MAX_DAYS} days, in their order")));
    }
    Ok((first, last))
}

/// Understands a day.
fn date(field: &str, date: &str) -> Result<i64, Status> {
    day::read(date).ok_or_else(|| invalid(format!("{field} is a day such as 2026-01-31")))
}

fn invalid(message: impl Into<String>) -> Status {
    Reason::InvalidOutcome.status(message)
}

fn within(field: &str, given: Option<i32>, least: i32, most: i32) -> Result<(), Status> {
    match given {
        Some(value) if !(least..=most).contains(&value) => {
            Err(invalid(format!("{field} is {value}; it goes from {least} to {most}")))
        }
        _ => Ok(()),
    }
}

fn length(field: &str, given: Option<prost_types::Duration>) -> Result<(), Status> {
    match given {
        Some(length) if length.seconds < 0 || length.nanos < 0 || length.seconds > DAY_SECONDS => {
            Err(invalid(format!("{field} is a time from nothing to a day")))
        }
        _ => Ok(()),
    }
}

fn offers(given: &Outcome) -> Result<(), Status> {
    let (made, accepted) = (given.offers_made, given.offers_accepted);
    if made.is_some_and(|made| made > MAX_OFFERS) {
        return Err(invalid(format!("offers_made is at most {MAX_OFFERS}")));
    }
    if made.is_none() && accepted.is_some() || accepted > made {
        return Err(invalid("offers_accepted comes with offers_made and is not more than it"));
    }
    Ok(())
}

fn revenue(period: &v1::Revenue) -> Result<(), Status> {
    let first = date("revenue.first_date", &period.first_date)?;
    let last = date("revenue.last_date", &period.last_date)?;
    if last < first {
        return Err(invalid("a period of revenue ends before it begins"));
    }
    if !period.amount.is_finite() || period.amount < 0.0 {
        return Err(invalid("revenue.amount is a number from 0"));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn earned(first: &str, last: &str, amount: f64) -> v1::Revenue {
        v1::Revenue { first_date: first.into(), last_date: last.into(), amount }
    }

    fn refused(change: impl FnOnce(&mut Outcome)) -> String {
        let mut given = Outcome { call_id: "c".into(), csat: Some(4), ..Outcome::default() };
        change(&mut given);
        outcome(Some(given)).unwrap_err().message().to_owned()
    }

    #[test]
    fn what_no_call_can_have_is_refused_by_name() {
        assert!(refused(|o| o.effort = Some(0)).contains("effort is 0; it goes from 1 to 5"));
        assert!(refused(|o| o.csat = Some(6)).contains("csat"));
        assert!(refused(|o| o.nps = Some(11)).contains("from 0 to 10"));
        assert!(refused(|o| o.issue = "two words".into()).contains("issue"));
        assert!(refused(|o| o.wrap_up_code = "ä".into()).contains("wrap_up_code"));
        assert!(refused(|o| o.escalation = 9).contains("escalation"));
        assert!(refused(|o| o.offers_accepted = Some(1)).contains("offers_made"));
        assert!(
            refused(|o| (o.offers_made, o.offers_accepted) = (Some(1), Some(2)))
                .contains("not more")
        );
        let negative = Some(prost_types::Duration { seconds: -1, nanos: 0 });
        assert!(refused(|o| o.after_call_work = negative).contains("after_call_work"));
        let days = Some(prost_types::Duration { seconds: 90_000, nanos: 0 });
        assert!(refused(|o| o.waited = days).contains("waited"));
        let period =
            |first, last, amount| refused(|o| o.revenue = vec![earned(first, last, amount)]);
        assert!(period("2026-02-30", "2026-03-31", 1.0).contains("first_date"));
        assert!(period("2026-04-01", "2026-03-31", 1.0).contains("before it begins"));
        assert!(period("2026-01-01", "2026-03-31", f64::NAN).contains("amount"));
        assert!(refused(|o| o.csat = None).contains("says nothing"));
        assert!(outcome(None).is_err());
    }

    #[test]
    fn a_survey_adds_to_what_the_agent_said() {
        let agent = Outcome {
            call_id: "c".into(),
            resolved: Some(false),
            issue: "bill".into(),
            revenue: vec![earned("2026-01-01", "2026-03-31", 10.0)],
            ..Outcome::default()
        };
        let survey = Outcome {
            resolved: Some(true),
            csat: Some(5),
            revenue: vec![
                earned("2026-04-01", "2026-06-30", 12.0),
                earned("2026-01-01", "2026-03-31", 11.0),
            ],
            ..Outcome::default()
        };
        let both = merged(agent, survey);
        assert_eq!((both.resolved, both.csat, both.issue.as_str()), (Some(true), Some(5), "bill"));
        let amounts: Vec<f64> = both.revenue.iter().map(|period| period.amount).collect();
        assert_eq!((both.call_id.as_str(), amounts), ("c", vec![11.0, 12.0]));
    }

    #[test]
    fn a_report_is_over_the_last_four_weeks_unless_told() {
        assert_eq!(period("", "", 100).unwrap(), (73, 100));
        assert_eq!(period("1970-01-02", "1970-01-02", 100).unwrap(), (1, 1));
        for (from, to) in
            [("1970-01-03", "1970-01-02"), ("x", ""), ("", "x"), ("1970-01-01", "1980-01-01")]
        {
            assert!(period(from, to, 100).is_err(), "{from} to {to}");
        }
    }

    #[test]
    fn a_day_has_no_more_answers_than_offers() {
        let day = |date: &str, offered, answered| {
            let date = date.to_owned();
            traffic(&v1::RecordTrafficRequest { project: String::new(), date, offered, answered })
        };
        assert_eq!(day("1970-01-03", 10, 9).unwrap(), 2);
        assert!(day("1970-01-03", 9, 10).is_err() && day("yesterday", 9, 9).is_err());
    }
}
