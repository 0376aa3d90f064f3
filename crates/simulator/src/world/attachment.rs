//! What people attached to what they wrote.
//!
//! It exists beside issues and comments, which only hold its address. It must never be more than bytes and ways.

use bytes::Bytes;

/// What stands at an attachment's address.
#[derive(Debug, Clone)]
pub enum Attachment {
    /// The file itself.
    File(Bytes),
    /// A way elsewhere.
    Elsewhere(String),
}
