//! Days and hours in China.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, offset};

/// China's one time zone, UTC+8 without summer time since 1992.
pub const BEIJING: Offset = offset(8);

/// The time in China to the second, as people read it.
pub fn clock_of(at: Timestamp) -> String {
    BEIJING
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// The day it is in China at this moment.
pub fn day_of(at: Timestamp) -> Date {
    BEIJING.to_datetime(at).date()
}
