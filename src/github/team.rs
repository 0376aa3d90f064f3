//! Who belongs to a team of an organization.

use serde::Deserialize;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::request::{ApiRequest, escape};

/// Whether somebody belongs to a team, as far as we are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// They do, and have accepted.
    Member,
    /// They do not, or there is no such team.
    NotMember,
    /// We may not see it: the installation has not granted `members: read`, or the team is another organization's.
    Hidden,
}

#[derive(Deserialize)]
struct MembershipShape {
    state: String,
}

impl GitHub {
    /// Whether `login` belongs to `org/team`; through a child team as well. Whatever is not known to be so is not.
    /// <https://docs.github.com/rest/teams/members#get-team-membership-for-a-user>
    pub async fn membership(
        &self,
        at: &At,
        team: &str,
        login: &str,
    ) -> Result<Membership, GitHubError> {
        let (org, slug) = team.split_once('/').unwrap_or_default();
        let path = format!(
            "/orgs/{}/teams/{}/memberships/{}",
            escape(org),
            escape(slug),
            escape(login)
        );
        let ask = ApiRequest::get("read who belongs to a team", path);
        let found: Result<MembershipShape, GitHubError> =
            self.read_for(at, Purpose::Members, &ask).await;
        match found {
            Ok(shape) if shape.state == "active" => Ok(Membership::Member),
            Ok(_) | Err(GitHubError::NotFound { .. }) => Ok(Membership::NotMember),
            Err(GitHubError::NotPermitted { .. } | GitHubError::Forbidden { .. }) => {
                Ok(Membership::Hidden)
            }
            Err(error) => Err(error),
        }
    }
}
