//! How an agent's model is reached without its key in the sandbox: which providers a gateway serves for it, what inside leads there,
//! which requests go through, what an answer tells of tokens, and when the model may be asked again.
//!
//! Pure: `src/gateway` reads and forwards. A provider is served only where its key is in a variable of a known name; what cannot
//! be served stays inside as it was, and whoever asks is told.

mod inside;
mod not_served;
mod provider;
mod refusal;
mod request;
mod served;
mod stream;
mod told;

pub use inside::{Keys, keys};
pub use not_served::NotServed;
pub use provider::Provider;
pub use refusal::{Answered, ModelRefusal, refusal};
pub use request::{Ours, Way, admit};
pub use served::{Served, Serving, served};
pub use stream::AnswerReader;
pub use told::{Counted, Metered};
