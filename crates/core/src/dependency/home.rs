//! Where an issue stands, as far as its references need it.

use crate::ids::{IssueNumber, RepositoryName};

/// Where an issue stands, as far as its references need it.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// Its repository.
    pub repository: &'a RepositoryName,
    /// Its number.
    pub issue: IssueNumber,
    /// The host of GitHub's pages, with a port where the address has one: `github.com`.
    pub host: &'a str,
}
