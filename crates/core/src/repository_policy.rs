//! A repository's own policy: what `.github/skep.toml` of its default branch asks for.
//!
//! Whoever may merge there writes it, not whoever runs the service. So it may protect more, ask for more proof and open what is public;
//! it must never open what is private, nor change what skep itself says to an agent. What is wrong in it is told whole, with its
//! lines, and then nothing of that state of the file counts.

mod found;
mod policy;
mod reader;
mod recurring_reader;
mod side_process;
mod variable;
mod widened;

pub use found::{Found, LastRead, Wrong};
pub use policy::{LONGEST, PATH, RepositoryPolicy, Verify};
pub use side_process::Service;
pub use widened::widened;

#[cfg(test)]
mod tests;
