//! What a git process writes: read up to a cap, and how far a fetch is told on the way.
//!
//! Progress is for a terminal: thousands of lines that overwrite each other. It must never fill the room of what git says
//! about a failure.

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;

use crate::core::event::{FetchProgress, FetchStep};

/// Where the newest progress of a fetch stands.
pub(super) type Told = watch::Sender<Option<FetchProgress>>;

/// Bytes of a process's messages that are kept; also the longest line.
const MESSAGES: usize = 64 << 10;

/// What to do with a pipe whose cap is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Read on and forget, so that the writer ends by itself.
    Drain,
    /// Close, so that the writer is ended by its next write.
    Leave,
}

/// Reads up to `cap` bytes; the flag says whether there was more.
pub(super) async fn read_capped(
    pipe: Option<impl AsyncRead + Unpin>,
    cap: usize,
    rest: Rest,
) -> (Vec<u8>, bool) {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else {
        return (kept, false);
    };
    let mut cut = false;
    let mut chunk = vec![0; 32 << 10];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        let room = cap - kept.len();
        kept.extend_from_slice(&chunk[..read.min(room)]);
        cut |= read > room;
        if cut && rest == Rest::Leave {
            break;
        }
    }
    (kept, cut)
}

/// Reads a process's messages to their end; keeps the first 64 KiB.
pub(super) async fn messages(pipe: Option<impl AsyncRead + Unpin>, told: Option<&Told>) -> String {
    let bytes = match told {
        None => read_capped(pipe, MESSAGES, Rest::Drain).await.0,
        Some(told) => without_progress(pipe, told).await,
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The same, with progress told instead of kept, and without the list of the branches that moved.
async fn without_progress(pipe: Option<impl AsyncRead + Unpin>, told: &Told) -> Vec<u8> {
    let (mut kept, mut line) = (Vec::new(), Vec::new());
    let Some(mut pipe) = pipe else {
        return kept;
    };
    let mut chunk = vec![0; 32 << 10];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        for byte in &chunk[..read] {
            match byte {
                b'\r' | b'\n' => {
                    end_of_line(&line, *byte, told, &mut kept);
                    line.clear();
                }
                byte if line.len() < MESSAGES => line.push(*byte),
                _ => {}
            }
        }
    }
    if !line.is_empty() {
        end_of_line(&line, b'\n', told, &mut kept);
    }
    kept
}

fn end_of_line(line: &[u8], end: u8, told: &Told, kept: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(line);
    if let Some(progress) = progress(&text) {
        told.send_replace(Some(progress));
    } else if end == b'\n' && !is_moved_branch(&text) && kept.len() + line.len() < MESSAGES {
        kept.extend_from_slice(line);
        kept.push(end);
    }
}

/// ` * [new branch]  main -> main` and its like; one that was rejected begins with ` !`.
fn is_moved_branch(line: &str) -> bool {
    line.starts_with(' ') && !line.starts_with(" !") && line.contains(" -> ")
}

/// `Receiving objects:  45% (123/270), 1.20 MiB | 2.00 MiB/s`; what is small is unpacked as it comes in.
fn progress(line: &str) -> Option<FetchProgress> {
    let (what, rest) = line.split_once(": ")?;
    let step = match what {
        "Receiving objects" => FetchStep::Receiving,
        "Resolving deltas" | "Unpacking objects" => FetchStep::Unpacking,
        _ => return None,
    };
    let (percent, _) = rest.trim_start().split_once('%')?;
    let percent = percent.parse::<u8>().ok()?.min(100);
    Some(FetchProgress { step, percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn progress_is_told_and_what_git_says_of_a_failure_is_kept() {
        let (told, mut seen) = watch::channel(None);
        let output = "remote: Counting objects:  12% (1/8)        \rReceiving objects:   0% (0/9)\rReceiving objects:  45% (4/9), 1.20 MiB | 2.00 MiB/s\r\
             From https://h/o/r\n * [new branch]      a -> a\n ! [rejected]        b -> b\nfatal: early EOF\nerror: last";
        let kept = messages(Some(output.as_bytes()), Some(&told)).await;
        assert_eq!(
            kept,
            "From https://h/o/r\n ! [rejected]        b -> b\nfatal: early EOF\nerror: last\n"
        );
        let expected = FetchProgress {
            step: FetchStep::Receiving,
            percent: 45,
        };
        assert_eq!(*seen.borrow_and_update(), Some(expected));
        messages(
            Some("Resolving deltas: 100% (1/1), done.\n".as_bytes()),
            Some(&told),
        )
        .await;
        let step = FetchStep::Unpacking;
        assert_eq!(
            *seen.borrow_and_update(),
            Some(FetchProgress { step, percent: 100 })
        );
    }

    #[tokio::test]
    async fn a_flood_of_progress_takes_no_room() {
        let (told, _seen) = watch::channel(None);
        let mut output = "Receiving objects:  10% (1/10)\r".repeat(20_000);
        output.push_str(&" * [new branch]  a -> a\n".repeat(20_000));
        output.push_str("fatal: the end\n");
        let kept = messages(Some(output.as_bytes()), Some(&told)).await;
        assert_eq!(kept, "fatal: the end\n");
        let flood = format!("{}\n", "x".repeat(1000)).repeat(1000);
        assert!(messages(Some(flood.as_bytes()), Some(&told)).await.len() <= MESSAGES);
    }
}
