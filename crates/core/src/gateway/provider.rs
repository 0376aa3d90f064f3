//! The providers of models a gateway can stand before: how their keys are sent, where they are, what may be asked of them.
//!
//! Paths are those of the public references; what answers with more than a model's words (files, batches, stored answers,
//! fine-tuning, organisations, keys) is in none of them.

/// In which header a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyHeader {
    /// `authorization: Bearer …`
    Bearer,
    /// `x-api-key: …`
    XApiKey,
    /// `x-goog-api-key: …`
    XGoogApiKey,
}

/// How a provider words its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Anthropic,
    OpenAi,
    Google,
}

/// A variable that says where a provider is.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) variable: &'static str,
    /// What of a request's path its address holds already.
    pub(super) path: &'static str,
}

/// Who serves models.
#[derive(Debug)]
pub struct Provider {
    /// The first part of the path inside.
    pub(super) name: &'static str,
    pub(super) wire: Wire,
    /// Variables with a key a gateway can add; the first that is set counts.
    pub(super) keys: &'static [(&'static str, KeyHeader)],
    pub(super) bases: &'static [Base],
    /// Variables by which the same keys mean another service, which is not served.
    pub(super) unless: &'static [&'static str],
    /// A variable with a path of the operator's own below its address.
    pub(super) own_path: Option<&'static str>,
    /// Where it is, if nobody says otherwise; none: only where somebody does.
    pub(super) home: Option<&'static str>,
    /// What may be asked: method and path, where `*` is one part of a path, and `{m}` one with a method of Google's behind a colon.
    pub(super) paths: &'static [(&'static str, &'static str)],
}

impl Provider {
    /// Its name: `anthropic`, `openai` …
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Of one that speaks as OpenAI does: <https://platform.openai.com/docs/api-reference>
const OPENAI_PATHS: &[(&str, &str)] = &[
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/responses"),
    // What codex asks for when its context is full.
    ("POST", "/v1/responses/compact"),
    ("POST", "/v1/responses/input_tokens"),
    ("POST", "/v1/embeddings"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/*"),
];

/// All of them, in the order in which they are shown.
pub(super) static ALL: [Provider; 5] = [
    // https://docs.claude.com/en/api/messages; the variables: https://code.claude.com/docs/en/llm-gateway, and goose's ANTHROPIC_HOST.
    // A login's token (CLAUDE_CODE_OAUTH_TOKEN) is not among the keys: what its program asks with it besides is not known here.
    Provider {
        name: "anthropic",
        wire: Wire::Anthropic,
        keys: &[
            ("ANTHROPIC_AUTH_TOKEN", KeyHeader::Bearer),
            ("ANTHROPIC_API_KEY", KeyHeader::XApiKey),
        ],
        bases: &[
            Base {
                variable: "ANTHROPIC_BASE_URL",
                path: "",
            },
            Base {
                variable: "ANTHROPIC_HOST",
                path: "",
            },
        ],
        unless: &["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"],
        own_path: None,
        home: Some("https://api.anthropic.com"),
        paths: &[
            ("POST", "/v1/messages"),
            ("POST", "/v1/messages/count_tokens"),
            ("GET", "/v1/models"),
            ("GET", "/v1/models/*"),
        ],
    },
    Provider {
        name: "openai",
        wire: Wire::OpenAi,
        keys: &[
            ("CODEX_API_KEY", KeyHeader::Bearer),
            ("OPENAI_API_KEY", KeyHeader::Bearer),
        ],
        bases: &[
            Base {
                variable: "OPENAI_BASE_URL",
                path: "/v1",
            },
            Base {
                variable: "OPENAI_HOST",
                path: "",
            },
        ],
        unless: &[],
        own_path: Some("OPENAI_BASE_PATH"),
        home: Some("https://api.openai.com"),
        paths: OPENAI_PATHS,
    },
    // https://ai.google.dev/api: a key in the header, or in the query, which is never passed on. GOOGLE_HOST is goose's.
    Provider {
        name: "google",
        wire: Wire::Google,
        keys: &[
            ("GEMINI_API_KEY", KeyHeader::XGoogApiKey),
            ("GOOGLE_API_KEY", KeyHeader::XGoogApiKey),
        ],
        bases: &[
            Base {
                variable: "GOOGLE_GEMINI_BASE_URL",
                path: "",
            },
            Base {
                variable: "GOOGLE_HOST",
                path: "",
            },
        ],
        unless: &["GOOGLE_GENAI_USE_VERTEXAI"],
        own_path: None,
        home: Some("https://generativelanguage.googleapis.com"),
        paths: &[
            ("POST", "/v1beta/models/{m}"),
            ("POST", "/v1/models/{m}"),
            ("GET", "/v1beta/models"),
            ("GET", "/v1beta/models/*"),
            ("GET", "/v1/models"),
            ("GET", "/v1/models/*"),
        ],
    },
    // https://openrouter.ai/docs/api/reference/overview; OPENROUTER_HOST is goose's.
    Provider {
        name: "openrouter",
        wire: Wire::OpenAi,
        keys: &[("OPENROUTER_API_KEY", KeyHeader::Bearer)],
        bases: &[Base {
            variable: "OPENROUTER_HOST",
            path: "",
        }],
        unless: &[],
        own_path: None,
        home: Some("https://openrouter.ai"),
        paths: &[
            ("POST", "/api/v1/chat/completions"),
            ("POST", "/api/v1/responses"),
            ("GET", "/api/v1/models"),
        ],
    },
    // A model of one's own for Copilot: https://docs.github.com/copilot/how-tos/copilot-cli
    Provider {
        name: "copilot",
        wire: Wire::OpenAi,
        keys: &[("COPILOT_PROVIDER_API_KEY", KeyHeader::Bearer)],
        bases: &[Base {
            variable: "COPILOT_PROVIDER_BASE_URL",
            path: "/v1",
        }],
        unless: &[],
        own_path: None,
        home: None,
        paths: OPENAI_PATHS,
    },
];

/// Methods of a model at Google's (<https://ai.google.dev/api/all-methods>).
pub(super) const GOOGLE_METHODS: [&str; 5] = [
    "generateContent",
    "streamGenerateContent",
    "countTokens",
    "embedContent",
    "batchEmbedContents",
];
