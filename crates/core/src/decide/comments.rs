//! What people write: comments are read again with their writer's rights before anything follows from them. Commands are
//! taken, answers answer, the rest is for the agent. Nothing is taken twice, and nothing that was taken is dropped.

use serde_json::json;

use super::{Decision, Draft, answer, ask, closed, command, end, pause, rest, review, turn};
use crate::command::{self as grammar, Addressed, Command, Line, Spoken};
use crate::effect::{self, Reaction};
use crate::event::{AuthorizedComment, Event};
use crate::event_name::DomainEvent;
use crate::ids::{CommentId, IssueNumber};
use crate::message::{AgentMessage, MessageKind};
use crate::place::{Account, AccountKind};
use crate::question::Saying;
use crate::task::{BlockReason, End, Job, ReturnTo, Stage, Step};
use crate::text;

/// So many comments are remembered as taken.
pub(super) const TAKEN: usize = 100;
/// So many words may wait for the agent.
const WAITING: usize = 50;

/// A comment was written or changed. Who may speak is asked before anything follows.
pub(super) fn commented(mut draft: Draft<'_>, event: &Event) -> Decision {
    let Event::Commented {
        comment,
        on,
        author,
        sender,
        body,
        at,
        edited,
    } = event
    else {
        return draft.because("not a comment");
    };
    let me = &draft.cx.policy.me;
    if sender.login == me.login {
        return draft.because("our own comment");
    }
    let of_ours = author.login == me.login;
    if of_ours && !(*edited && asks(&draft, *comment)) {
        return draft.because("somebody changed a comment of ours that asks nothing");
    }
    if let Err(reason) = bot(&mut draft, sender) {
        return draft.because(reason);
    }
    if !of_ours {
        if taken(&draft, *comment, *at) {
            return draft.because("that comment was taken before");
        }
        let spoken = grammar::read(body, &me.slug);
        if let Some(reason) = passed_over(&draft, &spoken, *on) {
            return draft.because(reason);
        }
    }
    let effect = effect::AuthorizeComment {
        comment: *comment,
        on: *on,
        actor: sender.clone(),
        of_ours,
    };
    draft.plan(effect);
    draft.because("asked GitHub whether its writer may speak here")
}

/// Bots are not listened to, unless the operator allows one: then only for so many rounds without a person between.
pub(super) fn bot(draft: &mut Draft<'_>, sender: &Account) -> Result<(), String> {
    if sender.kind == AccountKind::User {
        return Ok(());
    }
    if !draft.cx.policy.allowed_bots.contains(&sender.id) {
        return Err(format!(
            "{} is a bot, and bots are not listened to",
            sender.login
        ));
    }
    let rounds = draft.task.conversation.bot_rounds;
    if rounds >= draft.cx.policy.limits.bot_rounds {
        return Err(format!(
            "bots have spoken {rounds} times in a row; a person has to speak first"
        ));
    }
    draft.task.conversation.bot_rounds += 1;
    Ok(())
}

