//! Scores of classifiers.

use serde_json::Value;

use super::rounded;

/// True and predicted classes of items, by index.
#[derive(Debug, Clone)]
pub(crate) struct Confusion {
    counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// Over so many classes.
    pub(crate) fn new(classes: usize) -> Self {
        Self { counts: vec![vec![0; classes]; classes] }
    }

    /// Counts an item.
    pub(crate) fn add(&mut self, truth: usize, predicted: usize) {
        self.counts[truth][predicted] += 1;
    }

    /// How many of each true class were called what.
    pub(crate) fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    fn truth(&self, class: usize) -> usize {
        self.counts[class].iter().sum()
    }

    fn predicted(&self, class: usize) -> usize {
        self.counts.iter().map(|row| row[class]).sum()
    }

    /// Items counted.
    pub(crate) fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// The share that is right; `None` without items.
    pub(crate) fn accuracy(&self) -> Option<f32> {
        let right: usize = (0..self.counts.len()).map(|class| self.counts[class][class]).sum();
        ratio(right, self.total())
    }

    /// F1 of a class; `None` if it is neither true nor predicted anywhere.
    pub(crate) fn f1(&self, class: usize) -> Option<f32> {
        ratio(2 * self.counts[class][class], self.truth(class) + self.predicted(class))
    }

    /// The mean F1 of the classes that occur, true or predicted.
    pub(crate) fn macro_f1(&self) -> Option<f32> {
        mean((0..self.counts.len()).filter_map(|class| self.f1(class)))
    }

    /// The mean recall of the classes that are true somewhere.
    pub(crate) fn unweighted_recall(&self) -> Option<f32> {
        let recall = |class: usize| ratio(self.counts[class][class], self.truth(class));
        mean((0..self.counts.len()).filter_map(recall))
    }
}

/// The probability that a true item has a higher score than a false one, ties counting half
/// (Mann-Whitney); `None` without both.
pub(crate) fn auc(scores: &[(f32, bool)]) -> Option<f32> {
    let positives = scores.iter().filter(|(_, truth)| *truth).count();
    let negatives = scores.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins) = (0_usize, 0.0_f64);
    for tied in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let here = tied.iter().filter(|(_, truth)| *truth).count();
        let against = tied.len() - here;
        wins += here as f64 * (below as f64 + against as f64 / 2.0);
        below += against;
    }
    Some((wins / (positives as f64 * negatives as f64)) as f32)
}

/// Share of false items against share of true items that lie above each score, from the highest
/// down; empty without both.
pub(crate) fn roc(items: &[(f32, bool)]) -> Vec<(f32, f32)> {
    let positives = items.iter().filter(|(_, truth)| *truth).count();
    let negatives = items.len() - positives;
    if positives == 0 || negatives == 0 {
        return Vec::new();
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut points = vec![(0.0, 0.0)];
    let (mut wrong, mut found) = (0_usize, 0_usize);
    for tied in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let here = tied.iter().filter(|(_, truth)| *truth).count();
        found += here;
        wrong += tied.len() - here;
        points.push((wrong as f32 / negatives as f32, found as f32 / positives as f32));
    }
    points
}

/// Bins that confidence is sorted into.
pub(crate) const BINS: usize = 10;

/// The items of one bin of confidence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bin {
    /// How many.
    pub(crate) count: usize,
    confidence: f32,
    right: usize,
}

impl Bin {
    /// Mean confidence.
    pub(crate) fn confidence(self) -> f32 {
        self.confidence / self.count.max(1) as f32
    }

    /// The share that is right.
    pub(crate) fn accuracy(self) -> f32 {
        self.right as f32 / self.count.max(1) as f32
    }
}

/// Items by confidence, in equal steps.
pub(crate) fn bins(items: &[(f32, bool)]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for (confidence, right) in items {
        let bin = &mut bins[((confidence * BINS as f32) as usize).min(BINS - 1)];
        bin.count += 1;
        bin.confidence += confidence;
        bin.right += usize::from(*right);
    }
    bins
}

