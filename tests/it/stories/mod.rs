//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod corridor;
mod elsewhere;
mod finishing;
mod input;
mod reach;
mod roles;
mod who;
