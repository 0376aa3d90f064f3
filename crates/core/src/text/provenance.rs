//! What is said of a pull request's provenance: the fold in its text, and what `skep verify-pull` answers.

use super::budget::{self, Known};
use super::count;
use crate::consent::ChangeHash;
use crate::ids::CommentId;
use crate::provenance::{Cost, Departure, Predicate, Replayed, Statement};
use crate::sanitise;
use crate::verification::RunEnd;

/// Longest fold, in characters.
pub const LONGEST: usize = 14_000;
/// Longest statement, in bytes: as base64 it is a third longer, and fits with the words around it.
pub const LONGEST_STATEMENT: usize = 9_600;
/// Who asked, where nobody on GitHub did.
pub const OPERATOR: &str = "the operator";

/// The fold in the text of a pull request.
pub fn fold(line: &str) -> String {
    format!(
        "<details><summary>Provenance: a signed statement</summary>\n\nWhat this server recorded of how the commit above came to be, and \
         what the agent claims, signed with the server's key. `skep verify-pull` with this page's address checks it and runs the \
         recorded commands again.\n\n```json\n{line}\n```\n\n</details>"
    )
}

/// What was approved of protected paths.
pub fn paths(hash: &ChangeHash, paths: &[String]) -> String {
    let named: Vec<&str> = paths.iter().take(10).map(String::as_str).collect();
    format!("protected paths {}: {}", hash.short(), named.join(", "))
}

/// That a comment was let in.
pub fn comment(comment: CommentId, sha256: &str) -> String {
    format!("comment {comment} (SHA-256 {sha256}) as data for the agent")
}

/// That a host was opened.
pub fn host(host: &str) -> String {
    format!("connections to {host}")
}

/// What a key is, for whoever keeps it.
pub fn key(pem: &str, id: &str) -> String {
    format!("{pem}key id: {id}\n")
}

/// The text has no statement.
pub fn none(pull: &str) -> String {
    format!(
        "{pull} carries no statement of provenance: it was not made by a skep that signs, or somebody took the statement out of its text."
    )
}

/// Why a statement does not hold, whatever it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// There is something that looks like one and cannot be read.
    Unreadable,
    /// It is signed with another key.
    OtherKey,
    /// The signature is not of these words.
    Bent,
}

/// It is forged.
pub fn flawed(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Unreadable => {
            "What stands where the statement of provenance belongs cannot be read: it was changed."
        }
        Flaw::OtherKey => {
            "The statement of provenance is signed with another key than the one that was given: this installation did not make it."
        }
        Flaw::Bent => {
            "The statement of provenance does not fit its signature: it was changed after it was signed."
        }
    }
}

/// It is signed, and not of this pull request as it is.
pub fn departs(departure: &Departure, (head, base_branch): (&str, &str)) -> String {
    match departure {
        Departure::Repository { said } => format!(
            "The statement of provenance is signed, but it is of the repository {said}: it was copied from there."
        ),
        Departure::Branch { said } => format!(
            "The statement of provenance is signed, but it is of the branch {said}: it was copied from another pull request."
        ),
        Departure::Head { said } => format!(
            "The statement of provenance is signed, but the pull request has moved on: it is of commit {}, and the head is {head}. \
             Nothing is stated of what was pushed since.",
            said.as_deref().unwrap_or("(none)")
        ),
        Departure::Base { said } => format!(
            "The statement of provenance is signed, but the pull request has moved on: the work was made for {said}, and goes to \
             {base_branch} now."
        ),
    }
}

/// The changes between base and commit are not those that the statement has.
pub const OTHER_CHANGES: &str =
    "The statement of provenance is signed, but what the commit changes is not what it says.";