/// Expected calibration error over ten bins of confidence (Guo et al. 2017): how far confidence
/// and the share that is right lie apart.
pub(crate) fn calibration_error(items: &[(f32, bool)]) -> Option<f32> {
    let apart: f32 = bins(items).iter().map(|bin| (bin.confidence - bin.right as f32).abs()).sum();
    (!items.is_empty()).then(|| apart / items.len() as f32)
}

/// The root of the mean squared difference; `None` without pairs.
pub(crate) fn root_mean_square(pairs: &[(f32, f32)]) -> Option<f32> {
    mean(pairs.iter().map(|(a, b)| (a - b) * (a - b))).map(f32::sqrt)
}

/// Pearson's correlation; `None` if either does not vary.
pub(crate) fn correlation(pairs: &[(f32, f32)]) -> Option<f32> {
    let (a, b) = (mean(pairs.iter().map(|p| p.0))?, mean(pairs.iter().map(|p| p.1))?);
    let product = |left: fn(&(f32, f32)) -> f32, l: f32, right: fn(&(f32, f32)) -> f32, r: f32| {
        pairs.iter().map(|pair| (left(pair) - l) * (right(pair) - r)).sum::<f32>()
    };
    let (first, second) = (|p: &(f32, f32)| p.0, |p: &(f32, f32)| p.1);
    let spread = product(first, a, first, a) * product(second, b, second, b);
    (spread > 1e-9).then(|| product(first, a, second, b) / spread.sqrt())
}

/// A score as JSON; null if there was nothing to score.
pub(crate) fn scored(score: Option<f32>) -> Value {
    score.map_or(Value::Null, rounded)
}

fn ratio(part: usize, whole: usize) -> Option<f32> {
    (whole > 0).then(|| part as f32 / whole as f32)
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: Option<f32>, expected: f32) {
        let value = value.expect("a score");
        assert!((value - expected).abs() < 1e-4, "{value} is not {expected}");
    }

    /// Checked by hand: class 0 has 3 items of which 2 are found, class 1 has 1, found, and one
    /// false.
    fn confusion() -> Confusion {
        let mut confusion = Confusion::new(3);
        for (truth, predicted) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
            confusion.add(truth, predicted);
        }
        confusion
    }

    #[test]
    fn f1_recall_and_accuracy() {
        let confusion = confusion();
        close(confusion.f1(0), 0.8);
        close(confusion.f1(1), 2.0 / 3.0);
        assert_eq!(confusion.f1(2), None, "a class that does not occur does not count");
        close(confusion.macro_f1(), (0.8 + 2.0 / 3.0) / 2.0);
        close(confusion.unweighted_recall(), (2.0 / 3.0 + 1.0) / 2.0);
        close(confusion.accuracy(), 0.75);
        assert_eq!(Confusion::new(2).accuracy(), None);
    }

    #[test]
    fn auc_counts_ties_half() {
        close(auc(&[(0.1, false), (0.9, true)]), 1.0);
        close(auc(&[(0.9, false), (0.1, true)]), 0.0);
        close(auc(&[(0.5, false), (0.5, true)]), 0.5);
        close(
            auc(&[(0.1, false), (0.4, true), (0.35, false), (0.8, true), (0.4, false)]),
            5.5 / 6.0,
        );
        assert_eq!(auc(&[(0.5, true)]), None);
    }

    #[test]
    fn the_curve_of_finds_and_false_alarms() {
        let items = [(0.9, true), (0.8, false), (0.8, true), (0.1, false)];
        assert_eq!(roc(&items), [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
        assert!(roc(&[(0.5, true)]).is_empty());
    }

    #[test]
    fn differences_and_correlation() {
        close(root_mean_square(&[(1.0, 0.0), (0.0, 1.0), (2.0, 2.0)]), (2.0f32 / 3.0).sqrt());
        close(correlation(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]), 1.0);
        close(correlation(&[(0.0, 1.0), (1.0, -1.0)]), -1.0);
        assert_eq!(correlation(&[(0.0, 1.0), (1.0, 1.0)]), None);
        assert_eq!(root_mean_square(&[]), None);
    }

    #[test]
    fn calibration() {
        close(calibration_error(&[(1.0, true), (1.0, true)]), 0.0);
        close(calibration_error(&[(0.95, true), (0.95, false)]), 0.45);
        assert_eq!(calibration_error(&[]), None);
    }
}
