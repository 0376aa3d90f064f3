//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod corridor;
mod crash;
mod faults;
mod pauses;
mod recovery;
