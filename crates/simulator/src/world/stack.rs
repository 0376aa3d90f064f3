//! What a stack of pull requests is.
//!
//! It exists as the value that the world keeps. It must never make one: `stacking` does.

/// All stacks there are.
#[derive(Debug, Clone)]
pub struct Stacks {
    /// This GitHub has stacks; some versions of GitHub Enterprise Server have none.
    pub offered: bool,
    /// In order of creation.
    pub all: Vec<Stack>,
}

impl Default for Stacks {
    fn default() -> Self {
        Self {
            offered: true,
            all: Vec::new(),
        }
    }
}

/// One stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The identity.
    pub id: i64,
    /// Its repository.
    pub home: i64,
    /// Its number there.
    pub number: i64,
    /// When it was made.
    pub created_at: i64,
    /// Its pull requests from the bottom to the top.
    pub pulls: Vec<i64>,
}
