//! How a repository says of itself that it stands: a file on its default branch that can keep work from starting there.
//!
//! It must never take what it does not understand for a yes.

use serde::{Deserialize, Serialize};

/// So much of a reason is kept, in characters.
const REASON: usize = 300;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum ProjectStatus {
    /// Work may start: it says `active`, or there is no such file.
    #[default]
    Active,
    /// No work starts.
    Held {
        /// Its word: `blocked`, `on-hold`, `completed`.
        word: String,
        /// Its reason, if it gives one.
        reason: String,
    },
    /// It says something that nobody here understands.
    Unclear,
}

#[derive(Deserialize)]
struct File {
    status: String,
    #[serde(alias = "blocked_reason")]
    reason: Option<String>,
}

impl ProjectStatus {
    /// Reads the file: a JSON object with `status` and, if it likes, `reason` or `blocked_reason`; `None` where there is none.
    pub fn read(file: Option<&str>) -> Self {
        let Some(text) = file else {
            return Self::Active;
        };
        let Ok(file) = serde_json::from_str::<File>(text) else {
            return Self::Unclear;
        };
        let word = file.status.trim().to_ascii_lowercase();
        match word.as_str() {
            "active" => Self::Active,
            "blocked" | "on-hold" | "completed" => Self::Held {
                word,
                reason: file
                    .reason
                    .unwrap_or_default()
                    .chars()
                    .take(REASON)
                    .collect(),
            },
            _ => Self::Unclear,
        }
    }

    /// Whether work may start.
    pub fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_or_no_file_lets_work_start() {
        assert!(ProjectStatus::read(None).is_active());
        assert!(ProjectStatus::read(Some(r#"{"status": "Active", "since": 3}"#)).is_active());
        let held = |word: &str, reason: &str| ProjectStatus::Held {
            word: word.into(),
            reason: reason.into(),
        };
        let read = |text| ProjectStatus::read(Some(text));
        assert_eq!(
            read(r#"{"status": "on-hold", "reason": "audit"}"#),
            held("on-hold", "audit")
        );
        assert_eq!(
            read(r#"{"status": "blocked", "blocked_reason": "no key"}"#),
            held("blocked", "no key")
        );
        assert_eq!(read(r#"{"status": "completed"}"#), held("completed", ""));
        for unclear in ["", "active", r#"{"status": 1}"#, r#"{"status": "maybe"}"#] {
            assert_eq!(read(unclear), ProjectStatus::Unclear, "{unclear}");
        }
    }
}
