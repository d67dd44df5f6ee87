//! What people are told of what this installation keeps of them, as far as its operator decides it.

use crate::domain::text::Line;
use crate::service::retention;

/// What the privacy notice says of this very installation.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Days after which scans are removed; 0 if they are kept for ever.
    pub keep_scans_days: u32,
    /// Whom to ask about what is kept, and how: name and telephone or address, as the operator wants it written. Without
    /// it the notice names nobody.
    pub contact: Option<Line>,
}

impl Default for Notice {
    fn default() -> Self {
        Self {
            keep_scans_days: retention::DAYS,
            contact: None,
        }
    }
}
