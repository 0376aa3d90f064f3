//! What an issue has cost and may cost: the meter, the warning, the stop, and how people raise it. A figure is never shown as
//! more exact than it is.

use super::{answer_replies, count, span};
use crate::budget::{Amounts, Cap, percent};
use crate::policy::{Context, Policy};
use crate::task::Task;
use crate::usage::{Exactness, Figure};

/// Why a held session goes on, half a sentence.
pub const RAISED: &str = "its budget was raised";
/// Raise, by somebody who was delegated.
pub const WRITERS_ONLY: &str = "Only people with write access can raise what an issue may cost.";

/// What was spent, each of what may be, and what the waiting for people cost.
pub fn meter(task: &Task, cx: Context<'_>) -> String {
    let caps = task.caps(cx.policy);
    let spent = &task.meter.spent;
    let mut parts = match (spent.all_tokens().exactness(), spent.cost.exactness()) {
        (Exactness::Unknown, Exactness::Unknown) => vec!["tokens and cost unknown".to_owned()],
        _ => vec![
            tokens(spent.all_tokens(), caps.tokens),
            money(spent.cost, caps.cost),
        ],
    };
    parts.push(sessions(task, caps));
    let worked = span(spent.worked_ms);
    parts.push(match caps.time_ms {
        0 => format!("{worked} at work"),
        limit => format!("{worked} of {} at work", span_of(limit)),
    });
    let (ms, cost) = task.meter.waited(cx.now);
    if ms > 0 {
        parts.push(format!(
            "{} waiting for people: {} tokens",
            span(ms),
            short(cost)
        ));
    }
    parts.join(", ")
}

fn sessions(task: &Task, caps: Amounts) -> String {
    let had: u64 = task.sessions.into();
    match caps.attempts {
        0 => count(had, "session"),
        limit => format!("{had} of {}", count(limit, "session")),
    }
}

fn tokens(figure: Figure, limit: u64) -> String {
    let of = match limit {
        0 => String::new(),
        limit => format!(" of {}", short(limit)),
    };
    let shown = format!("{}{of} tokens", short(figure.amount));
    sure(figure.exactness(), &shown, "tokens unknown")
}

fn money(figure: Figure, limit: u64) -> String {
    let of = match limit {
        0 => String::new(),
        limit => format!(" of {}", dollars(limit)),
    };
    let shown = format!("{}{of}", dollars(figure.amount));
    sure(figure.exactness(), &shown, "cost unknown")
}

/// An amount, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// How much.
    pub amount: Option<u64>,
    /// How sure that is.
    pub exactness: Exactness,
}

/// What one session has cost: its tokens and its money (millionths of a dollar), each as far as it is known, and its time at
/// work (milliseconds).
pub fn spent(tokens: Known, cost: Known, worked_ms: i64) -> String {
    let shown = format!("{} tokens", short(tokens.amount.unwrap_or_default()));
    let tokens = sure(tokens.exactness, &shown, "tokens unknown");
    let shown = dollars(cost.amount.unwrap_or_default());
    let cost = sure(cost.exactness, &shown, "cost unknown");
    format!("{tokens}, {cost}, {} at work", span(worked_ms))
}

/// Money (millionths of a dollar), as far as it is known.
pub fn cost(known: Known) -> String {
    let shown = dollars(known.amount.unwrap_or_default());
    sure(known.exactness, &shown, "unknown")
}

/// A figure with how sure it is.
fn sure(exactness: Exactness, shown: &str, unknown: &str) -> String {
    match exactness {
        Exactness::Exact => shown.to_owned(),
        Exactness::AtLeast => format!("{shown} (at least)"),
        Exactness::AtMost => format!("{shown} (at most)"),
        Exactness::About => format!("{shown} (about)"),
        Exactness::Unknown => unknown.to_owned(),
    }
}

