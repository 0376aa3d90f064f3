//! `skep replay` as an operator uses it: what is stored and what was exported, run again on a copy, while nothing changes here or on GitHub.

use serde_json::{Value, json};

use super::running::{Ended, Served, skep};
use super::setup::Setup;

/// Runs a command that reads the whole configuration.
async fn run(setup: &Setup, line: &str) -> Ended {
    skep(line, &setup.environment()).await
}

/// The database as a file, byte for byte.
async fn database(setup: &Setup) -> Vec<u8> {
    let copy = setup.folder.path().join("looked-at.db");
    let url = format!("sqlite://{}", setup.data().join("skep.db").display());
    skep::store::back_up(&url, &copy).await.expect("a copy");
    let bytes = std::fs::read(&copy).expect("a file");
    std::fs::remove_file(&copy).expect("gone again");
    bytes
}

/// The id of the first delivery that was taken for an issue.
async fn delivery(served: &Served) -> String {
    let event = served.event("delivery.accepted").await;
    let id = event["details"]["delivery"].as_str().expect("an id");
    id.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_delivery_is_decided_again_and_nothing_changes() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    let id = delivery(&served).await;
    // Beside a skep at work as well.
    let (code, said, err) = run(&setup, &format!("replay {id} --json")).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    served.stop().await;

    let (calls, rows) = (setup.github.calls().len(), database(&setup).await);
    let (code, said, err) = run(&setup, &format!("replay {id}")).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(said.starts_with(&format!("issues ({id})\n")), "{said}");
    assert!(
        said.contains("this label event was consumed before"),
        "{said}"
    );
    assert!(
        said.contains("when it came: asked GitHub whether this may start"),
        "{said}"
    );
    assert!(
        said.ends_with("nothing was done here or on GitHub\n"),
        "{said}"
    );
    assert_eq!(setup.github.calls().len(), calls, "GitHub was asked");
    assert!(
        rows == database(&setup).await,
        "the database is another one"
    );
    assert_eq!(setup.github.violations(), [], "GitHub complains");
}

#[tokio::test(flavor = "multi_thread")]
async fn exported_deliveries_are_decided_one_after_the_other() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    let issue = setup.file("write A.md: a\nsay Done.");
    served.stop().await;
    let view = |label: &str, action: &str| {
        json!({
            "action": action,
            "label": { "id": 1, "name": label },
            "issue": {
                "id": 1, "number": issue, "title": "Write A", "body": "Please.", "state": "open",
                "updated_at": "2099-01-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z",
                "user": { "id": 1, "login": "ana", "type": "User" },
                "labels": [{ "id": 1, "name": label }],
            },
            "repository": { "id": setup.repository.0, "full_name": "octo/hello" },
            "installation": { "id": 1 },
            "sender": { "id": 1, "login": "ana", "type": "User" },
        })
    };
    let of_api = |guid: &str, payload: Value| {
        json!({
            "id": 1, "guid": guid, "event": "issues", "action": payload["action"],
            "request": { "headers": { "X-GitHub-Event": "issues" }, "payload": payload },
        })
    };
    let lines = format!(
        "{}\n{}\n",
        of_api("one", view("agent:go", "labeled")),
        of_api("two", view("later", "labeled"))
    );
    let file = setup.folder.path().join("deliveries.jsonl");
    std::fs::write(&file, lines).expect("written");
    let rows = database(&setup).await;
    let (code, said, err) = run(&setup, &format!("replay {} --json", file.display())).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    let replay: Value = serde_json::from_str(&said).expect("JSON");
    let one = &replay["deliveries"][0];
    assert_eq!(
        one["result"], "asked GitHub whether this may start",
        "{said}"
    );
    let task = &one["tasks"][0];
    assert_eq!(
        (&task["task"], &task["before"]),
        (&json!(format!("octo/hello#{issue}")), &Value::Null)
    );
    let wanted: Vec<&str> = one["effects"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|effect| effect["effect"].as_str())
        .collect();
    assert!(wanted.contains(&"check_trigger"), "{wanted:?}");
    let two = replay["deliveries"][1]["result"].as_str().expect("words");
    assert!(two.starts_with("ignored: "), "{two}");
    assert!(
        rows == database(&setup).await,
        "the database is another one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_gets_a_plain_sentence() {
    let setup = Setup::new().await;
    let (code, _, err) = run(&setup, "replay 1234").await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("skep has not run here"), "{err}");
    assert!(!setup.data().join("skep.db").exists(), "it made a database");

    let served = Served::start(&setup);
    served.stop().await;
    let (code, _, err) = run(&setup, "replay 1234").await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("no stored delivery `1234`"), "{err}");

    let file = setup.folder.path().join("garbage.json");
    let cases = [
        ("", "there is no delivery in it"),
        ("nonsense", "it is no JSON"),
        ("{\"a\":1}", "it is no delivery"),
        ("{\"sender\":{}}", "without the name of its event"),
        ("\u{0}\u{1}", "it is no JSON"),
    ];
    for (text, say) in cases {
        std::fs::write(&file, text).expect("written");
        let (code, _, err) = run(&setup, &format!("replay {}", file.display())).await;
        assert_eq!(code, Some(2), "{text:?}: {err}");
        assert!(err.contains(say), "{text:?}: {err}");
    }
    // What is a delivery and makes no sense is told as the engine tells it.
    std::fs::write(&file, "{\"action\":\"labeled\",\"sender\":{}}").expect("written");
    let line = format!("replay {} --event issues", file.display());
    let (code, said, err) = run(&setup, &line).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("malformed: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_all_the_same() {
    crate::store::on_postgres(|database| async move {
        let setup = Setup::new().await;
        setup.hurry();
        let served = Served::start_with(&setup, &[("SKEP_DATABASE_URL", &database.url)]);
        let issue = setup.go("write A.md: a\nsay Done.");
        served.settled(issue, "in-review").await;
        let id = delivery(&served).await;
        let mut environment = setup.environment();
        environment.push(("SKEP_DATABASE_URL".into(), database.url.clone()));
        let (code, said, err) = skep(&format!("replay {id}"), &environment).await;
        assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
        assert!(
            said.contains("this label event was consumed before"),
            "{said}"
        );
        assert!(!setup.data().join("skep.db").exists(), "it went to SQLite");
        served.stop().await;
    })
    .await;
}
