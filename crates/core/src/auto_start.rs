//! Which issues start by themselves. Off unless the operator says so.
//!
//! A rule presses the switch for somebody; it gives nobody a right. Whoever put the label on, or opened the issue, must be one
//! who may start work here, and is who asked for it. Issue forms put labels on for whoever fills them in, so the label alone
//! says nothing. For people without the right nothing happens, and nothing is said.

use serde::{Deserialize, Serialize};

use super::label;

/// The label of issues that need a plan first, where issues start by themselves.
const STRATEGIC: &str = "tier:strategic";

/// The rules; without any nothing starts by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoStart {
    /// Labels that start an issue: when it is opened with one, or given one later.
    pub labels: Vec<String>,
    /// People whose issues start when they open them.
    pub users: Vec<String>,
}

impl AutoStart {
    /// Whether any issue starts by itself.
    pub fn is_on(&self) -> bool {
        !self.labels.is_empty() || !self.users.is_empty()
    }

    /// Whether this label starts an issue.
    pub fn by_label(&self, name: &str) -> bool {
        label::has(&self.labels, name)
    }

    /// Whether this person's issues start.
    pub fn by_user(&self, login: &str) -> bool {
        self.users
            .iter()
            .any(|user| user.eq_ignore_ascii_case(login))
    }

    /// Whether an issue with these labels needs a plan first.
    pub fn plans_first(&self, labels: &[String]) -> bool {
        self.is_on() && label::has(labels, STRATEGIC)
    }
}

#[cfg(test)]
mod tests {
    use super::AutoStart;

    #[test]
    fn nothing_starts_by_itself_unless_it_is_named() {
        let off = AutoStart::default();
        let strategic = vec!["Tier:Strategic".to_owned()];
        assert!(!off.is_on() && !off.by_label("tier:auto") && !off.by_user("ana"));
        assert!(!off.plans_first(&strategic));
        let on = AutoStart {
            labels: vec!["tier:auto".into(), "role:triage".into()],
            users: vec!["Ana".into()],
        };
        assert!(on.by_label("Tier:Auto") && on.by_label("role:triage") && !on.by_label("tier:"));
        assert!(on.by_user("ana") && !on.by_user("ben"));
        assert!(on.plans_first(&strategic) && !on.plans_first(&[]));
    }
}
