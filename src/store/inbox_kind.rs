//! Where an inbox row came from. The engine reads a webhook's body another way than a fact of our own, so this is an enum.

/// Who stated a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxKind {
    /// GitHub, by a delivery that can be read.
    Webhook,
    /// GitHub, by a delivery that cannot be read: kept so that somebody can look at it.
    Malformed,
    /// The runner, about an effect it performed.
    Outcome,
    /// An agent at work, by its tools or by what it streams.
    Agent,
    /// The operator, by the admin address.
    Operator,
    /// The engine's own schedule.
    Schedule,
    /// The sweep, which found what nobody told us.
    Sweep,
}

impl InboxKind {
    const ALL: [Self; 7] = [
        Self::Webhook,
        Self::Malformed,
        Self::Outcome,
        Self::Agent,
        Self::Operator,
        Self::Schedule,
        Self::Sweep,
    ];

    /// Its word in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Malformed => "malformed",
            Self::Outcome => "outcome",
            Self::Agent => "agent",
            Self::Operator => "operator",
            Self::Schedule => "schedule",
            Self::Sweep => "sweep",
        }
    }

    /// The kind a row of the table has.
    pub(super) fn stored(name: &str) -> Result<Self, sqlx::Error> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| {
                sqlx::Error::Decode(format!("an unknown kind of inbox row: {name}").into())
            })
    }
}
