//! Halves of characters in an agent's JSON. A program that counts in UTF-16 may cut its text in the middle of an emoji, by
//! length or where a chunk ends, and writes `\ud83d` alone: allowed by JSON's grammar (RFC 8259, section 8.2), refused by
//! every strict parser, and with it the whole message.
//!
//! Each half alone becomes U+FFFD, in its place and of its length; what stood at the edges of strings is told, so that a
//! character cut between two chunks can be put together again. Pure and total: any bytes are fine.

/// The halves that stood at the edges of a message's strings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Halves {
    /// A second half that a string begins with.
    pub(super) first: Option<u16>,
    /// A first half that a string ends with.
    pub(super) last: Option<u16>,
}

impl Halves {
    /// The character that was cut between one text's end and the next text's beginning.
    pub(super) fn joined(last: u16, first: u16) -> Option<char> {
        char::decode_utf16([last, first])
            .next()
            .and_then(Result::ok)
    }
}

/// Puts U+FFFD in the place of every half that stands alone.
pub(super) fn mend(json: &mut [u8]) -> Halves {
    let mut halves = Halves::default();
    let mut string = None;
    let mut at = 0;
    while at < json.len() {
        at += match (json[at], string) {
            (b'"', None) => {
                string = Some(at + 1);
                1
            }
            (b'"', Some(_)) => {
                string = None;
                1
            }
            (b'\\', Some(start)) => match unit(json, at) {
                Some(0xd800..=0xdbff) if matches!(unit(json, at + 6), Some(0xdc00..=0xdfff)) => 12,
                Some(half @ 0xd800..=0xdfff) => {
                    if half < 0xdc00 && json.get(at + 6) == Some(&b'"') {
                        halves.last = Some(half);
                    }
                    if half >= 0xdc00 && at == start {
                        halves.first = Some(half);
                    }
                    json[at + 2..at + 6].copy_from_slice(b"fffd");
                    6
                }
                Some(_) => 6,
                None => 2,
            },
            _ => 1,
        };
    }
    halves
}

/// The number of the escape `\uXXXX` that begins there.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |number: u16, digit| {
        Some(number << 4 | u16::try_from(char::from(*digit).to_digit(16)?).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(json: &str) -> (String, Halves) {
        let mut bytes = json.as_bytes().to_vec();
        let halves = mend(&mut bytes);
        (
            String::from_utf8(bytes).expect("only ASCII was put for ASCII"),
            halves,
        )
    }

    #[test]
    fn only_what_stands_alone_is_mended() {
        let cases = [
            (
                r#"{"a":"cut \ud83d\u2026"}"#,
                r#"{"a":"cut \ufffd\u2026"}"#,
                None,
                None,
            ),
            (
                r#"{"a":"end \uD83D"}"#,
                r#"{"a":"end \ufffd"}"#,
                None,
                Some(0xd83d),
            ),
            (
                r#"{"a":"\ude80 go"}"#,
                r#"{"a":"\ufffd go"}"#,
                Some(0xde80),
                None,
            ),
            (r#"{"a":"\ude80"}"#, r#"{"a":"\ufffd"}"#, Some(0xde80), None),
            (
                r#"{"a":"\ud83d\ud83d\ude80"}"#,
                r#"{"a":"\ufffd\ud83d\ude80"}"#,
                None,
                None,
            ),
            (
                r#"{"a":"x\ud83dy\ude80z"}"#,
                r#"{"a":"x\ufffdy\ufffdz"}"#,
                None,
                None,
            ),
            (r#"{"\ud83d":1}"#, r#"{"\ufffd":1}"#, None, Some(0xd83d)),
        ];
        for (json, expected, first, last) in cases {
            assert_eq!(
                mended(json),
                (expected.to_owned(), Halves { first, last }),
                "{json}"
            );
            serde_json::from_str::<serde_json::Value>(expected).expect("a strict parser takes it");
        }
        for whole in [
            r#"{"a":"\ud83d\ude80 \\ud83d \"\\\\ud83d"}"#,
            r#"{"a":"\u00e9"}"#,
            r#"[warn] \ud83d"#,
            r#""\ud8"#,
        ] {
            assert_eq!(mended(whole), (whole.to_owned(), Halves::default()));
        }
    }

    #[test]
    fn a_pair_is_put_together() {
        assert_eq!(Halves::joined(0xd83d, 0xde80), Some('🚀'));
        assert_eq!(Halves::joined(0xde80, 0xd83d), None);
    }

    proptest! {
        /// Whatever an agent escapes: a strict parser takes it, and no length changes.
        #[test]
        fn any_units_are_taken(units in proptest::collection::vec(any::<u16>(), 0..20), junk in ".*") {
            let text: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let mut json = format!("{{\"a\":\"{text}\"}}").into_bytes();
            let length = json.len();
            mend(&mut json);
            prop_assert_eq!(json.len(), length);
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
            mend(&mut junk.into_bytes());
        }
    }
}
