//! Names that nobody can guess: tokens, keys, folders for a moment.

use crate::random;

/// `prefix-` and 48 random hexadecimal digits.
pub(crate) fn random_name(prefix: &str) -> anyhow::Result<String> {
    Ok(format!("{prefix}-{}", random::hexadecimal::<24>()?))
}
