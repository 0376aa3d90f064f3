//! Which commit this program was built from, and of which day: for `skep --version` and whoever reads a report.
//!
//! Its build script knows; a build for development says nothing.

/// The first twelve digits of the commit's SHA-1.
pub const COMMIT: Option<&str> = option_env!("BUILD_COMMIT");

/// When that commit was made, seconds since 1970 (UTC), in decimal digits.
pub const SECONDS: Option<&str> = option_env!("BUILD_SECONDS");
