//! Which queued tasks start now, and what the others are told. Order is by arrival.

/// How many positions are kept up to date for people; further back only the first is told.
const FRONT: i64 = 3;

/// What the scheduler sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Slots in all.
    pub slots: i64,
    /// Slots taken.
    pub taken: i64,
}

impl Capacity {
    /// How many tasks may start now.
    pub fn free(self) -> i64 {
        (self.slots - self.taken).max(0)
    }
}

/// Whether a waiting task's people are told its place again.
pub fn worth_telling(told: Option<(i64, i64)>, position: i64) -> bool {
    match told {
        None => true,
        Some((before, _)) => before != position && position <= FRONT,
    }
}

#[cfg(test)]
mod tests {
    use super::{Capacity, worth_telling};

    #[test]
    fn free_slots_are_never_negative() {
        assert_eq!(
            Capacity {
                slots: 10,
                taken: 4
            }
            .free(),
            6
        );
        assert_eq!(Capacity { slots: 2, taken: 5 }.free(), 0);
    }

    #[test]
    fn people_hear_their_place_once_and_again_near_the_front() {
        assert!(worth_telling(None, 40));
        assert!(!worth_telling(Some((40, 41)), 39));
        assert!(worth_telling(Some((4, 9)), 3));
        assert!(!worth_telling(Some((3, 9)), 3));
    }
}
