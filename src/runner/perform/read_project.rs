//! Reads how the repository says it stands.

use crate::core::event::{Event, Looked, ProjectRead};
use crate::core::failure::Failure;
use crate::github::At;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Reading;

/// What cannot be read is tried again, never assumed.
pub(super) async fn perform(lease: &Lease, reading: &Reading<'_>) -> Result<Performed, Failure> {
    let is = reading.project(&At::of(lease.place())).await?;
    let read = Looked::Project(ProjectRead { is });
    Ok(Performed::known(Event::Looked(read)))
}
