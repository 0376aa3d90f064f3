//! One chain from a delivery's id to its pull request, across a kill: by the spans that a collector gets, and by the log alone.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use skep::core::ids::IssueNumber;
use tokio::net::TcpListener;

use super::running::Served;
use super::setup::{PATIENCE, Setup, ask};
use super::stop::{ONCE, waiting};

/// What a collector answers.
#[derive(Clone, Copy)]
enum Answers {
    With(StatusCode),
    Never,
}

/// A collector of traces on loopback.
struct Collector {
    address: String,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    paths: HashSet<String>,
    authorization: HashSet<String>,
    spans: Vec<Value>,
    text: String,
}

impl Collector {
    async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::<Mutex<Heard>>::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                let service = service_fn(move |request| take(request, Arc::clone(&kept), answers));
                let serving = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(serving);
            }
        });
        Self { address, heard }
    }

    fn variables(&self) -> [(&str, &str); 3] {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", self.address.as_str()),
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer%20collectors-own-word",
            ),
            ("OTEL_SERVICE_NAME", "skep-in-a-test"),
        ]
    }

    fn spans(&self) -> Vec<Value> {
        self.heard.lock().expect("no panic").spans.clone()
    }

    /// Waits until it has heard of a span like that.
    async fn hears(&self, what: &str, is_it: impl Fn(&Value) -> bool) {
        let began = Instant::now();
        while !self.spans().iter().any(&is_it) {
            assert!(
                began.elapsed() < PATIENCE,
                "never {what}: {:#?}",
                self.spans()
            );
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

async fn take(
    request: Request<Incoming>,
    heard: Arc<Mutex<Heard>>,
    answers: Answers,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    {
        let mut heard = heard.lock().expect("no panic");
        heard.paths.insert(head.uri.path().to_owned());
        let authorization = head.headers.get("authorization").expect("a header");
        heard
            .authorization
            .insert(authorization.to_str().expect("text").to_owned());
        let told: Value = serde_json::from_slice(&bytes).expect("JSON");
        for resource in told["resourceSpans"].as_array().expect("a list") {
            for scope in resource["scopeSpans"].as_array().expect("a list") {
                heard
                    .spans
                    .extend(scope["spans"].as_array().expect("a list").iter().cloned());
            }
        }
        heard.text.push_str(&String::from_utf8_lossy(&bytes));
    }
    let Answers::With(status) = answers else {
        return std::future::pending().await;
    };
    let mut response = Response::new(Full::new(Bytes::from_static(b"{}")));
    *response.status_mut() = status;
    Ok(response)
}

/// What an attribute of a span says.
fn attribute<'s>(span: &'s Value, name: &str) -> Option<&'s str> {
    let all = span["attributes"].as_array()?.iter();
    let value = &all.into_iter().find(|one| one["key"] == name)?["value"];
    value["stringValue"].as_str().or(value["intValue"].as_str())
}

/// The spans that followed from one, however far.
fn followed<'s>(spans: &'s [Value], from: &'s Value) -> Vec<&'s Value> {
    let (mut all, mut known) = (vec![from], HashSet::from([from["spanId"].as_str()]));
    let mut at = 0;
    while let Some(span) = all.get(at).copied() {
        let children = spans
            .iter()
            .filter(|other| other["parentSpanId"] == span["spanId"]);
        all.extend(children.filter(|child| known.insert(child["spanId"].as_str())));
        at += 1;
    }
    all
}

