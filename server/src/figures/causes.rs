//! What changed from one period to the next, and what may have moved it.

use std::collections::BTreeSet;

use attune_models::transcript::Language;
use attune_proto::v1::{Change, FigureUnit, PossibleCause, Shift};

use super::catalogue::Figure;
use super::report::{MIN_CALLS, Sheet, by_key, sheet, value};
use super::stats::{Estimate, Sums, difference, mix_effect};
use super::weigh::{Dimension, WATCHED};
use super::words::{self, fill};
use crate::store::StoreError;
use crate::store::reports::{Asked, FigureReader, Group};

/// Where a mix changed most.
const SHIFTS: usize = 3;

/// Both sums of each kind along a dimension.
type Kinds = Vec<(String, Sheet, Sheet)>;

/// The watched figures that both periods have, each with its possible causes.
pub(super) fn changes(
    reader: &mut dyn FigureReader,
    before: &Asked,
    after: &Asked,
    lang: Language,
) -> Result<Vec<Change>, StoreError> {
    let (old, new) = (sheet(reader, before)?, sheet(reader, after)?);
    let enough = |sums: &&Sums| sums.count >= MIN_CALLS as f64;
    let both = |figure: Figure| {
        let old = old.get(&figure).filter(enough)?;
        Some((figure, *old, *new.get(&figure).filter(enough)?))
    };
    let moved: Vec<_> = WATCHED.into_iter().filter_map(both).collect();
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let mut dimensions = Vec::new();
    for dimension in Dimension::CAUSES {
        dimensions.push((dimension, kinds(reader, dimension, before, after)?));
    }
    let change = |(figure, old, new): (Figure, Sums, Sums)| {
        let difference = difference(&old, &new);
        let mut causes: Vec<PossibleCause> = dimensions
            .iter()
            .filter_map(|(dimension, kinds)| cause(figure, *dimension, kinds, lang))
            .collect();
        causes.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()));
        Change {
            figure_id: figure.definition().id.into(),
            before: value(figure, &old),
            after: value(figure, &new),
            difference: difference.value,
            low: difference.low,
            high: difference.high,
            possible_causes: causes,
        }
    };
    Ok(moved.into_iter().map(change).collect())
}

fn kinds(
    reader: &mut dyn FigureReader,
    dimension: Dimension,
    before: &Asked,
    after: &Asked,
) -> Result<Kinds, StoreError> {
    let mut old = by_key(reader.sums(dimension, Group::Key, before)?);
    let mut new = by_key(reader.sums(dimension, Group::Key, after)?);
    let keys: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    let kind = |key: String| {
        let (old, new) =
            (old.remove(&key).unwrap_or_default(), new.remove(&key).unwrap_or_default());
        (key, old, new)
    };
    Ok(keys.into_iter().map(kind).collect())
}

/// What a changed mix along a dimension may have done to a figure; `None` if chance would do it.
fn cause(
    figure: Figure,
    dimension: Dimension,
    kinds: &Kinds,
    lang: Language,
) -> Option<PossibleCause> {
    let of = |sheet: &Sheet| sheet.get(&figure).copied().unwrap_or_default();
    let sums: Vec<(Sums, Sums)> = kinds.iter().map(|(_, old, new)| (of(old), of(new))).collect();
    let effect = mix_effect(&sums).filter(Estimate::is_clear)?;
    let total = |pick: fn(&(Sums, Sums)) -> f64| sums.iter().map(pick).sum::<f64>();
    let (all_old, all_new) = (total(|kind| kind.0.count), total(|kind| kind.1.count));
    let mut shifts: Vec<Shift> = kinds
        .iter()
        .zip(&sums)
        .map(|((key, _, _), (old, new))| Shift {
            key: key.clone(),
            before: old.count / all_old,
            after: new.count / all_new,
        })
        .collect();
    let moved = |shift: &Shift| (shift.after - shift.before).abs();
    shifts.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
    shifts.truncate(SHIFTS);
    let told: Vec<String> = shifts
        .iter()
        .map(|Shift { key, before, after }| {
            let key = words::key(key, lang);
            format!("{key} {:.0} % → {:.0} %", before * 100.0, after * 100.0)
        })
        .collect();
    let signed = |value| told_value(figure, value, true);
    let text = fill(
        words::CAUSE,
        lang,
        &[
            &words::key(dimension.key(), lang),
            &told.join(", "),
            &signed(effect.value),
            &signed(effect.low),
            &signed(effect.high),
        ],
    );
    Some(PossibleCause {
        dimension: dimension.key().into(),
        effect: effect.value,
        low: effect.low,
        high: effect.high,
        shifts,
        text,
    })
}

/// A value of a figure for people.
pub(crate) fn told_value(figure: Figure, value: f64, signed: bool) -> String {
    let sign = if signed && value > 0.0 { "+" } else { "" };
    match figure.definition().unit {
        FigureUnit::Share if signed => format!("{sign}{:.1} pp", value * 100.0),
        FigureUnit::Share => format!("{:.1} %", value * 100.0),
        FigureUnit::Seconds if value.abs() >= 10.0 => format!("{sign}{value:.0} s"),
        FigureUnit::Seconds => format!("{sign}{value:.2} s"),
        FigureUnit::PerMinute => format!("{sign}{value:.0}"),
        _ => format!("{sign}{value:.2}"),
    }
}
