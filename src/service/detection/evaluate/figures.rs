//! Shares with what is not known about them, and tables as Markdown.

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Share {
    pub hits: usize,
    pub of: usize,
}

#[allow(clippy::cast_precision_loss)] // millions
impl Share {
    pub(super) fn of(values: impl IntoIterator<Item = bool>) -> Self {
        let mut share = Self::default();
        for is_hit in values {
            share.hits += usize::from(is_hit);
            share.of += 1;
        }
        share
    }

    pub(super) fn value(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }

    /// Wilson's interval at 95 %.
    pub(super) fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.96;
        let (n, p) = (self.of.max(1) as f64, self.value());
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        (
            ((middle - half) / whole).max(0.0),
            ((middle + half) / whole).min(1.0),
        )
    }

    /// Such as `84.1 % (83.2–85.0)`, with so many digits after the point.
    pub(super) fn text(self, digits: usize) -> String {
        let (low, high) = self.interval();
        format!(
            "{:.digits$} % ({:.digits$}–{:.digits$})",
            100.0 * self.value(),
            100.0 * low,
            100.0 * high
        )
    }

    pub(super) fn percent(self) -> String {
        format!("{:.1} %", 100.0 * self.value())
    }
}

/// The score above which at most this share lies; what is over it is an alarm. `scores` descend.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)] // millions
pub(super) fn level(scores: &[f64], share: f64) -> f64 {
    scores
        .get((scores.len() as f64 * share) as usize)
        .copied()
        .unwrap_or(f64::MAX)
}

/// A table.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let mut text = line(&head) + &"|---".repeat(head.len()) + "|\n";
    for row in rows {
        text += &line(row);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilson_s() {
        let (low, high) = Share { hits: 5, of: 50 }.interval();
        assert!(
            (low - 0.0435).abs() < 1e-3 && (high - 0.2136).abs() < 1e-3,
            "{low} {high}"
        );
    }

    #[test]
    fn a_level_keeps_its_share() {
        let scores: Vec<f64> = (0..1000_u32).rev().map(f64::from).collect();
        let over = |share| {
            scores
                .iter()
                .filter(|score| **score > level(&scores, share))
                .count()
        };
        assert_eq!((over(0.01), over(0.001), over(0.0)), (10, 1, 0));
        assert!(level(&[], 0.5) >= f64::MAX);
    }
}
