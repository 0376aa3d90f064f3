//! The simulator from outside: HTTP by a plain client, git by the real git, webhooks by a real listener.
//!
//! These tests hold it to what GitHub documents; stories rely on it being strict.

mod checks;
pub(crate) mod client;
mod comments;
mod delivery;
mod fault;
mod git;
mod issues;
mod notices;
mod pins;
mod product;
mod product_ci;
mod product_relations;
mod pull;
mod reading;
mod registration;
mod relations;
mod rest;
mod rules;
mod sign_in;
mod stacks;
mod strict;
mod suggestions;
mod token;
mod told;
