//! Characters that a reader cannot see, and terminal control sequences. Letters of no script are ever dropped here.

/// Drops terminal sequences and invisible characters, and makes every line end a `\n`. What emoji need to hold together
/// (one variation selector, a joiner between two emoji) stays.
pub fn visible(text: &str) -> String {
    let text = without_terminal_codes(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = '\0';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let keep = match c {
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if !(c == '\r' && next == Some('\n')) {
                    out.push('\n');
                    before = '\n';
                }
                continue;
            }
            '\u{fe0e}' | '\u{fe0f}' => {
                is_emoji(before) || (is_keycap(before) && next == Some('\u{20e3}'))
            }
            '\u{200d}' => (is_emoji(before) || before == '\u{fe0f}') && next.is_some_and(is_emoji),
            c => !is_hidden(c),
        };
        if keep {
            out.push(c);
            before = c;
        }
    }
    out
}

/// The same text with every character that shows nothing spelled out (`\\u{202e}`): whoever agrees to it sees all of it.
pub fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let breaks = matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
        if is_hidden(c) || breaks {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether the character shows nothing: control, format, private, noncharacter, filler or default-ignorable. Line feed
/// and tab are not hidden.
pub(super) fn is_hidden(c: char) -> bool {
    let code = c as u32;
    matches!(code,
        0x00..=0x08 | 0x0b..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f
        | 0x890..=0x891 | 0x8e2 | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f
        | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd | 0x13430..=0x1343f | 0x1bca0..=0x1bca3
        | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff | 0xf0000..=0x10_ffff)
        || code & 0xfffe == 0xfffe
}

fn is_emoji(c: char) -> bool {
    matches!(c as u32,
        0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21ff | 0x2300..=0x23ff | 0x2460..=0x24ff
        | 0x25a0..=0x27bf | 0x2900..=0x297f | 0x2b00..=0x2bff | 0x3030 | 0x303d | 0x3297 | 0x3299
        | 0x1f000..=0x1faff)
}

fn is_keycap(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '#' | '*')
}

/// Drops escape sequences of terminals (ECMA-48): colours, cursor moves, titles, links.
fn without_terminal_codes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\u{1b}', '\u{9b}']) {
        out.push_str(&rest[..at]);
        let control = rest[at..].starts_with('\u{9b}');
        let after = &rest[at + if control { 2 } else { 1 }..];
        rest = match after.chars().next() {
            _ if control => after_control(after),
            Some('[') => after_control(&after[1..]),
            Some(']' | 'P' | '_' | '^' | 'X') => after_string(&after[1..]),
            Some(c) if ('\u{20}'..='\u{7e}').contains(&c) => &after[1..],
            _ => after,
        };
    }
    out.push_str(rest);
    out
}

fn after_control(text: &str) -> &str {
    let text = text.trim_start_matches(|c| ('\u{20}'..='\u{3f}').contains(&c));
    text.strip_prefix(|c| ('\u{40}'..='\u{7e}').contains(&c))
        .unwrap_or(text)
}

/// What follows a control string; one that does not end on its line only loses its introducer, so that no visible text
/// is swallowed.
fn after_string(text: &str) -> &str {
    match text.find(['\u{7}', '\u{1b}', '\n']) {
        Some(end) if text[end..].starts_with('\u{7}') => &text[end + 1..],
        Some(end) if text[end..].starts_with("\u{1b}\\") => &text[end + 2..],
        _ => text,
    }
}

/// The character behind an entity at the start of the text, and the entity's length in bytes. Named ones only where the
/// character matters to us: invisible ones and those that make mentions, references and addresses.
/// List: <https://html.spec.whatwg.org/multipage/named-characters.html>.
pub(super) fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(34).position(|b| b == b';')?;
    let body = text.get(1..end)?;
    let number = |digits: &str, radix: u32, longest: usize| {
        let fits =
            (1..=longest).contains(&digits.len()) && digits.chars().all(|c| c.is_digit(radix));
        fits.then(|| {
            u32::from_str_radix(digits, radix)
                .ok()
                .and_then(char::from_u32)
                .unwrap_or('\u{fffd}')
        })
    };
    let c = if let Some(digits) = body.strip_prefix("#x").or_else(|| body.strip_prefix("#X")) {
        number(digits, 16, 6)?
    } else if let Some(digits) = body.strip_prefix('#') {
        number(digits, 10, 7)?
    } else {
        named(body)?
    };
    Some((c, end + 1))
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "commat" => '@',
        "num" => '#',
        "sol" => '/',
        "period" => '.',
        "colon" => ':',
        "lowbar" | "UnderBar" => '_',
        "Tab" => '\t',
        "NewLine" => '\n',
        "ZeroWidthSpace"
        | "NegativeMediumSpace"
        | "NegativeThickSpace"
        | "NegativeThinSpace"
        | "NegativeVeryThinSpace" => '\u{200b}',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        "shy" => '\u{ad}',
        "NoBreak" => '\u{2060}',
        "af" | "ApplyFunction" => '\u{2061}',
        "it" | "InvisibleTimes" => '\u{2062}',
        "ic" | "InvisibleComma" => '\u{2063}',
        _ => return None,
    })
}

/// The length of an entity at the start of the text, known to us by name or not. What is only almost one, such as
/// `&##64;` or eight digits, is text to a renderer, with everything in it.
pub(super) fn entity_length(text: &str) -> Option<usize> {
    let end = text.bytes().take(40).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric());
    if named {
        Some(end + 1)
    } else {
        entity(text).map(|(_, length)| length)
    }
}
