//! Who is notified of what somebody did, and why: GitHub's mails, for people whose settings are as they were at the start.
//!
//! It exists so that a test counts what lands in people's inboxes. Nobody watches a repository here; edits, labels, reactions,
//! check runs and pushes notify nobody.
//! <https://docs.github.com/account-and-profile/managing-subscriptions-and-notifications-on-github/setting-up-notifications/about-notifications>

use std::collections::BTreeSet;

use serde_json::Value;

use super::account::UserKind;
use super::activity::Activity;
use super::facts::World;
use super::issue::Issue;
use super::notice::Notice;

/// What notifies everybody who takes part.
const TELLING: [&str; 6] = [
    "opened",
    "closed",
    "reopened",
    "created",
    "submitted",
    "merged",
];

impl World {
    /// Writes down who is notified of an activity on an issue or a pull request.
    pub(super) fn notify(
        &mut self,
        (home, number): (i64, i64),
        event: &str,
        activity: &Activity<'_>,
    ) {
        let Ok(issue) = self.issue(home, number) else {
            return;
        };
        let words = words_of(issue, &activity.details);
        let told: Vec<(String, &'static str)> = match activity.action {
            "assigned" => login(&activity.details["assignee"], "assign"),
            "review_requested" => {
                let asked = login(&activity.details["requested_reviewer"], "review_requested");
                let team = self.team_of(home, &activity.details["requested_team"]);
                let team = team.into_iter().map(|login| (login, "review_requested"));
                asked.into_iter().chain(team).collect()
            }
            action if TELLING.contains(&action) => taking_part(issue, &words),
            _ => Vec::new(),
        };
        for (to, reason) in told {
            let known = self.user(&to).filter(|user| user.kind != UserKind::Bot);
            let Some(to) = known.map(|user| user.login.clone()) else {
                continue;
            };
            if to.eq_ignore_ascii_case(activity.by) {
                continue;
            }
            self.notices.push(Notice {
                repository: home,
                number,
                to,
                reason,
                about: format!("{event}.{}", activity.action),
                by: activity.by.to_owned(),
                words: words.clone(),
            });
        }
    }
}

impl World {
    /// Who belongs to a team of the repository's owner.
    fn team_of(&self, home: i64, team: &Value) -> Vec<String> {
        let owner = self.repository(home).map(|home| home.owner.clone());
        match (owner, team["slug"].as_str()) {
            (Ok(owner), Some(slug)) => self.members((&owner, slug)),
            _ => Vec::new(),
        }
    }
}

fn login(who: &Value, reason: &'static str) -> Vec<(String, &'static str)> {
    let login = who["login"].as_str().map(str::to_owned);
    login.map(|login| (login, reason)).into_iter().collect()
}

/// What the mail says: the new words, or the issue's own.
fn words_of(issue: &Issue, details: &Value) -> String {
    let new = ["comment", "review"].map(|what| details[what]["body"].as_str());
    let own = issue.body.as_deref().unwrap_or_default();
    let new = new.into_iter().flatten().next();
    new.unwrap_or(own).to_owned()
}

/// Everybody who takes part in a thread, each once, with the best reason.
fn taking_part(issue: &Issue, words: &str) -> Vec<(String, &'static str)> {
    let mut told: Vec<(String, &'static str)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |login: &str, reason| {
        if seen.insert(login.to_ascii_lowercase()) {
            told.push((login.to_owned(), reason));
        }
    };
    for login in mentioned(words) {
        add(login, "mention");
    }
    add(&issue.author, "author");
    for login in &issue.assignees {
        add(login, "assign");
    }
    for comment in &issue.comments {
        add(&comment.author, "comment");
    }
    if let Some(pull) = &issue.pull {
        for login in &pull.reviewers {
            add(login, "review_requested");
        }
        for review in &pull.reviews {
            add(&review.author, "comment");
        }
    }
    let said = issue.comments.iter().map(|comment| comment.body.as_str());
    for text in said.chain(issue.body.as_deref()) {
        for login in mentioned(text) {
            add(login, "subscribed");
        }
    }
    told
}

/// The logins behind `@`.
fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.split('@').skip(1).filter_map(move |rest| {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        rest.get(..end).filter(|login| !login.is_empty())
    })
}
