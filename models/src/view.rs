//! The colour in the words of other schools: Jung's letters, `DiSC`, Insights, the channels of the
//! Process Communication Model.
//!
//! A view knows nothing that the reading does not know. What the reading does not support, or is
//! not sure of, is a dash. The mapping and where it comes from: `docs/ref/views.md`.

use attune_audio::units::Confidence;

use crate::account::Part;
use crate::category::{Category, Colour, Posterior};
use crate::snapshot::{CueSource, Reading};

/// Probability from which a letter is shown.
const SURE: f32 = 0.75;
/// What stands for a letter that is not known.
pub const DASH: &str = "-";

/// A way to say the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Four letters as Myers and Briggs write Jung's types, as far as there is evidence for them.
    Jung,
    /// Dominance, influence, steadiness, conscientiousness.
    Disc,
    /// The four colours by their names in Insights Discovery.
    Insights,
    /// The channel that reaches the caller, in the Process Communication Model.
    Pcm,
}

impl Category for View {
    const ALL: &'static [Self] = &[Self::Jung, Self::Disc, Self::Insights, Self::Pcm];
    const NAME: &'static str = "view";

    fn key(self) -> &'static str {
        match self {
            Self::Jung => "jung",
            Self::Disc => "disc",
            Self::Insights => "insights",
            Self::Pcm => "pcm",
        }
    }
}

/// The caller in one view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewReading {
    /// Which.
    pub view: View,
    /// One a letter, or one name; what is not known is [`DASH`], with confidence 0.
    pub marks: Vec<(&'static str, Confidence)>,
}

impl ViewReading {
    /// `E-T-`, `D`, `fiery_red`, `directive`.
    pub fn value(&self) -> String {
        self.marks.iter().map(|(mark, _)| *mark).collect()
    }
}

impl View {
    /// The caller in this view. `account` says what the colour is made of.
    pub fn read(self, colour: &Reading<Colour>, account: &[Part]) -> ViewReading {
        let marks = match self {
            Self::Jung => jung(colour, account),
            Self::Disc => vec![named(colour, ["D", "I", "S", "C"])],
            Self::Insights => {
                vec![named(colour, ["fiery_red", "sunshine_yellow", "earth_green", "cool_blue"])]
            }
            Self::Pcm => {
                vec![named(colour, ["directive", "emotive", "nurturative", "requestive"])]
            }
        };
        ViewReading { view: self, marks }
    }
}

fn not_known() -> (&'static str, Confidence) {
    (DASH, Confidence::new(0.0))
}

/// The name of the colour in another school, in the order of [`Colour`].
fn named(colour: &Reading<Colour>, names: [&'static str; 4]) -> (&'static str, Confidence) {
    match colour.value {
        Some(value) => (names[value.index()], colour.confidence()),
        None => not_known(),
    }
}

/// Thinking or feeling is what parts red and blue from yellow and green, and words show it.
/// Extravert or introvert parts red and yellow from green and blue, but words alone do not show
/// it: only conduct and voice count. How a caller perceives (S or N) and lives (J or P) is not
/// looked at by any reader.
fn jung(colour: &Reading<Colour>, account: &[Part]) -> Vec<(&'static str, Confidence)> {
    let attitude = if colour.corrected {
        letter(&colour.posterior, [Colour::Red, Colour::Yellow], ["E", "I"])
    } else {
        letter(&by_conduct(account), [Colour::Red, Colour::Yellow], ["E", "I"])
    };
    let judging = match colour.value {
        Some(_) => letter(&colour.posterior, [Colour::Red, Colour::Blue], ["T", "F"]),
        None => not_known(),
    };
    vec![attitude, not_known(), judging, not_known()]
}

/// The colour as conduct and voice alone have it.
fn by_conduct(account: &[Part]) -> Posterior<Colour> {
    let mut scores = vec![0.0; Colour::ALL.len()];
    let counts = |part: &&Part| matches!(part.source, Some(CueSource::Conduct | CueSource::Voice));
    for part in account.iter().filter(counts) {
        scores.iter_mut().zip(&part.adds).for_each(|(score, add)| *score += add);
    }
    Posterior::from_log_odds(&scores)
}

/// The first letter if the two colours have it, the second if the other two have.
fn letter(
    posterior: &Posterior<Colour>,
    first: [Colour; 2],
    letters: [&'static str; 2],
) -> (&'static str, Confidence) {
    let p: f32 = first.map(|colour| posterior.of(colour).get()).iter().sum();
    if p >= SURE {
        (letters[0], Confidence::new(p))
    } else if 1.0 - p >= SURE {
        (letters[1], Confidence::new(1.0 - p))
    } else {
        not_known()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::name;

    fn colour(scores: [f32; 4], value: Option<Colour>) -> Reading<Colour> {
        Reading { posterior: Posterior::from_log_odds(&scores), value, corrected: false }
    }

    fn part(source: CueSource, adds: [f32; 4]) -> Part {
        Part { source: Some(source), ..Part::named("some.cue", adds.to_vec()) }
    }

    fn value(view: View, colour: &Reading<Colour>, account: &[Part]) -> String {
        view.read(colour, account).value()
    }

    #[test]
    fn every_view_says_the_colour_in_its_own_words() {
        let blue = colour([0.0, 0.0, 0.0, 3.0], Some(Colour::Blue));
        let told = View::ALL.iter().map(|view| value(*view, &blue, &[]));
        assert_eq!(told.collect::<Vec<_>>(), ["--T-", "C", "cool_blue", "requestive"]);
    }

    #[test]
    fn who_abstains_abstains_in_every_view() {
        let unsure = colour([0.9, 0.0, 0.0, 0.8], None);
        for view in View::ALL {
            let read = view.read(&unsure, &[]);
            assert!(read.marks.iter().all(|(mark, p)| *mark == DASH && p.get() == 0.0));
        }
    }

    #[test]
    fn words_alone_make_nobody_an_extravert() {
        let red = colour([3.0, 0.0, 0.0, 0.0], Some(Colour::Red));
        let words = part(CueSource::Words, [3.0, 0.0, 0.0, 0.0]);
        assert_eq!(value(View::Jung, &red, std::slice::from_ref(&words)), "--T-");
        let conduct = part(CueSource::Conduct, [0.9, 0.6, -0.7, -0.4]);
        assert_eq!(value(View::Jung, &red, &[words.clone(), conduct]), "E-T-");
        let quiet = part(CueSource::Conduct, [-0.9, -0.9, 0.7, 0.4]);
        assert_eq!(value(View::Jung, &red, &[words, quiet]), "I-T-", "even against the colour");
    }

    #[test]
    fn a_humans_colour_is_taken_as_it_is() {
        let human = Reading::corrected(Colour::Green);
        let account = [Part::named(name::HUMAN, Vec::new())];
        assert_eq!(value(View::Jung, &human, &account), "I-F-");
        assert_eq!(value(View::Pcm, &human, &account), "nurturative");
    }
}
