//! The errors of a command that is tried, on their way to whoever typed it: all of them as they come, but for the lines in which the inner
//! half of the sandbox tells skep that a service is gone. Those are kept back, and said in a sentence instead.
//!
//! It must never lose what is no such line, nor keep it for longer than it could become one.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;

use crate::fence::Trouble;

/// Where something written goes.
pub type Shown = Box<dyn AsyncWrite + Send + Unpin>;

/// So much is kept back at most; what is longer is no word of ours.
const KEPT: usize = 64 * 1024;
/// So long what was written may take to be shown: somebody may have left with the other end.
const LAST_LINES: Duration = Duration::from_secs(5);

/// Shows what comes out of one end of the pair; what is written goes into the other.
pub(super) fn through(errors: Shown) -> (DuplexStream, Errors) {
    let (into, from) = tokio::io::duplex(16 * 1024);
    (into, Errors(tokio::spawn(show(from, errors))))
}

/// What is being shown.
pub(super) struct Errors(JoinHandle<(Shown, Vec<u8>)>);

impl Errors {
    /// Once all has been written: shows what was kept back, if it was no word of ours after all.
    pub(super) async fn end(self, is_told_otherwise: bool) {
        let shown = tokio::time::timeout(LAST_LINES, self.0).await;
        if let Ok(Ok((mut errors, kept))) = shown
            && !is_told_otherwise
        {
            // Nobody may be looking any more.
            drop(errors.write_all(&kept).await);
            drop(errors.flush().await);
        }
    }
}

async fn show(mut from: DuplexStream, mut errors: Shown) -> (Shown, Vec<u8>) {
    let (mut chunk, mut sieve) = (vec![0; 16 * 1024], Sieve::default());
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        drop(errors.write_all(&sieve.pass(&chunk[..count])).await);
        drop(errors.flush().await);
    }
    (errors, sieve.rest())
}

/// Keeps back whole lines of ours at the end of what came so far, and a line that may become one.
#[derive(Default)]
struct Sieve {
    whole: Vec<u8>,
    line: Vec<u8>,
    /// The present line is somebody else's.
    passes: bool,
}

impl Sieve {
    /// What of it, and of what was kept back before it, can be shown.
    fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut shown = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !self.passes {
                self.line.extend_from_slice(piece);
                let kept = self.whole.len() + self.line.len();
                if Trouble::may_begin(&self.line) && kept <= KEPT {
                    if piece.ends_with(b"\n") {
                        self.whole.append(&mut self.line);
                    }
                    continue;
                }
                shown.append(&mut self.whole);
                shown.append(&mut self.line);
            } else {
                shown.extend_from_slice(piece);
            }
            self.passes = !piece.ends_with(b"\n");
        }
        shown
    }

    fn rest(mut self) -> Vec<u8> {
        self.whole.append(&mut self.line);
        self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_words_of_a_service_are_kept_back_however_they_come() {
        let noise = "starts\nskep service: none\nsk\nskep services\nends\n";
        let told = "skep service: db ended 1\nskep service | no room\n";
        let all = format!("{noise}{told}");
        for size in 1..all.len() {
            let (mut sieve, mut shown) = (Sieve::default(), Vec::new());
            for piece in all.as_bytes().chunks(size) {
                shown.extend(sieve.pass(piece));
            }
            assert_eq!(String::from_utf8_lossy(&shown), noise, "by {size}");
            assert_eq!(String::from_utf8_lossy(&sieve.rest()), told, "by {size}");
        }
        let mut sieve = Sieve::default();
        assert_eq!(sieve.pass(b"what? "), b"what? ", "a prompt is shown");
        assert_eq!(sieve.pass(b"skep service: x\n"), b"skep service: x\n");
        let endless = vec![b'x'; KEPT];
        assert!(sieve.pass(b"skep service: ").is_empty());
        assert_eq!(sieve.pass(&endless).len(), KEPT + 14);
        assert!(sieve.rest().is_empty());
    }
}
