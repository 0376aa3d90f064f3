//! Stories: what a person does on GitHub, and what the issue looks like afterwards.

mod corridor;
mod operator;
mod real;
