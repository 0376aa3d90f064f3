//! What an agent reads of its session's tools: what they are for, what they answer, and what it should do about a call that
//! could not be taken. The words are for a model that has never heard of skep.

/// What the server of tools is for.
pub const INSTRUCTIONS: &str = "You work on a GitHub issue; people follow it there and not in a terminal. `ask_human` is the only \
way to ask them something, `report_progress` tells them how it goes, `finish` says what was done before your last message.";

/// What an agent is told whose words hold a secret.
pub const SECRET: &str = "This was not taken: it holds a secret that is not yours to say. Your session is held until a person has looked.";

/// The tool that asks.
pub const ASK: &str = "Ask the people on the GitHub issue you work on. Use it when a requirement is ambiguous, a decision is \
not yours to make, or something you need is missing, and a wrong guess would cost more than waiting; do not use it for \
what the repository, its documentation or a quick experiment can tell you. Look first, then ask everything that stops you \
in one call. Make each question short and self-contained (the reader has not seen your work), with two or three concrete \
options where there are some. People answer in minutes or hours: unless the result already holds the answer, END YOUR \
TURN right after this call, with what you have done left as it is. The answer arrives as your next message, and you go on \
from there. Do not poll, sleep or ask again.";

/// The tool that reports.
pub const REPORT: &str = "Tell the people on the issue in one or two sentences how the work goes: what was found, what is being done, what \
changed about the plan. For milestones, not for every step. Nobody answers it.";

/// The tool that finishes.
pub const FINISH: &str = "Say that the work is complete, right before your last message. `summary`: what was changed and why, in a few \
sentences for the reviewer. `verified`: what you really ran or checked and how it came out, one entry each; leave out what \
you did not do. `threads`: if you were given review threads with ids, what was done about each. Only claim what the working \
copy shows: it is compared with what you say.";

/// The tool that hands in evidence.
pub const HAND_IN: &str = "Show the reviewers something that the diff does not: a screenshot of the page as it is now, the log of a run. The file \
appears on the pull request. Pictures (PNG, JPEG, GIF, WebP) and plain text (a log, JSON) are taken, at most five files of two megabytes; no \
HTML and no SVG. For what helps a review, not for every step. Nobody answers it.";
/// The file.
pub const HAND_IN_PATH: &str =
    "The file, in the working copy (relative to it) or in your home. It needs not be committed.";
/// Its caption.
pub const HAND_IN_CAPTION: &str = "What it shows, in one sentence.";
/// Neither is there.
pub const NO_PATH: &str = "Name the file in `path`, and say in `caption` what it shows.";

/// The tool that finds further work.
pub const DISCOVER: &str = "Hand in work that you found and that is not part of your own task: a bug beside it, a follow-up, a part too \
large to do along the way. Each becomes an issue of this repository. Look first whether it is worth somebody's time, then \
hand in everything in one call: the batch is checked as a whole, and either all of it is taken or none and you are told \
exactly what is wrong. Do not do that work yourself, and do not split your own task this way.";

/// The found work.
pub const TASKS: &str = "All that was found, at most one call for it.";
/// Its title.
pub const TASK_TITLE: &str = "What is to be done, one line. No two issues may have one title.";
/// Its text.
pub const TASK_BODY: &str = "What is wrong or missing, where (paths, lines), and how one sees that it is done. The reader has not seen \
your work.";
/// Its role.
pub const TASK_ROLE: &str =
    "The kind of worker, if you know one that fits, such as `swe` or `testing`.";
/// Its labels.
pub const TASK_LABELS: &str = "Labels that the repository has already.";
/// What it waits for.
pub const TASK_WAITS_FOR: &str = "What has to be done before: the place of another issue in this batch (`1` is the first), `#12`, or \
`owner/repo#3`.";

/// The tool that proposes.
pub const SUGGEST: &str = "Propose labels, a type or a duplicate for the issue you work on. A person approves or dismisses each; you put nothing \
on yourself. Call it with nothing in it first: it tells which labels and types there are, what the issue has, and the other open \
issues. Then propose all that fits in one call: it is checked as a whole, and either all of it is taken or none and you are told exactly \
what is wrong.";

/// The labels.
pub const SUGGEST_LABELS: &str =
    "Labels of the repository that the issue lacks, at most 10; few are best.";
/// The name of a label.
pub const SUGGEST_NAME: &str = "The label, as the repository writes it.";
/// The type.
pub const SUGGEST_TYPE: &str = "The type the issue should have, where there are types.";
/// The name of a type.
pub const SUGGEST_TYPE_NAME: &str = "The type, as it is written here.";
/// The duplicate.
pub const SUGGEST_DUPLICATE: &str =
    "The issue of this repository that this one repeats. It is told in words; a person closes it.";
