//! What is said about the gateway between an agent and its model.

use chrono::DateTime;

use crate::agent::ErrorClass;
use crate::gateway::{Keys, ModelRefusal, NotServed};

/// Why a request does not go through, as half a sentence.
pub fn reason(why: NotServed) -> &'static str {
    match why {
        NotServed::Path => "only requests for a model's answers go through",
        NotServed::Odd => "its path can be read in more than one way",
        NotServed::OtherHost => "it asks for another host than the gateway",
        NotServed::NoWord => "it carries no key",
        NotServed::OtherKey => "it carries another key than the one of its session",
    }
}

/// What a refused program reads.
pub fn refusal(why: NotServed) -> String {
    format!(
        "skep does not pass this request on: {}. Trying again changes nothing.",
        reason(why)
    )
}

/// What a program reads whose session has used up its budget.
pub const SPENT: &str = "The budget of this session is used up; skep ends it now.";

/// What a program reads whose request is larger than any model takes.
pub const TOO_LARGE: &str = "This request is larger than the gateway to the model takes.";

/// What a program reads that asks for a WebSocket.
pub const NO_SOCKET: &str = "The gateway to the model takes requests by POST only.";

/// What a program reads whose model's server cannot be reached.
pub const UNREACHABLE: &str = "The model's server could not be reached.";

/// A model that was asked and gave no answer, so many times in a row; a part of a sentence, and read by
/// [`wait_named`](crate::agent::wait_named).
pub fn refused(refusal: &ModelRefusal, times: u32) -> String {
    let status = refusal.status;
    let what = match (status, refusal.class) {
        (0, _) => "the model's server could not be reached".to_owned(),
        (200, ErrorClass::RateLimit) => {
            "the model's server refused more in the middle of an answer".to_owned()
        }
        (200, _) => "the model's server failed in the middle of an answer".to_owned(),
        (status, ErrorClass::Auth) => {
            format!("the model's server does not take the key: it answered {status}")
        }
        (status, _) => format!("the model's server answered {status}"),
    };
    let code = match refusal.code.as_str() {
        "" => String::new(),
        code => format!(" ({code})"),
    };
    let times = match times {
        0 | 1 => String::new(),
        times => format!(" {times} times in a row"),
    };
    let again = refusal
        .again_at
        .and_then(DateTime::from_timestamp_millis)
        .map_or_else(String::new, |at| {
            // A second more than it was: a part of one is not written.
            let at = at + chrono::TimeDelta::milliseconds(999);
            format!("; it resets at {}", at.format("%Y-%m-%d %H:%M:%S UTC"))
        });
    format!("{what}{code}{times}{again}")
}

/// On a pull request whose agent had its key with it; none where it had not.
pub fn keys_inside(keys: &Keys) -> Option<String> {
    keys.are_inside()
        .then(|| format!("The agent had a key with it: {}.", held(keys)))
}

/// Where an agent's keys are, for `skep config check` and the log.
pub fn place(keys: &Keys) -> Option<String> {
    let outside = (!keys.outside.is_empty()).then(|| {
        format!(
            "outside the sandbox ({}), which a gateway adds",
            keys.outside.join(", ")
        )
    });
    let inside = keys
        .are_inside()
        .then(|| format!("inside the sandbox: {}", held(keys)));
    match (outside, inside) {
        (Some(outside), Some(inside)) => Some(format!("{outside}; {inside}")),
        (one, other) => one.or(other),
    }
}

fn held(keys: &Keys) -> String {
    let mut all = keys.inside.clone();
    if keys.home {
        all.push("the login in its own home".to_owned());
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::wait_named;

    /// 2026-11-28T18:00:00Z.
    const NOW: i64 = 1_795_888_800_000;

    #[test]
    fn what_is_said_of_a_refusal_can_be_read_again() {
        let refusal = ModelRefusal {
            class: ErrorClass::RateLimit,
            status: 429,
            code: "rate_limit_error".into(),
            again_at: Some(NOW + 3_600_000),
        };
        let said = refused(&refusal, 3);
        assert_eq!(
            said,
            "the model's server answered 429 (rate_limit_error) 3 times in a row; it resets at 2026-11-28 19:00:00 UTC"
        );
        assert_eq!(wait_named(&said, NOW), Some(3_600_000));
        let later = ModelRefusal {
            again_at: Some(NOW + 1),
            ..refusal
        };
        assert_eq!(wait_named(&refused(&later, 1), NOW), Some(1_000));
        assert_eq!(
            refused(&ModelRefusal::unreachable(), 1),
            "the model's server could not be reached"
        );
    }

    #[test]
    fn where_keys_are_is_said() {
        let mut keys = Keys {
            outside: vec!["anthropic".into()],
            ..Keys::default()
        };
        assert_eq!(keys_inside(&keys), None);
        assert_eq!(
            place(&keys).as_deref(),
            Some("outside the sandbox (anthropic), which a gateway adds")
        );
        keys.inside.push("CLAUDE_CODE_OAUTH_TOKEN".into());
        keys.home = true;
        assert_eq!(
            keys_inside(&keys).as_deref(),
            Some(
                "The agent had a key with it: CLAUDE_CODE_OAUTH_TOKEN, the login in its own home."
            )
        );
        assert_eq!(place(&Keys::default()), None);
    }
}
