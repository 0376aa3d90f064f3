//! What is said while people and an agent talk: short, kind, exact, and always with the next step.

use super::{LIMIT, code, count, span};
use crate::agent::{PlanEntry, TurnEnd};
use crate::event::{Failing, Work};
use crate::ids::Sha;
use crate::message::Thread;
use crate::question::Question;
use crate::sanitise::{self, Allow};
use crate::task::{Job, Plan, Stage, Task};

/// In the story, when a session has used up its comments.
pub const TOO_MANY_COMMENTS: &str =
    "More was to be said than one session may write here; see its log.";
/// Resume, without anything paused.
pub const NOTHING_PAUSED: &str =
    "Nothing is paused here. `/agent go` starts a session, `/agent retry` runs the last one again.";
/// Stop or pause, without anything on.
pub const NOTHING_ON: &str =
    "No session is on here, so there is nothing to stop or pause. `/agent go` starts one.";
/// The log, without a session.
pub const NO_LOG: &str =
    "There is no session here, so there is no log yet. `/agent go` starts one.";
/// Stop or pause, while a pull request is in review.
pub const RESTS: &str = "Stopped: the agent will not fix checks or conflicts of this pull request on its own. To continue, review it or \
     comment `/agent <what to do>` on it.";
/// Delegate, by somebody who was delegated.
pub const DELEGATE_ONCE: &str = "Only people with write access can let somebody else speak here.";
/// Retry while one is on.
pub const STOP_FIRST: &str =
    "A session is on already. To begin again, write `/agent stop` first, then `/agent retry`.";
/// Go while the plan waits.
pub const APPROVE_FIRST: &str = "Its plan waits for approval: `/agent approve` lets it go on, and any other comment is told to the agent.";
/// Go while questions are open.
pub const ANSWER_FIRST: &str = "It waits for the answer to its question above.";
/// Nobody pressed the switch.
pub const BY_RULE: &str = "Started by itself, as its label or its author says.";
/// A wish while a session is at work.
pub const WISH_FOR_LATER: &str =
    "The next session will use this. To use it now: `/agent stop`, then `/agent retry`.";
/// A wish before there is a session.
pub const WISH_NOTED: &str = "The next session will use this. `/agent go` starts it.";
/// A question while the start is being checked.
pub const ASK_LATER: &str = "The session is just being started. Ask again in a moment, please.";
/// A plan when files may have changed already.
pub const PLAN_TOO_LATE: &str = "The session is at work already, so a plan comes too late. `/agent stop`, then `/agent plan`, begins with one.";
/// Approval without a plan.
pub const NO_PLAN: &str =
    "No plan waits for approval here. `/agent plan` starts a session that makes one first.";
/// The branch still conflicts after the agent merged.
pub const STILL_CONFLICTS: &str = "the branch still conflicts with its base after the agent was asked to merge it. Please resolve the conflict, or close \
     the pull request";

/// What somebody wrote never came to us, however often GitHub was asked.
pub fn unread(review: bool) -> String {
    let what = if review { "A review" } else { "A comment" };
    format!("{what} could not be read: GitHub did not answer. Please write it again.")
}

/// Something a person did was heard of much later than it happened.
pub fn heard_late(what: &str, at: i64, now: i64) -> String {
    let (clock, late) = (super::clock(at), super::span(now - at));
    format!(
        "Heard {late} late of {what} (of {clock}): skep was down, or GitHub could not reach it."
    )
}

/// Whoever asked may not ask any more.
pub fn right_lost(login: &str) -> String {
    format!("@{login}, who asked for this, may not start work here any more")
}

/// The switch was taken off.
pub fn label_removed(login: &str) -> String {
    format!("@{login} removed the label `agent:go`")
}

/// The operator started a paused session again.
pub const OPERATOR_ASKED: &str = "the operator asked for it";

