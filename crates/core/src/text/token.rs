//! What the command line says of tokens for programs.

/// There is none.
pub const NONE: &str = "No tokens. Make one with `skep token add NAME --scope read`.\n";
/// A token for all repositories.
pub const EVERYWHERE: &str = "everywhere";
/// A token that does not expire.
pub const NEVER: &str = "never";

/// A token that was made, with its word.
pub fn made(word: &str, name: &str, until: Option<&str>) -> String {
    let until = until.map_or_else(String::new, |until| {
        format!(" It opens nothing from {until} on.")
    });
    format!(
        "{word}\n\nKeep it: it cannot be shown again. Send it as `Authorization: Bearer …`, or set SKEP_ADMIN_TOKEN.{until} \
         `skep token revoke {name}` ends it.\n"
    )
}

/// A token that opens nothing any more.
pub fn revoked(name: &str) -> String {
    format!("{name}: revoked; it opens nothing from now on\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_said_once_with_what_to_do() {
        insta::assert_snapshot!(made("skep_0a", "ci", Some("2026-12-30 10:00:00Z")), @"
        skep_0a

        Keep it: it cannot be shown again. Send it as `Authorization: Bearer …`, or set SKEP_ADMIN_TOKEN. It opens nothing from 2026-12-30 10:00:00Z on. `skep token revoke ci` ends it.
        ");
        insta::assert_snapshot!(revoked("ci"), @"ci: revoked; it opens nothing from now on");
    }
}
