//! The page `/setup` as HTML: one button, then a checklist that keeps itself up to date. It needs no script and nothing from elsewhere: where
//! there is no script, the checklist loads itself again.
//!
//! Whatever comes from outside is escaped here.

use super::registration::{BUTTON, Item, LOCKED, NO_HOOK, TO_APPS, TRY_AGAIN};

/// What the button posts, and where.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    /// GitHub's page for new Apps, with the state.
    pub action: &'a str,
    /// The manifest, JSON.
    pub manifest: &'a str,
    /// What happened before that people must know.
    pub trouble: Option<&'a str>,
    /// Where Apps are deleted, if one may have to be.
    pub apps: Option<&'a str>,
}

/// The look: dark and light, narrow and wide.
const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}\
h1{font-size:1.5rem}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1a7f37;color:#fff;cursor:pointer}\
li{margin:.6rem 0}ul{list-style:none;padding:0}.mark{display:inline-block;width:1.6rem;font-weight:bold}\
.done .mark{color:#1a7f37}.wrong .mark{color:#cf222e}.trouble{border-left:.3rem solid #cf222e;padding-left:.8rem}a{color:#0969da}\
button:focus-visible,a:focus-visible{outline:.2rem solid #0969da;outline-offset:.2rem}\
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}a{color:#6cb6ff}.done .mark{color:#3fb950}.wrong .mark{color:#ff7b72}}";

/// Text that cannot be anything else in HTML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

fn page(refresh: bool, body: &str) -> String {
    let refresh = if refresh {
        "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript><script src=\"/setup/checklist.js\" defer></script>"
    } else {
        ""
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         {refresh}<title>Set up skep</title><style>{STYLE}</style></head><body><main aria-live=\"polite\"><h1>Set up skep</h1>{body}</main></body></html>"
    )
}

fn link(to: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(to), escaped(text))
}

/// The page with the button.
pub fn form(form: &Form<'_>) -> String {
    let trouble = form.trouble.map(|what| {
        let apps = form
            .apps
            .map(|to| format!(" {}.", link(to, TO_APPS)))
            .unwrap_or_default();
        format!("<p class=\"trouble\">{}{apps}</p>", escaped(what))
    });
    page(
        false,
        &format!(
            "{}<p>skep works as a GitHub App of your own. The button takes you to GitHub, where the App's permissions, events and \
             webhook are filled in already: confirm its name there, then choose where to install it. GitHub then leads you back to this page.</p>\
             <form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"manifest\" value=\"{}\"><button>{BUTTON}</button></form>",
            trouble.unwrap_or_default(),
            escaped(form.action),
            escaped(form.manifest)
        ),
    )
}

/// Something went wrong, or cannot begin.
pub fn notice(what: &str, again: Option<&str>) -> String {
    let again = again
        .map(|to| format!("<p>{}</p>", link(to, TRY_AGAIN)))
        .unwrap_or_default();
    page(
        false,
        &format!(
            "<p class=\"trouble\">{}</p>{again}<p>{}</p>",
            escaped(what),
            link("/setup", "The set-up page")
        ),
    )
}

/// Without the key.
pub fn locked() -> String {
    page(
        false,
        &format!("<p class=\"trouble\">{}</p>", escaped(LOCKED)),
    )
}

/// Without an address for webhooks.
pub fn no_hook() -> String {
    page(
        false,
        &format!("<p class=\"trouble\">{}</p>", escaped(NO_HOOK)),
    )
}

/// The checklist; it keeps itself up to date until all of it is done.
pub fn checklist(items: &[Item], last: Option<&str>) -> String {
    let lines: String = items.iter().map(line).collect();
    let last = last.map(|text| format!("<p><strong>{}</strong></p>", escaped(text)));
    let refresh = last.is_none();
    page(
        refresh,
        &format!("<ul>{lines}</ul>{}", last.unwrap_or_default()),
    )
}

fn line(item: &Item) -> String {
    use super::registration::Progress;
    let mark = match item.progress {
        Progress::Done => "✓",
        Progress::Open => "…",
        Progress::Wrong => "✗",
    };
    let word = item.progress.word();
    let text = match item
        .link
        .as_deref()
        .filter(|_| item.progress != Progress::Done)
    {
        Some(to) => link(to, &item.text),
        None => escaped(&item.text),
    };
    format!(
        "<li class=\"{word}\"><span class=\"mark\" role=\"img\" aria-label=\"{word}\">{mark}</span>{}: {text}</li>",
        escaped(item.part)
    )
}

#[cfg(test)]
mod tests {
    use super::super::registration::Progress;
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let item = Item {
            progress: Progress::Open,
            part: "webhook",
            text: "<script>\"'&".to_owned(),
            link: Some("https://x/?a=\"><script>".to_owned()),
        };
        let page = checklist(&[item], None);
        assert!(
            !page.contains("<script>") && page.contains("&lt;script&gt;"),
            "{page}"
        );
        // Not where there is a script: who listens to the page would hear it from the top each time.
        assert!(
            page.contains("<noscript><meta http-equiv=\"refresh\""),
            "{page}"
        );
        let form = form(&Form {
            action: "https://x",
            manifest: "{\"a\":1}",
            trouble: None,
            apps: None,
        });
        assert!(form.contains("value=\"{&quot;a&quot;:1}\""), "{form}");
    }

    #[test]
    fn a_finished_list_stands_still() {
        assert!(!checklist(&[], Some("done")).contains("refresh"));
    }
}
