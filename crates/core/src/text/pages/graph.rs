//! Which issue of a repository waits for which: drawn, and the same as a table for whoever does not see a drawing.

use askama::Template;

use super::frame::{Frame, Tab, rendered};
use super::layout::places;
use super::piece::{Page, Piece};
use super::words::Line;
use crate::graph::draw::Picture;
use crate::ids::RepositoryName;

/// A box is so wide and so high, and so far from the next.
const WIDTH: usize = 210;
const HEIGHT: usize = 46;
const ACROSS: usize = 70;
const BELOW: usize = 18;
/// Between the drawing and its edge.
const EDGE: usize = 12;
/// So many characters of a title fit into a box.
const FIT: usize = 28;

/// The page of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphPage {
    /// Of which repository.
    pub repository: RepositoryName,
    /// What is drawn.
    pub picture: Picture,
}

/// A box.
struct Shape {
    x: usize,
    y: usize,
    class: &'static str,
    number: Line,
    title: String,
    label: Line,
    link: String,
    waits_for: Vec<Line>,
}

#[derive(Template)]
#[template(path = "graph.html")]
struct Drawing<'a> {
    page: &'a GraphPage,
    shapes: Vec<Shape>,
    paths: Vec<(String, bool)>,
    width: usize,
    height: usize,
    left_out: Line,
}

impl GraphPage {
    fn drawing(&self) -> Drawing<'_> {
        let nodes = self.picture.nodes();
        let arrows: Vec<(usize, usize, bool)> = self.picture.arrows().collect();
        let plain: Vec<(usize, usize)> = arrows.iter().map(|(from, to, _)| (*from, *to)).collect();
        let spots: Vec<(usize, usize)> = places(nodes.len(), &plain)
            .into_iter()
            .map(|(column, row)| {
                (
                    EDGE + column * (WIDTH + ACROSS),
                    EDGE + row * (HEIGHT + BELOW),
                )
            })
            .collect();
        let edge = |of: fn(&(usize, usize)) -> usize| spots.iter().map(of).max().unwrap_or(0);
        Drawing {
            page: self,
            shapes: self.shapes(&spots, &plain),
            paths: arrows
                .iter()
                .filter_map(|arrow| path(&spots, *arrow))
                .collect(),
            width: edge(|spot| spot.0) + WIDTH + EDGE,
            height: edge(|spot| spot.1) + HEIGHT + EDGE,
            left_out: Line::of_markdown(&self.picture.left_out().unwrap_or_default()),
        }
    }

    fn shapes(&self, spots: &[(usize, usize)], arrows: &[(usize, usize)]) -> Vec<Shape> {
        let nodes = self.picture.nodes();
        let numbers: Vec<Line> = nodes.iter().map(|node| parts(&node.label).0).collect();
        let shape = |(place, (node, (x, y)))| {
            let (number, title) = parts(nodes_label(node));
            let before = arrows.iter().filter(|(_, to)| *to == place);
            Shape {
                x,
                y,
                class: node.class.name(),
                number,
                title: fitting(&title),
                label: title,
                link: self.link(node),
                waits_for: before
                    .filter_map(|(from, _)| numbers.get(*from).cloned())
                    .collect(),
            }
        };
        let spots = spots.iter().copied();
        nodes.iter().zip(spots).enumerate().map(shape).collect()
    }

    /// To the page of its task where it is of this repository, else to GitHub.
    fn link(&self, node: &crate::graph::draw::Drawn) -> String {
        let own = format!("/{}/issues/{}", self.repository, node.key.issue);
        match &node.link {
            Some(link) if !link.ends_with(&own) => link.clone(),
            _ => format!("/tasks/{}/{}", self.repository, node.key.issue),
        }
    }
}

fn nodes_label(node: &crate::graph::draw::Drawn) -> &str {
    &node.label
}

/// `#12` and the title.
fn parts(label: &str) -> (Line, Line) {
    let (number, title) = label.split_once(' ').unwrap_or((label, ""));
    (Line::new(number), Line::new(title))
}

fn fitting(title: &Line) -> String {
    let mut kept: String = title.as_str().chars().take(FIT).collect();
    if kept.len() < title.as_str().len() {
        kept.push('…');
    }
    kept
}

/// A line from the right of one box to the left of another.
fn path(spots: &[(usize, usize)], arrow: (usize, usize, bool)) -> Option<(String, bool)> {
    let (from, to, holds) = arrow;
    let ((x1, y1), (x2, y2)) = (*spots.get(from)?, *spots.get(to)?);
    let (x1, y1, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2);
    let bend = ACROSS / 2;
    Some((
        format!(
            "M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}",
            x1 + bend,
            x2.saturating_sub(bend)
        ),
        holds,
    ))
}

impl Page for GraphPage {
    fn title(&self) -> String {
        format!("Graph of {}", self.repository)
    }

    fn tab(&self) -> Tab {
        Tab::Repositories
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![Piece::fixed("graph", rendered(&self.drawing()))]
    }

    fn body(&self, _frame: &Frame<'_>) -> String {
        let pieces: String = self.pieces().into_iter().map(|piece| piece.html).collect();
        format!("<h1>Graph of {}</h1>\n{pieces}", self.repository)
    }
}
