//! A picture that an agent is shown.

/// A picture as the protocol carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its MIME type.
    pub media: &'static str,
    /// Its bytes, in base64.
    pub data: String,
}
