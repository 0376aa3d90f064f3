//! Who a commit is by.

use serde::{Deserialize, Serialize};

use super::process::Call;

/// Who a commit is by. Always something git accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    name: String,
    email: String,
}

impl Identity {
    /// Takes a name and an address; characters git gives a meaning to are left out, nothing left is `skep`.
    pub fn new(name: &str, email: &str) -> Self {
        let clean = |text: &str| {
            let kept: String = text
                .chars()
                .filter(|c| !c.is_control() && !matches!(c, '<' | '>'))
                .take(200)
                .collect();
            let kept = kept
                .trim_matches(|c: char| c.is_whitespace() || ".,:;\"\\'".contains(c))
                .to_owned();
            if kept.is_empty() {
                "skep".to_owned()
            } else {
                kept
            }
        };
        Self {
            name: clean(name),
            email: clean(email),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address, without angle brackets.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Makes a call commit as this identity.
    pub(super) fn to(&self, call: Call) -> Call {
        call.env("GIT_AUTHOR_NAME", &self.name)
            .env("GIT_AUTHOR_EMAIL", &self.email)
            .env("GIT_COMMITTER_NAME", &self.name)
            .env("GIT_COMMITTER_EMAIL", &self.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_always_one_git_accepts() {
        let identity = Identity::new(
            "  skep[bot] <x>\n\"",
            "1+skep[bot]@users.noreply.github.com",
        );
        assert_eq!(
            (identity.name(), identity.email()),
            ("skep[bot] x", "1+skep[bot]@users.noreply.github.com")
        );
        let empty = Identity::new("<>\n.,", "");
        assert_eq!((empty.name(), empty.email()), ("skep", "skep"));
    }
}
