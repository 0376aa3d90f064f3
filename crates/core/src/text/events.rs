//! What each domain event means, in a sentence, and the page `docs/events.md`, which is made of these and held equal by a test.

use crate::event_name::DomainEvent;

/// What happened, for whoever reads the list.
pub fn meaning(event: DomainEvent) -> &'static str {
    match event {
        DomainEvent::DeliveryAccepted => "a webhook was stored and understood",
        DomainEvent::TaskReceived => "somebody asked for work",
        DomainEvent::TaskRefused => "work was not accepted",
        DomainEvent::TaskQueued => "work was accepted and waits for a slot",
        DomainEvent::TaskWaiting => "it still waits",
        DomainEvent::TaskHeld => "something of its own holds it: other issues, or people who agree",
        DomainEvent::TaskReleased => "nothing of its own holds it any more",
        DomainEvent::SessionDispatched => "a session got its slot",
        DomainEvent::WorkspaceReady => "its working copy stands",
        DomainEvent::SessionRunning => "its agent has the prompt",
        DomainEvent::SessionProgress => "its plan or activity changed",
        DomainEvent::SessionIdle => "the turn is over; git decides",
        DomainEvent::SessionCollected => "git has decided",
        DomainEvent::SecretStopped => "what was made holds a secret: nothing of it is pushed",
        DomainEvent::BranchPushed => "the branch is on GitHub",
        DomainEvent::RiskMarked => "how much care what was pushed needs, and why",
        DomainEvent::PullRequestOpened => "the pull request is open",
        DomainEvent::PullRequestMerged => "the pull request was merged",
        DomainEvent::PullRequestClosed => "the pull request was closed unmerged",
        DomainEvent::PullRequestReopened => "a person opened our pull request again",
        DomainEvent::ChangeLanded => "a merged change is on its base branch",
        DomainEvent::ChangeMissing => "a merged change is not on its base branch",
        DomainEvent::ChangeReverted => "a commit on the base branch reverts a merged change",
        DomainEvent::AnswerPosted => "the agent's answer is on the issue",
        DomainEvent::QuestionAsked => "the agent asked people",
        DomainEvent::QuestionAnswered => "a question was answered",
        DomainEvent::QuestionWithdrawn => {
            "the agent finished without an answer, and so took its questions back"
        }
        DomainEvent::SessionWaiting => "the session waits for people, with its process alive",
        DomainEvent::SessionParked => "the session waits for people, without a process",
        DomainEvent::SessionPaused => "a person paused the session",
        DomainEvent::SessionResumed => "the session goes on",
        DomainEvent::AttemptRefused => "the sandbox refused something that the agent tried",
        DomainEvent::ContainmentAlarm => "what it tried looks like more than a program's habits",
        DomainEvent::HostAsked => "people are asked about a host that nobody listed",
        DomainEvent::HostRuled => "somebody decided on it",
        DomainEvent::PolicyProposed => "hosts are proposed for the repository's own policy",
        DomainEvent::BudgetNeared => "what an issue may cost is nearly used up",
        DomainEvent::BudgetUsedUp => "it is used up: the session waits for people",
        DomainEvent::BudgetRaised => "a person raised it",
        DomainEvent::MessageQueued => "a person's words were taken for the agent",
        DomainEvent::MessageDelivered => "the agent has heard them",
        DomainEvent::CommentLetIn => {
            "somebody let an agent read a comment of somebody without write access"
        }
        DomainEvent::CommandTaken => "a command was taken",
        DomainEvent::PlanProposed => "the agent's plan waits for approval",
        DomainEvent::PlanApproved => "it was approved",
        DomainEvent::PathsHeld => {
            "what was made changes protected paths, and waits for somebody's word"
        }
        DomainEvent::PathsApproved => {
            "somebody let exactly these changes of protected paths through"
        }
        DomainEvent::PathsDropped => "somebody had the work published without them",
        DomainEvent::ReviewTaken => "a review of the pull request was taken",
        DomainEvent::ChecksFailed => "checks failed on our branch",
        DomainEvent::ChecksPassed => "they passed",
        DomainEvent::VerificationStarted => {
            "the server runs the repository's own commands on the head of the pull request"
        }
        DomainEvent::VerificationPassed => "they passed",
        DomainEvent::VerificationFailed => "they failed, or could not be run",
        DomainEvent::IssuesDiscovered => {
            "a session found work beside its task, of which issues are made"
        }
        DomainEvent::IssueCreated => "one of those issues is there",
        DomainEvent::OnboardingProposed => "a repository's first pull request is there",
        DomainEvent::ChangesProposed => "a session proposed changes of its issue",
        DomainEvent::RevisionStarted => "a revision of the pull request was begun",
        DomainEvent::PullRequestReady => "the pull request is no draft any more",
        DomainEvent::NeedsPerson => "a person has to look",
        DomainEvent::SessionCompleted => "the session ended well",
        DomainEvent::SessionFailed => "the session ended badly",
        DomainEvent::SessionCancelled => "the session was ended by a person",
    }
}

