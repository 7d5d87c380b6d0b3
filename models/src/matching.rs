//! Which of the free agents suits a caller, with reasons. Advice: nothing here routes a call.
//!
//! What there is to say of a caller has no mood in it, and what there is to say of an agent was
//! declared by the agent: a match cannot be made by emotion. Points and their sources:
//! `docs/ref/matching.md`.

use std::fmt;

use crate::category::{Category, Colour, Motive, Posterior};
use crate::transcript::Language;

/// Somebody who does not speak the language comes after everybody who does.
const OTHER_LANGUAGE: f32 = -10.0;
/// What is to be done counts most.
const SKILL: f32 = 1.0;
/// At full probability of the caller's colour or motive.
const SAME_STYLE: f32 = 0.4;
const OPPOSITE_STYLE: f32 = -0.3;
const SAME_MOTIVE: f32 = 0.5;
const CLASH: f32 = -0.8;
/// At [`SEASONED`] years, for the most important customers.
const EXPERIENCE: f32 = 0.6;
const SEASONED: f32 = 5.0;
/// A full shift.
const LOAD: f32 = -0.6;
/// Below this, in points, a reason is not worth a line.
const SAID_FROM: f32 = 0.05;

/// How much experience counts, by how important the customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Tier A.
    Full,
    /// Tier B, or not known.
    Half,
    /// Tier C.
    Little,
}

/// What is known of who calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// Uniform if nothing is.
    pub colour: Posterior<Colour>,
    /// Uniform if nothing is.
    pub motive: Posterior<Motive>,
    /// The language to speak.
    pub language: Option<Language>,
    /// What the call is about.
    pub issue: Option<String>,
    /// How much experience counts.
    pub experience: Weight,
}

/// What an agent said of himself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Declared {
    /// His style.
    pub colour: Option<Colour>,
    /// What moves him.
    pub motive: Option<Motive>,
    /// What he speaks.
    pub languages: Vec<Language>,
    /// Issues he is good at.
    pub skills: Vec<String>,
    /// In this work.
    pub experience_years: u32,
}

/// An agent who is free.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub id: String,
    /// `None` if he has said nothing.
    pub declared: Option<Declared>,
    /// Share of the shift spent on calls, 0 to 1.
    pub load: f32,
}

/// Why somebody suits or does not.
#[derive(Debug, Clone, PartialEq)]
pub enum Factor {
    /// Speaks the language, or does not.
    Language(Language, bool),
    /// Is good at it.
    Skill(String),
    /// The same colour, or the opposite one.
    Style {
        /// Of the caller.
        caller: Colour,
        /// Of the agent.
        agent: Colour,
    },
    /// The same motive.
    Motive(Motive),
    /// The opposite one.
    Clash {
        /// Of the caller.
        caller: Motive,
        /// Of the agent.
        agent: Motive,
    },
    /// Years.
    Experience(u32),
    /// Share of the shift.
    Load(f32),
    /// Nothing is known.
    NoProfile,
}

/// A reason with its points.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What.
    pub factor: Factor,
    /// What it adds.
    pub points: f32,
}

/// An agent with what speaks for and against him.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Who.
    pub id: String,
    /// The weightiest first.
    pub reasons: Vec<Reason>,
}

impl Match {
    /// The sum of the points.
    pub fn score(&self) -> f32 {
        self.reasons.iter().map(|reason| reason.points).sum()
    }
}

/// The motive that rubs against this one: what gives the one what he needs takes it from the other.
pub fn opposite(motive: Motive) -> Motive {
    match motive {
        Motive::Security => Motive::Vision,
        Motive::Vision => Motive::Security,
        Motive::Individuality => Motive::Belonging,
        Motive::Belonging => Motive::Individuality,
        Motive::Knowledge => Motive::Empathy,
        Motive::Empathy => Motive::Knowledge,
    }
}

fn across(colour: Colour) -> Colour {
    match colour {
        Colour::Red => Colour::Green,
        Colour::Green => Colour::Red,
        Colour::Blue => Colour::Yellow,
        Colour::Yellow => Colour::Blue,
    }
}

/// The best first; equals in the order they came.
pub fn rank(caller: &Caller, free: &[Candidate]) -> Vec<Match> {
    let mut ranked: Vec<Match> = free.iter().map(|agent| weigh(caller, agent)).collect();
    ranked.sort_by(|a, b| b.score().total_cmp(&a.score()));
    ranked
}

fn weigh(caller: &Caller, agent: &Candidate) -> Match {
    let mut reasons = match &agent.declared {
        Some(declared) => declared_reasons(caller, declared),
        None => vec![Reason { factor: Factor::NoProfile, points: 0.0 }],
    };
    let load = if agent.load.is_finite() { agent.load.clamp(0.0, 1.0) } else { 0.0 };
    reasons.push(Reason { factor: Factor::Load(load), points: LOAD * load });
    reasons.retain(|reason| {
        let known = matches!(reason.factor, Factor::NoProfile | Factor::Language(..));
        known || reason.points.abs() >= SAID_FROM
    });
    reasons.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    Match { id: agent.id.clone(), reasons }
}

