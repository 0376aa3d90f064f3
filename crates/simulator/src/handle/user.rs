//! What GitHub users do with accounts and repositories: make, fork, rename, archive, protect, push.
//!
//! It exists so that demos and tests act as users without HTTP. It must never do what GitHub would refuse a user who may
//! do everything; what it refuses is [`SimulatorError::Refused`].

use crate::api_error::ApiError;
use crate::git::git_commands;
use crate::git::host;
use crate::git::merging;
use crate::git::merging::{BranchMove, Change};
use crate::handle::simulator::Simulator;
use crate::handle::simulator::SimulatorError;
use crate::ids::Sha;
use crate::world::account::Collaborator;
use crate::world::account::Role;
use crate::world::account::UserKind;
use crate::world::facts::World;
use crate::world::ruleset::{Ruleset, RulesetDraft};

type Done<T> = Result<T, SimulatorError>;

/// A repository to be made.
#[derive(Debug, Clone, Copy)]
pub struct RepositorySeed<'a> {
    /// The account.
    pub owner: &'a str,
    /// The name below it.
    pub name: &'a str,
    /// The branch pull requests go to.
    pub default_branch: &'a str,
    /// Not for everybody.
    pub private: bool,
    /// Paths and contents of the first commit; none leaves it empty.
    pub files: &'a [(&'a str, &'a str)],
}

/// A commit somebody makes.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// Where.
    pub branch: &'a str,
    /// Who.
    pub by: &'a str,
    /// With which message.
    pub message: &'a str,
}

impl Simulator {
    /// Makes a person, or gives the one of that login.
    pub fn create_user(&self, login: &str) -> i64 {
        self.state()
            .change(|world| world.create_user(login, UserKind::Person).id)
    }

    /// Lets somebody change the world; whoever acts has an account.
    pub(super) fn as_user<T>(
        &self,
        login: &str,
        change: impl FnOnce(&mut World) -> Result<T, ApiError>,
    ) -> Done<T> {
        Ok(self.state().change(|world| {
            world.create_user(login, UserKind::Person);
            change(world)
        })?)
    }

    /// Makes another bot.
    pub fn create_bot(&self, login: &str) -> i64 {
        self.state()
            .change(|world| world.create_user(login, UserKind::Bot).id)
    }

    /// Makes a public repository with `main` and one commit of these files; the App is installed on it.
    pub async fn create_repository(
        &self,
        owner: &str,
        name: &str,
        files: &[(&str, &str)],
    ) -> Done<i64> {
        let seed = RepositorySeed {
            owner,
            name,
            default_branch: "main",
            private: false,
            files,
        };
        self.seed_repository(seed).await
    }

