//! The cookie of the set-up page: it holds the page's key, is for that page alone, and no script reads it.

use axum::http::{HeaderMap, header};

/// Its name.
const NAME: &str = "skep_setup";

/// What sets it. `Lax`, because GitHub's page leads back here.
pub(super) fn setting(key: &str) -> String {
    format!("{NAME}={key}; Path=/setup; HttpOnly; SameSite=Lax; Max-Age=86400")
}

/// The key in a request's cookies.
pub(super) fn read(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(';')).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim() == NAME).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn it_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(read(&headers), None);
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; skep_setup=k1; c=d"),
        );
        assert_eq!(read(&headers).as_deref(), Some("k1"));
        headers.insert(header::COOKIE, HeaderValue::from_static("xskep_setup=k1"));
        assert_eq!(read(&headers), None);
    }
}
