//! How to lead by the motive that somebody says of himself: from `tips.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use attune_models::category::{Category, Motive};
use attune_models::transcript::Language;
use attune_proto::v1::LeadershipTip;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tip {
    need: String,
    tips: Vec<String>,
    clash: String,
}

type Tips = BTreeMap<String, BTreeMap<String, Tip>>;

/// Read once; empty only if the file in the program is broken, which a test rules out.
static TIPS: LazyLock<Tips> =
    LazyLock::new(|| toml::from_str(include_str!("tips.toml")).unwrap_or_default());

/// Those of every motive, in the order of the API.
pub(super) fn tips(lang: Language) -> Vec<LeadershipTip> {
    let of_language = TIPS.get(lang.code());
    let tip = |motive: &Motive| {
        let Tip { need, tips, clash } = of_language?.get(motive.key())?;
        Some(LeadershipTip {
            motive: motive.key().into(),
            need: need.clone(),
            tips: tips.clone(),
            clash: clash.clone(),
        })
    };
    Motive::ALL.iter().filter_map(tip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_motive_has_tips_in_both_languages() {
        for language in Language::ALL {
            let tips = tips(language);
            assert_eq!(tips.len(), Motive::ALL.len(), "{language:?}");
            assert!(tips.iter().all(|tip| tip.tips.len() >= 2 && !tip.clash.is_empty()));
        }
    }
}
