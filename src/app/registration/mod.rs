//! Making skep a GitHub App: a page with one button, the exchange of GitHub's code for the App's secrets, and a checklist that looks at
//! GitHub until all is well.
//!
//! It is served by `skep setup`, and by a `skep serve` without an App until there is one. A code is exchanged once; what was seen is
//! remembered in the data folder, so that a set-up goes on after a restart. It never shows a secret.

mod checklist;
pub(super) mod desk;
mod intake;
mod looked;
mod manifest;
mod memory;
mod page;
pub(super) mod particulars;
mod reception;

pub use particulars::{Keep, RegistrationSetup};
pub use reception::Reception;
