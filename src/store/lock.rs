//! One process per data directory. The lock is the operating system's, so it goes with the process however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::error::StoreError;

/// How long a hold may last before it is another skep's. A process that was killed while it started a child leaves its open
/// files with that child until the child has become another program; whoever restarts a skep at once would meet that.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// Proof that this process is the only one in its data directory, as long as it lives.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Takes the directory for this process, or says after a moment that another has it.
pub async fn lock_data_dir(directory: &Path) -> Result<DataLock, StoreError> {
    let path = directory.join("skep.lock");
    let unreadable = |error: std::io::Error| {
        StoreError::Other(format!("{} cannot be written: {error}", path.display()))
    };
    let options = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .clone();
    let mut file = options.open(&path).map_err(unreadable)?;
    let end = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(PAUSE).await,
            Err(TryLockError::WouldBlock) => return Err(taken(directory, &mut file)),
            Err(TryLockError::Error(error)) => return Err(unreadable(error)),
        }
    }
    file.set_len(0).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    write!(file, "{}", std::process::id()).map_err(unreadable)?;
    Ok(DataLock { _file: file })
}

/// Whether another process has the directory now; takes nothing.
pub fn is_locked(directory: &Path) -> bool {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(directory.join("skep.lock"));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn taken(directory: &Path, file: &mut File) -> StoreError {
    let mut holder = String::new();
    let known = file.take(20).read_to_string(&mut holder).is_ok() && !holder.is_empty();
    let holder = if known {
        format!(" (process {holder})")
    } else {
        String::new()
    };
    StoreError::Other(format!(
        "another skep{holder} is already using the data directory {}",
        directory.display()
    ))
}
