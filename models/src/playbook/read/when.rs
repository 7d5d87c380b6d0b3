//! Conditions.

use attune_audio::units::Confidence;

use super::Known;
use crate::category::Category;
use crate::playbook::keys;
use crate::playbook::note::{Condition, Conditions};
use crate::playbook::phrase::{PhraseList, Phrases};
use crate::playbook::table::Table;
use crate::playbook::words::nearest;
use crate::transcript::Language;

/// What reading conditions needs besides their table.
pub(super) struct When<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) phrases: &'a mut Phrases,
}

impl When<'_> {
    /// A list of stop-phrases, or conditions.
    pub(super) fn unless(&mut self, table: &Table<'_>) -> Option<Conditions> {
        let Some(value) = table.get("unless") else { return Some(Conditions::default()) };
        if value.get_ref().is_table() {
            return self.conditions(table, "unless");
        }
        let stop = self.phrase_list(table, "unless")?;
        let all = vec![Condition::CallerSaid(stop), Condition::AgentSaid(stop)];
        Some(Conditions { all, ..Conditions::default() })
    }

    pub(super) fn conditions(&mut self, table: &Table<'_>, key: &str) -> Option<Conditions> {
        let value = table.get(key)?;
        let name = format!("`{key}` of {}", table.name);
        let when = table.inner(value, name, keys::CONDITIONS)?;
        let mut all = readings(&when);
        let mut heard = |key, condition: fn(PhraseList) -> Condition| {
            self.phrase_list(&when, key).map(condition)
        };
        all.extend(heard("caller_says", Condition::CallerSays));
        all.extend(heard("agent_says", Condition::AgentSays));
        all.extend(heard("caller_said", Condition::CallerSaid));
        all.extend(heard("agent_said", Condition::AgentSaid));
        all.extend(when.duration("caller_talks_for").map(Condition::CallerTalksFor));
        all.extend(when.duration("agent_talks_for").map(Condition::AgentTalksFor));
        all.extend(when.bool("agent_interrupts").map(Condition::AgentInterrupts));
        all.extend(when.duration("after").map(Condition::After));
        all.extend(when.duration("before").map(Condition::Before));
        let Known { issues, steps, .. } = self.known;
        all.extend(ids(&when, "issue", "issue", issues).map(Condition::Issue));
        all.extend(ids(&when, "next_issue", "issue", issues).map(Condition::NextIssue));
        all.extend(ids(&when, "open_step", "step", steps).map(Condition::OpenStep));
        all.extend(some(&when).map(Condition::CustomerTier));
        all.extend(when.bool("returning").map(Condition::Returning));
        let calls = when.integer("calls_before").and_then(|calls| u32::try_from(calls).ok());
        all.extend(calls.map(Condition::CallsBefore));
        let languages = languages(&when, "preferred_language", &Language::ALL);
        all.extend(languages.map(Condition::PreferredLanguage));
        all.extend(ids(&when, "last_issue", "issue", issues).map(Condition::LastIssue));
        all.extend(when.bool("last_promised").map(Condition::LastPromised));
        all.extend(offers(&when).map(Condition::CustomerOffers));
        let min_confidence = Confidence::new(when.share("min_confidence").unwrap_or(0.0));
        Some(Conditions { all, min_confidence })
    }

    pub(super) fn phrase_list(&mut self, table: &Table<'_>, key: &str) -> Option<PhraseList> {
        let (written, meant) = self.known.named.phrases(table, key);
        (!written.is_empty()).then(|| self.phrases.add_meaning(written, &meant))
    }
}

/// The conditions on what the readers say.
fn readings(when: &Table<'_>) -> Vec<Condition> {
    let mut all = Vec::new();
    all.extend(some(when).map(Condition::Colour));
    all.extend(some(when).map(Condition::Motive));
    all.extend(some(when).map(Condition::Mood));
    all.extend(some(when).map(Condition::Trend));
    all.extend(some(when).map(Condition::CallerType));
    all.extend(some(when).map(Condition::Phase));
    all.extend(when.bool("escalating").map(Condition::Escalating));
    all
}

/// The one class of its category that a table names, if it does.
pub(in crate::playbook) fn one_of<C: Category>(table: &Table<'_>) -> Option<C> {
    let classes = classes(table);
    if classes.len() > 1 {
        table.complain(&table.span, format!("{} has more than one `{}`", table.name, C::NAME));
    }
    classes.into_iter().next()
}

fn classes<C: Category>(table: &Table<'_>) -> Vec<C> {
    table.words(C::NAME, &C::NAME.replace('_', " "), C::from_key)
}

fn some<C: Category>(table: &Table<'_>) -> Option<Vec<C>> {
    Some(classes(table)).filter(|found| !found.is_empty())
}

/// Languages out of `known` by their exact codes.
pub(in crate::playbook) fn languages(
    table: &Table<'_>,
    key: &str,
    known: &[Language],
) -> Option<Vec<Language>> {
    let exact = |code: &str| known.iter().copied().find(|language| language.code() == code);
    Some(table.words(key, "language", exact)).filter(|found| !found.is_empty())
}

/// Ids that must be among those that are known.
/// Names of offers: words of the house, so none is unknown.
pub(in crate::playbook) fn offers(table: &Table<'_>) -> Option<Vec<String>> {
    let offers = table.texts("customer_offers");
    let offers: Vec<String> = offers.iter().map(|name| (*name.get_ref()).to_owned()).collect();
    (!offers.is_empty()).then_some(offers)
}

pub(super) fn ids(table: &Table<'_>, key: &str, what: &str, known: &[&str]) -> Option<Vec<String>> {
    let texts = table.texts(key);
    for id in texts.iter().filter(|id| !known.contains(id.get_ref())) {
        let near = nearest(id.get_ref(), known).map(|id| format!(", did you mean `{id}`?"));
        let message = format!("there is no {what} `{}`{}", id.get_ref(), near.unwrap_or_default());
        table.complain(&id.span(), message);
    }
    let ids: Vec<String> = texts.iter().map(|id| (*id.get_ref()).to_owned()).collect();
    Some(ids).filter(|ids| !ids.is_empty())
}
