//! Which secrets a pushed branch could read in GitHub Actions, and how to close that.

use super::code;
use crate::ci_secrets::CiSecrets;

/// For the pull request; empty where nothing is in reach.
pub fn in_reach(found: &CiSecrets) -> String {
    if found.is_empty() {
        return String::new();
    }
    format!(
        "\n⚠️ Secrets in reach: {} run for this branch and name secrets ({}), which whatever this change has them run can read. To close \
         that: {CLOSE}.\n",
        listed(&found.workflows),
        what(found)
    )
}

/// For the operator, of a repository; nothing where nothing is in reach.
pub fn for_operator(repository: &str, found: &CiSecrets) -> Option<String> {
    let said = || {
        format!(
            "{repository}: {} run for branches `agent/…` and name secrets ({}), which whatever an agent changes can read there. To close \
             that: {CLOSE}",
            listed(&found.workflows),
            what(found)
        )
    };
    (!found.is_empty()).then(said)
}

/// How that is closed.
const CLOSE: &str = "let them run for branches of people only (`branches-ignore: ['agent/**']`), or keep the secrets in an environment whose \
                     deployment branches leave `agent/**` out";

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| code(name, 60)).collect();
    names.join(", ")
}

fn what(found: &CiSecrets) -> String {
    let mut what = Vec::new();
    if !found.names.is_empty() {
        what.push(listed(&found.names));
    }
    if found.all {
        what.push("all that the repository has".to_owned());
    }
    if !found.environments.is_empty() {
        what.push(format!(
            "those of the environment {}",
            listed(&found.environments)
        ));
    }
    what.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_reach_is_named_with_its_way_out() {
        assert_eq!(in_reach(&CiSecrets::default()), "");
        let found = CiSecrets {
            names: vec!["DEPLOY_KEY".into()],
            environments: vec!["production".into()],
            workflows: vec!["ci.yml".into()],
            all: true,
        };
        insta::assert_snapshot!(in_reach(&found), @r"

        ⚠️ Secrets in reach: `ci.yml` run for this branch and name secrets (`DEPLOY_KEY`; all that the repository has; those of the environment `production`), which whatever this change has them run can read. To close that: let them run for branches of people only (`branches-ignore: ['agent/**']`), or keep the secrets in an environment whose deployment branches leave `agent/**` out.
        ");
    }
}
