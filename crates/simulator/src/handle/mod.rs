//! What tests and the demo hold in their hands: [`simulator::Simulator`] with all that can be done with one.
//!
//! It exists so that nobody needs HTTP to act as a person, set the stage, or look. It must never do what GitHub would refuse.

mod admin;
pub mod ci;
mod milestones;
mod releases;
mod sign_in;
pub mod simulator;
mod teams;
pub mod user;
mod user_issues;
mod user_pulls;
mod user_relations;
mod user_suggestions;
pub mod views;
