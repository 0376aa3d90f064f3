//! Users, the App and its installations as JSON.

use serde_json::{Map, Value, json};

use crate::ids::client_id;
use crate::time::iso;
use crate::world::account::{Access, Installation, Permissions, UserKind};
use crate::world::facts::World;
use crate::world::lifecycle::selection_word;

/// Events that `performed_via_github_app` is not described with.
const NEW_EVENTS: [&str; 2] = ["issue_dependencies", "sub_issues"];

/// The addresses below a user.
const USER_URLS: [(&str, &str); 9] = [
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
];

/// Permissions as an object of words.
pub(crate) fn permissions_json(permissions: &Permissions) -> Value {
    let word = |(name, width): (&String, &Access)| (name.clone(), json!(width.as_str()));
    Value::Object(permissions.iter().map(word).collect::<Map<_, _>>())
}

impl World {
    /// A `simple-user`; somebody who is gone is GitHub's `ghost`.
    pub fn user_json(&self, login: &str) -> Value {
        let root = &self.root;
        let (login, id, kind) = match self.user(login) {
            Some(user) => (user.login.clone(), user.id, user.kind.as_str()),
            None => ("ghost".to_owned(), 10_137, UserKind::Person.as_str()),
        };
        let page = login
            .strip_suffix("[bot]")
            .map_or_else(|| login.clone(), |slug| format!("apps/{slug}"));
        let url = format!(
            "{root}/users/{}",
            login.replace('[', "%5B").replace(']', "%5D")
        );
        let mut user = json!({
            "login": login,
            "id": id,
            "node_id": format!("U_{id}"),
            "avatar_url": format!("{root}/avatars/{id}"),
            "gravatar_id": "",
            "url": url,
            "html_url": format!("{root}/{page}"),
            "type": kind,
            "user_view_type": "public",
            "site_admin": false,
        });
        for (name, rest) in USER_URLS {
            user[name] = json!(format!("{url}{rest}"));
        }
        user
    }

    /// `http://…/apps/skep`: an App's page, and its own site as well.
    pub fn app_page(&self, slug: &str) -> String {
        format!("{}/apps/{slug}", self.root)
    }

    /// The App's webhook, as a `ping` shows it; GitHub masks the secret.
    pub fn hook_json(&self) -> Value {
        let app = &self.app;
        json!({
            "type": "App",
            "id": app.id,
            "app_id": app.id,
            "name": "web",
            "active": true,
            "events": app.events,
            "config": { "url": app.webhook_url, "content_type": "json", "insecure_ssl": "0", "secret": "********" },
            "created_at": iso(self.began),
            "updated_at": iso(self.began),
            "deliveries_url": format!("{}/app/hook/deliveries", self.root),
        })
    }

    /// The App itself, or one that only has a name (such as `github-actions`).
    pub fn app_json(&self, slug: &str) -> Value {
        let own = slug == self.app.slug;
        let id = if own { self.app.id } else { 15_368 };
        json!({
            "id": id,
            "client_id": client_id(id),
            "slug": slug,
            "node_id": format!("A_{id}"),
            "owner": self.user_json("github"),
            "name": slug,
            "description": "",
            "external_url": self.app_page(slug),
            "html_url": self.app_page(slug),
            "created_at": iso(self.began),
            "updated_at": iso(self.began),
            "permissions": if own { permissions_json(&self.app.permissions) } else { json!({}) },
            "events": if own { json!(self.app.events) } else { json!([]) },
            "installations_count": self.installations.len(),
        })
    }

    /// The App as `performed_via_github_app` shows it, when its bot did something; otherwise null.
    pub fn via_app(&self, login: &str) -> Value {
        if login == self.app.bot() {
            let mut app = self.app_json(&self.app.slug);
            // GitHub's description of this place knows no events that are this new.
            let known = |event: &&String| !NEW_EVENTS.contains(&event.as_str());
            app["events"] = self.app.events.iter().filter(known).cloned().collect();
            app
        } else {
            Value::Null
        }
    }

    /// An installation.
    pub fn installation_json(&self, installation: &Installation) -> Value {
        let root = &self.root;
        let id = installation.id;
        let account = self.user(&installation.account);
        let suspended = installation.suspended_at.map(iso);
        json!({
            "id": id,
            "account": self.user_json(&installation.account),
            "repository_selection": selection_word(&installation.selection),
            "access_tokens_url": format!("{root}/app/installations/{id}/access_tokens"),
            "repositories_url": format!("{root}/installation/repositories"),
            "html_url": format!("{root}/settings/installations/{id}"),
            "app_id": self.app.id,
            "client_id": client_id(self.app.id),
            "app_slug": self.app.slug,
            "target_id": account.map(|user| user.id),
            "target_type": account.map_or("User", |user| user.kind.as_str()),
            "permissions": permissions_json(&installation.permissions),
            "events": self.app.events,
            "created_at": iso(installation.created_at),
            "updated_at": iso(installation.suspended_at.unwrap_or(installation.created_at)),
            "single_file_name": null,
            "has_multiple_single_files": false,
            "single_file_paths": [],
            "suspended_by": suspended.as_ref().map(|_| self.user_json(&installation.account)),
            "suspended_at": suspended,
        })
    }
}
