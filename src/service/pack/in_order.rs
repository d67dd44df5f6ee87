//! Work spread over all cores, its results taken in order, in constant memory.

use std::num::NonZero;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::domain::mark::{IndexRange, MarkIndex};

/// Pieces a worker may be ahead of the one who takes: enough to never wait for a slow write, few enough to stay small.
const AHEAD: usize = 4;

/// Lets each piece be made by one of the workers, and hands the results to `take` in the order of the pieces. The first
/// error of either ends it all.
pub(super) fn in_order<P: Copy + Sync, T: Send, E: Send>(
    pieces: &[P],
    workers: NonZero<usize>,
    make: impl Fn(P) -> Result<T, E> + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let make = &make;
    thread::scope(|scope| {
        let results: Vec<_> = (0..workers.get())
            .map(|worker| {
                let (send, receive) = sync_channel(AHEAD);
                scope.spawn(move || {
                    for piece in pieces.iter().skip(worker).step_by(workers.get()) {
                        let made = make(*piece);
                        let is_last = made.is_err();
                        // Nobody takes any more: an error ended it.
                        if send.send(made).is_err() || is_last {
                            return;
                        }
                    }
                });
                receive
            })
            .collect();
        for (place, _) in pieces.iter().enumerate() {
            // A worker hangs up only after an error, which stands before this place and ended the loop.
            let Ok(made) = results[place % workers.get()].recv() else {
                break;
            };
            take(made?)?;
        }
        Ok(())
    })
}

/// The range in pieces of at most `size` marks.
pub(super) fn pieces(range: IndexRange, size: u32) -> Vec<IndexRange> {
    let last = range.last().get();
    (range.first().get()..=last)
        .step_by(size as usize)
        .filter_map(|first| {
            let end = last.min(first.saturating_add(size - 1));
            IndexRange::new(MarkIndex::new(first)?, MarkIndex::new(end)?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u32, last: u32) -> IndexRange {
        IndexRange::new(
            MarkIndex::new(first).unwrap(),
            MarkIndex::new(last).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn results_come_in_order_and_all_of_them() {
        for workers in 1..5 {
            let mut seen = Vec::new();
            let make = |piece: IndexRange| {
                Ok::<_, ()>(piece.indices().map(MarkIndex::get).collect::<Vec<_>>())
            };
            let workers = NonZero::new(workers).unwrap();
            in_order(&pieces(range(5, 1003), 10), workers, make, |piece| {
                seen.extend(piece);
                Ok(())
            })
            .unwrap();
            assert_eq!(seen, (5..=1003).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_on_either_side_ends_it() {
        let workers = NonZero::new(3).unwrap();
        let all = pieces(range(0, 100_000), 7);
        let make = |piece: IndexRange| {
            if piece.covers(MarkIndex::new(500).unwrap()) {
                Err("make")
            } else {
                Ok(())
            }
        };
        assert_eq!(in_order(&all, workers, make, |()| Ok(())), Err("make"));
        let mut taken = 0;
        let take = |()| {
            taken += 1;
            if taken == 10 { Err("take") } else { Ok(()) }
        };
        assert_eq!(in_order(&all, workers, |_| Ok(()), take), Err("take"));
    }
}
