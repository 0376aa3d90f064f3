//! Every address this GitHub knows, with the permission it needs.
//!
//! It exists as one table that can be read beside GitHub's documentation. It must never match what GitHub does not have.

use futures::future::BoxFuture;
use hyper::Method;

use crate::rest::call::{Answer, Call, Values};
use crate::rest::{
    action, app, check, comment, compare, delivery, file, graphql, issue, label, person, pull,
    registration, relation, release, repository, review, stack, suggestion, team,
};
use crate::wire::decode;
use crate::world::account::Access;
use crate::world::account::Access::{Read, Write};

/// What a caller needs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Need {
    /// Nothing.
    Open,
    /// To be the App.
    App,
    /// To be the App; the path names a repository.
    AppInRepository,
    /// To be a person.
    Person,
    /// To have the App's client secret.
    Client,
    /// To be an installation.
    Installation,
    /// This permission in the repository.
    Repository(&'static str, Access),
    /// This permission in the organization that the path names.
    Organization(&'static str, Access),
    /// `issues`, or, when the number is a pull request's, `pull_requests`.
    Issue(Access),
    /// `issues` or `pull_requests`.
    Either(Access),
}

/// One address.
pub(super) struct Route {
    /// How it is asked for.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// What a caller needs.
    pub need: Need,
    /// Counts as creating content in the secondary limits.
    pub creates: bool,
    /// What it does.
    pub run: fn(Call) -> BoxFuture<'static, Answer>,
}

macro_rules! routes {
    ($($method:ident $path:literal $need:expr => $run:path $(, $creates:ident)?;)*) => {
        &[$(Route {
            method: Method::$method,
            path: $path,
            need: $need,
            creates: !concat!("" $(, stringify!($creates))?).is_empty(),
            run: |call| Box::pin($run(call)),
        }),*]
    };
}

static ROUTES: &[Route] = routes! {
    GET "/" Need::Open => app::root;
    GET "/meta" Need::Open => app::meta;
    GET "/rate_limit" Need::Open => app::rate_limit;
    GET "/app" Need::App => app::get;
    GET "/app/installations" Need::App => app::installations;
    GET "/app/installations/{installation}" Need::App => app::installation;
    POST "/app/installations/{installation}/access_tokens" Need::App => app::mint;
    POST "/app-manifests/{code}/conversions" Need::Open => registration::convert;
    GET "/app/hook/config" Need::App => registration::hook;
    PATCH "/app/hook/config" Need::App => registration::change_hook;
    GET "/app/hook/deliveries" Need::App => delivery::list;
    GET "/app/hook/deliveries/{delivery}" Need::App => delivery::get;
    POST "/app/hook/deliveries/{delivery}/attempts" Need::App => delivery::redeliver;
    DELETE "/installation/token" Need::Installation => app::revoke;
    GET "/installation/repositories" Need::Installation => app::repositories;
    POST "/graphql" Need::Installation => graphql::post;
    GET "/orgs/{org}/teams/{team}/memberships/{login}" Need::Organization("members", Read) => team::membership;
    GET "/users/{login}" Need::Open => app::user;
    DELETE "/applications/{client}/token" Need::Client => person::forget;
    GET "/user" Need::Person => person::user;
    GET "/user/installations" Need::Person => person::installations;
    GET "/user/installations/{installation}/repositories" Need::Person => person::repositories;

    GET "/repos/{owner}/{repo}/installation" Need::AppInRepository => app::repository_installation;
    GET "/repos/{owner}/{repo}" Need::Repository("metadata", Read) => repository::get;
    GET "/repos/{owner}/{repo}/collaborators/{login}/permission" Need::Repository("metadata", Read) => repository::permission;
    GET "/repos/{owner}/{repo}/contents/{*path}" Need::Repository("contents", Read) => repository::contents;
    PUT "/repos/{owner}/{repo}/contents/{*path}" Need::Repository("contents", Write) => file::put;
    POST "/repos/{owner}/{repo}/git/refs" Need::Repository("contents", Write) => file::create_ref;
    GET "/repos/{owner}/{repo}/git/ref/heads/{*branch}" Need::Repository("contents", Read) => repository::git_ref;
    GET "/repos/{owner}/{repo}/branches" Need::Repository("contents", Read) => repository::branches;
    GET "/repos/{owner}/{repo}/branches/{*branch}" Need::Repository("contents", Read) => repository::branch;
    GET "/repos/{owner}/{repo}/rules/branches/{*branch}" Need::Repository("metadata", Read) => repository::rules;
    GET "/repos/{owner}/{repo}/rulesets/{ruleset}" Need::Repository("metadata", Read) => repository::ruleset;
    GET "/repos/{owner}/{repo}/compare/{*basehead}" Need::Repository("contents", Read) => compare::get;
    GET "/repos/{owner}/{repo}/commits/{sha}" Need::Repository("contents", Read) => repository::commit;

    GET "/repos/{owner}/{repo}/issues" Need::Either(Read) => issue::list;
    POST "/repos/{owner}/{repo}/issues" Need::Repository("issues", Write) => issue::create, creates;
    // Before the issue whose number would be "comments".
    GET "/repos/{owner}/{repo}/issues/comments" Need::Either(Read) => comment::list_all;
    GET "/repos/{owner}/{repo}/issues/{number}" Need::Issue(Read) => issue::get;
    PATCH "/repos/{owner}/{repo}/issues/{number}" Need::Issue(Write) => issue::update;
    POST "/repos/{owner}/{repo}/issues/{number}/assignees" Need::Issue(Write) => issue::add_assignees;
    DELETE "/repos/{owner}/{repo}/issues/{number}/assignees" Need::Issue(Write) => issue::remove_assignees;
    GET "/repos/{owner}/{repo}/issues/{number}/timeline" Need::Issue(Read) => issue::timeline;
    GET "/repos/{owner}/{repo}/issues/{number}/events" Need::Issue(Read) => issue::events;

    GET "/repos/{owner}/{repo}/issues/{number}/dependencies/blocked_by" Need::Issue(Read) => relation::blocked_by;
    POST "/repos/{owner}/{repo}/issues/{number}/dependencies/blocked_by" Need::Issue(Write) => relation::block, creates;
    DELETE "/repos/{owner}/{repo}/issues/{number}/dependencies/blocked_by/{issue}" Need::Issue(Write) => relation::unblock;
    GET "/repos/{owner}/{repo}/issues/{number}/dependencies/blocking" Need::Issue(Read) => relation::blocking;
    GET "/repos/{owner}/{repo}/issues/{number}/parent" Need::Issue(Read) => relation::parent;
    GET "/repos/{owner}/{repo}/issues/{number}/sub_issues" Need::Issue(Read) => relation::parts;
    POST "/repos/{owner}/{repo}/issues/{number}/sub_issues" Need::Issue(Write) => relation::add_part, creates;
    DELETE "/repos/{owner}/{repo}/issues/{number}/sub_issue" Need::Issue(Write) => relation::remove_part;
    PATCH "/repos/{owner}/{repo}/issues/{number}/sub_issues/priority" Need::Issue(Write) => relation::order_part;

    GET "/repos/{owner}/{repo}/issues/{number}/comments" Need::Issue(Read) => comment::list;
    POST "/repos/{owner}/{repo}/issues/{number}/comments" Need::Issue(Write) => comment::create, creates;
    GET "/repos/{owner}/{repo}/issues/comments/{comment}" Need::Issue(Read) => comment::get;
    PATCH "/repos/{owner}/{repo}/issues/comments/{comment}" Need::Issue(Write) => comment::update;
    DELETE "/repos/{owner}/{repo}/issues/comments/{comment}" Need::Issue(Write) => comment::delete;
    PUT "/repos/{owner}/{repo}/issues/comments/{comment}/pin" Need::Issue(Write) => comment::pin;
    DELETE "/repos/{owner}/{repo}/issues/comments/{comment}/pin" Need::Issue(Write) => comment::unpin;
    GET "/repos/{owner}/{repo}/issues/{number}/reactions" Need::Issue(Read) => comment::reactions;
    POST "/repos/{owner}/{repo}/issues/{number}/reactions" Need::Issue(Write) => comment::react;
    DELETE "/repos/{owner}/{repo}/issues/{number}/reactions/{reaction}" Need::Issue(Write) => comment::unreact;
    GET "/repos/{owner}/{repo}/issues/comments/{comment}/reactions" Need::Issue(Read) => comment::reactions;
    POST "/repos/{owner}/{repo}/issues/comments/{comment}/reactions" Need::Issue(Write) => comment::react;
    DELETE "/repos/{owner}/{repo}/issues/comments/{comment}/reactions/{reaction}" Need::Issue(Write) => comment::unreact;

    GET "/repos/{owner}/{repo}/issues/{number}/labels" Need::Issue(Read) => label::on_issue;
    POST "/repos/{owner}/{repo}/issues/{number}/labels" Need::Issue(Write) => label::add;
    PUT "/repos/{owner}/{repo}/issues/{number}/labels" Need::Issue(Write) => label::set;
    DELETE "/repos/{owner}/{repo}/issues/{number}/labels" Need::Issue(Write) => label::clear;
    DELETE "/repos/{owner}/{repo}/issues/{number}/labels/{label}" Need::Issue(Write) => label::remove;
    // Who may triage.
    GET "/repos/{owner}/{repo}/issues/{number}/suggestions" Need::Issue(Write) => suggestion::list;
    GET "/repos/{owner}/{repo}/issue-types" Need::Repository("metadata", Read) => suggestion::kinds;
    GET "/repos/{owner}/{repo}/labels" Need::Either(Read) => label::list;
    POST "/repos/{owner}/{repo}/labels" Need::Either(Write) => label::create;
    GET "/repos/{owner}/{repo}/labels/{label}" Need::Either(Read) => label::get;

    GET "/repos/{owner}/{repo}/pulls" Need::Repository("pull_requests", Read) => pull::list;
    POST "/repos/{owner}/{repo}/pulls" Need::Repository("pull_requests", Write) => pull::create, creates;
    GET "/repos/{owner}/{repo}/pulls/{number}" Need::Repository("pull_requests", Read) => pull::get;
    PATCH "/repos/{owner}/{repo}/pulls/{number}" Need::Repository("pull_requests", Write) => pull::update;
    PUT "/repos/{owner}/{repo}/pulls/{number}/merge" Need::Repository("contents", Write) => pull::merge;
    GET "/repos/{owner}/{repo}/pulls/{number}/commits" Need::Repository("pull_requests", Read) => pull::commits;
    POST "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers" Need::Repository("pull_requests", Write) => pull::ask;
    GET "/repos/{owner}/{repo}/pulls/{number}/reviews" Need::Repository("pull_requests", Read) => review::list;
    POST "/repos/{owner}/{repo}/pulls/{number}/reviews" Need::Repository("pull_requests", Write) => review::create, creates;
    GET "/repos/{owner}/{repo}/pulls/{number}/reviews/{review}" Need::Repository("pull_requests", Read) => review::get;
    GET "/repos/{owner}/{repo}/pulls/{number}/reviews/{review}/comments" Need::Repository("pull_requests", Read) => review::comments_of;
    PUT "/repos/{owner}/{repo}/pulls/{number}/reviews/{review}/dismissals" Need::Repository("pull_requests", Write) => review::dismiss;
    GET "/repos/{owner}/{repo}/pulls/{number}/comments" Need::Repository("pull_requests", Read) => review::comments;
    POST "/repos/{owner}/{repo}/pulls/{number}/comments/{line}/replies" Need::Repository("pull_requests", Write) => review::reply, creates;
    GET "/repos/{owner}/{repo}/pulls/comments/{line}" Need::Repository("pull_requests", Read) => review::comment;

    GET "/repos/{owner}/{repo}/stacks" Need::Repository("pull_requests", Read) => stack::list;
    POST "/repos/{owner}/{repo}/stacks" Need::Repository("pull_requests", Write) => stack::create;
    POST "/repos/{owner}/{repo}/stacks/{stack}/add" Need::Repository("pull_requests", Write) => stack::add;
    POST "/repos/{owner}/{repo}/stacks/{stack}/unstack" Need::Repository("pull_requests", Write) => stack::unstack;

    GET "/repos/{owner}/{repo}/pulls/comments/{line}/reactions" Need::Repository("pull_requests", Read) => comment::reactions;
    POST "/repos/{owner}/{repo}/pulls/comments/{line}/reactions" Need::Repository("pull_requests", Write) => comment::react;
    DELETE "/repos/{owner}/{repo}/pulls/comments/{line}/reactions/{reaction}" Need::Repository("pull_requests", Write) => comment::unreact;

    GET "/repos/{owner}/{repo}/releases" Need::Repository("contents", Read) => release::list;
    GET "/repos/{owner}/{repo}/actions/runs" Need::Repository("actions", Read) => action::runs;
    GET "/repos/{owner}/{repo}/actions/jobs/{job}" Need::Repository("actions", Read) => action::job;
    GET "/repos/{owner}/{repo}/actions/jobs/{job}/logs" Need::Repository("actions", Read) => action::logs;
    POST "/repos/{owner}/{repo}/check-runs" Need::Repository("checks", Write) => check::create;
    GET "/repos/{owner}/{repo}/check-runs/{check}" Need::Repository("checks", Read) => check::get;
    PATCH "/repos/{owner}/{repo}/check-runs/{check}" Need::Repository("checks", Write) => check::update;
    GET "/repos/{owner}/{repo}/commits/{sha}/check-runs" Need::Repository("checks", Read) => check::list;
    GET "/repos/{owner}/{repo}/commits/{sha}/check-suites" Need::Repository("checks", Read) => check::suites;
    GET "/repos/{owner}/{repo}/commits/{sha}/status" Need::Repository("statuses", Read) => check::combined;
    GET "/repos/{owner}/{repo}/commits/{sha}/statuses" Need::Repository("statuses", Read) => check::statuses;
    POST "/repos/{owner}/{repo}/statuses/{sha}" Need::Repository("statuses", Write) => check::create_status;
};

/// The route of a method and path, with the decoded values of the path.
pub(super) fn find(method: &Method, path: &str) -> Option<(&'static Route, Values)> {
    let method = if *method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    ROUTES
        .iter()
        .filter(|route| route.method == *method)
        .find_map(|route| Some((route, fit(route.path, path)?)))
}

fn fit(pattern: &str, path: &str) -> Option<Values> {
    let mut values = Values::new();
    let mut have = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        if let Some(name) = wanted
            .strip_prefix("{*")
            .and_then(|name| name.strip_suffix('}'))
        {
            let rest: Vec<String> = have.by_ref().map(decode).collect();
            values.insert(name.to_owned(), rest.join("/"));
            return Some(values);
        }
        let segment = have.next()?;
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) if !segment.is_empty() => {
                drop(values.insert(name.to_owned(), decode(segment)))
            }
            Some(_) => return None,
            None if wanted == segment => {}
            None => return None,
        }
    }
    have.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_routes() {
        let (_, values) =
            find(&Method::GET, "/repos/a/b/branches/agent/12-x").expect("branches with slashes");
        assert_eq!(values.get("branch").map(String::as_str), Some("agent/12-x"));
        let (route, _) = find(&Method::GET, "/repos/a/b/issues/comments/5/reactions")
            .expect("a comment's reactions");
        assert_eq!(
            route.path,
            "/repos/{owner}/{repo}/issues/comments/{comment}/reactions"
        );
        let (_, values) = find(&Method::DELETE, "/repos/a/b/issues/1/labels/agent%3Ago")
            .expect("an encoded label");
        assert_eq!(values.get("label").map(String::as_str), Some("agent:go"));
        let (route, _) = find(&Method::GET, "/repos/a/b/issues/comments")
            .expect("all comments, not the issue so called");
        assert_eq!(route.path, "/repos/{owner}/{repo}/issues/comments");
        assert!(find(&Method::POST, "/repos/a/b/branches/x").is_none());
        assert!(find(&Method::GET, "/repos/a/b/issues/1/labels/x/y").is_none());
    }
}