/// Why a comment concerns us not at all, so that nobody has to be asked about it.
fn passed_over(draft: &Draft<'_>, spoken: &Spoken, on: IssueNumber) -> Option<&'static str> {
    if !spoken.lines.is_empty() {
        return None;
    }
    if spoken.addressed == Addressed::Others {
        return Some("it is plainly between people");
    }
    let asked_for = !matches!(draft.task.stage, Stage::Idle) || spoken.addressed == Addressed::Us;
    let here = on == draft.task.place.issue || is_ours(draft, on);
    (!(asked_for && here)).then_some("nobody has asked for an agent here, and it holds no command")
}

/// Whether a number is our pull request's.
pub(super) fn is_ours(draft: &Draft<'_>, on: IssueNumber) -> bool {
    draft
        .task
        .pull
        .as_ref()
        .is_some_and(|pull| pull.number == on.0)
}

fn asks(draft: &Draft<'_>, comment: CommentId) -> bool {
    draft
        .task
        .conversation
        .batches
        .iter()
        .any(|batch| batch.comment == Some(comment))
}

fn taken(draft: &Draft<'_>, comment: CommentId, at: i64) -> bool {
    draft
        .task
        .conversation
        .processed
        .iter()
        .any(|(id, taken_at)| *id == comment && at <= *taken_at)
}

fn take(draft: &mut Draft<'_>, comment: CommentId, at: i64) {
    let taken = &mut draft.task.conversation.processed;
    taken.retain(|(id, _)| *id != comment);
    taken.push((comment, at));
    let surplus = taken.len().saturating_sub(TAKEN);
    taken.drain(..surplus);
}

/// A comment was read again: what it says now counts, and what its writer may do.
pub(super) fn weighed(mut draft: Draft<'_>, found: &AuthorizedComment) -> Decision {
    let Some(body) = &found.body else {
        return draft.because("the comment is gone again");
    };
    closed::note(&mut draft, found.issue_open);
    let login = found.actor.login.as_str();
    let may = found.permission.may_start() || draft.task.delegated(login);
    if found.of_ours {
        return answer::ticked(draft, found, body, may);
    }
    if taken(&draft, found.comment, found.at) {
        return draft.because("that comment was taken before");
    }
    let mut spoken = grammar::read(body, &draft.cx.policy.me.slug);
    if !may {
        return unheard(draft, found, &spoken);
    }
    // An edit of what the agent has heard already says nothing new to anybody.
    let known = draft
        .task
        .conversation
        .processed
        .iter()
        .any(|(id, _)| *id == found.comment)
        && !draft
            .task
            .conversation
            .hinted_comments
            .contains(&found.comment);
    if known && !waits(&draft, found.comment) {
        return draft.because("it was changed after it had been taken");
    }
    if known {
        // Its commands were obeyed already; only what the agent has not heard yet is said anew.
        spoken
            .lines
            .retain(|line| matches!(line, Line::Command(Command::Ask(_) | Command::Answer(_))));
        let again = answer::unheard(&draft, found.comment);
        answer::reopen(&mut draft, &again);
    }
    take(&mut draft, found.comment, found.at);
    if found.actor.kind == AccountKind::User {
        draft.task.conversation.bot_rounds = 0;
    }
    if spoken.lines.is_empty() {
        return hear(draft, found, &spoken);
    }
    command::obey(draft, found, &spoken)
}

/// Notes whether a comment led to no more than a hint: then an edit of it is heard as if it were new.
pub(super) fn hinted(draft: &mut Draft<'_>, comment: CommentId, only: bool) {
    let hinted = &mut draft.task.conversation.hinted_comments;
    hinted.retain(|other| *other != comment);
    if only {
        hinted.push(comment);
    }
    let surplus = hinted.len().saturating_sub(TAKEN);
    hinted.drain(..surplus);
}

fn waits(draft: &Draft<'_>, comment: CommentId) -> bool {
    draft
        .task
        .conversation
        .messages
        .iter()
        .any(|word| word.comment == Some(comment) && !word.sending)
}

/// Somebody who may not speak here: one polite sentence, once, and only when it was meant for us. Whoever opened the issue
/// may answer plain questions where the operator allows it.
fn unheard(mut draft: Draft<'_>, found: &AuthorizedComment, spoken: &Spoken) -> Decision {
    let login = found.actor.login.clone();
    let given = answer::read(&draft, &spoken.text, Saying::Plainly);
    let author = draft.cx.policy.author_answers && found.issue_author.eq_ignore_ascii_case(&login);
    if author && spoken.lines.is_empty() && !given.given.is_empty() {
        take(&mut draft, found.comment, found.at);
        draft.react_to(found.comment, Reaction::Eyes, None);
        return answer::answered(draft, &given, found);
    }
    let meant =
        !spoken.lines.is_empty() || !given.given.is_empty() || spoken.addressed == Addressed::Us;
    if !meant
        || draft
            .task
            .conversation
            .warned
            .iter()
            .any(|other| other.eq_ignore_ascii_case(&login))
    {
        return draft.because(format!("@{login} may not speak to the agent here"));
    }
    draft.task.conversation.warned.push(login.clone());
    let requester = draft
        .task
        .job()
        .and_then(|job| job.actor.login())
        .map(str::to_owned);
    let say = if spoken.lines.is_empty() && !given.given.is_empty() {
        text::answer_replies::stranger(&login, requester.as_deref())
    } else {
        text::command::not_permitted(&login)
    };
    draft.say(found.on, reply_key(found), say);
    draft.because(format!(
        "@{login} may not speak to the agent here; told once"
    ))
}

/// The key of the one comment that replies to a comment.
pub(super) fn reply_key(found: &AuthorizedComment) -> String {
    format!("reply:{}", found.comment)
}

/// Words without a command: an answer where a question is open, else something for the agent.
fn hear(mut draft: Draft<'_>, found: &AuthorizedComment, spoken: &Spoken) -> Decision {
    let given = answer::read(&draft, &spoken.text, Saying::Plainly);
    if !given.is_nothing() {
        draft.react_to(found.comment, Reaction::Eyes, None);
        return answer::answered(draft, &given, found);
    }
    if let Some(say) = answer::late(&draft, found, &spoken.text) {
        draft.say(found.on, reply_key(found), say);
        return draft.because("an answer that came too late; its writer is told");
    }
    if spoken.text.trim().is_empty() {
        return draft.because("it says nothing");
    }
    if draft.task.open_questions().next().is_some() {
        return answer::told(draft, found, &spoken.text);
    }
    match rest::listens(&draft, spoken, found.at) {
        true => say_to_agent(draft, found, &spoken.text, MessageKind::Said),
        false => rest::told(draft, found, spoken),
    }
}

/// Takes a person's words for the agent.
pub(super) fn say_to_agent(
    mut draft: Draft<'_>,
    found: &AuthorizedComment,
    words: &str,
    kind: MessageKind,
) -> Decision {
    let waits = draft
        .task
        .conversation
        .messages
        .iter()
        .any(|word| word.comment == Some(found.comment));
    if draft.task.conversation.messages.len() >= WAITING && !waits {
        // An edit of it counts as soon as there is room.
        hinted(&mut draft, found.comment, true);
        draft.react_to(found.comment, Reaction::Confused, None);
        draft.say(
            found.on,
            reply_key(found),
            text::conversation::too_many_words(&found.actor.login, WAITING),
        );
        return draft.because("too many words wait for the agent; its writer is told");
    }
    draft.react_to(found.comment, Reaction::Eyes, None);
    review::a_person_spoke(&mut draft);
    let word = word(found, words, kind);
    deliver(add(draft, word), "a person said something")
}

/// A comment's words as the agent hears them.
pub(super) fn word(found: &AuthorizedComment, words: &str, kind: MessageKind) -> AgentMessage {
    // One comment may both ask something and say something.
    let id = match &kind {
        MessageKind::Asked { .. } => format!("ask:{}", found.comment),
        _ => format!("comment:{}", found.comment),
    };
    AgentMessage {
        id,
        by: found.actor.login.clone(),
        text: words.to_owned(),
        at: found.at,
        kind,
        comment: Some(found.comment),
        sending: false,
    }
}

/// Adds a word; one with the same id that the agent has not heard gives way. People's comments are bounded before they come
/// here; of the rest there is one at a time of each kind, or one review.
pub(super) fn add(mut draft: Draft<'_>, word: AgentMessage) -> Draft<'_> {
    draft.note(
        DomainEvent::MessageQueued,
        json!({ "word": word.id, "by": word.by }),
    );
    let words = &mut draft.task.conversation.messages;
    match words
        .iter_mut()
        .find(|other| other.id == word.id && !other.sending)
    {
        // Each edit of the issue is told as a difference to the one before.
        Some(other) if word.kind == MessageKind::Edited => {
            other.text = format!("{}\n\n{}", other.text, word.text)
        }
        Some(other) => *other = word,
        None => words.push(word),
    }
    draft
}

/// Brings the words that wait to the agent, as soon as it can hear them.
pub(super) fn deliver(mut draft: Draft<'_>, reason: &str) -> Decision {
    let open = draft.task.open_questions().next().is_some();
    let only_asked = draft
        .task
        .conversation
        .messages
        .iter()
        .all(AgentMessage::is_asked);
    match draft.task.stage.clone() {
        Stage::Working {
            step: Step::Running { .. },
            job,
            ..
        } => {
            offer(&mut draft, &job);
            draft.because(format!("{reason}; offered to the running turn"))
        }
        // Also while a question is open: what was said may help, and the agent waits again after that turn.
        Stage::Working {
            step: Step::Waiting { .. },
            ..
        } => turn::run(draft, false, reason),
        Stage::Blocked {
            reason: BlockReason::Asked,
            ..
        } if !open || !only_asked => pause::resume_now(draft, reason),
        Stage::Blocked {
            reason: BlockReason::Plan,
            ..
        } => {
            turn::plan_is_over(&mut draft, text::conversation::PLAN_REPLACED);
            pause::resume_now(draft, reason)
        }
        Stage::Blocked {
            job,
            reason: held,
            next,
            ..
        } if only_asked && job.workspace.is_some() => pause::side_question(
            draft,
            ReturnTo::Blocked {
                reason: held,
                next: Box::new(next),
            },
            reason,
        ),
        Stage::Ended { .. } if draft.task.can_revise() && draft.task.review.issue_closed => {
            closed::refused(draft, reason)
        }
        Stage::Ended { end, at, .. } if draft.task.can_revise() && only_asked => {
            pause::side_question(draft, ReturnTo::Ended { end, at }, reason)
        }
        Stage::Ended { .. } if draft.task.can_revise() => review::revise(draft, reason),
        Stage::Idle | Stage::Ended { .. } => over(draft, reason),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => {
            draft.because(format!("{reason}; the agent hears it when it goes on"))
        }
    }
}

/// Words that crossed with the session's end: whoever wrote them is told, so that they know that nobody acts on them.
fn over(mut draft: Draft<'_>, reason: &str) -> Decision {
    let issue = draft.task.place.issue;
    for word in std::mem::take(&mut draft.task.conversation.messages) {
        let Some(comment) = word.comment else {
            continue;
        };
        draft.say(
            issue,
            format!("reply:{comment}"),
            text::conversation::over(&word.by),
        );
    }
    draft.because(format!(
        "{reason}, but the session is over; its writer is told"
    ))
}

/// Offers all that waits to a turn that runs: a tool of the agent may wait for just that, or the agent takes prompts while
/// it works.
fn offer(draft: &mut Draft<'_>, job: &Job) {
    let open = draft.task.open_questions().next().is_some();
    // On an errand the agent changes nothing: what is more than a question waits until it is back.
    let for_now =
        |word: &&AgentMessage| !word.sending && (job.return_to.is_none() || word.is_asked());
    let fresh: Vec<AgentMessage> = draft
        .task
        .conversation
        .messages
        .iter()
        .filter(for_now)
        .cloned()
        .collect();
    let Some(ground) = job
        .workspace
        .as_ref()
        .filter(|_| !fresh.is_empty() && !open)
    else {
        return;
    };
    let effect = effect::Steer {
        words: fresh.iter().map(|word| word.id.clone()).collect(),
        text: text::prompt::words(&fresh, &ground.nonce),
    };
    draft.plan(effect);
    for word in &mut draft.task.conversation.messages {
        word.sending |= job.return_to.is_none() || word.is_asked();
    }
}

/// A comment is gone: words in it that the agent has not heard are taken back, and a question of ours is put again.
pub(super) fn comment_deleted(
    mut draft: Draft<'_>,
    comment: CommentId,
    sender: &Account,
) -> Decision {
    if sender.login == draft.cx.policy.me.login {
        return draft.because("we deleted it ourselves");
    }
    if asks(&draft, comment) {
        return ask::show_again(
            draft,
            comment,
            "a question of ours was deleted; it is put again",
        );
    }
    // A decision can be taken back until the agent has heard it.
    let again = answer::unheard(&draft, comment);
    let before = draft.task.conversation.messages.len();
    answer::reopen(&mut draft, &again);
    draft
        .task
        .conversation
        .messages
        .retain(|word| word.comment != Some(comment) || word.sending);
    if !again.is_empty() {
        return draft.because(
            "an answer the agent had not heard was taken back; its question is open again",
        );
    }
    if draft.task.conversation.messages.len() < before {
        return draft.because("words the agent had not heard were taken back");
    }
    draft.because("a comment that concerns nobody here is gone")
}

/// A comment of ours is there.
pub(super) fn posted(mut draft: Draft<'_>, key: &str, comment: CommentId) -> Decision {
    if let Some(batch) = draft
        .task
        .conversation
        .batches
        .iter_mut()
        .find(|batch| batch.key == key)
    {
        batch.comment = Some(comment);
        return draft.because("the question's comment is known");
    }
    if key.starts_with("plan:") {
        draft.task.conversation.plan_comment = Some(comment);
        return draft.because("the plan's comment is known");
    }
    draft.because(format!("the comment {key} is there"))
}

/// Ends the agent's process.
pub(super) fn end_agent(draft: &mut Draft<'_>) {
    draft.plan(effect::EndAgent {});
}

/// Forgets the questions of a session that is over. What was answered stays to be read; what is open is out of date.
pub(super) fn forget_questions(draft: &mut Draft<'_>) {
    let expired = matches!(&draft.task.stage, Stage::Ended { end: End::Failed { class, .. }, .. } if class == end::NO_ANSWER);
    for batch in std::mem::take(&mut draft.task.conversation.batches) {
        let questions: Vec<_> = draft
            .task
            .conversation
            .questions
            .iter()
            .filter(|q| batch.questions.contains(&q.id))
            .cloned()
            .collect();
        if questions.iter().all(|question| question.answer.is_some()) {
            continue;
        }
        let issue = draft.task.place.issue;
        let body = match expired {
            true => text::question::render_expired(&questions, draft.cx.policy.limits.expire_ms),
            false => text::question::render_answered(&questions),
        };
        // One that is still on its way is changed as well: it would ask for ever.
        draft.put(issue, batch.key, batch.comment, body);
        if let Some(comment) = batch.comment {
            draft.plan(effect::HideComment { comment });
        }
    }
    draft.task.conversation.questions.clear();
    draft.task.conversation.reminded = false;
}
