//! Commands of people who may give them: each is taken with 👍, what it answers in words goes into one comment.

use serde_json::json;

use super::{Decision, Draft, answer, comments, end, pause, turn};
use crate::command::{Addressed, Command, Line, Spoken};
use crate::effect::{self, Reaction};
use crate::event::{Asking, AuthorizedComment};
use crate::event_name::DomainEvent;
use crate::message::MessageKind;
use crate::place::Actor;
use crate::question::Saying;
use crate::role;
use crate::task::{BlockReason, Stage};
use crate::text;

/// So many people without write access may be let speak on one issue.
const DELEGATES: usize = 20;

/// Obeys a comment's commands in order, then hears the rest of it.
pub(super) fn obey(mut draft: Draft<'_>, found: &AuthorizedComment, spoken: &Spoken) -> Decision {
    let mut said: Vec<String> = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    let mut words = spoken.text.clone();
    let mut understood = false;
    for line in &spoken.lines {
        match line {
            Line::Command(command) => {
                understood = true;
                draft.note(
                    DomainEvent::CommandTaken,
                    json!({ "command": word(command), "by": found.actor.login }),
                );
                let command = with_the_rest(command, &mut words);
                let done = one(draft, found, &command);
                draft = done.draft;
                reasons.push(done.reason);
                said.extend(done.say);
            }
            // On a pull request, `/agent make it shorter` is simply said to the agent, however it begins.
            _ if comments::is_ours(&draft, found.on) && sentence(line).is_some() => {
                words = format!("{words}\n{}", sentence(line).unwrap_or_default())
                    .trim()
                    .to_owned();
            }
            Line::Unknown { word, nearest, .. } => {
                said.push(text::command::unknown(word, *nearest))
            }
            Line::Faulty { command, usage, .. } => said.push(text::command::faulty(command, usage)),
            Line::Sentence { command, .. } => said.push(text::command::sentence(command)),
        }
    }
    if spoken.left_out > 0 {
        said.push(text::command::too_many(spoken.lines.len(), spoken.left_out));
    }
    comments::hinted(&mut draft, found.comment, !understood);
    if understood {
        draft.react_to(found.comment, Reaction::ThumbsUp, None);
    }
    if !said.is_empty() {
        draft.say(found.on, comments::reply_key(found), said.join("\n\n"));
    }
    let rest = Spoken {
        lines: vec![],
        left_out: 0,
        text: words,
        addressed: spoken.addressed,
    };
    finish(draft, found, &rest, &reasons)
}

/// A line that is no command as words for the agent, where it has some.
fn sentence(line: &Line) -> Option<String> {
    match line {
        Line::Unknown { word, rest, .. } => Some(format!("{word} {rest}")),
        Line::Sentence { words, .. } => Some(words.clone()),
        Line::Faulty { command, rest, .. } if rest.contains(char::is_whitespace) => {
            Some(format!("{command} {rest}"))
        }
        Line::Faulty { .. } | Line::Command(_) => None,
    }
}

/// What stands beside a question belongs to it: only a question is asked, so nothing of it may be done.
fn with_the_rest(command: &Command, words: &mut String) -> Command {
    match command {
        Command::Ask(question) => Command::Ask(
            format!("{question}\n\n{}", std::mem::take(words))
                .trim()
                .to_owned(),
        ),
        _ => command.clone(),
    }
}

/// What stands beside the commands is for the agent, where one can hear it.
fn finish(
    draft: Draft<'_>,
    found: &AuthorizedComment,
    rest: &Spoken,
    reasons: &[String],
) -> Decision {
    let listens = match &draft.task.stage {
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => true,
        Stage::Ended { .. } => draft.task.can_revise() && comments::is_ours(&draft, found.on),
        Stage::Idle | Stage::Checking { .. } => false,
    };
    if rest.text.trim().is_empty() || rest.addressed == Addressed::Others || !listens {
        return draft.because(if reasons.is_empty() {
            "no command was understood".into()
        } else {
            reasons.join("; ")
        });
    }
    let mut decision = comments::say_to_agent(draft, found, &rest.text, MessageKind::Said);
    decision.reason = reasons
        .iter()
        .chain([&decision.reason])
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    decision
}

