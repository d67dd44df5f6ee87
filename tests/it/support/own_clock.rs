//! A clock that stands still while the machine does not let us run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const TICK: Duration = Duration::from_millis(10);

/// Counts sleeps of ten milliseconds, each for ten, however long it took. On a machine with nothing else to do that is the
/// time; where others keep the processors, it is what a program that waits and then goes on has had of it. So a bound of
/// seconds that a server keeps by its own timers is held against as much of the machine as the server had.
#[derive(Debug)]
pub struct OwnClock {
    ticks: Arc<AtomicU32>,
    is_over: Arc<AtomicBool>,
    ticking: Option<JoinHandle<()>>,
}

impl OwnClock {
    /// Begins at nothing.
    pub fn start() -> Self {
        let (ticks, is_over) = (Arc::<AtomicU32>::default(), Arc::<AtomicBool>::default());
        let (counted, over) = (ticks.clone(), is_over.clone());
        let ticking = thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                thread::sleep(TICK);
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self {
            ticks,
            is_over,
            ticking: Some(ticking),
        }
    }

    /// The time since it began.
    pub fn elapsed(&self) -> Duration {
        TICK * self.ticks.load(Ordering::Relaxed)
    }
}

impl Drop for OwnClock {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        _ = self.ticking.take().map(JoinHandle::join);
    }
}
