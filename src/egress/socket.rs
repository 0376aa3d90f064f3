//! A Unix socket at a path of any length.
//!
//! The kernel takes paths of at most 107 bytes, and a session's folder has a longer one: it is bound below the open folder's
//! own name in `/proc`, which is short.

use std::fs::{File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

/// Listens in that folder. What a former process left there of the same name is taken away. Must be called within a runtime.
pub fn listen(folder: &Path, name: &str) -> io::Result<(UnixListener, PathBuf)> {
    let path = folder.join(name);
    let open = File::open(folder)?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let short = format!("/proc/self/fd/{}/{name}", open.as_raw_fd());
    let listener = std::os::unix::net::UnixListener::bind(short)?;
    std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok((UnixListener::from_std(listener)?, path))
}
