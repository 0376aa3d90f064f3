//! What the handlers of the pages share.

use std::sync::Arc;

use axum::extract::State;

use super::assets::OwnAssets;
use super::flows::Door;
use super::live::Feeds;
use super::sign_ins::SignIns;
use crate::core::time::Clock;
use crate::http::body::Reader;
use crate::http::guard::Guard;

/// What the handlers share.
pub(super) struct PageState<D> {
    /// Reads what the pages show, and takes orders.
    pub(super) service: Arc<D>,
    /// Style and script.
    pub(super) assets: OwnAssets,
    /// Who has signed in.
    pub(super) sign_ins: Arc<SignIns>,
    /// Who may.
    pub(super) guard: Guard,
    /// What is followed live.
    pub(super) feeds: Arc<Feeds<D>>,
    /// Reads forms.
    pub(super) reader: Reader,
    /// Where people can sign in with GitHub.
    pub(super) door: Option<Door>,
    pub(super) clock: Clock,
}

/// That, as handlers are given it.
pub(super) type Shared<D> = State<Arc<PageState<D>>>;
