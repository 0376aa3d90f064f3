//! Bytes from the network in, status codes out.
//!
//! Two routers stand behind our own serve loop: [`public_router`] for GitHub, [`admin_router`] for the people at the
//! machine. Neither knows where anything is kept: the public one asks an [`Intake`], the admin one an [`AdminService`], and `app`
//! provides both. No 2xx is sent for a delivery before its `Intake` says that it is durable, and nothing of an unsigned
//! body is kept, logged or passed on.

mod answer;
mod api;
mod api_error;
mod body;
mod bounds;
mod caller;
mod connection;
mod guard;
mod intake;
mod page_service;
mod pages;
mod people;
mod public;
pub mod registration;
mod scope;
mod serve;
mod sight;
mod switch;

/// What is served at an address.
pub type Router = axum::Router;

pub use api::admin_service::{
    AdminService, Answer, Batch, EventPage, Events, IssueAt, LogPage, NotStarted, QueueQuestion,
    SessionFilter, Span, Started, Target, TargetLine, WavesQuestion,
};
pub use api::overview::OverviewService;
pub use api::{admin_router, openapi, types};
pub use api_error::ApiError;
pub use body::Caps;
pub use bounds::Bounds;
pub use caller::{By, Caller, TokenBook};
pub use guard::{Guard, ReadAccess};
pub use intake::{AcceptedAs, Busy, Delivery, Intake, Readiness, Refused};
pub use page_service::{AnyPage, PageAddress, PageService, Shown};
pub use pages::{Pages, with_pages};
pub use people::{Admitted, NotAdmitted, NotKnown, People, Way};
pub use public::{probes, public_router};
pub use scope::Scope;
pub use serve::serve;
pub use sight::{Readable, Sight};
pub use switch::Switch;
