//! A session at work: from the working copy through the agent's turn to the pull request. Every outcome names its session;
//! one that fits neither the session nor the step is an echo and changes nothing.

use serde_json::json;

use super::end::{complete, fail, late, stray};
use super::{Decision, Draft};
use crate::core::agent::{PlanEntry, TurnEnd};
use crate::core::effect::{Effect, Turn};
use crate::core::event::{BaseFacts, Event, PublishFacts, PullStanding, Work};
use crate::core::ids::{SessionId, Sha};
use crate::core::story::Happening;
use crate::core::task::{End, Job, Progress, Pull, Stage, Step};
use crate::core::text;

/// Hands an outcome to the step that waits for it.
pub(super) fn outcome(mut draft: Draft<'_>, session: &SessionId, event: &Event) -> Decision {
    if draft.task.job().is_none_or(|job| job.session != *session) {
        return stray(draft, session, event);
    }
    let Stage::Working { job, step, .. } = &draft.task.stage else {
        return late(draft, event);
    };
    let (job, step) = (job.as_ref().clone(), step.clone());
    match (step, event) {
        (Step::Preparing, Event::WorkspaceReady { base, nonce, .. }) => start(draft, &job, base, nonce),
        (Step::Running { base, .. }, Event::AgentStarted { agent_session, agent, .. }) => {
            started(draft, base, agent_session, agent)
        }
        (Step::Running { .. }, Event::Progressed { plan, doing, .. }) => progressed(draft, plan, doing),
        (Step::Running { base, .. }, Event::TurnEnded { end, tail, .. }) => turn_ended(draft, &job, base, end, tail),
        (Step::Running { .. }, Event::TurnFailed { class, say, tail, .. }) => {
            draft.on_progress(|progress| progress.tail = tail.clone());
            fail(draft, class.as_str(), &text::failure::turn(*class, say))
        }
        (Step::Collecting { base, end }, Event::Collected { work, .. }) => collected(draft, &job, base, end, work),
        (Step::Asking { base, end, work }, Event::PublishChecked { facts, .. }) => {
            publish(draft, &job, Checked { base, end, work, facts })
        }
        (Step::Publishing { base, end, work, base_branch }, Event::Published { head, .. }) => {
            open_pull(draft, &job, &Pushed { base, end, work, base_branch, head: head.clone() })
        }
        (Step::Publishing { work, .. }, Event::BranchMoved { theirs, .. }) => {
            let say =
                text::failure::branch_moved(job.branch.as_str(), theirs.as_ref().map(Sha::short), work.head.short());
            draft.task.leave_branch();
            fail(draft, "branch_moved", &say)
        }
        (Step::Opening { .. }, Event::PullOpened { number, url, draft: is_draft, standing, .. }) => {
            opened(draft, Pull { number: *number, url: url.clone(), draft: *is_draft }, *standing)
        }
        (Step::Answering, Event::Answered { .. }) => {
            draft.note_bare(Happening::AnswerPosted);
            complete(draft, End::Answered)
        }
        (step, _) => draft.because(format!("an echo: the session is at {}", step_name(&step))),
    }
}

fn start(mut draft: Draft<'_>, job: &Job, base: &BaseFacts, nonce: &str) -> Decision {
    let clocks = job.role.limits.within(&draft.cx.policy.limits);
    let turn = Turn {
        agent: job.agent.clone(),
        model: job.role.model.clone(),
        prompt: text::prompt::first(job, base, nonce, &draft.task.place),
        resumed: text::prompt::RESUMED.to_owned(),
        resume: None,
        writes: job.role.writes,
        tools: job.role.tools.clone(),
        wall_ms: clocks.wall_ms,
        silence_ms: clocks.silence_ms,
        branch: job.branch.clone(),
    };
    draft.note(Happening::WorkspaceReady, json!({ "base": base.sha, "branch": job.branch }));
    draft.plan(Effect::RunTurn { place: draft.task.place.clone(), session: job.session.clone(), turn: Box::new(turn) });
    draft.set_step(Step::Running { base: base.clone(), agent_session: None });
    draft.because("the working copy stands")
}

fn started(mut draft: Draft<'_>, base: BaseFacts, agent_session: &str, agent: &str) -> Decision {
    draft.set_step(Step::Running { base, agent_session: Some(agent_session.to_owned()) });
    draft.on_progress(|progress| progress.agent = Some(agent.to_owned()));
    draft.note(Happening::SessionRunning, json!({ "agent": agent, "agent_session": agent_session }));
    draft.because("the agent has the prompt")
}

fn progressed(mut draft: Draft<'_>, plan: &[PlanEntry], doing: &str) -> Decision {
    draft.on_progress(|progress| {
        progress.plan = plan.to_vec();
        progress.doing = doing.to_owned();
    });
    draft.note(Happening::SessionProgress, json!({ "plan": plan, "doing": doing }));
    draft.show_progress();
    draft.because("progress")
}

fn turn_ended(mut draft: Draft<'_>, job: &Job, base: BaseFacts, end: &TurnEnd, tail: &[String]) -> Decision {
    draft.on_progress(|progress| {
        progress.tail = tail.to_vec();
        progress.doing.clear();
    });
    draft.note(Happening::SessionIdle, json!({ "stop": end.stop, "usage": end.usage }));
    draft.plan(Effect::Collect {
        place: draft.task.place.clone(),
        session: job.session.clone(),
        base: base.sha.clone(),
        message: text::pull::commit_message(job),
    });
    draft.set_step(Step::Collecting { base, end: end.clone() });
    draft.because("the turn is over; git decides")
}

