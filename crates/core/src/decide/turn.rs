//! Prompt turns: what the agent is told, what it has heard, and what the end of a turn leads to.

use serde_json::json;

use super::work::{fail, look};
use super::{Decision, Draft, ask, comments, outage, pause, revised};
use crate::agent::TurnEnd;
use crate::effect::{self, EffectKind, Reaction, Turn};
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind, Spoken};
use crate::question;
use crate::task::{BlockReason, Job, Next, Plan, Planning, ReturnTo, Stage, Step, TurnState};
use crate::text;

/// So much of what was said is kept for an agent that has to be told again.
const SPOKEN: usize = 40;
/// Longest piece of it, in characters.
const SPOKEN_CHARS: usize = 4_000;

/// Prompts the agent: with its task when it is new, and with all the words that wait.
pub(super) fn run(mut draft: Draft<'_>, interrupted: bool, reason: &str) -> Decision {
    more_than_an_answer(&mut draft);
    let Stage::Working { job, .. } = &draft.task.stage else {
        return draft.because("no session is at work");
    };
    let job = job.as_ref().clone();
    let Some(workspace) = &job.workspace else {
        return fail(draft, "no_ground", text::failure::NO_GROUND);
    };
    // The end of its process may still be planned, from when nobody answered; it must not end this turn.
    draft.withdraw([EffectKind::EndAgent]);
    let (heard, later) = for_this_turn(&job, std::mem::take(&mut draft.task.conversation.messages));
    draft.task.conversation.messages = later;
    if let (Some(back), true) = (job.return_to.clone(), heard.is_empty()) {
        return come_back(draft, back);
    }
    let writes = may_write(&job);
    let clocks = job.role.limits.within(&draft.cx.policy.limits);
    let open: Vec<_> = draft.task.open_questions().collect();
    let asked = open.iter().map(|question| question.id).collect();
    let place = &draft.task.place;
    let telling = text::prompt::Telling {
        job: &job,
        workspace,
        place,
        words: &heard,
        writes,
        open: &open,
    };
    let turn = Turn {
        agent: job.agent.clone(),
        model: job.role.model.clone(),
        instructions: job.role.prompt.trim().to_owned(),
        prompt: text::prompt::whole(&telling),
        resumed: text::prompt::more(&telling, interrupted),
        resume: job.agent_session.clone(),
        writes,
        tools: job.role.tools.clone(),
        // The turns of a session share its time. Somebody waits for each further one, and a time in which skep was down
        // counts as well: so it has a tenth at least.
        wall_ms: (clocks.wall_ms - job.worked_ms).max(clocks.wall_ms / 10),
        silence_ms: clocks.silence_ms,
        branch: job.branch.clone(),
    };
    draft.plan(effect::RunTurn {
        turn: Box::new(turn),
    });
    let began = draft.cx.now;
    draft.set_step(Step::Running {
        turn: TurnState {
            heard,
            writes,
            began,
            open: asked,
            ..TurnState::default()
        },
    });
    // Its first moments at work are no news; going on after people were asked is.
    if draft.task.label() != draft.task.shown.label {
        draft.show();
    }
    draft.because(reason)
}

/// On an errand from a session that is held the agent hears what it is asked; the rest waits until it is back.
fn for_this_turn(job: &Job, words: Vec<AgentMessage>) -> (Vec<AgentMessage>, Vec<AgentMessage>) {
    let held = matches!(job.return_to, Some(ReturnTo::Blocked { .. }));
    words.into_iter().partition(|word| !held || word.is_asked())
}

/// Whoever asked something while a pull request waits may say something as well: then it is a revision, and its work counts.
fn more_than_an_answer(draft: &mut Draft<'_>) {
    let answers = |word: &AgentMessage| matches!(word.kind, MessageKind::Answer { .. });
    let only_asked = draft
        .task
        .conversation
        .messages
        .iter()
        .all(|word| word.is_asked() || answers(word));
    let Some(job) = draft.job_mut() else { return };
    if only_asked || !matches!(job.return_to, Some(ReturnTo::Ended { .. })) {
        return;
    }
    job.return_to = None;
    job.round += 1;
    let round = job.round;
    draft.task.review.rounds += 1;
    draft.note(
        DomainEvent::RevisionStarted,
        json!({ "round": round, "why": "a person said something" }),
    );
}

