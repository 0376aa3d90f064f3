//! A picture without what nobody sees of it: where and by what it was taken, who made it, comments, thumbnails, whatever follows its end.
//! What is shown stays byte for byte; colours and animation with it.
//!
//! It walks the parts of a file and copies those that it knows to be shown. It must never pass on a part that it does not know, nor take a
//! file for a picture whose parts it cannot walk to the end.

mod gif;
mod jpeg;
mod parts;
mod png;
mod webp;

use crate::attachment::Media;
use parts::Parts;

/// The picture, bare; `None` where it is none of these, or broken. It is never longer than it was.
pub fn bare(media: Media, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut parts = Parts(bytes);
    match media {
        Media::Png => png::bare(&mut parts),
        Media::Jpeg => jpeg::bare(&mut parts),
        Media::Gif => gif::bare(&mut parts),
        Media::Webp => webp::bare(&mut parts),
        Media::Pdf | Media::Text => None,
    }
}

#[cfg(test)]
mod tests;
