//! The people of a role: who is assigned to an issue when a session of the role begins, and who is asked for a review of its
//! pull request. Only the operator says; a repository's file must never make people's inboxes ring.

use serde::{Deserialize, Serialize};

/// Who they are, as the operator wrote it. A set: nobody is asked twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Logins that are assigned to the issue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<String>,
    /// Logins, and teams as `org/team`, that are asked for a review.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviewers: Vec<String>,
}

impl People {
    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.assignees.is_empty() && self.reviewers.is_empty()
    }

    /// Whether this person is assigned by the role. Logins have no letter case.
    pub fn assigns(&self, login: &str) -> bool {
        let same = |other: &String| other.eq_ignore_ascii_case(login);
        self.assignees.iter().any(same)
    }

    /// Whom to ask for a review in a repository of `owner`: logins, without the author's, and slugs of teams. A team belongs to
    /// one organization, and in others' repositories there is none of it to ask.
    pub fn to_ask(&self, owner: &str, author: &str) -> (Vec<String>, Vec<String>) {
        let (mut logins, mut teams) = (Vec::new(), Vec::new());
        for name in &self.reviewers {
            match name.split_once('/') {
                Some((org, team)) if org.eq_ignore_ascii_case(owner) => teams.push(team.to_owned()),
                Some(_) => {}
                None if name.eq_ignore_ascii_case(author) => {}
                None => logins.push(name.clone()),
            }
        }
        (logins, teams)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_is_asked_at_home_and_the_author_never() {
        let people = People {
            assignees: vec!["Ana".into()],
            reviewers: ["ana", "octo/core", "other/core", "Skep[bot]"]
                .map(str::to_owned)
                .to_vec(),
        };
        let asked = people.to_ask("Octo", "skep[bot]");
        assert_eq!(asked, (vec!["ana".to_owned()], vec!["core".to_owned()]));
        assert!(people.assigns("ana") && !people.assigns("ben"));
        assert!(!people.is_empty() && People::default().is_empty());
    }
}
