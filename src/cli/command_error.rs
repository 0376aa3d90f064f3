//! How a command ends: well, or with an exit code and what is said of it.

use std::process::ExitCode;

use super::admin_client::AdminError;
use crate::config::{ConfigError, LogFormat};

/// Why a command did not succeed, by its exit code.
#[derive(Debug)]
pub enum CommandError {
    /// 1: it was tried and failed; the text says why.
    Failed(anyhow::Error),
    /// 1: everything was said already.
    Unsuccessful,
    /// 2: the command line or the configuration is wrong; the text says how.
    Misused(String),
    /// Another code: as a command ended that was run for somebody, or what the answer is where it is other than yes.
    Ended {
        /// The exit code.
        code: u8,
        /// What is said of it; none where everything was said already.
        why: Option<anyhow::Error>,
    },
}

/// What a command ends with.
pub type CommandResult = Result<(), CommandError>;

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<AdminError> for CommandError {
    fn from(error: AdminError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        Self::Misused(error.to_string())
    }
}

impl CommandError {
    /// 1 or 2, or the answer's own.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) | Self::Unsuccessful => ExitCode::from(1),
            Self::Misused(_) => ExitCode::from(2),
            Self::Ended { code, .. } => ExitCode::from(*code),
        }
    }

    /// What the person at the terminal is told, with its causes.
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Failed(error) => Some(format!("skep: {error:#}")),
            Self::Unsuccessful | Self::Ended { why: None, .. } => None,
            Self::Ended {
                why: Some(error), ..
            } => Some(format!("skep: {error:#}")),
            Self::Misused(what) => Some(format!("skep: {what}")),
        }
    }
}

/// What a program that ends says last, as the rest of its log looks. It must be heard whatever the log's filter says.
pub fn final_message(message: &str, format: LogFormat) -> String {
    match format {
        LogFormat::Text => message.to_owned(),
        LogFormat::Json => {
            let message = message.trim_start_matches("skep: ");
            let time = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
            let time = time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            let fields = serde_json::json!({ "message": message });
            serde_json::json!({ "timestamp": time, "level": "ERROR", "fields": fields, "target": "skep" }).to_string()
        }
    }
}
