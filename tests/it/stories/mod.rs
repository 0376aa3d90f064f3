//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod agents;
mod cancel;
mod corridor;
mod fence;
mod knobs;
mod queue;
mod status;
