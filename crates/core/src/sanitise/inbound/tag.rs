//! Reads one HTML tag as GitHub's renderer and then a browser would, and shows only what a page shows of it: the name,
//! where a link leads, and an image's alternative text. All other attributes can carry text that nobody sees.

/// What stands at a `<`.
pub(super) enum Outcome {
    /// A tag, in its visible form.
    Tag {
        /// What the agent sees.
        shown: String,
        /// Its length in the source.
        length: usize,
    },
    /// The beginning of an HTML block whose open quote swallows the rest of the page.
    Endless,
    /// Not a tag: the character shows as it is.
    Text,
}

/// Tags that open an HTML block in the middle of a tag (CommonMark 4.6, kinds 1 and 6).
const BLOCKS: &str = " address article aside base basefont blockquote body caption center col colgroup dd details dialog \
    dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe \
    legend li link main menu menuitem nav noframes ol optgroup option p param pre script search section style summary \
    table tbody td textarea tfoot th thead title tr track ul ";

/// How far a tag inside a paragraph is followed. One whose open quote goes on beyond that is not shown.
const PARAGRAPH_MAX_BYTES: usize = 4_000;

/// Reads the tag at the start of the text. `fresh`: it may open an HTML block. `fuel` bounds what failing may cost.
pub(super) fn read(text: &str, fresh: bool, fuel: &mut usize) -> Outcome {
    let closing = text.starts_with("</");
    let body = &text[if closing { 2 } else { 1 }..];
    let name_length = body
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'-')
        .count();
    let name = body[..name_length].to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Outcome::Text;
    }
    let block = fresh && BLOCKS.contains(&format!(" {name} "));
    let after = &body[name_length..];
    if !after.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/') {
        return Outcome::Text;
    }
    if block && *fuel == 0 {
        return Outcome::Endless;
    }
    let window = if block { after } else { near(after) };
    let limit = if block {
        after.len()
    } else {
        window.find("\n\n").unwrap_or(window.len())
    };
    match Attributes::read(&after[..limit]) {
        Ok((found, length)) => {
            let length = text.len() - after.len() + length;
            Outcome::Tag {
                shown: found.shown(&body[..name_length], closing),
                length,
            }
        }
        Err(quoted) => {
            *fuel = fuel.saturating_sub(if block { limit } else { 0 });
            let swallows = block || limit == window.len() && window.len() < after.len();
            if quoted && swallows {
                Outcome::Endless
            } else {
                Outcome::Text
            }
        }
    }
}

fn near(text: &str) -> &str {
    let end = (0..=text.len().min(PARAGRAPH_MAX_BYTES))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    &text[..end]
}

#[derive(Default)]
struct Attributes {
    alt: Option<String>,
    href: Option<String>,
    src: Option<String>,
}

impl Attributes {
    /// Reads up to and over the `>`; fails with whether the text ended inside a quote.
    fn read(text: &str) -> Result<(Self, usize), bool> {
        let mut found = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                return Ok((found, text.len() - after.len()));
            }
            let name_end = rest.char_indices().position(|(at, c)| {
                at > 0 && (c.is_ascii_whitespace() || matches!(c, '/' | '>' | '='))
            });
            let name_end = name_end
                .and_then(|nth| rest.char_indices().nth(nth))
                .map(|(at, _)| at)
                .ok_or(false)?;
            let (name, after) = rest.split_at(name_end);
            let Some(value) = after.trim_start().strip_prefix('=') else {
                rest = after;
                continue;
            };
            let (value, after) = value_of(value.trim_start())?;
            found.keep(&name.to_ascii_lowercase(), value);
            rest = after;
        }
    }

    fn keep(&mut self, name: &str, value: &str) {
        let slot = match name {
            "alt" => &mut self.alt,
            "href" => &mut self.href,
            "src" => &mut self.src,
            _ => return,
        };
        slot.get_or_insert_with(|| value.to_owned());
    }

    fn shown(&self, name: &str, closing: bool) -> String {
        let address = |value: &Option<String>| {
            value
                .as_deref()
                .unwrap_or_default()
                .replace(|c: char| c.is_whitespace() || "\"'<>&()[]!".contains(c), "")
        };
        match name.to_ascii_lowercase().as_str() {
            "img" => {
                let words = self
                    .alt
                    .as_deref()
                    .unwrap_or_default()
                    .replace(['<', '>', '&', '[', ']', '!'], " ");
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                format!("[image: {words}]({})", address(&self.src))
            }
            "a" if !closing && self.href.is_some() => {
                format!("<a href=\"{}\">", address(&self.href))
            }
            _ if closing => format!("</{name}>"),
            _ => format!("<{name}>"),
        }
    }
}

fn value_of(text: &str) -> Result<(&str, &str), bool> {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let end = text[1..].find(quote).ok_or(true)?;
            Ok((&text[1..=end], &text[end + 2..]))
        }
        _ => {
            let end = text
                .find(|c: char| c.is_ascii_whitespace() || c == '>')
                .ok_or(false)?;
            Ok(text.split_at(end))
        }
    }
}
