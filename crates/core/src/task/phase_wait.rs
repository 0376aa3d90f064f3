//! A phase of a sprint that waits for a person: the value alone. It must never hold what follows from the sprint.

use serde::{Deserialize, Serialize};

use crate::dependency::Named;
use crate::sprint::Agreement;

/// A phase of a sprint waits for somebody to agree to its start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseWait {
    /// The sprint.
    pub of: Named,
    /// Which revision of it people were asked to agree to.
    #[serde(default)]
    pub revision: u32,
    /// Who agreed; the sprint is told in the same decision.
    #[serde(default)]
    pub agreed: Option<String>,
    /// How long it waits, and what was done about that.
    #[serde(flatten)]
    pub wait: Agreement,
}