/// What one command came to.
struct Done<'a> {
    draft: Draft<'a>,
    reason: String,
    say: Option<String>,
}

impl<'a> Done<'a> {
    fn quiet(draft: Draft<'a>, reason: &str) -> Self {
        Self {
            draft,
            reason: reason.to_owned(),
            say: None,
        }
    }

    fn said(draft: Draft<'a>, say: impl Into<String>) -> Self {
        Self {
            draft,
            reason: "answered on the issue".into(),
            say: Some(say.into()),
        }
    }

    /// Goes on from what another family of events decided.
    fn decided(decide: impl FnOnce(Draft<'a>) -> Decision, draft: Draft<'a>) -> Self {
        let (draft, reason) = draft.through(decide);
        Self {
            draft,
            reason,
            say: None,
        }
    }
}

fn word(command: &Command) -> &'static str {
    match command {
        Command::Go => "go",
        Command::Stop => "stop",
        Command::Pause => "pause",
        Command::Resume => "resume",
        Command::Retry { .. } => "retry",
        Command::Status => "status",
        Command::Role(_) => "role",
        Command::Agent(_) => "agent",
        Command::Priority(_) => "priority",
        Command::Ask(_) => "ask",
        Command::Answer(_) => "answer",
        Command::Plan => "plan",
        Command::Approve => "approve",
        Command::Delegate(_) => "delegate",
        Command::Logs => "logs",
        Command::Help => "help",
    }
}

fn one<'a>(draft: Draft<'a>, found: &AuthorizedComment, command: &Command) -> Done<'a> {
    let login = found.actor.login.clone();
    match command {
        Command::Go => go(draft, found),
        Command::Resume => resume(draft, found),
        Command::Stop => stop(draft, &login),
        Command::Pause => pause_it(draft, &login),
        Command::Retry { fresh } => retry(draft, found, *fresh),
        Command::Status => {
            let say = text::status::brief(&draft.task, draft.cx);
            Done::said(draft, say)
        }
        Command::Role(role) => self::role(draft, found, role),
        Command::Agent(agent) => match draft.cx.policy.agents.contains(agent) {
            true => wish(draft, found, |task| {
                task.options.agent = Some(agent.clone())
            }),
            false => {
                let say = text::conversation::unknown_agent(agent, &draft.cx.policy.agents);
                Done::said(draft, say)
            }
        },
        Command::Priority(priority) => {
            let mut draft = draft;
            draft.task.options.priority = Some(*priority);
            Done::quiet(draft, "its priority is set")
        }
        Command::Ask(words) => ask_agent(draft, found, words),
        Command::Answer(words) => answer_it(draft, found, words),
        Command::Plan => plan(draft, found),
        Command::Approve => approve(draft, &login),
        Command::Delegate(_) if !found.permission.may_start() => {
            Done::said(draft, text::conversation::DELEGATE_ONCE)
        }
        Command::Delegate(whom) => delegate(draft, whom),
        Command::Logs => {
            let say = text::conversation::logs(&draft.task);
            Done::said(draft, say)
        }
        Command::Help => {
            let policy = draft.cx.policy;
            let say = text::command::help(&role::names(&policy.roles), &policy.agents);
            Done::said(draft, say)
        }
    }
}

/// Asks GitHub for what is needed to start, as for the label, but without the label having to be there.
fn start<'a>(mut draft: Draft<'a>, found: &AuthorizedComment) -> Done<'a> {
    let actor = Actor::Person(found.actor.clone());
    let role = draft.task.options.role.clone();
    draft.react(Reaction::Eyes);
    draft.plan(effect::CheckTrigger {
        actor: actor.clone(),
        asking: Asking::Command,
        snapshot: None,
        role,
    });
    draft.check(actor);
    Done::quiet(draft, "asked GitHub whether this may start")
}

