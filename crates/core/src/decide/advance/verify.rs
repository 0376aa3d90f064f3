//! The server's own look at the work: what is in review is verified where the repository says how, and what came of it goes to the agent,
//! to people, or on to review. No agent's word decides anything here.

use super::state::{Advance, Fired, because};
use super::{ask_again, revised};
use crate::decide::messages;
use crate::decide::notes::Notes;
use crate::effect;
use crate::event_name::DomainEvent;
use crate::ids::Sha;
use crate::message::MessageKind;
use crate::task::{Read, ReviewState, Task};
use crate::text;
use crate::verification::{Run, SENT_BACK, Standing, Verdict, Verification};

/// The head of a pull request in review that nobody has verified is.
pub(super) fn begin(on: &mut Advance<'_>) -> Option<Fired> {
    if !is_due(&on.task) {
        return None;
    }
    let head = on.task.head()?.clone();
    let known = on.task.review.verification.as_deref();
    if known.is_some_and(|known| known.is_of(&head)) {
        return None;
    }
    let told = known.is_some();
    let next = follows(known, head.clone(), on.cx.now);
    let (branch, job) = (on.task.branch.clone()?, on.task.job()?);
    let policy = &on.task.policy;
    let verify = effect::Verify {
        head: head.clone(),
        branch,
        agent: job.agent.clone(),
        commands: policy.verify.commands.clone(),
        limit_ms: i64::from(policy.verify.minutes.max(1)) * 60_000,
        grants: on.task.grants(),
    };
    on.task.review.verification = Some(Box::new(next));
    on.plan(verify);
    on.note(
        DomainEvent::VerificationStarted,
        serde_json::json!({ "head": head }),
    );
    on.tell(text::verify::begun(&head));
    if told {
        // What the pull request says is of another commit.
        revised::described(on);
    }
    Some(Fired::Quietly)
}

/// Whether the head of its pull request is to be verified, unless it is already. Work that is not finished, or of which the issue is
/// closed, is not.
fn is_due(task: &Task) -> bool {
    let moving = task.stack.on.as_ref().is_some_and(|on| on.moving);
    let review = &task.review;
    let rests = review.issue_closed || review.unfinished.is_some() || moving;
    task.pull_in_review().is_some() && !task.policy.verify.is_empty() && !rests
}

/// A further one keeps how often the agent was sent back, and what people were told.
fn follows(before: Option<&Verification>, head: Sha, now: i64) -> Verification {
    let begun = Verification::begun(head, now);
    let Some(before) = before else {
        return begun;
    };
    let same = before.head == begun.head;
    Verification {
        sent_back: before.sent_back,
        needs: before.needs.clone(),
        reported: before.reported.filter(|_| same),
        ..begun
    }
}

/// There is a result, and the work is in review.
pub(super) fn judge(on: &mut Advance<'_>) -> Option<Fired> {
    on.task.pull_in_review()?;
    let known = on.task.review.verification.as_deref_mut()?;
    let result = known.result.clone().filter(|_| !known.judged)?;
    known.judged = true;
    let fired = match (&result, result.standing()) {
        (_, Standing::Passed) => passed(on),
        (Verdict::Ran { runs }, _) => failed(on, runs),
        (Verdict::Broken { say }, _) => needs(on, text::verify::could_not_run(say)),
    };
    revised::described(on);
    fired
}

/// What waited for that goes on: reviewers are asked again, and the checks are looked at anew.
fn passed(on: &mut Advance<'_>) -> Option<Fired> {
    let review = &mut on.task.review;
    if let Some(known) = review.verification.as_deref_mut() {
        known.sent_back = 0;
        known.waits_for_agent = false;
        let said = known.needs.take();
        if said.is_some() && said == review.needs {
            review.needs = None;
        }
    }
    on.tell(text::verify::PASSED);
    let reviewers = std::mem::take(&mut on.task.review.ask_again);
    ask_again::request(on, reviewers);
    let at = on.cx.now;
    on.task.wanted.reads.push(Read::Pull { at });
    because("the server saw it pass")
}

/// The agent hears what the server saw, while it may be sent back for it.
fn failed(on: &mut Advance<'_>, runs: &[Run]) -> Option<Fired> {
    let rounds = on.cx.policy.limits.rounds;
    let review = &mut on.task.review;
    let head = review.verification.as_ref()?.head.clone();
    let sent = may_send(review, rounds);
    let Some(sent) = sent else {
        let times = review.verification.as_ref()?.sent_back;
        return needs(on, text::verify::fails(&head, runs, times));
    };
    on.tell(text::verify::sent_back(sent));
    let message = messages::of_skep(
        format!("verify:{head}"),
        text::verify::to_agent(&head, runs),
        MessageKind::Verification { head },
        on.cx.now,
    );
    let mut notes = Notes::default();
    messages::add(&mut on.task.conversation, message, &mut notes);
    on.absorb(notes);
    because("the server saw it fail")
}

/// Counts one more time, if there is one left.
fn may_send(review: &mut ReviewState, rounds: u32) -> Option<u32> {
    let rests = review.auto_fix_off || review.rounds >= rounds;
    let known = review.verification.as_deref_mut()?;
    if rests || known.sent_back >= SENT_BACK {
        return None;
    }
    known.sent_back += 1;
    known.waits_for_agent = true;
    Some(known.sent_back)
}

/// It was sent back, and what is in review is the commit that failed.
pub(super) fn unmended(on: &mut Advance<'_>) -> Option<Fired> {
    let rests = on.task.pull_in_review().is_some() && on.task.conversation.messages.is_empty();
    let head = on.task.head()?.clone();
    let known = on.task.review.verification.as_deref_mut()?;
    if !(rests && known.judged && known.waits_for_agent && known.head == head) {
        return None;
    }
    known.waits_for_agent = false;
    let say = text::verify::unmended(&head, known.result.as_ref());
    needs(on, say)
}

/// A person has to look, and the draft stays one.
fn needs(on: &mut Advance<'_>, say: String) -> Option<Fired> {
    if let Some(known) = on.task.review.verification.as_deref_mut() {
        known.needs = Some(say.clone());
    }
    revised::needs_a_person(on, &say)
}

/// What the check run says is not how it stands.
pub(super) fn report(on: &mut Advance<'_>) -> Option<Fired> {
    let issue = on.task.place.issue;
    let known = on.task.review.verification.as_deref_mut()?;
    let standing = known.standing();
    if known.unreported || known.reported == Some(standing) {
        return None;
    }
    known.reported = Some(standing);
    let (title, summary) = text::verify::check(known, standing);
    let head = known.head.clone();
    on.plan(effect::ReportVerification {
        issue,
        head,
        standing,
        title,
        summary,
    });
    Some(Fired::Quietly)
}
