//! `skep audit export|verify` against a running service and against a file.

use serde_json::Value;
use skep::store::AuditRow;

use super::running::{Served, skep};
use super::setup::Setup;

/// The entries that a file or an answer holds.
fn entries(lines: &str) -> Vec<AuditRow> {
    let read = |line: &str| serde_json::from_str(line).expect("an entry");
    lines.lines().map(read).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_and_what_was_done_stands_there_and_a_changed_file_is_found() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("ask Which colour? | red | blue\nwrite B.md: {answer}\nsay Done.");
    served.settled(issue, "needs-you").await;
    let admin = format!("--admin {}", served.admin);
    let (code, _, err) = skep(
        &format!("answer octo/hello#{issue} 2 {admin}"),
        &setup.token(),
    )
    .await;
    assert_eq!(code, Some(0), "{err}");
    served.settled(issue, "in-review").await;

    let (code, out, err) = skep(&format!("audit export {admin}"), &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let rows = entries(&out);
    let line = |row: &AuditRow| {
        let facts: Value = serde_json::from_str(&row.facts).expect("JSON");
        let names = |key: &str, of: &dyn Fn(&Value) -> String| {
            let list = facts[key].as_array().cloned().unwrap_or_default();
            Vec::from_iter(list.iter().map(of)).join(" ")
        };
        let told = names("told", &|told| {
            told["event"].as_str().unwrap_or_default().to_owned()
        });
        let begun = names("begun", &|begun| {
            begun.as_str().unwrap_or_default().to_owned()
        });
        let parts = [
            &row.kind,
            row.who.as_ref().unwrap_or(&row.seq.to_string()),
            &told,
            &begun,
        ]
        .map(String::clone);
        (row.seq, parts)
    };
    let lines: Vec<[String; 4]> = rows.iter().map(|row| line(row).1).collect();
    let find = |kind: &str, text: &str| {
        let found = lines
            .iter()
            .find(|line| line[0] == kind && line[1..].iter().any(|part| part.contains(text)));
        found.unwrap_or_else(|| panic!("no {kind} with {text}: {lines:#?}"))
    };
    assert_eq!(lines[0][0], "skep.started");
    find("webhook.issues", "@ana");
    find("outcome.check_trigger", "task.queued");
    find("outcome.check_publish", "publish");
    find("outcome.publish", "branch.pushed");
    find("outcome.open_pull", "pull_request.opened");
    let answered = lines
        .iter()
        .find(|line| line[2].contains("question.answered"));
    assert_eq!(answered.expect("an answer")[1], "operator", "{lines:#?}");
    let config: Value = serde_json::from_str(&rows[0].facts).expect("JSON");
    assert_eq!(
        config["config"].as_str().map(str::len),
        Some(64),
        "{config}"
    );

    let (code, said, err) = skep(&format!("audit verify {admin}"), &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let head = said
        .lines()
        .nth(1)
        .and_then(|line| line.strip_prefix("head "));
    let head = head.expect("a head").to_owned();
    assert!(
        said.starts_with(&format!("{} entries hold together, from 1 to ", rows.len())),
        "{said}"
    );

    served.stop().await;
    let file = setup.folder.path().join("audit.jsonl");
    let verify = async |text: &str, more: &str| {
        std::fs::write(&file, text).expect("written");
        skep(&format!("audit verify {}{more}", file.display()), &[]).await
    };
    let (code, said, err) = verify(&out, &format!(" --head {head}")).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    let (code, _, err) = verify(&out.replacen("@ana", "@bob", 1), "").await;
    assert_eq!(code, Some(1));
    let first = rows
        .iter()
        .find(|row| row.who.as_deref() == Some("@ana"))
        .expect("ana");
    assert!(
        err.contains(&format!("audit entry {} was changed", first.seq)),
        "{err}"
    );
    let short: String = out
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let (code, _, err) = verify(&short, &format!(" --head {head}")).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("the end of the audit was removed"), "{err}");
    let (code, _, err) = verify("no JSON\n", "").await;
    assert_eq!(code, Some(2));
    assert!(err.contains("line 1: "), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_head_is_in_the_log_and_goes_on_over_a_kill() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("hang");
    served.event("session.running").await;
    served.kill();
    let served = Served::start(&setup);
    served.event("session.running").await;
    let admin = format!("--admin {}", served.admin);
    let (code, _, err) = skep(&format!("stop octo/hello#{issue} {admin}"), &setup.token()).await;
    assert_eq!(code, Some(0), "{err}");
    let (code, out, _) = skep(&format!("audit export {admin}"), &setup.token()).await;
    assert_eq!(code, Some(0));
    let starts = entries(&out)
        .iter()
        .filter(|row| row.kind == "skep.started")
        .count();
    assert_eq!(starts, 2, "{out}");
    let heads = |log: &str| -> Vec<String> {
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_default();
        let heads = log
            .lines()
            .map(read)
            .filter(|line| line["fields"]["message"] == "audit head");
        let shown = |line: Value| {
            format!(
                "{}:{}",
                line["fields"]["seq"],
                line["fields"]["hash"].as_str().unwrap_or_default()
            )
        };
        heads.map(shown).collect()
    };
    let noted = heads(&served.log());
    assert_eq!(noted.len(), 1, "{noted:?}");
    let line = format!("audit verify --head {} {admin}", noted[0]);
    let (code, said, err) = skep(&line, &setup.token()).await;
    assert_eq!(code, Some(0), "{said}{err}");
    served.stop().await;
}
