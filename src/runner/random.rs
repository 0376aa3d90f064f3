//! Chance for pauses. Nothing secret may be made of it.

/// A random number from 0 up to `below`; 0 where the system has no randomness.
pub(super) fn below(below: i64) -> i64 {
    let mut bytes = [0_u8; 4];
    if below <= 0 || getrandom::fill(&mut bytes).is_err() {
        return 0;
    }
    i64::from(u32::from_le_bytes(bytes)) % below
}
