//! Drawings of a part of the graph: Mermaid, Graphviz, JSON, and plain lines for a terminal.
//!
//! What is written on an issue comes from anybody: no label, however it is written, may end its quotes, become another
//! statement or a link. A drawing is no larger than [`Bounds`] allows and says how much it leaves out. It must never depend on
//! how the graph came about: nodes are drawn in the order they are given, edges in the order of their nodes.

mod dot;
mod json;
mod mermaid;
mod tree;

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;
use url::Url;

pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;
pub use tree::tree;

use super::live::Graph;
use crate::ids::TaskKey;
use crate::sanitise::one_line;
use crate::text;

/// What a node looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// skep does not work on it.
    Outside,
    /// It waits for something else than a person.
    Waiting,
    /// It can start.
    Ready,
    /// An agent is at work.
    Working,
    /// A person is asked.
    NeedsYou,
    /// Its pull request is in review.
    Review,
    /// It is done.
    Done,
    /// It failed, or something before it never comes by itself.
    Failed,
    /// It waits for itself.
    Cycle,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Outside,
        Self::Waiting,
        Self::Ready,
        Self::Working,
        Self::NeedsYou,
        Self::Review,
        Self::Done,
        Self::Failed,
        Self::Cycle,
    ];

    /// Its name in drawings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Working => "working",
            Self::NeedsYou => "needs-you",
            Self::Review => "review",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cycle => "cycle",
        }
    }

    /// The colors of its inside, its border and its text: readable on a light and on a dark page.
    fn colors(self) -> [&'static str; 3] {
        match self {
            Self::Outside => ["#f6f8fa", "#8c959f", "#24292f"],
            Self::Waiting => ["#eaeef2", "#57606a", "#24292f"],
            Self::Ready => ["#ddf4ff", "#0969da", "#24292f"],
            Self::Working => ["#0969da", "#0a3069", "#ffffff"],
            Self::NeedsYou => ["#fff8c5", "#9a6700", "#24292f"],
            Self::Review => ["#fbefff", "#8250df", "#24292f"],
            Self::Done => ["#dafbe1", "#1a7f37", "#24292f"],
            Self::Failed => ["#ffebe9", "#cf222e", "#24292f"],
            Self::Cycle => ["#cf222e", "#82071e", "#ffffff"],
        }
    }
}

/// One issue as it is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The issue.
    pub key: TaskKey,
    /// What stands in its box; any text.
    pub label: String,
    /// What it looks like.
    pub class: Class,
    /// Where a click leads; what is no `http` or `https` address is left out.
    pub link: Option<String>,
}

/// How large a drawing may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Issues in it.
    pub nodes: usize,
    /// Dependencies in it.
    pub edges: usize,
    /// Characters of one label.
    pub label: usize,
    /// Bytes of a Mermaid text.
    pub bytes: usize,
}

impl Default for Bounds {
    /// What a page can still show. Mermaid itself refuses more than 500 edges and 50,000 characters (`maxEdges` and
    /// `maxTextSize`, <https://mermaid.js.org/config/schema-docs/config.html>), and no page can allow it more.
    fn default() -> Self {
        Self {
            nodes: 100,
            edges: 400,
            label: 60,
            bytes: 40_000,
        }
    }
}

/// A part of the graph that is ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    nodes: Vec<Drawn>,
    /// Between these nodes, those that are over the bounds included.
    edges: Vec<Line>,
    /// How many issues are left out.
    more: usize,
    bounds: Bounds,
}

/// A dependency between two nodes, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    blocker: usize,
    dependent: usize,
    /// A person said that it does not count.
    is_waived: bool,
    /// It keeps the dependent from starting.
    holds: bool,
}

impl Picture {
    /// Takes these issues, in this order, and the dependencies between them. The first of an issue counts; what is over the
    /// bounds is left out from the end.
    pub fn of(graph: &Graph, issues: impl IntoIterator<Item = Drawn>, bounds: Bounds) -> Self {
        let mut places = BTreeMap::new();
        let mut nodes: Vec<Drawn> = Vec::new();
        let mut more = 0_usize;
        for issue in issues {
            let place = nodes.len();
            if places.contains_key(&issue.key) {
                continue;
            }
            // The others are only counted.
            places.insert(issue.key, place);
            match place < bounds.nodes {
                true => nodes.push(tidied(issue, bounds.label)),
                false => more = more.saturating_add(1),
            }
        }
        places.retain(|_, place| *place < bounds.nodes);
        let mut edges = Vec::new();
        for (dependent, node) in nodes.iter().enumerate() {
            let lines = graph.blockers(node.key).filter_map(|blocker| {
                Some(Line {
                    blocker: *places.get(&blocker.key)?,
                    dependent,
                    is_waived: blocker.is_waived,
                    holds: blocker.holds(),
                })
            });
            let mut lines: Vec<Line> = lines.collect();
            lines.sort_by_key(|line| line.blocker);
            edges.append(&mut lines);
        }
        Self {
            nodes,
            edges,
            more,
            bounds,
        }
    }