/// Serves until the agent is at work, kills it there, serves again to the end; answers with both logs and GitHub's id of the delivery.
async fn killed_in_the_middle(
    setup: &Setup,
    collector: &Collector,
) -> (String, String, IssueNumber) {
    let served = Served::start_with(setup, &collector.variables());
    let issue = setup.go(ONCE);
    let accepted = served.event("delivery.accepted").await;
    let fact = accepted["delivery"].as_str().expect("an id");
    let delivery = fact
        .strip_prefix("webhook:")
        .expect("a delivery")
        .to_owned();
    waiting(setup).await;
    // What led here is out; the turn itself is not over.
    collector
        .hears("the workspace", |span| span["name"] == "prepare_workspace")
        .await;
    collector
        .hears("the decision that begins the turn", |span| {
            span["name"] == "decide outcome prepare_workspace"
        })
        .await;
    let mut log = served.log();
    served.kill();
    let served = Served::start_with(setup, &collector.variables());
    served.settled(issue, "in-review").await;
    let (_, text) = ask(&served.admin, "GET /metrics", &[], "")
        .await
        .expect("an answer");
    assert!(
        text.contains("\nskep_lease_takeovers_total{cause=\"restart\"} 1\n"),
        "the turn was taken over: {text}"
    );
    log.push_str(&served.stopped().await);
    (log, delivery, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_leads_to_its_pull_request_across_a_kill() {
    let setup = Setup::new().await;
    setup.hurry();
    let collector = Collector::start(Answers::With(StatusCode::OK)).await;
    let (log, delivery, issue) = killed_in_the_middle(&setup, &collector).await;
    setup.one_pull_request(issue);
    by_spans(&collector, &delivery);
    by_the_log(&log, &delivery);
}

fn by_spans(collector: &Collector, delivery: &str) {
    let spans = collector.spans();
    let root = spans
        .iter()
        .find(|span| attribute(span, "skep.delivery") == Some(delivery));
    let root = root.unwrap_or_else(|| panic!("no span of {delivery}: {spans:#?}"));
    assert!(root["parentSpanId"].is_null(), "{root}");
    let all = followed(&spans, root);
    let names: Vec<&str> = all
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    for step in [
        "check_trigger",
        "prepare_workspace",
        "run_turn",
        "collect",
        "publish",
        "open_pull",
    ] {
        assert!(names.contains(&step), "{step} is not in {names:?}");
    }
    // The call that made it is below the effect that wanted it, and the decision on its outcome knows its number.
    let opened = all
        .iter()
        .find(|span| span["name"] == "open_pull")
        .expect("seen");
    let call = all.iter().find(|span| {
        span["parentSpanId"] == opened["spanId"]
            && attribute(span, "http.request.method") == Some("POST")
            && attribute(span, "http.response.status_code") == Some("201")
    });
    assert!(call.is_some(), "no call: {all:#?}");
    assert!(
        all.iter()
            .any(|span| attribute(span, "skep.pull") == Some("2")),
        "{all:#?}"
    );
    // And back: from the pull request's number to the delivery, by the trace.
    let traces: HashSet<&str> = spans
        .iter()
        .filter(|span| attribute(span, "skep.pull") == Some("2"))
        .filter_map(|span| span["traceId"].as_str())
        .collect();
    assert_eq!(
        traces,
        HashSet::from([root["traceId"].as_str().expect("an id")])
    );
    // The turn was tried twice: the try that was killed told nothing, the one after it follows from the same decision.
    let turn = all
        .iter()
        .find(|span| span["name"] == "run_turn")
        .expect("seen");
    assert_eq!(attribute(turn, "skep.attempt"), Some("2"), "{turn}");
    for span in &spans {
        assert_eq!(span["traceId"].as_str().map(str::len), Some(32), "{span}");
        let moment = |name: &str| span[name].as_str().and_then(|ns| ns.parse::<u64>().ok());
        assert!(
            moment("startTimeUnixNano") <= moment("endTimeUnixNano"),
            "{span}"
        );
    }
    let heard = collector.heard.lock().expect("no panic");
    assert_eq!(heard.paths, HashSet::from(["/v1/traces".to_owned()]));
    assert_eq!(
        heard.authorization,
        HashSet::from(["Bearer collectors-own-word".to_owned()])
    );
    assert!(heard.text.contains("skep-in-a-test"));
    // Nothing of people: no title, no name of a repository or a person, no token.
    for word in [
        "Write A",
        "octo",
        "ana",
        "ghs_",
        "collectors-own-word",
        "Done.",
    ] {
        assert!(!heard.text.contains(word), "{word} is in the spans");
    }
}

fn by_the_log(log: &str, delivery: &str) {
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let decided = |is_it: &dyn Fn(&Value) -> bool| {
        let all = lines.iter().map(|line| &line["fields"]);
        all.filter(|fields| fields["message"] == "decided" && is_it(fields))
            .collect::<Vec<_>>()
    };
    let first = decided(&|fields| fields["delivery"] == *delivery);
    assert_eq!(first.len(), 1, "{log}");
    let trace = &first[0]["trace_id"];
    let (mut rows, mut known, mut opened) = (vec![first[0]], HashSet::new(), false);
    let mut seen = HashSet::new();
    while let Some(row) = rows.pop() {
        assert_eq!(row["trace_id"], *trace, "{row}");
        let caused = format!("e{}.", row["row"].as_i64().expect("a place"));
        let tries = lines
            .iter()
            .filter(|line| line["fields"]["message"] == "performed");
        let tries = tries.map(|line| (&line["span"], &line["fields"]));
        for (span, fields) in tries {
            let effect = span["effect"].as_str().expect("an id");
            if !effect.starts_with(&caused) || !known.insert(effect.to_owned()) {
                continue;
            }
            assert_eq!(span["trace_id"], *trace, "{span}");
            opened |= span["kind"] == "open_pull" && fields["outcome"] == "done";
            let outcome = format!("outcome:{effect}:");
            let told = |fields: &Value| {
                fields["fact"]
                    .as_str()
                    .is_some_and(|fact| fact.starts_with(&outcome))
            };
            rows.extend(decided(&told));
        }
        // What the schedule gave to the task as this decision left it.
        let given = format!(
            ":{}:{}",
            row["task"].as_str().expect("a task"),
            row["version"]
        );
        let told = |fields: &Value| {
            let fact = fields["fact"].as_str().unwrap_or_default();
            fact.starts_with("schedule:") && fact.ends_with(&given)
        };
        let given = decided(&told)
            .into_iter()
            .filter(|other| seen.insert(other["row"].as_i64()));
        rows.extend(given.collect::<Vec<_>>());
    }
    assert!(
        opened,
        "the log does not lead from {delivery} to the pull request: {log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_takes_nothing_is_told_once_and_costs_no_work() {
    let setup = Setup::new().await;
    setup.hurry();
    let collector = Collector::start(Answers::With(StatusCode::BAD_REQUEST)).await;
    let served = Served::start_with(&setup, &collector.variables());
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    setup.one_pull_request(issue);
    let began = Instant::now();
    loop {
        let (_, text) = ask(&served.admin, "GET /metrics", &[], "")
            .await
            .expect("an answer");
        let lost = "skep_trace_spans_dropped_total{cause=\"collector\"} ";
        if text.lines().any(|line| line.starts_with(lost)) {
            assert!(text.contains("\nskep_trace_spans_sent_total 0\n"), "{text}");
            break;
        }
        assert!(began.elapsed() < PATIENCE, "nothing was counted: {text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let log = served.stopped().await;
    let complaint = "the collector of traces does not take them; work goes on without";
    assert_eq!(log.matches(complaint).count(), 1, "{log}");
    assert!(!log.contains("collectors-own-word"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_never_answers_delays_neither_the_work_nor_the_end() {
    let setup = Setup::new().await;
    setup.hurry();
    let collector = Collector::start(Answers::Never).await;
    let served = Served::start_with(&setup, &collector.variables());
    let issue = setup.go("write A.md: a\nsay Done.");
    served.settled(issue, "in-review").await;
    setup.one_pull_request(issue);
    collector.hears("anything", |_| true).await;
    served.stop().await;
}
