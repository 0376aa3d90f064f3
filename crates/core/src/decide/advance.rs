//! The second pass: what should happen next, given how things stand. One ordered list of rules, each of which looks at the
//! task alone; they are tried from the top, again and again, until none applies.
//!
//! This is the only place that moves a task from stage to stage, and the only one that plans work. A new capability (a gate, a
//! budget, a check) is a new rule. No rule knows what event came: what it has to know stands in the task.

mod again;
mod approval;
mod ask_again;
mod budget;
mod collect;
mod discovery;
pub(super) mod due;
mod ending;
mod evidence;
mod evidence_file;
mod hold;
mod kept;
mod listen;
mod notice;
mod offer;
mod onboarding;
mod order;
mod outage;
mod overlap;
mod paths;
mod project;
mod publish;
mod pull;
mod pull_gate;
mod reach;
mod reads;
mod recurring;
mod revised;
mod side;
mod size;
mod slot;
mod sprint;
mod stack;
mod start;
mod state;
mod suggestion;
mod turn;
mod turn_over;
mod verify;
mod withheld;

use crate::policy::Context;
use crate::task::Task;
use state::{Advance, Fired};

/// One rule: what it is for, and what it does where it applies.
struct Rule {
    about: &'static str,
    apply: fn(&mut Advance<'_>) -> Option<Fired>,
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
        "protected paths that somebody spoke on are published, or left out",
        paths::said,
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
    // The issues of a sprint.
    rule(
        "a sprint is on while its label is there, put by somebody who may start work",
        sprint::judge,
    ),
    rule(
        "what a sprint comes to next is asked to start, what it leaves is taken back",
        sprint::go_on,
    ),
    rule(
        "a sprint is told that somebody agreed to one of its phases",
        sprint::agreed,
    ),
    rule(
        "people are told once that an issue has nearly used up what it may cost",
        budget::warn,
    ),
    rule(
        "a session whose issue may cost no more waits for people",
        budget::hold_queued,
    ),
    rule(
        "a session goes on once its issue may cost more",
        budget::go_on,
    ),
    // A session at work, from the slot to the pull request.
    rule(
        "a session with a slot has its working copy laid out, or goes on",
        slot::begin,
    ),
    rule("a working copy that is gone is laid out anew", slot::anew),
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
    // What it shows of its work.
    rule(
        "what an agent handed in goes to its branch once there is a pull request",
        evidence_file::push,
    ),
    rule(
        "evidence that came to its branch too late goes again",
        evidence_file::forget,
    ),
    rule(
        "a pull request shows what was handed in once that is on its branch",
        evidence_file::show,
    ),
    // What it stands on moves.
    rule(
        "work that was put onto another commit goes on from there",
        stack::restacked,
    ),
    rule(
        "work that stands on another pull request follows it",
        stack::follow,
    ),
    // People say something.
    rule(
        "what people opened is open for the session that is on",
        reach::open,
    ),
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
        "a session whose protected paths people talk about hears what to do instead",
        paths::told_instead,
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
        "a moment that is waited for has come: a park, a reminder, an expiry, another try, a look",
        due::due,
    ),
    // What is left over.
    rule(
        "what a session left goes to its branch, if it may",
        kept::late,
    ),
    rule(
        "others are looked for once more when the agent has a plan",
        overlap::planned,
    ),
    rule(
        "whoever changes the same files hears how far this is",
        overlap::tell,
    ),
    rule("what an earlier session left is removed", reads::stray),
    rule(
        "what is in review is verified by the server, where the repository says how",
        verify::begin,
    ),
    rule(
        "what the server saw goes on to the agent, to people, or to review",
        verify::judge,
    ),
    rule(
        "an agent that came back without a change leaves the rest to people",
        verify::unmended,
    ),
    rule(
        "the check of a verification says how it stands",
        verify::report,
    ),
    rule("a draft whose checks are green is made ready", reads::ready),
    rule(
        "a repository's first pull request is proposed once",
        onboarding::propose,
    ),
    rule(
        "recurring work that is due becomes an issue",
        recurring::go_on,
    ),
    rule(
        "issues that were found are made one after the other, and start if they may",
        discovery::go_on,
    ),
    rule(
        "what a session proposes is brought to GitHub for people to decide",
        suggestion::go_on,
    ),
    rule(
        "a pull request that is no draft is shown to its role's reviewers",
        reads::reviewers,
    ),
    rule(
        "a pull request at the gate has its check run say how it stands",
        pull_gate::report,
    ),
    rule("what people told us of is read on GitHub", reads::read),
];

/// A step for every rule would be many; more than this is a circle.
const MOST: usize = 100;

/// Applies the rules until none applies.
pub(super) fn advance(task: Task, reason: String, cx: Context<'_>) -> Advance<'_> {
    let mut on = Advance {
        task,
        cx,
        effects: Vec::new(),
        events: Vec::new(),
        tells: Vec::new(),
        reason,
        finished: false,
    };
    for turn in 0..MOST {
        let applies = |rule: &Rule| Some((rule.about, (rule.apply)(&mut on)?));
        let Some((about, fired)) = RULES.iter().find_map(applies) else {
            break;
        };
        debug_assert!(turn + 1 < MOST, "the rules go in a circle: {about}");
        if let Fired::Because(reason) = fired {
            on.reason = reason;
        }
    }
    on
}
