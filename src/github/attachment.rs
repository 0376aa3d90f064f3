//! Files that people attached, which are no part of GitHub's API: fetched from the address in the text, without any credential, and
//! followed only to GitHub's own storage.

use url::Url;

use super::client::GitHub;
use super::wire::Fetched;
use crate::core::attachment::{self, FILE_BYTES};
use crate::core::ids::RepositoryName;

/// How many times in a row GitHub may lead elsewhere.
const HOPS: usize = 3;

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFetched {
    /// The address is none where GitHub keeps attachments of the repository.
    NotGitHubs,
    /// GitHub leads to this host.
    LedAway(String),
    /// GitHub answers with this status.
    Status(u16),
    /// It is longer than [`FILE_BYTES`].
    TooLarge,
    /// No answer came whole.
    Lost,
}

impl GitHub {
    /// The file at an address that somebody wrote in a repository. No token goes with it: whoever wrote the address may have chosen it.
    pub async fn attachment(
        &self,
        address: &Url,
        home: &RepositoryName,
    ) -> Result<Vec<u8>, NotFetched> {
        if !attachment::is_githubs(address, &self.0.web, home) {
            return Err(NotFetched::NotGitHubs);
        }
        let mut address = address.clone();
        for _ in 0..=HOPS {
            match self.0.wire.fetch(&address, FILE_BYTES).await {
                Fetched::Whole(bytes) => return Ok(bytes),
                Fetched::Elsewhere(to) => {
                    let to = address.join(&to).map_err(|_| NotFetched::Lost)?;
                    let follows = attachment::is_storage(&to)
                        || attachment::is_githubs(&to, &self.0.web, home);
                    if !follows {
                        let host = to.host_str().unwrap_or_default().to_owned();
                        return Err(NotFetched::LedAway(host));
                    }
                    address = to;
                }
                Fetched::Status(status) => return Err(NotFetched::Status(status)),
                Fetched::TooLarge => return Err(NotFetched::TooLarge),
                Fetched::Lost => return Err(NotFetched::Lost),
            }
        }
        Err(NotFetched::Lost)
    }
}
