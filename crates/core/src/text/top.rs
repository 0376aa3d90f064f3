//! What `skep top` says: headings, the keys, what an order is about to do, and that a skep does not answer.

use super::count;

/// Above what waits for a person.
pub const NEEDS: &str = "NEEDS YOU";
/// Above what is at work.
pub const WORKING: &str = "WORKING";
/// Above what waits for a slot.
pub const QUEUED: &str = "QUEUED";
/// Above pull requests in review.
pub const REVIEW: &str = "IN REVIEW";
/// Above what failed.
pub const FAILED: &str = "FAILED";
/// Above a session's log.
pub const LOG: &str = "LOG";

/// There is nothing to list.
pub const NOTHING: &str = "Nothing is at work and nothing needs you. A label starts an issue; so does `skep dispatch owner/repo#12`.";
/// The filter leaves nothing.
pub fn nothing_fits(filter: &str) -> String {
    format!("Nothing here fits {filter:?}. Esc shows everything again.")
}

/// What the head counts.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// Things that need a person.
    pub needs: usize,
    /// Sessions at work.
    pub working: u32,
    /// Slots in all.
    pub slots: u32,
    /// Tasks that wait.
    pub waiting: usize,
    /// Pull requests in review.
    pub review: i64,
}

/// How many need a person, are at work, wait, are in review; for a wide and for a narrow terminal.
pub fn head(head: Head) -> [String; 2] {
    let Head {
        needs,
        working,
        slots,
        waiting,
        review,
    } = head;
    let needs = match needs {
        1 => "1 needs you".to_owned(),
        needs => format!("{needs} need you"),
    };
    let waits = match waiting {
        1 => "1 waits".to_owned(),
        waiting => format!("{waiting} wait"),
    };
    [
        format!("{needs}  {working} of {slots} at work  {waits}  {review} in review"),
        format!("{needs}  {working}/{slots}  {waits}"),
    ]
}

/// How many needs are not listed.
pub fn more(number: usize) -> String {
    format!("and {number} more")
}

/// The keys of the list, for a wide and for a narrow terminal.
pub const LIST_KEYS: [&str; 2] = [
    "enter open  a answer  p pause/resume  s stop  r retry  / filter  ? help  q quit",
    "enter a p s r /  ? help  q quit",
];
/// The keys of a task.
pub const TASK_KEYS: [&str; 2] = [
    "esc back  a answer  o approve  p pause/resume  s stop  r retry  ? help  q quit",
    "esc back  a o p s r  ? help",
];
/// The keys while an answer is written.
pub const ANSWER_KEYS: [&str; 2] = [
    "↑↓ option  or type an answer  enter send  tab next question  esc not now",
    "enter send  esc not now",
];

/// Every key, and what it does.
pub const HELP: [(&str, &str); 12] = [
    ("↑ ↓ k j", "choose a line; in a task, move in its log"),
    ("PgUp PgDn", "the same, a page at a time"),
    ("g G", "the first line, the last line"),
    (
        "enter",
        "open the task: how it stands, its questions, its log",
    ),
    ("a", "answer its question"),
    ("o", "approve its plan or its start"),
    ("p", "pause it, or let it go on"),
    ("s", "stop its session; asks first"),
    ("r", "run it again after its end"),
    ("/", "list only what holds some words"),
    ("esc", "back; also takes the filter away"),
    ("q ctrl-c", "leave; skep goes on"),
];
/// Above the keys.
pub const HELP_TITLE: &str = " Keys ";

/// Asked before a session is stopped.
pub fn stop(place: &str) -> String {
    format!("Stop the session of {place}? What it made is kept for a while. y/n")
}

/// It was not stopped.
pub const NOT_STOPPED: &str = "Not stopped.";

/// An order is on its way.
pub fn sent(order: &str, place: &str) -> String {
    format!("{place}: {order} …")
}

/// What came of an order.
pub fn done(place: &str, result: &str) -> String {
    format!("{place}: {result}")
}

/// There is no question to answer.
pub fn no_question(place: &str) -> String {
    format!("{place} has no open question.")
}

/// The order does not fit how the task stands.
pub fn does_not_fit(order: &str, place: &str, state: &str) -> String {
    format!("{place} is {state}: there is nothing to {order}.")
}

/// Nothing is chosen.
pub const NOTHING_CHOSEN: &str = "Choose a line first, with the arrow keys.";
/// An empty answer.
pub const EMPTY_ANSWER: &str = "Type an answer, or choose an option, before you send it.";
/// More orders were given than are carried out.
pub const BUSY: &str = "The last orders are not through yet. Try it again in a moment.";

/// No answer from the skep; what is shown was seen before.
pub fn away(url: &str, seconds: i64) -> String {
    let span = match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    };
    format!(
        "The skep at {url} does not answer. This was seen {span} ago; it is asked again each second."
    )
}

/// It is there again.
pub const BACK: &str = "skep answers again.";

/// An agent's process began; whether it loaded its earlier session.
pub fn started(agent: &str, resumed: bool) -> String {
    match resumed {
        true => format!("{agent} began, with its earlier session"),
        false => format!("{agent} began"),
    }
}

/// What skep told it; the first line.
pub fn told(first: &str) -> String {
    format!("told: {first}")
}

/// It asked for permission.
pub fn permission(title: &str, decision: &str) -> String {
    format!("permission for {title}: {decision}")
}

/// The sandbox refused something.
pub fn refused(what: &str, why: &str, count: u64) -> String {
    match count {
        ..=1 => format!("refused: {what} ({why})"),
        count => format!("refused: {what} ({why}), {count} times"),
    }
}

/// The task is being read.
pub const READING: &str = "reading …";
/// Its session has no log yet.
pub const NO_LOG: &str = "Nothing is in its log yet.";

/// What is known of a task in words; what is empty is left out.
pub fn facts(role: &str, agent: &str, session: &str, pull: &str) -> String {
    let named = [
        ("role", role),
        ("agent", agent),
        ("session", session),
        ("pull request", pull),
    ];
    let there = named.iter().filter(|(_, value)| !value.is_empty());
    let there: Vec<String> = there
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    there.join("  ")
}

/// A pull request's number, and whether it is a draft.
pub fn pull(number: i64, draft: bool) -> String {
    match draft {
        true => format!("#{number} (draft)"),
        false => format!("#{number}"),
    }
}

/// A question's heading.
pub fn question(number: u32, age: &str) -> String {
    format!("Question {number}, asked {age} ago")
}

/// What applies when nobody answers.
pub fn default(answer: &str, within: &str) -> String {
    format!("If nobody answers within {within}: {answer}")
}

/// How many questions there are to answer.
pub fn of_questions(place: usize, all: usize) -> String {
    format!("question {place} of {all}")
}

/// What was done in a day.
pub fn day(completed: i64, failed: i64, (pulls, merged): (i64, i64)) -> String {
    let pulls = count(pulls.unsigned_abs(), "pull request");
    format!("24 h: {completed} completed, {failed} failed, {pulls}, {merged} merged")
}

/// What a day has cost.
pub fn cost(tokens: &str, cost: &str) -> String {
    match cost.is_empty() {
        true => format!(", {tokens} tokens"),
        false => format!(", {tokens} tokens, {cost}"),
    }
}

/// The terminal is too small to show anything.
pub const SMALL: &str = "too small";
