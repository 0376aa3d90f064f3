//! A session at work: from the working copy through the agent's turn to the pull request. Every outcome names its session;
//! one that fits neither the session nor the step is an echo and changes nothing.

use serde_json::json;

use super::end::{complete, outgrown, pull_over_at_once};
use super::late::{late, stray};
use super::{Decision, Draft, ask, outage, queue, revised, turn};
use crate::agent::{ErrorClass, Finished, PlanEntry, TurnEnd};
use crate::effect::{self, Start};
use crate::event::{Event, PublishFacts, PullStanding, Work};
use crate::event_name::DomainEvent;
use crate::ids::{SessionId, Sha};
use crate::label;
use crate::message::{AgentMessage, MessageKind};
use crate::question;
use crate::task::{End, Job, Pull, Stage, Step, WorkspaceBase};
use crate::text;
use crate::text::failure::BranchMoved;

pub(super) use super::end::fail;

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
        (
            Step::Preparing,
            Event::WorkspaceReady {
                base, head, nonce, ..
            },
        ) => {
            // Work that was only kept here is judged whole, with what is added to it; what is on GitHub already is not.
            let published = head.clone().filter(|_| job.round > 0 || job.moved);
            let from = published.unwrap_or_else(|| base.sha.clone());
            start(
                draft,
                &job,
                WorkspaceBase {
                    base: base.clone(),
                    from,
                    nonce: nonce.clone(),
                },
            )
        }
        (
            Step::Running { .. },
            Event::AgentStarted {
                agent_session,
                agent,
                queues,
                ..
            },
        ) => started(draft, agent_session, agent, *queues),
        (
            Step::Running { .. },
            Event::Progressed {
                plan,
                doing,
                silent_ms,
                tail,
                ..
            },
        ) => {
            draft.on_progress(|progress| progress.tail.clone_from(tail));
            progressed(draft, plan, (doing, *silent_ms))
        }
        (Step::Running { .. }, Event::Asked { asked, .. }) => ask::asked(draft, asked),
        (Step::Running { .. }, Event::Reported { text, .. }) => reported(draft, text),
        (Step::Running { .. }, Event::Finished { finished, .. }) => said_finished(draft, finished),
        (Step::Running { .. }, Event::Unfitting { text, .. }) => ask::unfitting(draft, text),
        (Step::Running { .. }, Event::Steered { offered, taken, .. }) => {
            turn::steered(draft, offered, *taken)
        }
        (Step::Running { .. }, Event::TurnEnded { end, tail, .. }) => turn::ended(draft, end, tail),
        (
            Step::Running { .. },
            Event::TurnFailed {
                class, say, tail, ..
            },
        ) => {
            draft.on_progress(|progress| progress.tail = tail.clone());
            turn_failed(draft, *class, say)
        }
        (_, Event::Steered { offered, .. }) => turn::steered(draft, offered, false),
        (
            Step::Collecting { .. },
            Event::TurnFailed {
                class: class @ ErrorClass::Disk,
                say,
                ..
            },
        ) => outgrown(draft, &text::failure::turn(*class, say)),
        (Step::Collecting { end }, Event::Collected { work, .. }) => {
            collected(draft, &job, end, work)
        }
        (Step::Asking { end, work }, Event::PublishChecked { facts, .. }) => {
            publish(draft, &job, Checked { end, work, facts })
        }
        (
            Step::Publishing {
                end,
                work,
                base_branch,
            },
            Event::Published { head, .. },
        ) => pushed(
            draft,
            &job,
            &Pushed {
                end,
                work,
                base_branch,
                head: head.clone(),
            },
        ),
        (Step::Publishing { work, .. }, Event::BranchMoved { theirs, .. }) => {
            moved(draft, &job, &work, theirs.as_ref())
        }
        (
            Step::Opening { .. },
            Event::PullOpened {
                number,
                url,
                draft: is_draft,
                standing,
                ..
            },
        ) => opened(
            draft,
            Pull {
                number: *number,
                url: url.clone(),
                draft: *is_draft,
            },
            *standing,
        ),
        (Step::Answering, Event::Answered { .. }) => {
            draft.note_bare(DomainEvent::AnswerPosted);
            if !draft.task.conversation.messages.is_empty() {
                return turn::run(draft, false, "people said more while it answered");
            }
            let end = if job.role.writes && !job.only_asked {
                End::Unchanged
            } else {
                End::Answered
            };
            complete(draft, end)
        }
        (step, _) => draft.because(format!("an echo: the session is at {}", step_name(&step))),
    }
}

