//! Addresses of pages, as values and back. It must never take a text for a name that is none.

use axum::http::Uri;

use crate::core::ids::IssueNumber;
use crate::http::page_service::PageAddress;

/// The page at an address, where there is one.
pub(super) fn of(uri: &Uri) -> Option<PageAddress> {
    let parts: Vec<&str> = uri.path().split('/').skip(1).collect();
    let before = || number(uri.query().unwrap_or_default());
    Some(match parts.as_slice() {
        [""] => PageAddress::Overview,
        ["tasks", owner, name, issue] => {
            let issue: i64 = issue.parse().ok().filter(|issue| *issue > 0)?;
            let repository = format!("{owner}/{name}").parse().ok()?;
            PageAddress::Task(repository, IssueNumber(issue))
        }
        ["sessions", id] => PageAddress::Session {
            id: id.parse().ok()?,
            before: before(),
        },
        ["graph", owner, name] => PageAddress::Graph(format!("{owner}/{name}").parse().ok()?),
        ["queue"] => PageAddress::Queue,
        ["repositories"] => PageAddress::Repositories,
        ["agents"] => PageAddress::Agents,
        ["deliveries"] => PageAddress::Deliveries { before: before() },
        ["outcomes"] => PageAddress::Outcomes,
        _ => return None,
    })
}

/// `before` of a query, where it is a place.
fn number(query: &str) -> Option<i64> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == "before")?;
    value.parse().ok().filter(|before| *before > 0)
}

/// Whether what a page shows can change while somebody looks at it. What is past stays.
pub(super) fn is_live(address: &PageAddress) -> bool {
    !matches!(
        address,
        PageAddress::Session {
            before: Some(_),
            ..
        } | PageAddress::Deliveries { before: Some(_) }
    )
}

/// Where the changes of the page at an address come from.
pub(super) fn live(uri: &Uri) -> String {
    let page: String = url::form_urlencoded::byte_serialize(uri.path().as_bytes()).collect();
    format!("/live?page={page}")
}

/// A path of ours to go back to, and the overview where it is none: no other host, whatever was sent.
pub(super) fn back(path: &str) -> &str {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    match plain && path.starts_with('/') && !path.starts_with("//") && path.len() < 500 {
        true => path,
        false => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> bool {
        of(&text.parse().expect("an address")).is_some()
    }

    #[test]
    fn only_pages_are_pages() {
        for path in [
            "/",
            "/queue",
            "/tasks/octo/hello/12",
            "/sessions/1-12-1?before=77",
            "/graph/octo/hello",
            "/deliveries?before=x",
        ] {
            assert!(known(path), "{path}");
        }
        for path in [
            "/tasks/octo/hello/0",
            "/tasks/octo/hello/x",
            "/tasks/octo/..%2f/1",
            "/sessions/%3Cb%3E",
            "/queue/",
            "/nothing",
        ] {
            assert!(!known(path), "{path}");
        }
    }

    #[test]
    fn the_way_back_is_on_this_host() {
        for path in ["/", "/tasks/o/r/1", "/sessions/1-2-3?before=4"] {
            assert_eq!(back(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/a\r\nx",
        ] {
            assert_eq!(back(path), "/", "{path}");
        }
    }
}
