//! The simulator from outside: HTTP by a plain client, git by the real git, webhooks by a real listener.
//!
//! These tests hold it to what GitHub documents; stories rely on it being strict.

pub mod client;
mod delivery;
mod fault;
mod git;
mod pull;
mod reading;
mod rest;
mod room;
mod rules;
mod strict;
mod talk;
mod token;
mod told;
