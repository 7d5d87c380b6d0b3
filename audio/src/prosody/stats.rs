//! Small statistics. What cannot be told from the values given is not-a-number.

/// Of sorted values, between neighbours; 0 of nothing.
pub(super) fn percentile(sorted: &[f32], share: f32) -> f32 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share * last as f32;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

/// 0 of nothing.
pub(super) fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Values in order.
pub(super) fn sorted(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    values
}

/// Not-a-number of nothing.
pub(super) fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

/// Standard deviation of a population; not-a-number of nothing.
pub(super) fn spread(values: &[f32]) -> f32 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / values.len() as f32).sqrt()
}

/// Least squares: how much `y` grows per unit of `x`; 0 where `x` does not vary.
pub(super) fn slope(points: &[(f32, f32)]) -> f32 {
    let (both, square, _) = moments(points);
    ratio(both, square)
}

/// Pearson's; 0 where either does not vary.
pub(super) fn correlation(points: &[(f32, f32)]) -> f32 {
    let (both, x, y) = moments(points);
    ratio(both, (x * y).sqrt())
}

/// Sums of products about the means: xy, xx, yy.
fn moments(points: &[(f32, f32)]) -> (f32, f32, f32) {
    let count = points.len().max(1) as f32;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    points.iter().fold((0.0, 0.0, 0.0), |(both, xx, yy), point| {
        let (dx, dy) = (point.0 - x, point.1 - y);
        (both + dx * dy, xx + dx * dx, yy + dy * dy)
    })
}
