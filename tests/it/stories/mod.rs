//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod agents;
mod beside;
mod cancel;
mod corridor;
mod crash;
mod downtime;
mod elsewhere;
mod faults;
mod fence;
mod finishing;
mod follow;
mod input;
mod knobs;
mod operator;
mod pace;
mod pauses;
mod queue;
mod reach;
mod real;
mod recovery;
mod roles;
mod status;
mod switch;
mod talk;
mod tries;
mod who;
