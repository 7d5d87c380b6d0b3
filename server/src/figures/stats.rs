//! Means and shares with their intervals, differences, correlation. Everything at 95 %.

/// Half the width of a 95 % interval in standard deviations.
const Z: f64 = 1.959_964;

/// What is kept of many values: enough for their mean and its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub(crate) count: f64,
    pub(crate) sum: f64,
    pub(crate) squares: f64,
}

/// A value and where it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Estimate {
    fn around(value: f64, deviation: f64) -> Self {
        Self { value, low: value - Z * deviation, high: value + Z * deviation }
    }

    /// Whether chance alone would seldom give it: the interval leaves zero out.
    pub(crate) fn is_clear(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

impl Sums {
    /// One value.
    pub(crate) fn of(value: f64) -> Self {
        Self { count: 1.0, sum: value, squares: value * value }
    }

    /// So many of so many.
    pub(crate) fn part(part: u32, whole: u32) -> Self {
        let part = f64::from(part.min(whole));
        Self { count: f64::from(whole), sum: part, squares: part }
    }

    /// With these values too, or with `times` -1 without them.
    pub(crate) fn add(&mut self, other: Self, times: f64) {
        self.count += times * other.count;
        self.sum += times * other.sum;
        self.squares += times * other.squares;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count < 0.5
    }

    pub(crate) fn mean(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.sum / self.count }
    }

    /// Variance of the mean.
    pub(crate) fn variance_of_mean(&self) -> f64 {
        if self.count < 1.5 {
            return 0.0;
        }
        // Sums that were added to and taken from lose their last digits.
        let spread = (self.squares - self.sum * self.sum / self.count).max(0.0);
        spread / (self.count - 1.0) / self.count
    }

    /// The mean and its interval; the interval of a single value is all there is.
    pub(crate) fn estimate(&self) -> Option<Estimate> {
        (!self.is_empty()).then(|| Estimate::around(self.mean(), self.variance_of_mean().sqrt()))
    }

    /// The share and its interval (Wilson's), of values that are 0 or 1.
    pub(crate) fn share(&self) -> Option<Estimate> {
        if self.is_empty() {
            return None;
        }
        let (n, p, z2) = (self.count, self.mean().clamp(0.0, 1.0), Z * Z);
        let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        Some(Estimate { value: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
    }
}

/// How far apart two means are.
pub(crate) fn difference(before: &Sums, after: &Sums) -> Estimate {
    let deviation = (before.variance_of_mean() + after.variance_of_mean()).sqrt();
    Estimate::around(after.mean() - before.mean(), deviation)
}

/// How much a mean would have moved had only the mix of its kinds changed: the shares of `after`
/// with the means of `before`, less the mean of `before` (the mix part of Kitagawa's
/// decomposition). Each pair is a kind, before and after; a kind that was not there before counts
/// as the mean of all.
pub(crate) fn mix_effect(kinds: &[(Sums, Sums)]) -> Option<Estimate> {
    let total = |side: fn(&(Sums, Sums)) -> &Sums| {
        kinds.iter().fold(Sums::default(), |mut total, kind| {
            total.add(*side(kind), 1.0);
            total
        })
    };
    let (before, after) = (total(|kind| &kind.0), total(|kind| &kind.1));
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let (mut effect, mut spread_before, mut spread_after, mut unsure) = (0.0, 0.0, 0.0, 0.0);
    for (old, new) in kinds {
        let (share_old, share_new) = (old.count / before.count, new.count / after.count);
        let away = if old.is_empty() { 0.0 } else { old.mean() - before.mean() };
        effect += (share_new - share_old) * away;
        // Shares are drawn with the calls; means have errors of their own.
        spread_before += share_old * away * away;
        spread_after += share_new * away * away;
        unsure += (share_new - share_old).powi(2) * old.variance_of_mean();
    }
    let drawn =
        spread_before / before.count + (spread_after - effect * effect).max(0.0) / after.count;
    Some(Estimate::around(effect, (drawn + unsure).sqrt()))
}

/// Pearson's r with Fisher's interval; `None` below four pairs or without any spread.
pub(crate) fn correlation(pairs: &[(f64, f64)]) -> Option<Estimate> {
    if pairs.len() < 4 {
        return None;
    }
    let n = pairs.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| pairs.iter().map(pick).sum::<f64>() / n;
    let (mx, my) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xy += (x - mx) * (y - my);
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
    }
    if xx <= 0.0 || yy <= 0.0 {
        return None;
    }
    let r = (xy / (xx * yy).sqrt()).clamp(-0.999_999, 0.999_999);
    let half = Z / (n - 3.0).sqrt();
    let (low, high) = ((r.atanh() - half).tanh(), (r.atanh() + half).tanh());
    Some(Estimate { value: r, low, high })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sums(values: &[f64]) -> Sums {
        values.iter().fold(Sums::default(), |mut sums, value| {
            sums.add(Sums::of(*value), 1.0);
            sums
        })
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-3
    }

    #[test]
    fn means_and_shares_have_the_intervals_of_the_textbook() {
        let mean = sums(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).estimate().unwrap();
        // s = 2.138, s / sqrt 8 = 0.756.
        assert!(
            near(mean.value, 5.0) && near(mean.low, 3.518) && near(mean.high, 6.482),
            "{mean:?}"
        );
        // Wilson's for 1 of 10: 0.018 to 0.404.
        let share = Sums::part(1, 10).share().unwrap();
        assert!(near(share.low, 0.0179) && near(share.high, 0.4042), "{share:?}");
        let none = Sums::part(0, 20).share().unwrap();
        assert!(none.low == 0.0 && none.high > 0.1);
        assert_eq!(Sums::default().estimate(), None);
    }

    #[test]
    fn what_is_taken_away_was_never_there() {
        let mut all = sums(&[1.0, 2.5, 3.0]);
        all.add(Sums::of(2.5), -1.0);
        assert_eq!(all, sums(&[1.0, 3.0]));
    }

    #[test]
    fn a_changed_mix_explains_a_change_and_an_equal_mix_none() {
        let many = |value: f64, count: usize| sums(&vec![value; count]);
        // Half of the calls were angry (effort 4) and half calm (2); now nine in ten are angry.
        let shifted = [(many(4.0, 500), many(4.0, 900)), (many(2.0, 500), many(2.0, 100))];
        let effect = mix_effect(&shifted).unwrap();
        assert!(near(effect.value, 0.8) && effect.is_clear(), "{effect:?}");
        let same = [(many(4.0, 500), many(5.0, 500)), (many(2.0, 500), many(3.0, 500))];
        let effect = mix_effect(&same).unwrap();
        assert!(near(effect.value, 0.0) && !effect.is_clear(), "{effect:?}");
        let few = [(many(4.0, 5), many(4.0, 6)), (many(2.0, 5), many(2.0, 4))];
        assert!(!mix_effect(&few).unwrap().is_clear(), "ten calls prove nothing");
        assert_eq!(mix_effect(&[]), None);
    }

    #[test]
    fn correlation_is_pearsons_with_fishers_interval() {
        let pairs: Vec<(f64, f64)> =
            [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0), (5.0, 5.0)].into();
        let r = correlation(&pairs).unwrap();
        assert!(near(r.value, 0.8) && near(r.low, -0.2796) && near(r.high, 0.9861), "{r:?}");
        assert_eq!(correlation(&pairs[..3]), None);
        assert_eq!(correlation(&[(1.0, 2.0); 9]), None);
    }
}
