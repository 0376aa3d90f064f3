//! What an issue says about its role where neither a command nor a label names one, and who believes it how far.
//!
//! In this order: a hint in its words, its issue type, the bug router, the default. A hint goes before the type because
//! somebody wrote it about this one issue and for an agent, while a type says what kind of thing the issue is, for people,
//! and is often set by a form; where both are there, the hint is the more exact. Whatever comes out is shown with its
//! evidence, and a label or a command overrules it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::choice::{Implied, Why, is_known};
use super::{Role, RoleName, hint, issue_type, router};
use crate::snapshot::Snapshot;

/// The operator's wishes about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRules {
    /// Whether words of the issue may name a role.
    pub hints: bool,
    /// The role of an issue type, by the type's name; letter case does not matter.
    pub types: BTreeMap<String, RoleName>,
    /// Whether the router looks at what bots file.
    pub router: bool,
    /// Labels of issues that the router takes for filed by a bot, whoever opened them.
    pub auto_filed: Vec<String>,
}

impl Default for RoleRules {
    fn default() -> Self {
        Self {
            hints: true,
            types: issue_type::defaults(),
            router: true,
            auto_filed: vec!["auto-filed".to_owned()],
        }
    }
}

/// Chooses for issues without a role label.
#[derive(Debug, Clone, Copy)]
pub struct Implying<'a> {
    /// How.
    pub rules: &'a RoleRules,
    /// The role where nothing says another.
    pub default: &'a RoleName,
    /// The operator's roles; the built-in ones are known besides.
    pub own: &'a BTreeMap<RoleName, Role>,
}

impl Implying<'_> {
    /// What the issue comes to. Only roles of this server are found by it: those that only a repository knows need a label.
    pub fn of(&self, issue: &Snapshot) -> Implied {
        let hint = || self.hint(issue);
        let by_type = || self.issue_type(issue);
        let routed = || self.routed(issue);
        hint()
            .or_else(by_type)
            .or_else(routed)
            .unwrap_or_else(|| Implied::default_of(self.default))
    }

    fn knows(&self, name: &RoleName) -> bool {
        is_known(name, self.own)
    }

    fn hint(&self, issue: &Snapshot) -> Option<Implied> {
        let known = |name: &RoleName| self.knows(name);
        let looked = self.rules.hints.then(|| hint::find(issue, &known));
        let (name, hint) = looked.flatten()?;
        let why = Why::Hint(hint);
        Some(Implied { name, why })
    }

    fn issue_type(&self, issue: &Snapshot) -> Option<Implied> {
        let issue_type = issue.issue_type.clone()?;
        let name = issue_type::role(&self.rules.types, &issue_type)?.clone();
        let why = Why::IssueType { issue_type };
        self.knows(&name).then_some(Implied { name, why })
    }

    fn routed(&self, issue: &Snapshot) -> Option<Implied> {
        if !self.rules.router || !router::is_filed_by_a_bot(issue, &self.rules.auto_filed) {
            return None;
        }
        let routed = router::route(issue);
        let clear = routed.winner().filter(|name| self.knows(name));
        Some(match clear {
            Some(name) => Implied {
                name,
                why: Why::Routed(routed),
            },
            None => Implied {
                name: self.default.clone(),
                why: Why::Unclear(routed),
            },
        })
    }
}
