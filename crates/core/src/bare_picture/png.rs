//! PNG (<https://www.w3.org/TR/png-3/>): a signature and chunks, each a length, a name, its content and a check sum.

use super::parts::Parts;

/// All that a viewer shows by. What is not here, texts and EXIF above all, goes.
const SHOWN: [&[u8; 4]; 13] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs",
    b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn bare(parts: &mut Parts<'_>) -> Option<Vec<u8>> {
    let mut bare = parts.take(8)?.to_vec();
    let mut is_first = true;
    loop {
        let head = parts.take(8)?;
        let (length, name) = head.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let content = parts.take(length.checked_add(4)?)?;
        if is_first != (name == b"IHDR") {
            return None;
        }
        is_first = false;
        let known = SHOWN.iter().any(|shown| name == shown.as_slice());
        if known {
            bare.extend_from_slice(head);
            bare.extend_from_slice(content);
        } else if !name[0].is_ascii_lowercase() {
            // One without which the picture cannot be shown, and which nobody knows.
            return None;
        }
        if name == b"IEND" {
            return Some(bare);
        }
    }
}
