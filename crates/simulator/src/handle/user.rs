//! What people do on this GitHub: open, label, comment, review, push, merge, suspend. Each makes its webhooks.
//!
//! It exists so that demos and tests act as people without HTTP. It must never do what GitHub would refuse a person who may
//! do everything; what it refuses is [`SimulatorError::Refused`].

use crate::api_error::ApiError;
use crate::git::host;
use crate::git::merging;
use crate::git::merging::Change;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::ids::Sha;
use crate::world::account::{Collaborator, Role, UserKind};
use crate::world::check::CheckDraft;
use crate::world::comment::Subject;
use crate::world::content::{IssueDraft, IssueEdit};
use crate::world::pull::PullDraft;
use crate::world::repository::Status;
use crate::world::review::ReviewDraft;

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

impl Simulator {
    /// Makes a person, or gives the one of that login.
    pub fn create_user(&self, login: &str) -> i64 {
        self.state()
            .change(|world| world.create_user(login, UserKind::Person).id)
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
        crate::git::git_commands::run(&to, &args, &[]).await?;
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
        (name, base): (&str, &str),
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

    /// Opens an issue.
    pub fn open_issue(&self, home: impl Into<i64>, author: &str, draft: IssueDraft) -> Done<i64> {
        let home = home.into();
        self.create_user(author);
        Ok(self
            .state()
            .change(|world| world.open_issue(home, author, &draft))?)
    }

    /// Puts a label on; made when it does not exist.
    pub fn label(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        label: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.create_user(actor);
        Ok(self
            .state()
            .change(|world| world.add_labels(home, issue, &[label.to_owned()], actor))?)
    }

    /// Takes a label off.
    pub fn unlabel(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        label: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.create_user(actor);
        Ok(self
            .state()
            .change(|world| world.remove_label(home, issue, label, actor))?)
    }

    /// Comments on an issue or pull request.
    pub fn comment(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
        body: &str,
    ) -> Done<i64> {
        let (home, issue) = (home.into(), issue.into());
        self.create_user(actor);
        Ok(self
            .state()
            .change(|world| world.add_comment(home, issue, actor, body))?)
    }

    /// Replaces a comment's text: their own, or anybody's when they may push.
    pub fn edit_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        actor: &str,
        body: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        Ok(self.state().change(|world| {
            world.may_moderate(home, comment, actor)?;
            world.edit_comment(home, comment, body, actor)
        })?)
    }

