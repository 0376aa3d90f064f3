//! A picture without what nobody sees of it: where and by what it was taken, who made it, comments, thumbnails, whatever follows its end.
//! What is shown stays byte for byte; colours and animation with it.
//!
//! It walks the parts of a file and copies those that it knows to be shown. It must never pass on a part that it does not know, nor take a
//! file for a picture whose parts it cannot walk to the end.

mod gif;
mod jpeg;
mod png;
mod webp;

use crate::attachment::Media;

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

/// What is not walked yet.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
