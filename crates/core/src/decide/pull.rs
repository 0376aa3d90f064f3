//! Our pull request after it is open: its checks, its base, people's pushes, ready or draft, merged or closed. What a
//! webhook says is a hint; what was read counts.

use serde_json::json;

use super::{Decision, Draft, closed, comments, end, review};
use crate::effect::{self, UnpushedCommits};
use crate::event::{ChecksState, Failing, PullFacts, PullStanding};
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::place::Account;
use crate::policy::MakeReady;
use crate::task::{End, Stage};
use crate::text;

/// How long after a hint the checks are looked at: several hints come at once.
const SETTLE_MS: i64 = 3_000;
/// When a new pull request is looked at without any hint: a webhook may be lost.
pub(super) const FIRST_LOOK_MS: i64 = 5 * 60_000;
/// How often checks that are not over are looked at without a hint, and how many times.
const AGAIN_MS: i64 = 10 * 60_000;
const LOOKS: u32 = 12;

/// Something about our branch may have changed.
pub(super) fn stirred(mut draft: Draft<'_>, hint: &str, _sender: &Account) -> Decision {
    let Some(pull) = waiting_pull(&draft) else {
        return draft.because("no pull request of ours waits for review");
    };
    let at = draft.cx.now + SETTLE_MS;
    draft.plan_at(effect::RefreshPullRequest { pull }, at);
    draft.because(format!("{hint}: the pull request is looked at"))
}

fn waiting_pull(draft: &Draft<'_>) -> Option<i64> {
    draft
        .task
        .pull
        .as_ref()
        .filter(|_| draft.task.can_revise())
        .map(|pull| pull.number)
}

/// The moment to look again came.
pub(super) fn look_again(mut draft: Draft<'_>) -> Decision {
    draft.task.review.look_at = None;
    let Some(pull) = waiting_pull(&draft) else {
        return draft.because("no pull request of ours waits for review");
    };
    draft.plan(effect::RefreshPullRequest { pull });
    draft.because("the pull request is looked at again")
}

/// The pull request was looked at.
pub(super) fn looked(mut draft: Draft<'_>, facts: &PullFacts) -> Decision {
    if waiting_pull(&draft) != Some(facts.number) {
        return draft.because("it does not wait for review any more");
    }
    match facts.standing {
        PullStanding::Open => {}
        PullStanding::Merged => return closed(draft, facts.number, true),
        PullStanding::Closed => return closed(draft, facts.number, false),
    }
    if let Some(pull) = &mut draft.task.pull {
        pull.draft = facts.draft;
    }
    if draft.task.branch_head.as_ref() != Some(&facts.head)
        && draft.task.review.theirs.as_ref() != Some(&facts.head)
    {
        draft.task.review.theirs = Some(facts.head.clone());
        draft.task.tell(
            draft.cx.now,
            text::conversation::pushed_in_review(&facts.head),
        );
    }
    draft.task.review.checks = Some(facts.checks.state);
    if let Some(conflicts) = facts.conflicts {
        draft.task.review.conflicts = conflicts;
    }
    closed::noted(&mut draft, facts);
    if draft.task.review.issue_closed {
        return draft.because("its issue is closed, and nobody works for a closed issue");
    }
    if facts.conflicts == Some(true) {
        return conflict(draft, facts);
    }
    if facts.conflicts == Some(false) {
        // Solved: one that comes later is another one.
        draft.task.review.conflict = None;
    }
    match facts.checks.state {
        ChecksState::None => draft.because("it has no checks"),
        ChecksState::Pending => pending(draft),
        ChecksState::Green => green(draft, facts),
        ChecksState::Red => red(draft, facts),
    }
}

fn pending(mut draft: Draft<'_>) -> Decision {
    if draft.task.review.looks < LOOKS {
        draft.task.review.looks += 1;
        draft.task.review.look_at = Some(draft.cx.now + AGAIN_MS);
    }
    draft.because("checks are not over")
}

