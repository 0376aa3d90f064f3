//! The HTTP side on real sockets: the serve loop, the public and the admin router, and what webhooks are read as.
//!
//! Everything is spoken byte by byte over TCP, because most of what must hold is about peers that do not speak properly.

mod admin;
mod commands;
mod comments;
mod document;
mod large;
mod pages;
mod public;
mod recording;
mod relations;
mod serving;
mod streams;
mod surface;
mod tokens;
mod webhooks;
mod wire;