/// What another swarm calls it, and what it is here.
pub enum Elsewhere {
    /// These events.
    Is(&'static [DomainEvent]),
    /// None, and why.
    Not(&'static str),
}

use DomainEvent as E;
use Elsewhere::{Is, Not};

const NO_PHASES: &str = "work is issues and what they wait for: a phase is an issue with sub-issues, and each of them is a task of its own";
const NO_MERGES: &str = "skep never merges: people do, or GitHub's own auto-merge and merge queue";
const NO_PAGES: &str = "there are no pages: what is written down stands on the issue, or in a file of the pull request";
const NO_SERVICES: &str =
    "a repository's services live and die with one session's sandbox, and their end is in its log";
const NO_ACCOUNTS: &str = "whose account an agent uses is the operator's setting; a key that is refused ends as session.needs_person";
const NO_PREVIEWS: &str =
    "there are no preview deployments: what an agent hands in to be seen is on the pull request";

/// The 43 events of the bus that operators of such swarms may know, by category, and what they are here.
pub const ELSEWHERE: [(&str, Elsewhere); 43] = [
    ("agent:spawned", Is(&[E::SessionRunning])),
    (
        "agent:stopped",
        Is(&[E::SessionIdle, E::SessionCompleted, E::SessionCancelled]),
    ),
    ("agent:crashed", Is(&[E::SessionFailed])),
    ("agent:resumed", Is(&[E::SessionResumed])),
    ("agent:account_switched", Not(NO_ACCOUNTS)),
    (
        "agent:deleted",
        Not("sessions are kept, and forgotten by retention"),
    ),
    (
        "agent:waiting",
        Is(&[E::QuestionAsked, E::SessionWaiting, E::SessionParked]),
    ),
    (
        "agent:output",
        Not(
            "what an agent streams is in the session's log (GET /api/v1/sessions/ID/log); session.progress says that there is more",
        ),
    ),
    ("task:queued", Is(&[E::TaskQueued])),
    ("task:dispatched", Is(&[E::SessionDispatched])),
    ("task:completed", Is(&[E::SessionCompleted])),
    ("task:blocked", Is(&[E::TaskHeld])),
    (
        "task:pending_approval",
        Is(&[E::TaskHeld, E::PlanProposed, E::PathsHeld]),
    ),
    ("phase:queued", Not(NO_PHASES)),
    ("phase:started", Not(NO_PHASES)),
    ("phase:completed", Not(NO_PHASES)),
    ("phase:blocked", Not(NO_PHASES)),
    ("merge:queued", Not(NO_MERGES)),
    ("merge:started", Not(NO_MERGES)),
    (
        "merge:completed",
        Is(&[E::PullRequestMerged, E::ChangeLanded]),
    ),
    ("merge:conflicted", Is(&[E::RevisionStarted])),
    ("page:created", Not(NO_PAGES)),
    ("page:updated", Not(NO_PAGES)),
    ("page:deleted", Not(NO_PAGES)),
    ("process:spawned", Not(NO_SERVICES)),
    ("process:stopped", Not(NO_SERVICES)),
    ("process:crashed", Not(NO_SERVICES)),
    (
        "server:started",
        Not("it is in the audit (skep.started) and in the log"),
    ),
    (
        "server:stopped",
        Not("it is in the audit (skep.stopped) and in the log"),
    ),
    ("worktree:created", Is(&[E::WorkspaceReady])),
    (
        "worktree:removed",
        Not("nothing is lost with a working copy, and nobody waits for its end"),
    ),
    (
        "worktree:merged",
        Is(&[E::SessionCollected, E::BranchPushed]),
    ),
    ("worktree:conflict", Is(&[E::RevisionStarted])),
    ("account:credentials_refreshed", Not(NO_ACCOUNTS)),
    ("account:credentials_expired", Not(NO_ACCOUNTS)),
    ("account:credentials_validated", Not(NO_ACCOUNTS)),
    ("preview:building", Not(NO_PREVIEWS)),
    ("preview:ready", Not(NO_PREVIEWS)),
    ("preview:stopped", Not(NO_PREVIEWS)),
    ("preview:failed", Not(NO_PREVIEWS)),
    ("conversation:created", Is(&[E::MessageQueued])),
    ("conversation:answered", Is(&[E::QuestionAnswered])),
    (
        "log:entry",
        Not("the log is JSON lines on standard error, and each session has its own"),
    ),
];

/// The page that lists them all.
pub fn page() -> String {
    let mut page = PAGE.to_owned();
    for event in DomainEvent::ALL {
        page.push_str(&format!("| `{}` | {} |\n", event.name(), meaning(event)));
    }
    page.push_str(COMPARED);
    for (name, here) in ELSEWHERE {
        let here = match here {
            Is(events) => {
                let names: Vec<String> = events
                    .iter()
                    .map(|event| format!("`{}`", event.name()))
                    .collect();
                names.join(", ")
            }
            Not(why) => format!("not there: {why}"),
        };
        page.push_str(&format!("| `{name}` | {here} |\n"));
    }
    page
}

const PAGE: &str = "# Events

Everything that happens to a task is told as an event: on the live feed, to `skep events`, and in the timeline of each session. This page is made of the
program's own list, and a test holds it equal.

`skep events --follow` prints them as they come; `--json` with everything in them, `--kind session.failed,question.asked` only some, `--repo OWNER/REPO` only
those of one repository, `--after POSITION` those after one that you have seen.

`GET /api/v1/events` at the admin address has the same: as JSON lines (`after`, `limit`, `wait`, `repository`, `kind`), or with
`Accept: text/event-stream` as server-sent events, whose id is the event's position. A reader that comes back with `Last-Event-ID` misses nothing that is kept
(retention forgets old events). When nothing happens the stream says so every 15 seconds by a comment. At most 256 streams are open at once; another one gets a 503. They end
when skep stops, and their readers go on where they were.

Each event has `seq` (its position; given in the order of commits, never twice), `time` (epoch milliseconds; ISO 8601 in `skep events --json`), `event`, and where there are such:
`repository`, `issue`, `session`, `delivery` (the id of the fact that led to it: for a webhook, GitHub's delivery id) and `details` by event.

| event | what happened |
| --- | --- |
";

const COMPARED: &str = "
## Coming from another swarm

An event bus of 43 events in 12 categories that some may know, and where to find each of them here.

| there | here |
| --- | --- |
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_has_its_row_and_every_known_one_is_found_once() {
        let page = page();
        for event in DomainEvent::ALL {
            let row = format!("| `{}` | ", event.name());
            assert_eq!(page.matches(&row).count(), 1, "{row}");
        }
        let names: BTreeSet<&str> = ELSEWHERE.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), 43);
        let category = |name: &str| {
            ELSEWHERE
                .iter()
                .filter(|(there, _)| there.starts_with(name))
                .count()
        };
        let counts = [
            "agent:",
            "task:",
            "phase:",
            "merge:",
            "page:",
            "process:",
            "server:",
            "worktree:",
            "account:",
            "preview:",
            "conversation:",
            "log:",
        ];
        assert_eq!(counts.map(category), [8, 5, 4, 4, 3, 3, 2, 4, 3, 4, 2, 1]);
    }
}