/// `950`, `12.3k`, `1.2M`.
pub fn short(number: u64) -> String {
    let (unit, sign) = match number {
        0..1_000 => return number.to_string(),
        1_000..1_000_000 => (1_000, "k"),
        _ => (1_000_000, "M"),
    };
    let (whole, tenth) = (number / unit, number % unit * 10 / unit);
    match tenth {
        0 => format!("{whole}{sign}"),
        tenth => format!("{whole}.{tenth}{sign}"),
    }
}

/// `$0.04`, `$12.30`, `under $0.01` of millionths of a dollar.
pub fn dollars(millionths: u64) -> String {
    match millionths {
        0 => "$0".to_owned(),
        1..10_000 => "under $0.01".to_owned(),
        _ => format!(
            "${}.{:02}",
            millionths / 1_000_000,
            millionths / 10_000 % 100
        ),
    }
}

fn span_of(ms: u64) -> String {
    span(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// So much of so much, of one of the limits.
pub fn of(task: &Task, cap: Cap, policy: &Policy) -> String {
    let (used, limit) = (task.used(cap), task.caps(policy).of(cap));
    match cap {
        Cap::Attempts => format!("{} of {}", used.min(limit), count(limit, "session")),
        Cap::Time => format!("{} of {} at work", span_of(used), span_of(limit)),
        Cap::Tokens => format!("{} of {} tokens", short(used), short(limit)),
        Cap::Cost => format!("{} of {}", dollars(used), dollars(limit)),
    }
}

fn what(cap: Cap) -> &'static str {
    match cap {
        Cap::Attempts => "the issue's sessions are",
        Cap::Time => "the issue's time at work is",
        Cap::Tokens => "the issue's tokens are",
        Cap::Cost => "the issue's money is",
    }
}

/// At the end of the header: what is nearly used up. What a turn uses is known to the last at its end.
pub fn near(task: &Task, policy: &Policy) -> Option<String> {
    let known = task.nearly_used_up(policy).into_iter().next();
    let cap = known.or(task.meter.warned.last().copied())?;
    let part = percent(task.used(cap), task.caps(policy).of(cap)).min(100);
    let what = match cap {
        Cap::Attempts => "its sessions",
        Cap::Time => "its time at work",
        Cap::Tokens => "its tokens",
        Cap::Cost => "its money",
    };
    Some(match known {
        Some(_) => format!("{part} % of {what} used"),
        None => format!("{what} nearly used up"),
    })
}

/// In the header of a session that waits because it may cost no more.
pub fn waits(cap: Cap) -> String {
    format!("{} used up", what(cap))
}

/// In the timeline, once: nearly used up.
pub fn nearly(task: &Task, cap: Cap, policy: &Policy) -> String {
    format!("Nearly used up: {}.", of(task, cap, policy))
}

/// In the timeline, from a running turn, of which only the end tells the numbers.
pub fn nearly_in_turn(cap: Cap) -> String {
    let what = match cap {
        Cap::Attempts => "sessions",
        Cap::Time => "time at work",
        Cap::Tokens => "tokens",
        Cap::Cost => "money",
    };
    format!("Nearly used up, by the turn that runs: {what}.")
}

/// What is used up, in the timeline.
pub fn used_up_now(task: &Task, cap: Cap, policy: &Policy) -> String {
    capitalized(&used_up(task, cap, policy))
}

/// What is used up, a whole sentence that may follow others.
pub fn used_up(task: &Task, cap: Cap, policy: &Policy) -> String {
    format!("{} used up ({}).", what(cap), of(task, cap, policy))
}

/// How it goes on, a whole sentence.
pub fn way_out(cap: Cap) -> String {
    let raise = match cap {
        Cap::Attempts => "+2 attempts",
        Cap::Time => "+30m",
        Cap::Tokens => "+500k tokens",
        Cap::Cost => "+$5",
    };
    format!(
        "To go on, somebody with write access comments `/agent budget {raise}` (or as much as you like); to end it, \
         `/agent stop`. Until then nothing runs, and nothing is spent."
    )
}

/// The comment that tells people of the stop.
pub fn notice(task: &Task, cap: Cap, policy: &Policy) -> String {
    let to = task.job().and_then(|job| job.actor.login());
    let used = used_up(task, cap, policy);
    let first = match to {
        Some(login) => format!("@{login} {used}"),
        None => capitalized(&used),
    };
    let begun = task.job().is_some_and(|job| job.started_at.is_some());
    let kept = if begun {
        "The session waits, and what it made is kept."
    } else {
        "The session has not begun."
    };
    format!("{first} {kept}\n\n{}", way_out(cap))
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text.to_owned(),
    }
}