/// In the timeline.
pub const STARTED: &str = "Started.";
/// In the timeline, where a session goes on that waited.
pub const GOES_ON: &str = "Resumed.";
/// In the timeline.
pub const PLAN_WAITS: &str = "The plan waits for approval.";
/// Why a revision begins, as half a sentence.
pub const SOMETHING_SAID: &str = "a person said something";
/// Why a revision begins right after the end of a session, as half a sentence.
pub const SAID_MEANWHILE: &str = "people said more while it finished";

/// In the timeline.
pub fn accepted(role: &str) -> String {
    format!("Accepted as `{role}`.")
}

/// The switch is on again.
pub fn label_back(login: &str) -> String {
    format!("@{login} put the label `agent:go` back")
}

/// Words that crossed with the end of the session.
pub fn over(login: &str) -> String {
    format!(
        "@{login} the session was over when your comment came, so nothing was done about it. `/agent retry` starts the next \
         one, which reads this issue with your comment."
    )
}

/// A start was refused where a session waits or a pull request is in review.
pub fn nothing_new(say: &str) -> String {
    format!("Nothing new was started: {say} What is here stays as it is.")
}

/// The session ended before it heard somebody's words.
pub fn unheard(login: &str) -> String {
    format!(
        "@{login} the session ended before it heard your comment, so nothing was done about it. `/agent retry` starts the \
         next one, which reads this issue with your comment."
    )
}

/// A command paused it.
pub fn paused_by(login: &str) -> String {
    format!("@{login} wrote `/agent pause`")
}

/// A command resumed it.
pub fn resumed_by(login: &str) -> String {
    format!("@{login} wrote `/agent resume`")
}

/// A command stopped it.
pub fn stopped_by(login: &str) -> String {
    format!("@{login} wrote `/agent stop`")
}

/// In the story.
pub fn paused(why: &str) -> String {
    format!("Paused: {why}.")
}

/// In the story.
pub fn resumed(why: &str) -> String {
    format!("Resumed: {why}.")
}

/// In the story.
pub fn asked(questions: usize) -> String {
    format!("The agent asks {}.", count(questions as u64, "question"))
}

/// In the story.
pub const WENT_ON: &str = "The agent went on without an answer.";

/// In the story.
pub fn answered(question: u32, by: &str) -> String {
    format!("Question {question} was answered by {by}.")
}

/// In the story.
pub fn pushed(head: &Sha) -> String {
    format!(
        "Somebody pushed {} to our branch; the agent goes on on top of it.",
        head.short()
    )
}

/// In the story, when nobody is at work.
pub fn pushed_in_review(head: &Sha) -> String {
    format!("Somebody pushed {} to our branch; it stays.", head.short())
}

/// In the story.
pub fn revision(round: u32, why: &str) -> String {
    format!("Revision {round} begins: {why}.")
}

/// In the story.
pub const STARTED_COLD: &str =
    "The agent's earlier session could not be loaded; a new one was told what was said so far.";

/// In the story.
pub const REVISED: &str = "The revision is done.";

/// In the story.
pub fn fails_on_base(names: &[String]) -> String {
    let names: Vec<String> = names.iter().take(5).map(|name| code(name, 80)).collect();
    format!(
        "Failing checks that fail on the base as well, so they are left alone: {}.",
        names.join(", ")
    )
}

/// The label is back, but its setter may not.
pub fn not_resumed(why: &str) -> String {
    format!(
        "It stays paused: {}",
        sanitise::outbound(why, &Allow::default())
    )
}

/// An agent nobody configured.
pub fn unknown_agent(agent: &str, known: &[String]) -> String {
    let known: Vec<String> = known.iter().map(|name| code(name, 60)).collect();
    format!(
        "The agent {} is not configured on this server. There are: {}.",
        code(agent, 60),
        known.join(", ")
    )
}

/// Somebody may speak here from now on.
pub fn delegated(login: &str) -> String {
    format!(
        "{} can now give commands and answers on this issue.",
        super::answer_replies::name(login)
    )
}

