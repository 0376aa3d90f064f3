//! What the operator switched skep off for.

use crate::ids::RepositoryName;
use crate::issue_rules::IssueRules;

/// An entry of the setting is neither.
pub const MISTAKE: &str =
    "must be a list of repositories (`owner/name`, with `*` for anything) and people (`@login`)";

/// Why nothing is done in a repository, or for a person; `None` where the operator switched it off for neither.
pub fn refused(
    repository: &RepositoryName,
    login: Option<&str>,
    rules: &IssueRules,
) -> Option<String> {
    let whom = match login.filter(|login| rules.is_off_for(login)) {
        _ if rules.is_off(repository) => "this repository".to_owned(),
        Some(login) => format!("@{login}"),
        None => return None,
    };
    Some(format!(
        "skep is switched off for {whom}. The operator of this server can switch it on again (setting `off`)."
    ))
}
