//! Which role an issue asks for, and the reason in a form that can be said on the issue. Labels are never guessed at: one
//! that names no known role stops the start, even next to one that does, because its author meant something by it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strsim::levenshtein;

use super::hint::Hint;
use super::router::Routed;
use super::{ORDER, Role, RoleName, built_in};

/// What an issue came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A role, and why this one.
    Chosen {
        /// The role.
        role: Box<Role>,
        /// The reason.
        why: Why,
    },
    /// A `role:` label (or the configured default) names no role: nothing starts, and the issue is told.
    Unknown {
        /// The label as written.
        label: String,
        /// A known role spelled almost the same.
        nearest: Option<String>,
    },
}

/// Why a role was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nothing names a role: the configured default.
    Default,
    /// No role label, but words that ask for one.
    Hint(Hint),
    /// No role label, but an issue type that has one.
    IssueType {
        /// The type's name.
        issue_type: String,
    },
    /// No role label, and filed by a bot: where its words point.
    Routed(Routed),
    /// No role label, and filed by a bot, but its words point nowhere clearly: the configured default.
    Unclear(Routed),
    /// The only role label.
    Label {
        /// The label as written.
        label: String,
    },
    /// A person's command, whatever the labels say.
    Command,
    /// Several role labels: the first in the documented order.
    FirstOf {
        /// All of them as written.
        labels: Vec<String>,
        /// The winner's name.
        chosen: RoleName,
    },
}

/// A role that no label names, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implied {
    /// Its name.
    pub name: RoleName,
    /// Why this one.
    pub why: Why,
}

impl Implied {
    /// The default, because nothing says another.
    pub fn default_of(name: &RoleName) -> Self {
        Self {
            name: name.clone(),
            why: Why::Default,
        }
    }
}

/// Chooses by the `role:<name>` labels; case does not matter, as in GitHub's own labels. `known` answers for built-in
/// and operator-made roles alike. `role:deployment` is `role:deploy`. Without such a label it is what is `implied`.
pub fn choose(
    labels: &[String],
    implied: impl FnOnce() -> Implied,
    known: impl Fn(&RoleName) -> Option<Role>,
) -> Choice {
    let mut found: Vec<(String, Role)> = Vec::new();
    for label in labels.iter().filter(|label| wanted(label).is_some()) {
        let role = asked_for(label).and_then(|name| known(&name));
        match role {
            Some(role) => found.push((label.clone(), role)),
            None => {
                return Choice::Unknown {
                    label: label.clone(),
                    nearest: nearest(label, &known),
                };
            }
        }
    }
    found.sort_by(|(_, a), (_, b)| rank(&a.name).cmp(&rank(&b.name)));
    let labels: Vec<String> = found.iter().map(|(label, _)| label.clone()).collect();
    let Some((label, role)) = found.into_iter().next() else {
        return unlabeled(implied(), &known);
    };
    let why = match labels.len() {
        1 => Why::Label { label },
        _ => Why::FirstOf {
            labels,
            chosen: role.name.clone(),
        },
    };
    Choice::Chosen {
        role: Box::new(role),
        why,
    }
}

fn unlabeled(Implied { name, why }: Implied, known: &impl Fn(&RoleName) -> Option<Role>) -> Choice {
    match known(&name) {
        Some(role) => Choice::Chosen {
            role: Box::new(role),
            why,
        },
        None => {
            let label = format!("role:{name}");
            Choice::Unknown {
                nearest: nearest(&label, known),
                label,
            }
        }
    }
}

/// The role a label asks for, if it is a role label with a possible name: `Role:Deployment` asks for `deploy`.
pub fn asked_for(label: &str) -> Option<RoleName> {
    wanted(label)?.parse().ok()
}

/// Whether there is a role of that name, built in or made by the operator.
pub fn is_known(name: &RoleName, own: &BTreeMap<RoleName, Role>) -> bool {
    own.contains_key(name) || built_in(name).is_some()
}

/// The names of all roles, built in and made by the operator, in the documented order.
pub fn names(own: &BTreeMap<RoleName, Role>) -> Vec<String> {
    let built_in = ORDER.iter().map(|name| (*name).to_owned());
    let more = own
        .keys()
        .map(ToString::to_string)
        .filter(|name| !ORDER.contains(&name.as_str()));
    built_in.chain(more).collect()
}

/// A known role spelled almost like this.
pub fn near(name: &str, own: &BTreeMap<RoleName, Role>) -> Option<String> {
    nearest(&format!("role:{name}"), &|name: &RoleName| {
        own.get(name).cloned().or_else(|| built_in(name))
    })
}

/// The role name a label asks for, if it is a role label at all.
fn wanted(label: &str) -> Option<String> {
    let name = label
        .trim()
        .to_ascii_lowercase()
        .strip_prefix("role:")?
        .trim()
        .to_owned();
    Some(if name == "deployment" {
        "deploy".to_owned()
    } else {
        name
    })
}

fn rank(name: &RoleName) -> (usize, &str) {
    (
        ORDER
            .iter()
            .position(|known| *known == name.as_str())
            .unwrap_or(ORDER.len()),
        name.as_str(),
    )
}

fn nearest(label: &str, known: &impl Fn(&RoleName) -> Option<Role>) -> Option<String> {
    let name: String = wanted(label)?.chars().take(40).collect();
    ORDER
        .iter()
        .filter(|candidate| candidate.parse().is_ok_and(|name| known(&name).is_some()))
        .map(|candidate| (levenshtein(&name, candidate), *candidate))
        .filter(|(edits, candidate)| {
            *edits <= candidate.len().div_ceil(3) || starts_alike(&name, candidate)
        })
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

fn starts_alike(name: &str, candidate: &str) -> bool {
    name.len() >= 3 && (candidate.starts_with(name) || name.starts_with(candidate))
}
