//! Why a session failed, as one stable word for machines. A word of an older version reads back as it was.

use serde::{Deserialize, Serialize};

use crate::agent::ErrorClass;
use crate::effect::EffectKind;

/// Why a session failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum FailureClass {
    /// Its agent, or the agent's model.
    Agent(ErrorClass),
    /// Something that was to be done outside could not be done.
    Effect(EffectKind),
    /// The working copy was never made: a defect.
    NoWorkspace,
    /// What was made may not be published as it is.
    NotPublishable,
    /// Whoever asked for the work may not any more.
    PermissionLost,
    /// The repository was archived.
    Archived,
    /// The issue was closed.
    IssueClosed,
    /// Somebody else wrote to the branch, or deleted it.
    BranchMoved,
    /// The branch it was to go to is gone.
    BaseGone,
    /// Neither a change nor a word.
    NoResult,
    /// Nobody answered its question.
    NoAnswer,
    /// It asked more than one session may write.
    TooManyComments,
    /// A word of an older version.
    Other(String),
}

impl FailureClass {
    /// The word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Agent(class) => class.as_str(),
            Self::Effect(kind) => kind.name(),
            Self::NoWorkspace => "no_ground",
            Self::NotPublishable => "not_publishable",
            Self::PermissionLost => "permission_lost",
            Self::Archived => "archived",
            Self::IssueClosed => "issue_closed",
            Self::BranchMoved => "branch_moved",
            Self::BaseGone => "base_gone",
            Self::NoResult => "no_result",
            Self::NoAnswer => "no_answer",
            Self::TooManyComments => "too_many_comments",
            Self::Other(word) => word,
        }
    }

    /// The agent's own failure behind it, if it was one.
    pub fn agent(&self) -> Option<ErrorClass> {
        match self {
            Self::Agent(class) => Some(*class),
            Self::Effect(_)
            | Self::NoWorkspace
            | Self::NotPublishable
            | Self::PermissionLost
            | Self::Archived
            | Self::IssueClosed
            | Self::BranchMoved
            | Self::BaseGone
            | Self::NoResult
            | Self::NoAnswer
            | Self::TooManyComments
            | Self::Other(_) => None,
        }
    }

    /// It is about publishing itself: another push would fail as well, or is not wanted.
    pub fn is_about_publishing(&self) -> bool {
        match self {
            Self::Effect(kind) => matches!(kind, EffectKind::Publish | EffectKind::CheckPublish),
            Self::NotPublishable
            | Self::PermissionLost
            | Self::Archived
            | Self::IssueClosed
            | Self::BranchMoved
            | Self::BaseGone => true,
            Self::Agent(_)
            | Self::NoWorkspace
            | Self::NoResult
            | Self::NoAnswer
            | Self::TooManyComments
            | Self::Other(_) => false,
        }
    }
}

impl From<String> for FailureClass {
    fn from(word: String) -> Self {
        let own = [
            Self::NoWorkspace,
            Self::NotPublishable,
            Self::PermissionLost,
            Self::Archived,
            Self::IssueClosed,
            Self::BranchMoved,
            Self::BaseGone,
            Self::NoResult,
            Self::NoAnswer,
            Self::TooManyComments,
        ];
        let effect = || EffectKind::ALL.into_iter().find(|kind| kind.name() == word);
        own.into_iter()
            .find(|class| class.as_str() == word)
            .or_else(|| ErrorClass::named(&word).map(Self::Agent))
            .or_else(|| effect().map(Self::Effect))
            .unwrap_or(Self::Other(word))
    }
}

impl From<FailureClass> for String {
    fn from(class: FailureClass) -> Self {
        class.as_str().to_owned()
    }
}

impl std::fmt::Display for FailureClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::FailureClass;

    #[test]
    fn every_word_reads_back() {
        let words = [
            "rate_limit",
            "publish",
            "no_ground",
            "not_publishable",
            "permission_lost",
            "archived",
            "issue_closed",
            "branch_moved",
            "no_result",
            "no_answer",
            "too_many_comments",
            "of_old",
        ];
        for word in words {
            let json = format!("\"{word}\"");
            let class: FailureClass = serde_json::from_str(&json).expect("any word is one");
            assert_eq!(serde_json::to_string(&class).expect("it is a word"), json);
            assert_eq!(
                matches!(class, FailureClass::Other(_)),
                word == "of_old",
                "{word}"
            );
        }
    }
}
