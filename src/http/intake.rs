//! What the public address needs from the rest of skep: somebody who makes deliveries durable.
//!
//! Only a verified body can become a [`Delivery`]. Nothing here knows how or where it is kept.

use std::future::Future;

use crate::core::text::requests::webhook as text;
use crate::webhook::{Secrets, Verified};

/// One webhook POST whose signature was right.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The proof.
    pub proof: Verified,
    /// `X-GitHub-Delivery`: the same again when GitHub delivers again. At most 100 of `A–Z a–z 0–9 - _ . :`.
    pub guid: String,
    /// `X-GitHub-Event`, such as `issues`; same limits.
    pub event: String,
    /// The payload as text, without NUL. Exactly the signed bytes unless `flaw` says otherwise or it came as a form.
    pub body: String,
    /// What was wrong with it as text or JSON, one line; such a delivery is kept and never handled.
    pub flaw: Option<&'static str>,
    /// When its last byte was read, epoch milliseconds.
    pub received_at: i64,
}

/// How a delivery was taken. Either way it is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptedAs {
    /// For the first time.
    New,
    /// Its GUID was known; nothing more will happen.
    Duplicate,
}

/// The delivery could not be made durable now; nothing is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", text::NOT_STORED)]
pub struct Busy;

/// Why a delivery was not taken, as far as it helps to find the mistake behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It carries no signature.
    #[error("{}", text::UNSIGNED)]
    Unsigned,
    /// It is signed with a secret we do not know.
    #[error("{}", text::WRONG_SIGNATURE)]
    WrongSignature,
    /// It is signed and lacks a header, is too large, or broke off.
    #[error("{}", text::MISSHAPEN)]
    Misshapen,
}

/// Whether work gets done here.
#[derive(Debug, Clone, PartialEq)]
pub struct Readiness {
    /// All is well.
    pub ok: bool,
    /// What was looked at and found, for operators; shown as it is, so without secrets.
    pub reasons: serde_json::Value,
}

/// The part of skep behind the public address.
pub trait Intake: Send + Sync + 'static {
    /// The secrets that are valid now.
    fn secrets(&self) -> &Secrets;

    /// Makes a delivery durable and only then returns `Ok`. May be dropped at any await when the caller goes away or five
    /// seconds have passed; if it was stored all the same, the next try is a duplicate.
    ///
    /// # Errors
    /// [`Busy`] when it is not durable.
    fn accept(&self, delivery: Delivery) -> impl Future<Output = Result<AcceptedAs, Busy>> + Send;

    /// Hears of a delivery that was not taken.
    fn refused(&self, why: Refused);

    /// Looks whether work gets done; given one second.
    fn ready(&self) -> impl Future<Output = Readiness> + Send;
}