fn collected(mut draft: Draft<'_>, job: &Job, base: BaseFacts, end: TurnEnd, work: &Work) -> Decision {
    draft.note(Happening::SessionCollected, text::pull::numbers(work));
    draft.on_progress(|progress| progress.work = Some(work.clone()));
    if work.is_empty() || !job.role.writes {
        return answer(draft, job, &end);
    }
    if let Some(say) = text::failure::objections(work, &draft.cx.policy.allow_protected) {
        return fail(draft, "not_publishable", &say);
    }
    draft.plan(Effect::CheckPublish {
        place: draft.task.place.clone(),
        session: job.session.clone(),
        actor: job.actor.clone(),
    });
    draft.set_step(Step::Asking { base, end, work: work.clone() });
    draft.because("there is work to publish")
}

/// Nothing was changed: the words are the result, unless they are an error's.
fn answer(mut draft: Draft<'_>, job: &Job, end: &TurnEnd) -> Decision {
    if let Some(class) = end.error {
        return fail(draft, class.as_str(), &text::failure::agent_error(class, &end.message));
    }
    if end.message.trim().is_empty() {
        return fail(draft, "no_result", text::failure::NOTHING);
    }
    draft.plan(Effect::PostAnswer {
        place: draft.task.place.clone(),
        session: job.session.clone(),
        body: text::answer::render(job, end),
    });
    draft.set_step(Step::Answering);
    draft.because("nothing was changed; the answer goes to the issue")
}

/// What is known when the right to publish has been asked for.
struct Checked<'a> {
    base: BaseFacts,
    end: TurnEnd,
    work: Work,
    facts: &'a PublishFacts,
}

fn publish(mut draft: Draft<'_>, job: &Job, checked: Checked<'_>) -> Decision {
    let Checked { base, end, work, facts } = checked;
    if facts.archived {
        return fail(draft, "archived", text::refusal::ARCHIVED);
    }
    if !facts.open {
        return fail(draft, "issue_closed", text::failure::CLOSED_MEANWHILE);
    }
    if let Some(permission) = facts.permission.filter(|permission| !permission.may_start()) {
        let say = text::failure::right_lost(job.actor.login().unwrap_or_default(), permission);
        return fail(draft, "permission_lost", &say);
    }
    draft.plan(Effect::Publish {
        place: draft.task.place.clone(),
        session: job.session.clone(),
        branch: job.branch.clone(),
        head: work.head.clone(),
        expected: draft.task.branch_head.clone(),
    });
    draft.set_step(Step::Publishing { base, end, work, base_branch: facts.base_branch.clone() });
    draft.because("may be published")
}

/// What is known when the branch is on GitHub.
struct Pushed {
    base: BaseFacts,
    end: TurnEnd,
    work: Work,
    base_branch: String,
    head: Sha,
}

fn open_pull(mut draft: Draft<'_>, job: &Job, pushed: &Pushed) -> Decision {
    draft.task.wrote_branch(job.branch.clone(), pushed.head.clone());
    draft.note(Happening::BranchPushed, json!({ "branch": job.branch, "head": pushed.head }));
    let evidence = text::pull::Evidence {
        work: &pushed.work,
        end: &pushed.end,
        template: pushed.base.pull_template.as_deref(),
        agent: draft.task.progress().and_then(|progress| progress.agent.clone()),
    };
    draft.plan(Effect::OpenPull {
        place: draft.task.place.clone(),
        session: job.session.clone(),
        branch: job.branch.clone(),
        base_branch: pushed.base_branch.clone(),
        title: text::pull::title(job),
        body: text::pull::body(job, &evidence, draft.cx),
        labels: job.snapshot.labels.iter().filter(|label| label.starts_with("role:")).cloned().collect(),
    });
    draft.set_step(Step::Opening { work: pushed.work.clone() });
    draft.because("the branch is on GitHub")
}

/// A person who merged or closed it before we knew of it has the last word.
fn opened(mut draft: Draft<'_>, pull: Pull, standing: PullStanding) -> Decision {
    draft.note(Happening::PullRequestOpened, json!({ "number": pull.number, "url": pull.url, "draft": pull.draft }));
    draft.task.pull = Some(pull);
    let end = match standing {
        PullStanding::Open => End::InReview,
        PullStanding::Merged => End::Merged,
        PullStanding::Closed => End::PullClosed,
    };
    complete(draft, end)
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Preparing => "preparing",
        Step::Running { .. } => "running",
        Step::Collecting { .. } => "collecting",
        Step::Asking { .. } => "asking",
        Step::Publishing { .. } => "publishing",
        Step::Opening { .. } => "opening",
        Step::Answering => "answering",
    }
}

impl Draft<'_> {
    /// Moves the session on.
    fn set_step(&mut self, next: Step) {
        if let Stage::Working { step, .. } = &mut self.task.stage {
            *step = next;
        }
    }

    /// Changes what people see of the session's course.
    pub(super) fn on_progress(&mut self, change: impl FnOnce(&mut Progress)) {
        if let Stage::Working { progress, .. } | Stage::Ended { progress, .. } = &mut self.task.stage {
            change(progress);
        }
    }
}
