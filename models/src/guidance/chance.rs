//! Numbers that look drawn by chance, the same for the same seed.

use std::f64::consts::TAU;

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and good enough to order notes by.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// A stream for a seed and a name: notes that come and go change nothing for the others.
    pub(super) fn of(seed: u64, name: &str) -> Self {
        // FNV-1a.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed ^ hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In (0, 1].
    pub(super) fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (TAU * self.unit()).cos()
    }

    /// Marsaglia and Tsang 2000, for shapes from 1.
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A draw from the beta distribution; both shapes from 1.
    pub(super) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        x / (x + y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_the_spread_of_their_distribution() {
        for (a, b) in [(1.0, 1.0), (3.0, 9.0), (40.0, 5.0)] {
            let mut chance = Chance::of(7, "note");
            let draws: Vec<f64> = (0..20_000).map(|_| chance.beta(a, b)).collect();
            let mean = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
            let sum: f64 = a + b;
            assert!((mean - a / sum).abs() < 0.01, "{a} {b}: {mean}");
            let expected = a * b / (sum * sum * (sum + 1.0));
            assert!((variance / expected - 1.0).abs() < 0.06, "{a} {b}: {variance}");
        }
    }

    #[test]
    fn a_stream_depends_on_seed_and_name_alone() {
        let first = |seed, name| Chance::of(seed, name).unit().to_bits();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert!(first(1, "a") != first(2, "a") && first(1, "a") != first(1, "b"));
    }
}
