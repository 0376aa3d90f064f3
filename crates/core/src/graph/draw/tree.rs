//! A picture as plain lines for a terminal: what waits for an issue stands under it.
//!
//! An issue that waits for several stands once, under the last of them, and names the others. No label can end its line. It must
//! never hang on a circle: what has no beginning is drawn from its first issue on.

use super::{Line, Picture};
use crate::text;

/// One line an issue: its label, how it stands, and what else it waits for.
pub fn tree(picture: &Picture) -> String {
    let parents: Vec<Option<usize>> = (0..picture.nodes.len())
        .map(|place| blockers(picture, place).max())
        .collect();
    let mut drawing = Drawing {
        picture,
        parents,
        drawn: vec![false; picture.nodes.len()],
        lines: Vec::new(),
    };
    for place in 0..picture.nodes.len() {
        if drawing.parents[place].is_none() {
            drawing.draw(place);
        }
    }
    // What is left stands in a circle, or behind one.
    for place in 0..picture.nodes.len() {
        drawing.draw(place);
    }
    drawing.lines.extend(picture.left_out());
    drawing
        .lines
        .iter()
        .map(|line| format!("{line}\n"))
        .collect()
}

/// What an issue waits for; that a person said does not count is no line of a tree.
fn blockers(picture: &Picture, of: usize) -> impl Iterator<Item = usize> + '_ {
    let counts = move |line: &&Line| line.dependent == of && !line.is_waived;
    picture.lines().filter(counts).map(|line| line.blocker)
}

/// An issue that is to be drawn, with what stands left of it and left of what stands under it.
struct Branch {
    place: usize,
    left: String,
    below: String,
}

struct Drawing<'a> {
    picture: &'a Picture,
    /// Under which each is drawn.
    parents: Vec<Option<usize>>,
    drawn: Vec<bool>,
    lines: Vec<String>,
}

impl Drawing<'_> {
    /// Draws an issue with all that stands under it.
    fn draw(&mut self, root: usize) {
        let mut open = vec![Branch {
            place: root,
            left: String::new(),
            below: String::new(),
        }];
        while let Some(Branch { place, left, below }) = open.pop() {
            if std::mem::replace(&mut self.drawn[place], true) {
                continue;
            }
            self.lines.push(format!("{left}{}", self.words(place)));
            let under: Vec<usize> = (0..self.parents.len())
                .filter(|other| self.parents[*other] == Some(place) && !self.drawn[*other])
                .collect();
            let last = under.last().copied();
            open.extend(under.into_iter().rev().map(|child| {
                let (corner, bar) = match Some(child) == last {
                    true => ("└─ ", "   "),
                    false => ("├─ ", "│  "),
                };
                Branch {
                    place: child,
                    left: format!("{below}{corner}"),
                    below: format!("{below}{bar}"),
                }
            }));
        }
    }

    fn words(&self, place: usize) -> String {
        let node = &self.picture.nodes[place];
        let number = |place: usize| {
            let label = self.picture.nodes[place].label.as_str();
            label.split_whitespace().next().unwrap_or_default()
        };
        let besides = blockers(self.picture, place)
            .filter(|blocker| self.parents[place] != Some(*blocker))
            .map(number);
        let besides: Vec<&str> = besides.collect();
        let label = &node.label;
        format!(
            "{label}{}",
            text::graph::stands(node.class.name(), &besides)
        )
    }
}