/// A plan that is not approved changes nothing, and neither does a mere answer to a person.
fn may_write(job: &Job) -> bool {
    job.role.writes && job.plan != Planning::Wanted && job.return_to.is_none()
}

/// The agent has heard its words: they are thanked for, once.
pub(super) fn delivered(draft: &mut Draft<'_>) {
    let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &mut draft.task.stage
    else {
        return;
    };
    let fresh: Vec<AgentMessage> = turn
        .heard
        .iter()
        .filter(|word| !word.sending)
        .cloned()
        .collect();
    // From here on `sending` on a heard word means: its thanks are planned.
    turn.heard.iter_mut().for_each(|word| word.sending = true);
    for word in fresh {
        if let Some(comment) = word.comment {
            draft.react_to(comment, Reaction::Rocket, Some(Reaction::Eyes));
        }
        draft.note(
            DomainEvent::MessageDelivered,
            json!({ "word": word.id, "by": word.by }),
        );
    }
}

/// A turn is cut short: nobody knows what of its words was acted upon, so they are said again when it goes on.
pub(super) fn unhear(draft: &mut Draft<'_>, turn: &TurnState) {
    let mut words: Vec<AgentMessage> = turn.heard.clone();
    words.append(&mut draft.task.conversation.messages);
    words.iter_mut().for_each(|word| word.sending = false);
    draft.task.conversation.messages = words;
    let now = draft.cx.now;
    if let Some(job) = draft.job_mut() {
        worked(job, turn, now);
    }
}

/// The agent's time at a turn counts for its session.
fn worked(job: &mut Job, turn: &TurnState, now: i64) {
    job.worked_ms += (now - turn.began).max(0);
}

/// Words were offered to a running turn.
pub(super) fn steered(mut draft: Draft<'_>, offered: &[String], taken: bool) -> Decision {
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for mut word in std::mem::take(&mut draft.task.conversation.messages) {
        let theirs = word.sending && offered.contains(&word.id);
        word.sending &= !theirs;
        if theirs && taken {
            gone.push(word)
        } else {
            kept.push(word)
        }
    }
    let sending = kept.iter().any(|word| word.sending);
    draft.task.conversation.messages = kept;
    let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &mut draft.task.stage
    else {
        // The turn was cut short meanwhile: what it took is said again.
        gone.append(&mut draft.task.conversation.messages);
        draft.task.conversation.messages = gone;
        return draft.because("an echo: no turn is on");
    };
    turn.heard.append(&mut gone);
    // Other words may still be on their way: the last one of them ends the turn.
    let over = if sending { None } else { turn.over.take() };
    if taken {
        delivered(&mut draft);
    }
    match over {
        Some(end) => over_now(draft, end),
        None => draft.because(if taken {
            "the running turn took them"
        } else {
            "they wait for the turn's end"
        }),
    }
}

/// The turn is over. While words that were offered to it are on their way, what it heard is not known yet.
pub(super) fn ended(mut draft: Draft<'_>, end: &TurnEnd, tail: &[String]) -> Decision {
    draft.on_progress(|progress| {
        progress.tail = tail.to_vec();
        progress.doing.clear();
    });
    delivered(&mut draft);
    draft.note(
        DomainEvent::SessionIdle,
        json!({ "stop": end.stop, "usage": end.usage }),
    );
    let sending = draft
        .task
        .conversation
        .messages
        .iter()
        .any(|word| word.sending);
    if let Stage::Working {
        job,
        step: Step::Running { turn },
        ..
    } = &mut draft.task.stage
    {
        if !end.agent_session.is_empty() {
            job.agent_session = Some(end.agent_session.clone());
        }
        if sending {
            turn.over = Some(end.clone());
            return draft.because("the turn is over; words offered to it are still on their way");
        }
    }
    over_now(draft, end.clone())
}

