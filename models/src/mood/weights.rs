//! Written by models/training/callers/fuse.py; made again with it, not by hand.

/// Valence and arousal of callers at rest.
pub(super) const REST: [f32; 2] = [-0.0886, 0.1892];
/// Standard deviation of each over all callers.
pub(super) const SPREAD: [f32; 2] = [0.3161, 0.4000];
/// Their correlation: who is displeased is the more excited.
pub(super) const CORRELATION: f32 = -0.2483;
/// Seconds after which what is known of each has faded to 1/e.
pub(super) const FADE_SECONDS: [f32; 2] = [14.4272, 30.0000];
/// What an observation of each is when nothing was felt.
pub(super) const OFFSET: [f32; 2] = [0.0693, 0.1620];
/// How far an observation of each goes beyond that at most.
pub(super) const SCALE: [f32; 2] = [2.1934, 0.5077];
/// Steepness of each.
pub(super) const GAIN: [f32; 2] = [0.8261, 1.0294];
/// Variance of an observation from words that say nothing.
pub(super) const NOISE: [f32; 2] = [0.3640, 0.0473];
/// How fast it falls with what they say.
pub(super) const TRUST: [f32; 2] = [0.3656, 0.3826];
/// What is left of a turn's evidence for a mood one caller turn later.
pub(super) const EVIDENCE_KEPT: f32 = 0.1000;
/// What the evidence of the words counts, in English and in German.
pub(super) const EVIDENCE: [f32; 2] = [0.9656, 1.5290];
/// What the nearness to a mood's place counts, in both.
pub(super) const PLACE: [f32; 2] = [0.1700, 0.1700];
/// How closely a mood keeps to its place.
pub(super) const PLACE_SPREAD: [f32; 2] = [0.0943, 0.1523];
/// Head start of each mood, in English and in German.
pub(super) const PRIOR: [[f32; 8]; 2] = [
    [0.0096, -0.0963, 0.1844, 0.1521, 0.0447, -0.1192, -0.4294, 0.2543],
    [-0.3605, 0.0031, -0.0991, 0.1208, 0.1320, 0.0711, -0.1275, 0.2601],
];
/// The same, where nothing was said that speaks for or against any.
pub(super) const SILENT: [f32; 8] = [1.2589, -0.1798, -0.1798, -0.1798, -0.1798, -0.1798, -0.1798, -0.1798];
/// Where each mood has its place: valence, arousal.
pub(super) const PLACES: [[f32; 2]; 8] = [
    [0.0354, 0.1384],
    [0.4474, 0.2313],
    [-0.5539, 0.4542],
    [-0.4052, 0.0757],
    [-0.3494, 0.2343],
    [-0.2171, 0.1837],
    [0.5120, 0.1853],
    [-0.1506, 0.0814],
];
