//! Bytes from the network in, status codes out.
//!
//! Two routers stand behind our own serve loop: [`public_router`] for GitHub, [`admin_router`] for the people at the
//! machine. Neither knows where anything is kept: the public one asks an [`Intake`], the admin one an [`AdminService`], and `app`
//! provides both. No 2xx is sent for a delivery before its `Intake` says that it is durable, and nothing of an unsigned
//! body is kept, logged or passed on.

mod admin_service;
mod answer;
mod api;
pub mod api_types;
mod body;
mod bounds;
pub mod budget_types;
mod connection;
mod guard;
mod intake;
mod outcome_csv;
pub mod outcome_types;
mod page_service;
mod pages;
pub mod plan_types;
mod public;
pub mod queue_types;
mod serve;
pub mod waves_types;

pub use admin_service::{
    AdminService, Answer, ApiError, Batch, EventPage, LogPage, NotStarted, SessionFilter, Started,
    Target, TargetLine, WavesQuestion,
};
pub use api::admin_router;
pub use body::Caps;
pub use bounds::Bounds;
pub use guard::{Guard, ReadAccess};
pub use intake::{AcceptedAs, Busy, Delivery, Intake, Readiness, Refused};
pub use page_service::{AnyPage, PageAddress, PageService};
pub use pages::{Pages, with_pages};
pub use public::public_router;
pub use serve::serve;
