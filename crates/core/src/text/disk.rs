//! What is said of the disk under the data folder.

/// How much is free; where that is less than is `kept` free, also that new sessions wait.
pub fn told(free: u64, kept: Option<u64>) -> String {
    match kept {
        Some(kept) => format!(
            "only {} free and {} are kept free (limits.disk_reserve): no new session starts until there is room",
            size(free),
            size(kept)
        ),
        None => format!("{} free", size(free)),
    }
}

/// In the largest unit of which there is at least one.
fn size(bytes: u64) -> String {
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
            told(3 << 29, Some(5 << 30)),
            "only 1.5 GiB free and 5.0 GiB are kept free (limits.disk_reserve): no new session starts until there is room"
        );
        assert_eq!(
            [0, 2_047, (1 << 20) - 1].map(size),
            ["0 KiB", "1 KiB", "1023 KiB"]
        );
    }
}
