//! What the processes of a session may take of the machine, as the kernel counts it.

/// Limits of the kernel's; core dumps are always off. None: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Bytes of one file written.
    pub file_bytes: Option<u64>,
    /// Open files of one process.
    pub open_files: Option<u64>,
    /// Processes at once, in a sandbox; with more it ends.
    pub processes: Option<u64>,
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            file_bytes: Some(2 << 30),
            open_files: Some(4_096),
            processes: Some(512),
        }
    }
}
