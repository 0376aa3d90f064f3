//! A task that is looked at: how it stands and why, its questions, and the end of its session's log. Pure.

use ratatui::style::Style;

use super::canvas::{Canvas, wrapped};
use super::log;
use super::state::{State, TaskView};
use crate::core::text::pages::Moment;
use crate::core::text::top;
use crate::http::types::{QuestionLine, TaskAnswer};

/// So many rows of each are shown.
const STANDS: usize = 3;
const QUESTION: usize = 6;
/// Rows that are left to the log, where there is any room.
const LOG: usize = 4;

/// Draws it.
pub(super) fn draw(state: &State, view: &TaskView, canvas: &mut Canvas<'_>) {
    let width = canvas.width().saturating_sub(2);
    let (strong, plain) = (canvas.theme.strong(), Style::new());
    let Some(task) = &view.task else {
        canvas.put((1, 0), width, (&view.place.name(), strong));
        let why = view.unread.as_deref().unwrap_or(top::READING);
        for (row, line) in wrapped(why, width).iter().enumerate() {
            canvas.put((1, 1 + row), width, (line, plain));
        }
        return;
    };
    let mut facts = head(task, width, strong);
    for question in &task.questions {
        facts.extend(asked(question, (width, state.now), strong));
    }
    facts.truncate(canvas.height().saturating_sub(LOG));
    for (row, (line, style)) in facts.iter().enumerate() {
        canvas.put((1, row), width, (line, *style));
    }
    // The state stands over the end of the first row.
    canvas.right(0, (&format!(" {} ", task.state), strong));
    the_log(state, view, (canvas, facts.len()));
}

type Inked = (String, Style);

fn head(task: &TaskAnswer, width: usize, strong: Style) -> Vec<Inked> {
    let plain = Style::new();
    let place = format!("{}#{}  {}", task.repository, task.issue, task.title);
    let mut lines = vec![(place, strong)];
    let stands = wrapped(&task.stands, width).into_iter().take(STANDS);
    lines.extend(stands.map(|line| (line, plain)));
    let waits = wrapped(&task.waits, width).into_iter().take(STANDS);
    lines.extend(waits.map(|line| (line, plain)));
    let pull = task.pull.as_ref();
    let pull = pull.map_or_else(String::new, |pull| top::pull(pull.number, pull.draft));
    let session = task.session.as_deref().unwrap_or_default();
    let facts = top::facts(&task.role, &task.agent, session, &pull);
    let faint = Style::new().add_modifier(ratatui::style::Modifier::DIM);
    lines.extend(wrapped(&facts, width).into_iter().map(|line| (line, faint)));
    lines
}

/// A question with its options.
fn asked(question: &QuestionLine, (width, now): (usize, i64), strong: Style) -> Vec<Inked> {
    let plain = Style::new();
    let since = Moment {
        at: question.since,
        now,
    };
    let mut lines = vec![
        (String::new(), plain),
        (top::question(question.number, &since.lasts()), strong),
    ];
    let text = wrapped(&question.text, width).into_iter().take(QUESTION);
    lines.extend(text.map(|line| (line, plain)));
    let options = question.options.iter().zip('a'..='z');
    lines.extend(options.map(|(option, letter)| (format!("  {letter}  {option}"), plain)));
    if let Some(at) = question.until {
        let within = Moment { at: now, now: at };
        lines.push((top::default(&question.default, &within.lasts()), plain));
    }
    lines
}

/// The end of the log, or the part above it that was gone back to.
fn the_log(state: &State, view: &TaskView, (canvas, from): (&mut Canvas<'_>, usize)) {
    let width = canvas.width().saturating_sub(2);
    let rows = canvas.height().saturating_sub(from + 2);
    if rows == 0 {
        return;
    }
    let (strong, faint) = (canvas.theme.strong(), canvas.theme.faint());
    canvas.put((1, from + 1), width, (top::LOG, strong));
    let lines = log::lines(&view.log, width, state.now);
    if lines.is_empty() {
        return canvas.put((1, from + 2), width, (top::NO_LOG, faint));
    }
    let most = lines.len().saturating_sub(rows);
    let first = most.saturating_sub(view.back);
    for (row, said) in lines.iter().skip(first).take(rows).enumerate() {
        let style = if said.faint { faint } else { Style::new() };
        canvas.put((1, from + 2 + row), width, (&said.text, style));
    }
}
