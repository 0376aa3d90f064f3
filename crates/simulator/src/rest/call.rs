//! A request on its way to its endpoint, and what the endpoint answers.
//!
//! It exists so that endpoints read values by name and never touch bytes. It must never hold a lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::api_error::{ApiError, missing};
use crate::auth::Caller;
use crate::behaviour::{Rule, on};
use crate::call_log::Violation;
use crate::state::State;
use crate::wire::Incoming;
use crate::world::account::Access;
use crate::world::facts::World;
use crate::world::repository::Repository;

/// The values a path had for the names of its pattern.
pub(super) type Values = BTreeMap<String, String>;

/// An endpoint's answer.
pub(crate) type Answer = Result<Reply, ApiError>;

/// An answer that is no refusal.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The status.
    pub status: u16,
    /// The JSON; null is no body.
    pub body: Value,
    /// Headers besides the usual ones.
    pub headers: Vec<(String, String)>,
    /// Plain text instead of JSON (diffs).
    pub text: Option<String>,
}

impl Reply {
    /// A status with a body.
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
            text: None,
        }
    }

    /// 200.
    pub(crate) fn ok(body: Value) -> Answer {
        Ok(Self::new(200, body))
    }

    /// 201.
    pub(crate) fn created(body: Value) -> Answer {
        Ok(Self::new(201, body))
    }

    /// 204.
    pub(crate) fn no_content() -> Answer {
        Ok(Self::new(204, Value::Null))
    }

    /// 200 with a `Link` header, when there are other pages.
    pub(crate) fn page(body: Value, link: Option<String>) -> Answer {
        let headers = link
            .into_iter()
            .map(|link| ("link".to_owned(), link))
            .collect();
        Ok(Self {
            headers,
            ..Self::new(200, body)
        })
    }
}

/// A request that may use its endpoint.
pub(crate) struct Call {
    state: Arc<State>,
    snapshot: Option<Arc<World>>,
    /// Who calls.
    pub caller: Caller,
    /// The token of the request.
    pub secret: String,
    values: Values,
    query: Vec<(String, String)>,
    /// The address without the query, for `Link` headers.
    address: String,
    /// The `Accept` header.
    pub accept: String,
    /// The JSON body; null when there was none.
    pub body: Value,
    /// The repository of the path; 0 when it has none.
    pub repository: i64,
}

/// What was found out about a request before its endpoint is called.
pub(super) struct CallFacts {
    /// Who calls.
    pub caller: Caller,
    /// The values of the path.
    pub values: Values,
    /// The JSON body; null when there was none.
    pub body: Value,
    /// The old world a stale read was asked for.
    pub snapshot: Option<Arc<World>>,
    /// Whether the request was held back by a fault, so that its client may have given it up.
    pub late: bool,
}

impl Call {
    /// Puts a request's parts together.
    pub(super) fn new(state: Arc<State>, request: &Incoming, facts: CallFacts) -> Self {
        let pairs = url::form_urlencoded::parse(request.query.as_bytes());
        let query = pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let address = format!("{}{}", state.read(|world| world.root.clone()), request.path);
        let accept = request.header("accept").unwrap_or_default().to_owned();
        let secret = request
            .header("authorization")
            .and_then(|text| text.split_once(' '))
            .map_or("", |(_, token)| token);
        let secret = secret.trim().to_owned();
        Self {
            state,
            snapshot: facts.snapshot,
            caller: facts.caller,
            secret,
            values: facts.values,
            query,
            address,
            accept,
            body: facts.body,
            repository: 0,
        }
    }

