//! A body in blocks: headings, list items and paragraphs of the author's own words, in order, without code and quotes.

use crate::markdown::{Kind, item, rows};

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A heading and its level, 1 to 6.
    Heading(usize),
    /// A list item and the column of its text.
    Item(usize),
    /// Anything else.
    Paragraph,
}

/// Some lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// What it is.
    pub(super) shape: Shape,
    /// Its words, without the marks of heading, list and task box.
    pub(super) text: String,
}

/// Takes a text apart.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut all: Vec<Block> = Vec::new();
    let mut open = false;
    for row in rows(text) {
        if row.kind != Kind::Words {
            open = false;
            continue;
        }
        let (shape, words) = shape_of(row.text);
        if let Some(level) = underline(words).filter(|_| shape == Shape::Paragraph) {
            if let Some(last) = all.last_mut().filter(|_| open) {
                last.shape = Shape::Heading(level);
            }
            open = false;
            continue;
        }
        let goes_on = shape == Shape::Paragraph && open;
        match all.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.text.push('\n');
                last.text.push_str(words.trim());
            }
            None => all.push(Block {
                shape,
                text: words.trim().to_owned(),
            }),
        }
        open = !matches!(shape, Shape::Heading(_));
    }
    all
}

fn shape_of(line: &str) -> (Shape, &str) {
    let content = line.trim_start();
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    if let Some(found) = heading(content).filter(|_| indent <= 3) {
        return found;
    }
    let (mut column, mut rest) = (indent, content);
    for _ in 0..10 {
        let Some((width, behind)) = item(rest) else {
            break;
        };
        (column, rest) = (column + width, behind);
    }
    if column == indent {
        return (Shape::Paragraph, content);
    }
    (Shape::Item(column), without_box(rest))
}

fn heading(content: &str) -> Option<(Shape, &str)> {
    let level = content.bytes().take_while(|b| *b == b'#').count();
    let rest = content.get(level..)?;
    let spaced = rest.is_empty() || rest.starts_with([' ', '\t']);
    ((1..=6).contains(&level) && spaced).then(|| {
        (
            Shape::Heading(level),
            rest.trim().trim_end_matches('#').trim_end(),
        )
    })
}

/// The level of the heading that a line below a text makes of it. (A line of dashes alone is a rule across the page.)
fn underline(line: &str) -> Option<usize> {
    let line = line.trim_end();
    let only = |mark: char| line.len() >= 3 && line.chars().all(|c| c == mark);
    only('=').then_some(1).or_else(|| only('-').then_some(2))
}

/// An item without its task box, ticked or not: whether the other issue is done, it says itself.
fn without_box(text: &str) -> &str {
    ["[ ]", "[x]", "[X]"]
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark))
        .map_or(text, str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::{Shape, blocks};

    #[test]
    fn a_body_is_taken_apart() {
        let body = "# A #\nt\n---\nb\nc\n\n- [ ] d\n  e\n  1. f\n\n> q\n\n```\nx\n```\n#12 is no heading\n####### nor this";
        let found: Vec<(Shape, String)> = blocks(body)
            .into_iter()
            .map(|block| (block.shape, block.text))
            .collect();
        let expected = [
            (Shape::Heading(1), "A"),
            (Shape::Heading(2), "t"),
            (Shape::Paragraph, "b\nc"),
            (Shape::Item(2), "d\ne"),
            (Shape::Item(5), "f"),
            (Shape::Paragraph, "#12 is no heading\n####### nor this"),
        ]
        .map(|(shape, text)| (shape, text.to_owned()));
        assert_eq!(found, expected);
    }
}
