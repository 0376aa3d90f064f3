//! Repositories and installations: made, renamed, archived, opened to people, installed, suspended.
//!
//! It exists so that every such change is told to the App. It must never touch the git directories.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::account::{Collaborator, Installation, Permissions, Role, Selection, UserKind};
use crate::world::facts::World;
use crate::world::repository::{Label, Repository};
use crate::world::webhook_event::WebhookEvent;

/// The labels every new repository has.
const DEFAULT_LABELS: [(&str, &str, &str); 5] = [
    ("bug", "d73a4a", "Something isn't working"),
    (
        "documentation",
        "0075ca",
        "Improvements or additions to documentation",
    ),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("question", "d876e3", "Further information is requested"),
];

impl World {
    /// Makes a repository, with an installation of the App on its account if there is none yet.
    pub fn create_repository(
        &mut self,
        owner: &str,
        name: &str,
        root: &std::path::Path,
    ) -> Result<i64, ApiError> {
        if self.find(owner, name).is_some() && on(Rule::RepositoryTaken) {
            return Err(ApiError::custom(
                "Repository",
                Some("name"),
                "name already exists on this account",
            ));
        }
        self.create_user(owner, UserKind::Person);
        let id = self.next_repository();
        let repository = self.blank(id, owner, name, root.join(format!("{id}.git")));
        self.repositories.insert(id, repository);
        if !self.registration.by_hand {
            self.install(owner, id);
        }
        Ok(id)
    }

    fn blank(&mut self, id: i64, owner: &str, name: &str, git_dir: PathBuf) -> Repository {
        let now = self.now();
        let labels = DEFAULT_LABELS.map(|(name, color, about)| Label {
            id: self.next_id(),
            name: name.to_owned(),
            color: color.to_owned(),
            description: Some(about.to_owned()),
        });
        Repository {
            id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            former: Vec::new(),
            default_branch: "main".to_owned(),
            private: false,
            archived: false,
            drafts: true,
            parent: None,
            git_dir,
            collaborators: BTreeMap::new(),
            labels: labels.to_vec(),
            kinds: Vec::new(),
            milestones: Vec::new(),
            protected: BTreeSet::new(),
            issues: BTreeMap::new(),
            gone: BTreeMap::new(),
            next_number: 1,
            checks: Vec::new(),
            suites: Vec::new(),
            statuses: Vec::new(),
            workflows: Vec::new(),
            releases: Vec::new(),
            required: BTreeMap::new(),
            rulesets: Vec::new(),
            heads: BTreeMap::new(),
            created_at: now,
            pushed_at: now,
        }
    }

    fn install(&mut self, owner: &str, repository: i64) {
        let there = self
            .installations
            .values()
            .find(|i| i.account.eq_ignore_ascii_case(owner))
            .map(|i| i.id);
        let Some(id) = there else {
            let id = self.next_installation();
            let installation = Installation {
                id,
                account: owner.to_owned(),
                permissions: self.app.permissions.clone(),
                selection: Selection::All,
                suspended_at: None,
                created_at: self.now(),
            };
            self.installations.insert(id, installation);
            let repositories = self.short_repositories(&[repository]);
            return self.tell_installation(id, "created", json!({ "repositories": repositories }));
        };
        if self
            .installations
            .get(&id)
            .is_some_and(|i| i.selection == Selection::All)
        {
            self.tell_selection(id, "added", repository);
        }
    }

    /// Installs the App on all repositories of an account, as its owner does; gives the installation's number.
    pub fn install_on(&mut self, owner: &str) -> i64 {
        let here = |r: &&Repository| r.owner.eq_ignore_ascii_case(owner);
        let first = self.repositories.values().find(here).map(|r| r.id);
        if let Some(first) = first {
            self.install(owner, first);
        }
        let of = |i: &&Installation| i.account.eq_ignore_ascii_case(owner);
        let found = self.installations.values().find(of);
        found.map_or(0, |i| i.id)
    }

    fn short_repositories(&self, ids: &[i64]) -> Value {
        let short = |r: &Repository| {
            let (name, full) = (&r.name, r.full_name());
            json!({ "id": r.id, "node_id": format!("R_{}", r.id), "name": name, "full_name": full, "private": r.private })
        };
        ids.iter()
            .filter_map(|id| self.repositories.get(id))
            .map(short)
            .collect()
    }

    /// Sends an `installation` webhook.
    pub fn tell_installation(&mut self, id: i64, action: &str, extra: Value) {
        let Some(installation) = self.installations.get(&id) else {
            return;
        };
        let sender = installation.account.clone();
        let mut body = json!({ "installation": self.installation_json(installation) });
        if let (Value::Object(body), Value::Object(extra)) = (&mut body, extra) {
            body.extend(extra);
        }
        let (event, action) = ("installation", Some(action));
        self.emit(WebhookEvent {
            name: event,
            action,
            repository: None,
            installation: Some(id),
            sender: &sender,
            body,
        });
    }

    fn tell_selection(&mut self, id: i64, action: &str, repository: i64) {
        let Some(installation) = self.installations.get(&id) else {
            return;
        };
        let sender = installation.account.clone();
        let changed = self.short_repositories(&[repository]);
        let (added, removed) = if action == "added" {
            (changed, json!([]))
        } else {
            (json!([]), changed)
        };
        let body = json!({
            "installation": self.installation_json(installation),
            "repository_selection": selection_word(&installation.selection),
            "repositories_added": added,
            "repositories_removed": removed,
            "requester": null,
        });
        let (event, action) = ("installation_repositories", Some(action));
        self.emit(WebhookEvent {
            name: event,
            action,
            repository: None,
            installation: Some(id),
            sender: &sender,
            body,
        });
    }

