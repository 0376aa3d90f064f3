//! Files, directories and commits as JSON.

use base64::Engine;
use serde_json::{Value, json};

use crate::git::inspect::{CommitInfo, Listed};
use crate::world::facts::World;
use crate::world::repository::Repository;

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ContentPath<'a> {
    /// The address of its repository.
    pub url: &'a str,
    /// The path in the repository.
    pub path: &'a str,
    /// The ref it was asked at.
    pub revision: &'a str,
}

/// The facts that a file and a directory have in common.
fn content_path_json(content: ContentPath<'_>) -> Value {
    let ContentPath {
        url,
        path,
        revision,
    } = content;
    let address = format!("{url}/contents/{path}?ref={revision}");
    json!({
        "name": path.rsplit('/').next().unwrap_or(path),
        "path": path,
        "url": address,
        "html_url": address,
        "git_url": null,
        "download_url": null,
        "_links": { "self": address, "git": null, "html": address },
    })
}

/// A `content-file`, with its bytes in base64, broken into lines as GitHub does.
pub(crate) fn content_json(path: ContentPath<'_>, sha: &str, bytes: &[u8]) -> Value {
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut content = String::new();
    for line in encoded.as_bytes().chunks(60) {
        content.push_str(&String::from_utf8_lossy(line));
        content.push('\n');
    }
    let file = json!({ "type": "file", "encoding": "base64", "size": bytes.len(), "sha": sha, "content": content });
    crate::json::parts::joined([content_path_json(path), file])
}

/// A `content-directory`: its entries without contents.
pub(crate) fn directory_json(directory: ContentPath<'_>, listed: &[Listed]) -> Value {
    let entry = |entry: &Listed| {
        let path = if directory.path.is_empty() {
            entry.name.clone()
        } else {
            format!("{}/{}", directory.path, entry.name)
        };
        let kind = match entry.kind.as_str() {
            "tree" => "dir",
            "commit" => "submodule",
            _ => "file",
        };
        crate::json::parts::joined([
            content_path_json(ContentPath {
                path: &path,
                ..directory
            }),
            json!({ "type": kind, "size": entry.size, "sha": entry.sha }),
        ])
    };
    listed.iter().map(entry).collect()
}

impl World {
    /// A `commit`.
    pub fn commit_json(&self, home: &Repository, commit: &CommitInfo) -> Value {
        let url = self.repository_url(home);
        let address = |sha: &str| format!("{url}/commits/{sha}");
        let page = |sha: &str| format!("{}/commit/{sha}", self.repository_page(home));
        let person = |[name, email, date]: &[String; 3]| json!({ "name": name, "email": email, "date": date });
        let parents: Vec<Value> = commit
            .parents
            .iter()
            .map(|sha| json!({ "sha": sha, "url": address(sha), "html_url": page(sha) }))
            .collect();
        json!({
            "sha": commit.sha,
            "node_id": format!("C_{}", commit.sha),
            "url": address(&commit.sha),
            "html_url": page(&commit.sha),
            "comments_url": format!("{}/comments", address(&commit.sha)),
            "commit": {
                "url": format!("{url}/git/commits/{}", commit.sha),
                "author": person(&commit.author),
                "committer": person(&commit.committer),
                "message": commit.message,
                "comment_count": 0,
                "tree": { "sha": commit.tree, "url": format!("{url}/git/trees/{}", commit.tree) },
                "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null },
            },
            "author": self.committer_json(&commit.author),
            "committer": self.committer_json(&commit.committer),
            "parents": parents,
        })
    }

    /// A `simple-commit`, as a suite or a workflow run shows its head; null for one nobody pushed.
    pub fn head_commit_json(&self, sha: &str) -> Value {
        let Some(commit) = self.commits.get(sha) else {
            return Value::Null;
        };
        let person = |[name, email, _]: &[String; 3]| json!({ "name": name, "email": email });
        json!({
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.committer[2],
            "author": person(&commit.author),
            "committer": person(&commit.committer),
        })
    }

    /// The account behind an address, or null.
    fn committer_json(&self, [_, email, _]: &[String; 3]) -> Value {
        let login = email
            .strip_suffix("@users.noreply.github.com")
            .and_then(|name| name.split_once('+'));
        login
            .and_then(|(_, login)| self.user(login))
            .map_or(Value::Null, |user| self.user_json(&user.login))
    }
}
