//! What is said of the disk under the data folder.

/// Why new sessions wait for room. All in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// Less is free than is kept free.
    Free {
        /// What is kept free.
        kept: u64,
    },
    /// skep takes more than it may.
    Taken {
        /// What it takes.
        taken: u64,
        /// What it may take.
        limit: u64,
    },
}

/// How much is free, in bytes, and why new sessions wait, if they do.
pub fn told(free: u64, short: Option<Shortage>) -> String {
    match short {
        Some(Shortage::Free { kept }) => format!(
            "only {} free and {} are kept free (limits.disk_reserve): no new session starts until there is room",
            size(free),
            size(kept)
        ),
        Some(Shortage::Taken { taken, limit }) => format!(
            "{} free, but skep takes {} of the {} it may (limits.disk): no new session starts until it takes less",
            size(free),
            size(taken),
            size(limit)
        ),
        None => format!("{} free", size(free)),
    }
}

/// What skep takes of the disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// How many sessions have files.
    pub sessions: u64,
    /// What those take.
    pub sessions_bytes: u64,
    /// What the mirrors take.
    pub mirrors_bytes: u64,
    /// What the rest takes.
    pub other_bytes: u64,
}

/// What skep takes, part by part, and when that was measured.
pub fn taken(taken: Taken, when: &str) -> String {
    format!(
        "{} in {}, {} in mirrors, {} besides (measured {when})",
        size(taken.sessions_bytes),
        super::count(taken.sessions, "session"),
        size(taken.mirrors_bytes),
        size(taken.other_bytes)
    )
}

/// In the largest unit of which there is at least one.
pub fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes / (unit / 10).max(1);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", tenths(1 << 20)),
        _ => format!("{} GiB", tenths(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_are_named() {
        assert_eq!(told(400 << 20, None), "400.0 MiB free");
        assert_eq!(
            told(3 << 29, Some(Shortage::Free { kept: 5 << 30 })),
            "only 1.5 GiB free and 5.0 GiB are kept free (limits.disk_reserve): no new session starts until there is room"
        );
        let over = Shortage::Taken {
            taken: 12 << 30,
            limit: 10 << 30,
        };
        assert_eq!(
            told(3 << 30, Some(over)),
            "3.0 GiB free, but skep takes 12.0 GiB of the 10.0 GiB it may (limits.disk): no new session starts until it takes less"
        );
        assert_eq!(
            taken(
                Taken {
                    sessions: 1,
                    sessions_bytes: 3 << 29,
                    mirrors_bytes: 5 << 20,
                    other_bytes: 0,
                },
                "at noon"
            ),
            "1.5 GiB in 1 session, 5.0 MiB in mirrors, 0 KiB besides (measured at noon)"
        );
        assert_eq!(
            [0, 2_047, (1 << 20) - 1].map(size),
            ["0 KiB", "1 KiB", "1023 KiB"]
        );
    }
}
