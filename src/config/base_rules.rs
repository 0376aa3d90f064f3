//! What is done where GitHub does not keep the App from a base branch.

use super::document::{Item, Value};
use super::error::Mistake;
use crate::core::base_rules::OnBaseRules;
use crate::core::text::mistakes::value;

/// One of [`OnBaseRules::CHOICES`].
pub(super) fn base_rules(item: Item) -> Result<OnBaseRules, Mistake> {
    let known = match &item.value {
        Value::Text(text) => OnBaseRules::CHOICES.iter().find(|(name, _)| name == text),
        _ => None,
    };
    let wrong = || item.wrong(value::BASE_RULES);
    known.map(|(_, choice)| *choice).ok_or_else(wrong)
}
