//! A sprint: an issue whose sub-issues are worked on by phases. What was read of its tree, how far the work on it is, and
//! what may start next.
//!
//! It is values and questions to them. It must never remember what came in which order: all that it answers follows from
//! what was read last, from what people agreed to, and from what was asked for already.

mod agreement;
mod facts;
mod member;
mod news;
mod outline;
mod picture;
mod renewal;
mod state;
mod terms;

pub use agreement::Agreement;
pub use facts::{Awaited, MemberFacts, SprintFacts, TreeFacts};
pub use member::{Member, Work};
pub use news::SprintNews;
pub use outline::{Outline, PhaseState};
pub use state::{Off, Sprint, SprintStanding};
pub use terms::{Change, Terms, Void};
