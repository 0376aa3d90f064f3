//! Notifications outside GitHub: which targets the operator named, which events each of them wants, and when a failed one is tried again.
//!
//! Values and arithmetic only; who sends is elsewhere. It must never show an address or a secret: an address of Slack's is a secret itself.

use std::fmt;

use chrono::DateTime;

use crate::event_name::DomainEvent;
use crate::glob;

/// What a maintainer is told when nobody says otherwise: that somebody has to answer or look, and what came of the work.
pub const DEFAULT: [DomainEvent; 10] = [
    DomainEvent::QuestionAsked,
    DomainEvent::PlanProposed,
    DomainEvent::PathsHeld,
    DomainEvent::HostAsked,
    DomainEvent::BudgetUsedUp,
    DomainEvent::NeedsPerson,
    DomainEvent::PullRequestOpened,
    DomainEvent::SessionCompleted,
    DomainEvent::SessionFailed,
    DomainEvent::ContainmentAlarm,
];

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Hides it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The operator's name of it.
    pub name: String,
    /// How it is told.
    pub way: Way,
    /// What it wants to hear.
    pub wanted: Wanted,
}

/// How a target is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The event as JSON, signed as GitHub signs its webhooks.
    Webhook {
        /// `http://…` or `https://…`.
        url: Hidden,
        /// What it is signed with; not empty.
        secret: Hidden,
    },
    /// A line of text, as Slack's incoming webhooks take it.
    Slack {
        /// `https://…`, which whoever knows may write to.
        url: Hidden,
    },
    /// A digest by mail.
    Email(Box<Email>),
}

impl Way {
    /// Its word in `skep.toml`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Slack { .. } => "slack",
            Self::Email(_) => "email",
        }
    }

    /// Every word there is.
    pub const KINDS: [&'static str; 3] = ["webhook", "slack", "email"];

    /// What of it may stand in no text.
    pub fn secrets(&self) -> Vec<&str> {
        match self {
            Self::Webhook { url, secret } => vec![url.expose(), secret.expose()],
            Self::Slack { url } => vec![url.expose()],
            Self::Email(email) => {
                let login = email.login.iter();
                login.map(|login| login.password.expose()).collect()
            }
        }
    }

    /// How often a digest is made, where it makes digests, milliseconds.
    pub fn every_ms(&self) -> Option<i64> {
        match self {
            Self::Email(email) => Some(email.every_ms),
            Self::Webhook { .. } | Self::Slack { .. } => None,
        }
    }
}

/// By mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The server that takes it.
    pub relay: Relay,
    /// `skep@example.org`.
    pub from: String,
    /// At least one.
    pub to: Vec<String>,
    /// Who we are there, where it asks.
    pub login: Option<Login>,
    /// A digest is made so often, milliseconds.
    pub every_ms: i64,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub privacy: Privacy,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// By TLS from the first byte: `smtps://`.
    Tls,
    /// By TLS after it was asked for (RFC 3207), and not at all without it: `smtp://`.
    StartTls,
    /// Openly: `smtp://` on loopback.
    Open,
}

/// Name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Hidden,
}

/// What a target wants to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// These events; not empty.
    pub events: Vec<DomainEvent>,
    /// Only of repositories that fit one of these, `owner/name` with `*`; of all, where there is none.
    pub repositories: Vec<String>,
}

impl Wanted {
    /// Whether it wants an event of this repository; one of no repository only those hear who asked for all.
    pub fn is_of(&self, repository: Option<&str>) -> bool {
        let fits = |name: &str| {
            let name = name.to_ascii_lowercase();
            let mut patterns = self.repositories.iter();
            patterns.any(|pattern| glob::matches(&pattern.to_ascii_lowercase(), &name))
        };
        self.repositories.is_empty() || repository.is_some_and(fits)
    }
}

/// How often and how soon something that could not be sent is tried again; times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before the second try; each pause after it is three times as long.
    pub first_ms: i64,
    /// No pause is longer, whatever a receiver asks for.
    pub longest_ms: i64,
    /// After so many tries it is given up.
    pub tries: i64,
}

impl Default for Patience {
    /// Ten tries within about seven hours.
    fn default() -> Self {
        Self {
            first_ms: 10_000,
            longest_ms: 7_200_000,
            tries: 10,
        }
    }
}

