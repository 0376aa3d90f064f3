//! Where `skep top` draws: the one place through which text reaches the terminal.
//!
//! Titles, questions and logs come from strangers and from agents: whatever a terminal would act on, and whatever cannot be seen, is taken
//! out here, so that no other file can forget it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use super::super::output::one_line;
use super::row::Section;
use crate::core::sanitise::visible;

/// How things look: with colours, or by weight alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Theme {
    pub(super) colour: bool,
}

impl Theme {
    fn in_colour(self, colour: Color) -> Style {
        match self.colour {
            true => Style::new().fg(colour),
            false => Style::new(),
        }
    }

    /// What stands above a section.
    pub(super) fn heading(self, section: Section) -> Style {
        let colour = match section {
            Section::Needs => Color::Yellow,
            Section::Working => Color::Cyan,
            Section::Queued => Color::Blue,
            Section::Review => Color::Green,
            Section::Failed => Color::Red,
        };
        self.in_colour(colour).add_modifier(Modifier::BOLD)
    }

    /// What is chosen.
    pub(super) fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What matters less.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What matters more.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is wrong.
    pub(super) fn trouble(self) -> Style {
        self.in_colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What was said last.
    pub(super) fn said(self) -> Style {
        self.in_colour(Color::Yellow)
    }
}

/// A part of the screen.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    pub(super) area: Rect,
    pub(super) theme: Theme,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, area: Rect, theme: Theme) -> Self {
        let area = area.intersection(buffer.area);
        Self {
            buffer,
            area,
            theme,
        }
    }

    /// A part of it: so many rows from a row on.
    pub(super) fn rows(&mut self, from: u16, number: u16) -> Canvas<'_> {
        let top = self.area.y.saturating_add(from).min(self.area.bottom());
        let area = Rect {
            y: top,
            height: number.min(self.area.bottom() - top),
            ..self.area
        };
        Canvas {
            buffer: &mut *self.buffer,
            area,
            theme: self.theme,
        }
    }

    /// How wide it is.
    pub(super) fn width(&self) -> usize {
        usize::from(self.area.width)
    }

    /// How high it is.
    pub(super) fn height(&self) -> usize {
        usize::from(self.area.height)
    }

    /// Writes into a row from a column on, no wider than `width`; what does not fit ends with an ellipsis.
    pub(super) fn put(&mut self, (x, y): (usize, usize), width: usize, (text, style): Inked<'_>) {
        let room = self.width().saturating_sub(x).min(width);
        if y >= self.height() || room == 0 {
            return;
        }
        let text = fitted(&cleaned(text), room);
        let (x, y) = (small(x) + self.area.x, small(y) + self.area.y);
        self.buffer.set_stringn(x, y, text, room, style);
    }

    /// Writes a row from its beginning.
    pub(super) fn line(&mut self, y: usize, inked: Inked<'_>) {
        self.put((0, y), self.width(), inked);
    }

    /// Writes a row up to its end; answers in which column it begins.
    pub(super) fn right(&mut self, y: usize, (text, style): Inked<'_>) -> usize {
        let text = cleaned(text);
        let x = self.width().saturating_sub(wide(&text));
        self.put((x, y), self.width(), (&text, style));
        x
    }

    /// A whole row looks so.
    pub(super) fn paint(&mut self, y: usize, style: Style) {
        if y < self.height() {
            let row = Rect {
                y: self.area.y + small(y),
                height: 1,
                ..self.area
            };
            self.buffer.set_style(row, style);
        }
    }

    /// Nothing stands here any more.
    pub(super) fn clear(&mut self) {
        for position in self.area.positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
            }
        }
    }
}

/// A text and how it looks.
pub(super) type Inked<'t> = (&'t str, Style);

/// Positions on a screen are small.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// On one line, without what a terminal would act on and what cannot be seen.
pub(super) fn cleaned(text: &str) -> String {
    one_line(&visible(text))
}

/// How many columns a text takes.
pub(super) fn wide(text: &str) -> usize {
    Span::raw(text).width()
}

/// As much of a text as fits; an ellipsis where some had to go.
pub(super) fn fitted(text: &str, width: usize) -> String {
    if wide(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left = width.saturating_sub(1);
    for c in text.chars() {
        let takes = wide(c.encode_utf8(&mut [0; 4]));
        let Some(rest) = left.checked_sub(takes) else {
            break;
        };
        left = rest;
        kept.push(c);
    }
    kept + "…"
}

/// A text in lines of at most that width, broken between words where that goes; its own line ends stay.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for line in visible(text).lines() {
        let line = one_line(line);
        let mut rest = line.trim_end();
        while wide(rest) > width {
            let at = break_of(rest, width);
            lines.push(rest[..at].trim_end().to_owned());
            rest = rest[at..].trim_start();
        }
        // What was broken at its very end has nothing left.
        if !rest.is_empty() || line.is_empty() {
            lines.push(rest.to_owned());
        }
    }
    lines
}

/// Where a line that is too wide is broken: after the last space that fits, or else where it is full. Never at its beginning.
fn break_of(line: &str, width: usize) -> usize {
    let (mut taken, mut full, mut space) = (0, 0, None);
    for (at, c) in line.char_indices() {
        taken += wide(c.encode_utf8(&mut [0; 4]));
        if taken > width && full > 0 {
            break;
        }
        full = at + c.len_utf8();
        if c == ' ' {
            space = Some(full);
        }
    }
    space.filter(|at| *at * 3 > full).unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_act_on() {
        let area = Rect::new(0, 0, 30, 2);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas::new(&mut buffer, area, Theme { colour: true });
        let style = Style::new();
        canvas.line(
            0,
            (
                "a\u{1b}[2Jb\u{1b}]0;title\u{7}c\rd\u{202e}e\u{200b}f",
                style,
            ),
        );
        canvas.line(1, ("\u{9b}31mx\ty\nz", style));
        let shown: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(!shown.contains(['\u{202e}', '\u{200b}', '[']), "{shown:?}");
        assert!(shown.starts_with("abc"), "{shown:?}");
    }

    #[test]
    fn what_is_too_wide_is_cut_by_columns() {
        assert_eq!(fitted("garden", 6), "garden");
        assert_eq!(fitted("gardens", 6), "garde…");
        // Each takes two columns.
        assert_eq!(fitted("花園の門", 5), "花園…");
    }

    #[test]
    fn lines_are_broken_between_words() {
        let lines = wrapped("The gate is open.\nAll day long.", 10);
        assert_eq!(lines, ["The gate", "is open.", "All day", "long."]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("花園", 1), ["花", "園"]);
        assert_eq!(wrapped("", 4), [""; 0]);
    }
}