    /// Makes a repository.
    pub async fn seed_repository(&self, seed: RepositorySeed<'_>) -> Done<i64> {
        let state = self.state();
        let root = self.inner.data_dir.clone();
        let (id, dir) = state.change(|world| {
            let id = world.create_repository(seed.owner, seed.name, &root)?;
            let home = world.repository_mut(id)?;
            home.private = seed.private;
            seed.default_branch.clone_into(&mut home.default_branch);
            Ok::<_, ApiError>((id, home.git_dir.clone()))
        })?;
        host::init_repository(&dir, seed.default_branch).await?;
        if !seed.files.is_empty() {
            let files = seed
                .files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), Some(text.as_bytes().to_vec())));
            let (branch, message) = (seed.default_branch.to_owned(), "Begin".to_owned());
            merging::commit(
                state,
                id,
                Change {
                    branch,
                    files: files.collect(),
                    message,
                },
                seed.owner,
            )
            .await?;
        }
        Ok(id)
    }

    /// Forks a repository to another account.
    pub async fn fork(&self, repository: impl Into<i64>, owner: &str) -> Done<i64> {
        let repository = repository.into();
        let (state, root) = (self.state(), self.inner.data_dir.clone());
        let (from, to, id) = state.change(|world| {
            let parent = world.repository(repository)?.clone();
            let id = world.create_repository(owner, &parent.name, &root)?;
            let fork = world.repository_mut(id)?;
            fork.parent = Some(parent.id);
            fork.heads = parent.heads;
            fork.default_branch = parent.default_branch;
            Ok::<_, ApiError>((parent.git_dir, fork.git_dir.clone(), id))
        })?;
        let branch =
            state.read(|world| world.repository(id).map(|fork| fork.default_branch.clone()))?;
        host::init_repository(&to, &branch).await?;
        let args = [
            "fetch",
            "--quiet",
            &from.to_string_lossy(),
            "+refs/heads/*:refs/heads/*",
        ];
        git_commands::run(&to, &args, &[]).await?;
        Ok(id)
    }

    /// Gives somebody `none`, `read`, `triage`, `write`, `maintain` or `admin`.
    pub fn set_permission(&self, repository: impl Into<i64>, login: &str, role: &str) -> Done<()> {
        let repository = repository.into();
        self.place(repository, login, role, None)
    }

    /// Gives somebody a custom role that builds on one of GitHub's own.
    pub fn set_custom_role(
        &self,
        repository: impl Into<i64>,
        login: &str,
        name: &str,
        base: &str,
    ) -> Done<()> {
        let repository = repository.into();
        self.place(repository, login, base, Some(name.to_owned()))
    }

    fn place(
        &self,
        repository: impl Into<i64>,
        login: &str,
        role: &str,
        custom: Option<String>,
    ) -> Done<()> {
        let repository = repository.into();
        let known = Role::parse(role)
            .ok_or_else(|| ApiError::invalid("Collaborator", "permission", "invalid"))?;
        Ok(self.state().change(|world| {
            world.set_role(
                repository,
                login,
                Collaborator {
                    role: known,
                    custom,
                },
            )
        })?)
    }

    /// Renames a repository, or moves it to another account.
    pub fn rename_repository(&self, home: impl Into<i64>, owner: &str, name: &str) -> Done<()> {
        let home = home.into();
        Ok(self
            .state()
            .change(|world| world.rename(home, owner, name, owner))?)
    }

    /// Archives a repository, or takes it out of the archive.
    pub fn archive(&self, home: impl Into<i64>, archived: bool) -> Done<()> {
        let home = home.into();
        Ok(self.state().change(|world| {
            let owner = world.repository(home)?.owner.clone();
            world.set_archived(home, archived, &owner)
        })?)
    }

    /// Says whether the repository's plan has draft pull requests.
    pub fn allow_drafts(&self, home: impl Into<i64>, allowed: bool) -> Done<()> {
        let home = home.into();
        Ok(self
            .state()
            .change(|world| world.repository_mut(home).map(|home| home.drafts = allowed))?)
    }

    /// Makes another branch the one pull requests go to.
    pub fn set_default_branch(&self, home: impl Into<i64>, branch: &str) -> Done<()> {
        let home = home.into();
        Ok(self.state().change(|world| {
            world
                .repository_mut(home)
                .map(|home| branch.clone_into(&mut home.default_branch))
        })?)
    }

    /// Forbids direct pushes to a branch.
    pub fn protect_branch(&self, home: impl Into<i64>, branch: &str) -> Done<()> {
        let home = home.into();
        self.state().change(|world| {
            world
                .repository_mut(home)
                .map(|home| home.protected.insert(branch.to_owned()))
        })?;
        Ok(())
    }

    /// Has a ruleset apply to a branch; one of the same name gives way.
    pub fn set_ruleset(&self, home: impl Into<i64>, draft: RulesetDraft<'_>) -> Done<()> {
        let home = home.into();
        let RulesetDraft {
            name,
            branch,
            rules,
            bypass,
        } = draft;
        self.state().change(|world| {
            let home = world.repository_mut(home)?;
            home.rulesets.retain(|set| set.name != name);
            let id = home.rulesets.iter().map(|set| set.id).max().unwrap_or(100) + 1;
            home.rulesets.push(Ruleset {
                id,
                name: name.to_owned(),
                branch: branch.to_owned(),
                rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
                bypass,
            });
            Ok::<_, ApiError>(())
        })?;
        Ok(())
    }

    /// Commits several files on a branch at once; the branch is made from the default branch when it does not exist.
    pub async fn push_to_branch(
        &self,
        home: impl Into<i64>,
        branch: &str,
        files: &[(&str, &str)],
        by: &str,
    ) -> Done<Sha> {
        let home = home.into();
        self.create_user(by);
        let named: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let message = format!("Change {}", named.join(", "));
        let change = Saying {
            branch,
            by,
            message: &message,
        };
        self.push_saying(home, change, files).await
    }

    /// The same by a commit with a message.
    pub async fn push_saying(
        &self,
        home: impl Into<i64>,
        change: Saying<'_>,
        files: &[(&str, &str)],
    ) -> Done<Sha> {
        let home = home.into();
        let Saying {
            branch,
            by,
            message,
        } = change;
        self.create_user(by);
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Some(text.as_bytes().to_vec())))
            .collect();
        Ok(merging::commit(
            self.state(),
            home,
            Change {
                branch: branch.to_owned(),
                files,
                message: message.to_owned(),
            },
            by,
        )
        .await?)
    }

    /// Points a branch at a commit, as a forced push does; `None` deletes it.
    pub async fn move_branch(
        &self,
        home: impl Into<i64>,
        branch: &str,
        to: Option<&Sha>,
        actor: &str,
    ) -> Done<()> {
        let home = home.into();
        Ok(merging::move_branch(self.state(), home, BranchMove { branch, to }, actor).await?)
    }
}
