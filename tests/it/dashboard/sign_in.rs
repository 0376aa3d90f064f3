//! Who gives orders on the pages: whoever signed in, from a page of theirs, and nobody else.

use super::site::{Person, Site, csrf};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_given_on_the_page_reaches_the_session() {
    let site = Site::open().await;
    let asks = site.asking("Choose a database").await;
    let mut operator = site.operator().await;
    let path = format!("/sessions/{}", site.session(asks));
    let page = operator.get(&path).await;
    let csrf = csrf(&page.body);
    let order = format!("/tasks/octo/hello/{asks}");
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("back", path.as_str()),
        ("act", "answer"),
        ("question", "1"),
    ];
    let said = operator.post(&order, &fields).await;
    assert_eq!((said.status, said.header("location")), (303, path.clone()));
    let page = operator.get(&path).await;
    assert!(
        page.body.contains("choose an option, or write an answer"),
        "{}",
        page.body
    );
    fields.push(("option", "b"));
    assert_eq!(operator.post(&order, &fields).await.status, 303);
    let page = operator.get(&path).await;
    assert!(
        page.body.contains("role=\"status\">answered"),
        "{}",
        page.body
    );
    site.until(asks, "in-review").await;
    let page = operator.get(&path).await;
    assert!(page.body.contains("Taken: Postgres"), "{}", page.body);
    assert!(
        !page.body.contains("role=\"status\">answered"),
        "it is told once"
    );
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gives_orders() {
    let site = Site::open().await;
    let asks = site.asking("Choose a database").await;
    let order = format!("/tasks/octo/hello/{asks}");
    let mut operator = site.operator().await;
    let own = csrf(&operator.get(&order).await.body);
    let stop = |word: &str| vec![("csrf", word.to_owned()), ("act", "stop".to_owned())];
    let send = async |person: &mut Person, word: &str| {
        let fields = stop(word);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        person.post(&order, &fields).await.status
    };
    assert_eq!(
        send(&mut site.person(), &own).await,
        401,
        "nobody signed in"
    );
    assert_eq!(send(&mut operator, "").await, 403, "no word");
    let mut other = site.operator().await;
    let others = csrf(&other.get(&order).await.body);
    assert_eq!(send(&mut operator, &others).await, 403, "another's word");
    let body = format!("csrf={own}&act=stop");
    for origin in ["http://evil.example", "null", "http://localhost:1"] {
        let lines =
            format!("origin: {origin}\r\ncontent-type: application/x-www-form-urlencoded\r\n");
        let said = operator.ask("POST", &order, (&lines, &body)).await;
        assert_eq!(said.status, 403, "{origin}");
    }
    let json = format!(
        "origin: http://{}\r\ncontent-type: text/plain\r\n",
        site.running.admin
    );
    assert_eq!(
        operator.ask("POST", &order, (&json, &body)).await.status,
        415
    );
    site.until(asks, "needs-you").await;
    assert_eq!(send(&mut operator, &own).await, 303);
    site.until(asks, "cancelled").await;
    let out = operator.post("/sign-out", &[("csrf", &own)]).await;
    assert_eq!(out.status, 303);
    assert!(!operator.get(&order).await.body.contains("name=\"csrf\""));
    assert_eq!(
        send(&mut other, &others).await,
        303,
        "the other is signed in still"
    );
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_or_a_link_signs_in() {
    let site = Site::open().await;
    let mut person = site.person();
    let wrong = person.post("/sign-in", &[("token", "x")]).await;
    assert_eq!(wrong.status, 403);
    assert!(
        wrong.body.contains("That is not the admin token"),
        "{}",
        wrong.body
    );
    let good = person
        .post("/sign-in", &[("token", &site.token()), ("back", "/queue")])
        .await;
    assert_eq!(
        (good.status, good.header("location").as_str()),
        (303, "/queue")
    );
    let cookie = good.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        person
            .get("/queue")
            .await
            .body
            .contains("You are signed in")
    );
    let mut other = site.person();
    assert_eq!(
        other.post("/sign-in/link", &[]).await.status,
        401,
        "no token"
    );
    let line = format!("authorization: Bearer {}\r\n", site.token());
    let said = other.ask("POST", "/sign-in/link", (&line, "")).await;
    let link: serde_json::Value = serde_json::from_str(&said.body).expect("JSON");
    let link = link["path"].as_str().expect("a path");
    assert_eq!(other.get(link).await.status, 303);
    assert!(other.get("/").await.body.contains("Sign out"));
    let again = site.person().get(link).await;
    assert_eq!(again.status, 403);
    assert!(again.body.contains("was used already"), "{}", again.body);
    site.close().await;
}
