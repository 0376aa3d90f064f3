//! Chance from the operating system: tokens nobody can guess, and jitter for pauses. The only caller of `getrandom`.

use crate::core::failure::Failure;

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

impl From<NoRandomness> for Failure {
    fn from(error: NoRandomness) -> Self {
        Self::retry(error.to_string())
    }
}

/// `BYTES` random bytes, as twice as many hexadecimal digits.
///
/// # Errors
/// Where the system has none.
pub fn hexadecimal<const BYTES: usize>() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// A number from 0 up to `below`, for pauses; 0 where the system has no randomness. Nothing secret may be made of it.
pub fn jitter(below: i64) -> i64 {
    let mut bytes = [0_u8; 4];
    if below <= 0 || getrandom::fill(&mut bytes).is_err() {
        return 0;
    }
    i64::from(u32::from_le_bytes(bytes)) % below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_length_and_the_bounds() {
        assert_eq!(hexadecimal::<12>().expect("randomness").len(), 24);
        assert_ne!(
            hexadecimal::<12>().expect("randomness"),
            hexadecimal::<12>().expect("randomness")
        );
        assert!((0..100).all(|_| (0..7).contains(&jitter(7))));
        assert_eq!((jitter(0), jitter(-1)), (0, 0));
    }
}
