//! Spans as OTLP writes them in JSON.
//! <https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>

use serde_json::{Value as Json, json};

use super::span::{Span, Value};

/// An `ExportTraceServiceRequest` of these spans, told by the service of that name and version.
pub fn encode(service: &str, version: &str, spans: &[Span]) -> String {
    let resource = [
        attribute(("service.name", &Value::from(service))),
        attribute(("service.version", &Value::from(version))),
    ];
    let spans: Vec<Json> = spans.iter().map(span).collect();
    json!({
        "resourceSpans": [{
            "resource": { "attributes": resource },
            "scopeSpans": [{ "scope": { "name": "skep", "version": version }, "spans": spans }],
        }],
    })
    .to_string()
}

fn span(span: &Span) -> Json {
    let attributes = span.attributes.iter();
    let attributes = attributes.map(|(name, value)| attribute((name, value)));
    let mut json = json!({
        "traceId": span.trace.to_string(),
        "spanId": span.id.to_string(),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": nanoseconds(span.began),
        "endTimeUnixNano": nanoseconds(span.ended.max(span.began)),
        "attributes": attributes.collect::<Vec<_>>(),
        "status": if span.failed { json!({ "code": 2 }) } else { json!({}) },
    });
    if let Some(parent) = span.parent {
        json["parentSpanId"] = parent.to_string().into();
    }
    json
}

/// Numbers of 64 bits are written as text.
fn nanoseconds(ms: i64) -> String {
    (i128::from(ms.max(0)) * 1_000_000).to_string()
}

fn attribute((name, value): (&str, &Value)) -> Json {
    let value = match value {
        Value::Text(text) => json!({ "stringValue": text }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": name, "value": value })
}

#[cfg(test)]
mod tests {
    use super::super::id::{SpanId, TraceId};
    use super::super::span::Kind;
    use super::*;

    #[test]
    fn a_span_is_written_as_the_specification_says() {
        let task = "7#12".parse().expect("a task");
        let span = Span {
            trace: TraceId::of_task(task),
            id: SpanId::of_try("e4.0", 1),
            parent: Some(SpanId::of_fact(4)),
            name: "open_pull".into(),
            kind: Kind::Client,
            began: 1_700_000_000_000,
            ended: 1_700_000_000_250,
            attributes: vec![("skep.effect", "e4.0".into()), ("skep.attempt", 1.into())],
            failed: true,
        };
        let written: Json = serde_json::from_str(&encode("skep", "1.0", &[span])).expect("JSON");
        let of_it = &written["resourceSpans"][0];
        assert_eq!(
            of_it["resource"]["attributes"][0],
            json!({ "key": "service.name", "value": { "stringValue": "skep" } })
        );
        let span = &of_it["scopeSpans"][0]["spans"][0];
        assert_eq!(span["traceId"], TraceId::of_task(task).to_string());
        assert_eq!(span["parentSpanId"], SpanId::of_fact(4).to_string());
        assert_eq!(span["kind"], 3);
        assert_eq!(span["startTimeUnixNano"], "1700000000000000000");
        assert_eq!(span["endTimeUnixNano"], "1700000000250000000");
        assert_eq!(span["attributes"][1]["value"], json!({ "intValue": "1" }));
        assert_eq!(span["status"], json!({ "code": 2 }));
    }
}
