//! What people and CI do in a conversation: tick a box, answer on a line, push to a branch, let a job fail.
//!
//! It exists beside `user` so that each file can be read at once. It must never do what GitHub would refuse a person.

use crate::api_error::ApiError;
use crate::git::merging;
use crate::git::merging::Change;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::ids::Sha;
use crate::world::check::{ACTIONS, CheckDraft};
use crate::world::comment::Subject;
use crate::world::content::IssueEdit;

type Done<T> = Result<T, SimulatorError>;

/// How a job of GitHub Actions ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct JobEnd<'a> {
    /// Each step, and how it ended.
    pub steps: &'a [(&'a str, &'a str)],
    /// What it wrote; empty: its log is gone.
    pub log: &'a str,
}

/// Where it is said that a check must be green.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// In the branch's protection.
    Protection,
    /// In a rule set.
    Rules,
}

impl Simulator {
    /// Ticks the box of a task list whose words hold `option`, as a click on the page does: the comment is edited.
    pub fn tick_box(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        actor: &str,
        option: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        let body = self.state().read(|world| {
            world
                .comment(home, comment)
                .map(|comment| comment.body.clone())
        })?;
        let ticked = ticked(&body, option)
            .ok_or_else(|| ApiError::new(422, "There is no such box to tick"))?;
        self.edit_comment(home, comment, actor, &ticked)
    }

    /// Changes the title of an issue or pull request.
    pub fn edit_title(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        title: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.edit_issue(
            home,
            issue,
            IssueEdit {
                title: Some(title.to_owned()),
                ..IssueEdit::default()
            },
            actor,
        )
    }

    /// Changes the text of an issue or pull request.
    pub fn edit_body(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        body: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.edit_issue(
            home,
            issue,
            IssueEdit {
                body: Some(body.to_owned()),
                ..IssueEdit::default()
            },
            actor,
        )
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
                message,
            },
            by,
        )
        .await?)
    }

    /// Marks the thread that begins with a comment on a line as resolved.
    pub fn resolve_thread(&self, home: impl Into<i64>, first: i64) -> Done<()> {
        let home = home.into();
        Ok(self
            .state()
            .change(|world| world.resolve_thread(home, first))?)
    }

    /// Reacts to a comment on a line.
    pub fn react_to_line(
        &self,
        home: impl Into<i64>,
        line: i64,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        let home = home.into();
        self.state()
            .change(|world| world.react(home, Subject::Line(line), content, actor))?;
        Ok(())
    }

    /// Puts the draft mark on a pull request.
    pub fn mark_draft(&self, home: impl Into<i64>, pull: impl Into<i64>, actor: &str) -> Done<()> {
        let (home, pull) = (home.into(), pull.into());
        Ok(self
            .state()
            .change(|world| world.mark_draft(home, pull, actor))?)
    }

    /// Ends a job of GitHub Actions on a commit with its steps and its log; the job is made when it is not under way.
    pub fn finish_check(
        &self,
        home: impl Into<i64>,
        sha: &str,
        (name, conclusion): (&str, &str),
        end: JobEnd<'_>,
    ) -> Done<i64> {
        let home = home.into();
        let by = "github-actions[bot]";
        self.create_bot(by);
        let steps = end
            .steps
            .iter()
            .map(|(step, ended)| ((*step).to_owned(), (*ended).to_owned()))
            .collect();
        let draft = CheckDraft {
            name: Some(name.to_owned()),
            head_sha: sha.to_owned(),
            conclusion: Some(conclusion.to_owned()),
            steps,
            log: (!end.log.is_empty()).then(|| end.log.to_owned()),
            ..CheckDraft::default()
        };
        Ok(self.state().change(|world| {
            let checks = &world.repository(home)?.checks;
            let open = checks
                .iter()
                .find(|c| c.head_sha == sha && c.name == name && c.conclusion.is_none());
            match open.map(|check| check.id) {
                Some(id) => world.update_check(home, id, &draft, by).map(|()| id),
                None => world.create_check(home, ACTIONS, &draft, by),
            }
        })?)
    }

    /// A workflow that could not start, for instance because its file is broken: no job, no check run.
    pub fn fail_to_start(&self, home: impl Into<i64>, sha: &str, name: &str) -> Done<()> {
        let home = home.into();
        let by = "github-actions[bot]";
        self.create_bot(by);
        Ok(self
            .state()
            .change(|world| world.fail_to_start(home, sha, name, by))?)
    }

    /// Says which checks a branch requires before a merge.
    pub fn require_checks(
        &self,
        home: impl Into<i64>,
        branch: &str,
        place: Required,
        names: &[&str],
    ) -> Done<()> {
        let home = home.into();
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.state().change(|world| {
            let required = world
                .repository_mut(home)?
                .required
                .entry(branch.to_owned())
                .or_default();
            match place {
                Required::Protection => required.0 = names,
                Required::Rules => required.1 = names,
            }
            Ok::<_, ApiError>(())
        })?;
        Ok(())
    }
}

/// The text with the first empty box ticked whose line holds the words.
fn ticked(body: &str, option: &str) -> Option<String> {
    let holds = |line: &&str| line.trim_start().starts_with("- [ ] ") && line.contains(option);
    let line = body.lines().find(holds)?;
    let at = body.find(line)?;
    let end = at + line.len();
    Some(format!(
        "{}{}{}",
        &body[..at],
        line.replacen("[ ]", "[x]", 1),
        &body[end..]
    ))
}

#[cfg(test)]
mod tests {
    use super::ticked;

    #[test]
    fn one_box_is_ticked_and_nothing_else() {
        let body = "Which?\n\n- [x] Postgres\n- [ ] SQLite\n- [ ] SQLite in memory\n\n<!-- m -->";
        let expected =
            "Which?\n\n- [x] Postgres\n- [x] SQLite\n- [ ] SQLite in memory\n\n<!-- m -->";
        assert_eq!(ticked(body, "SQLite").as_deref(), Some(expected));
        assert_eq!(ticked(body, "Postgres"), None, "ticked already");
        assert_eq!(ticked(body, "Oracle"), None);
    }
}
