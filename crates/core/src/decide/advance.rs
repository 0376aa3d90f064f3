//! The second pass: what should happen next, given how things stand. One ordered list of rules, each of which looks at the
//! task alone; they are tried from the top, again and again, until none applies.
//!
//! This is the only place that moves a task from stage to stage, and the only one that plans work. A new capability (a gate, a
//! budget, a check) is a new rule. No rule knows what event came: what it has to know stands in the task.

mod again;
mod collect;
mod due;
mod ending;
mod hold;
mod kept;
mod listen;
mod notice;
mod order;
mod outage;
mod publish;
mod pull;
mod reads;
mod revised;
mod side;
mod slot;
mod start;
mod turn;
mod turn_over;

use serde_json::Value;

use super::notes::Notes;
use super::{Noted, Planned};
use crate::effect::{Action, Effect};
use crate::event_name::DomainEvent;
use crate::ids::{IssueNumber, SessionId};
use crate::policy::Context;
use crate::task::{Failed, FailureClass, Step, Task};

/// One rule: what it is for, and what it does where it applies.
struct Rule {
    about: &'static str,
    apply: fn(&mut Advance<'_>) -> Option<Fired>,
}

/// A rule applied.
enum Fired {
    /// The reason so far still says it.
    Quietly,
    /// This is why things stand as they do now.
    Because(String),
}

const fn rule(about: &'static str, apply: fn(&mut Advance<'_>) -> Option<Fired>) -> Rule {
    Rule { about, apply }
}

/// From what ends things to what begins them. Where two rules could apply, the upper one does.
const RULES: &[Rule] = &[
    // The ground goes, or a person decides.
    rule("what the owner takes away ends without a word", reads::lost),
    rule("a pull request that is over is the last word", pull::over),
    rule(
        "a session that somebody stops ends, its work kept",
        order::stop,
    ),
    rule(
        "a session that somebody pauses is held, its working copy kept",
        order::pause,
    ),
    rule(
        "a session that is paused no more goes on, or waits for people again",
        order::resume,
    ),
    rule(
        "a session does not wait for its model when a person asks it to try",
        order::try_now,
    ),
    rule(
        "an approved plan is carried out by the same session",
        order::approve,
    ),
    rule(
        "a session that failed ends, and people are told why",
        ending::failed,
    ),
    // Somebody asks for work.
    rule("what may not start is refused on the issue", start::refused),
    rule("GitHub is asked whether somebody may start", start::check),
    rule(
        "what may start is queued, or goes on with its pull request",
        start::judge,
    ),
    // A session at work, from the slot to the pull request.
    rule(
        "a session with a slot has its working copy laid out, or goes on",
        slot::begin,
    ),
    rule(
        "an agent whose working copy stands gets its task",
        slot::prepared,
    ),
    rule(
        "a turn that failed is tried again while that can help",
        turn_over::failed,
    ),
    rule(
        "a turn that is over leads to more words, a question, a plan, or git",
        turn_over::over,
    ),
    rule(
        "what git found is published when it may be, else it is an answer",
        publish::found,
    ),
    rule("what may be published is pushed", publish::may),
    rule(
        "a pushed branch gets its pull request, or was its revision",
        publish::pushed,
    ),
    rule(
        "an open pull request ends the session well",
        publish::opened,
    ),
    rule(
        "an answer on the issue ends the session well",
        publish::answered,
    ),
    // People say something.
    rule(
        "a running turn is offered what it has not heard",
        listen::offer,
    ),
    rule(
        "an agent that waits hears the answer and what people say",
        listen::prompt,
    ),
    rule("a held session goes on once it is answered", listen::go_on),
    rule(
        "a plan that people talk about is made anew",
        listen::plan_anew,
    ),
    rule(
        "a held session answers a question and is held again",
        listen::answer_beside,
    ),
    rule(
        "a queued session whose answer was taken back waits again",
        listen::wait_again,
    ),
    rule(
        "on a closed issue nothing is begun, and people are told",
        listen::issue_closed,
    ),
    rule(
        "a pull request in review is revised, or its agent answers",
        listen::revise,
    ),
    rule(
        "words for a session that is over are answered",
        listen::over,
    ),
    // Moments come.
    rule(
        "an agent that waited long enough loses its process, not its place",
        due::park,
    ),
    rule("people are reminded of an open question", due::remind),
    rule(
        "a question nobody answers has its default, or ends the session",
        due::expire,
    ),
    rule("a model that failed is tried again", due::try_again),
    rule(
        "a pull request in review is looked at now and then",
        due::look,
    ),
    // What is left over.
    rule(
        "what a session left goes to its branch, if it may",
        kept::late,
    ),
    rule("what an earlier session left is removed", reads::stray),
    rule("a draft whose checks are green is made ready", reads::ready),
    rule("what people told us of is read on GitHub", reads::read),
];

