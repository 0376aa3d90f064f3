//! What an agent sends to a tool, read with limits: into values of the core, or into a sentence that tells the agent how
//! to do better.
//!
//! Pure and total. The words are a model's and may be anything, also hostile; here they are only bounded.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::core::agent::{Finished, ThreadReply};
use crate::core::discovery::Proposal;
use crate::core::question::Asked;
use crate::core::text::{discovery, tools};

use super::arguments::{OneOrMany, Word, read};

/// Questions in one call.
pub(in crate::agent) const QUESTIONS_MAX: usize = 10;
const OPTIONS_MAX: usize = 10;
const QUESTION_MAX: usize = 4_000;
const OPTION_MAX: usize = 200;
const REPORT_MAX: usize = 2_000;
const SUMMARY_MAX: usize = 8_000;
const ENTRIES_MAX: usize = 50;
const ENTRY_MAX: usize = 1_000;
const THREADS_MAX: usize = 100;
const REPLY_MAX: usize = 4_000;
const THREAD_MAX: usize = 200;
const PATH_MAX: usize = 4_000;
const HOURS_MAX: f64 = 24.0 * 30.0;
const MS_PER_HOUR: f64 = 3_600_000.0;

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Question(Question),
    Bare(String),
}

#[derive(Deserialize)]
struct Question {
    #[serde(alias = "text")]
    question: String,
    #[serde(default)]
    options: Option<OneOrMany<String>>,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    deadline_hours: Option<f64>,
}

#[derive(Deserialize)]
struct Asking {
    #[serde(default)]
    questions: Option<OneOrMany<Words>>,
    #[serde(default)]
    question: Option<Words>,
    #[serde(default)]
    options: Option<OneOrMany<String>>,
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    deadline_hours: Option<f64>,
}

#[derive(Deserialize)]
struct Report {
    text: String,
}

#[derive(Deserialize)]
struct Finish {
    summary: String,
    #[serde(default)]
    verified: Option<OneOrMany<String>>,
    #[serde(default)]
    threads: Option<Vec<Thread>>,
}

#[derive(Deserialize)]
struct Thread {
    id: String,
    #[serde(alias = "text")]
    reply: String,
}

/// The questions of a call of `ask_human`.
pub(super) fn questions(arguments: Map<String, Value>) -> Result<Vec<Asked>, String> {
    let asking: Asking = read(
        arguments,
        "{\"questions\": [{\"question\": \"…\", \"options\": [\"…\", \"…\"]}]}",
    )?;
    let mut all: Vec<Words> = OneOrMany::list(asking.questions);
    if let Some(single) = asking.question {
        let single = match single {
            Words::Question(question) => question,
            Words::Bare(question) => Question {
                question,
                options: asking.options,
                default: asking.default,
                deadline_hours: asking.deadline_hours,
            },
        };
        all.push(Words::Question(single));
    }
    if all.is_empty() {
        return Err(tools::NO_QUESTION.to_owned());
    }
    if all.len() > QUESTIONS_MAX {
        return Err(tools::too_many_questions(QUESTIONS_MAX));
    }
    all.into_iter().map(asked).collect()
}

fn asked(words: Words) -> Result<Asked, String> {
    let question = match words {
        Words::Question(question) => question,
        Words::Bare(question) => Question {
            question,
            options: None,
            default: None,
            deadline_hours: None,
        },
    };
    let text = bounded("A question", &question.question, QUESTION_MAX)?;
    let options = OneOrMany::list(question.options);
    if options.len() > OPTIONS_MAX {
        return Err(tools::too_many_options(OPTIONS_MAX));
    }
    let options = options
        .iter()
        .map(|option| bounded("An option", option, OPTION_MAX))
        .collect::<Result<_, _>>()?;
    let default = question
        .default
        .filter(|default| !default.trim().is_empty());
    let default = default
        .map(|default| bounded("A default", &default, OPTION_MAX))
        .transpose()?;
    Ok(Asked {
        text,
        options,
        default,
        deadline_ms: question.deadline_hours.map(deadline).transpose()?,
    })
}

