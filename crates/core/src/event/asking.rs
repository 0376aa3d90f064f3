//! By what somebody asks for work, or why GitHub is asked about an issue.

use serde::{Deserialize, Serialize};

/// By what work was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// The label `agent:go`, which must still be there when it is checked.
    #[default]
    Label,
    /// A command on the issue, or the operator.
    Command,
    /// A rule of the operator, for somebody who may not be allowed to start anything: then nobody hears of it.
    Rule,
    /// The label of a sprint that the issue belongs to.
    Sprint,
    /// The label `autonomy:override`, which passes what would hold the issue.
    Override,
    /// The label that the issue was made with, because a session found it.
    Discovery,
    /// The label that the issue was opened with, because the repository's own file asks for the work again and again.
    Recurring,
    /// Nobody: the words were changed while a session lives, by somebody who may or may not speak to it.
    Edit,
    /// Nobody: a role was named, and only the repository can tell whether there is one.
    Role,
}

impl Asking {
    /// Whether work may start from it.
    pub fn starts(self) -> bool {
        !matches!(self, Self::Edit | Self::Role)
    }
}
