//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod agents;
mod cancel;
mod corridor;
mod elsewhere;
mod fence;
mod finishing;
mod input;
mod knobs;
mod queue;
mod reach;
mod roles;
mod status;
mod who;
