//! Who tells of what the sandbox refuses. It is seen by the words of their own that each has for it.

use skep::core::containment::Attempt;
use skep::core::text::{decoy, syscall};

/// Who tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Teller {
    /// The way out.
    Proxy,
    /// What stands between an agent and its model.
    Gateway,
    /// The filter of calls, which denied one.
    Filter,
    /// The listener of that filter, which looked at a call that may pass.
    Look,
    /// A file that nobody has reason to open.
    Decoy,
    /// What counts the processes, and ended the sandbox.
    End,
}

/// All of them, in the order of the page.
pub(super) const TELLERS: [Teller; 6] = [
    Teller::Filter,
    Teller::Look,
    Teller::Decoy,
    Teller::Proxy,
    Teller::Gateway,
    Teller::End,
];

impl Teller {
    /// As the page has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Proxy => "the proxy",
            Self::Gateway => "the gateway",
            Self::Filter => "the filter of calls",
            Self::Look => "a look at a call",
            Self::Decoy => "a decoy",
            Self::End => "the end of the sandbox",
        }
    }
}

/// Why calls come to nothing that are only looked at.
const LOOKED_AT: [&str; 7] = [
    syscall::NOT_THERE,
    syscall::LIMIT,
    syscall::RIGHT,
    syscall::DEVICE,
    syscall::NO_EFFECT,
    syscall::OWN_ONLY,
    syscall::LOOKED_UP.1,
];

/// Who told of that.
pub(super) fn teller(attempt: &Attempt) -> Teller {
    let why = &*attempt.why;
    if why == syscall::DENIED {
        Teller::Filter
    } else if LOOKED_AT.contains(&why) || why.ends_with(syscall::PAST_PROXY) {
        Teller::Look
    } else if [decoy::OPENED, decoy::SEARCH.1].contains(&why) {
        Teller::Decoy
    } else if why == syscall::too_many_processes(0).1 {
        Teller::End
    } else if attempt.what.starts_with("its model's gateway: ") {
        Teller::Gateway
    } else {
        Teller::Proxy
    }
}
