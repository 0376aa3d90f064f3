//! The world: everything this GitHub knows, behind one lock.
//!
//! It exists so that the REST skin, the git server, people and tests all change the same facts by the same functions, and
//! every change makes its webhook. It must never wait for anything: no I/O, no clock but the one it was given.

pub mod account;
mod activity;
mod assignees;
pub mod attachment;
pub mod check;
pub mod comment;
pub mod content;
mod dependency;
pub mod facts;
pub mod issue;
mod label;
pub mod lifecycle;
pub mod milestone;
pub mod notice;
mod notified;
pub mod outgoing;
pub mod pull;
pub mod push;
mod registering;
pub mod registration;
pub mod relation;
mod removal;
pub mod repository;
pub mod review;
pub mod ruleset;
pub mod sign_in;
pub mod signing_in;
pub mod stack;
mod stacking;
pub mod sub_issue;
mod suggesting;
pub mod suggestion;
pub mod team;
pub mod webhook_event;

pub use content::{IssueDraft, IssueEdit};
pub use facts::{Clock, World};
pub use notice::Notice;
pub use pull::PullDraft;
pub use push::PushedRef;
pub use relation::{IssueAt, Offered};
pub use review::{LineComment, ReviewDraft};
pub use suggestion::Suggested;
