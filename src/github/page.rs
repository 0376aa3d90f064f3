//! From one page of a list to the next, never to another place than the configured API.
//!
//! A server behind a balancer may name itself by an address only it can use, or by `http` where we speak `https`. What its
//! link says of the page counts (its query); where it points does not. <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>

use std::collections::HashSet;

use url::Url;

use super::answer::Answer;
use super::request::ApiRequest;

/// The pages of one list.
pub(super) struct Pages<'a> {
    api: &'a Url,
    read: HashSet<String>,
}

impl<'a> Pages<'a> {
    /// Of a list below the API's root.
    pub(super) fn of(api: &'a Url) -> Self {
        Self {
            api,
            read: HashSet::new(),
        }
    }

    /// What to ask for after this answer; `None` at the end, and when the link leads back to a page that was read.
    pub(super) fn after(&mut self, ask: &ApiRequest, answer: &Answer) -> Option<ApiRequest> {
        let here = below(self.api, &ask.path)?;
        self.read.insert(here.to_string());
        let link = here.join(answer.next_page()?).ok()?;
        let next = if is_below(self.api, &link) {
            link
        } else {
            tracing::debug!(
                host = link.host_str(),
                "a link to the next page points elsewhere; the page is asked for here"
            );
            let mut next = here;
            next.set_query(Some(link.query()?));
            next
        };
        self.read
            .insert(next.to_string())
            .then(|| ask.at(next.as_str()))
    }
}

/// The absolute address of a path, which may be one already.
pub(super) fn below(api: &Url, path: &str) -> Option<Url> {
    let root = api.as_str().trim_end_matches('/');
    if path.starts_with('/') {
        Url::parse(&format!("{root}{path}"))
    } else {
        Url::parse(path)
    }
    .ok()
}

/// Whether an address is one of the API's own.
pub(super) fn is_below(api: &Url, address: &Url) -> bool {
    let root = api.path().trim_end_matches('/');
    address.origin() == api.origin()
        && address
            .path()
            .strip_prefix(root)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The same place on our API for an address that names a repository by its number: that means the same wherever it is asked,
/// so that a renamed repository is found behind a balancer as well.
pub(super) fn at_home(api: &Url, address: &Url) -> Option<Url> {
    let (_, rest) = address.path().split_once("/repositories/")?;
    let number = rest.split('/').next()?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut home = api.clone();
    home.set_path(&format!(
        "{}/repositories/{rest}",
        api.path().trim_end_matches('/')
    ));
    home.set_query(address.query());
    Some(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("an address")
    }

    #[test]
    fn a_numbered_repository_is_at_home_and_nothing_else() {
        let api = url("https://ghes.example/api/v3");
        let home = |text: &str| at_home(&api, &url(text)).map(|home| home.to_string());
        assert_eq!(
            home("http://inner.example/api/v3/repositories/77/issues/1?page=2").as_deref(),
            Some("https://ghes.example/api/v3/repositories/77/issues/1?page=2")
        );
        for elsewhere in [
            "https://evil.example/repos/o/n",
            "https://evil.example/repositories/x/y",
            "https://h/user",
        ] {
            assert_eq!(home(elsewhere), None, "{elsewhere}");
        }
        assert!(is_below(&api, &url("https://ghes.example/api/v3/user")));
        for outside in [
            "https://ghes.example/api/v30/user",
            "http://ghes.example/api/v3/user",
            "https://ghes.example/x",
        ] {
            assert!(!is_below(&api, &url(outside)), "{outside}");
        }
    }
}
