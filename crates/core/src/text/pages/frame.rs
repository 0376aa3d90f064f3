//! What is known of what is around a page: which one is open, the colors, who reads it.

use askama::Template;

use super::words::Line;

/// Which page of the navigation is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What goes on.
    Overview,
    /// What waits.
    Queue,
    /// Where.
    Repositories,
    /// Who.
    Agents,
    /// What came in.
    Deliveries,
    /// What became of it.
    Outcomes,
    /// None of them.
    None,
}

impl Tab {
    pub(super) const SHOWN: [Self; 6] = [
        Self::Overview,
        Self::Queue,
        Self::Repositories,
        Self::Agents,
        Self::Deliveries,
        Self::Outcomes,
    ];

    /// Those that show what is in repositories, and nothing of skep as a whole.
    const OF_REPOSITORIES: [Self; 4] = [
        Self::Overview,
        Self::Queue,
        Self::Repositories,
        Self::Outcomes,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Queue => "Queue",
            Self::Repositories => "Repositories",
            Self::Agents => "Agents",
            Self::Deliveries => "Deliveries",
            Self::Outcomes => "Outcomes",
            Self::None => "",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Overview | Self::None => "/",
            Self::Queue => "/queue",
            Self::Repositories => "/repositories",
            Self::Agents => "/agents",
            Self::Deliveries => "/deliveries",
            Self::Outcomes => "/outcomes",
        }
    }
}

/// The colors of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its word in the cookie and in the form.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word; the system's where it is none.
    pub fn of(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|theme| theme.word() == word).unwrap_or_default()
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// Who reads a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// Somebody who may look.
    Looks,
    /// Somebody who signed in.
    SignedIn {
        /// What has to come with each order, so that no other page can give it.
        csrf: String,
        /// What came of the last one.
        news: Option<Line>,
        /// Who, of those who signed in with GitHub; none: somebody with the admin token.
        login: Option<String>,
        /// Whether they may give orders on this page.
        orders: bool,
    },
}

impl Reader {
    /// What has to come with each order; nothing where they may give none.
    pub fn csrf(&self) -> Option<&str> {
        match self {
            Self::SignedIn {
                csrf, orders: true, ..
            } => Some(csrf),
            Self::Looks | Self::SignedIn { .. } => None,
        }
    }

    /// What has to come with signing out.
    pub(super) fn signed_in(&self) -> Option<&str> {
        match self {
            Self::Looks => None,
            Self::SignedIn { csrf, .. } => Some(csrf),
        }
    }

    /// Who signed in with GitHub.
    pub(super) fn login(&self) -> Option<&str> {
        match self {
            Self::Looks => None,
            Self::SignedIn { login, .. } => login.as_deref(),
        }
    }

    /// The pages that are theirs.
    pub(super) fn tabs(&self) -> Vec<Tab> {
        match self.login() {
            None => Tab::SHOWN.to_vec(),
            Some(_) => Tab::OF_REPOSITORIES.to_vec(),
        }
    }
}

/// The addresses of style and script, which change with what is in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The style.
    pub style: String,
    /// The script.
    pub script: String,
}

/// What is around a page.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Its path, and its query if it has one.
    pub path: &'a str,
    /// Where its changes come from, if they do.
    pub live: Option<&'a str>,
    /// Its colors.
    pub theme: Theme,
    /// Who reads it.
    pub reader: &'a Reader,
    /// Style and script.
    pub assets: &'a Assets,
    /// skep's version.
    pub version: &'a str,
}

/// The markup of a template of ours.
pub(super) fn rendered(template: &impl Template) -> String {
    template
        .render()
        .expect("templates of ours format plain values, which cannot fail")
}
