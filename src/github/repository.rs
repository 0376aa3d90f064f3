//! Reads about a repository: itself, who may do what, one file, one branch.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::request::{ApiRequest, escape};
pub use crate::core::actor::Permission as PermissionLevel;
use crate::core::ids::{RepositoryId, RepositoryName, Sha, UserId};

/// A repository. <https://docs.github.com/rest/repos/repos#get-a-repository>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Its identity.
    pub id: RepositoryId,
    /// Its present name.
    #[serde(rename = "full_name")]
    pub name: RepositoryName,
    /// The branch pull requests go to.
    pub default_branch: String,
    /// Read-only for everyone.
    pub archived: bool,
    /// Not public.
    pub private: bool,
    /// Switched off by GitHub.
    #[serde(default)]
    pub disabled: bool,
    /// Whether it has issues at all.
    #[serde(default = "yes")]
    pub has_issues: bool,
    /// What it takes on GitHub's disk, in units of 1,024 bytes; GitHub counts it only every now and then.
    #[serde(default)]
    pub size: u64,
    /// When somebody last pushed to it, as GitHub writes it.
    #[serde(default)]
    pub pushed_at: Option<String>,
}

impl Repository {
    /// What it takes on GitHub's disk, bytes.
    pub fn bytes(&self) -> u64 {
        self.size.saturating_mul(1_024)
    }
}

fn yes() -> bool {
    true
}

/// What one person may do in one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// A custom role counts as the standard role it is based on.
    pub level: PermissionLevel,
    /// GitHub's name of the role.
    pub role_name: String,
    /// Whose permission it is: compare it with the id of who acted, since logins change hands.
    pub user: Option<UserId>,
}

#[derive(Deserialize)]
struct PermissionShape {
    permission: String,
    #[serde(default)]
    role_name: String,
    user: Option<UserShape>,
}

#[derive(Deserialize)]
struct UserShape {
    id: UserId,
}

/// The tip of a branch. <https://docs.github.com/rest/branches/branches#get-a-branch>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchHead {
    /// Its name: GitHub leads from the old name of a renamed branch to the new one.
    pub name: String,
    /// Its commit.
    pub sha: Sha,
    /// Whether it is protected.
    pub protected: bool,
}

#[derive(Deserialize)]
struct BranchShape {
    name: String,
    commit: CommitShape,
    protected: bool,
}

#[derive(Deserialize)]
struct CommitShape {
    sha: Sha,
}

/// A file as it stands on the default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingFile {
    /// The hash of its content; of what is no file, what it is instead.
    pub state: String,
    /// What it says; `None` where it is a folder, a link, too large, or not UTF-8.
    pub text: Option<String>,
}

#[derive(Deserialize)]
struct EntryShape {
    name: String,
}

#[derive(Deserialize)]
pub(super) struct ContentShape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    pub(super) sha: String,
    #[serde(default)]
    encoding: String,
    #[serde(default)]
    content: String,
}

impl GitHub {
    /// The repository as it is now; fails if the name meanwhile leads to another one. After a rename the answer carries
    /// the new name. <https://docs.github.com/rest/repos/repos#get-a-repository>
    pub async fn repository(&self, at: &At) -> Result<Repository, GitHubError> {
        let found: Repository = self
            .read(at, &ApiRequest::get("read the repository", at.path("")))
            .await?;
        if found.id != at.repository {
            return Err(GitHubError::AnotherRepository {
                name: at.name.to_string(),
            });
        }
        Ok(found)
    }

    /// What `login` may do. Somebody GitHub does not know may do nothing. Any doubt is an error and never a permission.
    /// <https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user>
    pub async fn permission(&self, at: &At, login: &str) -> Result<Permission, GitHubError> {
        let path = at.path(&format!("/collaborators/{}/permission", escape(login)));
        let shape: Option<PermissionShape> = self
            .read_if_there(at, &ApiRequest::get("read a permission", path))
            .await?;
        Ok(shape.map_or_else(
            || Permission {
                level: PermissionLevel::None,
                role_name: "none".into(),
                user: None,
            },
            |shape| Permission {
                level: level(&shape.role_name, &shape.permission),
                role_name: shape.role_name,
                user: shape.user.map(|user| user.id),
            },
        ))
    }

