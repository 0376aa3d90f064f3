//! Pull requests: opened, edited, made ready, merged.
//!
//! It exists so that people and REST make them by the same rules. It must never run git: what git knows is handed in.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::git::inspect::Comparison;
use crate::world::activity::Activity;
use crate::world::content::{IssueDraft, check_body, check_title};
use crate::world::facts::World;
use crate::world::issue::{Issue, Pull};

/// A pull request to be opened.
#[derive(Debug, Clone, Default)]
pub struct PullDraft {
    /// Title.
    pub title: String,
    /// Body.
    pub body: Option<String>,
    /// `branch` or `owner:branch`.
    pub head: String,
    /// The branch it goes to.
    pub base: String,
    /// Not ready.
    pub draft: bool,
}

/// Where a pull request comes from and goes to, as far as the world knows.
#[derive(Debug, Clone)]
pub struct Ends {
    /// The repository of the head.
    pub head_repository: i64,
    /// The branch without the owner.
    pub head: String,
    /// Its commit.
    pub head_sha: String,
    /// The commit of the base.
    pub base_sha: String,
}

/// Who is asked for a review.
#[derive(Debug, Clone, Default)]
pub struct Reviewers {
    /// People.
    pub logins: Vec<String>,
    /// Teams of the repository's owner, by slug.
    pub teams: Vec<String>,
}

impl World {
    /// Checks all that can be checked without git and finds both ends.
    pub fn find_ends(&self, home: i64, draft: &PullDraft) -> Result<Ends, ApiError> {
        self.writable(home)?;
        check_title("PullRequest", &draft.title)?;
        check_body("PullRequest", draft.body.as_deref().unwrap_or_default())?;
        let repository = self.repository(home)?;
        let (owner, head) = draft
            .head
            .split_once(':')
            .unwrap_or((&repository.owner, &draft.head));
        let source = if owner.eq_ignore_ascii_case(&repository.owner) {
            Some(repository)
        } else {
            self.repositories
                .values()
                .find(|r| r.parent == Some(home) && r.owner.eq_ignore_ascii_case(owner))
        };
        let found = source.and_then(|r| Some((r.id, r.heads.get(head)?.clone())));
        let (head_repository, head_sha) =
            found.ok_or_else(|| ApiError::invalid("PullRequest", "head", "invalid"))?;
        let base = repository.heads.get(&draft.base);
        let base_sha = base
            .ok_or_else(|| ApiError::invalid("PullRequest", "base", "invalid"))?
            .clone();
        if draft.draft && !repository.drafts && on(Rule::DraftPlan) {
            return Err(ApiError::new(
                422,
                "Draft pull requests are not supported in this repository.",
            ));
        }
        let ends = Ends {
            head_repository,
            head: head.to_owned(),
            head_sha,
            base_sha,
        };
        if self.open_pull_for(home, &ends, &draft.base).is_some() && on(Rule::PullTaken) {
            let message = format!("A pull request already exists for {owner}:{head}.");
            return Err(ApiError::custom("PullRequest", None, &message));
        }
        Ok(ends)
    }

    fn open_pull_for(&self, home: i64, ends: &Ends, base: &str) -> Option<i64> {
        let same = |p: &Pull| {
            p.head_repository == ends.head_repository && p.head == ends.head && p.base == base
        };
        let mut issues = self.repositories.get(&home)?.issues.values();
        issues
            .find(|issue| issue.open && issue.pull.as_ref().is_some_and(same))
            .map(|issue| issue.number)
    }

    /// Opens the pull request and gives its number. `found` may be older than now: it is checked again.
    pub fn open_pull(
        &mut self,
        home: i64,
        author: &str,
        draft: &PullDraft,
        seen: &Comparison,
    ) -> Result<i64, ApiError> {
        let ends = self.find_ends(home, draft)?;
        if seen.commits == 0 && on(Rule::PullEmpty) {
            let message = format!("No commits between {} and {}", draft.base, draft.head);
            return Err(ApiError::custom("PullRequest", None, &message));
        }
        let text = IssueDraft {
            title: draft.title.clone(),
            body: draft.body.clone(),
            ..IssueDraft::default()
        };
        let number = self.place_issue(home, author, &text)?;
        let id = self.next_id();
        self.issue_mut(home, number)?.pull = Some(Pull {
            id,
            head_repository: ends.head_repository,
            head: ends.head,
            head_sha: ends.head_sha,
            base: draft.base.clone(),
            base_sha: ends.base_sha,
            draft: draft.draft,
            merged: None,
            reviewers: Vec::new(),
            teams: Vec::new(),
            reviews: Vec::new(),
            review_comments: Vec::new(),
            comparison: seen.clone(),
        });
        self.tell(home, number, Activity::new("opened", author))?;
        self.refer(home, number, author)?;
        Ok(number)
    }

