//! The HTTP side on real sockets: the serve loop, the public and the admin router, and what webhooks are read as.
//!
//! Everything is spoken byte by byte over TCP, because most of what must hold is about peers that do not speak properly.

mod admin;
mod comments;
mod large;
mod pages;
mod public;
mod relations;
mod serving;
mod surface;
mod webhooks;
mod wire;
