//! What stands on GitHub between an agent and what it must not reach, repository by repository: a part of `skep config check`. Whether the
//! App could put something on a default branch without a person, and which secrets code on a pushed branch could read in CI.
//!
//! It only reads, and looks at a bounded number of repositories.

use super::finding::Finding;
use crate::core::base_rules::{OnBaseRules, Standing};
use crate::core::ci_secrets;
use crate::core::ids::{AgentBranch, IssueNumber};
use crate::core::text::{base_rules, check, ci_secrets as reach};
use crate::github::{At, GitHub, GitHubError, Installation};

/// So many repositories are looked at.
const REPOSITORIES: usize = 30;
/// The parts, in a word.
const BASE: &str = "base";
const SECRETS: &str = "secrets";

/// One finding for each repository where something is odd, and one for all others.
pub(super) async fn check(
    github: &GitHub,
    installations: &[Installation],
    on: OnBaseRules,
) -> Vec<Finding> {
    let (mut found, mut looked) = (Vec::new(), 0);
    let (mut kept, mut closed) = (0, 0);
    for installation in installations.iter().filter(|one| !one.suspended) {
        let repositories = match github.repositories(installation.id).await {
            Ok(repositories) => repositories,
            Err(error) => {
                let said = check::base_unread(&installation.account, &error.to_string());
                found.push(Finding::odd(BASE, said));
                continue;
            }
        };
        for repository in repositories {
            if looked == REPOSITORIES {
                found.push(Finding::odd(BASE, check::more_bases(REPOSITORIES)));
                break;
            }
            looked += 1;
            let at = At {
                installation: installation.id,
                repository: repository.id,
                name: repository.name,
            };
            match base(github, &at, &repository.default_branch, on).await {
                Some(finding) => found.push(finding),
                None => kept += 1,
            }
            match secrets(github, &at).await {
                Some(finding) => found.push(finding),
                None => closed += 1,
            }
        }
    }
    if kept > 0 && on != OnBaseRules::Off {
        found.push(Finding::right(BASE, check::bases_kept(kept)));
    }
    if closed > 0 {
        found.push(Finding::right(SECRETS, check::secrets_kept(closed)));
    }
    found
}

async fn base(github: &GitHub, at: &At, branch: &str, on: OnBaseRules) -> Option<Finding> {
    if on == OnBaseRules::Off {
        return None;
    }
    let name = at.name.to_string();
    let standing: Standing = match github.base_rules(at, branch).await {
        Ok(rules) => rules.standing(),
        Err(error) => {
            let said = check::base_unread(&name, &error.to_string());
            return Some(Finding::odd(BASE, said));
        }
    };
    let said = base_rules::of(&name, branch, &standing)?;
    Some(match on.refuses(&standing) {
        true => Finding::wrong(BASE, said),
        false => Finding::odd(BASE, said),
    })
}

/// Which secrets a workflow of the default branch would hand to code on a pushed branch.
async fn secrets(github: &GitHub, at: &At) -> Option<Finding> {
    let name = at.name.to_string();
    match workflows(github, at).await {
        Ok(workflows) => {
            let branch = AgentBranch::new(IssueNumber(1), "any");
            let found = ci_secrets::in_reach(&workflows, branch.as_str());
            let said = reach::for_operator(&name, &found)?;
            Some(Finding::odd(SECRETS, said))
        }
        Err(error) => {
            let said = check::workflows_unread(&name, &error.to_string());
            Some(Finding::odd(SECRETS, said))
        }
    }
}

async fn workflows(github: &GitHub, at: &At) -> Result<Vec<(String, String)>, GitHubError> {
    let mut read = Vec::new();
    for name in github.folder(at, ci_secrets::FOLDER).await? {
        if !ci_secrets::is_workflow(&name) || read.len() == ci_secrets::FILES {
            continue;
        }
        let path = format!("{}/{name}", ci_secrets::FOLDER);
        if let Some(text) = github.contents(at, &path).await? {
            read.push((name, text));
        }
    }
    Ok(read)
}
