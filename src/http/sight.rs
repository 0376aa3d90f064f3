//! What somebody may see of the dashboard: everything, or what is in repositories that they can read on GitHub.
//!
//! Whoever asks for a page has one, and what is read for the page is narrowed by it. It must never let something be seen because a
//! repository is not known.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::core::ids::{RepositoryId, RepositoryName};

/// What somebody may see.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sight {
    /// Everything: whoever holds the admin token, or looks from this machine.
    All,
    /// What is in these repositories.
    Only(Arc<Readable>),
}

/// Repositories that somebody can read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Readable(BTreeMap<RepositoryId, Known>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Known {
    name: RepositoryName,
    writes: bool,
}

impl Readable {
    /// None of them.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(RepositoryId, RepositoryName, bool)> for Readable {
    /// Each with its identity, its present name, and whether they may push to it.
    fn from_iter<T: IntoIterator<Item = (RepositoryId, RepositoryName, bool)>>(found: T) -> Self {
        let known = |(id, name, writes)| (id, Known { name, writes });
        Self(found.into_iter().map(known).collect())
    }
}

impl Sight {
    /// Nothing at all.
    pub fn nothing() -> Self {
        Self::Only(Arc::default())
    }

    /// Whether what is about all repositories may be seen.
    pub fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Whether what is in a repository may be seen.
    pub fn sees(&self, repository: RepositoryId) -> bool {
        match self {
            Self::All => true,
            Self::Only(readable) => readable.0.contains_key(&repository),
        }
    }

    /// The same by name, whatever its case: for what is known by its name alone.
    pub fn sees_named(&self, name: &RepositoryName) -> bool {
        match self {
            Self::All => true,
            Self::Only(readable) => {
                let name = name.to_string();
                let mut known = readable.0.values();
                known.any(|known| known.name.to_string().eq_ignore_ascii_case(&name))
            }
        }
    }

    /// Whether orders may be given there, as far as was noted; each order is asked about once more.
    pub fn orders(&self, repository: RepositoryId) -> bool {
        match self {
            Self::All => true,
            Self::Only(readable) => readable
                .0
                .get(&repository)
                .is_some_and(|known| known.writes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_readable_is_seen() {
        let name = |text: &str| text.parse::<RepositoryName>().expect("a name");
        let readable = [
            (RepositoryId(1), name("octo/hello"), true),
            (RepositoryId(2), name("octo/docs"), false),
        ];
        let sight = Sight::Only(Arc::new(readable.into_iter().collect()));
        assert!(sight.sees(RepositoryId(2)) && !sight.sees(RepositoryId(3)));
        assert!(sight.orders(RepositoryId(1)) && !sight.orders(RepositoryId(2)));
        assert!(sight.sees_named(&name("Octo/Hello")) && !sight.sees_named(&name("octo/hell")));
        assert!(Sight::All.sees(RepositoryId(9)) && !sight.is_all());
        assert!(!Sight::nothing().sees(RepositoryId(1)));
    }
}
