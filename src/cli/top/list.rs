//! The list: a section after another, each line an issue with what there is to say, and a closer look at the one that is chosen. Pure.

use super::super::output::cut;
use super::canvas::{Canvas, cleaned, wide, wrapped};
use super::row::{Row, Section};
use super::state::State;
use crate::core::text::pages::Moment;
use crate::core::text::top;
use crate::http::types::OverviewAnswer;

/// From here on a column has each line's word, …
const ROOMY: usize = 60;
/// … and from here on one has its title.
const WIDE: usize = 110;
/// Columns of an age: `59 min`.
const AGE: usize = 6;
/// Rows of the closer look.
const CLOSER: usize = 3;

/// One row of the screen.
enum Shown<'r> {
    Gap,
    Heading(Section, String),
    Line(usize, &'r Row),
    More(String),
}

/// Draws it.
pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, closer: bool) {
    let rows = state.rows();
    if rows.is_empty() {
        let nothing = match state.filter.is_empty() {
            true => top::NOTHING.to_owned(),
            false => top::nothing_fits(&state.filter),
        };
        let width = canvas.width().saturating_sub(2);
        for (row, line) in wrapped(&nothing, width).iter().enumerate() {
            let style = canvas.theme.faint();
            canvas.put((1, 1 + row), width, (line, style));
        }
        return;
    }
    let closer = if closer { CLOSER } else { 0 };
    let height = canvas.height().saturating_sub(closer);
    let shown = shown(state, &rows, height >= 12);
    let chosen = state.chosen.min(rows.len() - 1);
    let at = shown
        .iter()
        .position(|one| matches!(one, Shown::Line(index, _) if *index == chosen));
    let first = first(at.unwrap_or(0), shown.len(), height);
    let columns = Columns::of(&rows, canvas.width());
    for (y, one) in shown.iter().skip(first).take(height).enumerate() {
        match one {
            Shown::Gap => {}
            Shown::Heading(section, text) => {
                let style = canvas.theme.heading(*section);
                canvas.put((1, y), canvas.width(), (text, style));
            }
            Shown::More(text) => {
                let style = canvas.theme.faint();
                canvas.put((3, y), canvas.width(), (text, style));
            }
            Shown::Line(index, row) => {
                columns.draw(canvas, y, (row, state.now));
                if *index == chosen {
                    let style = canvas.theme.chosen();
                    canvas.paint(y, style);
                }
            }
        }
    }
    if closer > 0
        && let Some(row) = rows.get(chosen)
    {
        look(canvas, height, row);
    }
}

/// The sections that have a line, each with its heading.
fn shown<'r>(state: &State, rows: &'r [Row], roomy: bool) -> Vec<Shown<'r>> {
    let mut shown = Vec::new();
    for section in Section::ALL {
        let its = || {
            let all = rows.iter().enumerate();
            all.filter(move |(_, row)| row.section == section)
        };
        let number = its().count();
        if number == 0 {
            continue;
        }
        if roomy {
            shown.push(Shown::Gap);
        }
        let heading = format!("{}  {number}", section.heading());
        shown.push(Shown::Heading(section, heading));
        shown.extend(its().map(|(index, row)| Shown::Line(index, row)));
        let more = unlisted(&state.overview, section);
        if more > 0 && state.filter.is_empty() {
            shown.push(Shown::More(top::more(more)));
        }
    }
    shown
}

/// How many of a section the answer does not list.
fn unlisted(overview: &OverviewAnswer, section: Section) -> usize {
    match section {
        Section::Needs => overview.more_needs,
        Section::Queued => {
            let all = overview.queue.waiting + overview.queue.held;
            all.saturating_sub(overview.queue.queue.len())
        }
        Section::Review => {
            let all = usize::try_from(overview.in_review).unwrap_or(0);
            all.saturating_sub(overview.review.len())
        }
        Section::Working | Section::Failed => 0,
    }
}

/// The first row that is shown, so that the chosen one is seen with a few around it.
fn first(at: usize, all: usize, height: usize) -> usize {
    let wanted = at.saturating_sub(height / 2);
    wanted.min(all.saturating_sub(height))
}

/// How wide the columns are; one that does not fit has no width.
struct Columns {
    place: usize,
    word: usize,
    title: usize,
    all: usize,
}

impl Columns {
    fn of(rows: &[Row], width: usize) -> Self {
        let widest = |part: fn(&Row) -> String| {
            let all = rows.iter().map(|row| wide(&cleaned(&part(row))));
            all.max().unwrap_or_default()
        };
        Self {
            place: widest(|row| row.place.name()).min(width * 3 / 10),
            word: match width >= ROOMY {
                true => widest(|row| row.word.clone()).min(15),
                false => 0,
            },
            title: match width >= WIDE {
                true => widest(|row| row.title.clone()).min(width / 4),
                false => 0,
            },
            all: width,
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, y: usize, (row, now): (&Row, i64)) {
        let plain = ratatui::style::Style::new();
        let faint = canvas.theme.faint();
        let place = cut(&row.place.name(), self.place);
        canvas.put((3, y), self.place, (&place, plain));
        let mut x = 3 + self.place + 2;
        if self.word > 0 {
            canvas.put((x, y), self.word, (&row.word, faint));
            x += self.word + 2;
        }
        if self.title > 0 {
            canvas.put((x, y), self.title, (&row.title, plain));
            x += self.title + 2;
        }
        let room = self.all.saturating_sub(x + AGE + 2);
        // A pull request says its title by itself, where that has no column.
        let text = match row.section {
            Section::Review if self.title > 0 => row.text.split(": ").next().unwrap_or_default(),
            _ => row.text.as_str(),
        };
        canvas.put((x, y), room, (text, plain));
        if let Some(at) = row.since {
            let age = Moment { at, now }.lasts();
            canvas.right(y, (&format!("{age} "), faint));
        }
    }
}

/// What is chosen, in full: its title, and what there is to say of it.
fn look(canvas: &mut Canvas<'_>, y: usize, row: &Row) {
    let width = canvas.width().saturating_sub(2);
    let (strong, plain) = (canvas.theme.strong(), ratatui::style::Style::new());
    let head = format!("{}  {}", row.place.name(), row.title);
    canvas.put((1, y), width, (&head, strong));
    let said = match row.word.is_empty() {
        true => row.text.clone(),
        false => format!("{}: {}", row.word, row.text),
    };
    let lines = wrapped(&cleaned(&said), width);
    for (row, line) in lines.iter().take(CLOSER - 1).enumerate() {
        canvas.put((1, y + 1 + row), width, (line, plain));
    }
}
