//! Which branch the work starts from and goes to: the one that was named, or the default branch.

use crate::base_branch::{self, BaseSource};
use crate::event::TriggerFacts;
use crate::ids::Sha;
use crate::text;

/// A branch, and by what it was named.
pub(super) struct Base {
    pub(super) branch: String,
    pub(super) head: Option<Sha>,
    /// `None` for the default branch.
    pub(super) from: Option<BaseSource>,
}

/// Picks it, or says what is wrong with what was named. Naming the default branch is naming none: it is followed when it is
/// renamed.
pub(super) fn pick(facts: &TriggerFacts) -> Result<Base, String> {
    let repository = &facts.repository;
    let named = base_branch::named(&facts.snapshot, facts.base_wish.as_deref())
        .map_err(|mistake| text::base_branch::mistake(&mistake))?;
    let named = named.filter(|named| named.branch != repository.default_branch);
    let Some(named) = named else {
        return Ok(Base {
            branch: repository.default_branch.clone(),
            head: repository.head.clone(),
            from: None,
        });
    };
    let found = facts.base.as_ref();
    let found = found.filter(|found| found.asked == named.branch);
    match found.and_then(|found| Some((found.name.clone(), found.head.clone()?))) {
        Some((branch, head)) => Ok(Base {
            branch,
            head: Some(head),
            from: Some(named.by),
        }),
        None => Err(text::base_branch::missing(
            &named,
            &repository.default_branch,
        )),
    }
}
