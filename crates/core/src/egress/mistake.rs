//! What can be wrong with an item of a list. What to say about it is `core::text::egress`.

use super::presets;
use super::target::Malformed;

/// A mistake in one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing.
    Empty,
    /// `https://…`.
    Scheme,
    /// Not an address with a scheme and a host.
    NoUrl,
    /// `user@host`.
    User,
    /// A slash after something that is no address.
    Path,
    /// Bits of a network.
    Length,
    /// An address that is not the first of its network, which is this one.
    Bits(String),
    /// An IPv6 address without brackets.
    NeedsBrackets,
    /// A `*` elsewhere than before the first dot.
    Star,
    /// `*.com`.
    Wide,
    /// Not a port.
    Port,
    /// Not a host.
    Host(Malformed),
    /// A word that is no preset; one that is meant, perhaps.
    Word(Option<&'static str>),
    /// Many machines at once, or none.
    Never,
    /// Only the operator may open it.
    OperatorOnly,
}

impl Mistake {
    /// A word that no preset is called by.
    pub(super) fn word(word: &str) -> Self {
        let near = presets::names()
            .map(|name| (strsim::damerau_levenshtein(word, name), name))
            .min()
            .filter(|(distance, _)| *distance <= 2);
        Self::Word(near.map(|(_, name)| name))
    }
}
