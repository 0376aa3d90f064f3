//! The file of an App that `skep setup` registered: when it counts, and what is said of it where it is wrong.

use std::path::Path;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use skep::agent::registry::Known;
use skep::config::{Args, Config, ConfigError, Environment, Sources};

fn read(folder: &Path, more: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let data = folder.display().to_string();
    let mut variables = vec![("SKEP_DATA_DIR", data.as_str()), ("SKEP_AGENT", "goose")];
    variables.extend(more);
    Sources::gather(Args::default(), Environment::new(folder, variables)).config(&Known)
}

fn app() -> Value {
    json!({
        "app_id": 77,
        "slug": "my-skep",
        "page": "https://git.corp.example/apps/my-skep",
        "private_key": crate::test_app::key("test-only-app.pkcs1.pem"),
        "webhook_secret": "c4n4ry-of-the-webhook-0123456789",
        "client_id": "Iv1.x",
        "client_secret": "c4n4ry-of-the-client-0123456789",
        "github_url": "https://git.corp.example/",
        "github_api_url": "https://git.corp.example/api/v3",
    })
}

fn folder(app: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    std::fs::write(folder.path().join("app.json"), app).expect("written");
    folder
}

#[test]
fn it_counts_where_nothing_else_names_an_app() {
    let folder = folder(&app().to_string());
    let config = read(folder.path(), &[]).expect("a configuration");
    let github = config.github.as_ref().expect("an App");
    assert_eq!(github.app_id, 77);
    assert_eq!(
        github
            .webhook_secret
            .as_ref()
            .expect("a secret")
            .expose_secret(),
        "c4n4ry-of-the-webhook-0123456789"
    );
    assert_eq!(github.api_url.as_str(), "https://git.corp.example/api/v3");
    assert!(config.ready().is_ok());
    let shown = config.show();
    assert!(
        shown.contains("app.json in the data folder") && !shown.contains("c4n4ry"),
        "{shown}"
    );
    // One of them is enough for the file not to count.
    let half = read(folder.path(), &[("SKEP_APP_ID", "5")]).expect("a configuration");
    assert!(half.github.is_none() && !half.has_no_app());
    let none = tempfile::tempdir().expect("a folder");
    assert!(
        read(none.path(), &[])
            .expect("a configuration")
            .has_no_app()
    );
}

#[test]
fn what_is_wrong_with_it_is_said_without_showing_it() {
    let with = |field: &str, value: &str| {
        let mut app = app();
        app[field] = json!(value);
        app.to_string()
    };
    let cases = [
        ("{".to_owned(), "is damaged"),
        ("{\"app_id\":1}".to_owned(), "is damaged"),
        (with("private_key", "c4n4ry"), "no PEM"),
        (with("webhook_secret", " "), "is damaged"),
    ];
    for (text, why) in cases {
        let folder = folder(&text);
        let said = read(folder.path(), &[]).expect_err("wrong").to_string();
        assert!(
            said.contains(why) && said.contains("app.json") && !said.contains("c4n4ry"),
            "{said}"
        );
    }
    let folder = folder(&app().to_string());
    let said = read(folder.path(), &[("SKEP_GITHUB_URL", "https://github.com")]);
    let said = said.expect_err("another server").to_string();
    assert!(said.contains("another GitHub"), "{said}");
}