    /// Writes into the issues a pull request closes that it refers to them.
    fn refer(&mut self, home: i64, number: i64, by: &str) -> Result<(), ApiError> {
        for issue in self.closes(home, number) {
            let repository = self.repository(home)?;
            let source = json!({ "type": "issue", "issue": self.issue_json(repository, self.issue(home, number)?) });
            self.note(
                home,
                issue,
                Activity::new("cross-referenced", by).with(json!({ "source": source })),
            )?;
        }
        Ok(())
    }

    /// The issues of the same repository that a pull request says it closes (`Closes #12`). One that does not go to the
    /// default branch closes none.
    pub fn closes(&self, home: i64, number: i64) -> Vec<i64> {
        let (Ok((issue, pull)), Ok(repository)) = (self.pull(home, number), self.repository(home))
        else {
            return Vec::new();
        };
        if pull.base != repository.default_branch && on(Rule::PullClosesIssues) {
            return Vec::new();
        }
        let numbers = closing_numbers(issue.body.as_deref().unwrap_or_default());
        numbers
            .into_iter()
            .filter(|n| *n != number && self.issue(home, *n).is_ok())
            .collect()
    }

    /// The pull request with that number; an issue is 404.
    pub fn pull(&self, home: i64, number: i64) -> Result<(&Issue, &Pull), ApiError> {
        let issue = self.issue(home, number)?;
        issue
            .pull
            .as_ref()
            .map(|pull| (issue, pull))
            .ok_or_else(ApiError::not_found)
    }

    /// The same, to be changed.
    pub fn pull_mut(&mut self, home: i64, number: i64) -> Result<&mut Pull, ApiError> {
        self.issue_mut(home, number)?
            .pull
            .as_mut()
            .ok_or_else(ApiError::not_found)
    }

    /// Takes the draft mark off.
    pub fn mark_ready(&mut self, home: i64, number: i64, by: &str) -> Result<(), ApiError> {
        let pull = self.pull_mut(home, number)?;
        if !std::mem::replace(&mut pull.draft, false) {
            return Ok(());
        }
        self.note(home, number, Activity::new("ready_for_review", by))?;
        self.tell(home, number, Activity::new("ready_for_review", by))
    }

    /// Puts the draft mark on.
    pub fn mark_draft(&mut self, home: i64, number: i64, by: &str) -> Result<(), ApiError> {
        let pull = self.pull_mut(home, number)?;
        if std::mem::replace(&mut pull.draft, true) {
            return Ok(());
        }
        self.note(home, number, Activity::new("convert_to_draft", by))?;
        self.tell(home, number, Activity::new("converted_to_draft", by))
    }

    /// Lets it go to another branch.
    pub fn retarget(
        &mut self,
        home: i64,
        number: i64,
        base: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        let sha = self.repository(home)?.heads.get(base).cloned();
        let sha = sha.ok_or_else(|| ApiError::invalid("PullRequest", "base", "invalid"))?;
        let (issue, pull) = self.pull(home, number)?;
        if pull.base == base {
            return Ok(());
        }
        if !issue.open && on(Rule::BaseOfClosed) {
            let message = "Cannot change the base branch of a closed pull request.";
            return Err(ApiError::custom("PullRequest", Some("base"), message));
        }
        if self.stack_of(home, number).is_some() && on(Rule::BaseInStack) {
            let message =
                "Cannot change the base branch because the pull request is part of a stack.";
            return Err(ApiError::custom("PullRequest", Some("base"), message));
        }
        let pull = self.pull_mut(home, number)?;
        let old = std::mem::replace(&mut pull.base, base.to_owned());
        let old_sha = std::mem::replace(&mut pull.base_sha, sha);
        let from = json!({ "ref": { "from": old }, "sha": { "from": old_sha } });
        let changes = json!({ "changes": { "base": from } });
        self.tell(home, number, Activity::new("edited", by).with(changes))
    }

