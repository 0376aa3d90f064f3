//! What an issue may say about the work on it and what its people are told, as far as the operator wishes: one value that goes from the configuration to the
//! policy as a whole.

use serde::{Deserialize, Serialize};

use super::auto_start::AutoStart;
use super::command::Priority;
use super::discovery::Discover;
use super::gated_pulls::GatedPulls;
use super::glob;
use super::ids::RepositoryName;
use super::notifications::Notifications;
use super::outsider::Outsiders;
use super::overlap::OnOverlap;
use super::recurring::Recur;
use super::role::RoleRules;
use super::starter::WhoStarts;
use super::vocabulary::Vocabulary;

/// The wishes. [`IssueRules::default`] is what holds when nobody says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRules {
    /// What says its role, besides labels and commands.
    pub roles: RoleRules,
    /// The prefix of labels and the word of commands.
    pub words: Vocabulary,
    /// Which issues start by themselves.
    pub auto_start: AutoStart,
    /// Who may start work.
    pub who_starts: WhoStarts,
    /// Which pull requests must belong to an issue.
    #[serde(default)]
    pub pull_gate: GatedPulls,
    /// How often people are notified.
    #[serde(default)]
    pub notifications: Notifications,
    /// What becomes of comments by people without write access.
    #[serde(default)]
    pub outsiders: Outsiders,
    /// What is done where work on two issues probably changes the same files.
    #[serde(default)]
    pub overlaps: OnOverlap,
    /// What becomes of what sessions find besides their task.
    #[serde(default)]
    pub discover: Discover,
    /// What becomes of the work that repositories' own files ask for again and again.
    #[serde(default)]
    pub recurring: Recur,
    /// Whether a repository without a policy of its own gets a pull request that proposes one, once.
    #[serde(default)]
    pub onboarding: bool,
    /// Whether work begins on the branch of the one issue that it waits for, once that one's pull request is in review.
    #[serde(default)]
    pub stack: bool,
    /// Whether the status comment is pinned to the top of its issue, where nothing else is.
    pub pin_status: bool,
    /// Whether the head of a pull request carries the check run that says how its session stands.
    #[serde(default)]
    pub session_check: bool,
    /// Repositories in which a person has to agree to each start: globs over `owner/name`, without regard to case.
    #[serde(default)]
    pub approvals: Vec<String>,
    /// Repositories and people for whom nothing is done: globs over `owner/name`, and logins behind an `@`, without regard to case.
    #[serde(default)]
    pub off: Vec<String>,
    /// The name of the issue field that says how soon; none where labels alone do.
    #[serde(default)]
    pub priority_field: Option<String>,
    /// The file by which a repository says whether work may start there: a path on its default branch.
    #[serde(default)]
    pub status_file: Option<String>,
    /// Where people reach the dashboard, without a slash at the end; `None` where they do not.
    #[serde(default)]
    pub dashboard: Option<String>,
}

impl IssueRules {
    /// Whether a person has to agree to each start in a repository.
    pub fn needs_approval(&self, repository: &RepositoryName) -> bool {
        is_named(&self.approvals, repository)
    }

    /// Whether the operator switched skep off for a repository.
    pub fn is_off(&self, repository: &RepositoryName) -> bool {
        is_named(&self.off, repository)
    }

    /// Whether the operator switched skep off for a person.
    pub fn is_off_for(&self, login: &str) -> bool {
        let mut people = self.off.iter().filter_map(|one| one.strip_prefix('@'));
        people.any(|one| one.eq_ignore_ascii_case(login))
    }

    /// How soon an issue's fields say: each by its name, with the name of its option or its text.
    pub fn field_priority(&self, fields: &[(String, String)]) -> Option<Priority> {
        let wanted = self.priority_field.as_ref()?;
        let field = |(name, _): &&(String, String)| name.eq_ignore_ascii_case(wanted);
        let (_, value) = fields.iter().find(field)?;
        match value.trim().to_ascii_lowercase().as_str() {
            "urgent" | "critical" | "highest" | "high" | "p0" | "p1" => Some(Priority::High),
            "medium" | "normal" | "p2" => Some(Priority::Medium),
            "low" | "lowest" | "p3" | "p4" => Some(Priority::Low),
            _ => None,
        }
    }
}

/// Whether one of these globs is over a repository's whole name.
fn is_named(globs: &[String], repository: &RepositoryName) -> bool {
    let name = repository.to_string().to_ascii_lowercase();
    let is_meant = |glob: &String| glob::matches(&glob.to_ascii_lowercase(), &name);
    globs.iter().any(is_meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_meant_by_their_whole_name() {
        let rules = IssueRules {
            approvals: vec!["octo/*".into(), "Ana/Garden".into()],
            ..IssueRules::default()
        };
        let needs = |name: &str| rules.needs_approval(&name.parse().expect("a name"));
        assert!(needs("Octo/hello") && needs("ana/garden"));
        assert!(!needs("ana/garden2") && !needs("octopus/hello"));
        assert!(!IssueRules::default().needs_approval(&"octo/hello".parse().expect("a name")));
    }

    #[test]
    fn what_is_off_is_meant_by_its_name() {
        let rules = IssueRules {
            off: vec!["octo/*".into(), "@Eve".into()],
            ..IssueRules::default()
        };
        let off = |name: &str| rules.is_off(&name.parse().expect("a name"));
        assert!(off("Octo/hello") && !off("ana/garden") && !off("eve/garden"));
        assert!(
            rules.is_off_for("eve") && !rules.is_off_for("octo") && !rules.is_off_for("evelyn")
        );
    }

    #[test]
    fn a_field_says_how_soon_in_the_words_people_use() {
        let rules = IssueRules {
            priority_field: Some("priority".into()),
            ..IssueRules::default()
        };
        let says = |value: &str| rules.field_priority(&[("Priority".into(), value.into())]);
        assert_eq!(says("Urgent"), Some(Priority::High));
        assert_eq!(says(" P2"), Some(Priority::Medium));
        assert_eq!(says("low"), Some(Priority::Low));
        assert_eq!(says("whenever"), None);
        assert_eq!(
            rules.field_priority(&[("Effort".into(), "High".into())]),
            None
        );
        assert_eq!(
            IssueRules::default().field_priority(&[("Priority".into(), "High".into())]),
            None
        );
    }
}
