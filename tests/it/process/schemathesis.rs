//! The admin API under a fuzzer that knows its document: schemathesis plays every operation with what the document allows and with what it
//! does not, and holds every answer against it.

use std::path::PathBuf;

use super::running::{Served, skep};
use super::setup::Setup;
use crate::required;

/// What it looks for. A method that is not there is answered by whoever may use the address, before it is known what is not there; and what a
/// document of this kind cannot say (that `owner/name` has two parts) is refused although it fits.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance,negative_data_rejection,ignored_auth";

#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_as_its_document_says_whatever_it_is_asked() {
    let Some(program) = std::env::var_os("SKEP_TEST_SCHEMATHESIS").map(PathBuf::from) else {
        return required::skip("schemathesis (SKEP_TEST_SCHEMATHESIS names no such program)");
    };
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    let add = format!("token add fuzz --scope admin --admin {}", served.admin);
    let (code, made, err) = skep(&add, &setup.token()).await;
    assert_eq!(code, Some(0), "{err}");
    let word = made.lines().next().expect("the word").to_owned();
    let folder = setup.folder.path().to_owned();
    let document = format!("http://{}/api/v1/openapi.json", served.admin);
    let run = move || {
        std::process::Command::new(program)
            .args(["run", &document, "--checks", CHECKS])
            .args(["--header", &format!("Authorization: Bearer {word}")])
            .args([
                "--phases",
                "examples,coverage,fuzzing",
                "--max-examples",
                "15",
                "--seed",
                "1",
            ])
            // It would revoke its own token, and wait half a minute for each event that does not come.
            .args([
                "--exclude-path",
                "/api/v1/tokens/{name}/revoke",
                "--exclude-path",
                "/api/v1/events",
            ])
            .args(["--continue-on-failure", "--no-color", "--warnings", "off"])
            .current_dir(folder)
            .output()
            .expect("it starts")
    };
    let said = tokio::task::spawn_blocking(run).await.expect("it ran");
    let words =
        String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{words}");
    assert!(!served.log().contains("made us panic"), "{}", served.log());
    served.stop().await;
}