fn declared_reasons(caller: &Caller, agent: &Declared) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |factor, points| reasons.push(Reason { factor, points });
    if let Some(language) = caller.language {
        let speaks = agent.languages.contains(&language);
        add(Factor::Language(language, speaks), if speaks { 0.0 } else { OTHER_LANGUAGE });
    }
    if let Some(issue) = caller.issue.as_ref().filter(|issue| agent.skills.contains(issue)) {
        add(Factor::Skill(issue.clone()), SKILL);
    }
    if let Some(own) = agent.colour {
        let style = |caller| Factor::Style { caller, agent: own };
        add(style(own), SAME_STYLE * beyond_chance(&caller.colour, own));
        let other = across(own);
        add(style(other), OPPOSITE_STYLE * beyond_chance(&caller.colour, other));
    }
    if let Some(own) = agent.motive {
        add(Factor::Motive(own), SAME_MOTIVE * beyond_chance(&caller.motive, own));
        let other = opposite(own);
        let clash = Factor::Clash { caller: other, agent: own };
        add(clash, CLASH * beyond_chance(&caller.motive, other));
    }
    let weight = match caller.experience {
        Weight::Full => 1.0,
        Weight::Half => 0.5,
        Weight::Little => 0.2,
    };
    let seasoned = (agent.experience_years as f32 / SEASONED).min(1.0);
    add(Factor::Experience(agent.experience_years), EXPERIENCE * weight * seasoned);
    reasons
}

/// 0 where nothing is known, 1 where it is certain.
fn beyond_chance<C: Category>(posterior: &Posterior<C>, class: C) -> f32 {
    let chance = 1.0 / C::ALL.len() as f32;
    ((posterior.of(class).get() - chance) / (1.0 - chance)).max(0.0)
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Language(language, true) => write!(f, "speaks {}", language.code()),
            Self::Language(language, false) => write!(f, "does not speak {}", language.code()),
            Self::Skill(issue) => write!(f, "is good at {issue}"),
            Self::Style { caller, agent } if caller == agent => {
                write!(f, "both {}: the same way of talking", agent.key())
            }
            Self::Style { caller, agent } => {
                write!(
                    f,
                    "caller {}, agent {}: opposite ways of talking",
                    caller.key(),
                    agent.key()
                )
            }
            Self::Motive(motive) => write!(f, "both are moved by {}", motive.key()),
            Self::Clash { caller, agent } => {
                write!(f, "caller values {}, agent {}: {}", caller.key(), agent.key(), rub(*caller))
            }
            Self::Experience(1) => f.write_str("1 year of experience"),
            Self::Experience(years) => write!(f, "{years} years of experience"),
            Self::Load(share) => write!(f, "on calls for {:.0} % of the shift", 100.0 * share),
            Self::NoProfile => f.write_str("has said nothing of himself"),
        }
    }
}

/// What goes wrong between a caller of this motive and an agent of the opposite one.
fn rub(caller: Motive) -> &'static str {
    match caller {
        Motive::Security | Motive::Vision => "one checks every step, the other feels slowed down",
        Motive::Individuality | Motive::Belonging => {
            "one wants his own case seen, the other speaks for a group"
        }
        Motive::Knowledge | Motive::Empathy => "one wants the facts in order, the other the story",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        Caller {
            colour: Posterior::uniform(),
            motive: Posterior::uniform(),
            language: Some(Language::English),
            issue: None,
            experience: Weight::Half,
        }
    }

    fn agent(id: &str, declared: Declared) -> Candidate {
        let languages = vec![Language::English];
        Candidate { id: id.into(), declared: Some(Declared { languages, ..declared }), load: 0.0 }
    }

    fn order(caller: &Caller, free: &[Candidate]) -> Vec<String> {
        rank(caller, free).into_iter().map(|found| found.id).collect()
    }

    #[test]
    fn a_clash_of_motives_is_named_and_counts_against() {
        let caller = Caller { motive: Posterior::certain(Motive::Security), ..caller() };
        let of = |motive| Declared { motive: Some(motive), ..Declared::default() };
        let free = [
            agent("clash", of(Motive::Vision)),
            agent("neither", of(Motive::Empathy)),
            agent("same", of(Motive::Security)),
        ];
        let ranked = rank(&caller, &free);
        let ids: Vec<_> = ranked.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(ids, ["same", "neither", "clash"]);
        let told = ranked[2].reasons[0].factor.to_string();
        assert!(told.contains("caller values security, agent vision"), "{told}");
    }

    #[test]
    fn who_does_not_speak_the_language_comes_last() {
        let mut stranger = agent("best", Declared { experience_years: 30, ..Declared::default() });
        if let Some(declared) = &mut stranger.declared {
            declared.languages = vec![Language::German];
        }
        let silent = Candidate { id: "silent".into(), declared: None, load: 1.0 };
        let tired = agent("tired", Declared::default());
        assert_eq!(order(&caller(), &[stranger, silent, tired]), ["tired", "silent", "best"]);
    }

    #[test]
    fn experience_counts_more_for_an_important_customer() {
        let old = Declared { experience_years: 9, ..Declared::default() };
        let skilled = Declared { colour: Some(Colour::Red), ..Declared::default() };
        let red = Caller { colour: Posterior::certain(Colour::Red), ..caller() };
        let free = [agent("old", old), agent("skilled", skilled)];
        let by = |experience| order(&Caller { experience, ..red.clone() }, &free)[0].clone();
        assert_eq!((by(Weight::Full).as_str(), by(Weight::Little).as_str()), ("old", "skilled"));
    }

    #[test]
    fn of_an_unknown_caller_no_style_is_said() {
        let declared = Declared {
            colour: Some(Colour::Blue),
            motive: Some(Motive::Vision),
            ..Declared::default()
        };
        let ranked = rank(&caller(), &[agent("a", declared)]);
        assert!(ranked[0].reasons.iter().all(|r| matches!(r.factor, Factor::Language(_, true))));
    }

    #[test]
    fn every_motive_has_one_opposite() {
        for motive in Motive::ALL {
            assert_eq!(opposite(opposite(*motive)), *motive);
            assert_ne!(opposite(*motive), *motive);
        }
    }
}
