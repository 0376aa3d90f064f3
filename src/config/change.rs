//! Which paths of a change are treated otherwise: protected ones that may be touched, those that nobody has to read, those that are
//! left out.

use super::agents;
use super::document::{Item, Value};
use super::error::Mistake;
use super::resolver::Resolver;
use crate::core::policy::AllowProtected;
use crate::core::text::mistakes::value;

/// What the operator says about paths.
pub(super) struct Paths {
    pub(super) allow_protected: AllowProtected,
    pub(super) uncounted: Vec<String>,
    pub(super) ignore: Vec<String>,
}

/// Reads it.
pub(super) fn read(resolver: &mut Resolver<'_>) -> Paths {
    Paths {
        allow_protected: resolver
            .of_file("allow_protected", protected)
            .unwrap_or_default(),
        uncounted: resolver
            .of_file("uncounted", Item::texts)
            .unwrap_or_default(),
        ignore: resolver
            .of_file("ignore", agents::patterns)
            .unwrap_or_default(),
    }
}

fn protected(item: Item) -> Result<AllowProtected, Mistake> {
    match item.value {
        Value::Switch(true) => Ok(AllowProtected::Everything),
        Value::Switch(false) => Ok(AllowProtected::Nothing),
        Value::List(_) => {
            let at = item.at.clone();
            let globs = item.texts()?;
            let empty = globs.iter().any(|glob| glob.trim().is_empty());
            match globs.len() {
                _ if empty => Err(Mistake::new(at, value::EMPTY_GLOB)),
                0 => Ok(AllowProtected::Nothing),
                _ => Ok(AllowProtected::Matching(globs)),
            }
        }
        _ => Err(item.wrong(value::PROTECTED)),
    }
}
