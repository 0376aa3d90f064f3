//! The language of the demo agent: a fenced block in the prompt, one step a line.
//!
//! Pure and total: any text gives steps or none, an unknown line is a step that is said and passed over.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::question::{Question, questions};
use super::spending::{Count, Tells};

/// The language, for `skep demo-agent --help`.
pub const HELP: &str = "\
The demo agent follows the last fenced block of its prompt that is marked skep-demo, one step a line:

  say TEXT                    a message                    think TEXT        a thought
  plan A | B | C              a plan                       start N, tick N   entry N is at work, is done
  write PATH: TEXT            a file of one line           write PATH <<END  a file of the lines up to END
  append PATH: TEXT (<<END)   more of it                   replace PATH: OLD => NEW
  delete PATH                 mkdir PATH                   read PATH
  commit MESSAGE              git commit of everything     run COMMAND       asks, then runs it in sh
  permission KIND TITLE       asks and says the answer
  ask Q | A | B               asks people by the tool ask_human and ends the turn, unless it is answered at once; without
                              tools the last message is a fenced block marked question
  elicit Q | A | B            the same by a form of the protocol
  wonder Q | A | B            the same by a plain sentence and a list
                              each may end in | default=A | deadline=4h (s, m, h, d), and more questions follow after ;;
  report TEXT                 tells people by the tool report_progress
  reply THREAD: TEXT          notes an answer to a review's thread; reply all: to every `thread ID` of the prompts
  discover JSON               hands in found work by the tool discover_tasks, and says what it is told
  evidence JSON               hands in a file by the tool hand_in_evidence, and says what it is told
  suggest JSON                proposes by the tool suggest, and says what it is told
  finish TEXT | CHECK | CHECK says by the tool finish what was done and what was verified, with the noted replies
  rest                        ends the turn; what follows is done at the next prompt
  until-said SECONDS          waits for a further prompt during the turn (SKEP_DEMO_QUEUE=1 in its environment, else none)
  until-there PATH            waits until a file is there, or a cancel comes
  recall                      says how often it was prompted
  model                       says which model was chosen for it
  pictures                    says which pictures it was shown (each by its type and its length in base64)
  system-prompt               says the first line of its system prompt (SKEP_DEMO_SYSTEM_PROMPT=1, else it takes none)
  usage WORD                  how it tells of tokens: nothing, last-answer, turn, session, quota, answers (as real agents do)
  spend IN OUT [CACHED] [$N]  an answer of a model that cost so many tokens, and dollars of the session
  wait SECONDS                can be cancelled             hang [PATH]       cannot; makes that file once it cannot
  eat MIB                     takes so much memory until the turn ends (best as a process of its own)
  flood BYTES                 talks that much              garbage [N]       N lines that are not JSON
  lie                         claims, does nothing         fail limit|rate-limit|auth|server   as its model does
  fail limit SECONDS          the same, with the moment at which the limit resets, so many seconds ahead
  spawn-survivor              a child that leaves home     crash, exit CODE  the process ends

In every step {said} is the first line of what people said last, {answer} of their answer to the last question; {said*}
and {answer*} are all of it. People's words stand in the prompt between the lines <<<WORD and WORD>>>.

