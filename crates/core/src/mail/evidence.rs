//! What only mail has in a line: a date with a time, an address.

/// Whether a text holds a whole date, with its year or in figures, and a time of day.
pub(super) fn is_dated(text: &str) -> bool {
    has_date(text) && has_time(text)
}

/// Whether a text holds a date, with its year or in figures.
pub(super) fn has_date(text: &str) -> bool {
    has_year(text) || has_date_in_figures(text)
}

/// Whether a text holds an address, or what GitHub makes of one: `***@***.***`.
pub(super) fn has_address(text: &str) -> bool {
    text.contains("***@***.***")
        || text.match_indices('@').any(|(at, _)| {
            let before =
                text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "._-+".contains(c));
            let host: String = text[at + 1..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || ".-".contains(*c))
                .collect();
            before
                && host
                    .trim_end_matches('.')
                    .split('.')
                    .filter(|part| !part.is_empty())
                    .count()
                    >= 2
        })
}

/// Figures that stand by themselves, with what comes right after each.
fn figures(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_inclusive(|c: char| !c.is_ascii_digit())
        .scan(0, move |at, piece| {
            let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
            let start = *at;
            *at += piece.len();
            Some((&text[start..start + digits], &text[start + digits..]))
        })
}

fn has_year(text: &str) -> bool {
    figures(text).any(|(digits, _)| {
        digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
    })
}

/// `10:01`, `10.01`, `10h01`, `上午10:01`.
fn has_time(text: &str) -> bool {
    figures(text).any(|(digits, after)| {
        let minutes = after
            .strip_prefix([':', '.', 'h', '：'])
            .unwrap_or_default();
        let minutes = minutes.bytes().take_while(u8::is_ascii_digit).count();
        matches!(digits.len(), 1 | 2) && minutes == 2
    })
}

/// `28.11.2026`, `28/11/26`, `2026-11-28`.
fn has_date_in_figures(text: &str) -> bool {
    let parts: Vec<(&str, &str)> = figures(text)
        .filter(|(digits, _)| !digits.is_empty())
        .collect();
    parts.windows(3).any(|three| {
        let joined = |at: usize, mark: char| {
            three[at]
                .1
                .strip_prefix(mark)
                .is_some_and(|rest| rest.starts_with(three[at + 1].0))
        };
        ['.', '/', '-']
            .iter()
            .any(|mark| joined(0, *mark) && joined(1, *mark))
            && three[1].0.len() <= 2
    })
}
