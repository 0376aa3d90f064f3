//! WebP (<https://developers.google.com/speed/webp/docs/riff_container>): a RIFF file of chunks, each a name, a length and its content, filled up
//! to an even length.

use super::parts::Parts;

/// All that a viewer shows by; EXIF, XMP and what nobody knows goes.
const SHOWN: [&[u8]; 7] = [
    b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
];
/// What a picture of an animation is made of.
const FRAME: [&[u8]; 3] = [b"ALPH", b"VP8 ", b"VP8L"];
/// Where it is, how long it is shown.
const FRAME_HEAD: usize = 16;
/// In a `VP8X`: there is EXIF, there is XMP.
const METADATA: u8 = 0x08 | 0x04;

pub(super) fn bare(parts: &mut Parts<'_>) -> Option<Vec<u8>> {
    let (riff, length) = (parts.take(4)?, parts.take(4)?);
    let mut within = Parts(parts.take(size(length)?)?);
    let mut inner = within.take(4)?.to_vec();
    let mut has_picture = false;
    while !within.is_over() {
        let (name, content) = chunk(&mut within)?;
        if !SHOWN.contains(&name) {
            continue;
        }
        match name {
            b"VP8X" => {
                let mut content = content.to_vec();
                *content.first_mut()? &= !METADATA;
                put(&mut inner, name, &content)?;
            }
            b"ANMF" => {
                has_picture = true;
                put(&mut inner, name, &frame(content)?)?;
            }
            _ => {
                has_picture |= name.starts_with(b"VP8");
                put(&mut inner, name, content)?;
            }
        }
    }
    let mut bare = vec![];
    put(&mut bare, riff, &inner)?;
    has_picture.then_some(bare)
}

fn frame(content: &[u8]) -> Option<Vec<u8>> {
    let mut within = Parts(content);
    let mut bare = within.take(FRAME_HEAD)?.to_vec();
    while !within.is_over() {
        let (name, content) = chunk(&mut within)?;
        if FRAME.contains(&name) {
            put(&mut bare, name, content)?;
        }
    }
    Some(bare)
}

fn size(bytes: &[u8]) -> Option<usize> {
    let bytes = bytes.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

fn chunk<'a>(parts: &mut Parts<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let (name, length) = (parts.take(4)?, size(parts.take(4)?)?);
    let content = parts.take(length)?;
    if length % 2 == 1 {
        parts.byte()?;
    }
    Some((name, content))
}

fn put(into: &mut Vec<u8>, name: &[u8], content: &[u8]) -> Option<()> {
    into.extend_from_slice(name);
    into.extend(u32::try_from(content.len()).ok()?.to_le_bytes());
    into.extend_from_slice(content);
    if content.len() % 2 == 1 {
        into.push(0);
    }
    Some(())
}
