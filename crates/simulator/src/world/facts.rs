//! Everything this GitHub knows, in one value, and how it is found.
//!
//! It exists so that the other files of the world add only what changes it. It must never make a webhook: changes do.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::account::{
    App, Installation, Permissions, Role, Selection, Teams, Token, User, UserKind,
};
use super::issue::Issue;
use super::notice::Notice;
use super::outgoing::Outgoing;
use super::registration::Registration;
use super::relation::{IssueAt, Relations};
use super::repository::{Gone, Repository};
use super::sign_in::SignIns;
use super::stack::Stacks;
use super::suggestion::Suggestions;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::git::inspect::CommitInfo;
use crate::world::attachment::Attachment;

/// Where the clock comes from: epoch milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Everything there is.
#[derive(Clone)]
pub struct World {
    clock: Clock,
    /// `http://127.0.0.1:<port>`: the root of the API and of the pages.
    pub root: String,
    /// The App under test.
    pub app: App,
    /// Accounts by login in lower case.
    pub users: BTreeMap<String, User>,
    /// Installations by number.
    pub installations: BTreeMap<i64, Installation>,
    /// Tokens by their text.
    pub tokens: HashMap<String, Token>,
    /// Repositories by number.
    pub repositories: BTreeMap<i64, Repository>,
    /// Teams of organizations.
    pub teams: Teams,
    /// Commits as git told of them when they came, by name, whatever the repository.
    pub commits: HashMap<String, CommitInfo>,
    /// Webhooks to be sent, and those that were.
    pub outgoing: Outgoing,
    /// What people were notified of, oldest first.
    pub notices: Vec<Notice>,
    /// What people attached, by the path of its address.
    pub attachments: BTreeMap<String, Attachment>,
    /// How issues hang together.
    pub relations: Relations,
    /// What is suggested on issues.
    pub suggestions: Suggestions,
    /// Comments can be pinned, as on github.com.
    pub pins_comments: bool,
    /// What is kept of an App that was made from a manifest.
    pub registration: Registration,
    /// Who signs in by the App.
    pub sign_ins: SignIns,
    /// Stacks of pull requests.
    pub stacks: Stacks,
    /// New tokens have GitHub's long form.
    pub long_tokens: bool,
    /// What the App's own labels begin with.
    pub label_prefix: String,
    /// When it began, and the App with it.
    pub began: i64,
    last_id: i64,
    last_repository: i64,
    last_installation: i64,
    tokens_made: u64,
}

impl World {
    /// A world with the App, its bot and nobody else.
    pub fn new(clock: Clock, root: String, app: App) -> Self {
        let mut world = Self {
            began: clock(),
            clock,
            root,
            users: BTreeMap::new(),
            installations: BTreeMap::new(),
            tokens: HashMap::new(),
            repositories: BTreeMap::new(),
            teams: Teams::new(),
            commits: HashMap::new(),
            outgoing: Outgoing::default(),
            notices: Vec::new(),
            attachments: BTreeMap::new(),
            relations: Relations::default(),
            suggestions: Suggestions::default(),
            pins_comments: true,
            registration: Registration::of(app.id),
            sign_ins: SignIns::default(),
            stacks: Stacks::default(),
            long_tokens: false,
            label_prefix: "agent:".to_owned(),
            last_id: 1_000_000,
            last_repository: 1_296_268,
            last_installation: 40_000_000,
            tokens_made: 0,
            app,
        };
        let bot = world.app.bot();
        world.create_user(&bot, UserKind::Bot);
        world
    }

    /// The injected time, epoch milliseconds.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// A number nothing else has.
    pub fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn next_repository(&mut self) -> i64 {
        self.last_repository += 1;
        self.last_repository
    }

    pub(super) fn next_installation(&mut self) -> i64 {
        self.last_installation += 1;
        self.last_installation
    }

    /// Makes an account, or gives the one that has the login.
    pub fn create_user(&mut self, login: &str, kind: UserKind) -> User {
        let key = login.to_ascii_lowercase();
        if let Some(user) = self.users.get(&key) {
            return user.clone();
        }
        let user = User {
            login: login.to_owned(),
            id: self.next_id(),
            kind,
        };
        self.users.insert(key, user.clone());
        user
    }