/// What comes after a turn: an answer to whoever asked, questions to people, more words for the agent, a plan, or git's
/// look at what was made.
fn over_now(mut draft: Draft<'_>, end: TurnEnd) -> Decision {
    if let Some(class) = end.unfinished()
        && let Some(at) = outage::again_at(&draft, class, &end.message)
    {
        return outage::wait(draft, class, at);
    }
    let failed = end.error.or(end.unfinished()).is_some();
    if !failed {
        outage::over(&mut draft);
    }
    let Stage::Working {
        job,
        step: Step::Running { turn },
        ..
    } = &mut draft.task.stage
    else {
        return draft.because("no turn is on");
    };
    let (heard, finished, told) = (
        std::mem::take(&mut turn.heard),
        turn.finished.take(),
        std::mem::take(&mut turn.open),
    );
    worked(job, turn, draft.cx.now);
    remember(job, &heard, &end);
    let (planning, back) = (job.plan == Planning::Wanted, job.return_to.clone());
    revised::heard(&mut draft, &heard);
    let mut end = end;
    if let Some(finished) = finished {
        end.message = text::agent_answer::finished(&finished, &end.message);
        draft.on_progress(|progress| progress.replies = finished.threads);
        if !failed && !matches!(back, Some(ReturnTo::Blocked { .. })) {
            ask::went_on(&mut draft, &told);
        }
    }
    if draft.task.open_questions().next().is_none() && !failed {
        let asked = question::in_message(&end.message, false);
        if !asked.is_empty() && ask::full(&draft) {
            return ask::unasked(draft);
        }
        if !asked.is_empty() {
            ask::put(&mut draft, asked);
        }
    }
    let open = draft.task.open_questions().next().is_some();
    if open && !matches!(back, Some(ReturnTo::Blocked { .. })) {
        let more = !draft.task.conversation.messages.is_empty();
        match told.is_empty() {
            false => answer_people(&mut draft, &heard, &end),
            // It asks back: whoever asked it something gets the answer in its next turn.
            true => draft
                .task
                .conversation
                .messages
                .extend(heard.into_iter().filter(AgentMessage::is_asked)),
        }
        if more {
            return run(
                draft,
                false,
                "people said more while it waits for its answer",
            );
        }
        return ask::wait(draft);
    }
    answer_people(&mut draft, &heard, &end);
    if let Some(back) = back {
        return come_back(draft, back);
    }
    if !draft.task.conversation.messages.is_empty() {
        return run(draft, false, "people said more meanwhile");
    }
    if planning && !failed {
        propose(draft, &end)
    } else {
        look(draft, end)
    }
}

fn remember(job: &mut Job, heard: &[AgentMessage], end: &TurnEnd) {
    let cut = |text: &str| text.chars().take(SPOKEN_CHARS).collect::<String>();
    job.spoken.extend(heard.iter().map(|word| Spoken {
        by: word.by.clone(),
        text: cut(&word.text),
    }));
    if !end.message.trim().is_empty() {
        job.spoken.push(Spoken {
            by: "agent".into(),
            text: cut(&end.message),
        });
    }
    let surplus = job.spoken.len().saturating_sub(SPOKEN);
    job.spoken.drain(..surplus);
}

/// Whoever asked the agent something gets its words.
fn answer_people(draft: &mut Draft<'_>, heard: &[AgentMessage], end: &TurnEnd) {
    for word in heard {
        let MessageKind::Asked { on } = &word.kind else {
            continue;
        };
        let body = text::agent_answer::to_person(&word.by, end);
        draft.say(*on, format!("answer:{}", word.id), body);
    }
}

/// The errand is over; what people said meanwhile is taken up where the session stands again.
fn come_back(draft: Draft<'_>, back: ReturnTo) -> Decision {
    let (draft, reason) = draft.through(|draft| go_back(draft, back));
    let open = draft.task.open_questions().next().is_some();
    if matches!(
        draft.task.stage,
        Stage::Blocked {
            reason: BlockReason::Asked,
            ..
        }
    ) && !open
    {
        return pause::resume_now(draft, "nothing is asked any more");
    }
    match draft.task.conversation.messages.is_empty() {
        true => draft.because(reason),
        false => comments::deliver(draft, "people said more meanwhile"),
    }
}

