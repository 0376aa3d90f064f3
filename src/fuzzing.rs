//! What the fuzz targets of this crate share with those of the core: inputs that are kept, and such that are bent. For tests alone.

#[path = "../crates/core/tests/fuzz/bend.rs"]
pub(crate) mod bend;
#[path = "../crates/core/tests/fuzz/kept.rs"]
pub(crate) mod kept;
