//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod corridor;
mod crash;
mod faults;
mod knobs;
mod pauses;
mod recovery;
