//! A prompt turn begins: what the agent is told, and how long it may work.

use serde_json::json;

use super::budget;
use super::side;
use super::state::{Advance, Fired, because};
use crate::attachment;
use crate::effect::{self, Turn};
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::task::{
    FailureClass, Job, Planning, ReturnTo, Stage, Step, Task, TurnState, WorkspaceBase,
};
use crate::text;

/// Prompts the agent: with its task when it is new, and with all the words that wait.
pub(super) fn begin(on: &mut Advance<'_>, interrupted: bool, reason: &str) -> Option<Fired> {
    if let Some(held) = budget::before_turn(on) {
        return Some(held);
    }
    more_than_an_answer(on);
    let Stage::Working { job, .. } = &on.task.stage else {
        return None;
    };
    let job = job.as_ref().clone();
    let Some(workspace) = &job.workspace else {
        return on.fail(FailureClass::NoWorkspace, text::failure::NO_GROUND);
    };
    let heard = for_this_turn(&job, &mut on.task);
    if let (Some(back), true) = (job.return_to.clone(), heard.is_empty()) {
        return side::come_back(on, back);
    }
    let writes = may_write(&job);
    let turn = prompt(
        on,
        Telling {
            job: &job,
            workspace,
            heard: &heard,
            interrupted,
            writes,
        },
    );
    on.plan(effect::RunTurn {
        turn: Box::new(turn),
    });
    on.task.withheld.hurry(on.cx.now);
    let open = on
        .task
        .open_questions()
        .map(|question| question.id)
        .collect();
    let began = on.cx.now;
    on.set_step(Step::Running {
        turn: TurnState {
            heard,
            writes,
            began,
            open,
            ..TurnState::default()
        },
    });
    because(reason)
}

struct Telling<'a> {
    job: &'a Job,
    workspace: &'a WorkspaceBase,
    heard: &'a [AgentMessage],
    interrupted: bool,
    writes: bool,
}

fn prompt(on: &Advance<'_>, telling: Telling<'_>) -> Turn {
    let Telling {
        job,
        workspace,
        heard,
        interrupted,
        writes,
    } = telling;
    let clocks = job.role.limits.within(&on.cx.policy.limits);
    let open: Vec<_> = on.task.open_questions().collect();
    let telling = text::prompt::Telling {
        job,
        workspace,
        place: &on.task.place,
        words: heard,
        writes,
        services: &on.task.policy.services,
        open: &open,
    };
    Turn {
        agent: job.agent.clone(),
        model: job.role.model.clone(),
        instructions: job.role.prompt.trim().to_owned(),
        prompt: text::prompt::whole(&telling),
        resumed: text::prompt::more(&telling, interrupted),
        resume: job.agent_session.clone(),
        writes,
        suggests: job.role.suggest,
        evidence: on.task.evidence.taken(),
        tools: job.role.tools.clone(),
        // The turns of a session share its time. Somebody waits for each further one, and a time in which skep was down
        // counts as well: so it has a tenth at least.
        wall_ms: (clocks.wall_ms - job.worked_ms).max(clocks.wall_ms / 10),
        silence_ms: clocks.silence_ms,
        branch: job.branch.clone(),
        pictures: attachment::shown(&workspace.base.attachments),
        budget: on.task.turn_budget(on.cx.policy, on.cx.now),
        grants: on.task.grants(),
    }
}

/// Beside a session that is held the agent hears what it is asked; the rest waits until it is back.
fn for_this_turn(job: &Job, task: &mut Task) -> Vec<AgentMessage> {
    let held = matches!(job.return_to, Some(ReturnTo::Blocked { .. }));
    let (mut now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut task.conversation.messages)
        .into_iter()
        .partition(|message| !held || message.is_asked());
    task.conversation.messages = later;
    now.iter_mut().for_each(|message| message.heard = false);
    now
}

/// Whoever asked something while a pull request waits may say something as well: then it is a revision, and its work counts.
fn more_than_an_answer(on: &mut Advance<'_>) {
    let answers = |message: &AgentMessage| matches!(message.kind, MessageKind::Answer { .. });
    let mut messages = on.task.conversation.messages.iter();
    let only_asked = messages.all(|message| message.is_asked() || answers(message));
    let Some(job) = on.task.job_mut() else { return };
    if only_asked || !matches!(job.return_to, Some(ReturnTo::Ended { .. })) {
        return;
    }
    job.return_to = None;
    job.round += 1;
    let round = job.round;
    on.task.review.rounds += 1;
    on.note(
        DomainEvent::RevisionStarted,
        json!({ "round": round, "why": text::conversation::SOMETHING_SAID }),
    );
}

/// A plan that is not approved changes nothing, and neither does a mere answer to a person.
fn may_write(job: &Job) -> bool {
    job.role.writes && job.plan != Planning::Wanted && job.return_to.is_none()
}