    /// The same with what another picture shows besides: an issue that stands in both is drawn as it is here.
    pub fn with(mut self, other: Self) -> Self {
        let places = self.nodes.iter().enumerate();
        let mut places: BTreeMap<TaskKey, usize> =
            places.map(|(place, node)| (node.key, place)).collect();
        let mut moved = Vec::with_capacity(other.nodes.len());
        for node in other.nodes {
            let known = places.get(&node.key).copied();
            let room = self.nodes.len() < self.bounds.nodes;
            if known.is_none() && room {
                places.insert(node.key, self.nodes.len());
                moved.push(Some(self.nodes.len()));
                self.nodes.push(node);
                continue;
            }
            self.more = self.more.saturating_add(usize::from(known.is_none()));
            moved.push(known);
        }
        let at = |place: usize| moved.get(place).copied().flatten();
        let edges = other.edges.iter().filter_map(|line| {
            let (blocker, dependent) = (at(line.blocker)?, at(line.dependent)?);
            Some(Line {
                blocker,
                dependent,
                ..*line
            })
        });
        self.edges.extend(edges);
        self.edges
            .sort_by_key(|line| (line.dependent, line.blocker));
        self.edges
            .dedup_by_key(|line| (line.dependent, line.blocker));
        self.more = self.more.saturating_add(other.more);
        self
    }

    /// The issues in it, in their order.
    pub fn nodes(&self) -> &[Drawn] {
        &self.nodes
    }

    /// The dependencies that are drawn: the places of an issue and of one that waits for it, and whether it is held by it.
    pub fn arrows(&self) -> impl Iterator<Item = (usize, usize, bool)> {
        self.lines()
            .map(|line| (line.blocker, line.dependent, line.holds && !line.is_waived))
    }

    /// The same with its first nodes alone.
    fn cut(&self, nodes: usize) -> Self {
        let inside = |line: &&Line| line.blocker < nodes && line.dependent < nodes;
        let gone = self.nodes.len().saturating_sub(nodes);
        Self {
            nodes: self.nodes.iter().take(nodes).cloned().collect(),
            edges: self.edges.iter().filter(inside).copied().collect(),
            more: self.more.saturating_add(gone),
            bounds: self.bounds,
        }
    }

    /// The edges that are drawn.
    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.edges.iter().take(self.bounds.edges)
    }

    /// How many dependencies between the nodes are not drawn.
    fn more_edges(&self) -> usize {
        self.edges.len().saturating_sub(self.bounds.edges)
    }

    /// What is left out, in words.
    pub fn left_out(&self) -> Option<String> {
        text::graph::left_out(self.more, self.more_edges())
    }

    /// The classes that occur, in order.
    fn classes(&self) -> impl Iterator<Item = Class> + '_ {
        let occurs = |class: &Class| self.nodes.iter().any(|node| node.class == *class);
        Class::ALL.into_iter().filter(occurs)
    }
}

fn tidied(issue: Drawn, most: usize) -> Drawn {
    Drawn {
        label: short(&one_line(&issue.label), most),
        link: issue.link.as_deref().and_then(address),
        ..issue
    }
}

/// At most so many characters, cut between graphemes; `…` marks a cut.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let fitting = text.graphemes(true).take_while(|grapheme| {
        let fits = left.checked_sub(grapheme.chars().count());
        left = fits.unwrap_or(left);
        fits.is_some()
    });
    let kept: String = fitting.collect();
    format!("{}…", kept.trim_end())
}

/// The longest address that is linked to, bytes.
const LONGEST_LINK: usize = 300;

/// The address with nothing in it that a drawing could take for its own: only what stands in addresses as it is, and `%`.
fn address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
        return None;
    }
    let mut plain = String::new();
    for byte in url.as_str().bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-._~:/?#@!$*+,=%".contains(&b) => {
                plain.push(char::from(b));
            }
            b => plain.push_str(&format!("%{b:02X}")),
        }
    }
    (plain.len() <= LONGEST_LINK).then_some(plain)
}