fn deadline(hours: f64) -> Result<i64, String> {
    if !(hours > 0.0 && hours <= HOURS_MAX) {
        return Err(tools::no_deadline(HOURS_MAX));
    }
    // In range: at most 2,592,000,000.
    Ok((hours * MS_PER_HOUR).round() as i64)
}

#[derive(Deserialize)]
struct Evidence {
    #[serde(default, alias = "file")]
    path: String,
    #[serde(default)]
    caption: String,
}

/// The file and the caption of a call of `hand_in_evidence`.
pub(super) fn evidence(arguments: Map<String, Value>) -> Result<(String, String), String> {
    let found: Evidence = read(arguments, "{\"path\": \"…\", \"caption\": \"…\"}")?;
    let path: String = found.path.trim().chars().take(PATH_MAX).collect();
    let caption: String = found.caption.trim().chars().take(ENTRY_MAX).collect();
    match path.is_empty() || caption.is_empty() {
        true => Err(tools::NO_PATH.to_owned()),
        false => Ok((path, caption)),
    }
}

#[derive(Deserialize)]
struct Discovery {
    #[serde(default)]
    tasks: Option<OneOrMany<Task>>,
}

#[derive(Deserialize)]
struct Task {
    title: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    priority: Option<String>,
    #[serde(default)]
    labels: Option<OneOrMany<String>>,
    #[serde(default)]
    waits_for: Option<OneOrMany<Word>>,
}

/// The issues of a call of `discover_tasks`, of whatever size: what they may be is judged as a whole.
pub(super) fn proposals(arguments: Map<String, Value>) -> Result<Vec<Proposal>, String> {
    let shape =
        "{\"tasks\": [{\"title\": \"…\", \"body\": \"…\", \"waits_for\": [\"1\", \"#12\"]}]}";
    let found: Discovery = read(arguments, shape)?;
    let tasks: Vec<Task> = OneOrMany::list(found.tasks);
    if tasks.is_empty() {
        return Err(discovery::NOTHING.to_owned());
    }
    let proposal = |task: Task| Proposal {
        title: task.title,
        body: task.body.unwrap_or_default(),
        role: task.role,
        priority: task.priority,
        labels: OneOrMany::list(task.labels),
        waits_for: OneOrMany::list(task.waits_for)
            .into_iter()
            .map(Word::text)
            .collect(),
    };
    Ok(tasks.into_iter().map(proposal).collect())
}

/// The text of a call of `report_progress`.
pub(super) fn report(arguments: Map<String, Value>) -> Result<String, String> {
    let report: Report = read(arguments, "{\"text\": \"…\"}")?;
    bounded("The text", &report.text, REPORT_MAX)
}

/// What a call of `finish` says.
pub(super) fn finished(arguments: Map<String, Value>) -> Result<Finished, String> {
    let finish: Finish = read(arguments, "{\"summary\": \"…\", \"verified\": [\"…\"]}")?;
    let summary = bounded("The summary", &finish.summary, SUMMARY_MAX)?;
    let verified = OneOrMany::list(finish.verified);
    if verified.len() > ENTRIES_MAX {
        return Err(tools::too_many("verified", ENTRIES_MAX));
    }
    let verified = verified
        .iter()
        .map(|entry| bounded("An entry of `verified`", entry, ENTRY_MAX))
        .collect::<Result<_, _>>()?;
    let threads = finish.threads.unwrap_or_default();
    if threads.len() > THREADS_MAX {
        return Err(tools::too_many("threads", THREADS_MAX));
    }
    let threads = threads.iter().map(reply).collect::<Result<_, _>>()?;
    Ok(Finished {
        summary,
        verified,
        threads,
    })
}

