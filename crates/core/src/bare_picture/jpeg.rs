//! JPEG (<https://www.w3.org/Graphics/JPEG/itu-t81.pdf>, annex B): markers, most of them with a segment after them; after the head of a scan
//! comes its data, in which `FF 00` and restarts are no markers.

use super::parts::Parts;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;

pub(super) fn bare(parts: &mut Parts<'_>) -> Option<Vec<u8>> {
    let mut bare = vec![];
    let mut has_scan = false;
    if marker(parts)? != START {
        return None;
    }
    bare.extend([0xff, START]);
    loop {
        let name = marker(parts)?;
        if name == END {
            bare.extend([0xff, END]);
            return has_scan.then_some(bare);
        }
        // Those without a segment stand within scans, or nowhere.
        if matches!(name, 0x00..=0x01 | 0xd0..=START) {
            return None;
        }
        let head = parts.take(2)?;
        let length = usize::from(u16::from_be_bytes([head[0], head[1]]));
        let content = parts.take(length.checked_sub(2)?)?;
        if is_shown(name, content) {
            bare.extend([0xff, name]);
            bare.extend_from_slice(head);
            bare.extend_from_slice(content);
        }
        if name == SCAN {
            has_scan = true;
            bare.extend_from_slice(scan(parts)?);
        }
    }
}

/// The next marker; bytes that fill up may stand before it.
fn marker(parts: &mut Parts<'_>) -> Option<u8> {
    if parts.byte()? != 0xff {
        return None;
    }
    loop {
        match parts.byte()? {
            0xff => {}
            name => return Some(name),
        }
    }
}

/// The data of a scan, up to the next marker.
fn scan<'a>(parts: &mut Parts<'a>) -> Option<&'a [u8]> {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7);
    let length = parts.0.windows(2).position(ends)?;
    parts.take(length)
}

/// What programs put beside the picture goes, but for its density (JFIF), its colours (ICC) and how they are kept (Adobe). A turn that
/// only EXIF tells goes too.
fn is_shown(name: u8, content: &[u8]) -> bool {
    match name {
        0xe0 => content.starts_with(b"JFIF\0"),
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        COMMENT | 0xe0..=0xef => false,
        _ => true,
    }
}