/// All of a statement that holds, for people.
pub fn holds(pull: &str, statement: &Statement) -> String {
    let Predicate {
        place,
        made_by,
        seen,
        claimed,
        left_out,
    } = &statement.predicate;
    let commit = statement.digest("commit", "gitCommit").unwrap_or_default();
    let mut lines = vec![
        format!("{pull} is what its statement of provenance says."),
        String::new(),
        format!(
            "commit      {commit} on {} at {}",
            place.base_branch, place.base
        ),
        format!("issue       {}#{}", place.repository, place.issue),
        format!(
            "made by     agent {}, role {}, session {}",
            made_by.agent, made_by.role, made_by.session
        ),
        format!(
            "            skep {}, sandbox {}",
            made_by.maker.skep, made_by.maker.sandbox
        ),
        format!("asked by    {}", seen.asked_by),
    ];
    for approval in &seen.approvals {
        lines.push(format!("approved    {} by {}", approval.what, approval.by));
    }
    match &seen.commands {
        None => lines.push("ran         nothing: no commands of the repository".to_owned()),
        Some(all) => lines.extend(
            all.iter()
                .map(|ran| format!("ran         {}: {}", ran.command, end(&ran.end))),
        ),
    }
    lines.push(format!("reached     {}", listed(&seen.reached)));
    for refusal in &seen.refused {
        lines.push(format!("refused     {}: {}", refusal.what, refusal.why));
    }
    if !seen.opened.is_empty() {
        lines.push(format!("opened      {}", listed(&seen.opened)));
    }
    if let Some(cost) = &seen.cost {
        lines.push(format!("cost        {}, counted by skep", spent(cost)));
    }
    lines.push("claimed by the agent, and checked by nobody:".to_owned());
    lines.push(format!(
        "  agent     {}",
        claimed.agent.as_deref().unwrap_or("unnamed")
    ));
    for claim in &claimed.commands {
        lines.push(format!(
            "  ran       {} ({:?})",
            claim.command, claim.status
        ));
    }
    if let Some(cost) = &claimed.cost {
        lines.push(format!("  cost      {}", spent(cost)));
    }
    if *left_out > 0 {
        lines.push(format!("left out    {}", count(*left_out, "item")));
    }
    lines.iter().map(|line| clean(line) + "\n").collect()
}

/// One line for a terminal: an agent or a stranger wrote parts of it.
fn clean(line: &str) -> String {
    let plain = sanitise::visible(line);
    let plain = plain.chars().filter(|c| !c.is_control());
    plain.take(400).collect()
}

fn listed(all: &[String]) -> String {
    match all.is_empty() {
        true => "nothing".to_owned(),
        false => all.join(", "),
    }
}

fn spent(cost: &Cost) -> String {
    let known = |amount, exactness| Known {
        amount: Some(amount),
        exactness,
    };
    let tokens = known(cost.tokens, cost.tokens_are);
    let money = known(cost.microdollars, cost.microdollars_are);
    budget::spent(tokens, money, cost.worked_ms)
}

/// How a command ended.
fn end(end: &RunEnd) -> String {
    match end {
        RunEnd::Exit { code } => format!("exit {code}"),
        RunEnd::TimedOut => "ended because it took too long".to_owned(),
        RunEnd::Killed { why } => format!("ended: {why}"),
        RunEnd::NotRun => "not run".to_owned(),
    }
}

/// What came of running the commands again.
pub fn replay(all: &[Replayed]) -> String {
    let line = |one: &Replayed| {
        let (command, now) = (clean(&one.command), end(&one.now));
        match one.agrees() {
            true => format!("replayed    {command}: {now}, as recorded\n"),
            false => format!(
                "replayed    {command}: {now}, but {} was recorded\n",
                end(&one.then)
            ),
        }
    };
    all.iter().map(line).collect()
}

/// It ended otherwise than it had.
pub const DIFFERS: &str =
    "The replay differs: a command ended otherwise than the statement of provenance says.";
/// There is nothing to run again.
pub const NOTHING_TO_REPLAY: &str = "replayed    nothing: the statement names no commands\n";
/// It was not wanted.
pub const NOT_REPLAYED: &str = "replayed    nothing: --no-replay\n";

/// An address that is none of a pull request.
pub fn no_address(typed: &str) -> String {
    format!(
        "`{typed}` is no address of a pull request; write it as https://github.com/OWNER/REPO/pull/12."
    )
}

/// A file without a key.
pub fn no_key(file: &str) -> String {
    format!(
        "{file} holds no public key; it is made with `skep verify-pull --print-key > FILE` where skep runs."
    )
}

/// No key is known.
pub fn no_own_key(folder: &str) -> String {
    format!(
        "There is no key in {folder}: no skep has signed there. Name the public half of the installation's key with --key FILE; its \
         operator prints it with `skep verify-pull --print-key`."
    )
}

/// Commands are not run without a fence.
pub const NO_SANDBOX: &str = "Nothing is replayed: this machine has no sandbox that works (see `skep config check`). --no-replay checks \
                              the statement alone.";
/// The commit could not be had.
pub const NO_COMMIT: &str =
    "Nothing is replayed: the branch of the pull request is gone, or holds the commit no more.";
