//! The picture of a state: head, troubles, the list or a task, numbers, what was said, the keys. Pure: a state and a size come to one
//! picture.

use super::canvas::{Canvas, fitted, wide};
use super::dialog;
use super::list;
use super::row::counts;
use super::state::{Dialog, State};
use super::task;
use crate::core::text::top;
use crate::http::types::{FiguresAnswer, MeterLine, ThroughputLine};

/// Below these there is no sense in it.
const NARROWEST: usize = 20;
const LOWEST: usize = 6;
/// From here on there is room for numbers, …
const HIGH: usize = 20;
/// … and from here on for a closer look at what is chosen.
const MIDDLE: usize = 16;
/// So many meters are shown.
const METERS: usize = 3;

/// Draws it.
pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    if width < NARROWEST || height < LOWEST {
        return canvas.line(0, (top::SMALL, canvas.theme.strong()));
    }
    head(state, canvas);
    let troubles = troubles(state, canvas);
    let below = 2 + figures(state, canvas);
    let (from, rows) = (1 + troubles, height.saturating_sub(1 + troubles + below));
    let mut body = canvas.rows(small(from), small(rows));
    match &state.task {
        Some(view) => task::draw(state, view, &mut body),
        None => list::draw(state, &mut body, height >= MIDDLE),
    }
    foot(state, canvas);
    dialog::draw(state, canvas);
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// How many of what; on the right the moment.
fn head(state: &State, canvas: &mut Canvas<'_>) {
    let [long, short] = top::head(counts(&state.overview));
    let counts = if wide(&long) + 7 <= canvas.width() {
        long
    } else {
        short
    };
    let strong = canvas.theme.strong();
    let faint = canvas.theme.faint();
    canvas.line(0, (&format!(" skep  {counts}"), strong));
    let moment = super::super::output::moment(state.now);
    let moment = moment.get(11..).unwrap_or_default();
    if wide(&counts) + 7 + wide(moment) + 2 <= canvas.width() {
        canvas.right(0, (&format!("{moment} "), faint));
    }
}

/// What is wrong, a line each, as many as there is room for; answers how many rows that took.
fn troubles(state: &State, canvas: &mut Canvas<'_>) -> usize {
    let all = state.troubles();
    let most = if canvas.height() >= MIDDLE { 4 } else { 2 };
    let style = canvas.theme.trouble();
    let width = canvas.width().saturating_sub(2);
    let lines: Vec<String> = all
        .iter()
        .flat_map(|trouble| super::canvas::wrapped(trouble, width))
        .take(most)
        .collect();
    for (row, line) in lines.iter().enumerate() {
        canvas.put((1, 1 + row), width, (line, style));
    }
    lines.len()
}

/// Throughput and meters above the foot, where there is room; answers how many rows that took.
fn figures(state: &State, canvas: &mut Canvas<'_>) -> usize {
    let figures = state.overview.figures.as_ref();
    let Some(figures) = figures.filter(|_| canvas.height() >= HIGH && state.task.is_none()) else {
        return 0;
    };
    let lines = numbers(figures, canvas.width().saturating_sub(2));
    let first = canvas.height().saturating_sub(2 + lines.len());
    let style = canvas.theme.faint();
    for (row, line) in lines.iter().enumerate() {
        canvas.put((1, first + row), canvas.width(), (line, style));
    }
    lines.len()
}

/// The last day in a line, then meters: those that are most used up first.
fn numbers(figures: &FiguresAnswer, width: usize) -> Vec<String> {
    let mut meters: Vec<&MeterLine> = figures.meters.iter().filter(|meter| meter.of > 0).collect();
    meters.sort_by_key(|meter| std::cmp::Reverse(meter.used.saturating_mul(1_000) / meter.of));
    let name = meters.iter().take(METERS).map(|meter| wide(&meter.name));
    let name = name.max().unwrap_or_default().min(width * 3 / 5);
    let meters = meters.into_iter().take(METERS);
    let meters = meters.map(|meter| bar(meter, name, width));
    std::iter::once(day(&figures.day)).chain(meters).collect()
}

fn day(day: &ThroughputLine) -> String {
    let done = top::day(day.completed, day.failed, (day.pulls, day.merged));
    // What nobody counted says nothing.
    match matches!(day.tokens.as_str(), "" | "0") || day.pulls == 0 {
        true => done,
        false => done + &top::cost(&day.tokens, &day.cost),
    }
}

/// `Created in an hour  ████░░░░░░  12/500`.
fn bar(meter: &MeterLine, name: usize, width: usize) -> String {
    let count = format!("{}/{}", meter.used, meter.of);
    let room = width.saturating_sub(name + count.len() + 4).min(20);
    let share = meter.used.saturating_mul(room as u64) / meter.of.max(1);
    let full = usize::try_from(share).unwrap_or(room).min(room);
    let (full, empty) = ("█".repeat(full), "░".repeat(room - full));
    let waits = match meter.waits.is_empty() {
        true => String::new(),
        false => format!("  {}", meter.waits),
    };
    let called = fitted(&meter.name, name);
    format!("{called:<name$}  {full}{empty}  {count}{waits}")
}

/// What was said, or is being typed, and the keys.
fn foot(state: &State, canvas: &mut Canvas<'_>) {
    let row = canvas.height().saturating_sub(2);
    let (said, strong, faint) = (
        canvas.theme.said(),
        canvas.theme.strong(),
        canvas.theme.faint(),
    );
    match &state.dialog {
        Dialog::Stop(place) => {
            canvas.line(row, (&format!(" {}", top::stop(&place.name())), strong))
        }
        Dialog::Filter => canvas.line(row, (&format!(" /{}▏", state.filter), strong)),
        _ if state.said.is_empty() && !state.filter.is_empty() => {
            canvas.line(row, (&format!(" /{}", state.filter), faint));
        }
        _ => canvas.line(row, (&format!(" {}", state.said), said)),
    }
    let [long, short] = match (&state.dialog, &state.task) {
        (Dialog::Answer(_), _) => top::ANSWER_KEYS,
        (_, Some(_)) => top::TASK_KEYS,
        (_, None) => top::LIST_KEYS,
    };
    let keys = if wide(long) < canvas.width() {
        long
    } else {
        short
    };
    canvas.line(row + 1, (&format!(" {keys}"), faint));
}

#[cfg(test)]
mod tests;