/// No more people without write access may speak here.
pub fn too_many_delegates(login: &str, most: usize) -> String {
    format!(
        "{} was not added: {most} people have been let speak here, and that is the most for one issue. Give them write \
         access to the repository, or take over what they say.",
        super::answer_replies::name(login)
    )
}

/// So many comments wait for the agent that this one is not taken.
pub fn too_many_words(login: &str, most: usize) -> String {
    format!(
        "@{login} {most} comments wait for the agent already, so this one was not taken. When they are heard (🚀), edit it \
         or write it again; `/agent stop`, then `/agent retry`, starts a session that reads the whole issue."
    )
}

/// How to be heard, where nobody is at work.
pub fn at_rest(login: &str, task: &Task) -> String {
    let pull = task
        .pull
        .as_ref()
        .filter(|_| task.can_revise())
        .map(|pull| pull.number);
    match (&task.stage, pull) {
        (_, Some(number)) => format!(
            "@{login} the agent is not at work; its pull request #{number} waits for review. To send it back to work, submit \
             a review there, or comment `/agent <what to do>` there."
        ),
        (Stage::Idle, None) => format!(
            "@{login} no session has been started here. Comment `/agent go`, or add the label `agent:go`, to start one."
        ),
        (_, None) => format!(
            "@{login} the agent is not at work here. `/agent retry` starts it again, and it reads your comment then; on a \
             closed issue, reopen that first."
        ),
    }
}

/// Nobody answered, and there was no default.
pub fn nobody_answered(question: u32, days: i64) -> String {
    format!(
        "nobody answered question {question} within {}.",
        count(days.unsigned_abs(), "day")
    )
}

fn mention(login: Option<&str>) -> String {
    login.map_or_else(String::new, |login| format!("@{login} "))
}

/// An open question is brought to mind.
pub fn reminder(login: Option<&str>, open: &[Question], ends: i64, now: i64) -> String {
    let first = open
        .first()
        .map(|question| sanitise::inline(&question.text, 200))
        .unwrap_or_default();
    let more = match open.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    format!(
        "{}the agent still waits for an answer: “{first}”{more}. The question is in the comment above; without an answer \
         it is over in {}.",
        mention(login),
        span(ends - now)
    )
}

/// A plan that waits for approval.
pub fn plan(job: &Job, end: &TurnEnd, entries: &[PlanEntry]) -> String {
    let said = sanitise::outbound(
        &sanitise::redact(end.message.trim(), &[]),
        &Allow::default(),
    );
    let steps: Vec<String> = entries
        .iter()
        .take(40)
        .map(|entry| format!("1. {}", sanitise::inline(&entry.content, 200)))
        .collect();
    let steps = if steps.is_empty() {
        String::new()
    } else {
        format!("\n\n{}", steps.join("\n"))
    };
    let body = format!(
        "{}here is my plan. I have not changed anything yet.\n\n{said}{steps}",
        mention(job.actor.login()),
    );
    sanitise::fit(&body, LIMIT - 500)
}

/// The plan with what people can do about it.
pub fn to_approve(plan: &Plan) -> String {
    format!(
        "{}\n\nReply `/agent approve` to start, or tell me what to change.",
        plan.text
    )
}

/// Under a plan that gave way to another.
pub const PLAN_REPLACED: &str = "_This plan is out of date: a new one comes below._";

/// The words that a plan was made for were changed before it was begun.
pub const PLAN_VOID: &str = "The issue was changed after its plan was approved, so that the approval does not count any more; a new plan is made.";

/// Under a plan whose session ended before it was approved.
pub const PLAN_DROPPED: &str = "_This plan was not carried out._";

/// Under a plan that was approved.
pub fn plan_approved(by: &str) -> String {
    format!("_Approved by {}._", super::answer_replies::name(by))
}

/// The way to try again, where no pull request is open.
pub const RETRY: &str = "To try again, comment `/agent retry`.";

