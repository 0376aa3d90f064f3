//! GIF (<https://www.w3.org/Graphics/GIF/spec-gif89a.txt>): a screen, then blocks: pictures and extensions, each with its data in pieces.

use super::parts::Parts;

const EXTENSION: u8 = 0x21;
const PICTURE: u8 = 0x2c;
const END: u8 = 0x3b;
/// How long and over what the next picture is shown.
const CONTROL: u8 = 0xf9;
/// Of programs; these say how often an animation is played.
const PROGRAM: u8 = 0xff;
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

pub(super) fn bare(parts: &mut Parts<'_>) -> Option<Vec<u8>> {
    let whole = parts.0;
    parts.take(10)?;
    let flags = parts.byte()?;
    parts.take(2)?;
    colours(parts, flags)?;
    let mut bare = whole[..whole.len() - parts.0.len()].to_vec();
    let mut has_picture = false;
    loop {
        let from = parts.0;
        let is_shown = match parts.byte()? {
            END => {
                bare.push(END);
                return has_picture.then_some(bare);
            }
            PICTURE => {
                parts.take(8)?;
                let flags = parts.byte()?;
                colours(parts, flags)?;
                parts.byte()?;
                pieces(parts)?;
                has_picture = true;
                true
            }
            EXTENSION => extension(parts)?,
            _ => return None,
        };
        if is_shown {
            bare.extend_from_slice(&from[..from.len() - parts.0.len()]);
        }
    }
}

/// Walks one; whether it is about what is shown.
fn extension(parts: &mut Parts<'_>) -> Option<bool> {
    let label = parts.byte()?;
    let first = parts.0.split_first();
    let first = first.and_then(|(length, rest)| rest.get(..usize::from(*length)));
    let is_loop = first.is_some_and(|name| LOOPS.contains(&name));
    let sizes = pieces(parts)?;
    Some(match label {
        CONTROL => sizes == [4],
        PROGRAM => is_loop && sizes == [11, 3],
        _ => false,
    })
}

/// Walks a table of colours, where there is one.
fn colours(parts: &mut Parts<'_>, flags: u8) -> Option<()> {
    if flags & 0x80 != 0 {
        parts.take(3 << ((flags & 7) + 1))?;
    }
    Some(())
}

/// Walks pieces up to the empty one; how long the first ones were.
fn pieces(parts: &mut Parts<'_>) -> Option<Vec<u8>> {
    let mut sizes = vec![];
    loop {
        let length = parts.byte()?;
        if length == 0 {
            return Some(sizes);
        }
        parts.take(usize::from(length))?;
        if sizes.len() < 3 {
            sizes.push(length);
        }
    }
}
