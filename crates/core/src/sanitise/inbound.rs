//! GitHub text on its way to an agent: the agent sees what a person on the issue page sees, and no more.
//!
//! HTML is read before Markdown, as the page is: a comment or an attribute may span blank lines and code fences, so
//! fences only count outside them. What could hide text (attributes, link titles, unused link definitions) is dropped or
//! shown; where a construct never ends and would swallow the rest of the page, the rest is cut and that is said.

use unicode_segmentation::UnicodeSegmentation;

use super::hidden::{entity, is_hidden, visible};
use super::outbound::Fence;
use super::settle;

mod tag;

const CUT_HTML: &str = "[hidden: the rest is inside an HTML construct that never ends]";
const HIDDEN: &str = "[hidden]";

/// Makes untrusted text fit for an agent, at most `max_bytes` long (a cut stands between graphemes and says how many
/// bytes are missing). Fenced code keeps everything that can be seen. Applying it twice changes nothing more.
pub fn inbound(text: &str, max_bytes: usize) -> String {
    let clean = clean(text);
    if clean.len() <= max_bytes {
        return clean;
    }
    let mut room = max_bytes.saturating_sub(note(clean.len()).len());
    for _ in 0..8 {
        let kept = self::clean(take_bytes(&clean, room));
        let result = format!(
            "{kept}{}",
            note(clean.len() - take_bytes(&clean, room).len())
        );
        if result.len() <= max_bytes && self::clean(&result) == result {
            return result;
        }
        room = room.saturating_sub(room / 16 + 16);
    }
    take_bytes(note(clean.len()).trim_start(), max_bytes).to_owned()
}

fn note(bytes: usize) -> String {
    format!("\n[cut: {bytes} bytes]")
}

fn take_bytes(text: &str, max: usize) -> &str {
    let mut end = 0;
    for grapheme in text.graphemes(true) {
        if end + grapheme.len() > max {
            break;
        }
        end += grapheme.len();
    }
    &text[..end]
}

fn clean(text: &str) -> String {
    settle(
        visible(text),
        |text| Page::new(text).read(),
        |text| text.replace(['<', '&', '!'], " "),
    )
}

struct Page<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// Ends that are known not to come any more, so that looking for them stays linear.
    missing: Vec<&'static str>,
    /// What failed attempts to read a tag may still cost.
    fuel: usize,
    /// Where the ends of links and images are known not to stand, for the same reason.
    clear: Clear,
}

/// What ends a part of a link.
#[derive(Clone, Copy)]
enum Mark {
    /// Of its address.
    Address,
    /// Of its title or label.
    Close(char),
}

/// For each mark the stretch of text that was searched for it last, in vain.
#[derive(Default)]
struct Clear([(usize, usize); 5]);

impl Clear {
    fn slot(&mut self, mark: Mark) -> &mut (usize, usize) {
        let index = match mark {
            Mark::Address => 0,
            Mark::Close(']') => 1,
            Mark::Close(')') => 2,
            Mark::Close('"') => 3,
            Mark::Close(_) => 4,
        };
        &mut self.0[index]
    }
}

