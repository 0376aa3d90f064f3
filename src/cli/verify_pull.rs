//! `skep verify-pull`: what a pull request's statement of provenance is worth.

use std::path::PathBuf;

use url::Url;

use super::command_error::{CommandError, CommandResult};
use super::output::print;
use crate::agent::registry::Known;
use crate::app::{PullQuestion, PullVerdict, own_token, verify_pull};
use crate::config::{Args, Config, Sources, api_of};
use crate::core::ids::{IssueNumber, RepositoryName};
use crate::core::text::provenance as says;
use crate::signing::{SigningKey, VerifyingKey};

/// Check the signed statement of where a pull request comes from, and run its recorded commands again in a sandbox.
///
/// It ends with 0 if all of it is so, 3 if there is no pull request or no statement, 4 if the statement is forged, 5 if the pull request
/// has moved on since, and 6 if a command ends otherwise than is recorded. What a repository asks for is taken from the App's
/// credentials where they are configured, else from GITHUB_TOKEN, which is sent to
/// the configured GitHub alone.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyPull {
    /// The pull request's address, such as https://github.com/OWNER/REPO/pull/12.
    #[arg(value_name = "URL", required_unless_present = "print_key")]
    pull: Option<String>,
    /// A file with the public half of the installation's key; may be given several times. Without it the key of the data folder counts.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Check the statement alone, and run nothing.
    #[arg(long)]
    no_replay: bool,
    /// Print the public half of this installation's key, for whoever checks elsewhere.
    #[arg(long, conflicts_with_all = ["pull", "key", "no_replay"])]
    print_key: bool,
    #[command(flatten)]
    args: Args,
}

impl VerifyPull {
    pub(super) fn args(&self) -> Args {
        self.args.clone()
    }

    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let config = sources.config(&Known)?;
        if self.print_key {
            let own = own_key(&config)?;
            return Ok(print(&says::key(&own.to_pem(), &own.id()))?);
        }
        let typed = self.pull.as_deref().unwrap_or_default();
        let address = Address::parse(typed);
        let address = address.ok_or_else(|| CommandError::Misused(says::no_address(typed)))?;
        let keys = self.keys(&config)?;
        let (api, web) = sources.github()?;
        let is_ours = web.origin() == address.web.origin();
        let api = match is_ours {
            true => api,
            false => api_of(&address.web),
        };
        let mut token = own_token(&config, &address.web, &address.name).await;
        // It is for the GitHub that is configured, and no address somebody pasted may have it.
        if token.is_none() && is_ours {
            token = sources.github_token();
        }
        let question = PullQuestion {
            name: address.name,
            number: address.number,
            api,
            web: address.web,
            keys,
            token,
            replays: !self.no_replay,
        };
        let answer = verify_pull(config, question).await;
        let answer = answer.map_err(CommandError::Failed)?;
        print(&answer.text)?;
        match answer.verdict {
            PullVerdict::Holds => Ok(()),
            other => Err(CommandError::Ended {
                code: other as u8,
                why: None,
            }),
        }
    }

    fn keys(&self, config: &Config) -> Result<Vec<VerifyingKey>, CommandError> {
        if self.key.is_empty() {
            return Ok(vec![own_key(config)?]);
        }
        let mut keys = Vec::new();
        for file in &self.key {
            let misused = || CommandError::Misused(says::no_key(&file.display().to_string()));
            let text = std::fs::read_to_string(file).map_err(|_| misused())?;
            let found = VerifyingKey::all_in(&text);
            if found.is_empty() {
                return Err(misused());
            }
            keys.extend(found);
        }
        Ok(keys)
    }
}

fn own_key(config: &Config) -> Result<VerifyingKey, CommandError> {
    let folder = &config.data_dir;
    let found = SigningKey::if_there(folder).map_err(|error| CommandError::Failed(error.into()))?;
    let missing = || CommandError::Misused(says::no_own_key(&folder.display().to_string()));
    found.map(|key| key.public()).ok_or_else(missing)
}

/// The address of a pull request.
struct Address {
    web: Url,
    name: RepositoryName,
    number: IssueNumber,
}

impl Address {
    fn parse(typed: &str) -> Option<Self> {
        let url = Url::parse(typed.trim()).ok()?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let right = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        let plain = url.username().is_empty() && url.password().is_none();
        let parts: Vec<&str> = url.path_segments()?.collect();
        let [owner, repository, "pull", number, ..] = parts[..] else {
            return None;
        };
        let name = format!("{owner}/{repository}").parse().ok()?;
        let number = number.parse().ok().filter(|number| *number > 0)?;
        let mut web = url.clone();
        web.set_path("/");
        web.set_query(None);
        web.set_fragment(None);
        (right && plain).then_some(Self {
            web,
            name,
            number: IssueNumber(number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_read_and_nothing_else_is() {
        let address = Address::parse("https://github.com/octo/hello/pull/12/files?w=1#x");
        let address = address.expect("an address");
        assert_eq!(address.web.as_str(), "https://github.com/");
        assert_eq!(
            (address.name.to_string().as_str(), address.number.0),
            ("octo/hello", 12)
        );
        for wrong in [
            "octo/hello#12",
            "https://github.com/octo/hello/issues/12",
            "https://github.com/octo/hello/pull/0",
            "https://github.com/octo/hello/pull/x",
            "https://u:p@github.com/octo/hello/pull/1",
            "http://github.com/octo/hello/pull/1",
        ] {
            assert!(Address::parse(wrong).is_none(), "{wrong}");
        }
    }
}