impl Patience {
    /// The pause after so many tries (from 1 on), a quarter of it up to chance: `jitter` gives a number from 0 up to below its argument.
    /// A receiver that says when it wants to be asked again is not asked sooner, within the longest pause.
    pub fn pause_ms(
        &self,
        tries: i64,
        asked_for: Option<i64>,
        jitter: impl FnOnce(i64) -> i64,
    ) -> i64 {
        let times = u32::try_from(tries.clamp(1, 20) - 1).unwrap_or_default();
        let pause = self.first_ms.saturating_mul(3_i64.saturating_pow(times));
        let pause = pause.clamp(1, self.longest_ms);
        let pause = pause - pause / 4 + jitter(pause / 4 + 1);
        pause.max(asked_for.unwrap_or_default().min(self.longest_ms))
    }
}

/// How long `Retry-After` asks to wait: seconds, or a moment (RFC 9110, 10.2.3); milliseconds.
pub fn retry_after_ms(value: &str, now: i64) -> Option<i64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let at = DateTime::parse_from_rfc2822(value).ok()?;
    Some(at.timestamp_millis().saturating_sub(now).max(0))
}

/// Whether a text is an address that mail can go to: plain ASCII, one `@`, nothing that could be taken for more than an address.
pub fn is_mail_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    match text.split_once('@') {
        Some((name, at)) => {
            let whole = !name.is_empty() && !at.is_empty() && text.len() <= 254;
            let dotted = |part: &str| part.split('.').all(|one| !one.is_empty());
            whole && name.chars().all(plain) && at.chars().all(host) && dotted(name) && dotted(at)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(repositories: &[&str]) -> Wanted {
        Wanted {
            events: DEFAULT.to_vec(),
            repositories: repositories.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn repositories_are_known_by_name_or_pattern_in_any_case() {
        assert!(wanted(&[]).is_of(None) && wanted(&[]).is_of(Some("a/b")));
        let some = wanted(&["Octo/hello", "acme/*"]);
        for (name, is_of) in [
            (Some("octo/HELLO"), true),
            (Some("acme/anything"), true),
            (Some("octo/hello2"), false),
            (Some("xacme/a"), false),
            (None, false),
        ] {
            assert_eq!(some.is_of(name), is_of, "{name:?}");
        }
    }

    #[test]
    fn pauses_grow_up_to_a_bound_and_none_is_shorter_than_a_receiver_asks_for() {
        let patience = Patience::default();
        let least = |tries| patience.pause_ms(tries, None, |_| 0);
        assert_eq!([1, 2, 3].map(least), [7_500, 22_500, 67_500]);
        assert_eq!(least(9), 5_400_000);
        assert_eq!(least(i64::MAX), 5_400_000);
        // With all that chance may add, it is the pause itself.
        assert_eq!(patience.pause_ms(1, None, |below| below - 1), 10_000);
        assert_eq!(patience.pause_ms(1, Some(60_000), |_| 0), 60_000);
        assert_eq!(patience.pause_ms(1, Some(i64::MAX), |_| 0), 7_200_000);
        let all: i64 = (1..patience.tries).map(least).sum();
        assert!((5 * 3_600_000..8 * 3_600_000).contains(&all), "{all}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_moment() {
        let now = 1_445_412_420_000;
        for (value, ms) in [
            ("120", Some(120_000)),
            (" 0 ", Some(0)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(60_000)),
            ("Wed, 21 Oct 2015 07:20:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
        ] {
            assert_eq!(retry_after_ms(value, now), ms, "{value}");
        }
    }

    #[test]
    fn a_mail_address_is_nothing_else() {
        for good in ["ana@example.org", "a.b+c@mail.example", "root@localhost"] {
            assert!(is_mail_address(good), "{good}");
        }
        for bad in [
            "ana",
            "@x",
            "a@",
            "a@b@c",
            "a b@c",
            "a@b\r\nBcc: x@y",
            "Ana <a@b>",
            "a,b@c",
            "a..b@c",
            "ä@b",
        ] {
            assert!(!is_mail_address(bad), "{bad}");
        }
    }

    #[test]
    fn nothing_that_is_shown_for_debugging_holds_a_secret() {
        let target = Target {
            name: "team".to_owned(),
            way: Way::Webhook {
                url: Hidden::new("https://example.org/hunter1"),
                secret: Hidden::new("hunter2"),
            },
            wanted: wanted(&[]),
        };
        assert!(!format!("{target:?}").contains("hunter"));
        assert_eq!(target.way.secrets().len(), 2);
    }
}
