//! GitHub's pages for people who register and install an App.
//!
//! It exists because a set-up goes by a browser and not by the API. What is asked of a person there (a name to confirm, a button to
//! press) is done at once: whoever posts the form has pressed it.

use hyper::Method;

use crate::state::State;
use crate::wire::{Incoming, Outbound};
use crate::world::facts::World;

/// The page that was asked for; `None` for whatever is none.
pub(crate) fn answer(state: &State, request: &Incoming) -> Option<Outbound> {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["settings", "apps", "new"] => Some(new_app(state, request)),
        ["organizations", owner, "settings", "apps", "new"] => {
            let known = state.read(|world| world.user(owner).is_some());
            Some(match known {
                true => new_app(state, request),
                false => page(404, "<h1>Not Found</h1>"),
            })
        }
        ["apps", slug, "installations", "new"] => Some(install(state, request, slug)),
        _ => None,
    }
}

fn new_app(state: &State, request: &Incoming) -> Outbound {
    if request.method != Method::POST {
        return page(200, "<h1>Register new GitHub App</h1>");
    }
    let manifest = value(&request.body, "manifest").unwrap_or_default();
    let back = value(request.query.as_bytes(), "state").unwrap_or_default();
    match state.change(|world| world.register(&manifest, &back)) {
        Ok(to) => away(&to),
        Err(complaints) => {
            let items: String = complaints
                .iter()
                .map(|what| format!("<li>{what}</li>"))
                .collect();
            page(
                422,
                &format!("<h1>Invalid GitHub App configuration</h1><ul>{items}</ul>"),
            )
        }
    }
}

/// One button for each account that has a repository.
fn install(state: &State, request: &Incoming, slug: &str) -> Outbound {
    let (known, owners) = state.read(|world| (world.app.slug == slug, owners(world)));
    if !known {
        return page(404, "<h1>Not Found</h1>");
    }
    if request.method != Method::POST {
        let button = |owner: &String| {
            format!("<button name=\"account\" value=\"{owner}\">Install on {owner}</button>")
        };
        let buttons: String = owners.iter().map(button).collect();
        return page(
            200,
            &format!("<h1>Install {slug}</h1><form method=\"post\">{buttons}</form>"),
        );
    }
    let account = value(&request.body, "account").unwrap_or_default();
    if !owners.contains(&account) {
        return page(404, "<h1>Not Found</h1>");
    }
    away(&state.change(|world| {
        let id = world.install_on(&account);
        match world.registration.setup_url.clone() {
            Some(to) => format!("{to}?installation_id={id}&setup_action=install"),
            None => format!("{}/settings/installations/{id}", world.root),
        }
    }))
}

fn owners(world: &World) -> Vec<String> {
    let mut owners: Vec<String> = world
        .repositories
        .values()
        .map(|home| home.owner.clone())
        .collect();
    owners.sort();
    owners.dedup();
    owners
}

fn value(form: &[u8], wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(form);
    pairs
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

fn page(status: u16, body: &str) -> Outbound {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>GitHub</title>{body}</html>"
    );
    Outbound::new(status, "text/html; charset=utf-8", text)
}

fn away(to: &str) -> Outbound {
    let mut away = Outbound::new(302, "text/html; charset=utf-8", "");
    away.set("location", to);
    away
}
