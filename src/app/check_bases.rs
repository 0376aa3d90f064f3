//! Whether the App could put something on a default branch without a person, repository by repository: a part of `skep config check`.

use super::finding::Finding;
use crate::core::base_rules::{OnBaseRules, Standing};
use crate::core::text::{base_rules, check};
use crate::github::{At, GitHub, Installation};

/// So many repositories are looked at.
const REPOSITORIES: usize = 30;
/// The part, in a word.
const PART: &str = "base";

/// One finding for each repository where something is odd, and one for all others.
pub(super) async fn check(
    github: &GitHub,
    installations: &[Installation],
    on: OnBaseRules,
) -> Vec<Finding> {
    if on == OnBaseRules::Off {
        return Vec::new();
    }
    let (mut found, mut kept, mut looked) = (Vec::new(), 0, 0);
    for installation in installations.iter().filter(|one| !one.suspended) {
        let repositories = match github.repositories(installation.id).await {
            Ok(repositories) => repositories,
            Err(error) => {
                let said = check::base_unread(&installation.account, &error.to_string());
                found.push(Finding::odd(PART, said));
                continue;
            }
        };
        for repository in repositories {
            if looked == REPOSITORIES {
                found.push(Finding::odd(PART, check::more_bases(REPOSITORIES)));
                break;
            }
            looked += 1;
            let at = At {
                installation: installation.id,
                repository: repository.id,
                name: repository.name,
            };
            match one(github, &at, &repository.default_branch, on).await {
                Some(finding) => found.push(finding),
                None => kept += 1,
            }
        }
    }
    if kept > 0 {
        found.push(Finding::right(PART, check::bases_kept(kept)));
    }
    found
}

async fn one(github: &GitHub, at: &At, branch: &str, on: OnBaseRules) -> Option<Finding> {
    let name = at.name.to_string();
    let standing: Standing = match github.base_rules(at, branch).await {
        Ok(rules) => rules.standing(),
        Err(error) => {
            let said = check::base_unread(&name, &error.to_string());
            return Some(Finding::odd(PART, said));
        }
    };
    let said = base_rules::of(&name, branch, &standing)?;
    Some(match on.refuses(&standing) {
        true => Finding::wrong(PART, said),
        false => Finding::odd(PART, said),
    })
}
