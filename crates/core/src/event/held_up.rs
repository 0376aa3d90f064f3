//! An effect waits because GitHub takes no more at present, or would soon take no more.

use serde::{Deserialize, Serialize};

use crate::effect::EffectKind;

/// What waits, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldUp {
    /// Which kind.
    pub effect: EffectKind,
    /// When it is tried again, epoch milliseconds.
    pub until: i64,
}
