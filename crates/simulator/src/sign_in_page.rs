//! GitHub's pages for people who sign in elsewhere by an App: one on which they say yes or no, and the address that exchanges codes.
//!
//! It exists because signing in goes by a browser and not by the API. Nobody is signed in at this GitHub: the page asks who it is. It must
//! never show a token but where a code was exchanged.

use hyper::Method;
use serde_json::Value;

use crate::state::State;
use crate::wire::{Incoming, Outbound};
use crate::world::account::UserKind;
use crate::world::signing_in::{Asked, Exchange};

/// The page that was asked for; `None` for whatever is none.
pub(crate) fn answer(state: &State, request: &Incoming) -> Option<Outbound> {
    match (request.path.as_str(), &request.method) {
        ("/login/oauth/authorize", &Method::GET) => Some(show(state, request)),
        ("/login/oauth/authorize", &Method::POST) => Some(decide(state, request)),
        ("/login/oauth/access_token", &Method::POST) => Some(exchange(state, request)),
        _ => None,
    }
}

/// What somebody's browser brought.
pub(crate) fn asked(query: &str) -> Asked {
    let value = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    };
    let method = value("code_challenge_method");
    Asked {
        client: value("client_id").unwrap_or_default(),
        redirect: value("redirect_uri"),
        state: value("state").unwrap_or_default(),
        // GitHub knows S256 alone.
        challenge: value("code_challenge").filter(|_| method.as_deref() == Some("S256")),
    }
}

fn show(state: &State, request: &Incoming) -> Outbound {
    let asked = asked(&request.query);
    if let Err(complaint) = state.read(|world| world.way_back(&asked)) {
        return complain(complaint);
    }
    let people: Vec<String> = state.read(|world| {
        let people = world.users.values();
        let people = people.filter(|user| user.kind == UserKind::Person);
        people.map(|user| user.login.clone()).collect()
    });
    let button = |login: &String| {
        format!("<button name=\"login\" value=\"{login}\">Authorize as {login}</button>")
    };
    let buttons: String = people.iter().map(button).collect();
    page(
        200,
        &format!(
            "<h1>Authorize</h1><form method=\"post\">{buttons}<button name=\"cancel\" value=\"1\">Cancel</button></form>"
        ),
    )
}

fn decide(state: &State, request: &Incoming) -> Outbound {
    let asked = asked(&request.query);
    let mut pairs = url::form_urlencoded::parse(&request.body);
    let login = pairs.find(|(name, _)| name == "login");
    let led = match login.map(|(_, login)| login.into_owned()) {
        Some(login) => state.change(|world| {
            let known = world.user(&login).map(|user| user.login.clone());
            let known = known.ok_or((404_u16, "Not Found"))?;
            world.let_in(&known, &asked)
        }),
        None => state.read(|world| world.decline(&asked)),
    };
    match led {
        Ok(to) => {
            let mut away = Outbound::new(302, "text/html; charset=utf-8", "");
            away.set("location", &to);
            away
        }
        Err(complaint) => complain(complaint),
    }
}

/// Takes a form or JSON, and answers as it was asked to.
fn exchange(state: &State, request: &Incoming) -> Outbound {
    let json: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let value = |name: &str| {
        if let Some(text) = json.get(name).and_then(Value::as_str) {
            return Some(text.to_owned());
        }
        let mut pairs = url::form_urlencoded::parse(&request.body);
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    };
    let asked = Exchange {
        client: value("client_id").unwrap_or_default(),
        secret: value("client_secret").unwrap_or_default(),
        code: value("code").unwrap_or_default(),
        redirect: value("redirect_uri"),
        verifier: value("code_verifier"),
    };
    let Some(answer) = state.change(|world| world.exchange(&asked)) else {
        return page(404, "<h1>Not Found</h1>");
    };
    let wants_json = request
        .header("accept")
        .is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        return Outbound::json(200, &answer);
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in answer.as_object().into_iter().flatten() {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        form.append_pair(name, &text);
    }
    Outbound::new(
        200,
        "application/x-www-form-urlencoded; charset=utf-8",
        form.finish(),
    )
}

fn complain((status, what): (u16, &str)) -> Outbound {
    page(status, &format!("<h1>{what}</h1>"))
}

fn page(status: u16, body: &str) -> Outbound {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>GitHub</title>{body}</html>"
    );
    Outbound::new(status, "text/html; charset=utf-8", text)
}