    /// Gives a repository to the App, or takes it away.
    pub fn set_installed(&mut self, repository: i64, installed: bool) -> Result<(), ApiError> {
        let home = self.repository(repository)?;
        let owner = home.owner.clone();
        let found = self
            .installations
            .values()
            .find(|i| i.account.eq_ignore_ascii_case(&owner));
        let id = found.map(|i| i.id).ok_or_else(ApiError::not_found)?;
        let mut ids: BTreeSet<i64> = self.covered(id).iter().map(|r| r.id).collect();
        let changed = if installed {
            ids.insert(repository)
        } else {
            ids.remove(&repository)
        };
        if let Some(installation) = self.installations.get_mut(&id).filter(|_| changed) {
            installation.selection = Selection::Selected(ids);
            self.tell_selection(id, if installed { "added" } else { "removed" }, repository);
        }
        Ok(())
    }

    /// Suspends an installation or wakes it; its tokens are refused meanwhile.
    pub fn set_suspended(&mut self, id: i64, suspended: bool) -> Result<(), ApiError> {
        let now = self.now();
        let installation = self
            .installations
            .get_mut(&id)
            .ok_or_else(ApiError::not_found)?;
        installation.suspended_at = suspended.then_some(now);
        self.tell_installation(
            id,
            if suspended { "suspend" } else { "unsuspend" },
            json!({}),
        );
        Ok(())
    }

    /// Removes an installation with its tokens.
    pub fn uninstall(&mut self, id: i64) -> Result<(), ApiError> {
        let repositories: Vec<i64> = self.covered(id).iter().map(|r| r.id).collect();
        let repositories = self.short_repositories(&repositories);
        self.tell_installation(id, "deleted", json!({ "repositories": repositories }));
        self.installations
            .remove(&id)
            .ok_or_else(ApiError::not_found)?;
        self.tokens.retain(|_, token| token.installation != id);
        Ok(())
    }

    /// Changes what an installation grants, as an owner who accepted (or the App's page) does.
    pub fn set_permissions(&mut self, id: i64, permissions: Permissions) -> Result<(), ApiError> {
        let installation = self
            .installations
            .get_mut(&id)
            .ok_or_else(ApiError::not_found)?;
        installation.permissions = permissions;
        self.tell_installation(id, "new_permissions_accepted", json!({}));
        Ok(())
    }

    /// Gives somebody a place in a repository; [`Role::None`] takes it away.
    pub fn set_role(
        &mut self,
        repository: i64,
        login: &str,
        place: Collaborator,
    ) -> Result<(), ApiError> {
        self.create_user(login, UserKind::Person);
        let home = self.repository_mut(repository)?;
        if place.role == Role::None {
            home.collaborators.remove(&login.to_ascii_lowercase());
        } else {
            home.collaborators.insert(login.to_ascii_lowercase(), place);
        }
        Ok(())
    }

    /// Renames a repository or moves it to another account; the old name answers 301.
    pub fn rename(
        &mut self,
        repository: i64,
        owner: &str,
        name: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        if self
            .find(owner, name)
            .is_some_and(|other| other.id != repository)
            && on(Rule::RepositoryTaken)
        {
            return Err(ApiError::custom(
                "Repository",
                Some("name"),
                "name already exists on this account",
            ));
        }
        self.create_user(owner, UserKind::Person);
        let covering = |world: &Self| {
            world
                .repository(repository)
                .ok()
                .and_then(|home| world.installation_of(home))
                .map(|i| i.id)
        };
        let before = covering(self);
        let home = self.repository_mut(repository)?;
        let (old_owner, old_name) = (home.owner.clone(), home.name.clone());
        home.former.push((old_owner.clone(), old_name.clone()));
        (home.owner, home.name) = (owner.to_owned(), name.to_owned());
        let (action, changes) = if old_owner == owner {
            (
                "renamed",
                json!({ "repository": { "name": { "from": old_name } } }),
            )
        } else {
            (
                "transferred",
                json!({ "owner": { "from": { "user": self.user_json(&old_owner) } } }),
            )
        };
        // The old owner's installation loses it before the new one hears of it.
        if let Some(before) = before.filter(|before| Some(*before) != covering(self)) {
            self.tell_selection(before, "removed", repository);
        }
        self.tell_repository(repository, action, by, json!({ "changes": changes }));
        Ok(())
    }

    /// Makes a repository read-only, or writable again.
    pub fn set_archived(
        &mut self,
        repository: i64,
        archived: bool,
        by: &str,
    ) -> Result<(), ApiError> {
        self.repository_mut(repository)?.archived = archived;
        self.tell_repository(
            repository,
            if archived { "archived" } else { "unarchived" },
            by,
            json!({}),
        );
        Ok(())
    }

    fn tell_repository(&mut self, repository: i64, action: &str, by: &str, body: Value) {
        let (event, action) = ("repository", Some(action));
        self.emit(WebhookEvent {
            name: event,
            action,
            repository: Some(repository),
            installation: None,
            sender: by,
            body,
        });
    }
}

/// GitHub's word for a selection.
pub fn selection_word(selection: &Selection) -> &'static str {
    match selection {
        Selection::All => "all",
        Selection::Selected(_) => "selected",
    }
}
