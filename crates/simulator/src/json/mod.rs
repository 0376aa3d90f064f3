//! The world as GitHub's JSON: the shapes of its OpenAPI description and of its webhook payloads.
//!
//! It exists so that REST answers and webhooks show the same object the same way. It must never change the world.

pub(crate) mod account;
mod check;
pub(crate) mod git;
mod issue;
mod milestone;
mod parts;
mod pull;
mod relation;
mod repository;
mod stack;
pub(crate) mod suggestion;
mod team;