A script goes on over several turns: what is left after a question, a rest, or the end of the process, is done at the next
prompt that has no such block. A step that was begun is not begun again. Lines that start with # are comments. Anything
else is named and passed over.
";

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Step {
    /// A message.
    Say(String),
    /// A thought.
    Think(String),
    /// A new plan.
    Plan(Vec<String>),
    /// The entry of the plan (from 1) is at work.
    Start(usize),
    /// The entry of the plan (from 1) is done.
    Tick(usize),
    /// A whole file.
    Write(Text),
    /// More of a file.
    Append(Text),
    /// Every `old` in the file becomes `new`.
    Replace {
        /// The file.
        path: String,
        /// What is looked for.
        old: String,
        /// What takes its place.
        new: String,
    },
    /// A file or folder goes.
    Delete(String),
    /// A folder comes.
    Mkdir(String),
    /// A file is read and its start said.
    Read(String),
    /// Everything is committed.
    Commit(String),
    /// A command for the shell.
    Run(String),
    /// Questions by tool; the turn ends if they are not answered at once.
    Ask(Vec<Question>),
    /// Questions by a form of the protocol, likewise.
    Elicit(Vec<Question>),
    /// Questions by the last message, likewise.
    Wonder(Vec<Question>),
    /// A line for people on how it goes.
    Report(String),
    /// Work that was found, as the tool takes it.
    Discover(serde_json::Value),
    /// A file that is evidence, as the tool takes it.
    Evidence(serde_json::Value),
    Suggest(serde_json::Value),
    /// The work is finished.
    Finish {
        /// What was done.
        summary: String,
        /// What was checked.
        verified: Vec<String>,
    },
    /// An answer to a thread, said with the next finish.
    Reply {
        /// Its id, or `all`.
        thread: String,
        /// The answer.
        text: String,
    },
    /// The turn's end; what follows is for the next one.
    Rest,
    /// A pause until a further prompt comes, or so long.
    UntilSaid(Duration),
    /// A pause until a file is there.
    UntilThere(String),
    /// A request for permission whose answer is said.
    Permission {
        /// The protocol's kind of tool.
        kind: String,
        /// What for.
        title: String,
    },
    /// Says how often this session was prompted, and with what first.
    Recall,
    /// Says which model was chosen for this session.
    Model,
    /// Which pictures it was shown.
    Pictures,
    /// Says the first line of its system prompt.
    SystemPrompt,
    /// How it tells of tokens from here on.
    Usage(Tells),
    /// An answer of a model it has not.
    Spend {
        /// Its tokens.
        count: Count,
        /// What it cost.
        dollars: f64,
    },
    /// A pause that a cancel ends.
    Wait(Duration),
    /// A pause that nothing ends.
    Hang(Option<String>),
    /// So much memory, MiB, until the turn ends.
    Eat(usize),
    /// So many bytes of messages.
    Flood(u64),
    /// So many lines that are no JSON.
    Garbage(u32),
    /// A claim without a deed.
    Lie,
    /// What an agent says when its model fails.
    Fail(String),
    /// A child in a session of its own.
    SpawnSurvivor,
    /// The process ends at once.
    Exit(i32),
    /// A line that is none of the above.
    Unknown(String),
}

/// A path and what goes there, with its last line end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Text {
    /// Relative to the working copy.
    pub path: String,
    /// The content.
    pub text: String,
}

/// The steps of the last block marked `skep-demo`; none if there is no such block.
pub(super) fn parse(prompt: &str) -> Option<Vec<Step>> {
    let lines = last_block(prompt)?;
    let mut lines = lines.into_iter();
    let mut steps = vec![];
    while let Some(line) = lines.next() {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            steps.push(step(line, &mut lines));
        }
    }
    Some(steps)
}

/// The lines of the last block, without what quotes or indents the whole block.
fn last_block(prompt: &str) -> Option<Vec<String>> {
    let mut lines = prompt.lines();
    let mut found = None;
    while let Some(line) = lines.next() {
        let Some((margin, fence)) = opening(line) else {
            continue;
        };
        let inside = |line: &&str| {
            let bare = line.trim_start_matches([' ', '\t', '>']).trim_end();
            !(bare.starts_with(&fence) && bare.trim_start_matches('`').is_empty())
        };
        found = Some(
            lines
                .by_ref()
                .take_while(inside)
                .map(|line| without(line, margin))
                .collect(),
        );
    }
    found
}

fn opening(line: &str) -> Option<(&str, String)> {
    let bare = line.trim_start_matches([' ', '\t', '>']);
    let margin = &line[..line.len() - bare.len()];
    let word = bare.trim_start_matches('`');
    let ticks = bare.len() - word.len();
    let marked = word.split_whitespace().next() == Some("skep-demo");
    (ticks >= 3 && marked).then(|| (margin, "`".repeat(ticks)))
}

fn without(line: &str, margin: &str) -> String {
    let bare = line
        .strip_prefix(margin)
        .or_else(|| line.strip_prefix(margin.trim_end()));
    bare.unwrap_or(line).to_owned()
}

