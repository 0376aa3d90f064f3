//! When a session at work takes too much of the memory, or of the processors' time: it is ended alone, before the kernel chooses whom to end. It must never
//! end one for what others take.

use super::memory::kernel_kills;
use super::memory_usage::MemoryUsage;
use crate::agent::AgentError;
use crate::core::agent::ErrorClass;
use crate::core::ids::SessionId;
use crate::core::policy::Limits;
use crate::core::text;

/// Looks how much of the memory sessions take.
#[derive(Clone, Copy)]
pub(super) struct MemoryWatch<'a> {
    pub(super) limits: &'a Limits,
    pub(super) usage: &'a MemoryUsage,
}

/// One turn that is watched, until it is dropped.
pub(super) struct WatchedTurn<'a> {
    watch: MemoryWatch<'a>,
    session: &'a SessionId,
    /// How many processes the kernel had ended before for want of memory.
    kills: Option<u64>,
}

impl<'a> MemoryWatch<'a> {
    /// A turn of the session begins.
    pub(super) fn turn(self, session: &'a SessionId) -> WatchedTurn<'a> {
        self.usage.begin(session);
        WatchedTurn {
            watch: self,
            session,
            kills: kernel_kills(),
        }
    }

    /// The same when the processors have worked for its turn for longer than they may.
    fn too_long(&self, session: &SessionId) -> Option<String> {
        let worked = i64::try_from(self.usage.worked_in_turn(session)).unwrap_or(i64::MAX);
        let limit = self.limits.session_cpu_ms;
        (limit > 0 && worked > limit).then(|| text::failure::too_much_cpu(worked, limit))
    }

    /// A sentence for people when a session takes too much: more than one may, or, where the memory runs out, more than all that
    /// is kept free and more than any other.
    fn too_much(&self, session: &SessionId) -> Option<String> {
        let share = self.usage.share(session)?;
        let limit = share
            .machine
            .session_limit(self.limits.session_memory_bytes);
        if share.bytes > limit {
            return Some(text::failure::too_much_memory(share.bytes, limit));
        }
        let wanted = self.limits.memory_reserve_bytes;
        let to_blame = share.largest && share.bytes > share.machine.reserve(wanted);
        let full = share.machine.runs_out(wanted) && to_blame;
        full.then(|| text::failure::memory_full(share.bytes))
    }
}

impl WatchedTurn<'_> {
    /// Watches what the session takes; ends with a sentence for people when it is too much, and of what.
    pub(super) async fn outgrown(&self) -> (ErrorClass, String) {
        let mut looks = self.watch.usage.looks();
        loop {
            if let Some(say) = self.watch.too_much(self.session) {
                return (ErrorClass::Memory, say);
            }
            if let Some(say) = self.watch.too_long(self.session) {
                return (ErrorClass::Cpu, say);
            }
            if looks.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The turn is over; answers the most that it took, bytes, 0 when nobody looked.
    pub(super) fn over(&self) -> u64 {
        self.watch.usage.end(self.session)
    }

    /// A sentence for people when its agent was killed, and the kernel has killed something meanwhile because the memory ran out.
    /// `most`: what it had taken, bytes.
    pub(super) fn killed(&self, error: &AgentError, most: u64) -> Option<String> {
        if matches!(error, AgentError::Memory { .. }) {
            return Some(error.to_string());
        }
        let killed = matches!(error, AgentError::Crash { status, .. } if is_kill(status));
        let more = kernel_kills() > self.kills;
        (killed && more).then(|| text::failure::killed_for_memory(most))
    }
}

impl Drop for WatchedTurn<'_> {
    fn drop(&mut self) {
        self.over();
    }
}

/// Whether an exit in words is that of SIGKILL, or of a fence whose inside was ended by it.
fn is_kill(status: &str) -> bool {
    ["signal: 9 (SIGKILL)", "exit status: 137"]
        .iter()
        .any(|kill| status.starts_with(kill))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::memory::MachineMemory;
    use super::*;

    const MIB: u64 = 1 << 20;

    fn session(number: u32) -> SessionId {
        SessionId::new("7#12".parse().expect("a key"), number)
    }

    #[test]
    fn only_the_one_that_takes_too_much_is_ended() {
        let (limits, usage) = (
            Limits {
                session_memory_bytes: 500 * MIB,
                memory_reserve_bytes: 100 * MIB,
                ..Limits::default()
            },
            MemoryUsage::default(),
        );
        let watch = MemoryWatch {
            limits: &limits,
            usage: &usage,
        };
        let says = |free: u64, one: u64, two: u64| {
            let machine = MachineMemory {
                free: free * MIB,
                total: 2_000 * MIB,
            };
            let taken = [(session(1), one * MIB), (session(2), two * MIB)];
            usage.seen(machine, BTreeMap::from(taken));
            [1, 2].map(|number| watch.too_much(&session(number)))
        };
        assert_eq!(watch.too_much(&session(1)), None, "nobody looked");
        assert_eq!(says(1_000, 500, 400), [None, None]);
        let too_much = "the agent and what it started took 501.0 MiB of memory, and one session may take 500.0 MiB.";
        assert_eq!(says(1_000, 501, 400), [Some(too_much.to_owned()), None]);
        let full = "the server's memory ran out, and of all sessions this one took most of it (400.0 MiB).";
        assert_eq!(says(24, 400, 300), [Some(full.to_owned()), None]);
        assert_eq!(says(25, 400, 300), [None, None], "there is some left");
        assert_eq!(
            says(10, 90, 80),
            [None, None],
            "ending either would not help: somebody else takes it"
        );
    }

    #[test]
    fn what_the_kernel_ended_in_its_group_is_told_as_what_skep_ends() {
        let (limits, usage) = (Limits::default(), MemoryUsage::default());
        let watch = MemoryWatch {
            limits: &limits,
            usage: &usage,
        };
        let session = session(1);
        let turn = watch.turn(&session);
        let limit = 500 * MIB;
        let say = text::failure::too_much_memory(limit, limit);
        assert_eq!(turn.killed(&AgentError::Memory { limit }, 7), Some(say));
        assert_eq!(turn.killed(&AgentError::Closed, 7), None);
    }

    #[test]
    fn a_kill_is_told_from_another_end() {
        assert!(is_kill("signal: 9 (SIGKILL)") && is_kill("exit status: 137"));
        assert!(!is_kill("exit status: 1") && !is_kill("signal: 15 (SIGTERM)"));
    }
}
