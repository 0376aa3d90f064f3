//! One process per data directory. The lock is the operating system's, so it goes with the process however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::error::StoreError;

/// Proof that this process is the only one in its data directory, as long as it lives.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Takes the directory for this process, or says at once that another has it.
pub fn lock_data_dir(directory: &Path) -> Result<DataLock, StoreError> {
    let path = directory.join("skep.lock");
    let unreadable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
    let mut file = options.open(&path).map_err(unreadable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(taken(directory, &mut file)),
        Err(TryLockError::Error(error)) => return Err(unreadable(error)),
    }
    file.set_len(0).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    write!(file, "{}", std::process::id()).map_err(unreadable)?;
    Ok(DataLock { _file: file })
}

fn taken(directory: &Path, file: &mut File) -> StoreError {
    let mut holder = String::new();
    let known = file.take(20).read_to_string(&mut holder).is_ok() && !holder.is_empty();
    let holder = if known { format!(" (process {holder})") } else { String::new() };
    StoreError::Other(format!("another skep{holder} is already using the data directory {}", directory.display()))
}
