//! GitHub's no: the status, the sentence and the details it refuses with.
//!
//! It exists so that a rule of the world is written once and answers people, REST and git alike. It must never be used for
//! a defect of the simulator itself.

use serde_json::{Value, json};

/// What GitHub answers instead of doing it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{status} {message}{}", self.details())]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The `message` field.
    pub message: String,
    /// The `errors` field; empty: left out.
    pub errors: Vec<Value>,
    /// Headers besides the usual ones.
    pub headers: Vec<(String, String)>,
}

impl ApiError {
    /// A status with a sentence.
    pub fn new(status: u16, message: &str) -> Self {
        Self {
            status,
            message: message.to_owned(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// 404, which is also what GitHub says to those who may not know.
    pub fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 401 for a token that is unknown or ended.
    pub fn bad_credentials() -> Self {
        Self::new(401, "Bad credentials")
    }

    /// 403 for a token that lacks the permission.
    pub fn not_permitted() -> Self {
        Self::new(403, "Resource not accessible by integration")
    }

    /// 301 to where it is now.
    pub fn moved(location: &str) -> Self {
        Self::new(301, "Moved Permanently").with_header("location", location)
    }

    /// The address of a moved issue with what the request wanted of it: `/comments`, `/labels` and the like.
    pub fn keeping(mut self, path: &str) -> Self {
        let wanted = path
            .split_once("/issues/")
            .and_then(|(_, rest)| rest.split_once('/'))
            .map(|(_, wanted)| wanted);
        let location = self
            .headers
            .iter_mut()
            .find(|(name, _)| *name == "location")
            .map(|(_, url)| url);
        if let (Some(wanted), Some(url)) = (wanted, location) {
            url.push('/');
            url.push_str(wanted);
        }
        self
    }

    /// 422 with one of the coded errors (`missing_field`, `invalid`, `already_exists`, …).
    pub fn invalid(resource: &str, field: &str, code: &str) -> Self {
        Self::unprocessable(json!({ "resource": resource, "field": field, "code": code }))
    }

    /// 422 with an error that has its own sentence.
    pub fn custom(resource: &str, field: Option<&str>, message: &str) -> Self {
        let mut error = json!({ "resource": resource, "code": "custom", "message": message });
        if let Some(field) = field {
            error["field"] = json!(field);
        }
        Self::unprocessable(error)
    }

    /// 422 whose errors are sentences and nothing else, as reviews have it.
    pub fn worded(sentence: &str) -> Self {
        Self {
            errors: vec![json!(sentence)],
            ..Self::new(422, "Unprocessable Entity")
        }
    }

    /// The same refusal with its errors as sentences.
    pub fn in_words(self) -> Self {
        let sentence = self
            .errors
            .first()
            .and_then(|error| error.get("message"))
            .and_then(Value::as_str);
        Self::worded(sentence.unwrap_or(&self.message))
    }

    fn unprocessable(error: Value) -> Self {
        Self {
            errors: vec![error],
            ..Self::new(422, "Validation Failed")
        }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body GitHub sends.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "message": self.message,
            "documentation_url": "https://docs.github.com/rest",
            "status": self.status.to_string(),
        });
        if !self.errors.is_empty() {
            body["errors"] = Value::Array(self.errors.clone());
        }
        if let Some((_, url)) = self.headers.iter().find(|(name, _)| name == "location") {
            body["url"] = json!(url);
        }
        body
    }

    fn details(&self) -> String {
        if self.errors.is_empty() {
            String::new()
        } else {
            format!(" {}", Value::Array(self.errors.clone()))
        }
    }
}

/// 422 for a body that lacks something.
pub fn missing(name: &str) -> ApiError {
    ApiError::new(
        422,
        &format!("Invalid request.\n\n\"{name}\" wasn't supplied."),
    )
}
