//! Whether it is looked at before a session starts that what it needs is ready, and what a fault means.

use super::document::{Item, Value};
use super::error::Mistake;
use crate::core::policy::Readiness;
use crate::core::text::mistakes::value;

/// One of [`Readiness::CHOICES`].
pub(super) fn readiness(item: Item) -> Result<Readiness, Mistake> {
    let known = match &item.value {
        Value::Text(text) => Readiness::CHOICES.iter().find(|(name, _)| name == text),
        _ => None,
    };
    let wrong = || item.wrong(value::READINESS);
    known.map(|(_, choice)| *choice).ok_or_else(wrong)
}
