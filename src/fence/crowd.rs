//! How many processes there are in the sandbox: the kernel's own limit counts threads as well, and spares root.
//!
//! Whoever ends here ends the sandbox's first process, and with it all that is in its process namespace.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::passed::Word;

/// How often is looked.
const LOOK: Duration = Duration::from_millis(100);

/// How many there may be, and who is told when there are more.
pub(super) struct Crowd {
    /// None: any number.
    pub(super) most: Option<u64>,
    pub(super) outside: Option<UnixStream>,
}

/// Ends with a sentence when there are more than that.
pub(super) async fn too_many(crowd: &Crowd) -> String {
    let Some(most) = crowd.most else {
        return std::future::pending().await;
    };
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        // Looked at until it is decided, and no further: a bomb grows while it is counted.
        let over = usize::try_from(most).unwrap_or(usize::MAX);
        if processes().take(over.saturating_add(1)).count() > over {
            if let Some(outside) = &crowd.outside {
                Word::TooManyProcesses(most).say(outside);
            }
            return format!(
                "the agent and what it started were more than {most} processes at once"
            );
        }
    }
}

fn processes() -> impl Iterator<Item = ()> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let name = entry.file_name();
        let number = name.to_str()?.parse::<u32>();
        number.ok().map(drop)
    })
}
