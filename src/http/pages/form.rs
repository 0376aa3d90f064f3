//! What a form says: its fields by name. It must never take more than one form is large, nor anything that is not one.

use std::collections::HashMap;

use axum::extract::Request;
use axum::http::header;

use crate::core::text::requests::invalid;
use crate::http::api_error::ApiError;
use crate::http::body::Reader;

/// The fields of a form; of a name that stands there twice the last counts.
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    /// Reads them.
    pub(super) async fn of(reader: &Reader, request: Request) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let kind = head.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(ApiError::new(415, "not_a_form", invalid::NOT_A_FORM));
        }
        reader.check(&head.headers, &body)?;
        let whole = reader.read(body).await?;
        let pairs = url::form_urlencoded::parse(&whole.bytes).into_owned();
        Ok(Self(pairs.collect()))
    }

    /// The value of a field; nothing where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// A field of an address' query.
pub(super) fn asked(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