    /// Deletes a comment: their own, or anybody's when they may push.
    pub fn delete_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        Ok(self.state().change(|world| {
            world.may_moderate(home, comment, actor)?;
            world.delete_comment(home, comment, actor)
        })?)
    }

    /// Reacts to an issue.
    pub fn react(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.state()
            .change(|world| world.react(home, Subject::Issue(issue), content, actor))?;
        Ok(())
    }

    /// Reacts to a comment.
    pub fn react_to_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        self.state()
            .change(|world| world.react(home, Subject::Comment(comment), content, actor))?;
        Ok(())
    }

    /// Changes title, body, state, labels or assignees of an issue or pull request.
    pub fn edit_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        edit: IssueEdit,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .change(|world| world.edit_issue(home, issue, &edit, actor))?)
    }

    /// Closes an issue or pull request.
    pub fn close_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .change(|world| world.close(home, issue, None, actor))?)
    }

    /// Reopens an issue or pull request.
    pub fn reopen_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .change(|world| world.reopen(home, issue, actor))?)
    }

    /// Locks an issue, so that nobody may comment, or unlocks it.
    pub fn lock_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        locked: bool,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.state().change(|world| {
            world
                .issue_mut(home, issue)
                .map(|issue| issue.locked = locked)
        })?;
        Ok(())
    }

    /// Deletes an issue.
    pub fn delete_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .change(|world| world.delete_issue(home, issue, actor))?)
    }

    /// Moves an issue to another repository; gives its number there.
    pub fn transfer_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        to: impl Into<i64>,
        actor: &str,
    ) -> Done<i64> {
        let (home, issue, to) = (home.into(), issue.into(), to.into());
        Ok(self
            .state()
            .change(|world| world.transfer_issue(home, issue, to, actor))?)
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

    /// Commits one file on a branch; the branch is made from the default branch when it does not exist.
    pub async fn push_file(
        &self,
        home: impl Into<i64>,
        branch: &str,
        (path, text): (&str, &str),
        actor: &str,
    ) -> Done<Sha> {
        let home = home.into();
        self.create_user(actor);
        let files = vec![(path.to_owned(), Some(text.as_bytes().to_vec()))];
        let change = Change {
            branch: branch.to_owned(),
            files,
            message: format!("Change {path}"),
        };
        Ok(merging::commit(self.state(), home, change, actor).await?)
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
        Ok(merging::move_branch(self.state(), home, branch, to, actor).await?)
    }

    /// Opens a pull request as somebody.
    pub async fn open_pull(
        &self,
        home: impl Into<i64>,
        author: &str,
        draft: PullDraft,
    ) -> Done<i64> {
        let home = home.into();
        self.create_user(author);
        Ok(merging::open_pull(self.state(), home, author, &draft).await?)
    }

    /// Takes the draft mark off a pull request.
    pub fn mark_ready(&self, home: impl Into<i64>, pull: impl Into<i64>, actor: &str) -> Done<()> {
        let (home, pull) = (home.into(), pull.into());
        Ok(self
            .state()
            .change(|world| world.mark_ready(home, pull, actor))?)
    }

    /// Reviews a pull request.
    pub fn review(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
        draft: ReviewDraft,
    ) -> Done<i64> {
        let (home, pull) = (home.into(), pull.into());
        self.create_user(actor);
        Ok(self
            .state()
            .change(|world| world.submit_review(home, pull, actor, &draft))?)
    }

    /// Answers a comment on a line.
    pub fn reply_to_line(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
        (line, body): (i64, &str),
    ) -> Done<i64> {
        let (home, pull) = (home.into(), pull.into());
        self.create_user(actor);
        Ok(self
            .state()
            .change(|world| world.reply_line(home, pull, line, actor, body))?)
    }

    /// Merges a pull request; gives the merge commit.
    pub async fn merge(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
    ) -> Done<String> {
        let (home, pull) = (home.into(), pull.into());
        Ok(merging::merge(self.state(), home, pull, actor).await?)
    }

    /// Closes a pull request without merging.
    pub fn close_pull(&self, home: impl Into<i64>, pull: impl Into<i64>, actor: &str) -> Done<()> {
        let (home, pull) = (home.into(), pull.into());
        self.close_issue(home, pull, actor)
    }

    /// Reports a check of the repository's CI: `None` is in progress, otherwise a conclusion such as `success`.
    pub fn set_check(
        &self,
        home: impl Into<i64>,
        sha: &str,
        name: &str,
        conclusion: Option<&str>,
    ) -> Done<()> {
        let home = home.into();
        let (app, by) = ("github-actions", "github-actions[bot]");
        self.create_bot(by);
        let draft = CheckDraft {
            name: Some(name.to_owned()),
            head_sha: sha.to_owned(),
            status: Some(
                if conclusion.is_some() {
                    "completed"
                } else {
                    "in_progress"
                }
                .to_owned(),
            ),
            conclusion: conclusion.map(str::to_owned),
            ..CheckDraft::default()
        };
        self.state().change(|world| {
            let checks = &world.repository(home)?.checks;
            let there = checks
                .iter()
                .find(|c| c.head_sha == sha && c.name == name && c.conclusion.is_none());
            match there.map(|check| check.id) {
                Some(id) => world.update_check(home, id, &draft, by),
                None => world.create_check(home, app, &draft, by).map(drop),
            }
        })?;
        Ok(())
    }

    /// Sets a commit status as somebody.
    pub fn set_status(
        &self,
        home: impl Into<i64>,
        sha: &str,
        (context, state): (&str, &str),
        actor: &str,
    ) -> Done<()> {
        let home = home.into();
        let status = Status {
            id: 0,
            sha: sha.to_owned(),
            state: state.to_owned(),
            context: context.to_owned(),
            description: None,
            target_url: None,
            creator: actor.to_owned(),
            created_at: 0,
        };
        self.state()
            .change(|world| world.create_status(home, status, actor))?;
        Ok(())
    }
}
