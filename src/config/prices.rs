//! What tokens cost, by the name of an agent or of a model: `[prices."claude"]`, in dollars for a million tokens.

use std::collections::BTreeMap;

use super::document::Table;
use super::error::Mistake;
use super::reference::keys_under;
use super::resolver::Resolver;
use crate::core::text::mistakes::agent as mistake;
use crate::core::usage::Price;

/// Reads `[prices.<name>]`.
pub(super) fn read(resolver: &mut Resolver<'_>) -> BTreeMap<String, Price> {
    let mut mistakes = Vec::new();
    let mut prices = BTreeMap::new();
    for (name, item) in resolver.root.take_table("prices", &mut mistakes).drain() {
        let at = item.at.clone();
        let table = item.table().map_err(|mistake| mistakes.push(mistake));
        let Ok(table) = table else { continue };
        resolver.note_table(&format!("prices.{name}"), &table);
        if let Some(price) = price(&at, table, &mut mistakes) {
            prices.insert(name, price);
        }
    }
    resolver.mistakes.append(&mut mistakes);
    prices
}

fn price(at: &str, mut table: Table, mistakes: &mut Vec<Mistake>) -> Option<Price> {
    let before = mistakes.len();
    let mut part = |key: &str| {
        let read = table.take(key)?.money();
        read.map_err(|mistake| mistakes.push(mistake)).ok()
    };
    let (input, output) = (part("input"), part("output"));
    let (cached, cache_write) = (part("cached"), part("cache_write"));
    table.finish(&keys_under("prices.<name>."), mistakes);
    match (input, output) {
        (Some(input), Some(output)) if mistakes.len() == before => Some(Price {
            input,
            cached: cached.unwrap_or(input),
            cache_write: cache_write.unwrap_or(input),
            output,
        }),
        _ if mistakes.len() == before => {
            mistakes.push(Mistake::new(at, mistake::NO_PRICE));
            None
        }
        _ => None,
    }
}
