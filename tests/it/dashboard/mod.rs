//! The dashboard over a whole skep at work: its real router, its database, its agents, and a GitHub on loopback.

mod changes;
mod github;
mod health;
mod live;
mod pages;
mod sign_in;
pub(crate) mod site;
