//! How the App stands to a base branch, for the operator: what GitHub lets it do there, and how to close that.

use super::code;
use crate::base_rules::Standing;

/// What is odd or wrong, with what to do; `None` where rules keep the App out.
pub fn of(repository: &str, branch: &str, standing: &Standing) -> Option<String> {
    let branch = code(branch, 100);
    Some(match standing {
        Standing::Kept => return None,
        Standing::Unseen => format!(
            "{repository}: {branch} has a protection whose exceptions GitHub shows to administrators alone; see under Settings → Branches \
             that the App is not among those who may bypass it"
        ),
        Standing::Open => format!(
            "{repository}: nothing on GitHub keeps the App from pushing to {branch}; add a ruleset for it that requires a pull request \
             (Settings → Rules → Rulesets), without the App in its bypass list"
        ),
        Standing::Bypasses { rulesets } => format!(
            "{repository}: the App may bypass {} of {branch}; take it out of the bypass list (Settings → Rules → Rulesets), or set \
             `base_rules = \"warn\"`",
            names(rulesets)
        ),
    })
}

/// The names of rulesets, as a part of a sentence.
pub(super) fn names(rulesets: &[String]) -> String {
    let named: Vec<String> = rulesets.iter().take(5).map(|name| code(name, 60)).collect();
    match named.len() {
        1 => format!("the ruleset {}", named.join("")),
        _ => format!("the rulesets {}", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_has_its_way_out() {
        let of = |standing| of("octo/hello", "main", &standing);
        assert_eq!(of(Standing::Kept), None);
        let bypasses = Standing::Bypasses {
            rulesets: vec!["keep `main`".into()],
        };
        insta::assert_snapshot!(of(bypasses).expect("said"), @"octo/hello: the App may bypass the ruleset `keep 'main'` of `main`; take it out of the bypass list (Settings → Rules → Rulesets), or set `base_rules = \"warn\"`");
        assert!(
            of(Standing::Open).is_some_and(|said| said.contains("nothing on GitHub keeps the App"))
        );
        assert!(of(Standing::Unseen).is_some_and(|said| said.contains("administrators alone")));
    }
}
