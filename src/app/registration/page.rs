//! What the pages under `/setup` are answered with, by the desk and the checklist.

use serde_json::{Value, json};

use super::checklist;
use super::desk::{Desk, failed, ok};
use crate::core::text::registration as text;
use crate::core::text::registration_page as html;
use crate::http::registration::{Onward, Page, Registration};

impl Registration for Desk {
    fn opens(&self, key: &str) -> bool {
        self.memory().is_key(key)
    }

    async fn page(&self) -> Page {
        if let Some(what) = self.keep_again() {
            return failed(500, &what, Some("/setup"));
        }
        if self.app().is_none() {
            return self.form();
        }
        let items = checklist::look(self).await;
        let complete = checklist::is_complete(&items);
        let said = match self.serving.get() {
            Some(()) => text::SERVING,
            None => text::COMPLETE_PAGE,
        };
        ok(html::checklist(&items, complete.then_some(said)))
    }

    async fn progress(&self) -> Value {
        if self.app().is_none() {
            return json!({ "registered": false, "complete": false, "items": [] });
        }
        let items = checklist::look(self).await;
        let line = |item: &text::Item| json!({ "part": item.part, "progress": item.progress.word(), "text": item.text, "link": item.link });
        json!({
            "registered": true,
            "complete": checklist::is_complete(&items),
            "items": items.iter().map(line).collect::<Vec<_>>(),
        })
    }

    /// A new App is installed next, so GitHub's page for that comes without a click. Whoever loads the return once more sees the checklist.
    async fn returned(&self, code: String, state: String) -> Onward {
        let known = self.app().is_some();
        if let Some(page) = self.redeem(&code, &state).await {
            return Err(page);
        }
        let fresh = if known { None } else { self.install_page() };
        Ok(fresh.unwrap_or_else(|| "/setup".to_owned()))
    }

    fn forms_lead_to(&self) -> String {
        self.setup.web_url.origin().ascii_serialization()
    }
}
