//! Closed lists of classes, and probabilities over them.

use std::fmt;
use std::marker::PhantomData;

use attune_audio::units::Confidence;

/// A closed list of classes.
pub trait Category: Copy + Eq + fmt::Debug + Send + Sync + 'static {
    /// All of them, in the order of the API's enum.
    const ALL: &'static [Self];
    /// What the list is called: `colour`.
    const NAME: &'static str;

    /// The class's word in data files: `red`.
    fn key(self) -> &'static str;

    /// Position in [`Self::ALL`].
    fn index(self) -> usize {
        Self::ALL.iter().position(|class| *class == self).unwrap_or(0)
    }

    /// The class called `key`.
    fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.key() == key)
    }
}

macro_rules! category {
    ($(#[$doc:meta])* $name:ident = $label:literal { $($(#[$vdoc:meta])* $variant:ident = $key:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl Category for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const NAME: &'static str = $label;
            fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.key())
            }
        }
    };
}

category! {
    /// The eight service moods.
    Mood = "mood" {
        /// The rest, plain questions included.
        Neutral = "neutral",
        /// Pleasure or relief.
        Satisfied = "satisfied",
        /// Blame, demand, raised force.
        Angry = "angry",
        /// Loss or let-down without attack.
        Disappointed = "disappointed",
        /// Imagines a bad outcome.
        Worried = "worried",
        /// Cannot reconcile something.
        Confused = "confused",
        /// Thanks or praise directed at someone.
        Grateful = "grateful",
        /// Admits a fault.
        Apologetic = "apologetic",
    }
}

category! {
    /// The four basic colours, read as communication style observed in this call.
    Colour = "colour" {
        /// Extravert thinking: short, demanding, results.
        Red = "red",
        /// Extravert feeling: talkative, enthusiastic, people.
        Yellow = "yellow",
        /// Introvert feeling: patient, harmony, trust.
        Green = "green",
        /// Introvert thinking: precise, facts, proof.
        Blue = "blue",
    }
}

category! {
    /// The six depth motivations.
    Motive = "motive" {
        /// How it works, the connections behind it.
        Knowledge = "knowledge",
        /// Stories, examples, other people's experience.
        Empathy = "empathy",
        /// His own case, made for him.
        Individuality = "individuality",
        /// A *we* that he speaks for.
        Belonging = "belonging",
        /// That nothing changes, that it cannot happen again.
        Security = "security",
        /// The project, the new thing, freedom to do it.
        Vision = "vision",
    }
}

category! {
    /// The three difficult callers, or none of them.
    CallerType = "caller_type" {
        /// No difficult caller.
        None = "none",
        /// Vents without resentment towards the company.
        Offloader = "offloader",
        /// The company made a real mistake that cost the caller something.
        Grievance = "grievance",
        /// Insults or threatens.
        Abusive = "abusive",
    }
}

category! {
    /// Where the call stands.
    Phase = "phase" {
        /// Greeting and identification.
        Opening = "opening",
        /// The caller says what it is about.
        Concern = "concern",
        /// The two work on it.
        Solution = "solution",
        /// Goodbye is near.
        Closing = "closing",
    }
}

category! {
    /// Where the mood is heading.
    Trend = "trend" {
        /// Valence rises.
        Improving = "improving",
        /// Neither.
        Steady = "steady",
        /// Valence falls.
        Worsening = "worsening",
    }
}

/// Probabilities over a category; they sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior<C> {
    p: Vec<f32>,
    category: PhantomData<C>,
}

impl<C: Category> Posterior<C> {
    /// Nothing known: every class alike.
    pub fn uniform() -> Self {
        Self::from_log_odds(&vec![0.0; C::ALL.len()])
    }

    /// The softmax of one score a class, in the order of [`Category::ALL`]; missing scores count 0.
    pub fn from_log_odds(scores: &[f32]) -> Self {
        let score = |i: usize| scores.get(i).copied().filter(|s| s.is_finite()).unwrap_or(0.0);
        let n = C::ALL.len();
        let max = (0..n).map(score).fold(f32::NEG_INFINITY, f32::max);
        let exp: Vec<f32> = (0..n).map(|i| (score(i) - max).exp()).collect();
        let sum: f32 = exp.iter().sum();
        Self { p: exp.into_iter().map(|e| e / sum).collect(), category: PhantomData }
    }

    /// All the mass on one class.
    pub fn certain(class: C) -> Self {
        let p = C::ALL.iter().map(|c| if *c == class { 1.0 } else { 0.0 }).collect();
        Self { p, category: PhantomData }
    }

    /// The probability of one class.
    pub fn of(&self, class: C) -> Confidence {
        Confidence::new(self.p.get(class.index()).copied().unwrap_or(0.0))
    }

    /// In the order of [`Category::ALL`].
    pub fn values(&self) -> &[f32] {
        &self.p
    }

    /// The most likely class (the first among equals) and its probability.
    pub fn top(&self) -> (C, Confidence) {
        let mut best = C::ALL[0];
        for class in C::ALL {
            if self.of(*class) > self.of(best) {
                best = *class;
            }
        }
        (best, self.of(best))
    }
}
