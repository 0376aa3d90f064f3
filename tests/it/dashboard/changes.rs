//! What a session changed, or has so far, on its page: the lines themselves, whoever wrote them.

use std::time::Duration;

use super::live::{follow, hear};
use super::site::{Person, Site};
use crate::test_app::{HOLD, PATIENCE};

impl Person {
    /// Looks at a page again and again until it shows something.
    pub(super) async fn until(&mut self, path: &str, wanted: &str) -> String {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            let said = self.get(path).await;
            if said.body.contains(wanted) {
                return said.body;
            }
            assert!(
                tokio::time::Instant::now() < patience,
                "{path} never shows {wanted:?}:\n{}",
                said.body
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_session_shows_the_lines_it_changed() {
    let site = Site::open().await;
    let review = site.in_review().await;
    let path = format!("/sessions/{}", site.session(review));
    let mut person = site.person();
    let page = person.until(&path, "GREETING.md</code>").await;
    assert!(
        page.contains("<span class=\"add\">+hello</span>"),
        "a line, marked by a sign: {page}"
    );
    assert!(page.contains("1 file") && page.contains("The patch</a>"));
    assert!(!page.contains("Changes so far"), "{page}");
    let patch = person.get(&format!("{path}/patch")).await;
    assert!(patch.body.contains("+++ b/GREETING.md"), "{patch:?}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_at_work_shows_what_is_written_so_far_and_nothing_of_it_is_markup() {
    let site = Site::open().await;
    let script = format!(
        "write NOTES.md: half done\nwrite <img>.md: <script>alert(1)</script> \u{202e}\nstart 1\nsay I am reading.\n{HOLD}\nsay Read."
    );
    let issue = site.app.go("Make it faster", &script);
    site.until(issue, "working").await;
    let path = format!("/sessions/{}", site.session(issue));
    let mut person = site.person();
    let page = person.until(&path, "+half done").await;
    assert!(page.contains("Changes so far"), "{page}");
    let page = person.until(&path, "&#60;img&#62;.md").await;
    assert!(
        page.contains("+&#60;script&#62;alert(1)&#60;/script&#62;"),
        "{page}"
    );
    let low = page.to_ascii_lowercase();
    assert!(!low.contains("<script>") && !low.contains("<img") && !low.contains('\u{202e}'));
    // Whoever looks on hears of it as well.
    let (mut wire, mut heard) = (
        follow(&site, &path.replace('/', "%2F")).await,
        String::new(),
    );
    hear(&mut wire, &mut heard, "+half done").await;
    drop(wire);
    site.close().await;
}
