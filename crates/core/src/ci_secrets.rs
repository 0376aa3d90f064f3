//! Which secrets code on a pushed branch could read in GitHub Actions: what workflows of the base branch name that run for it.
//!
//! Whoever changes a build script or a test changes what such a workflow runs. Names alone are known, from the workflows themselves:
//! which secrets there are GitHub tells no App without a permission of its own. What is missed is no proof that nothing is in reach.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_yaml_ng::Value;

use crate::glob;

/// Where GitHub looks for workflows; not below it.
pub const FOLDER: &str = ".github/workflows";
/// So many are read.
pub const FILES: usize = 50;
/// So many of a kind are named.
const NAMED: usize = 20;

/// Whether a file of that folder is a workflow, by its name.
pub fn is_workflow(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

/// What is in reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiSecrets {
    /// Secrets, by name.
    pub names: Vec<String>,
    /// Environments whose secrets come with them.
    #[serde(default)]
    pub environments: Vec<String>,
    /// The workflows that name them, by file.
    pub workflows: Vec<String>,
    /// A workflow hands all its secrets on.
    #[serde(default)]
    pub all: bool,
}

impl CiSecrets {
    /// Nothing is.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.environments.is_empty() && !self.all
    }
}

/// What workflows, by their file's name, let code on this branch read.
pub fn in_reach(workflows: &[(String, String)], branch: &str) -> CiSecrets {
    let (mut names, mut environments, mut files, mut all) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), false);
    for (file, text) in workflows {
        let Ok(workflow) = serde_yaml_ng::from_str::<Value>(text) else {
            continue;
        };
        if !runs_for(&workflow, branch) {
            continue;
        }
        let mut found = Found::default();
        found.walk(&workflow, None);
        if found.names.is_empty() && found.environments.is_empty() && !found.all {
            continue;
        }
        files.insert(file.clone());
        names.extend(found.names);
        environments.extend(found.environments);
        all |= found.all;
    }
    let kept = |set: BTreeSet<String>| set.into_iter().take(NAMED).collect();
    CiSecrets {
        names: kept(names),
        environments: kept(environments),
        workflows: kept(files),
        all,
    }
}

/// Whether a push of this branch, or a pull request from it, runs the workflow.
fn runs_for(workflow: &Value, branch: &str) -> bool {
    // YAML 1.1 takes `on` for a truth.
    let on = workflow
        .get("on")
        .or_else(|| workflow.get(Value::Bool(true)));
    let Some(on) = on else {
        return false;
    };
    let by_pull = ["pull_request", "pull_request_target", "create"];
    match on {
        Value::String(event) => event == "push" || by_pull.contains(&event.as_str()),
        Value::Sequence(events) => {
            let mut events = events.iter().filter_map(Value::as_str);
            events.any(|event| event == "push" || by_pull.contains(&event))
        }
        Value::Mapping(events) => {
            let by_pull = by_pull.iter().any(|event| events.contains_key(*event));
            let by_push = events
                .get("push")
                .is_some_and(|push| is_pushed(push, branch));
            by_pull || by_push
        }
        _ => false,
    }
}

/// Whether the filters of `push` let this branch through: as GitHub's, where the last pattern that matches counts.
fn is_pushed(push: &Value, branch: &str) -> bool {
    let list = |name: &str| -> Option<Vec<&str>> {
        match push.get(name)? {
            Value::String(one) => Some(vec![one.as_str()]),
            Value::Sequence(all) => Some(all.iter().filter_map(Value::as_str).collect()),
            _ => None,
        }
    };
    if let Some(ignored) = list("branches-ignore") {
        return !ignored.iter().any(|pattern| glob::matches(pattern, branch));
    }
    let Some(wanted) = list("branches") else {
        return list("tags").is_none() && list("tags-ignore").is_none();
    };
    wanted
        .iter()
        .fold(false, |through, pattern| match pattern.strip_prefix('!') {
            Some(pattern) => through && !glob::matches(pattern, branch),
            None => through || glob::matches(pattern, branch),
        })
}