fn go<'a>(draft: Draft<'a>, found: &AuthorizedComment) -> Done<'a> {
    match &draft.task.stage {
        Stage::Idle | Stage::Ended { .. } => start(draft, found),
        _ if draft.task.is_paused() => resume(draft, found),
        Stage::Blocked {
            reason: BlockReason::Plan,
            ..
        } => Done::said(draft, text::conversation::APPROVE_FIRST),
        Stage::Blocked {
            reason: BlockReason::Asked,
            ..
        } => Done::said(draft, text::conversation::ANSWER_FIRST),
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } => at_once(draft),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => Done::quiet(draft, "it is on already"),
    }
}

fn resume<'a>(mut draft: Draft<'a>, found: &AuthorizedComment) -> Done<'a> {
    match &draft.task.stage {
        _ if draft.task.is_paused() => {
            draft.task.go = Some(true);
            let why = text::conversation::resumed_by(&found.actor.login);
            Done::decided(|draft| pause::resume(draft, &why), draft)
        }
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } => at_once(draft),
        Stage::Idle | Stage::Ended { .. } => Done::said(draft, text::conversation::NOTHING_PAUSED),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => Done::quiet(draft, "it is not paused"),
    }
}

/// Somebody does not want to wait until a model that failed is tried again.
fn at_once(draft: Draft<'_>) -> Done<'_> {
    Done::decided(
        |draft| pause::resume_now(draft, "a person asked for it"),
        draft,
    )
}

fn stop<'a>(mut draft: Draft<'a>, login: &str) -> Done<'a> {
    if draft.task.can_revise() {
        return rest(draft);
    }
    if matches!(draft.task.stage, Stage::Idle | Stage::Ended { .. }) {
        return Done::said(draft, text::conversation::NOTHING_ON);
    }
    draft.task.go = Some(false);
    let why = text::conversation::stopped_by(login);
    Done::decided(|draft| end::stop(draft, &why, i64::MAX), draft)
}

/// While its pull request is in review, the agent is told to leave it alone.
fn rest<'a>(mut draft: Draft<'a>) -> Done<'a> {
    draft.task.go = Some(false);
    draft.task.review.auto_fix_off = true;
    Done::said(draft, text::conversation::RESTS)
}

fn pause_it<'a>(mut draft: Draft<'a>, login: &str) -> Done<'a> {
    if draft.task.can_revise() {
        return rest(draft);
    }
    if matches!(
        draft.task.stage,
        Stage::Idle | Stage::Ended { .. } | Stage::Checking { .. }
    ) {
        return Done::said(draft, text::conversation::NOTHING_ON);
    }
    draft.task.go = Some(false);
    let why = text::conversation::paused_by(login);
    Done::decided(|draft| pause::pause(draft, &why), draft)
}

fn retry<'a>(mut draft: Draft<'a>, found: &AuthorizedComment, fresh: bool) -> Done<'a> {
    match &draft.task.stage {
        Stage::Idle | Stage::Ended { .. } => {
            (draft.task.options.again, draft.task.options.fresh) = (!fresh, fresh);
            start(draft, found)
        }
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } if !fresh => at_once(draft),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => Done::said(draft, text::conversation::STOP_FIRST),
    }
}

/// A role by name. One that only the repository can have is looked for there first, so that nobody waits for a role that
/// is none.
fn role<'a>(mut draft: Draft<'a>, found: &AuthorizedComment, role: &str) -> Done<'a> {
    let name = role::asked_for(&format!("role:{role}"));
    if name
        .as_ref()
        .is_some_and(|name| role::is_known(name, &draft.cx.policy.roles))
    {
        return wish(draft, found, |task| {
            task.options.role = Some(role.to_owned())
        });
    }
    let actor = Actor::Person(found.actor.clone());
    let wanted = Some(role.to_owned());
    let wishes = &mut draft.task.options.looking_for;
    if !wishes.iter().any(|other| other == role) {
        wishes.push(role.to_owned());
    }
    draft.plan(effect::CheckTrigger {
        actor,
        asking: Asking::Role,
        snapshot: None,
        role: wanted,
    });
    Done::quiet(draft, "looks for that role in the repository")
}

