//! How an effect was closed. SQL asks for it (dead letters, what counts against a limit), so this is an enum.

/// How an effect was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectResult {
    /// It was performed.
    Done,
    /// It was given up: a dead letter, which can be opened again.
    Failed,
    /// It was withdrawn while somebody performed it.
    Cancelled,
    /// A newer one with the same key took its place.
    Superseded,
    /// It was withdrawn before anybody began.
    Withdrawn,
}

impl EffectResult {
    const ALL: [Self; 5] = [
        Self::Done,
        Self::Failed,
        Self::Cancelled,
        Self::Superseded,
        Self::Withdrawn,
    ];

    /// Its word in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The result a row of the table has.
    pub(super) fn stored(name: &str) -> Result<Self, sqlx::Error> {
        Self::ALL
            .into_iter()
            .find(|result| result.name() == name)
            .ok_or_else(|| {
                sqlx::Error::Decode(format!("an unknown result of an effect: {name}").into())
            })
    }
}
