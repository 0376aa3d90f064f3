//! What an agent tried that its sandbox does not allow: on the issue, and where its work is reviewed.

use super::code;
use crate::containment::{Attempt, Attempts, Weight};

/// So many are named.
const NAMED: usize = 5;

/// Why words of an agent were stopped, half a sentence.
const LEAK: &str = "it holds a secret of skep's own";
/// Why a session is held whose agent said a secret.
pub const HELD: &str = "its agent was about to say a secret of skep's own. Nothing of that was posted. The operator looks how the agent came by it and changes \
the secret; what the agent read may have told it to";
/// Where an agent says something, besides its tools.
pub const LAST_MESSAGE: &str = "the last message of a turn";

/// That an agent said a secret, by a tool of that name or in its last message. The secret is not in it.
pub fn leak(by: &str) -> Attempt {
    Attempt::new(by.to_owned(), LEAK, Weight::Grave)
}

/// In the pull request, before all else, where it looks like more than a program's habits.
pub fn alarm(attempts: &Attempts) -> Option<String> {
    attempts.is_a_pattern().then(|| {
        format!(
            "🚨 **Review this as an attack:** while it worked, the agent tried what its sandbox does not allow ({}). All of it was refused. \
             Somebody's words on the issue, or something it read, may have told it to.",
            named(attempts)
        )
    })
}

/// Among the details, where there is no alarm.
pub fn line(attempts: &Attempts) -> Option<String> {
    (!attempts.is_empty()).then(|| format!("Refused by its sandbox: {}", named(attempts)))
}

/// A line of the timeline: the first of a kind.
pub fn first(attempt: &Attempt) -> String {
    format!(
        "Refused by its sandbox: {}{} ({}).",
        code(&attempt.what, 80),
        by(attempt),
        attempt.why
    )
}

fn by(attempt: &Attempt) -> String {
    match attempt.by.as_str() {
        "" => String::new(),
        program => format!(" by {}", code(program, 40)),
    }
}

fn named(attempts: &Attempts) -> String {
    let all: Vec<String> = attempts
        .seen
        .iter()
        .take(NAMED)
        .map(|(attempt, count)| {
            let times = match count {
                1 => String::new(),
                count => format!(", {count} times or more"),
            };
            format!(
                "{}{}: {}{times}",
                code(&attempt.what, 80),
                by(attempt),
                attempt.why
            )
        })
        .collect();
    let more = attempts.seen.len().saturating_sub(NAMED) as u64 + attempts.more;
    let more = match more {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("{}{more}", all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_named_and_counted() {
        let attempt = |what: &str, grave| {
            let weight = if grave { Weight::Grave } else { Weight::Odd };
            Attempt::new(what.into(), "the host is not on its list", weight)
        };
        let mut all = Attempts::default();
        assert_eq!((alarm(&all), line(&all)), (None, None));
        all.note(&attempt("telemetry.example:443", false), 10);
        assert_eq!(alarm(&all), None);
        insta::assert_snapshot!(line(&all).expect("a line"), @"Refused by its sandbox: `telemetry.example:443`: the host is not on its list, 10 times or more");
        let by = Attempt {
            by: "curl".into(),
            ..attempt("169.254.169.254:80", true)
        };
        all.note(&by, 1);
        assert_eq!(
            first(&by),
            "Refused by its sandbox: `169.254.169.254:80` by `curl` (the host is not on its list)."
        );
        insta::assert_snapshot!(alarm(&all).expect("an alarm"), @"🚨 **Review this as an attack:** while it worked, the agent tried what its sandbox does not allow (`telemetry.example:443`: the host is not on its list, 10 times or more; `169.254.169.254:80` by `curl`: the host is not on its list). All of it was refused. Somebody's words on the issue, or something it read, may have told it to.");
    }
}
