//! Foreign words on a page: a title, a reason, a message of an agent. What cannot be seen is gone, and they are bounded; that they are
//! no markup is the templates' part, which escape every value.

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;

use crate::sanitise;

/// The longest line, characters.
const LINE: usize = 240;
/// The longest block, bytes.
const BLOCK: usize = 24 * 1024;

/// Words on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(String);

/// Words on several lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    text: String,
    cut: bool,
}

impl Line {
    /// The words without what cannot be seen, at most 240 characters.
    pub fn new(text: &str) -> Self {
        // Of a text that is far too long only so much is looked at.
        let near = &text[..text.floor_char_boundary(LINE * 16)];
        let line = sanitise::one_line(near);
        if line.chars().count() <= LINE && near.len() == text.len() {
            return Self(line);
        }
        let mut kept = String::new();
        let mut left = LINE - 1;
        for grapheme in line.graphemes(true) {
            let Some(rest) = left.checked_sub(grapheme.chars().count()) else {
                break;
            };
            left = rest;
            kept.push_str(grapheme);
        }
        Self(format!("{}…", kept.trim_end()))
    }

    /// The same of one of our own sentences in Markdown, whose marks nobody needs here.
    pub fn of_markdown(text: &str) -> Self {
        let plain: String = text
            .replace("**", "")
            .chars()
            .filter(|c| *c != '`' && *c != '\\')
            .collect();
        Self::new(&plain)
    }

    /// Nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Block {
    /// The words without what cannot be seen; lines stay lines, and what is beyond 24 KiB is left out.
    pub fn new(text: &str) -> Self {
        let near = &text[..text.floor_char_boundary(BLOCK)];
        Self {
            text: sanitise::visible(near).trim_end().to_owned(),
            cut: near.len() < text.len(),
        }
    }

    /// Nothing to read.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Something was left out.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Its first line.
    pub fn first(&self) -> Line {
        let mut lines = self.text.lines();
        Line::new(
            lines
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default(),
        )
    }

    /// Whether it has more than one line, or a long one.
    pub fn is_long(&self) -> bool {
        self.text.len() > 160 || self.text.trim().contains('\n')
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