/// Work was asked for again while its pull request is open.
pub fn goes_on(login: Option<&str>, pull: i64) -> String {
    format!(
        "{}pull request #{pull} is open, so the agent goes on with it: nothing is begun anew. To throw its work away and \
         begin anew, comment `/agent retry fresh`.",
        mention(login)
    )
}

/// The last lines of a session's log.
pub fn logs(task: &Task) -> String {
    let tail = task
        .progress()
        .map(|progress| progress.tail.clone())
        .unwrap_or_default();
    let Some(job) = task.job() else {
        return NO_LOG.to_owned();
    };
    if tail.is_empty() {
        return match &task.stage {
            Stage::Ended { .. } => format!(
                "Session `{}` ended before its agent said anything.",
                job.session
            ),
            _ => format!(
                "The agent of session `{}` has said nothing yet.",
                job.session
            ),
        };
    }
    let lines: Vec<String> = tail.iter().map(|line| line.replace("```", "'''")).collect();
    let lines = sanitise::fit(&sanitise::redact(&lines.join("\n"), &[]), 4_000);
    format!(
        "<details><summary>The last lines of session {}</summary>\n\n```text\n{lines}\n```\n\n</details>\n\nThe operator \
         sees all of it with `skep session {} --log`.",
        job.session, job.session
    )
}

/// The agent has no rounds left on this pull request.
pub fn no_rounds_left() -> String {
    "the agent has revised this pull request as often as it may. What is left is for a person: review it, merge it, or \
     close it"
        .to_owned()
}

/// Checks fail, and the agent could not mend them.
pub fn checks_still_fail(rounds: u32, failing: &[Failing]) -> String {
    let mut text = match rounds {
        0 => "checks fail and no round is left to mend them".to_owned(),
        n => format!(
            "checks still fail after {} of mending",
            count(u64::from(n), "round")
        ),
    };
    for check in failing.iter().take(5) {
        let step = check
            .step
            .as_deref()
            .map_or_else(String::new, |step| format!(" at {}", code(step, 80)));
        let last = check
            .tail
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let last = sanitise::inline(&sanitise::redact(last, &[]), 200);
        text.push_str(&format!("\n- {}{step}: {last}", code(&check.name, 80)));
    }
    text
}

/// A person has to look, on one screen.
pub fn needs_person(login: Option<&str>, say: &str) -> String {
    let say = sanitise::outbound(say, &Allow::default());
    format!("{}please have a look: {say}", mention(login))
}

/// The way on, while there are rounds left.
pub const BACK_TO_WORK: &str = "A review or `/agent <what to do>` sends the agent back to work.";

/// Our pull request was closed unmerged: asked once, then it rests.
pub fn closed_unmerged(login: Option<&str>, number: i64) -> String {
    format!(
        "{}pull request #{number} was closed without merging. To try again, say what should be different and comment \
         `/agent retry`.",
        mention(login)
    )
}

/// The answer to a thread of a review: the agent's words, and what git says of the file.
pub fn thread(thread: &Thread, said: Option<&str>, done: Option<(&Sha, &Work)>) -> String {
    let words =
        said.map(|said| sanitise::outbound(&sanitise::redact(said.trim(), &[]), &Allow::default()));
    let touched = done.filter(|(_, work)| work.files.iter().any(|file| file.path == thread.path));
    let fact = match (touched, done) {
        (Some((head, _)), _) => format!("Changed in {}.", head.as_str()),
        (None, Some((head, _))) => {
            format!(
                "{} was not changed; the revision is {}.",
                code(&thread.path, 160),
                head.as_str()
            )
        }
        (None, None) => "Nothing was changed for this.".to_owned(),
    };
    match words.filter(|words| !words.is_empty()) {
        Some(words) => sanitise::fit(&format!("{words}\n\n{fact}"), LIMIT),
        None => fact,
    }
}
