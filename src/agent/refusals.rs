//! What the kernel refuses in a sandbox, as attempts: counted for one start of an agent, and told the first time, and at the 10th, 100th, …
//!
//! It decides nothing: what is denied is the fence's, what it weighs is [`crate::core::syscall`]'s.

use std::os::unix::net::UnixListener;

use crate::core::containment::{Attempt, Tally};
use crate::core::syscall;
use crate::fence::{Called, Heard, Peer, Refusals, hear};
use crate::gateway::{News, Tell};

/// Counts, and tells what is new.
pub(super) struct Teller {
    tally: Tally,
    tell: Tell,
}

impl Teller {
    /// That tells there.
    pub(super) fn new(tell: Tell) -> Self {
        let tally = Tally::default();
        Self { tally, tell }
    }

    /// Notes an attempt; `by` is asked only where it is told.
    pub(super) fn note(&mut self, attempt: Attempt, by: impl FnOnce() -> String) {
        if let Some(count) = self.tally.note(&attempt) {
            let by = by();
            (self.tell)(News::Attempted(Attempt { by, ..attempt }, count));
        }
    }
}

/// Hears what the fence's inner half passes out on that socket.
pub(super) fn listen(
    socket: UnixListener,
    mut teller: Teller,
    agent: &str,
) -> std::io::Result<Refusals> {
    let agent = agent.to_owned();
    hear(socket, move |heard| match heard {
        Heard::Nothing(why) => {
            tracing::warn!(
                agent,
                why,
                "what the kernel refuses this agent is not heard, it has no listener for that"
            );
            (teller.tell)(News::Unheard(why));
        }
        Heard::TooManyProcesses(most) => {
            teller.note(syscall::too_many_processes(most), String::new);
        }
        Heard::Denied(call) => {
            let attempt = syscall::denied(call.name, call.arguments);
            teller.note(attempt, || call.program());
        }
        Heard::Watched(call) => {
            if let Some(attempt) = watched(&call) {
                teller.note(attempt, || call.program());
            }
        }
    })
}

/// Whether it leads out.
fn watched(call: &Called<'_>) -> Option<Attempt> {
    match call.name {
        "connect" | "sendto" => match call.peer()? {
            Peer::Address(address) => syscall::reached(address),
            Peer::Path(path) => syscall::connected(&path),
            Peer::Name(_, true) => None,
            Peer::Name(name, false) => syscall::connected_by_name(&name),
        },
        "setrlimit" | "prlimit64" => {
            let (limit, ..) = call.raises_limit()?;
            Some(syscall::raised_limit(limit))
        }
        name => Some(syscall::watched(name)),
    }
}
