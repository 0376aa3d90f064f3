//! Which role an issue's labels ask for, and the reason in a form that can be said on the issue. Never guesses: a label
//! that names no known role stops the start, even next to one that does, because its author meant something by it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strsim::levenshtein;

use super::{ORDER, Role, RoleName, built_in};

/// What the labels came to.
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
    /// No role label: the configured default.
    Default,
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

/// Chooses by the `role:<name>` labels; case does not matter, as in GitHub's own labels. `known` answers for built-in
/// and operator-made roles alike. `role:deployment` is `role:deploy`.
pub fn choose(
    labels: &[String],
    default: &RoleName,
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
        return fallback(default, &known);
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

fn fallback(default: &RoleName, known: &impl Fn(&RoleName) -> Option<Role>) -> Choice {
    match known(default) {
        Some(role) => Choice::Chosen {
            role: Box::new(role),
            why: Why::Default,
        },
        None => {
            let label = format!("role:{default}");
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
