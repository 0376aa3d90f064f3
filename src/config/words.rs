//! The prefix of labels and the word of commands.

use super::document::Item;
use super::resolver::Resolver;
use crate::core::text::mistakes::value;
use crate::core::vocabulary::Vocabulary;

/// Reads both keys.
pub(super) fn read(resolver: &mut Resolver<'_>) -> Vocabulary {
    let usual = Vocabulary::default();
    let prefix = resolver
        .of_file("label_prefix", |item| {
            let text = item.clone().text()?;
            let prefix = text.trim().trim_end_matches(':').to_owned();
            let usable = Vocabulary::new(&prefix, usual.command()).is_some();
            usable
                .then_some(prefix)
                .ok_or_else(|| item.wrong(value::LABEL_PREFIX))
        })
        .unwrap_or_else(|| usual.prefix().to_owned());
    let command = resolver
        .of_file("command", |item: Item| {
            let text = item.clone().text()?.trim().to_owned();
            let usable = Vocabulary::new(usual.prefix(), &text).is_some();
            usable
                .then_some(text)
                .ok_or_else(|| item.wrong(value::COMMAND))
        })
        .unwrap_or_else(|| usual.command().to_owned());
    Vocabulary::new(&prefix, &command).unwrap_or(usual)
}
