//! Untrusted text in, safe text out, in both directions.
//!
//! [`inbound`] is for GitHub text on its way to an agent: what a person on the issue cannot see, the agent must not see.
//! [`outbound`] is for text that agents or people wrote on its way into a comment or pull request of ours: it must
//! notify nobody, link nowhere, close nothing, fetch nothing, command nothing. [`redact`] and [`find_secrets`] keep
//! secrets in. Order on the way out: `fit(outbound(redact(text)))`.
//!
//! `outbound` does not try to predict GitHub's renderer for every input; it rewrites text into a small form in which all
//! renderers agree: fences stand at column 0 and outgrow their content, code spans open and close on one line, every
//! other backtick and every `<` is escaped, links have one shape. Nothing here may panic, whatever the text.

mod fit;
mod held;
mod hidden;
mod inbound;
mod inline;
mod kind;
mod line;
mod live;
mod outbound;
mod pushed;
mod secrets;
mod word;

pub use fit::fit;
pub use held::HeldSecrets;
pub use hidden::{spelled_out, visible};
pub use inbound::inbound;
pub use inline::{inline, one_line, title};
pub use kind::SecretKind;
pub use outbound::outbound;
pub use pushed::is_doubtful;
pub use secrets::{Finding, find_secrets, redact, without_secrets};

/// What outgoing text may do after all. Everything is compared without regard to ASCII case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow {
    /// Logins that may be mentioned, without `@`.
    pub mention: Vec<String>,
    /// References that may stay live, exactly as written: `#12`, `octo/hello#12`, `GH-12`, or the full address of an
    /// issue or pull request. Even these are defused behind a closing keyword.
    pub references: Vec<String>,
    /// Hosts that may be linked to over http(s), without port: `github.com`.
    pub hosts: Vec<String>,
}

impl Allow {
    /// Nothing at all.
    pub fn nothing() -> Self {
        Self::default()
    }

    fn mentions(&self, login: &str) -> bool {
        self.mention
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(login))
    }

    fn refers(&self, reference: &str) -> bool {
        self.references
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(reference))
    }

    /// Whether an address may be live: plain http(s), no user, no port, an allowed host, and not an issue, pull request
    /// or commit page (GitHub turns those into references) unless it is named.
    fn links(&self, address: &str) -> bool {
        let Ok(url) = url::Url::parse(address) else {
            return false;
        };
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none();
        let host = url.host_str().unwrap_or_default();
        plain
            && self
                .hosts
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(host))
            && (self.refers(address) || !is_reference(&url))
    }
}

fn is_reference(url: &url::Url) -> bool {
    let kinds = ["issues", "pull", "pulls", "discussions", "commit"];
    let mut parts = url
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .skip(2);
    parts
        .next()
        .is_some_and(|kind| kinds.iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

/// Applies a rewrite until it changes nothing; most texts need one change and one look. The rounds are bounded so that
/// no text can make this loop; `last` then takes what is left apart by force.
fn settle(text: String, rewrite: impl Fn(&str) -> String, last: impl Fn(&str) -> String) -> String {
    let mut current = text;
    for _ in 0..12 {
        let next = rewrite(&current);
        if next == current {
            return current;
        }
        current = next;
    }
    last(&current)
}

#[cfg(test)]
mod tests;
