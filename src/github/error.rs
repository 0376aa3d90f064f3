//! What can go wrong between us and GitHub, and what each case means for an effect.
//!
//! Every sentence names the next step. No variant ever holds a token, a header or a query string.

use std::time::Duration;

use crate::core::failure::{Failure, Room};
use crate::core::text::outside::github as outside;

/// How long a suspended or removed installation is not asked again.
pub(super) const ASLEEP: Duration = Duration::from_secs(300);
/// An error of a call to GitHub. `call` reads `post a comment in o/n` where people see it, and
/// `post a comment (POST /repos/o/n/issues/1/comments)` where the operator does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitHubError {
    /// The private key cannot sign.
    #[error(
        "the App's private key is not usable ({why}); give the PEM file GitHub hands out, PKCS#1 (BEGIN RSA PRIVATE KEY) or PKCS#8 (BEGIN PRIVATE KEY), without a passphrase"
    )]
    BadKey {
        /// What the key reader said.
        why: String,
    },
    /// The client could not be built from the configuration.
    #[error("the GitHub client cannot be built: {why}")]
    Unbuildable {
        /// What is wrong.
        why: String,
    },
    /// No request reached GitHub; nothing was done.
    #[error("GitHub could not be reached to {call}: {why}")]
    Unreachable {
        /// What was wanted.
        call: String,
        /// The transport's words.
        why: String,
    },
    /// A read got no usable answer (timeout, reset, 5xx).
    #[error("GitHub did not answer when asked to {call}: {why}")]
    Unanswered {
        /// What was wanted.
        call: String,
        /// The status or the transport's words.
        why: String,
    },
    /// A change was sent and its outcome is not known: look before repeating it.
    #[error("it is not known whether GitHub did {call}: {why}; look before repeating it")]
    Unknown {
        /// What was wanted.
        call: String,
        /// The status or the transport's words.
        why: String,
    },
    /// GitHub asked this installation to pause; nothing is sent until then.
    #[error("GitHub limits this installation for another {} s", after.as_secs())]
    Limited {
        /// The rest of the pause.
        after: Duration,
    },
    /// Our own pace has no room for this call soon; nothing was sent.
    #[error("the pace of this installation has no room for another {} s", after.as_secs())]
    Paced {
        /// When there is room again.
        after: Duration,
        /// What there is no room for.
        room: Room,
    },
    /// The App's identity was refused, also with the clock corrected.
    #[error(
        "GitHub does not accept the App's signature ({message}); check that the App id and the private key belong together and that the key still exists"
    )]
    AppRefused {
        /// GitHub's message.
        message: String,
    },
    /// A freshly minted installation token was refused.
    #[error("GitHub refused a fresh installation token when asked to {call}: {message}")]
    TokenRefused {
        /// What was wanted.
        call: String,
        /// GitHub's message.
        message: String,
    },
    /// The App is not installed on the repository.
    #[error("{}", outside::not_installed(.repository))]
    NotInstalled {
        /// `owner/name`.
        repository: String,
    },
    /// The installation is suspended.
    #[error("{}", outside::SUSPENDED)]
    Suspended,
    /// The installation is gone.
    #[error("{}", outside::UNINSTALLED)]
    Uninstalled,
    /// The installation does not cover the repository any more.
    #[error("{}", outside::not_covered(.repository))]
    NotCovered {
        /// `owner/name`.
        repository: String,
    },
    /// The installation has not granted what the call needs.
    #[error("{}", outside::not_permitted(.call, .permission))]
    NotPermitted {
        /// What was wanted.
        call: String,
        /// As GitHub names it: `issues=write`.
        permission: String,
    },
    /// Archived repositories are read-only.
    #[error("{}", outside::archived(.repository))]
    Archived {
        /// `owner/name`.
        repository: String,
    },
    /// The repository's issues are switched off, or the issue was deleted.
    #[error("{}", outside::gone(.call, .message))]
    Gone {
        /// What was wanted.
        call: String,
        /// GitHub's message.
        message: String,
    },
    /// 404: not there, or not visible to us.
    #[error("{}", outside::not_found(.call))]
    NotFound {
        /// What was wanted.
        call: String,
    },
    /// The name leads to another repository than the one we act for.
    #[error("{}", outside::another_repository(.name))]
    AnotherRepository {
        /// `owner/name`.
        name: String,
    },
    /// 403 for any other reason.
    #[error("{}", outside::forbidden(.call, .message))]
    Forbidden {
        /// What was wanted.
        call: String,
        /// GitHub's message.
        message: String,
    },
    /// 409, 422 and other refusals of this very request.
    #[error("{}", outside::invalid(.call, .message))]
    Invalid {
        /// What was wanted.
        call: String,
        /// GitHub's message with its list of errors.
        message: String,
    },
    /// A redirect led to another host; it was not followed.
    #[error("GitHub's answer to {call} points to another host, {host}; it was not followed")]
    LedAway {
        /// What was wanted.
        call: String,
        /// The other host.
        host: String,
    },
    /// A 2xx whose body is not what GitHub documents, or is too large.
    #[error("GitHub's answer to {call} cannot be read: {why}")]
    Unreadable {
        /// What was wanted.
        call: String,
        /// What is wrong with it.
        why: String,
    },
}

impl From<GitHubError> for Failure {
    fn from(error: GitHubError) -> Self {
        use GitHubError as E;
        let text = error.to_string();
        match error {
            // An answer that cannot be read says nothing of what was done: as good as none.
            E::Unreachable { .. }
            | E::Unanswered { .. }
            | E::Unknown { .. }
            | E::TokenRefused { .. }
            | E::Unreadable { .. } => Self::Retry {
                after: None,
                why: text,
            },
            E::Limited { after } => Self::Retry {
                after: Some(after),
                why: text,
            },
            E::Paced { after, room } => Self::Held {
                after,
                room,
                why: text,
            },
            E::Suspended => Self::Parked {
                after: ASLEEP,
                why: text,
            },
            E::NotInstalled { .. }
            | E::Uninstalled
            | E::NotCovered { .. }
            | E::NotPermitted { .. }
            | E::Archived { .. }
            | E::Gone { .. }
            | E::NotFound { .. }
            | E::AnotherRepository { .. }
            | E::Forbidden { .. }
            | E::Invalid { .. } => Self::Refused { say: text },
            E::BadKey { .. } | E::Unbuildable { .. } | E::AppRefused { .. } | E::LedAway { .. } => {
                Self::Broken { why: text }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_travels_into_the_retry() {
        let after = Duration::from_secs(61);
        let Failure::Retry {
            after: Some(kept), ..
        } = GitHubError::Limited { after }.into()
        else {
            panic!("a limit is retried")
        };
        assert_eq!(kept, after);
    }

    #[test]
    fn a_missing_permission_names_the_next_step() {
        let error = GitHubError::NotPermitted {
            call: "post a comment in o/n".into(),
            permission: "issues=write".into(),
        };
        let Failure::Refused { say } = error.into() else {
            panic!("a refusal")
        };
        assert_eq!(
            say,
            "The App may not post a comment in o/n: it needs the permission issues=write, and not all of that is granted. \
             Open the App's settings → Permissions & events, grant it, then accept the new permissions on the \
             installation's page."
        );
    }

    #[test]
    fn an_unknown_outcome_is_looked_at_again_and_not_refused() {
        let error = GitHubError::Unknown {
            call: "post a comment".into(),
            why: "502".into(),
        };
        assert!(matches!(
            Failure::from(error),
            Failure::Retry { after: None, .. }
        ));
    }
}
