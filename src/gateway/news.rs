//! What happens at a gateway, and who is told.

use std::sync::Arc;

use crate::core::containment::Attempt;
use crate::core::gateway::{Metered, ModelRefusal};

/// What happens at a gateway.
#[derive(Debug, Clone)]
pub enum News {
    /// What the answers of the turn come to so far.
    Counted(Metered),
    /// The model answers.
    Answers,
    /// The model was asked and gave no answer.
    Refused(ModelRefusal),
    /// A request was turned away because the turn's budget is used up.
    Spent,
    /// A request did not go through; how often by now.
    Attempted(Attempt, u64),
    /// What the kernel refuses in the sandbox cannot be heard; why.
    Unheard(String),
}

/// Who is told; called from the gateway's own tasks, and must not block.
pub type Tell = Arc<dyn Fn(News) + Send + Sync>;
