//! What is said of a start that is only thought through: what would begin, what stands in the way, what it may cost.

use super::{count, span};

/// What is known only when it begins, with how many files people attached.
pub fn not_known(attachments: usize) -> Vec<String> {
    let mut not_known = vec![
        "the random word around other people's text, which stands as zeros here".to_owned(),
        "whether Git LFS keeps files of it".to_owned(),
        "which other work changes the same files".to_owned(),
    ];
    if attachments > 0 {
        not_known.push(format!(
            "{}, fetched and named when it begins",
            count(attachments as u64, "attached file")
        ));
    }
    not_known
}

/// The first line: what would begin.
pub fn headline(begins: &str, held: usize, refusal: Option<&str>) -> String {
    match (begins, refusal, held) {
        (_, Some(why), _) => format!("would not start: {why}"),
        ("revision", None, _) => {
            "the session of its open pull request would go on with it".to_owned()
        }
        (_, None, 0) => "would start a session".to_owned(),
        (_, None, _) => "would be queued, and wait".to_owned(),
    }
}

/// What holds where a gate lets a start through.
pub fn gate(name: &str) -> &str {
    match name {
        "is_on" => "skep is not switched off for it",
        "is_an_issue" => "it is an issue, not a pull request",
        "is_open" => "it is open",
        "may_start" => "whoever asks may start work (here: the operator)",
        "is_not_archived" => "the repository is not archived",
        "has_commits" => "the repository has a commit to start from",
        other => other,
    }
}

/// Which agents it may be given to.
pub fn agents(agents: &[String]) -> String {
    match agents.split_first() {
        None => String::new(),
        Some((first, [])) => first.clone(),
        Some((first, others)) => format!("{first}; else {}", others.join(", ")),
    }
}

/// What the role may do.
pub fn rights(writes: bool, plans_first: bool) -> &'static str {
    match (writes, plans_first) {
        (false, _) => "reads only",
        (true, false) => "changes files",
        (true, true) => "makes a plan, changes files once a person has approved it",
    }
}

/// The branch it works on.
pub fn branch(branch: &str, base: &str) -> String {
    format!("{branch}, from {base}")
}

/// The clocks of a session.
pub fn clocks(session_ms: i64, silence_ms: i64) -> String {
    format!(
        "{} for the session, {} of silence",
        span(session_ms),
        span(silence_ms)
    )
}

/// What the issue may take in all; empty where nothing is limited. Attempts, milliseconds, tokens, millionths of a dollar.
pub fn caps([attempts, time_ms, tokens, cost]: [u64; 4]) -> String {
    let there = |limit: u64, words: String| (limit > 0).then_some(words);
    let time = i64::try_from(time_ms).unwrap_or(i64::MAX);
    let all = [
        there(attempts, count(attempts, "session")),
        there(time_ms, format!("{} at work", span(time))),
        there(tokens, format!("{tokens} tokens")),
        there(cost, dollars(cost)),
    ];
    Vec::from_iter(all.into_iter().flatten()).join(", ")
}

/// On which sessions an estimate rests.
pub fn basis(sessions: u64, agent: &str, here: bool) -> String {
    let where_ = match here {
        true => "in this repository",
        false => "in other repositories (none here yet)",
    };
    format!("{} of {agent} {where_}", count(sessions, "past session"))
}

/// There is none.
pub const NOTHING_TO_GO_BY: &str = "nothing to go by: its agent has finished no session yet";

/// Tokens, as they were: the median and the most.
pub fn tokens(median: u64, most: u64) -> String {
    format!("{median} tokens (at most {most})")
}

/// The same of money, millionths of a dollar.
pub fn cost(median: u64, most: u64) -> String {
    format!("{} (at most {})", dollars(median), dollars(most))
}

/// The same of the time at work, milliseconds.
pub fn worked(median: u64, most: u64) -> String {
    let long = |ms: u64| span(i64::try_from(ms).unwrap_or(i64::MAX));
    format!("{} of work (at most {})", long(median), long(most))
}

/// What it may come to.
pub fn usual(figures: &[String], basis: &str) -> String {
    match figures.is_empty() {
        true => format!("not told by {basis}"),
        false => format!("{}: the median of {basis}", figures.join(", ")),
    }
}

fn dollars(micros: u64) -> String {
    let cents = micros.saturating_add(5_000) / 10_000;
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// The queue it comes into.
pub fn queue(at_work: u32, slots: u32, waiting: usize) -> String {
    format!("{at_work} of {slots} at work, {waiting} waiting")
}

/// Nothing starts there.
pub const PAUSED: &str = "the operator lets nothing start there: `skep resume`";

/// Above the prompt.
pub const PROMPT: &str = "the agent would be told:";

/// Below all of it.
pub fn nothing_done(begins: bool) -> &'static str {
    match begins {
        true => "nothing was done; `skep dispatch` starts it",
        false => "nothing was done",
    }
}

/// What is for a task list was asked for an issue.
pub fn only_for_a_list(flag: &str) -> String {
    format!("{flag} is for a repository's task list: name `OWNER/REPO` without an issue")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_are_none_are_not_named() {
        assert_eq!(caps([0, 0, 0, 0]), "");
        assert_eq!(
            caps([5, 14_400_000, 5_000_000, 2_500_000]),
            "5 sessions, 4 h 0 m at work, 5000000 tokens, $2.50"
        );
        assert_eq!(dollars(4_999), "$0.00");
        assert_eq!(dollars(1_995_000), "$2.00");
    }
}
