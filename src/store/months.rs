//! The months that PostgreSQL keeps scans by: partitions, made before they are needed.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use sqlx::PgConnection;

use super::StoreError;
use crate::domain::calendar::{BEIJING, day_of};

/// Makes the partition of the month, in China, that a moment lies in, given in microseconds since 1970. One that is there
/// is left alone.
pub(super) async fn make(connection: &mut PgConnection, at: i64) -> Result<(), StoreError> {
    sqlx::query("SELECT make_scans_month($1)")
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The microsecond at which the month after the one of this moment begins, in China.
pub(super) fn end_of(at: i64) -> i64 {
    let day = Timestamp::from_microsecond(at).map(day_of);
    day.ok().and_then(next_month).map_or(i64::MAX, first_of)
}

/// The microsecond at which the month of this moment begins, in China.
pub(super) fn beginning_of(at: i64) -> i64 {
    let day = Timestamp::from_microsecond(at).map(day_of);
    day.map_or(i64::MIN, |day| first_of(day.first_of_month()))
}

/// The partition of the month that a moment lies in, as `make_scans_month` calls it.
pub(super) fn partition_of(at: i64) -> String {
    let day = Timestamp::from_microsecond(at).map_or(Date::ZERO, day_of);
    format!("scans_{:04}_{:02}", day.year(), day.month())
}

fn next_month(day: Date) -> Option<Date> {
    day.first_of_month().checked_add(1.month()).ok()
}

/// The microsecond at which a day begins in China.
fn first_of(day: Date) -> i64 {
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    let midnight = BEIJING.to_timestamp(midnight).unwrap_or(Timestamp::MAX);
    midnight.as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_at_midnight_in_china() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let end = at("2026-12-31T16:00:00Z");
        assert_eq!(end_of(at("2026-12-01T00:00:00+08:00")), end);
        assert_eq!(end_of(end - 1), end);
        assert_eq!(end_of(end), at("2027-01-31T16:00:00Z"));
        assert_eq!(end_of(i64::MAX), i64::MAX);
        assert_eq!(beginning_of(end), end);
        assert_eq!(beginning_of(end - 1), at("2026-11-30T16:00:00Z"));
        assert_eq!(partition_of(end - 1), "scans_2026_12");
        assert_eq!(partition_of(end), "scans_2027_01");
    }
}
