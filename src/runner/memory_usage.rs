//! What is known of the memory: how much the machine has left, what each session takes and has taken at most, and who waits for
//! news of it; and how long the processors worked for each turn. It measures nothing itself, and it ends nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::memory::MachineMemory;
use crate::core::ids::SessionId;

/// What is known of the memory.
#[derive(Debug)]
pub struct MemoryUsage {
    known: Mutex<Known>,
    looks: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Known {
    machine: Option<MachineMemory>,
    taken: BTreeMap<SessionId, u64>,
    /// The most that the sessions in a turn have taken in it.
    most: BTreeMap<SessionId, u64>,
    /// What the processors have worked for each session's processes, milliseconds.
    worked: BTreeMap<SessionId, u64>,
    /// The same when the turn began.
    before: BTreeMap<SessionId, u64>,
}

/// What one session takes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// What it takes, bytes.
    pub(super) bytes: u64,
    /// No other session takes more.
    pub(super) largest: bool,
    pub(super) machine: MachineMemory,
}

impl Default for MemoryUsage {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            looks: watch::channel(0).0,
        }
    }
}

impl MemoryUsage {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody has looked.
    pub(super) fn seen(&self, machine: MachineMemory, taken: BTreeMap<SessionId, u64>) {
        let mut known = self.known();
        for (session, most) in &mut known.most {
            *most = taken.get(session).copied().unwrap_or_default().max(*most);
        }
        known.machine = Some(machine);
        known.taken = taken;
        drop(known);
        self.looks.send_modify(|looks| *looks += 1);
    }

    /// Somebody has looked for how long the processors worked for each session's processes, milliseconds.
    pub(super) fn worked(&self, worked: BTreeMap<SessionId, u64>) {
        self.known().worked = worked;
    }

    /// How long they have in its turn, milliseconds. An agent that was started in it counts from nothing.
    pub(super) fn worked_in_turn(&self, session: &SessionId) -> u64 {
        let known = self.known();
        let worked = known.worked.get(session).copied().unwrap_or_default();
        let before = known.before.get(session).copied().unwrap_or_default();
        worked.checked_sub(before).unwrap_or(worked)
    }

    /// Whoever waits here hears of the next look.
    pub(super) fn looks(&self) -> watch::Receiver<u64> {
        self.looks.subscribe()
    }

    /// A turn of a session begins.
    pub(super) fn begin(&self, session: &SessionId) {
        let mut known = self.known();
        known.most.insert(session.clone(), 0);
        let worked = known.worked.get(session).copied().unwrap_or_default();
        known.before.insert(session.clone(), worked);
    }

    /// The turn is over; answers the most that its session took in it, bytes; 0 when nobody looked.
    pub(super) fn end(&self, session: &SessionId) -> u64 {
        let mut known = self.known();
        known.before.remove(session);
        known.most.remove(session).unwrap_or_default()
    }

    /// What a session takes; `None` before anybody looked, and while it has no process.
    pub(super) fn share(&self, session: &SessionId) -> Option<Share> {
        let known = self.known();
        let bytes = *known.taken.get(session)?;
        Some(Share {
            bytes,
            largest: known.taken.values().all(|other| *other <= bytes),
            machine: known.machine?,
        })
    }

    /// The machine as it was last seen.
    pub fn machine(&self) -> Option<MachineMemory> {
        self.known().machine
    }

    /// What the sessions took when they were last seen, bytes.
    pub fn taken(&self) -> BTreeMap<SessionId, u64> {
        self.known().taken.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: u32) -> SessionId {
        SessionId::new("7#12".parse().expect("a key"), number)
    }

    #[test]
    fn what_was_worked_before_a_turn_is_not_of_it() {
        let usage = MemoryUsage::default();
        let worked = |ms: u64| usage.worked(BTreeMap::from([(session(1), ms)]));
        usage.begin(&session(1));
        worked(700);
        assert_eq!(usage.worked_in_turn(&session(1)), 700);
        usage.end(&session(1));
        usage.begin(&session(1));
        worked(900);
        assert_eq!(usage.worked_in_turn(&session(1)), 200);
        worked(30);
        assert_eq!(usage.worked_in_turn(&session(1)), 30, "another process");
        assert_eq!(usage.worked_in_turn(&session(2)), 0);
    }

    #[test]
    fn the_most_of_a_turn_is_kept_until_it_is_over() {
        let usage = MemoryUsage::default();
        let machine = MachineMemory { free: 9, total: 99 };
        let see = |one: u64, two: u64| {
            usage.seen(
                machine,
                BTreeMap::from([(session(1), one), (session(2), two)]),
            );
        };
        assert!(usage.share(&session(1)).is_none() && usage.machine().is_none());
        usage.begin(&session(1));
        see(5, 6);
        see(7, 6);
        see(3, 6);
        let share = usage.share(&session(1)).expect("seen");
        assert_eq!((share.bytes, share.largest), (3, false));
        assert!(usage.share(&session(2)).is_some_and(|share| share.largest));
        assert_eq!((usage.end(&session(1)), usage.end(&session(2))), (7, 0));
        usage.begin(&session(1));
        assert_eq!(usage.end(&session(1)), 0, "another turn");
    }
}
