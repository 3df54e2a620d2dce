//! A step length that satisfies the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6).
//!
//! Along a direction of descent, φ(a) = J(θ + a d), φ'(0) < 0. Wanted is an a > 0 with
//!
//! ```text
//! φ(a)    ≤ φ(0) + c₁ a φ'(0)        it falls enough          c₁ = 1e-4
//! |φ'(a)| ≤ c₂ |φ'(0)|               and is flat enough       c₂ = 0.9
//! ```
//!
//! The first bracket that must hold such an a is shrunk around the minimum of the cubic through its ends.

/// c₁, as in Nocedal & Wright and PyTorch.
pub(crate) const SUFFICIENT_DECREASE: f64 = 1e-4;
/// c₂, as in Nocedal & Wright for quasi-Newton directions, scipy and PyTorch.
pub(crate) const CURVATURE: f64 = 0.9;

/// Evaluations of φ, at most: scipy's `maxls`.
const MOST_EVALUATIONS: usize = 20;

/// φ and φ' at a step length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) length: f64,
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

/// A step length from `start` (length 0) on, `first` being tried first; `None` when none was found that falls at all.
///
/// `phi` was last called at the length that is returned.
pub(crate) fn strong_wolfe(start: Point, first: f64, mut phi: impl FnMut(f64) -> Point) -> Option<Point> {
    let falls = |at: &Point| at.value <= start.value + SUFFICIENT_DECREASE * at.length * start.slope;
    let is_flat = |at: &Point| at.slope.abs() <= CURVATURE * start.slope.abs();

    // `low` is the best point that falls enough; `high` the other end of the bracket, once there is one.
    let (mut low, mut high): (Point, Option<Point>) = (start, None);
    let mut length = first;
    for _ in 0..MOST_EVALUATIONS {
        let at = phi(length);
        if !(at.value.is_finite() && at.slope.is_finite()) {
            // Too far: there is no cubic through what is not a number.
            high = Some(Point { value: f64::INFINITY, ..at });
        } else if !falls(&at) || at.value >= low.value && low.length > 0.0 {
            high = Some(at);
        } else if is_flat(&at) {
            return Some(at);
        } else {
            let turns = high.map_or(at.slope >= 0.0, |high| at.slope * (high.length - low.length) >= 0.0);
            let beyond = high.is_none().then_some(low);
            if turns {
                high = Some(low);
            }
            low = at;
            if high.is_none() {
                let before = beyond.expect("no bracket yet");
                // Still going down: between twice and ten times as far.
                let cubic = cubic_minimum(before, low).unwrap_or(f64::INFINITY);
                length = cubic.clamp(2.0 * length, 10.0 * length);
                continue;
            }
        }
        let high = high.expect("a bracket");
        let (from, to) = (low.length.min(high.length), low.length.max(high.length));
        let margin = 0.1 * (to - from);
        let cubic = if high.value.is_finite() { cubic_minimum(low, high) } else { None };
        let next = cubic.unwrap_or(0.5 * (from + to)).clamp(from + margin, to - margin);
        if next == length || next <= from || next >= to {
            break; // The bracket is down to neighbouring numbers.
        }
        length = next;
    }
    // No flat point, but a lower one.
    (low.length > 0.0).then(|| phi(low.length))
}

/// Where the cubic through two points with their slopes has its minimum; `None` where it has none.
///
/// ```text
/// d₁ = φ'₀ + φ'₁ − 3 (φ₀ − φ₁)/(a₀ − a₁)      d₂ = sign(a₁ − a₀) √(d₁² − φ'₀ φ'₁)
/// a  = a₁ − (a₁ − a₀) (φ'₁ + d₂ − d₁)/(φ'₁ − φ'₀ + 2 d₂)
/// ```
fn cubic_minimum(p0: Point, p1: Point) -> Option<f64> {
    let d1 = p0.slope + p1.slope - 3.0 * (p0.value - p1.value) / (p0.length - p1.length);
    let d2 = (p1.length - p0.length).signum() * (d1 * d1 - p0.slope * p1.slope).sqrt();
    let share = (p1.slope + d2 - d1) / (p1.slope - p0.slope + 2.0 * d2);
    let minimum = p1.length - (p1.length - p0.length) * share;
    minimum.is_finite().then_some(minimum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: f64, value: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) {
        let point = |length| Point { length, value: value(length), slope: slope(length) };
        let start = point(0.0);
        let mut calls = Vec::new();
        let found = strong_wolfe(start, first, |length| {
            calls.push(length);
            point(length)
        });
        let found = found.unwrap_or_else(|| panic!("nothing found from {first}: {calls:?}"));
        assert_eq!(calls.last(), Some(&found.length));
        let limit = start.value + SUFFICIENT_DECREASE * found.length * start.slope;
        assert!(found.value <= limit, "{found:?} from {first}: {calls:?}");
        assert!(found.slope.abs() <= CURVATURE * start.slope.abs(), "{found:?} from {first}: {calls:?}");
    }

    /// From far too short to far too long: bowls, a long valley (Moré & Thuente 1994, function 1), a wall of infinities.
    #[test]
    fn both_conditions_hold() {
        for first in [1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3] {
            check(first, |a| (a - 2.0).powi(2), |a| 2.0 * (a - 2.0));
            check(first, |a| -a / (a * a + 2.0), |a| (a * a - 2.0) / (a * a + 2.0).powi(2));
            check(first, |a| (a - 1.0).powi(4) - 0.1 * a, |a| 4.0 * (a - 1.0).powi(3) - 0.1);
            let wall = |a: f64| if a < 3.0 { (a - 2.5).powi(2) } else { f64::INFINITY };
            check(first, wall, |a| if a < 3.0 { 2.0 * (a - 2.5) } else { f64::NAN });
        }
    }

    #[test]
    fn uphill_there_is_nothing_to_find() {
        let point = |length: f64| Point { length, value: length, slope: 1.0 };
        // It claims to fall, and does not.
        assert_eq!(strong_wolfe(Point { slope: -1.0, ..point(0.0) }, 1.0, point), None);
    }
}
