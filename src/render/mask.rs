//! The choice of the mask, the pattern a symbol's data is mixed with so that no
//! large blotches or false finder patterns arise.
//!
//! The standard has all eight masks tried and scored, and the one with the
//! lowest penalty taken (ISO/IEC 18004, 7.8.3).

use super::frame::Modules;
use super::line::Line;

/// The candidate with the lowest penalty, the first of equals.
pub(super) fn best(candidates: impl Iterator<Item = Modules>) -> Option<Modules> {
    candidates.min_by_key(penalty)
}

/// Penalty of a symbol, short of a constant that is the same for every mask: the
/// share of the three true finder patterns.
fn penalty(modules: &Modules) -> u32 {
    let rows = &modules.rows;
    // As many modules as in a line, and one less: all pairs of neighbours.
    let size = rows.len();
    let pairs = Line::dark(size.saturating_sub(1));
    let lines = rows.iter().chain(&modules.columns);
    let lines: u32 = lines
        .map(|line| runs(*line, pairs) + false_finders(*line))
        .sum();
    let blocks: u32 = rows
        .windows(2)
        .map(|two| blocks(two[0], two[1], pairs))
        .sum();
    let dark = rows.iter().map(|row| row.count()).sum();
    lines + blocks + imbalance(dark, size)
}

/// The pairs of equal neighbours.
fn equal(line: Line, pairs: Line) -> Line {
    pairs.without(line ^ line.later(1))
}

/// Five or more modules of one colour in a line: their number less two.
fn runs(line: Line, pairs: Line) -> u32 {
    let equal = equal(line, pairs);
    let two = equal & equal.later(1);
    // Where five of a colour begin: one place in a run of five, two in six.
    let five = two & two.later(2);
    let begin = five.without(five.earlier(1));
    five.count() + 2 * begin.count()
}

/// Dark, light, three dark, light, dark with four light ones or the edge before
/// or after: 40 each, for it looks like a line through a finder pattern.
fn false_finders(line: Line) -> u32 {
    let three = line.later(2) & line.later(3) & line.later(4);
    let finder = (line & line.later(6) & three).without(line.later(1) | line.later(5));
    let before = line.earlier(1) | line.earlier(2) | line.earlier(3) | line.earlier(4);
    let after = line.later(7) | line.later(8) | line.later(9) | line.later(10);
    40 * finder.without(before & after).count()
}

/// Squares of two by two modules of one colour, overlaps included: 3 each.
fn blocks(upper: Line, lower: Line, pairs: Line) -> u32 {
    let both = equal(upper, pairs) & equal(lower, pairs);
    3 * both.without(upper ^ lower).count()
}

/// How far the share of dark modules is from one half, in half per cents.
fn imbalance(dark: u32, size: usize) -> u32 {
    let all = u32::try_from(size * size).unwrap_or(u32::MAX).max(1);
    (dark * 200 / all).abs_diff(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        let mut line = Line::default();
        text.bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'#')
            .for_each(|(place, _)| line.flip(place));
        line
    }

    #[test]
    fn runs_of_five_and_more_count() {
        let score = |text: &str| runs(line(text), Line::dark(text.len() - 1));
        assert_eq!(score("####.####"), 0);
        assert_eq!(score("#####......."), 3 + 5);
        assert_eq!(score(".....#.....##"), 3 + 3);
    }

    #[test]
    fn a_false_finder_needs_a_light_side() {
        assert_eq!(false_finders(line("#.###.#....")), 40);
        assert_eq!(false_finders(line("#.#.###.#...#")), 0);
        assert_eq!(false_finders(line("#....#.###.#.#")), 40);
        assert_eq!(false_finders(line("....#.###.#")), 40);
        assert_eq!(false_finders(line("....#.##..#")), 0);
    }

    #[test]
    fn squares_overlap() {
        let score = |upper: &str, lower: &str| blocks(line(upper), line(lower), Line::dark(2));
        assert_eq!(score("###", "###"), 6);
        assert_eq!(score("###", "##."), 3);
        assert_eq!(score("###", "..."), 0);
        assert_eq!(score("...", "..."), 6);
    }

    #[test]
    fn half_dark_is_no_penalty() {
        assert_eq!(imbalance(50, 10), 0);
        assert_eq!(imbalance(75, 10), 50);
        assert_eq!(imbalance(25, 10), 50);
    }
}
