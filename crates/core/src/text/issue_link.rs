//! How another issue is named where GitHub makes a link of it.

use crate::dependency::Named;
use crate::location::Place;

/// An issue as a link that GitHub makes of it.
pub(super) fn reference(issue: &Named, home: &Place) -> String {
    match issue.key.repository == home.repository {
        true => format!("#{}", issue.key.issue),
        false => format!("{}#{}", issue.name, issue.key.issue),
    }
}
