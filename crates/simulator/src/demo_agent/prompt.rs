//! What the demo agent reads in a prompt besides its script: people's words, and whether they answer its question.
//!
//! People's words stand between a line `<<<NONCE` and a line `NONCE>>>`. Pure and total. The nonce makes the end
//! unforgeable, so that only the line with the very word of the start counts.

/// How a prompt says that what people said decides nothing of what was asked.
pub const STILL_OPEN: &str = "You have asked this, and it is not decided yet";
/// How words say at their end that they are the answer to a question.
pub const ANSWER: &str = "(The answer to your question";

/// Whether a prompt leaves the agent's question open.
pub(super) fn is_undecided(prompt: &str) -> bool {
    prompt.contains(STILL_OPEN)
}

/// Whether words name the question that they answer.
pub(super) fn is_answer(words: &str) -> bool {
    words
        .rsplit_once(ANSWER)
        .is_some_and(|(said, asked)| said.ends_with("\n\n") && asked.trim_end().ends_with(')'))
}

/// The text inside the last envelope; none if there is no whole one.
pub(super) fn last_envelope(text: &str) -> Option<&str> {
    envelopes(text).last().copied()
}

/// The texts inside all whole envelopes, in order.
fn envelopes(text: &str) -> Vec<&str> {
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

    #[test]
    fn the_last_whole_envelope_counts() {
        assert_eq!(last_envelope("no words"), None);
        assert_eq!(
            last_envelope("a\n<<<n1\none\ntwo\nn1>>>\nb\n"),
            Some("one\ntwo")
        );
        assert_eq!(
            last_envelope("<<<n1\none\nn1>>>\n<<<n2\ntwo\nn2>>>"),
            Some("two")
        );
        assert_eq!(
            envelopes("<<<n1\none\nn1>>>\n<<<n2\ntwo\nn2>>>"),
            ["one", "two"]
        );
        // Neither an end of another nor a start inside fools it.
        assert_eq!(
            last_envelope("<<<n1\nn2>>>\n<<<n2\nx\nn1>>>\nrest"),
            Some("n2>>>\n<<<n2\nx")
        );
        assert_eq!(last_envelope("<<<n1\nno end <<<n1"), None);
        assert_eq!(
            last_envelope("<<<n1\nno end\n<<<n2\nyes\nn2>>>\n"),
            Some("yes")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(<<<|>>>|n1|\n|[ -~é])*") {
            let _ = last_envelope(&text);
        }
    }
}
