//! Long texts as they lie in the database: packed. What is stored is written twice (SQLite's log, then its file), and the disk
//! ends sooner than the processor; GitHub's payloads are mostly addresses that begin alike.
//!
//! A packed text is U+0001 and base64 of LZ4 with the length before it, because columns hold text. A text that begins with
//! U+0001 by itself is packed whatever its length, so that nobody can take one for the other.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The first character of a packed text.
const MARK: char = '\u{1}';
/// Shorter texts are not worth it, bytes.
const WORTH: usize = 1_024;

/// A packed text that does not come apart.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// Not base64.
    #[error("a packed text is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// Not LZ4.
    #[error("a packed text is not LZ4: {0}")]
    Lz4(#[from] lz4_flex::block::DecompressError),
    /// Not UTF-8.
    #[error("a packed text is not UTF-8: {0}")]
    Utf8(#[from] std::string::FromUtf8Error),
}

/// The text as both databases can hold it, and small. NUL characters become U+FFFD.
pub(super) fn pack(text: &str) -> Cow<'_, str> {
    let text = storable(text);
    if text.len() < WORTH && !text.starts_with(MARK) {
        return text;
    }
    let mut packed = String::with_capacity(text.len() / 2);
    packed.push(MARK);
    STANDARD_NO_PAD.encode_string(
        lz4_flex::compress_prepend_size(text.as_bytes()),
        &mut packed,
    );
    Cow::Owned(packed)
}

/// What [`pack`] was given.
pub(super) fn unpack(stored: String) -> Result<String, Broken> {
    let Some(packed) = stored.strip_prefix(MARK) else {
        return Ok(stored);
    };
    let bytes = STANDARD_NO_PAD.decode(packed)?;
    Ok(String::from_utf8(lz4_flex::decompress_size_prepended(
        &bytes,
    )?)?)
}

/// Text as both databases can hold it.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_texts_become_small_and_short_ones_stay_readable() {
        let long = r#"{"url":"https://api.github.com/repos/octo/hello/issues/1"},"#.repeat(300);
        let packed = pack(&long).into_owned();
        assert!(
            packed.len() * 20 < long.len(),
            "{} of {}",
            packed.len(),
            long.len()
        );
        assert_eq!(unpack(packed).expect("it was packed"), long);
        assert_eq!(pack("{}"), "{}");
    }

    #[test]
    fn what_looks_packed_and_is_not_is_said() {
        for broken in ["\u{1}%", "\u{1}AAAA", "\u{1}/////w"] {
            assert!(unpack(broken.to_owned()).is_err(), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(head in "\u{1}?", text in "\\PC{0,40}", times in 0_usize..200) {
            let text = format!("{head}{}", text.repeat(times));
            prop_assert_eq!(unpack(pack(&text).into_owned()).expect("it was packed"), text);
        }
    }
}
