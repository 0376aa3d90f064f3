//! How full the disk under the data folder is, and what is kept free of it. It must never count what a session takes: the
//! watch does.

use std::path::Path;

/// Kept free whatever is configured: without it the database could not even write down that a session has ended. Bytes.
const FLOOR: u64 = 8 << 20;

/// How full the disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that may still be written.
    pub free: u64,
    /// All of its bytes.
    pub total: u64,
}

impl Disk {
    /// Looks at the disk that holds a folder.
    pub fn of(folder: &Path) -> std::io::Result<Self> {
        let seen = rustix::fs::statvfs(folder)?;
        let bytes = |blocks: u64| blocks.saturating_mul(seen.f_frsize);
        Ok(Self {
            free: bytes(seen.f_bavail),
            total: bytes(seen.f_blocks),
        })
    }

    /// The disk without room that is spoken for, in bytes.
    pub fn without(self, owed: u64) -> Self {
        Self {
            free: self.free.saturating_sub(owed),
            ..self
        }
    }

    /// What is kept free of it: as configured, at least what the database needs, and never more than a tenth, so that a small
    /// disk is of use at all.
    pub fn reserve(self, wanted: u64) -> u64 {
        wanted.max(FLOOR).min(self.total / 10)
    }

    /// Whether less is free than is kept free.
    pub fn is_short(self, wanted: u64) -> bool {
        self.free < self.reserve(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_fits_the_disk() {
        let (mib, gib) = (1 << 20, 1 << 30);
        let large = Disk {
            free: 6 * gib,
            total: 400 * gib,
        };
        assert_eq!(
            (large.reserve(5 * gib), large.is_short(5 * gib)),
            (5 * gib, false)
        );
        assert!(
            Disk {
                free: 4 * gib,
                ..large
            }
            .is_short(5 * gib)
        );
        let small = Disk {
            free: 2 * mib,
            total: 12 * mib,
        };
        assert!(!small.is_short(5 * gib), "a small disk is of use");
        assert!(Disk { free: mib, ..small }.is_short(5 * gib));
        assert!(
            Disk {
                free: 7 * mib,
                total: gib
            }
            .is_short(0),
            "the database needs room whatever is configured"
        );
        assert!(
            !Disk {
                free: 9 * mib,
                total: gib
            }
            .is_short(0)
        );
    }
}
