//! A repository, its labels and what somebody may do in it, as JSON.

use serde_json::{Value, json};

use crate::json::parts::joined;
use crate::time::iso;
use crate::world::account::Role;
use crate::world::facts::World;
use crate::world::repository::{Label, Repository};

/// The addresses below a repository: the field and what follows the repository's own address.
const URLS: [(&str, &str); 37] = [
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    (
        "notifications_url",
        "/notifications{?since,all,participating}",
    ),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

impl World {
    /// `http://…/repos/owner/name`.
    pub fn repository_url(&self, repository: &Repository) -> String {
        format!("{}/repos/{}", self.root, repository.full_name())
    }

    /// `http://…/owner/name`.
    pub fn repository_page(&self, repository: &Repository) -> String {
        format!("{}/{}", self.root, repository.full_name())
    }

    /// A `full-repository`.
    pub fn repository_json(&self, repository: &Repository) -> Value {
        joined([
            self.repository_names(repository),
            self.repository_addresses(repository),
            counts(repository),
        ])
    }

    fn repository_names(&self, repository: &Repository) -> Value {
        json!({
            "id": repository.id,
            "node_id": format!("R_{}", repository.id),
            "name": repository.name,
            "full_name": repository.full_name(),
            "owner": self.user_json(&repository.owner),
            "private": repository.private,
            "visibility": if repository.private { "private" } else { "public" },
            "description": null,
            "fork": repository.parent.is_some(),
            "default_branch": repository.default_branch,
            "archived": repository.archived,
            "disabled": false,
            "is_template": false,
            "topics": [],
            "license": null,
            "language": null,
            "homepage": null,
            "mirror_url": null,
            "allow_forking": true,
            "web_commit_signoff_required": false,
            "created_at": iso(repository.created_at),
            "updated_at": iso(repository.pushed_at),
            "pushed_at": iso(repository.pushed_at),
        })
    }

    fn repository_addresses(&self, repository: &Repository) -> Value {
        let (url, page) = (
            self.repository_url(repository),
            self.repository_page(repository),
        );
        let mut addresses = json!({
            "html_url": page,
            "clone_url": format!("{page}.git"),
            "git_url": format!("git:{}.git", page.trim_start_matches("http:")),
            "ssh_url": format!("git@localhost:{}.git", repository.full_name()),
            "svn_url": page,
        });
        for (name, rest) in URLS {
            addresses[name] = json!(format!("{url}{rest}"));
        }
        addresses
    }

    /// A `short-branch`: its name, its head, and whether it is protected.
    pub fn branch_json(&self, repository: &Repository, name: &str, sha: &str) -> Value {
        let commit = json!({ "sha": sha, "url": format!("{}/commits/{sha}", self.repository_url(repository)) });
        json!({ "name": name, "commit": commit, "protected": repository.is_protected(name) })
    }

    /// A `label`.
    pub fn label_json(&self, repository: &Repository, label: &Label) -> Value {
        json!({
            "id": label.id,
            "node_id": format!("LA_{}", label.id),
            "url": format!("{}/labels/{}", self.repository_url(repository), label_path(&label.name)),
            "name": label.name,
            "color": label.color,
            "default": false,
            "description": label.description,
        })
    }

    /// The labels an issue carries.
    pub fn labels_json(&self, repository: &Repository, names: &[String]) -> Value {
        names
            .iter()
            .filter_map(|name| repository.label(name))
            .map(|l| self.label_json(repository, l))
            .collect()
    }

    /// A `repository-collaborator-permission`.
    pub fn permission_json(&self, repository: &Repository, login: &str) -> Value {
        let (role, name) = self.role_of(repository, login);
        let mut user = self.user_json(login);
        user["permissions"] = json!({
            "pull": role >= Role::Read,
            "triage": role >= Role::Triage,
            "push": role >= Role::Write,
            "maintain": role >= Role::Maintain,
            "admin": role >= Role::Admin,
        });
        user["role_name"] = json!(name);
        json!({ "permission": role.legacy(), "role_name": name, "user": user })
    }
}

/// A label's name in an address; GitHub leaves colons and slashes as they are.
fn label_path(name: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    encoded
        .replace('+', "%20")
        .replace("%3A", ":")
        .replace("%2F", "/")
}

fn counts(repository: &Repository) -> Value {
    let open = repository
        .issues
        .values()
        .filter(|issue| issue.open)
        .count();
    json!({
        "forks_count": 0,
        "forks": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "watchers": 0,
        "subscribers_count": 0,
        "network_count": 0,
        "size": 0,
        "open_issues_count": open,
        "open_issues": open,
        "has_issues": true,
        "has_projects": false,
        "has_wiki": false,
        "has_pages": false,
        "has_downloads": false,
        "has_discussions": false,
    })
}