fn step(line: &str, rest: &mut impl Iterator<Item = String>) -> Step {
    let (verb, told) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let told = told.trim();
    let known = match verb {
        "say" => Some(Step::Say(told.to_owned())),
        "think" => Some(Step::Think(told.to_owned())),
        "plan" => Some(Step::Plan(parts(told))),
        "start" => told.parse().ok().map(Step::Start),
        "tick" => told.parse().ok().map(Step::Tick),
        "write" => text(told, rest).map(Step::Write),
        "append" => text(told, rest).map(Step::Append),
        "replace" => replace(told),
        "delete" => path(told).map(Step::Delete),
        "mkdir" => path(told).map(Step::Mkdir),
        "read" => path(told).map(Step::Read),
        "commit" => Some(Step::Commit(if told.is_empty() {
            "Demo".to_owned()
        } else {
            told.to_owned()
        })),
        "run" => path(told).map(Step::Run),
        "ask" => questions(told).map(Step::Ask),
        "elicit" => questions(told).map(Step::Elicit),
        "wonder" => questions(told).map(Step::Wonder),
        "report" => path(told).map(Step::Report),
        "discover" => serde_json::from_str(told).ok().map(Step::Discover),
        "evidence" => serde_json::from_str(told).ok().map(Step::Evidence),
        "suggest" => serde_json::from_str(told).ok().map(Step::Suggest),
        "finish" => finish(told),
        "reply" => told.split_once(':').map(|(thread, text)| Step::Reply {
            thread: thread.trim().to_owned(),
            text: text.trim().to_owned(),
        }),
        "until-said" => seconds(told).map(Step::UntilSaid),
        "until-there" => path(told).map(Step::UntilThere),
        "permission" => told.split_once(' ').map(|(kind, title)| Step::Permission {
            kind: kind.to_owned(),
            title: title.trim().to_owned(),
        }),
        "rest" => Some(Step::Rest),
        "recall" => Some(Step::Recall),
        "model" => Some(Step::Model),
        "pictures" => Some(Step::Pictures),
        "system-prompt" => Some(Step::SystemPrompt),
        "usage" => Tells::parse(told).map(Step::Usage),
        "spend" => spend(told),
        "wait" => seconds(told).map(Step::Wait),
        "hang" => Some(Step::Hang(path(told))),
        "eat" => told.parse().ok().map(Step::Eat),
        "flood" => told.parse().ok().map(Step::Flood),
        "garbage" => Some(Step::Garbage(told.parse().unwrap_or(10))),
        "lie" => Some(Step::Lie),
        "fail" => Some(Step::Fail(told.to_owned())),
        "spawn-survivor" => Some(Step::SpawnSurvivor),
        "crash" => Some(Step::Exit(3)),
        "exit" => Some(Step::Exit(told.parse().unwrap_or(0))),
        _ => None,
    };
    known.unwrap_or_else(|| Step::Unknown(line.to_owned()))
}

fn parts(told: &str) -> Vec<String> {
    told.split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn path(told: &str) -> Option<String> {
    (!told.is_empty()).then(|| told.to_owned())
}

fn text(told: &str, rest: &mut impl Iterator<Item = String>) -> Option<Text> {
    if let Some((path, end)) = told.split_once("<<").filter(|(_, end)| plain(end)) {
        let lines: Vec<String> = rest
            .take_while(|line| line.trim() != end)
            .map(|line| line + "\n")
            .collect();
        return Some(Text {
            path: path.trim().to_owned(),
            text: lines.concat(),
        })
        .filter(|text| !text.path.is_empty());
    }
    let (path, text) = told.split_once(':')?;
    let text = format!("{}\n", text.strip_prefix(' ').unwrap_or(text));
    Some(Text {
        path: path.trim().to_owned(),
        text,
    })
    .filter(|text| !text.path.is_empty())
}

fn plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn replace(told: &str) -> Option<Step> {
    let (path, change) = told.split_once(':')?;
    let (old, new) = change.split_once("=>")?;
    let (path, old, new) = (
        path.trim().to_owned(),
        old.trim().to_owned(),
        new.trim().to_owned(),
    );
    (!path.is_empty() && !old.is_empty()).then_some(Step::Replace { path, old, new })
}

fn finish(told: &str) -> Option<Step> {
    let mut parts = parts(told).into_iter();
    let summary = parts.next()?;
    Some(Step::Finish {
        summary,
        verified: parts.collect(),
    })
}

/// Two numbers, perhaps a third, perhaps dollars.
fn spend(told: &str) -> Option<Step> {
    let (money, numbers): (Vec<&str>, Vec<&str>) = told
        .split_whitespace()
        .partition(|word| word.starts_with('$'));
    let numbers: Vec<u64> = numbers
        .iter()
        .map(|word| word.parse().ok())
        .collect::<Option<_>>()?;
    let (input, output, cached) = match numbers.as_slice() {
        [input, output] => (*input, *output, 0),
        [input, output, cached] => (*input, *output, *cached),
        _ => return None,
    };
    let dollars = match money.as_slice() {
        [] => 0.0,
        [one] => one.trim_start_matches('$').parse().ok()?,
        _ => return None,
    };
    let count = Count {
        input,
        output,
        cached,
    };
    Some(Step::Spend { count, dollars })
}

fn seconds(told: &str) -> Option<Duration> {
    told.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

#[cfg(test)]
mod tests;