fn reply(thread: &Thread) -> Result<ThreadReply, String> {
    let id = bounded("A thread's id", &thread.id, THREAD_MAX)?;
    Ok(ThreadReply {
        thread: id,
        text: bounded("A reply", &thread.reply, REPLY_MAX)?,
    })
}

/// Trimmed, neither empty nor too long: a cut question would be another question.
fn bounded(what: &str, text: &str, max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(tools::empty(what));
    }
    if text.len() > max {
        return Err(tools::too_long(what, max));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else {
            panic!("not an object: {value}")
        };
        object
    }

    fn plain(text: &str, options: &[&str]) -> Asked {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Asked {
            text: text.into(),
            options,
            default: None,
            deadline_ms: None,
        }
    }

    #[test]
    fn questions_are_taken_in_every_shape_that_models_send() {
        let red = plain("Which?", &["red", "blue"]);
        for value in [
            json!({ "questions": [{ "question": " Which? ", "options": ["red", "blue"] }] }),
            json!({ "question": "Which?", "options": ["red", "blue"] }),
            json!({ "questions": { "question": "Which?", "options": ["red", "blue"] }, "reason": "x" }),
            json!({ "question": { "question": "Which?", "options": ["red", "blue"] } }),
        ] {
            assert_eq!(
                questions(object(value.clone())),
                Ok(vec![red.clone()]),
                "{value}"
            );
        }
        let bare = json!({ "questions": ["Why?", { "text": "How?", "default": "so", "deadline_hours": 0.5 }] });
        let how = Asked {
            default: Some("so".into()),
            deadline_ms: Some(1_800_000),
            ..plain("How?", &[])
        };
        assert_eq!(questions(object(bare)), Ok(vec![plain("Why?", &[]), how]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let many: Vec<&str> = vec!["x"; 11];
        for (value, word) in [
            (json!({}), "no question"),
            (json!({ "questions": [] }), "no question"),
            (json!({ "question": "  " }), "empty"),
            (json!({ "question": 7 }), "not understood"),
            (json!({ "questions": many }), "At most 10 questions"),
            (
                json!({ "question": "Which?", "options": many }),
                "At most 10 options",
            ),
            (json!({ "question": "x".repeat(4_001) }), "longer than"),
            (
                json!({ "question": "Which?", "deadline_hours": -1 }),
                "deadline_hours",
            ),
            (
                json!({ "question": "Which?", "deadline_hours": 1e300 }),
                "deadline_hours",
            ),
        ] {
            let said = questions(object(value.clone())).expect_err("refused");
            assert!(said.contains(word), "{value}: {said}");
        }
        assert!(report(object(json!({ "text": "" }))).is_err());
        assert!(finished(object(json!({ "verified": ["x"] }))).is_err());
    }

    #[test]
    fn a_finish_is_read() {
        let value = json!({ "summary": "Done", "verified": "cargo test", "threads": [{ "id": "T1", "reply": "fixed" }] });
        let threads = vec![ThreadReply {
            thread: "T1".into(),
            text: "fixed".into(),
        }];
        let expected = Finished {
            summary: "Done".into(),
            verified: vec!["cargo test".into()],
            threads,
        };
        assert_eq!(finished(object(value)), Ok(expected));
    }

    proptest! {
        #[test]
        fn no_arguments_break_it(text in "\\PC{0,80}", hours in proptest::num::f64::ANY, count in 0usize..20) {
            let list = vec![text.clone(); count];
            let value = json!({ "questions": list, "question": text, "options": list, "deadline_hours": hours });
            for asked in questions(object(value)).unwrap_or_default() {
                prop_assert!(!asked.text.is_empty() && asked.deadline_ms.is_none_or(|ms| ms >= 0));
            }
            let _ = report(object(json!({ "text": text })));
            let _ = finished(object(json!({ "summary": text, "verified": list, "threads": [{ "id": text, "reply": text }] })));
        }
    }
}
