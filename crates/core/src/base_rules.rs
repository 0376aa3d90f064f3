//! Whether the App could put something on a base branch without a person: as far as GitHub tells an App, which is its rulesets and
//! whether the branch is protected at all.
//!
//! What cannot be seen is said, never guessed: who may bypass a classic branch protection is told to administrators alone.

use serde::{Deserialize, Serialize};

/// What GitHub tells of a base branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaseRules {
    /// The branch.
    pub branch: String,
    /// Whether GitHub calls it protected.
    pub protected: bool,
    /// The rulesets that apply to it.
    pub rulesets: Vec<Ruleset>,
}

/// A ruleset that applies to the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruleset {
    /// Its name, or its number where GitHub does not show it.
    pub name: String,
    /// The kinds of its rules, such as `pull_request`.
    pub rules: Vec<String>,
    /// Whether the App may bypass it.
    pub bypass: Bypass,
}

/// Whether the App may bypass a ruleset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bypass {
    /// It may not.
    Never,
    /// It may, in pull requests alone.
    PullRequests,
    /// It may.
    Always,
    /// GitHub does not say.
    Unseen,
}

/// Rules under which a commit comes to a branch only when people or checks agree.
const KEEPING: [&str; 8] = [
    "pull_request",
    "update",
    "merge_queue",
    "required_status_checks",
    "required_deployments",
    "required_signatures",
    "workflows",
    "code_scanning",
];

/// How the App stands to a base branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Rules keep it out, and it may not bypass them.
    Kept,
    /// A protection of the classic kind is there; who may bypass it is not shown.
    Unseen,
    /// Nothing keeps it from pushing there.
    Open,
    /// It is among those who may bypass these rulesets.
    Bypasses {
        /// Their names.
        rulesets: Vec<String>,
    },
}

impl BaseRules {
    /// How the App stands to it.
    pub fn standing(&self) -> Standing {
        let bypassed = |set: &&Ruleset| matches!(set.bypass, Bypass::Always | Bypass::PullRequests);
        let rulesets: Vec<String> = self
            .rulesets
            .iter()
            .filter(bypassed)
            .map(|set| set.name.clone())
            .collect();
        if !rulesets.is_empty() {
            return Standing::Bypasses { rulesets };
        }
        let keeps = |set: &&Ruleset| {
            set.rules
                .iter()
                .any(|rule| KEEPING.contains(&rule.as_str()))
        };
        let mut keeping = self.rulesets.iter().filter(keeps);
        match keeping.next() {
            Some(_) if keeping_is_seen(&self.rulesets) => Standing::Kept,
            Some(_) => Standing::Unseen,
            None if self.protected => Standing::Unseen,
            None => Standing::Open,
        }
    }
}

fn keeping_is_seen(rulesets: &[Ruleset]) -> bool {
    let keeps = |set: &&Ruleset| {
        set.rules
            .iter()
            .any(|rule| KEEPING.contains(&rule.as_str()))
    };
    rulesets
        .iter()
        .filter(keeps)
        .any(|set| set.bypass == Bypass::Never)
}

/// What skep does where GitHub does not keep the App from a base branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBaseRules {
    /// It does not work where the App may bypass the rules, and warns where there are none.
    #[default]
    Refuse,
    /// It does not work without rules that keep the App out, either.
    Require,
    /// It warns.
    Warn,
    /// It does not look.
    Off,
}

impl OnBaseRules {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&str, Self); 4] = [
        ("refuse", Self::Refuse),
        ("require", Self::Require),
        ("warn", Self::Warn),
        ("off", Self::Off),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Require => "require",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }

    /// Whether no work starts where the App stands so.
    pub fn refuses(self, standing: &Standing) -> bool {
        match (self, standing) {
            (Self::Refuse | Self::Require, Standing::Bypasses { .. }) => true,
            (Self::Require, Standing::Open) => true,
            (Self::Require | Self::Refuse, Standing::Kept | Standing::Unseen)
            | (Self::Refuse, Standing::Open)
            | (Self::Warn | Self::Off, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(rule: &str, bypass: Bypass) -> Ruleset {
        Ruleset {
            name: format!("{rule} {bypass:?}"),
            rules: vec![rule.into()],
            bypass,
        }
    }

    fn rules(protected: bool, rulesets: Vec<Ruleset>) -> Standing {
        let branch = "main".into();
        BaseRules {
            branch,
            protected,
            rulesets,
        }
        .standing()
    }

    #[test]
    fn how_the_app_stands_follows_from_what_github_tells() {
        assert_eq!(rules(false, vec![]), Standing::Open);
        assert_eq!(rules(true, vec![]), Standing::Unseen);
        assert_eq!(
            rules(true, vec![set("pull_request", Bypass::Never)]),
            Standing::Kept
        );
        assert_eq!(
            rules(true, vec![set("pull_request", Bypass::Unseen)]),
            Standing::Unseen
        );
        // That a branch may not be deleted keeps nobody from pushing to it.
        assert_eq!(
            rules(false, vec![set("deletion", Bypass::Never)]),
            Standing::Open
        );
        for bypass in [Bypass::Always, Bypass::PullRequests] {
            let found = rules(
                true,
                vec![set("pull_request", Bypass::Never), set("update", bypass)],
            );
            assert!(
                matches!(&found, Standing::Bypasses { rulesets } if rulesets.len() == 1),
                "{found:?}"
            );
        }
    }

    #[test]
    fn only_what_the_operator_lets_pass_passes() {
        let bypasses = Standing::Bypasses { rulesets: vec![] };
        let refused = |on: OnBaseRules| {
            [
                &Standing::Kept,
                &Standing::Unseen,
                &Standing::Open,
                &bypasses,
            ]
            .map(|standing| on.refuses(standing))
        };
        assert_eq!(refused(OnBaseRules::Refuse), [false, false, false, true]);
        assert_eq!(refused(OnBaseRules::Require), [false, false, true, true]);
        assert_eq!(refused(OnBaseRules::Warn), [false; 4]);
        assert_eq!(refused(OnBaseRules::Off), [false; 4]);
    }
}