fn green(mut draft: Draft<'_>, facts: &PullFacts) -> Decision {
    if draft.task.review.unfinished.is_some() {
        return draft
            .because("its checks are green, but the work is not finished: it stays a draft");
    }
    let rounds_left = draft.task.review.rounds < draft.cx.policy.limits.rounds;
    if rounds_left {
        // Whatever people had to look at, somebody has fixed it.
        draft.task.review.needs = None;
    }
    if draft.task.review.judged.as_ref() == Some(&facts.head) && !facts.draft {
        return draft.because("its checks are known to be green");
    }
    draft.task.review.judged = Some(facts.head.clone());
    draft.task.review.fix_attempts = 0;
    draft.note(DomainEvent::ChecksPassed, json!({ "head": facts.head }));
    // Conflicts that nobody resolved pass many a check.
    let whole = draft
        .task
        .progress()
        .and_then(|progress| progress.work.as_ref())
        .is_none_or(|work| work.conflicts.is_empty());
    if facts.draft && whole && draft.cx.policy.ready == MakeReady::Green {
        draft.plan(effect::MarkReady { pull: facts.number });
    }
    draft.because("its checks are green")
}

/// Our pull request is no draft any more.
pub(super) fn made_ready(mut draft: Draft<'_>, number: i64) -> Decision {
    match &mut draft.task.pull {
        Some(pull) if pull.number == number => pull.draft = false,
        _ => return draft.because("not our pull request"),
    }
    draft.note(DomainEvent::PullRequestReady, json!({ "number": number }));
    draft.because("it is ready for review")
}

/// Checks failed. What fails on the base as well is not chased; the rest goes to the agent while there are rounds left.
fn red(mut draft: Draft<'_>, facts: &PullFacts) -> Decision {
    let on_base = |check: &&Failing| facts.checks.failing_on_base.contains(&check.name);
    let ours: Vec<Failing> = facts
        .checks
        .failing
        .iter()
        .filter(|check| !on_base(check))
        .cloned()
        .collect();
    if draft
        .task
        .review
        .judged
        .replace(facts.head.clone())
        .as_ref()
        == Some(&facts.head)
    {
        let rounds = draft.task.review.fix_attempts;
        if rounds > 0 && !ours.is_empty() {
            // The agent was sent for these and came back without a change.
            return review::needs_person(
                draft,
                &text::conversation::checks_still_fail(rounds, &ours),
            );
        }
        return draft.because("these failures are known");
    }
    let names: Vec<&str> = facts
        .checks
        .failing
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    draft.note(
        DomainEvent::ChecksFailed,
        json!({ "head": facts.head, "checks": names, "ours": ours.len() }),
    );
    if ours.is_empty() {
        draft.task.tell(
            draft.cx.now,
            text::conversation::fails_on_base(&facts.checks.failing_on_base),
        );
        return draft.because("the same checks fail on the base: reported, not chased");
    }
    if draft.task.review.auto_fix_off {
        return draft
            .because("its checks fail; the agent rests until somebody sends it back to work");
    }
    let limits = &draft.cx.policy.limits;
    if draft.task.review.fix_attempts >= limits.check_rounds
        || draft.task.review.rounds >= limits.rounds
    {
        let say = text::conversation::checks_still_fail(draft.task.review.fix_attempts, &ours);
        return review::needs_person(draft, &say);
    }
    draft.task.review.fix_attempts += 1;
    let word = AgentMessage {
        id: format!("checks:{}", facts.head),
        by: "skep".into(),
        text: text::prompt::checks(&ours, &facts.checks.failing_on_base),
        at: draft.cx.now,
        kind: MessageKind::Checks {
            head: facts.head.clone(),
        },
        comment: None,
        sending: false,
    };
    comments::deliver(comments::add(draft, word), "checks failed")
}

