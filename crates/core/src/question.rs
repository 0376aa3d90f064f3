//! A question an agent asks people, and what a comment answers to it. Pure grammar: which comment counts, and whose, is
//! decided elsewhere.
//!
//! A question keeps one number for the whole task and is shown under it, so `1b` in a comment means the same question
//! whenever it is read. Nothing here guesses: what can be read in two ways is [`Unclear`], and the person is asked again.

mod answer;
mod asked;
mod boxes;
mod choice;
mod courtesy;
mod found;
mod given;
mod message;
mod pair;
mod parts;
mod quote;
mod tidy;

pub use answer::answers;
pub use asked::{Answer, Asked, BATCH, By, OPTION_CHARS, OPTIONS, Question, TEXT_CHARS, shown};
pub use boxes::ticked;
pub use given::{Answers, Given, Saying, Unclear};
pub use message::in_message;
pub use tidy::number;

#[cfg(test)]
mod tests;