    /// The account with that login, whatever its case.
    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.get(&login.to_ascii_lowercase())
    }

    /// The repository with that number.
    pub fn repository(&self, id: i64) -> Result<&Repository, ApiError> {
        self.repositories.get(&id).ok_or_else(ApiError::not_found)
    }

    /// The repository with that number, to be changed.
    pub fn repository_mut(&mut self, id: i64) -> Result<&mut Repository, ApiError> {
        self.repositories
            .get_mut(&id)
            .ok_or_else(ApiError::not_found)
    }

    /// The repository that bears the name now.
    pub fn find(&self, owner: &str, name: &str) -> Option<&Repository> {
        let same = |r: &&Repository| {
            r.owner.eq_ignore_ascii_case(owner) && r.name.eq_ignore_ascii_case(name)
        };
        self.repositories.values().find(same)
    }

    /// The repository that bore the name once.
    pub fn find_former(&self, owner: &str, name: &str) -> Option<&Repository> {
        let was = |(o, n): &(String, String)| {
            o.eq_ignore_ascii_case(owner) && n.eq_ignore_ascii_case(name)
        };
        self.repositories
            .values()
            .find(|r| r.former.iter().any(was))
    }

    /// The issue or pull request; deleted ones are 410, moved ones 301.
    pub fn issue(&self, repository: i64, number: i64) -> Result<&Issue, ApiError> {
        let home = self.repository(repository)?;
        home.issues
            .get(&number)
            .ok_or_else(|| self.gone(home, number))
    }

    /// The same, to be changed.
    pub fn issue_mut(&mut self, repository: i64, number: i64) -> Result<&mut Issue, ApiError> {
        self.issue(repository, number)?;
        let home = self.repository_mut(repository)?;
        home.issues.get_mut(&number).ok_or_else(ApiError::not_found)
    }

    /// The issue of that number in the whole of GitHub, and where it is.
    pub fn issue_of(&self, id: i64) -> Result<(IssueAt, &Issue), ApiError> {
        let place = self.relations.places.get(&id).copied();
        let place = place.ok_or_else(ApiError::not_found)?;
        Ok((place, self.issue(place.home, place.number)?))
    }

    fn gone(&self, home: &Repository, number: i64) -> ApiError {
        match home.gone.get(&number) {
            None => ApiError::not_found(),
            Some(Gone::Deleted) if !on(Rule::DeletedIssue) => ApiError::not_found(),
            Some(Gone::Moved { .. }) if !on(Rule::MovedIssue) => ApiError::not_found(),
            Some(Gone::Deleted) => ApiError::new(410, "This issue was deleted"),
            Some(Gone::Moved { repository, number }) => ApiError::moved(&format!(
                "{}/repositories/{repository}/issues/{number}",
                self.root
            )),
        }
    }

    /// The installation that covers a repository, if any.
    pub fn installation_of(&self, repository: &Repository) -> Option<&Installation> {
        let covers = |i: &&Installation| {
            i.account.eq_ignore_ascii_case(&repository.owner)
                && match &i.selection {
                    Selection::All => true,
                    Selection::Selected(ids) => ids.contains(&repository.id),
                }
        };
        self.installations.values().find(covers)
    }

    /// The repositories an installation covers.
    pub fn covered(&self, installation: i64) -> Vec<&Repository> {
        let here = |r: &&Repository| {
            self.installation_of(r)
                .is_some_and(|i| i.id == installation)
        };
        self.repositories.values().filter(here).collect()
    }

    /// How far a person may go; public repositories are readable by all.
    pub fn role_of(&self, repository: &Repository, login: &str) -> (Role, String) {
        if repository.owner.eq_ignore_ascii_case(login) {
            return (Role::Admin, Role::Admin.as_str().to_owned());
        }
        if let Some(place) = repository.collaborators.get(&login.to_ascii_lowercase()) {
            return (
                place.role,
                place
                    .custom
                    .clone()
                    .unwrap_or_else(|| place.role.as_str().to_owned()),
            );
        }
        let role = if repository.private {
            Role::None
        } else {
            Role::Read
        };
        (role, role.as_str().to_owned())
    }

    /// GitHub's word for what an author is to a repository.
    pub fn association(&self, repository: &Repository, login: &str) -> &'static str {
        if repository.owner.eq_ignore_ascii_case(login) {
            "OWNER"
        } else if repository
            .collaborators
            .contains_key(&login.to_ascii_lowercase())
        {
            "COLLABORATOR"
        } else {
            "NONE"
        }
    }

    /// Refuses a change of a repository that is archived.
    pub fn writable(&self, repository: i64) -> Result<(), ApiError> {
        if self.repository(repository)?.archived && on(Rule::Archived) {
            return Err(ApiError::new(
                403,
                "Repository was archived so is read-only.",
            ));
        }
        Ok(())
    }

    /// Makes a token and gives its text.
    pub fn mint(&mut self, token: Token) -> String {
        self.tokens_made += 1;
        let text = crate::ids::token_text(self.app.id, self.tokens_made, self.long_tokens);
        self.tokens.insert(text.clone(), token);
        text
    }

    /// What an installation may do now.
    pub fn granted(&self, installation: i64) -> Permissions {
        self.installations
            .get(&installation)
            .map(|i| i.permissions.clone())
            .unwrap_or_default()
    }
}
