//! From a label to a pull request.

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_label_becomes_a_pull_request() {
    let mut house = House::new().await;
    let issue = house.go(
        "Add a greeting",
        "plan read the code | write the greeting\nstart 1\nsay Reading.\ntick 1\nwrite GREETING.md: hello\ntick 2\nsay Wrote the greeting.",
    );
    house.settle_all().await;
    insta::assert_snapshot!(house.thread(issue));
    insta::assert_debug_snapshot!(house.course(issue).await);
    house.done().await;
}
