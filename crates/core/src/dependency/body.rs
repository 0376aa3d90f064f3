//! Reads a body block by block: sentences ("Depends on #12"), and lists below words that lead them in ("Depends on:").

use super::block::{Block, Shape, blocks};
use super::found::{Collected, Source};
use super::phrase::{is_about_another, leads, list, list_at_end, said};
use super::plain::Plain;
use crate::sanitise::inbound;

/// The longest body that is read, bytes. GitHub's own limit is 65,536 characters.
const BODY_BYTES: usize = 262_144;

/// What led in a list of dependencies.
#[derive(Debug, Clone, Copy)]
enum Lead {
    /// A heading of this level.
    Heading(usize),
    /// A paragraph.
    Paragraph,
    /// A list item whose text begins in this column.
    Item(usize),
}

pub(super) fn read(body: &str, out: &mut Collected<'_>) {
    let mut reader = Reader {
        out,
        plain: Plain::default(),
        lead: None,
        section: None,
        items: Vec::new(),
    };
    for block in blocks(&inbound(body, BODY_BYTES)) {
        reader.block(&block);
    }
}

struct Reader<'r, 'c> {
    out: &'r mut Collected<'c>,
    plain: Plain,
    lead: Option<Lead>,
    /// The level of the heading we are under, if it names another issue.
    section: Option<usize>,
    /// The items we are in: the column of each, and whether it is about another issue.
    items: Vec<(usize, bool)>,
}

impl Reader<'_, '_> {
    fn block(&mut self, block: &Block) {
        let words = self.plain.words(&block.text);
        let text = words.trim();
        match block.shape {
            Shape::Heading(level) => self.heading(level, text),
            Shape::Item(column) => self.item(column, text),
            Shape::Paragraph => self.paragraph(text),
        }
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.items.clear();
        if self.section.is_some_and(|above| level <= above) {
            self.section = None;
        }
        if self.section.is_none() && is_about_another(text, self.out.home) {
            self.section = Some(level);
        }
        if !matches!(self.lead, Some(Lead::Heading(above)) if level > above) {
            self.lead = None;
        }
        self.sentences(text);
        if self.lead.is_none() && self.is_own() && leads(text) {
            self.lead = Some(Lead::Heading(level));
        }
    }

    fn item(&mut self, column: usize, text: &str) {
        while self.items.last().is_some_and(|(outer, _)| column <= *outer) {
            self.items.pop();
        }
        if matches!(self.lead, Some(Lead::Item(outer)) if column <= outer) {
            self.lead = None;
        }
        if self.lead.is_some() && self.listed(text) {
            return;
        }
        let another = is_about_another(text, self.out.home);
        self.items.push((column, another));
        self.sentences(text);
        if self.lead.is_none() && self.is_own() && leads(text) {
            self.lead = Some(Lead::Item(column));
        }
    }

    fn paragraph(&mut self, text: &str) {
        self.items.clear();
        let listed = self.lead.is_some() && self.lines(text);
        if listed {
            return;
        }
        if !matches!(self.lead, Some(Lead::Heading(_))) {
            self.lead = None;
        }
        self.sentences(text);
        if self.lead.is_none() && self.is_own() && leads(text) {
            self.lead = Some(Lead::Paragraph);
        }
    }

    /// Whether what is said here is said of the issue itself.
    fn is_own(&self) -> bool {
        self.section.is_none() && !self.items.iter().any(|(_, another)| *another)
    }

    fn sentences(&mut self, text: &str) {
        if !self.is_own() {
            return;
        }
        for said in said(text, self.out.home) {
            self.out.add(said.targets, Source::Body, said.line);
        }
    }

    /// Takes an item of a list of dependencies: the issues it begins with, else those it ends with.
    fn listed(&mut self, text: &str) -> bool {
        let home = self.out.home;
        let opened = text.trim_start_matches(['(', '[', '<', '"', '\'']);
        let found = list(opened, home).map(|(targets, _)| targets);
        let Some(targets) = found.or_else(|| list_at_end(text, home)) else {
            return false;
        };
        self.out.add(targets, Source::Body, text);
        true
    }

    /// Takes the lines of a paragraph that begin with issues.
    fn lines(&mut self, text: &str) -> bool {
        let home = self.out.home;
        let mut any = false;
        for line in text.lines() {
            let opened =
                line.trim_start_matches(|c: char| c.is_whitespace() || "([<\"'|".contains(c));
            if let Some((targets, _)) = list(opened, home) {
                self.out.add(targets, Source::Body, line);
                any = true;
            }
        }
        any
    }
}
