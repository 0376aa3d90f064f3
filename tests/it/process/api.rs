//! The admin address of a running service, as programs use it: answers as the document says, tokens from the command line, results, the
//! feed, `/metrics`.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

use super::running::{Served, skep};
use super::setup::{PATIENCE, Setup, ask, get};
use crate::required;

/// A service on which one issue has become a pull request.
async fn one_done() -> (Setup, Served) {
    one_done_on(Setup::new().await).await
}

async fn one_done_on(setup: Setup) -> (Setup, Served) {
    setup.hurry();
    let served = Served::start(&setup);
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    (setup, served)
}

/// Runs a command against it; answers what it prints.
async fn told(setup: &Setup, served: &Served, line: &str) -> String {
    let line = format!("{line} --admin {}", served.admin);
    let (code, out, err) = skep(&line, &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{line}: {out}");
    out
}

/// A schema of the document, made ready with all that it may refer to.
fn validator(schema: &Value, document: &Value) -> (Schemas, SchemaIndex) {
    let mut whole = schema.clone();
    whole["$defs"] = document["components"]["schemas"].clone();
    let text = whole
        .to_string()
        .replace("#/components/schemas/", "#/$defs/");
    let whole = serde_json::from_str(&text).expect("JSON");
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    let place = "mem:///answer.json";
    compiler.add_resource(place, whole).expect("a schema");
    let schema = compiler.compile(place, &mut schemas);
    let schema = schema.unwrap_or_else(|error| panic!("{schema:#}: {error:#}", schema = text));
    (schemas, schema)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_as_the_document_says() {
    let (setup, served) = one_done().await;
    let made = told(&setup, &served, "token add all --scope admin --json").await;
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let bearer = format!("Bearer {}", made["token"].as_str().expect("a token"));
    let document = get(&served.admin, "/api/v1/openapi.json").await;
    let id = served.sessions().await.remove(0);
    let paths = document["paths"].as_object().expect("paths");
    let mut seen = BTreeSet::new();
    for (path, operations) in paths {
        let answers = &operations["get"]["responses"]["200"]["content"];
        let Some(answers) = answers.as_object() else {
            continue;
        };
        let asked = path
            .replace("{id}", &id)
            .replace("{owner}/{repo}/{n}", "octo/hello/1");
        let query = match path.as_str() {
            "/api/v1/graph" | "/api/v1/waves" => "?repository=octo/hello",
            _ => "",
        };
        let headers = [("Authorization", bearer.clone())];
        let line = format!("GET {asked}{query}");
        let (status, body) = ask(&served.admin, &line, &headers, "")
            .await
            .expect("an answer");
        assert_eq!(status, 200, "{path}: {body}");
        let lines: Vec<&str> = match answers.keys().next().map(String::as_str) {
            Some("application/x-ndjson") => body.lines().collect(),
            Some("application/json") => vec![body.as_str()],
            _ => continue,
        };
        assert!(!lines.is_empty(), "{path}: nothing to look at");
        let kind = answers.keys().next().expect("one");
        let (schemas, schema) = validator(&answers[kind]["schema"], &document);
        for line in lines {
            let value: Value = serde_json::from_str(line).expect("JSON");
            let held = schemas.validate(&value, schema);
            assert!(
                held.is_ok(),
                "{path}: {:#}\n{value}",
                held.expect_err("just seen")
            );
        }
        seen.insert(path.as_str());
    }
    assert!(seen.len() >= 14, "{seen:?}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_used_named_in_the_audit_and_revoked() {
    let (setup, served) = one_done().await;
    let made = told(
        &setup,
        &served,
        "token add ci --scope orders --repository octo/hello --expires 30d",
    )
    .await;
    let word = made.lines().next().expect("the word").to_owned();
    assert!(word.len() == 69 && word.starts_with("skep_"), "{made}");
    let listed = told(&setup, &served, "token list").await;
    assert!(listed.contains("ci    orders  octo/hello"), "{listed}");
    assert!(!listed.contains(&word[5..]), "the word is shown again");
    let again = format!("token add ci --scope read --admin {}", served.admin);
    let (code, _, err) = skep(&again, &setup.token()).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("there is a token `ci` already"), "{err}");

    let with = |word: &str| vec![("SKEP_ADMIN_TOKEN".to_owned(), word.to_owned())];
    let order = async |line: &str, word: &str| {
        skep(&format!("{line} --admin {}", served.admin), &with(word)).await
    };
    let (code, out, err) = order("priority octo/hello#1 high", &word).await;
    assert_eq!(code, Some(0), "{out}{err}");
    // Its scope and its repository are its limits.
    let (code, _, err) = order("token list", &word).await;
    assert_eq!(code, Some(1));
    assert!(
        err.contains("this needs the scope `admin`, and the token `ci` has `orders`"),
        "{err}"
    );
    let (code, _, err) = order("priority octo/other#1 high", &word).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("this token is for octo/hello alone"), "{err}");
    let audit = told(&setup, &served, "audit export").await;
    let rows: Vec<Value> = audit
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let by = |kind: &str| {
        let row = rows.iter().rfind(|row| row["kind"] == kind);
        row.unwrap_or_else(|| panic!("no {kind}: {audit}"))["who"].clone()
    };
    assert_eq!(by("operator.order"), "token:ci");
    assert_eq!(by("skep.token_added"), "operator");
    assert!(!audit.contains(&word[5..]), "the word is in the audit");
    told(&setup, &served, "audit verify").await;

    let revoked = told(&setup, &served, "token revoke ci").await;
    assert_eq!(revoked, "ci: revoked; it opens nothing from now on\n");
    let (code, _, err) = order("status", &word).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("is not known here"), "{err}");
    assert!(!served.log().contains(&word[5..]), "the word is in the log");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_text_json_and_a_table() {
    let (setup, served) = one_done().await;
    let shown = told(&setup, &served, "results").await;
    assert!(shown.starts_with("1 session queued since "), "{shown}");
    assert!(
        shown.contains("ended:       1 completed, 0 failed, 0 cancelled\n"),
        "{shown}"
    );
    assert!(shown.contains("success:     100 %\n"), "{shown}");
    let json: Value =
        serde_json::from_str(&told(&setup, &served, "results --json").await).expect("JSON");
    assert_eq!(json["totals"]["completed"], 1);
    let since = json["since"].as_str().expect("ISO 8601");
    assert!(since.ends_with('Z') && since.contains('T'), "{since}");
    assert!(json["sessions"][0]["took_ms"].as_i64() >= Some(0), "{json}");
    let csv = told(&setup, &served, "results --format csv").await;
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.starts_with("session,repository,issue,state,"), "{csv}");
    assert!(
        csv.contains(",octo/hello,1,completed,pull_request,"),
        "{csv}"
    );
    let none = told(&setup, &served, "results --repo octo/other").await;
    assert!(none.starts_with("no session was queued since "), "{none}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listed_and_followed() {
    let (setup, served) = one_done().await;
    let listed = told(
        &setup,
        &served,
        "events --kind pull_request.opened,task.queued",
    )
    .await;
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split("  ").nth(2))
        .collect();
    assert_eq!(names, ["task.queued", "pull_request.opened"], "{listed}");
    let wrong = format!("events --kind session.fell --admin {}", served.admin);
    let (code, _, err) = skep(&wrong, &setup.token()).await;
    assert_eq!(code, Some(1));
    assert!(
        err.contains("`session.fell` is no event of skep's"),
        "{err}"
    );

    let mut following = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args([
            "events",
            "--follow",
            "--json",
            "--after",
            "0",
            "--kind",
            "session.completed",
        ])
        .args(["--admin", &served.admin])
        .env_clear()
        .current_dir(setup.folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(following.stdout.take().expect("piped")).lines();
    let mut next = move || {
        let line = tokio::task::block_in_place(|| lines.next());
        let line = line.expect("a line").expect("text");
        serde_json::from_str::<Value>(&line).expect("JSON")
    };
    let first = next();
    assert_eq!(
        (&first["event"], &first["issue"]),
        (&json!("session.completed"), &json!(1))
    );
    assert!(
        first["time"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z')),
        "{first}"
    );
    let second = setup.go("write B.md: b\nsay Done.");
    let told = next();
    assert_eq!(told["issue"], second.0);
    following.kill().expect("it runs");
    tokio::task::block_in_place(|| following.wait()).expect("it is gone");
    served.settled(second, "in-review").await;
    served.stop().await;
}

/// Names of the metrics that a text has, histograms by their family's name.
fn families(text: &str) -> BTreeSet<&str> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types.filter_map(|line| line.split(' ').next()).collect()
}

/// The metrics once nothing waits: GitHub tells us of what we did ourselves a moment after it was done.
async fn metrics_at_rest(served: &Served) -> String {
    let rests = ["skep_inbox_depth 0", "skep_outbox_oldest_age_seconds 0"];
    let began = Instant::now();
    loop {
        let (status, text) = ask(&served.admin, "GET /metrics", &[], "")
            .await
            .expect("an answer");
        assert_eq!(status, 200, "{text}");
        if rests
            .iter()
            .all(|rest| text.lines().any(|line| line == *rest))
        {
            return text;
        }
        assert!(began.elapsed() < PATIENCE, "never at rest: {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_what_was_done_and_the_dashboard_asks_for_nothing_else() {
    let behind = |config: &mut skep_simulator::SimulatorConfig| {
        let clock = std::sync::Arc::clone(&config.clock);
        config.clock = std::sync::Arc::new(move || clock() - 90_000);
    };
    let (_setup, served) = one_done_on(Setup::with(behind).await).await;
    let text = metrics_at_rest(&served).await;
    for line in [
        concat!(
            "skep_build_info{version=\"",
            env!("CARGO_PKG_VERSION"),
            "\"} 1"
        ),
        "skep_events_total{event=\"session.completed\"} 1",
        "skep_events_total{event=\"pull_request.opened\"} 1",
        "skep_effects_total{kind=\"run_turn\",outcome=\"done\"} 1",
        "skep_effect_duration_seconds_count{kind=\"run_turn\"} 1",
        "skep_effects_total{kind=\"open_pull\",outcome=\"done\"} 1",
        "skep_queue_wait_seconds_count 1",
        "skep_agent_starts_total{agent=\"demo-agent\"} 1",
        "skep_sessions{state=\"completed\"} 1",
        "skep_sessions{state=\"running\"} 0",
        "skep_github_known 1",
    ] {
        let name = line.split(' ').next().unwrap_or_default();
        let there: Vec<&str> = text
            .lines()
            .filter(|there| there.starts_with(name.split('{').next().unwrap_or_default()))
            .collect();
        let agent = name.starts_with("skep_agent_starts_total")
            && there.iter().any(|it| it.ends_with("} 1"));
        assert!(
            agent || text.lines().any(|there| there == line),
            "{line}: {there:#?}"
        );
    }
    let known = families(&text);
    for grows in [
        "skep_deliveries_total",
        "skep_decisions_total",
        "skep_github_requests_total",
        "skep_store_duration_seconds",
        "skep_disk_free_bytes",
        "skep_webhook_ack_seconds",
        "skep_clock_skew_seconds",
    ] {
        assert!(known.contains(grows), "{grows}: {known:?}");
    }
    // The simulator's clock is that far behind, and one delivery was answered with a 202 at least.
    let value = |name: &str| -> f64 {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {text}"))
            .parse()
            .expect("a number")
    };
    let skew = value("skep_clock_skew_seconds");
    assert!((89.0..1_000.0).contains(&skew), "{skew}");
    assert!(value("skep_webhook_ack_seconds_count") >= 1.0, "{text}");
    assert!(text.lines().count() < 1_000, "too many series");
    assert!(!text.contains("octo") && !text.contains("issue"), "{text}");

    let dashboard = include_str!("../../../docs/grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(dashboard).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let asked: Vec<&str> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().expect("queries"))
        .map(|target| target["expr"].as_str().expect("a query"))
        .collect();
    // These come with the first token, the first pause GitHub asks for, and the first who is told outside GitHub.
    let later = [
        "skep_notifications_total",
        "skep_notifications_waiting",
        "skep_notifications_dead",
        "skep_tokens_total",
        "skep_cost_micro_usd_total",
        "skep_github_rate_limit_remaining",
        "skep_disk_taken_bytes",
        "skep_memory_free_bytes",
        "skep_memory_reserved_bytes",
        // These with the first takeover, and with a collector of traces.
        "skep_lease_takeovers_total",
        "skep_trace_spans_dropped_total",
    ];
    let mut shown = BTreeSet::new();
    for query in asked {
        let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        for word in words.filter(|word| word.starts_with("skep_")) {
            let family = word.strip_suffix("_bucket").unwrap_or(word);
            assert!(known.contains(family) || later.contains(&family), "{query}");
            shown.insert(family);
        }
    }
    let unshown: Vec<_> = known
        .iter()
        .filter(|family| !shown.contains(**family))
        .collect();
    assert!(unshown.is_empty(), "not on the dashboard: {unshown:?}");

    if required::installed(&["promtool"], "promtool on /metrics") {
        let mut check = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::io::Write::write_all(&mut check.stdin.take().expect("piped"), text.as_bytes())
            .expect("it reads");
        let said = check.wait_with_output().expect("it ends");
        let words = String::from_utf8_lossy(&said.stderr).into_owned()
            + &String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success() && words.trim().is_empty(), "{words}");
    }
    served.stop().await;
}
