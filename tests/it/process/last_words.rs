//! What the program says when it cannot go on looks as its log does.

use serde_json::Value;

use super::running::skep;
use super::setup::Setup;

fn only_line(err: &str) -> Value {
    assert_eq!(err.lines().count(), 1, "{err}");
    let line: Value = serde_json::from_str(err).unwrap_or_else(|error| panic!("{error}: {err}"));
    assert!(
        line["level"] == "ERROR"
            && line["timestamp"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z')),
        "{line}"
    );
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_json_gets_json_to_the_end() {
    let setup = Setup::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let mut variables = setup.environment();
    variables.push(("SKEP_LISTEN".to_owned(), port.clone()));
    // Even where nothing else would be logged.
    variables.push(("SKEP_LOG".to_owned(), "off".to_owned()));
    let (code, _, err) = skep("serve", &variables).await;
    let said = only_line(&err)["fields"]["message"]
        .as_str()
        .expect("a message")
        .to_owned();
    assert!(
        code == Some(1) && said.contains(&format!("listen on {port}")),
        "{said}"
    );
    let json = ("SKEP_LOG_FORMAT".to_owned(), "json".to_owned());
    for (line, exit, part) in [
        ("serve", 2, "The way there:"),
        ("serve --listen x", 2, "`x` is not an address"),
        ("serve --log a=b=c", 2, "is not a filter"),
        ("serve --lisen x", 2, "unexpected argument '--lisen'"),
        ("status --admin 127.0.0.1:1", 1, "No skep is running"),
        ("dispatch x", 2, "is not an issue"),
    ] {
        let (code, out, err) = skep(line, std::slice::from_ref(&json)).await;
        let said = only_line(&err)["fields"]["message"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert_eq!(
            (code, out.as_str(), said.contains(part)),
            (Some(exit), "", true),
            "{line}: {said}"
        );
        let (code, _, err) = skep(line, &[]).await;
        assert!(
            code == Some(exit) && err.contains(part) && !err.starts_with('{'),
            "{line}: {err}"
        );
    }
    let (code, out, _) = skep("--help", std::slice::from_ref(&json)).await;
    assert!(code == Some(0) && out.contains("Usage: skep"), "{out}");
}