/// The working copy stands: the agent gets its task, and what people said meanwhile.
fn start(mut draft: Draft<'_>, job: &Job, ground: WorkspaceBase) -> Decision {
    draft.note(
        DomainEvent::WorkspaceReady,
        json!({ "base": ground.base.sha, "branch": job.branch, "from": ground.from }),
    );
    if ground.from != ground.base.sha {
        // It begins with our branch as it is on GitHub now, whoever wrote to it: that is what the push may follow.
        draft.task.branch_shared |= draft.task.branch_head.as_ref() != Some(&ground.from);
        draft
            .task
            .wrote_branch(job.branch.clone(), ground.from.clone());
    }
    if let Some(job) = draft.job_mut() {
        job.workspace = Some(ground);
    }
    turn::run(draft, false, "the working copy stands")
}

fn started(mut draft: Draft<'_>, agent_session: &str, agent: &str, can_queue: bool) -> Decision {
    let mut lost = false;
    if let Stage::Working {
        job,
        step: Step::Running { turn },
        ..
    } = &mut draft.task.stage
    {
        lost = job
            .agent_session
            .replace(agent_session.to_owned())
            .is_some_and(|earlier| earlier != agent_session);
        job.cold |= lost;
        turn.queues = can_queue;
    }
    if lost {
        draft
            .task
            .tell(draft.cx.now, text::conversation::STARTED_COLD);
    }
    draft.on_progress(|progress| progress.agent = Some(agent.to_owned()));
    draft.note(
        DomainEvent::SessionRunning,
        json!({ "agent": agent, "agent_session": agent_session }),
    );
    turn::delivered(&mut draft);
    draft.because("the agent has the prompt")
}

fn progressed(
    mut draft: Draft<'_>,
    plan: &[PlanEntry],
    (doing, silent_ms): (&str, i64),
) -> Decision {
    if silent_ms == 0 {
        turn::delivered(&mut draft);
    }
    draft.on_progress(|progress| {
        progress.plan = plan.to_vec();
        progress.doing = doing.to_owned();
        progress.silent_ms = silent_ms;
    });
    draft.note(
        DomainEvent::SessionProgress,
        json!({ "plan": plan, "doing": doing, "silent_ms": silent_ms }),
    );
    draft.because("progress")
}

/// The agent says by its own tool how far it is.
fn reported(mut draft: Draft<'_>, text: &str) -> Decision {
    turn::delivered(&mut draft);
    draft.on_progress(|progress| progress.report = text.to_owned());
    draft.note(DomainEvent::SessionProgress, json!({ "report": text }));
    draft.because("a report")
}

/// The agent says by its own tool that it is done; git will say what it did.
fn said_finished(mut draft: Draft<'_>, finished: &Finished) -> Decision {
    if let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &mut draft.task.stage
    {
        turn.finished = Some(finished.clone());
    }
    draft.because("the agent says that it is done")
}

/// The turn ended badly: a model that fails for now is tried again, everything else is for people.
fn turn_failed(draft: Draft<'_>, class: ErrorClass, say: &str) -> Decision {
    if let Some(at) = outage::again_at(&draft, class, say) {
        return outage::wait(draft, class, at);
    }
    let say = outage::tried(&draft, say);
    fail(draft, class.as_str(), &text::failure::turn(class, &say))
}

/// The turn is over, and git decides what was made.
pub(super) fn look(mut draft: Draft<'_>, end: TurnEnd) -> Decision {
    if !draft.plan_look(text::pull::Said::Done(&end.message)) {
        return fail(draft, "no_ground", text::failure::NO_GROUND);
    }
    draft.set_step(Step::Collecting { end });
    draft.because("the turn is over; git decides")
}

