//! What is asked of the person, drawn over the rest: the answer to a question, and the keys there are. Pure.

use ratatui::style::Style;

use super::canvas::{Canvas, wide, wrapped};
use super::state::{Answer, Dialog, State};
use crate::core::text::top;
use crate::http::types::QuestionLine;

/// Rows of a question's text.
const TEXT: usize = 5;

/// Draws it, where there is one.
pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>) {
    match &state.dialog {
        Dialog::Help => help(canvas),
        Dialog::Answer(answer) => {
            let questions = state.task.as_ref().map_or(&[][..], |view| view.questions());
            let at = questions.iter().position(|q| q.number == answer.question);
            if let Some((at, question)) = at.and_then(|at| Some((at, questions.get(at)?))) {
                let place = top::of_questions(at + 1, questions.len());
                ask(canvas, (question, answer), &place);
            }
        }
        Dialog::None | Dialog::Stop(_) | Dialog::Filter => {}
    }
}

/// Every key.
fn help(canvas: &mut Canvas<'_>) {
    let rows = top::HELP.len() + 1;
    let first = canvas.height().saturating_sub(rows + 2) / 2;
    let first = first.max(1);
    let mut part = canvas.rows(small(first), small(rows));
    part.clear();
    let (strong, plain) = (part.theme.strong(), Style::new());
    part.line(0, (top::HELP_TITLE, strong));
    for (row, (key, does)) in top::HELP.iter().enumerate() {
        part.put((2, row + 1), 10, (key, strong));
        part.put((13, row + 1), usize::MAX, (does, plain));
    }
}

/// The question, its options, and the line for an answer in words.
fn ask(canvas: &mut Canvas<'_>, (question, answer): (&QuestionLine, &Answer), place: &str) {
    let width = canvas.width().saturating_sub(2);
    // The head, the two rows of the foot, the panel's own head and its line.
    let room = canvas.height().saturating_sub(5);
    let options = question.options.len().min(room);
    let text = wrapped(&question.text, width);
    let text = text.len().min(TEXT).min(room - options);
    let rows = text + options + 2;
    let first = canvas.height().saturating_sub(2 + rows);
    let mut part = canvas.rows(small(first), small(rows));
    part.clear();
    let (strong, chosen, plain) = (part.theme.strong(), part.theme.chosen(), Style::new());
    let rule = "─".repeat(width.saturating_sub(wide(place) + 1));
    part.line(0, (&format!(" {place} {rule}"), strong));
    let lines = wrapped(&question.text, width);
    for (row, line) in lines.iter().take(text).enumerate() {
        part.put((1, 1 + row), width, (line, plain));
    }
    let picks = answer.words.is_empty();
    // Where there are more options than rows, those around the chosen one are seen.
    let skipped = (answer.option + 1).saturating_sub(options);
    let all = question.options.iter().zip('a'..='z').enumerate();
    for (row, (index, (option, letter))) in all.skip(skipped).take(options).enumerate() {
        let y = 1 + text + row;
        part.put((1, y), width, (&format!("  {letter}  {option}"), plain));
        if picks && index == answer.option {
            part.paint(y, chosen);
        }
    }
    // The end of what is typed is what is being typed.
    let length = answer.words.chars().count();
    let typed: String = answer
        .words
        .chars()
        .skip(length.saturating_sub(width.saturating_sub(4)))
        .collect();
    part.put((1, rows - 1), width, (&format!("> {typed}▏"), strong));
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