    /// The shared heart.
    pub(crate) fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Reads the world, or the old one a stale read was asked for.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        match &self.snapshot {
            Some(world) => read(world),
            None => self.state.read(read),
        }
    }

    /// Changes the world.
    pub(crate) fn change<T>(&self, write: impl FnOnce(&mut World) -> T) -> T {
        self.state.change(write)
    }

    /// A value of the path, decoded.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A number of the path; anything else is 404.
    pub(crate) fn number(&self, name: &str) -> Result<i64, ApiError> {
        self.value(name).parse().map_err(|_| ApiError::not_found())
    }

    /// A value of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// An owned text of the body.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A text the body must have.
    pub(crate) fn wanted(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// The labels of the body, if it has any: names, or objects with a name.
    pub(crate) fn labels(&self) -> Result<Option<Vec<String>>, ApiError> {
        self.names("labels", "name")
    }

    /// A list of people in the body, if it has one: logins, or objects with a login.
    pub(crate) fn people(&self, field: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.names(field, "login")
    }

    fn names(&self, field: &str, key: &str) -> Result<Option<Vec<String>>, ApiError> {
        let Some(listed) = self.body.get(field) else {
            return Ok(None);
        };
        let offered = self.read(|world| world.suggestions.offered);
        names_of(listed, key, offered)
            .map(Some)
            .ok_or_else(|| ApiError::invalid("Issue", field, "invalid"))
    }

    /// A title of the body: a text or a number.
    pub(crate) fn title(&self) -> Option<String> {
        let title = self.body.get("title")?;
        title
            .as_str()
            .map(str::to_owned)
            .or_else(|| title.as_i64().map(|number| number.to_string()))
    }

    /// A value of the query that must be one of a few words, if it is there.
    pub(crate) fn choice(&self, name: &str, known: &[&str]) -> Result<Option<&str>, ApiError> {
        let asked = self.query(name);
        if asked.is_some_and(|asked| !known.contains(&asked)) && on(Rule::QueryWord) {
            return Err(ApiError::invalid("Search", name, "invalid"));
        }
        Ok(asked)
    }

    /// The login of who calls.
    pub(crate) fn actor(&self) -> String {
        self.state.read(|world| world.app.bot())
    }

    /// Whether the token may set a type: who may push.
    pub(crate) fn may_type(&self) -> bool {
        let Caller::Installation(token) = &self.caller else {
            return false;
        };
        token
            .permissions
            .get("contents")
            .is_some_and(|access| *access >= Access::Write)
            || !on(Rule::TypeNeedsPush)
    }

    /// Writes down that a well-behaved client would not have called this.
    pub(crate) fn violates(&self, what: &str) {
        let at = self.state.read(World::now);
        let what = what.to_owned();
        self.state
            .call_log(|t| t.violations.push(Violation { at, what }));
    }

    /// Whether the path speaks of a pull request (by number, or by a comment on one).
    pub(crate) fn concerns_pull(&self, world: &World, home: &Repository) -> bool {
        let number = match (self.number("number"), self.number("comment")) {
            (Ok(number), _) => Some(number),
            (_, Ok(comment)) => world.comment_home(home.id, comment).ok(),
            _ => None,
        };
        number
            .and_then(|number| home.issues.get(&number))
            .is_some_and(|issue| issue.pull.is_some())
    }

    /// The part of a list that was asked for, and the `Link` header to the other parts.
    pub(crate) fn slice<T>(&self, items: Vec<T>) -> (Vec<T>, Option<String>) {
        let asked = |name: &str, otherwise: usize| {
            self.query(name)
                .and_then(|v| v.parse().ok())
                .unwrap_or(otherwise)
        };
        let size = asked("per_page", 30);
        let most = if size > 100 && !on(Rule::PageLimit) {
            size
        } else {
            100
        };
        let size = size.clamp(1, most);
        let page = asked("page", 1).max(1);
        let last = items.len().div_ceil(size).max(1);
        let link = self.link(page, last);
        (
            items
                .into_iter()
                .skip((page - 1) * size)
                .take(size)
                .collect(),
            link,
        )
    }

    fn link(&self, page: usize, last: usize) -> Option<String> {
        let mut links = Vec::new();
        let mut add = |rel: &str, to: usize| {
            links.push(format!("<{}>; rel=\"{rel}\"", self.page_address(to)))
        };
        if page > 1 {
            add("prev", page - 1);
        }
        if page < last {
            add("next", page + 1);
            add("last", last);
        }
        if page > 1 {
            add("first", 1);
        }
        (!links.is_empty()).then(|| links.join(", "))
    }

    fn page_address(&self, page: usize) -> String {
        let others = self.query.iter().filter(|(name, _)| name != "page");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .extend_pairs(others)
            .append_pair("page", &page.to_string());
        format!("{}?{}", self.address, query.finish())
    }
}

/// The names in a list of texts or objects that have the name by a key. What is only suggested waits for a person, and is
/// left out; a GitHub that knows no suggestions passes over the word and does it.
/// <https://docs.github.com/rest/issues/labels#add-labels-to-an-issue>
fn names_of(listed: &Value, key: &str, offered: bool) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for item in listed.as_array()? {
        let name = item.as_str().or_else(|| item.get(key)?.as_str())?;
        let sure = item
            .get("confidence")
            .is_none_or(|c| ["low", "medium", "high"].iter().any(|known| c == known));
        let asked = item.get("suggest").is_some_and(|suggest| suggest == true);
        let suggested = asked && offered && on(Rule::Suggested);
        if !sure && on(Rule::Confidence) {
            return None;
        }
        names.extend((!suggested).then(|| name.to_owned()));
    }
    Some(names)
}
