//! The contact centre of the made year: who works where, and what callers call about.

/// Agents in all, in teams of unequal size; the last is too small to be shown.
pub(crate) const AGENTS: usize = 200;

/// Name, project and agents of each team.
pub(crate) const TEAMS: [(&str, &str, usize); 12] = [
    ("alder", "broadband", 24),
    ("beech", "broadband", 22),
    ("cedar", "broadband", 18),
    ("elm", "energy", 20),
    ("fir", "energy", 19),
    ("hazel", "energy", 15),
    ("larch", "insurance", 21),
    ("maple", "insurance", 17),
    ("oak", "shop", 20),
    ("pine", "shop", 12),
    ("rowan", "travel", 8),
    ("yew", "travel", 4),
];

/// An issue: its share, usual seconds, chance that the same caller comes back with it, and what
/// comes next how often.
pub(crate) struct Issue {
    pub(crate) name: &'static str,
    pub(crate) weight: f64,
    pub(crate) seconds: f64,
    pub(crate) comes_back: f64,
    pub(crate) next: Option<(&'static str, f64)>,
}

const fn issue(
    name: &'static str,
    weight: f64,
    seconds: f64,
    comes_back: f64,
    next: Option<(&'static str, f64)>,
) -> Issue {
    Issue { name, weight, seconds, comes_back, next }
}

/// All of them.
pub(crate) const ISSUES: [Issue; 12] = [
    issue("bill", 18.0, 320.0, 0.14, Some(("instalments", 0.03))),
    issue("outage", 14.0, 410.0, 0.22, Some(("credit-note", 0.21))),
    issue("contract-copy", 9.0, 190.0, 0.05, Some(("claim", 0.24))),
    issue("move", 8.0, 520.0, 0.12, Some(("final-bill", 0.11))),
    issue("claim", 8.0, 610.0, 0.18, None),
    issue("delivery", 12.0, 250.0, 0.15, Some(("return", 0.08))),
    issue("return", 7.0, 280.0, 0.09, Some(("credit-note", 0.015))),
    issue("cancellation", 6.0, 450.0, 0.08, Some(("final-bill", 0.18))),
    issue("tariff", 9.0, 380.0, 0.06, None),
    issue("password", 5.0, 160.0, 0.07, None),
    issue("credit-note", 2.0, 240.0, 0.10, None),
    issue("final-bill", 2.0, 300.0, 0.12, None),
];
