//! What the admin address says of a task: how it stands, what it waits for, and what a person can do about it. Pure.

use super::answer_lines::event_line;
use crate::core::ids::TaskKey;
use crate::core::question::Question;
use crate::core::task::Task;
use crate::core::text::pages::{Acts, Line, standing};
use crate::http::types::{QuestionLine, TaskAnswer};
use crate::store::EventRow;

/// All of it; the events oldest first.
pub(super) fn answer(key: TaskKey, task: Task, events: &[EventRow]) -> TaskAnswer {
    let job = task.job();
    let (stands, waits) = standing(&task);
    // The pages look at moments from now; here they go out as they are.
    let acts = Acts::of(&task, "", 0);
    let word = |word: &str| Line::new(word).to_string();
    TaskAnswer {
        task: key.to_string(),
        repository: task.place.name.to_string(),
        issue: task.place.issue.0,
        title: job.map_or_else(String::new, |job| word(&job.snapshot.title)),
        state: task.state().to_owned(),
        stands: stands.to_string(),
        waits: waits.to_string(),
        role: job.map_or_else(String::new, |job| word(job.role.name.as_str())),
        agent: job.map_or_else(String::new, |job| word(job.agent.as_str())),
        questions: task.open_questions().map(question).collect(),
        orders: acts
            .orders
            .iter()
            .map(|act| act.word().to_owned())
            .collect(),
        session: job.map(|job| job.session.to_string()),
        pull: task.pull.clone(),
        timeline: events.iter().map(event_line).collect(),
        story: task.timeline,
    }
}

fn question(question: &Question) -> QuestionLine {
    let deadline = question.deadline_at.filter(|_| question.default.is_some());
    QuestionLine {
        number: question.id,
        text: question.text.clone(),
        options: question.options.clone(),
        default: question.default.clone().unwrap_or_default(),
        until: deadline,
        since: question.asked_at,
    }
}