    /// A text file of at most 1 MiB, from the default branch; `None` if there is no such file, or if it is a folder, a link,
    /// too large or not UTF-8. <https://docs.github.com/rest/repos/contents#get-repository-content>
    pub async fn contents(&self, at: &At, path: &str) -> Result<Option<String>, GitHubError> {
        let path = at.path(&format!("/contents/{}", address(path)));
        let ask = ApiRequest::get("read a file", path);
        let found: Option<serde_json::Value> = self.read_if_there(at, &ask).await?;
        // A folder is an array and has no shape of a file.
        Ok(found
            .and_then(|value| serde_json::from_value(value).ok())
            .and_then(text))
    }

    /// The names in a folder of the default branch, none where there is no such folder.
    /// <https://docs.github.com/rest/repos/contents#get-repository-content>
    pub async fn folder(&self, at: &At, path: &str) -> Result<Vec<String>, GitHubError> {
        let path = at.path(&format!("/contents/{}", address(path)));
        let ask = ApiRequest::get("read a folder", path);
        let found: Option<serde_json::Value> = self.read_if_there(at, &ask).await?;
        let entries = found.and_then(|value| serde_json::from_value::<Vec<EntryShape>>(value).ok());
        let names = entries.unwrap_or_default().into_iter();
        Ok(names.map(|entry| entry.name).collect())
    }

    /// The same for a file whose absence and whose unreadable state are two things; `None` where there is nothing by that name.
    pub async fn standing_file(
        &self,
        at: &At,
        path: &str,
    ) -> Result<Option<StandingFile>, GitHubError> {
        let path = at.path(&format!("/contents/{}", address(path)));
        let ask = ApiRequest::get("read a file", path);
        let found: Option<serde_json::Value> = self.read_if_there(at, &ask).await?;
        Ok(found.map(
            |value| match serde_json::from_value::<ContentShape>(value) {
                Ok(shape) => StandingFile {
                    state: format!("{} {}", shape.kind, shape.sha).trim().to_owned(),
                    text: text(shape),
                },
                Err(_) => StandingFile {
                    state: "folder".to_owned(),
                    text: None,
                },
            },
        ))
    }

    /// The tip of a branch; `None` if there is no such branch (an empty repository has none).
    /// <https://docs.github.com/rest/branches/branches#get-a-branch>
    pub async fn branch(&self, at: &At, name: &str) -> Result<Option<BranchHead>, GitHubError> {
        let path = at.path(&format!("/branches/{}", escape(name)));
        let shape: Option<BranchShape> = self
            .read_if_there(at, &ApiRequest::get("read a branch", path))
            .await?;
        Ok(shape.map(|shape| BranchHead {
            name: shape.name,
            sha: shape.commit.sha,
            protected: shape.protected,
        }))
    }
}

/// A path as it stands in an address.
pub(super) fn address(path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(escape).collect();
    parts.join("/")
}

/// What a file holds, if it is a text and was sent whole.
pub(super) fn text(shape: ContentShape) -> Option<String> {
    if shape.kind != "file" || shape.encoding != "base64" {
        return None;
    }
    let packed: String = shape.content.split_ascii_whitespace().collect();
    String::from_utf8(BASE64_STANDARD.decode(packed).ok()?).ok()
}

/// The level of a role; an unknown (custom) role counts by its base permission.
fn level(role_name: &str, permission: &str) -> PermissionLevel {
    standard(role_name)
        .or_else(|| standard(permission))
        .unwrap_or(PermissionLevel::None)
}

fn standard(name: &str) -> Option<PermissionLevel> {
    Some(match name {
        "none" => PermissionLevel::None,
        "read" | "pull" => PermissionLevel::Read,
        "triage" => PermissionLevel::Triage,
        "write" | "push" => PermissionLevel::Write,
        "maintain" => PermissionLevel::Maintain,
        "admin" => PermissionLevel::Admin,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triager_may_label_but_not_start_work() {
        // GitHub reports triage as permission `read` and maintain as `write`.
        let table = [
            ("admin", "admin", PermissionLevel::Admin),
            ("maintain", "write", PermissionLevel::Maintain),
            ("write", "write", PermissionLevel::Write),
            ("triage", "read", PermissionLevel::Triage),
            ("read", "read", PermissionLevel::Read),
            ("", "none", PermissionLevel::None),
            ("release-captain", "write", PermissionLevel::Write),
            ("release-captain", "read", PermissionLevel::Read),
            ("strange", "stranger", PermissionLevel::None),
        ];
        for (role, base, expected) in table {
            assert_eq!(level(role, base), expected, "{role} {base}");
        }
    }
}