/// A wish for the next session; one that waits for its slot is judged anew, since it has not begun.
fn wish<'a>(
    mut draft: Draft<'a>,
    found: &AuthorizedComment,
    change: impl FnOnce(&mut crate::task::Task),
) -> Done<'a> {
    change(&mut draft.task);
    match &draft.task.stage {
        Stage::Queued { job, .. } if job.started_at.is_none() => start(draft, found),
        Stage::Working { .. } | Stage::Blocked { .. } | Stage::Queued { .. } => {
            Done::said(draft, text::conversation::WISH_FOR_LATER)
        }
        Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => {
            Done::said(draft, text::conversation::WISH_NOTED)
        }
    }
}

fn ask_agent<'a>(mut draft: Draft<'a>, found: &AuthorizedComment, words: &str) -> Done<'a> {
    match &draft.task.stage {
        Stage::Idle | Stage::Ended { .. } if !draft.task.can_revise() => {
            draft.task.options.answer = Some(words.to_owned());
            start(draft, found)
        }
        Stage::Checking { .. } => Done::said(draft, text::conversation::ASK_LATER),
        _ => {
            let kind = MessageKind::Asked { on: found.on };
            Done::decided(
                |draft| comments::say_to_agent(draft, found, words, kind),
                draft,
            )
        }
    }
}

fn answer_it<'a>(draft: Draft<'a>, found: &AuthorizedComment, words: &str) -> Done<'a> {
    if draft.task.open_questions().next().is_none() {
        let say = late(&draft, found);
        return Done::said(draft, say);
    }
    let given = answer::read(&draft, words, Saying::AsAnswer);
    match given.is_nothing() && !given.words.is_empty() {
        true => Done::decided(|draft| answer::told(draft, found, &given.words), draft),
        false => Done::decided(|draft| answer::answered(draft, &given, found), draft),
    }
}

/// Why an answer comes too late, or to nothing.
fn late(draft: &Draft<'_>, found: &AuthorizedComment) -> String {
    let login = &found.actor.login;
    let last = draft
        .task
        .conversation
        .questions
        .iter()
        .rev()
        .find_map(|asked| Some((asked, asked.answer.as_ref()?)));
    match (last, &draft.task.stage) {
        (Some((asked, answer)), _) => text::answer_replies::late(login, asked, answer),
        (None, Stage::Ended { .. }) if draft.task.conversation.asked > 0 => {
            text::answer_replies::over(login)
        }
        (None, _) => text::answer_replies::nothing_open(login),
    }
}

fn plan<'a>(mut draft: Draft<'a>, found: &AuthorizedComment) -> Done<'a> {
    match &draft.task.stage {
        Stage::Idle | Stage::Ended { .. } => {
            draft.task.options.plan = true;
            start(draft, found)
        }
        Stage::Queued { job, .. } if job.started_at.is_none() => {
            if let Some(job) = draft.job_mut() {
                job.plan = crate::task::Planning::Wanted;
            }
            Done::quiet(draft, "it makes a plan first")
        }
        Stage::Checking { .. } => {
            draft.task.options.plan = true;
            Done::quiet(draft, "it makes a plan first")
        }
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => {
            Done::said(draft, text::conversation::PLAN_TOO_LATE)
        }
    }
}

fn approve<'a>(draft: Draft<'a>, login: &str) -> Done<'a> {
    match &draft.task.stage {
        Stage::Blocked {
            reason: BlockReason::Plan,
            ..
        } => Done::decided(|draft| turn::approve(draft, login), draft),
        _ => Done::said(draft, text::conversation::NO_PLAN),
    }
}

fn delegate<'a>(mut draft: Draft<'a>, whom: &str) -> Done<'a> {
    if !draft.task.delegated(whom) {
        if draft.task.conversation.delegates.len() >= DELEGATES {
            return Done::said(
                draft,
                text::conversation::too_many_delegates(whom, DELEGATES),
            );
        }
        draft.task.conversation.delegates.push(whom.to_owned());
    }
    Done::said(draft, text::conversation::delegated(whom))
}