fn collected(mut draft: Draft<'_>, job: &Job, end: TurnEnd, work: &Work) -> Decision {
    draft.note(DomainEvent::SessionCollected, text::pull::numbers(work));
    let work = &revised::with_old_conflicts(&draft, job, work);
    // A revision that adds nothing leaves the evidence of the first work as it is.
    if !work.is_empty() || (job.round == 0 && !job.moved) {
        draft.on_progress(|progress| progress.work = Some(work.clone()));
    }
    if work.is_empty() || !job.role.writes {
        return nothing_changed(draft, job, end);
    }
    if let Some(say) = text::failure::objections(work, &draft.cx.policy.allow_protected) {
        return fail(draft, "not_publishable", &say);
    }
    draft.plan(effect::CheckPublish {
        actor: job.actor.clone(),
    });
    draft.set_step(Step::Asking {
        end,
        work: work.clone(),
    });
    draft.because("there is work to publish")
}

/// Nothing was changed: the words are the result, unless they are an error's, or ask something.
fn nothing_changed(mut draft: Draft<'_>, job: &Job, end: TurnEnd) -> Decision {
    let unfinished = end
        .unfinished()
        .filter(|_| job.role.writes || end.message.trim().is_empty());
    if let Some(class) = end.error.or(unfinished) {
        if let Some(at) = outage::again_at(&draft, class, &end.message) {
            return outage::wait(draft, class, at);
        }
        let say = outage::tried(&draft, &text::failure::agent_error(class, &end.message));
        return fail(draft, class.as_str(), &say);
    }
    if !draft.task.conversation.messages.is_empty() {
        return turn::run(draft, false, "people said more while it finished");
    }
    if job.round > 0 && job.role.writes && !ask::full(&draft) {
        let asked = question::in_message(&end.message, true);
        if !asked.is_empty() {
            ask::put(&mut draft, asked);
            return ask::wait(draft);
        }
    }
    // What somebody pushed meanwhile may be all there was to do: their commit is in the pull request already.
    if job.round > 0 || (job.moved && draft.task.pull.is_some()) {
        return revised::done(draft, job, &end, None);
    }
    if end.message.trim().is_empty() {
        return fail(draft, "no_result", text::failure::NOTHING);
    }
    if job.role.writes {
        let asked = question::in_message(&end.message, true);
        if !asked.is_empty() && ask::full(&draft) {
            return ask::unasked(draft);
        }
        if !asked.is_empty() {
            ask::put(&mut draft, asked);
            return ask::wait(draft);
        }
    }
    if job.only_asked {
        // Whoever asked has the answer already.
        return complete(draft, End::Answered);
    }
    let body = text::agent_answer::render(job, &end);
    draft.plan(effect::PostAnswer { body });
    draft.set_step(Step::Answering);
    draft.because("nothing was changed; the answer goes to the issue")
}

/// What is known when the right to publish has been asked for.
struct Checked<'a> {
    end: TurnEnd,
    work: Work,
    facts: &'a PublishFacts,
}

fn publish(mut draft: Draft<'_>, job: &Job, checked: Checked<'_>) -> Decision {
    let Checked { end, work, facts } = checked;
    if facts.archived {
        return fail(draft, "archived", text::refusal::ARCHIVED);
    }
    if !facts.open {
        return fail(draft, "issue_closed", text::failure::CLOSED_MEANWHILE);
    }
    let login = job.actor.login().unwrap_or_default();
    if let Some(permission) = facts
        .permission
        .filter(|may| !may.may_start() && !draft.task.delegated(login))
    {
        let say = text::failure::right_lost(login, permission);
        return fail(draft, "permission_lost", &say);
    }
    draft.plan(effect::Publish {
        branch: job.branch.clone(),
        head: work.head.clone(),
        expected: draft.task.branch_head.clone(),
    });
    draft.set_step(Step::Publishing {
        end,
        work,
        base_branch: facts.base_branch.clone(),
    });
    draft.because("may be published")
}

/// What is known when the branch is on GitHub.
struct Pushed {
    end: TurnEnd,
    work: Work,
    base_branch: String,
    head: Sha,
}

