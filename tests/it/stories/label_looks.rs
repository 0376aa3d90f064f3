//! Whether a label is there is looked up once for many issues, and again when that was ten minutes ago.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::test_app::TestApp;

impl TestApp {
    /// How often it was looked whether each label is there.
    fn label_looks(&self) -> BTreeMap<String, usize> {
        let mut looks = BTreeMap::new();
        for call in self.simulator.calls() {
            let of_repository = call.path.contains("/labels/") && !call.path.contains("/issues/");
            if call.method == "GET" && of_repository {
                *looks.entry(call.path).or_default() += 1;
            }
        }
        looks
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_looked_up_once_in_ten_minutes() {
    let mut app = TestApp::new().await;
    for name in ["one", "two", "three"] {
        app.go(name, &format!("write {name}.txt: {name}"));
        app.settle().await;
        app.advance(Duration::from_secs(10));
    }
    let looks = app.label_looks();
    assert!(looks.len() > 1, "{looks:?}");
    assert!(looks.values().all(|times| *times == 1), "{looks:?}");
    app.advance(Duration::from_secs(10 * 60));
    app.go("four", "write four.txt: four");
    app.settle().await;
    let again = app.label_looks();
    assert!(again.values().all(|times| *times == 2), "{again:?}");
    assert_eq!(again.len(), looks.len());
    app.settle_all().await;
    app.done().await;
}
