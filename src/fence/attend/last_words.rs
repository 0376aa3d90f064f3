//! The bounded end of what a service writes, of both its streams.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// So much is kept, bytes.
const KEPT: usize = 8 * 1024;
/// So many lines are told.
const LINES: usize = 10;
/// So much of each, characters.
const LINE: usize = 300;

/// Shared by whoever reads the streams.
#[derive(Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<VecDeque<u8>>>);

impl LastWords {
    /// Reads a stream to its end.
    pub(super) fn follow(&self, stream: Option<impl AsyncRead + Send + Unpin + 'static>) {
        let Some(mut stream) = stream else { return };
        let words = self.clone();
        tokio::spawn(async move {
            let mut chunk = vec![0; 4 * 1024];
            while let Ok(count @ 1..) = stream.read(&mut chunk).await {
                words.push(&chunk[..count]);
            }
        });
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }

    /// The last lines that say something.
    pub(super) fn lines(&self) -> Vec<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        let cut = |line: &&str| line.trim_end().chars().take(LINE).collect();
        last.iter().map(cut).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_told() {
        let words = LastWords::default();
        words.push(&[b'x'; 2 * KEPT]);
        words.push(b"\n");
        for number in 0..20 {
            words.push(format!("line {number}\n\n").as_bytes());
        }
        let lines = words.lines();
        assert_eq!(lines.len(), LINES);
        assert_eq!(lines[LINES - 1], "line 19");
        let long = LastWords::default();
        long.push(&[b'x'; 2 * KEPT]);
        assert_eq!(long.lines(), ["x".repeat(LINE)]);
    }
}