/// The branch is on GitHub: a pull request is opened, or the one that is open has its revision.
fn pushed(mut draft: Draft<'_>, job: &Job, pushed: &Pushed) -> Decision {
    draft
        .task
        .wrote_branch(job.branch.clone(), pushed.head.clone());
    draft.task.review.theirs = None;
    draft.note(
        DomainEvent::BranchPushed,
        json!({ "branch": job.branch, "head": pushed.head }),
    );
    if job.round > 0 && draft.task.pull.is_some() {
        return revised::done(draft, job, &pushed.end, Some((&pushed.head, &pushed.work)));
    }
    draft.task.review.unfinished = pushed.end.unfinished();
    revised::tell(&mut draft, &pushed.head, &pushed.end);
    let template = job
        .workspace
        .as_ref()
        .and_then(|ground| ground.base.pull_template.as_deref());
    let evidence = text::pull::Evidence {
        work: &pushed.work,
        unfinished: draft.task.review.unfinished,
        told: &draft.task.review.told,
        agent: draft
            .task
            .progress()
            .and_then(|progress| progress.agent.clone()),
        answers: &draft.task.conversation.questions,
    };
    draft.plan(effect::OpenPull {
        branch: job.branch.clone(),
        base_branch: pushed.base_branch.clone(),
        title: text::pull::title(job),
        body: text::pull::body(job, (template, &evidence), draft.cx),
    });
    draft.set_step(Step::Opening {
        work: pushed.work.clone(),
    });
    draft.because("the branch is on GitHub")
}

/// Somebody else wrote to the branch, and their work is respected: the agent goes on on top of it, once. A branch that was
/// deleted is not brought back without a word.
fn moved(mut draft: Draft<'_>, job: &Job, work: &Work, theirs: Option<&Sha>) -> Decision {
    let open = draft.task.pull.is_some();
    if theirs.is_none() && !open && draft.task.branch_head.take().is_some() {
        // It held no more than what an earlier try left, and nobody reviews it.
        draft.plan(effect::Publish {
            branch: job.branch.clone(),
            head: work.head.clone(),
            expected: None,
        });
        return draft.because("the branch of an earlier try was deleted; it is made anew");
    }
    let Some(theirs) = theirs.filter(|_| !job.moved) else {
        let goes_on = open && theirs.is_some();
        let say = text::failure::branch_moved(&BranchMoved {
            branch: job.branch.as_str(),
            theirs: theirs.map(Sha::short),
            ours: work.head.short(),
            goes_on,
        });
        // While its pull request is open, the next revision begins with whatever is on it.
        if !goes_on {
            draft.task.leave_branch();
        }
        return fail(draft, "branch_moved", &say);
    };
    draft
        .task
        .tell(draft.cx.now, text::conversation::pushed(theirs));
    draft.task.conversation.messages.push(AgentMessage {
        id: format!("moved:{theirs}"),
        by: "skep".into(),
        text: text::prompt::moved(&work.head),
        at: draft.cx.now,
        kind: MessageKind::Moved {
            ours: work.head.clone(),
        },
        comment: None,
        sending: false,
    });
    if let Some(job) = draft.job_mut() {
        job.moved = true;
    }
    queue::prepare(draft, job, Start::Branch)
}

/// A person who merged or closed it before we knew of it has the last word.
fn opened(mut draft: Draft<'_>, pull: Pull, standing: PullStanding) -> Decision {
    draft.note(
        DomainEvent::PullRequestOpened,
        json!({ "number": pull.number, "url": pull.url, "draft": pull.draft }),
    );
    let number = pull.number;
    draft.task.pull = Some(pull);
    let job = draft.task.job();
    let labels = job.map(|job| {
        job.snapshot
            .labels
            .iter()
            .filter(|name| label::behind(name, "role:").is_some())
            .cloned()
    });
    let labels: Vec<String> = labels.into_iter().flatten().collect();
    if !labels.is_empty() && standing == PullStanding::Open {
        draft.plan(effect::LabelPull {
            pull: number,
            labels,
        });
    }
    match standing {
        PullStanding::Open => complete(draft, End::InReview),
        PullStanding::Merged => pull_over_at_once(draft, number, true),
        PullStanding::Closed => pull_over_at_once(draft, number, false),
    }
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Preparing => "preparing",
        Step::Running { .. } => "running",
        Step::Waiting { .. } => "waiting for an answer",
        Step::Collecting { .. } => "collecting",
        Step::Asking { .. } => "asking",
        Step::Publishing { .. } => "publishing",
        Step::Opening { .. } => "opening",
        Step::Answering => "answering",
    }
}
