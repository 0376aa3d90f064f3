//! What people do on this GitHub: open, label, comment, review, push, merge, suspend. Each makes its webhooks.
//!
//! It exists so that demos and tests act as people without HTTP. It must never do what GitHub would refuse a person who may
//! do everything; what it refuses is [`SimulatorError::Refused`].

use super::merging::{self, Change};
use super::refusal::Refusal;
use super::world::account::{Collaborator, Role, UserKind};
use super::world::check::CheckDraft;
use super::world::comment::Subject;
use super::world::repository::Status;
use super::world::{IssueDraft, IssueEdit, PullDraft, ReviewDraft};
use super::{Simulator, SimulatorError, git_host};
use crate::core::ids::{CommentId, IssueNumber, RepositoryId, Sha, UserId};

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
    pub fn create_user(&self, login: &str) -> UserId {
        UserId(
            self.hub()
                .change(|world| world.create_user(login, UserKind::Person).id),
        )
    }

    /// Makes another bot.
    pub fn create_bot(&self, login: &str) -> UserId {
        UserId(
            self.hub()
                .change(|world| world.create_user(login, UserKind::Bot).id),
        )
    }

    /// Makes a public repository with `main` and one commit of these files; the App is installed on it.
    pub async fn create_repository(
        &self,
        owner: &str,
        name: &str,
        files: &[(&str, &str)],
    ) -> Done<RepositoryId> {
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
    pub async fn seed_repository(&self, seed: RepositorySeed<'_>) -> Done<RepositoryId> {
        let hub = self.hub();
        let root = self.inner.data_dir.clone();
        let (id, dir) = hub.change(|world| {
            let id = world.create_repository(seed.owner, seed.name, &root)?;
            let home = world.repository_mut(id)?;
            home.private = seed.private;
            seed.default_branch.clone_into(&mut home.default_branch);
            Ok::<_, Refusal>((id, home.git_dir.clone()))
        })?;
        git_host::init_repository(&dir, seed.default_branch).await?;
        if !seed.files.is_empty() {
            let files = seed
                .files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), Some(text.as_bytes().to_vec())));
            let (branch, message) = (seed.default_branch.to_owned(), "Begin".to_owned());
            merging::commit(
                hub,
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
        Ok(RepositoryId(id))
    }

    /// Forks a repository to another account.
    pub async fn fork(&self, repository: RepositoryId, owner: &str) -> Done<RepositoryId> {
        let (hub, root) = (self.hub(), self.inner.data_dir.clone());
        let (from, to, id) = hub.change(|world| {
            let parent = world.repository(repository.0)?.clone();
            let id = world.create_repository(owner, &parent.name, &root)?;
            let fork = world.repository_mut(id)?;
            fork.parent = Some(parent.id);
            fork.heads = parent.heads;
            fork.default_branch = parent.default_branch;
            Ok::<_, Refusal>((parent.git_dir, fork.git_dir.clone(), id))
        })?;
        let branch =
            hub.look(|world| world.repository(id).map(|fork| fork.default_branch.clone()))?;
        git_host::init_repository(&to, &branch).await?;
        let args = [
            "fetch",
            "--quiet",
            &from.to_string_lossy(),
            "+refs/heads/*:refs/heads/*",
        ];
        super::plumbing::run(&to, &args, &[]).await?;
        Ok(RepositoryId(id))
    }

    /// Gives somebody `none`, `read`, `triage`, `write`, `maintain` or `admin`.
    pub fn set_permission(&self, repository: RepositoryId, login: &str, role: &str) -> Done<()> {
        self.place(repository, login, role, None)
    }

    /// Gives somebody a custom role that builds on one of GitHub's own.
    pub fn set_custom_role(
        &self,
        repository: RepositoryId,
        login: &str,
        (name, base): (&str, &str),
    ) -> Done<()> {
        self.place(repository, login, base, Some(name.to_owned()))
    }

    fn place(
        &self,
        repository: RepositoryId,
        login: &str,
        role: &str,
        custom: Option<String>,
    ) -> Done<()> {
        let known = Role::parse(role)
            .ok_or_else(|| Refusal::invalid("Collaborator", "permission", "invalid"))?;
        Ok(self.hub().change(|world| {
            world.set_role(
                repository.0,
                login,
                Collaborator {
                    role: known,
                    custom,
                },
            )
        })?)
    }

    /// Opens an issue.
    pub fn open_issue(
        &self,
        home: RepositoryId,
        author: &str,
        draft: IssueDraft,
    ) -> Done<IssueNumber> {
        self.create_user(author);
        Ok(IssueNumber(self.hub().change(|world| {
            world.open_issue(home.0, author, &draft)
        })?))
    }

    /// Puts a label on; made when it does not exist.
    pub fn label(
        &self,
        home: RepositoryId,
        issue: IssueNumber,
        label: &str,
        actor: &str,
    ) -> Done<()> {
        self.create_user(actor);
        Ok(self
            .hub()
            .change(|world| world.add_labels(home.0, issue.0, &[label.to_owned()], actor))?)
    }

    /// Takes a label off.
    pub fn unlabel(
        &self,
        home: RepositoryId,
        issue: IssueNumber,
        label: &str,
        actor: &str,
    ) -> Done<()> {
        self.create_user(actor);
        Ok(self
            .hub()
            .change(|world| world.remove_label(home.0, issue.0, label, actor))?)
    }

    /// Comments on an issue or pull request.
    pub fn comment(
        &self,
        home: RepositoryId,
        issue: IssueNumber,
        actor: &str,
        body: &str,
    ) -> Done<CommentId> {
        self.create_user(actor);
        Ok(CommentId(self.hub().change(|world| {
            world.add_comment(home.0, issue.0, actor, body)
        })?))
    }

    /// Replaces a comment's text: their own, or anybody's when they may push.
    pub fn edit_comment(
        &self,
        home: RepositoryId,
        comment: CommentId,
        actor: &str,
        body: &str,
    ) -> Done<()> {
        Ok(self.hub().change(|world| {
            world.may_moderate(home.0, comment.0, actor)?;
            world.edit_comment(home.0, comment.0, body, actor)
        })?)
    }

    /// Deletes a comment: their own, or anybody's when they may push.
    pub fn delete_comment(&self, home: RepositoryId, comment: CommentId, actor: &str) -> Done<()> {
        Ok(self.hub().change(|world| {
            world.may_moderate(home.0, comment.0, actor)?;
            world.delete_comment(home.0, comment.0, actor)
        })?)
    }

    /// Reacts to an issue.
    pub fn react(
        &self,
        home: RepositoryId,
        issue: IssueNumber,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        self.hub()
            .change(|world| world.react(home.0, Subject::Issue(issue.0), content, actor))?;
        Ok(())
    }

    /// Reacts to a comment.
    pub fn react_to_comment(
        &self,
        home: RepositoryId,
        comment: CommentId,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        self.hub()
            .change(|world| world.react(home.0, Subject::Comment(comment.0), content, actor))?;
        Ok(())
    }

    /// Changes title, body, state, labels or assignees of an issue or pull request.
    pub fn edit_issue(
        &self,
        home: RepositoryId,
        issue: IssueNumber,
        edit: IssueEdit,
        actor: &str,
    ) -> Done<()> {
        Ok(self
            .hub()
            .change(|world| world.edit_issue(home.0, issue.0, &edit, actor))?)
    }

    /// Closes an issue or pull request.
    pub fn close_issue(&self, home: RepositoryId, issue: IssueNumber, actor: &str) -> Done<()> {
        Ok(self
            .hub()
            .change(|world| world.close(home.0, issue.0, None, actor))?)
    }

    /// Reopens an issue or pull request.
    pub fn reopen_issue(&self, home: RepositoryId, issue: IssueNumber, actor: &str) -> Done<()> {
        Ok(self
            .hub()
            .change(|world| world.reopen(home.0, issue.0, actor))?)
    }

    /// Locks an issue, so that nobody may comment, or unlocks it.
    pub fn lock_issue(&self, home: RepositoryId, issue: IssueNumber, locked: bool) -> Done<()> {
        self.hub().change(|world| {
            world
                .issue_mut(home.0, issue.0)
                .map(|issue| issue.locked = locked)
        })?;
        Ok(())
    }

    /// Deletes an issue.
    pub fn delete_issue(&self, home: RepositoryId, issue: IssueNumber, actor: &str) -> Done<()> {
        Ok(self
            .hub()
            .change(|world| world.delete_issue(home.0, issue.0, actor))?)
    }

    /// Moves an issue to another repository; gives its number there.
    pub fn transfer_issue(
        &self,
        home: RepositoryId,
        issue: IssueNumber,
        to: RepositoryId,
        actor: &str,
    ) -> Done<IssueNumber> {
        Ok(IssueNumber(self.hub().change(|world| {
            world.transfer_issue(home.0, issue.0, to.0, actor)
        })?))
    }

    /// Renames a repository, or moves it to another account.
    pub fn rename_repository(&self, home: RepositoryId, owner: &str, name: &str) -> Done<()> {
        Ok(self
            .hub()
            .change(|world| world.rename(home.0, owner, name, owner))?)
    }

    /// Archives a repository, or takes it out of the archive.
    pub fn archive(&self, home: RepositoryId, archived: bool) -> Done<()> {
        Ok(self.hub().change(|world| {
            let owner = world.repository(home.0)?.owner.clone();
            world.set_archived(home.0, archived, &owner)
        })?)
    }

    /// Says whether the repository's plan has draft pull requests.
    pub fn allow_drafts(&self, home: RepositoryId, allowed: bool) -> Done<()> {
        Ok(self.hub().change(|world| {
            world
                .repository_mut(home.0)
                .map(|home| home.drafts = allowed)
        })?)
    }

    /// Makes another branch the one pull requests go to.
    pub fn set_default_branch(&self, home: RepositoryId, branch: &str) -> Done<()> {
        Ok(self.hub().change(|world| {
            world
                .repository_mut(home.0)
                .map(|home| branch.clone_into(&mut home.default_branch))
        })?)
    }

    /// Forbids direct pushes to a branch.
    pub fn protect_branch(&self, home: RepositoryId, branch: &str) -> Done<()> {
        self.hub().change(|world| {
            world
                .repository_mut(home.0)
                .map(|home| home.protected.insert(branch.to_owned()))
        })?;
        Ok(())
    }

    /// Commits one file on a branch; the branch is made from the default branch when it does not exist.
    pub async fn push_file(
        &self,
        home: RepositoryId,
        branch: &str,
        (path, text): (&str, &str),
        actor: &str,
    ) -> Done<Sha> {
        self.create_user(actor);
        let files = vec![(path.to_owned(), Some(text.as_bytes().to_vec()))];
        let change = Change {
            branch: branch.to_owned(),
            files,
            message: format!("Change {path}"),
        };
        Ok(merging::commit(self.hub(), home.0, change, actor).await?)
    }

    /// Points a branch at a commit, as a forced push does; `None` deletes it.
    pub async fn move_branch(
        &self,
        home: RepositoryId,
        branch: &str,
        to: Option<&Sha>,
        actor: &str,
    ) -> Done<()> {
        Ok(merging::move_branch(self.hub(), home.0, branch, to, actor).await?)
    }

    /// Opens a pull request as somebody.
    pub async fn open_pull(
        &self,
        home: RepositoryId,
        author: &str,
        draft: PullDraft,
    ) -> Done<IssueNumber> {
        self.create_user(author);
        Ok(IssueNumber(
            merging::open_pull(self.hub(), home.0, author, &draft).await?,
        ))
    }

    /// Takes the draft mark off a pull request.
    pub fn mark_ready(&self, home: RepositoryId, pull: IssueNumber, actor: &str) -> Done<()> {
        Ok(self
            .hub()
            .change(|world| world.mark_ready(home.0, pull.0, actor))?)
    }

    /// Reviews a pull request.
    pub fn review(
        &self,
        home: RepositoryId,
        pull: IssueNumber,
        actor: &str,
        draft: ReviewDraft,
    ) -> Done<i64> {
        self.create_user(actor);
        Ok(self
            .hub()
            .change(|world| world.submit_review(home.0, pull.0, actor, &draft))?)
    }

    /// Answers a comment on a line.
    pub fn reply_to_line(
        &self,
        home: RepositoryId,
        pull: IssueNumber,
        actor: &str,
        (line, body): (i64, &str),
    ) -> Done<i64> {
        self.create_user(actor);
        Ok(self
            .hub()
            .change(|world| world.reply_line(home.0, pull.0, line, actor, body))?)
    }

    /// Merges a pull request; gives the merge commit.
    pub async fn merge(&self, home: RepositoryId, pull: IssueNumber, actor: &str) -> Done<String> {
        Ok(merging::merge(self.hub(), home.0, pull.0, actor).await?)
    }

    /// Closes a pull request without merging.
    pub fn close_pull(&self, home: RepositoryId, pull: IssueNumber, actor: &str) -> Done<()> {
        self.close_issue(home, pull, actor)
    }

    /// Reports a check of the repository's CI: `None` is in progress, otherwise a conclusion such as `success`.
    pub fn set_check(
        &self,
        home: RepositoryId,
        sha: &str,
        name: &str,
        conclusion: Option<&str>,
    ) -> Done<()> {
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
        self.hub().change(|world| {
            let checks = &world.repository(home.0)?.checks;
            let there = checks
                .iter()
                .find(|c| c.head_sha == sha && c.name == name && c.conclusion.is_none());
            match there.map(|check| check.id) {
                Some(id) => world.update_check(home.0, id, &draft, by),
                None => world.create_check(home.0, app, &draft, by).map(drop),
            }
        })?;
        Ok(())
    }

    /// Sets a commit status as somebody.
    pub fn set_status(
        &self,
        home: RepositoryId,
        sha: &str,
        (context, state): (&str, &str),
        actor: &str,
    ) -> Done<()> {
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
        self.hub()
            .change(|world| world.create_status(home.0, status, actor))?;
        Ok(())
    }
}