/// A step for every rule would be many; more than this is a circle.
const MOST: usize = 100;

/// A task on its way from rule to rule.
pub(super) struct Advance<'a> {
    pub(super) task: Task,
    pub(super) cx: Context<'a>,
    pub(super) effects: Vec<Planned>,
    pub(super) events: Vec<Noted>,
    /// Why things stand as they do.
    pub(super) reason: String,
    /// The session just ended well; what people said meanwhile is taken up.
    finished: bool,
}

/// Applies the rules until none applies.
pub(super) fn advance(task: Task, reason: String, cx: Context<'_>) -> Advance<'_> {
    let mut on = Advance {
        task,
        cx,
        effects: Vec::new(),
        events: Vec::new(),
        reason,
        finished: false,
    };
    for _ in 0..MOST {
        let Some((rule, fired)) = RULES
            .iter()
            .find_map(|rule| Some((rule, (rule.apply)(&mut on)?)))
        else {
            return on;
        };
        debug_assert!(!rule.about.is_empty());
        if let Fired::Because(reason) = fired {
            on.reason = reason;
        }
    }
    debug_assert!(false, "the rules go in a circle: {}", on.reason);
    on
}

impl Advance<'_> {
    /// Plans an action for now.
    fn plan(&mut self, action: impl Into<Action>) {
        self.plan_at(action, self.cx.now);
    }

    /// Plans an action for later.
    fn plan_at(&mut self, action: impl Into<Action>, not_before: i64) {
        let action = action.into();
        let of_session = action.kind().is_of_session();
        let session = self.task.job().map(|job| job.session.clone());
        self.push(session.filter(|_| of_session), action, not_before);
    }

    /// Plans an action for a session that is not the task's any more.
    fn plan_for(&mut self, session: SessionId, action: impl Into<Action>) {
        self.push(Some(session), action.into(), self.cx.now);
    }

    fn push(&mut self, session: Option<SessionId>, action: Action, not_before: i64) {
        let effect = Effect {
            place: self.task.place.clone(),
            session,
            action,
        };
        self.effects.push(Planned { effect, not_before });
    }

    /// Takes in what goes with a change.
    fn absorb(&mut self, notes: Notes) {
        let events = notes.put(&mut self.task, self.cx.now);
        self.events.extend(events);
    }

    /// Lets the world know.
    fn note(&mut self, happening: DomainEvent, details: Value) {
        let mut notes = Notes::default();
        notes.note(happening, details);
        self.absorb(notes);
    }

    /// A comment of ours, one of the few that a session may write.
    fn say(&mut self, on: IssueNumber, key: impl Into<String>, body: impl Into<String>) {
        let mut notes = Notes::default();
        notes.say(on, key, body);
        self.absorb(notes);
    }

    /// A line of the timeline.
    fn tell(&mut self, line: impl Into<String>) {
        self.task.tell(self.cx.now, line);
    }

    /// The session failed: the rule for that ends it.
    fn fail(&mut self, class: FailureClass, say: impl Into<String>) -> Option<Fired> {
        self.task.wanted.failed = Some(Failed {
            class,
            say: say.into(),
        });
        Some(Fired::Quietly)
    }

    /// Moves the session on.
    fn set_step(&mut self, next: Step) {
        if let crate::task::Stage::Working { step, .. } = &mut self.task.stage {
            *step = next;
        }
    }
}

fn because(reason: impl Into<String>) -> Option<Fired> {
    Some(Fired::Because(reason.into()))
}
