//! Where people's words begin and end in a prompt: between a line `<<<NONCE` and a line `NONCE>>>`
//! (`core::text::prompt` writes them so).
//!
//! Pure and total. The nonce makes the end unforgeable, so that only the line with the very word of the start counts.

/// The texts inside all whole envelopes, in order.
pub(super) fn all(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((nonce, inside)) = opening(rest) {
        match closing(inside, nonce) {
            Some((body, after)) => {
                found.push(body.trim());
                rest = after;
            }
            None => rest = inside,
        }
    }
    found
}

/// The nonce of the next opening line, and what follows that line.
fn opening(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let (line, after) = rest.split_once('\n')?;
        let nonce = line.trim().strip_prefix("<<<").filter(|nonce| plain(nonce));
        match nonce {
            Some(nonce) => return Some((nonce, after)),
            None => rest = after,
        }
    }
}

fn closing<'a>(text: &'a str, nonce: &str) -> Option<(&'a str, &'a str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().strip_suffix(">>>") == Some(nonce) {
            return Some((&text[..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

fn plain(nonce: &str) -> bool {
    !nonce.is_empty()
        && nonce
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn last(text: &str) -> Option<&str> {
        all(text).last().copied()
    }

    #[test]
    fn the_last_whole_envelope_counts() {
        assert_eq!(last("no words"), None);
        assert_eq!(last("a\n<<<n1\none\ntwo\nn1>>>\nb\n"), Some("one\ntwo"));
        assert_eq!(last("<<<n1\none\nn1>>>\n<<<n2\ntwo\nn2>>>"), Some("two"));
        assert_eq!(all("<<<n1\none\nn1>>>\n<<<n2\ntwo\nn2>>>"), ["one", "two"]);
        // Neither an end of another nor a start inside fools it.
        assert_eq!(
            last("<<<n1\nn2>>>\n<<<n2\nx\nn1>>>\nrest"),
            Some("n2>>>\n<<<n2\nx")
        );
        assert_eq!(last("<<<n1\nno end <<<n1"), None);
        assert_eq!(last("<<<n1\nno end\n<<<n2\nyes\nn2>>>\n"), Some("yes"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(<<<|>>>|n1|\n|[ -~é])*") {
            let _ = all(&text);
        }
    }
}