#[derive(Default)]
struct Found {
    names: BTreeSet<String>,
    environments: BTreeSet<String>,
    all: bool,
}

impl Found {
    /// Looks through all strings; `key` is the one they stand behind.
    fn walk(&mut self, value: &Value, key: Option<&str>) {
        match value {
            Value::String(text) => self.text(text, key),
            Value::Sequence(all) => all.iter().for_each(|one| self.walk(one, None)),
            Value::Mapping(map) => {
                for (name, below) in map {
                    let name = name.as_str();
                    let named = name == Some("name") && key == Some("environment");
                    self.walk(below, if named { key } else { name });
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, key: Option<&str>) {
        /// `secrets.NAME`, `secrets['NAME']`.
        static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"secrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*['"]([A-Za-z_]\w*)['"]\s*\])"#).ok()
        });
        for found in SECRET.iter().flat_map(|secret| secret.captures_iter(text)) {
            let name = found.get(1).or_else(|| found.get(2));
            // The job's own token is no secret of the repository.
            self.names.extend(
                name.map(|name| name.as_str().to_uppercase())
                    .filter(|name| name != "GITHUB_TOKEN"),
            );
        }
        let whole = text.contains("toJSON(secrets)") || text.contains("secrets[");
        self.all |=
            key == Some("secrets") && text == "inherit" || whole && !text.contains("secrets['");
        if key == Some("environment") {
            self.environments.insert(text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &str = "
jobs:
  a:
    environment: { name: production }
    env:
      KEY: ${{ secrets.DEPLOY_KEY }}
    steps:
      # secrets.NOT_THIS
      - run: echo ${{ secrets['npm_token'] }} ${{ secrets.GITHUB_TOKEN }}
";

    fn of(on: &str) -> CiSecrets {
        in_reach(&[("ci.yml".into(), format!("{on}\n{STEPS}"))], "agent/12-x")
    }

    #[test]
    fn what_runs_for_the_branch_and_names_secrets_is_in_reach() {
        let found = of("on: push");
        assert_eq!(found.names, ["DEPLOY_KEY", "NPM_TOKEN"]);
        assert_eq!(
            (found.environments, found.workflows),
            (vec!["production".to_owned()], vec!["ci.yml".to_owned()])
        );
        for on in [
            "on: [workflow_dispatch, pull_request]",
            "\"on\":\n  push:\n",
            "on:\n  push:\n    branches: ['**']",
            "on:\n  push:\n    branches: ['agent/**']",
            "on:\n  push:\n    branches-ignore: [main]",
            "on:\n  pull_request_target:\n    branches: [main]",
            "on:\n  push:\n    paths: ['src/**']",
        ] {
            assert!(!of(on).is_empty(), "{on}");
        }
    }

    #[test]
    fn what_does_not_run_for_it_is_not() {
        for on in [
            "on: workflow_dispatch",
            "on: [schedule]",
            "on:\n  push:\n    branches: [main, 'release/**']",
            "on:\n  push:\n    branches: ['*']",
            "on:\n  push:\n    branches: ['**', '!agent/**']",
            "on:\n  push:\n    branches-ignore: ['agent/**']",
            "on:\n  push:\n    tags: ['v*']",
            "name: x",
            "on: {",
        ] {
            assert!(of(on).is_empty(), "{on}");
        }
        let none = in_reach(
            &[(
                "a.yml".into(),
                "on: push\njobs: {a: {steps: [{run: make}]}}".into(),
            )],
            "agent/1-x",
        );
        assert!(none.is_empty());
    }

    #[test]
    fn secrets_that_are_handed_on_whole_are_said() {
        let text =
            "on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n";
        assert!(in_reach(&[("a.yml".into(), text.into())], "agent/1-x").all);
    }
}
