//! How some values of the core look on the wire, for the document of the API alone: the values themselves stand in the answers.
//!
//! A test holds real answers against the document, so that none of these can say something else than what is sent.
#![allow(dead_code)]

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// A pull request of ours.
#[derive(ToSchema)]
#[schema(as = Pull)]
pub(crate) struct PullShape {
    /// Its number.
    number: i64,
    /// Its page.
    url: String,
    /// Whether it is a draft.
    draft: bool,
    /// Its role's reviewers were asked.
    shown_to_reviewers: bool,
}

/// One line of what people read on the issue.
#[derive(ToSchema)]
#[schema(as = StoryLine)]
pub(crate) struct StoryShape {
    /// When.
    #[schema(format = "epoch-ms")]
    at: i64,
    /// What, for people.
    text: String,
}

/// A time without skep.
#[derive(ToSchema)]
#[schema(as = DownTime)]
pub(crate) struct DownTimeShape {
    /// When it was last known to be alive.
    #[schema(format = "epoch-ms")]
    from: i64,
    /// When it was there again.
    #[schema(format = "epoch-ms")]
    to: i64,
    /// What was found and taken up, by kind, and how many.
    recovered: BTreeMap<String, u64>,
    /// What cannot be known, a half sentence each.
    unknown: Vec<String>,
}
