//! The pages of the dashboard: values in, HTML out.
//!
//! Each page is a value (what was read) and what it looks like (a template in `crates/core/templates`). A page is made of pieces with
//! ids of their own, so that a browser can take over those that changed and leave the others alone. Foreign words are a [`Line`] or a
//! [`Block`], which nothing hidden passes; the templates escape them.
//!
//! It must never hold a script or a style in the markup: the pages' Content-Security-Policy forbids both.

mod agents;
mod deliveries;
mod diff;
mod document;
pub mod figure;
mod form;
mod frame;
mod graph;
pub mod health;
mod layout;
mod message;
mod moment;
mod need;
mod outcomes;
mod overview;
mod piece;
mod place;
mod question;
mod queue;
mod repositories;
mod session;
mod sign_in;
mod task;
mod timeline;
mod transcript;
mod words;

pub use agents::{AgentRow, Agents};
pub use deliveries::{Deliveries, DeliveryRow};
pub use diff::{Diff, DiffFile, DiffLine};
pub use form::{Act, Acts};
pub use frame::{Assets, Frame, Reader, Tab, Theme};
pub use graph::GraphPage;
pub use health::Ailment;
pub use message::Message;
pub use moment::Moment;
pub use need::{Need, needs};
pub use outcomes::{OutcomeGroupRow, OutcomeRow, Outcomes};
pub use overview::{FailedRow, Figures, Meter, Overview, ReviewRow, Throughput, WorkRow};
pub use piece::{Page, Piece};
pub use place::Place;
pub use question::QuestionView;
pub use queue::{QueueBrief, QueuePage, QueueRow};
pub use repositories::{Repositories, RepositoryRow};
pub use session::{PlanLine, SessionPage};
pub use sign_in::{
    SignIn, declined, lost_way, no_answer, not_taken, nothing_to_see, one_time_link, signed_in,
    signed_in_as, wrong_link, wrong_token,
};
pub use task::{DependencyRow, SessionRow, TaskPage, standing};
pub use timeline::{EffectStep, Fact, Timeline};
pub use transcript::{Entry, EntryKind, Transcript, entries};
pub use words::{Block, Line};

#[cfg(test)]
mod tests;