/// The branch conflicts with its base: the agent merges, once; after that a person has to look.
fn conflict(mut draft: Draft<'_>, facts: &PullFacts) -> Decision {
    let Some(base) = facts.base_head.clone() else {
        return draft.because("the base is not known");
    };
    if draft.task.review.conflict.is_some() {
        return review::needs_person(draft, text::conversation::STILL_CONFLICTS);
    }
    if draft.task.review.auto_fix_off {
        return draft
            .because("its branch conflicts; the agent rests until somebody sends it back to work");
    }
    draft.task.review.conflict = Some(base.clone());
    draft.task.review.judged = None;
    let branch = draft
        .task
        .job()
        .map(|job| job.base_branch.clone())
        .unwrap_or_default();
    let word = AgentMessage {
        id: format!("base:{base}"),
        by: "skep".into(),
        text: text::prompt::conflict(&branch, &base),
        at: draft.cx.now,
        kind: MessageKind::Base { head: base },
        comment: None,
        sending: false,
    };
    comments::deliver(
        comments::add(draft, word),
        "the branch conflicts with its base",
    )
}

/// Our pull request is over: merged, or closed by a person.
pub(super) fn closed(mut draft: Draft<'_>, number: i64, merged: bool) -> Decision {
    let ours = draft
        .task
        .pull
        .as_ref()
        .is_some_and(|pull| pull.number == number);
    if let Stage::Checking { actor, before } = &mut draft.task.stage
        && let Some(rests) = before.take()
    {
        // What comes back if nothing starts is over as well.
        let actor = actor.clone();
        draft.task.stage = *rests;
        let (mut draft, reason) = draft.through(|draft| closed(draft, number, merged));
        draft.check(actor);
        return draft.because(reason);
    }
    let Stage::Ended { end, .. } = &mut draft.task.stage else {
        return if ours {
            end::pull_closed_at_work(draft, number, merged)
        } else {
            draft.because("not our pull request")
        };
    };
    // Whatever was tried since: a pull request that is over is the last word on the issue.
    if !ours || matches!(end, End::Merged | End::PullClosed) {
        return draft.because("not the pull request that waits for review");
    }
    *end = if merged { End::Merged } else { End::PullClosed };
    draft.task.tell(
        draft.cx.now,
        if merged {
            "The pull request was merged."
        } else {
            "The pull request was closed."
        },
    );
    over(&mut draft, number, merged);
    tidy(&mut draft, merged);
    draft.because("the pull request is closed")
}

/// Says that it is over: a merge is a joy, and after a close people are asked once.
pub(super) fn over(draft: &mut Draft<'_>, number: i64, merged: bool) {
    let happening = if merged {
        DomainEvent::PullRequestMerged
    } else {
        DomainEvent::PullRequestClosed
    };
    draft.note(happening, json!({ "number": number }));
    if !merged {
        let login = draft
            .task
            .job()
            .and_then(|job| job.actor.login())
            .map(str::to_owned);
        draft.say_here(
            format!("closed:{number}"),
            text::conversation::closed_unmerged(login.as_deref(), number),
        );
    }
}

/// Nothing of the session is needed any more; a merged branch goes as well, if nobody wrote to it since.
fn tidy(draft: &mut Draft<'_>, merged: bool) {
    leave_branch(draft, merged);
    if draft.task.job().is_some() {
        draft.plan(effect::RemoveWorkspace {
            commits: UnpushedCommits::Discard,
            keep_home: false,
        });
    }
}

/// The branch is others' now; a merged one goes, if nobody wrote to it since.
pub(super) fn leave_branch(draft: &mut Draft<'_>, merged: bool) {
    if let (true, Some(branch), Some(head)) = (
        merged,
        draft.task.branch.clone(),
        draft.task.branch_head.clone(),
    ) {
        draft.plan(effect::DeleteBranch { branch, head });
    }
    draft.task.leave_branch();
    draft.task.review = Default::default();
}