/// What `/agent budget` answers.
pub fn shown(task: &Task, cx: Context<'_>) -> String {
    let caps = task.caps(cx.policy);
    let runs = match task.waits_for_people() {
        true => " It waits for people: nothing runs, and nothing is spent.",
        false => "",
    };
    let more = match Cap::ALL.iter().any(|cap| caps.of(*cap) > 0) {
        true => {
            "`/agent budget +500k tokens`, `+$5`, `+2 attempts` or `+30m` raises what it may cost."
        }
        false => "Nothing limits what it may cost.",
    };
    format!("So far: {}.{runs}\n\n{more}", meter(task, cx))
}

/// A limit was raised.
pub fn raised(task: &Task, cap: Cap, policy: &Policy) -> String {
    let now = of(task, cap, policy);
    match task.used_up(policy) {
        None => format!("Raised. Used so far: {now}."),
        Some(still) => format!(
            "Raised. Used so far: {now}. Still, {} {}",
            used_up(task, still, policy),
            way_out(still)
        ),
    }
}

/// In the timeline.
pub fn raised_by(login: &str, cap: Cap, limit: u64) -> String {
    let limit = match cap {
        Cap::Attempts => count(limit, "session"),
        Cap::Time => format!("{} at work", span_of(limit)),
        Cap::Tokens => format!("{} tokens", short(limit)),
        Cap::Cost => dollars(limit),
    };
    format!(
        "{} raised what it may cost to {limit}.",
        answer_replies::name(login)
    )
}

/// There is no such limit.
pub fn unlimited(cap: Cap) -> String {
    let what = match cap {
        Cap::Attempts => "number of sessions",
        Cap::Time => "time at work",
        Cap::Tokens => "number of tokens",
        Cap::Cost => "money",
    };
    format!(
        "Nothing limits the {what} of this issue, so there is nothing to raise. `/agent budget` shows what it has cost."
    )
}

/// A plain number where nothing is used up.
pub const WHICH: &str = "Nothing is used up, so please say what to raise: `/agent budget +500k tokens`, `+$5`, `+2 attempts` or `+30m`.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let numbers = [0, 999, 1_000, 12_345, 999_999, 1_000_000, 1_250_000].map(short);
        assert_eq!(numbers, ["0", "999", "1k", "12.3k", "999.9k", "1M", "1.2M"]);
        let money = [0, 9_999, 40_000, 12_300_000].map(dollars);
        assert_eq!(money, ["$0", "under $0.01", "$0.04", "$12.30"]);
    }

    #[test]
    fn a_figure_says_how_sure_it_is() {
        let about = |more, less| Figure {
            amount: 12_300,
            more,
            less,
        };
        let shown = [
            about(false, false),
            about(true, false),
            about(false, true),
            about(true, true),
        ]
        .map(|figure| tokens(figure, 500_000));
        assert_eq!(
            shown,
            [
                "12.3k of 500k tokens",
                "12.3k of 500k tokens (at least)",
                "12.3k of 500k tokens (at most)",
                "12.3k of 500k tokens (about)"
            ]
        );
        assert_eq!(tokens(Figure::UNKNOWN, 500_000), "tokens unknown");
        assert_eq!(money(Figure::exact(40_000), 0), "$0.04");
        assert_eq!(money(Figure::UNKNOWN, 0), "cost unknown");
    }
}
