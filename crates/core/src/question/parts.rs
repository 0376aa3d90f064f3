//! The parts of a comment: a quote that is one open question's begins the part that answers it.

use super::asked::Question;
use super::quote::{Known, Shown};
use crate::markdown::{Kind, Row};

/// What is said to one question, or to all.
pub(super) struct Part<'a> {
    pub(super) about: Option<&'a Question>,
    pub(super) rows: Vec<Row<'a>>,
}

/// The parts of a comment, in order.
pub(super) fn parts<'a>(open: &[&'a Question], rows: &[Row<'a>]) -> Vec<Part<'a>> {
    let mut known = Known::new(open);
    let mut parts = vec![Part {
        about: None,
        rows: Vec::new(),
    }];
    for block in rows.chunk_by(|a, b| (a.kind == Kind::Quote) == (b.kind == Kind::Quote)) {
        let quote = block.first().is_some_and(|row| row.kind == Kind::Quote);
        let shown = if quote { known.quoted(block) } else { None };
        if let Some(Shown::Question(question) | Shown::Option(question)) = shown {
            turn_to(&mut parts, question);
        }
        // A quoted question is known; a quoted option says what "yes" means, and stays.
        if let Some(part) = parts
            .last_mut()
            .filter(|_| !matches!(shown, Some(Shown::Question(_))))
        {
            part.rows.extend(block);
        }
    }
    parts
}

/// The parts in which something is said. Mail programs put the quote below the answer: words above the quote of one question
/// speak to that one, where nothing is said below any.
pub(super) fn spoken<'a>(mut parts: Vec<Part<'a>>) -> Vec<Part<'a>> {
    let says = |part: &Part<'_>| {
        part.rows
            .iter()
            .any(|row| row.kind == Kind::Words || row.kind.is_code())
    };
    let quoted: Vec<&Question> = parts.iter().filter_map(|part| part.about).collect();
    let below = parts.iter().any(|part| part.about.is_some() && says(part));
    if let ([question], false) = (quoted.as_slice(), below)
        && let Some(above) = parts.iter_mut().find(|part| says(part))
    {
        above.about = Some(*question);
    }
    parts.retain(|part| says(part));
    parts
}

/// Makes the part about a question the last one.
fn turn_to<'a>(parts: &mut Vec<Part<'a>>, question: &'a Question) {
    let known = parts
        .iter()
        .position(|part| part.about.is_some_and(|known| known.id == question.id));
    let part = known.map_or(
        Part {
            about: Some(question),
            rows: Vec::new(),
        },
        |at| parts.remove(at),
    );
    parts.push(part);
}