    /// Asks people and teams to look.
    pub fn ask_reviewers(
        &mut self,
        home: i64,
        number: i64,
        asked: &Reviewers,
        by: &str,
    ) -> Result<(), ApiError> {
        self.check_reviewers(home, number, asked)?;
        let Reviewers { logins, teams } = asked;
        let owner = self.repository(home)?.owner.clone();
        for team in teams {
            let pull = self.pull_mut(home, number)?;
            if !pull.teams.contains(team) {
                pull.teams.push(team.clone());
                let who = json!({ "requested_team": self.team_json(&owner, team) });
                self.tell_of_request((home, number), who, by)?;
            }
        }
        for login in logins {
            let pull = self.pull_mut(home, number)?;
            if !pull.reviewers.contains(login) {
                pull.reviewers.push(login.clone());
                let who = json!({ "requested_reviewer": self.user_json(login) });
                self.tell_of_request((home, number), who, by)?;
            }
        }
        Ok(())
    }

    /// Refuses all when one cannot be asked.
    fn check_reviewers(
        &self,
        home: i64,
        number: i64,
        Reviewers { logins, teams }: &Reviewers,
    ) -> Result<(), ApiError> {
        let author = self.pull(home, number)?.0.author.clone();
        if logins
            .iter()
            .any(|login| login.eq_ignore_ascii_case(&author))
        {
            return Err(ApiError::new(
                422,
                "Review cannot be requested from pull request author.",
            ));
        }
        let repository = self.repository(home)?;
        let placed = |login: &String| {
            let collaborates = repository
                .collaborators
                .contains_key(&login.to_ascii_lowercase());
            collaborates && self.user(login).is_some()
        };
        let known = |team: &String| self.has_team((&repository.owner, team));
        if !(logins.iter().all(placed) && teams.iter().all(known)) && on(Rule::ReviewerPlace) {
            let message = "Reviews may only be requested from collaborators.";
            return Err(ApiError::new(
                422,
                &format!(
                    "{message} One or more of the users or teams you specified is not a collaborator of the {} repository.",
                    repository.full_name()
                ),
            ));
        }
        Ok(())
    }

    fn tell_of_request(
        &mut self,
        (home, number): (i64, i64),
        who: Value,
        by: &str,
    ) -> Result<(), ApiError> {
        let asked = || Activity::new("review_requested", by).with(who.clone());
        self.note(home, number, asked())?;
        self.tell(home, number, asked())
    }

    /// Records a merge that git has made: the request and the issues it closes are closed.
    pub fn record_merge(
        &mut self,
        home: i64,
        number: i64,
        commit: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        let now = self.now();
        self.pull_mut(home, number)?.merged = Some((by.to_owned(), now, commit.to_owned()));
        let issue = self.issue_mut(home, number)?;
        issue.open = false;
        issue.closed_at = Some(now);
        self.note(
            home,
            number,
            Activity::new("merged", by).with(json!({ "commit_id": commit })),
        )?;
        self.note(home, number, Activity::new("closed", by))?;
        self.tell(home, number, Activity::new("closed", by))?;
        for closed in self
            .closes(home, number)
            .into_iter()
            .filter(|_| on(Rule::PullClosesIssues))
        {
            self.close(home, closed, Some("completed"), by)?;
        }
        Ok(())
    }
}

/// The numbers behind `close`, `fix` and `resolve` in all their forms.
fn closing_numbers(body: &str) -> Vec<i64> {
    const WORDS: [&str; 9] = [
        "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
    ];
    let words: Vec<&str> = body.split_whitespace().collect();
    let mut numbers = Vec::new();
    for pair in words.windows(2) {
        let verb = pair[0].trim_end_matches(':').to_ascii_lowercase();
        let digits: String = pair[1]
            .chars()
            .skip(1)
            .take_while(char::is_ascii_digit)
            .collect();
        let number = digits
            .parse()
            .ok()
            .filter(|_| pair[1].starts_with('#') && WORDS.contains(&verb.as_str()));
        numbers.extend(number.filter(|n| !numbers.contains(n)));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::closing_numbers;

    #[test]
    fn finds_what_a_body_closes() {
        assert_eq!(
            closing_numbers("Closes #12.\n\nfixes: #3, see #4 and close #12"),
            [12, 3]
        );
        assert_eq!(
            closing_numbers("encloses #12, Closes 5, Closes #"),
            [0_i64; 0]
        );
    }
}
