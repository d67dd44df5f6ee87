//! Working days (工作日) in China: weekdays without public holidays, and the weekend days that are worked in their place.
//!
//! The table is `data/holidays.csv`, from the yearly notices of the State Council: day, holiday, `rest` or `work`. Of a
//! year that it does not have only the weekends are known.
//!
//! The day on which a period begins is not counted (民法典第二百零一条), nor are days of rest (行政许可法第八十二条).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};

const TABLE: &str = include_str!("../../data/holidays.csv");

/// Days on which it is otherwise than the weekday says: whether they are worked.
static EXCEPTIONS: LazyLock<BTreeMap<Date, bool>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1);
    rows.filter_map(|row| {
        let mut fields = row.split(',');
        let (day, kind) = (fields.next()?, fields.next_back()?);
        Some((day.parse().ok()?, kind == "work"))
    })
    .collect()
});

/// Whether offices work on this day.
pub fn is_working_day(day: Date) -> bool {
    let is_weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    EXCEPTIONS.get(&day).copied().unwrap_or(is_weekday)
}

/// The `count`th working day after a day; the day itself if there is nothing to count.
pub fn add(day: Date, count: u16) -> Date {
    let (mut day, mut left) = (day, count);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        left -= u16::from(is_working_day(day));
    }
    day
}

/// How many working days there are after one day up to a later one; none if it is not later.
pub fn between(after: Date, until: Date) -> u32 {
    let (mut day, mut count) = (after, 0);
    while day < until {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        count += u32::from(is_working_day(day));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    #[test]
    fn every_row_says_otherwise_than_an_earlier_one_and_can_be_read() {
        assert_eq!(EXCEPTIONS.len(), TABLE.lines().count() - 1);
        for row in TABLE.lines().skip(1) {
            let fields: Vec<&str> = row.split(',').collect();
            let [day, name, kind] = fields[..] else {
                panic!("{row}");
            };
            assert!(
                !name.is_empty() && ["rest", "work"].contains(&kind),
                "{row}"
            );
            let day: Date = day.parse().unwrap();
            let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            assert!(kind == "rest" || is_weekend, "{row}: worked anyhow");
        }
    }

    #[test]
    fn holidays_rest_and_worked_weekends_do_not() {
        for (day, works) in [
            (date(2026, 2, 13), true),  // the Friday before the spring festival
            (date(2026, 2, 14), true),  // a Saturday that is worked
            (date(2026, 2, 16), false), // a Monday of the festival
            (date(2026, 2, 24), true),
            (date(2026, 2, 28), true), // a Saturday that is worked
            (date(2026, 3, 1), false), // a Sunday like any other
            (date(2026, 4, 6), false),
        ] {
            assert_eq!(is_working_day(day), works, "{day}");
        }
    }

    #[test]
    fn ten_working_days_go_round_the_spring_festival() {
        // 14 February is worked; the festival is 15 to 23; 28 February is worked.
        assert_eq!(add(date(2026, 2, 9), 10), date(2026, 2, 28));
        assert_eq!(add(date(2026, 2, 13), 1), date(2026, 2, 14));
        assert_eq!(add(date(2026, 2, 14), 1), date(2026, 2, 24));
        assert_eq!(add(date(2026, 2, 16), 1), date(2026, 2, 24));
        assert_eq!(add(date(2026, 2, 16), 0), date(2026, 2, 16));
    }

    #[test]
    fn of_years_that_are_not_in_the_table_only_weekends_are_known() {
        assert!(is_working_day(date(2031, 10, 1)), "a Wednesday");
        assert!(!is_working_day(date(2031, 10, 4)), "a Saturday");
        assert_eq!(add(date(2031, 9, 26), 10), date(2031, 10, 10));
        assert_eq!(add(date(2019, 1, 1), 5), date(2019, 1, 8));
        assert_eq!(add(Date::MAX, 5), Date::MAX);
    }

    #[test]
    fn counting_undoes_adding() {
        let mut day = date(2022, 12, 1);
        while day < date(2027, 2, 1) {
            for count in [0, 1, 5, 10] {
                let due = add(day, count);
                assert_eq!(between(day, due), u32::from(count), "{day} + {count}");
            }
            assert_eq!(between(day, day), 0);
            assert_eq!(between(day, day.saturating_sub(3.days())), 0);
            day = day.tomorrow().unwrap();
        }
    }
}