/// An errand came to nothing: whoever asked is told why, and the session stands where it stood.
pub(super) fn abandon(mut draft: Draft<'_>, back: ReturnTo, why: &str) -> Decision {
    if let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &draft.task.stage
    {
        let turn = turn.clone();
        unhear(&mut draft, &turn);
    }
    draft.give_up();
    let (asked, rest) = std::mem::take(&mut draft.task.conversation.messages)
        .into_iter()
        .partition(AgentMessage::is_asked);
    draft.task.conversation.messages = rest;
    let asked: Vec<AgentMessage> = asked;
    for word in &asked {
        let MessageKind::Asked { on } = &word.kind else {
            continue;
        };
        draft.say(
            *on,
            format!("answer:{}", word.id),
            text::agent_answer::none(&word.by, why),
        );
    }
    come_back(draft, back)
}

/// It only answered a person: everything is again as it was.
fn go_back(mut draft: Draft<'_>, back: ReturnTo) -> Decision {
    let (Stage::Working {
        mut job, progress, ..
    }
    | Stage::Queued {
        mut job, progress, ..
    }) = draft.task.stage.clone()
    else {
        return draft.because("no session is at work");
    };
    let again = matches!(back, ReturnTo::Ended { .. });
    job.return_to = None;
    comments::end_agent(&mut draft);
    draft.task.stage = match back {
        ReturnTo::Blocked { reason, next } => Stage::Blocked {
            job,
            reason,
            next: *next,
            progress,
            since: draft.cx.now,
        },
        ReturnTo::Ended { end, at } => Stage::Ended {
            job: Some(job),
            end,
            progress,
            at,
        },
    };
    if again {
        // What its checks did meanwhile was nobody's to hear.
        draft.task.review.look_at = Some(draft.cx.now);
    }
    draft.show();
    draft.because("a person's question was answered; all is as before")
}

/// The plan goes to people; the agent waits for their word.
fn propose(mut draft: Draft<'_>, end: &TurnEnd) -> Decision {
    let Stage::Working {
        mut job, progress, ..
    } = draft.task.stage.clone()
    else {
        return draft.because("no session is at work");
    };
    comments::end_agent(&mut draft);
    // Whatever a plan's turn did to its working copy is not part of the plan: the work begins on a fresh one.
    job.workspace = None;
    let plan = Plan {
        key: format!("plan:{}:{}", job.session, job.comments),
        text: text::conversation::plan(&job, end, &progress.plan),
    };
    draft.say_here(plan.key.clone(), text::conversation::to_approve(&plan));
    draft.task.conversation.plan = Some(plan);
    // The comment is counted in the draft's job.
    job.comments = draft.task.job().map_or(job.comments, |job| job.comments);
    let next = if job.round > 0 {
        Next::Revise
    } else {
        Next::Begin
    };
    draft.task.stage = Stage::Blocked {
        job,
        reason: BlockReason::Plan,
        next,
        progress,
        since: draft.cx.now,
    };
    draft
        .task
        .tell(draft.cx.now, "The plan waits for approval.");
    draft.note_bare(DomainEvent::PlanProposed);
    ask::assign(&mut draft);
    draft.show();
    draft.because("the plan waits for approval")
}

/// A plan's comment that waits for nobody any more says so, instead of how to approve it.
pub(super) fn plan_is_over(draft: &mut Draft<'_>, how: &str) {
    let comment = draft.task.conversation.plan_comment.take();
    let Some(plan) = draft.task.conversation.plan.take() else {
        return;
    };
    let issue = draft.task.place.issue;
    draft.put(issue, plan.key, comment, format!("{}\n\n{how}", plan.text));
}

/// The plan was approved: the same session goes on, and may change files.
pub(super) fn approve(mut draft: Draft<'_>, by: &str) -> Decision {
    let Stage::Blocked {
        job,
        reason: BlockReason::Plan,
        ..
    } = &mut draft.task.stage
    else {
        return draft.because("no plan waits for approval");
    };
    job.plan = Planning::Approved;
    plan_is_over(&mut draft, &text::conversation::plan_approved(by));
    let word = AgentMessage {
        id: "approved".into(),
        by: by.to_owned(),
        text: text::prompt::APPROVED.to_owned(),
        at: draft.cx.now,
        kind: MessageKind::Approved,
        comment: None,
        sending: false,
    };
    draft.task.conversation.messages.push(word);
    draft.note(DomainEvent::PlanApproved, json!({ "by": by }));
    ask::unassign(&mut draft);
    pause::resume_now(draft, "the plan was approved")
}
