//! One file on a branch of ours, changed without git: <https://docs.github.com/rest/repos/contents>, <https://docs.github.com/rest/git/refs>
//!
//! It is for small proposals of skep's own. It must never be given an agent's work, which goes by git and is judged there.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::repository::{ContentShape, address, text};
use super::request::{ApiRequest, Effect, escape};
use crate::core::ids::Sha;

/// A file as it stands on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchFile {
    /// Git's name of its content.
    pub sha: String,
    /// What it holds; empty where that is no text.
    pub text: String,
}

/// A file as it shall be.
#[derive(Debug, Clone, Copy)]
pub struct FileChange<'a> {
    /// Where.
    pub path: &'a str,
    /// On which branch.
    pub branch: &'a str,
    /// What the commit says.
    pub message: &'a str,
    /// What it holds then.
    pub text: &'a str,
    /// Git's name of what it holds now; `None` where there is none.
    pub replaces: Option<&'a str>,
}

impl GitHub {
    /// A file on a branch; `None` where there is none, or no such branch. A folder and what is no text are refused as unreadable.
    /// <https://docs.github.com/rest/repos/contents#get-repository-content>
    pub async fn file_on(
        &self,
        at: &At,
        path: &str,
        branch: &str,
    ) -> Result<Option<BranchFile>, GitHubError> {
        let (path, branch) = (address(path), escape(branch));
        let path = at.path(&format!("/contents/{path}?ref={branch}"));
        let ask = ApiRequest::get("read a file of a branch", path);
        let Some(found) = self.read_if_there::<Value>(at, &ask).await? else {
            return Ok(None);
        };
        let file = serde_json::from_value::<ContentShape>(found).ok();
        let read = file.and_then(|file| {
            let sha = file.sha.clone();
            text(file).map(|text| BranchFile { sha, text })
        });
        let unreadable = || GitHubError::Unreadable {
            call: ask.to_string(),
            why: "it is no text file of at most 1 MiB".into(),
        };
        read.ok_or_else(unreadable).map(Some)
    }

    /// Makes a branch; one that is there stays as it is. <https://docs.github.com/rest/git/refs#create-a-reference>
    pub async fn create_branch(
        &self,
        at: &At,
        branch: &str,
        head: &Sha,
    ) -> Result<(), GitHubError> {
        let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": head });
        let ask = ApiRequest::post("make a branch", at.path("/git/refs"), &body)
            .with_effect(Effect::Change);
        let made = self
            .change(at, Purpose::Review, Priority::Normal, &ask)
            .await;
        match made {
            Ok(_) => Ok(()),
            Err(GitHubError::Invalid { message, .. }) if message.contains("already exists") => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Commits a file on a branch; refused where it is not as it was read.
    /// <https://docs.github.com/rest/repos/contents#create-or-update-file-contents>
    pub async fn put_file(&self, at: &At, change: &FileChange<'_>) -> Result<(), GitHubError> {
        let mut body = json!({
            "message": change.message,
            "content": BASE64_STANDARD.encode(change.text),
            "branch": change.branch,
        });
        if let Some(replaces) = change.replaces {
            body["sha"] = json!(replaces);
        }
        let path = at.path(&format!("/contents/{}", address(change.path)));
        let ask = ApiRequest::put("change a file", path).with(&body);
        self.change(at, Purpose::Review, Priority::Normal, &ask)
            .await?;
        Ok(())
    }
}
