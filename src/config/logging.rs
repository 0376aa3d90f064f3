//! What is logged and how it looks.

use tracing_subscriber::EnvFilter;

use super::error::ConfigError;
use super::resolver::Resolver;
use super::sources::Sources;
use crate::core::text::mistakes::value;

/// What is logged and how it looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// A `tracing` filter that is known to parse; `None` when nobody named one.
    pub filter: Option<String>,
    /// One line of text or of JSON for each entry.
    pub format: LogFormat,
}

/// How a log entry looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

pub(super) fn read(resolver: &mut Resolver<'_>) -> Logging {
    let filter = resolver.meant("log", |found| {
        let text = found.text.trim();
        let parsed = EnvFilter::builder().parse(text);
        parsed
            .map(|_| text.to_owned())
            .map_err(|error| value::filter(text, &error.to_string()))
    });
    let format = resolver.meant("log_format", |found| match found.text.trim() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(value::one_of(&["text", "json"], other)),
    });
    Logging {
        filter,
        format: format.unwrap_or_default(),
    }
}

impl Sources {
    /// What to log, before anything else is understood.
    pub fn logging(&self) -> Result<Logging, ConfigError> {
        let mut resolver = Resolver::new(self);
        resolver.mistakes.clear();
        let logging = read(&mut resolver);
        if resolver.mistakes.is_empty() {
            Ok(logging)
        } else {
            Err(ConfigError(resolver.mistakes))
        }
    }

    /// How an entry looks, whatever else is wrong.
    pub fn log_format(&self) -> LogFormat {
        read(&mut Resolver::new(self)).format
    }
}
