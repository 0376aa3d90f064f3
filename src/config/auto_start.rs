//! `[auto_start]`: which issues start by themselves.

use super::document::Item;
use super::error::Mistake;
use super::reference::keys_under;
use super::resolver::Resolver;
use crate::core::auto_start::AutoStart;
use crate::core::text::mistakes;

/// Reads `[auto_start]`.
pub(super) fn read(resolver: &mut Resolver<'_>) -> AutoStart {
    let mut mistakes = Vec::new();
    let mut table = resolver.root.take_table("auto_start", &mut mistakes);
    resolver.note_table("auto_start", &table);
    let mut list = |key: &str| {
        let read = table.take(key).map_or_else(|| Ok(Vec::new()), names);
        read.unwrap_or_else(|mistake| {
            mistakes.push(mistake);
            Vec::new()
        })
    };
    let (labels, users) = (list("labels"), list("users"));
    table.finish(&keys_under("auto_start."), &mut mistakes);
    resolver.mistakes.append(&mut mistakes);
    AutoStart { labels, users }
}

fn names(item: Item) -> Result<Vec<String>, Mistake> {
    let name = |item: Item| {
        let at = item.at.clone();
        let text = item.text()?.trim().trim_start_matches('@').to_owned();
        match text.is_empty() {
            true => Err(Mistake::new(at, mistakes::EMPTY)),
            false => Ok(text),
        }
    };
    item.list()?.into_iter().map(name).collect()
}