/// The number of the duplicate.
pub const SUGGEST_ISSUE: &str = "Its number, such as `#12`.";
/// The reason.
pub const SUGGEST_RATIONALE: &str =
    "One sentence, at most 280 characters: the concrete sign in the issue or the code.";
/// How sure.
pub const SUGGEST_CONFIDENCE: &str =
    "high: a clear sign; medium: likely, with some doubt; low: a guess.";

/// The list of questions.
pub const QUESTIONS: &str = "Everything that stops you now, the most important first.";
/// A question.
pub const QUESTION: &str = "One question, understandable by itself.";
/// Its options.
pub const OPTIONS: &str = "Two or three concrete answers to choose from; leave out for free text.";
/// Its default.
pub const DEFAULT: &str =
    "What you would do if nobody answers; one of the options if there are some.";
/// Its deadline.
pub const DEADLINE_HOURS: &str =
    "After how many hours the default may be taken; only together with a default.";
/// The text of a report.
pub const REPORT_TEXT: &str = "One or two sentences for people.";
/// The summary.
pub const SUMMARY: &str = "What was changed and why.";
/// What was verified.
pub const VERIFIED: &str =
    "What was run or checked and how it came out, such as `cargo test: 42 passed`.";
/// The answers to threads.
pub const THREADS: &str = "Answers to review threads, if you were given any.";
/// The id of a thread.
pub const THREAD_ID: &str = "The thread's id as it was given to you.";
/// The answer to a thread.
pub const THREAD_REPLY: &str = "What was done about it, or why nothing was.";

/// What a tool that asks answers when nobody answered at once.
pub const ASKED: &str = "Asked. The people on the issue see your question now. End your turn; their answer is your next \
message. Do not ask again, and do not decide it yourself.";
/// What a tool that asks answers when the question could not be stored.
pub const NOT_ASKED: &str = "The question could not be put to people just now. Try the tool once more; if it fails again, end \
your turn with the question in your last message.";
/// What the tool that reports answers.
pub const REPORTED: &str = "Noted; people see it on the issue. Go on.";
/// What the tool that finishes answers.
pub const FINISHED: &str =
    "Noted. End your turn now: what the working copy holds is taken as the result.";
/// What the tool that reports answers when the report could not be stored.
pub fn report_lost(why: &str) -> String {
    format!("The report was lost ({why}). Go on with your work.")
}

/// What the tool that finishes answers when its words could not be stored.
pub fn finish_lost(why: &str) -> String {
    format!("This could not be stored ({why}). Say it in your last message instead.")
}

/// A call of a tool that is not offered.
pub const NO_SUCH_TOOL: &str =
    "There is no such tool; there are ask_human, report_progress and finish.";
/// A call between two turns.
pub const TURN_OVER: &str =
    "Your turn is over: nobody takes this now. End your turn and wait for the next prompt.";
/// Too many calls within a minute.
pub const TOO_MANY_CALLS: &str = "Too many calls: wait a minute before the next one.";
/// The answer to a call took too long.
pub const TOO_SLOW: &str = "It could not be taken down in time. End your turn; say in your last message what you wanted to ask.";
/// A call that asks nothing.
pub const NO_QUESTION: &str = "There is no question in it. Put at least one into `questions`.";

/// More questions than one call may ask.
pub fn too_many_questions(most: usize) -> String {
    format!("At most {most} questions at once: ask those that stop you, and only those.")
}

/// More options than a question may have.
pub fn too_many_options(most: usize) -> String {
    format!("At most {most} options for one question; two or three are best.")
}

/// A deadline that is none.
pub fn no_deadline(most_hours: f64) -> String {
    format!("`deadline_hours` must be more than 0 and at most {most_hours}.")
}

/// More entries than fit; `of` names the argument.
pub fn too_many(of: &str, most: usize) -> String {
    format!("At most {most} entries in `{of}`.")
}

/// Arguments of another shape; `shape` is an example of the right one.
pub fn not_understood(why: &str, shape: &str) -> String {
    format!("The arguments were not understood ({why}). They look like this: {shape}")
}

/// A text that says nothing.
pub fn empty(what: &str) -> String {
    format!("{what} is empty.")
}

/// A text that is too long.
pub fn too_long(what: &str, most_bytes: usize) -> String {
    format!("{what} is longer than {most_bytes} bytes: say it shorter.")
}
