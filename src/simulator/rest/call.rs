//! A request on its way to its endpoint, and what the endpoint answers.
//!
//! It exists so that endpoints read values by name and never touch bytes. It must never hold a lock.

use std::sync::Arc;

use serde_json::Value;

use super::super::auth::Caller;
use super::super::hub::Hub;
use super::super::refusal::Refusal;
use super::super::traffic::Violation;
use super::super::wire::Incoming;
use super::super::world::World;
use super::super::world::repository::Repository;
use super::route::Values;

/// An endpoint's answer.
pub type Answer = Result<Reply, Refusal>;

/// An answer that is no refusal.
#[derive(Debug, Clone)]
pub struct Reply {
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
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, headers: Vec::new(), text: None }
    }

    /// 200.
    pub fn ok(body: Value) -> Answer {
        Ok(Self::new(200, body))
    }

    /// 201.
    pub fn created(body: Value) -> Answer {
        Ok(Self::new(201, body))
    }

    /// 204.
    pub fn no_content() -> Answer {
        Ok(Self::new(204, Value::Null))
    }

    /// 200 with a `Link` header, when there are other pages.
    pub fn page(body: Value, link: Option<String>) -> Answer {
        let headers = link.into_iter().map(|link| ("link".to_owned(), link)).collect();
        Ok(Self { headers, ..Self::new(200, body) })
    }
}

/// A request that may use its endpoint.
pub struct Call {
    hub: Arc<Hub>,
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

impl Call {
    /// Puts a request's parts together.
    pub fn new(
        hub: Arc<Hub>,
        snapshot: Option<Arc<World>>,
        caller: Caller,
        values: Values,
        request: &Incoming,
        body: Value,
    ) -> Self {
        let pairs = url::form_urlencoded::parse(request.query.as_bytes());
        let query = pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let address = format!("{}{}", hub.look(|world| world.root.clone()), request.path);
        let accept = request.header("accept").unwrap_or_default().to_owned();
        let secret =
            request.header("authorization").and_then(|text| text.split_once(' ')).map_or("", |(_, token)| token);
        let secret = secret.trim().to_owned();
        Self { hub, snapshot, caller, secret, values, query, address, accept, body, repository: 0 }
    }

    /// The shared heart.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Reads the world, or the old one a stale read was asked for.
    pub fn look<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        match &self.snapshot {
            Some(world) => read(world),
            None => self.hub.look(read),
        }
    }

    /// Changes the world.
    pub fn change<T>(&self, write: impl FnOnce(&mut World) -> T) -> T {
        self.hub.change(write)
    }

    /// A value of the path, decoded.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A number of the path; anything else is 404.
    pub fn number(&self, name: &str) -> Result<i64, Refusal> {
        self.value(name).parse().map_err(|_| Refusal::not_found())
    }

    /// A value of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A text of the body.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// An owned text of the body.
    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A text the body must have.
    pub fn wanted(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// A list of texts of the body; labels may also be objects with a name.
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        texts_of(self.body.get(name)?)
    }

    /// The login of who calls.
    pub fn actor(&self) -> String {
        self.hub.look(|world| world.app.bot())
    }

    /// Writes down that a well-behaved client would not have called this.
    pub fn violates(&self, what: &str) {
        let at = self.hub.look(World::now);
        let what = what.to_owned();
        self.hub.traffic(|t| t.violations.push(Violation { at, what }));
    }

    /// Whether the path speaks of a pull request (by number, or by a comment on one).
    pub fn concerns_pull(&self, world: &World, home: &Repository) -> bool {
        let number = match (self.number("number"), self.number("comment")) {
            (Ok(number), _) => Some(number),
            (_, Ok(comment)) => world.comment_home(home.id, comment).ok(),
            _ => None,
        };
        number.and_then(|number| home.issues.get(&number)).is_some_and(|issue| issue.pull.is_some())
    }

    /// The part of a list that was asked for, and the `Link` header to the other parts.
    pub fn slice<T>(&self, items: Vec<T>) -> (Vec<T>, Option<String>) {
        let asked = |name: &str, otherwise: usize| self.query(name).and_then(|v| v.parse().ok()).unwrap_or(otherwise);
        let size = asked("per_page", 30).clamp(1, 100);
        let page = asked("page", 1).max(1);
        let last = items.len().div_ceil(size).max(1);
        let link = self.link(page, last);
        (items.into_iter().skip((page - 1) * size).take(size).collect(), link)
    }

    fn link(&self, page: usize, last: usize) -> Option<String> {
        let mut links = Vec::new();
        let mut add = |rel: &str, to: usize| links.push(format!("<{}>; rel=\"{rel}\"", self.page_address(to)));
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
        query.extend_pairs(others).append_pair("page", &page.to_string());
        format!("{}?{}", self.address, query.finish())
    }
}

/// The texts of an array; objects count by their `name`.
pub fn texts_of(value: &Value) -> Option<Vec<String>> {
    let text = |item: &Value| item.as_str().or_else(|| item.get("name")?.as_str()).map(str::to_owned);
    value.as_array()?.iter().map(text).collect()
}

/// 422 for a body that lacks something.
pub fn missing(name: &str) -> Refusal {
    Refusal::new(422, &format!("Invalid request.\n\n\"{name}\" wasn't supplied."))
}