impl<'a> Page<'a> {
    fn new(text: &'a str) -> Self {
        let out = String::with_capacity(text.len());
        Self {
            text,
            at: 0,
            out,
            missing: Vec::new(),
            fuel: text.len() * 8 + 1024,
            clear: Clear::default(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn read(mut self) -> String {
        while self.at < self.text.len() {
            if !self.fence() && !self.definition() {
                self.prose_line();
            }
        }
        self.out
    }

    fn at_line_start(&self) -> bool {
        self.at == 0 || self.text[..self.at].ends_with('\n')
    }

    /// Copies a fenced block, line by line.
    fn fence(&mut self) -> bool {
        let first = self.rest().split('\n').next().unwrap_or_default();
        let Some(open) =
            Fence::open(first).filter(|open| open.indent() <= 3 && !first.starts_with('\t'))
        else {
            return false;
        };
        if !self.at_line_start() {
            return false;
        }
        let mut end = first.len();
        for line in self.rest()[first.len()..].split('\n').skip(1) {
            end += 1 + line.len();
            if open.is_closed_by(line) {
                break;
            }
        }
        let newline = usize::from(self.rest()[end..].starts_with('\n'));
        self.copy(end + newline);
        true
    }

    fn copy(&mut self, bytes: usize) {
        self.out.push_str(&self.rest()[..bytes]);
        self.at += bytes;
    }

    /// Drops a link definition that nothing uses (`[//]: # (hidden)`), and the title of one that is used.
    fn definition(&mut self) -> bool {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let Some((label, address)) = definition(line).filter(|_| self.at_line_start()) else {
            return false;
        };
        let mut end = line.len();
        let next = self
            .rest()
            .get(end + 1..)
            .and_then(|rest| rest.split('\n').next());
        if let Some(next) = next.filter(|next| is_title(next.trim())) {
            end += 1 + next.len();
        }
        if self.fuel < self.text.len() {
            return false;
        }
        self.fuel -= self.text.len();
        if self.text.matches(&format!("[{label}]")).count() > 1 {
            self.out.push_str(&format!("[{label}]: {address}\n"));
        }
        self.at += end;
        self.at += usize::from(self.rest().starts_with('\n'));
        true
    }

    fn prose_line(&mut self) {
        let mut fresh = true;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => return self.copy(1),
                '<' => self.angle(fresh),
                '&' => self.ampersand(),
                '!' if self.rest().starts_with("![") => self.image(),
                ']' if self.rest().starts_with("](") => self.link_end(),
                c => self.copy(c.len_utf8()),
            }
            fresh = fresh && (" \t>*+-.)".contains(c) || c.is_ascii_digit());
        }
    }

    fn ampersand(&mut self) {
        match entity(self.rest()) {
            Some((c, length)) if is_hidden(c) => {
                self.at += length;
                if !self.out.ends_with(HIDDEN) {
                    self.out.push_str(HIDDEN);
                }
            }
            _ => self.copy(1),
        }
    }

    /// `fresh`: nothing but list and quote marks stands before it on the line, so it may open an HTML block.
    fn angle(&mut self, fresh: bool) {
        let rest = self.rest();
        let spanned = [("<!--", 2, "-->"), ("<![CDATA[", 9, "]]>"), ("<?", 2, "?>")];
        if let Some((_, skip, end)) = spanned
            .into_iter()
            .find(|(open, ..)| rest.starts_with(open))
        {
            return self.invisible(skip, end, fresh);
        }
        if rest.starts_with("<!") && rest[2..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.invisible(2, ">", fresh);
        }
        match tag::read(rest, fresh, &mut self.fuel) {
            tag::Outcome::Tag { shown, length } => {
                self.out.push_str(&shown);
                self.at += length;
            }
            tag::Outcome::Endless => self.cut(),
            tag::Outcome::Text => self.copy(1),
        }
    }

    /// Drops everything up to the end mark; a space stays where dropping would join two texts.
    fn invisible(&mut self, skip: usize, end: &'static str, fresh: bool) {
        let found = if self.missing.contains(&end) {
            None
        } else {
            self.rest()[skip..].find(end)
        };
        match found {
            Some(found) => {
                self.at += skip + found + end.len();
                let before = self.out.is_empty() || self.out.ends_with('\n');
                let after = self.rest().is_empty() || self.rest().starts_with('\n');
                if !(before && after) {
                    self.out.push(' ');
                }
            }
            None if fresh => self.cut(),
            None => {
                self.missing.push(end);
                self.copy(1);
            }
        }
    }

    fn cut(&mut self) {
        self.out.push_str(CUT_HTML);
        self.at = self.text.len();
    }

    /// `![alt](address "title")` becomes `[image: alt](address)`.
    fn image(&mut self) {
        let label = self.bounded(self.at + 2, ']');
        let Some(label) = label.filter(|label| self.rest()[2 + label.len() + 1..].starts_with('('))
        else {
            return self.copy(1);
        };
        if self.out.ends_with('!') {
            self.out.push(' ');
        }
        self.out.push_str("[image: ");
        self.out.push_str(&label.replace(['<', '&'], " "));
        self.at += 2 + label.len();
        self.link_end();
    }

    /// `](address "title")` loses its title.
    fn link_end(&mut self) {
        let inside = &self.rest()[2..];
        let Some(address_end) = self.seek(self.at + 2, Mark::Address) else {
            return self.copy(2);
        };
        let title = inside[address_end..].trim_start();
        let quote = title
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\'' | '('));
        let closing = match quote {
            Some('(') => ')',
            Some(quote) => quote,
            None => return self.copy(2),
        };
        let from = self.text.len() - title.len() + 1;
        let Some(words) = self.bounded(from, closing) else {
            return self.copy(2);
        };
        let after = title[1 + words.len() + 1..].trim_start();
        if after.starts_with(')') && !inside[..address_end].contains(['<', '&']) {
            self.out.push_str(&format!("]({})", &inside[..address_end]));
            self.at = self.text.len() - after.len() + 1;
        } else {
            self.copy(2);
        }
    }

    /// Where the mark stands first, counted from `from`, if that is near. What was searched in vain is not searched again.
    fn seek(&mut self, from: usize, mark: Mark) -> Option<usize> {
        let limit = from + near(&self.text[from..]).len();
        let (began, ended) = *self.clear.slot(mark);
        let start = if (began..ended).contains(&from) {
            ended.min(limit)
        } else {
            from
        };
        let window = &self.text[start..limit];
        let found = match mark {
            Mark::Address => window.find(|c: char| c.is_whitespace() || ")[".contains(c)),
            Mark::Close(end) => window.find(end),
        };
        if found.is_none() {
            *self.clear.slot(mark) = (from, limit);
        }
        found.map(|at| start - from + at)
    }

    /// The text before the first `end`, if that is near and in the same paragraph.
    fn bounded(&mut self, from: usize, end: char) -> Option<&'a str> {
        let found = self.seek(from, Mark::Close(end))?;
        let text = &self.text[from..from + found];
        (!text.contains("\n\n")).then_some(text)
    }
}

/// The beginning of the text, as far as links and images are followed.
fn near(text: &str) -> &str {
    let end = (0..=text.len().min(2_000))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    &text[..end]
}

/// Label and address of a link definition.
fn definition(line: &str) -> Option<(&str, &str)> {
    let content = line.trim_start_matches(' ');
    if line.len() - content.len() > 3 {
        return None;
    }
    let (label, rest) = content.strip_prefix('[')?.split_once("]:")?;
    let rest = rest.trim();
    let (address, title) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let plain =
        !label.is_empty() && !label.contains(['[', ']', '<', '&']) && !address.contains(['&']);
    let address = if address == "<>" { "#" } else { address };
    (plain
        && !address.is_empty()
        && !address.contains('<')
        && (title.is_empty() || is_title(title.trim())))
    .then_some((label, address))
}

fn is_title(text: &str) -> bool {
    let pairs = [('"', '"'), ('\'', '\''), ('(', ')')];
    text.len() >= 2
        && pairs
            .iter()
            .any(|(open, close)| text.starts_with(*open) && text.ends_with(*close))
}
