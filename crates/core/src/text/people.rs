//! What people are told of those whom a role names and GitHub does not take.

/// A role's assignee who cannot be assigned; in the timeline, which calls nobody.
pub fn not_assigned(login: &str) -> String {
    format!(
        "`{login}` was not assigned: GitHub assigns only people with access to this repository. Give them access, or let the \
         operator change `assignees` of the role."
    )
}

/// A role's reviewers who cannot be asked; in the timeline, which calls nobody.
pub fn not_asked(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "Not asked for a review: {}. GitHub asks only people and teams with access to this repository, and not the author. Give \
         them access, or let the operator change `reviewers` of the role.",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_left_out_is_named_with_the_way_in() {
        insta::assert_snapshot!(not_assigned("ben"), @"`ben` was not assigned: GitHub assigns only people with access to this repository. Give them access, or let the operator change `assignees` of the role.");
        insta::assert_snapshot!(not_asked(&["ben".into(), "octo/core".into()]), @"Not asked for a review: `ben`, `octo/core`. GitHub asks only people and teams with access to this repository, and not the author. Give them access, or let the operator change `reviewers` of the role.");
    }
}
