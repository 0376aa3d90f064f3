//! The rules for Compose and Kubernetes: what the container is given is what the image and the program want.

use std::path::Path;

use serde::Deserialize;
use serde_yaml_ng::{Deserializer, Value};

use super::{Facts, at, image, members, seconds};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn untagged(image: &str) -> Option<String> {
    image
        .ends_with(":latest")
        .then(|| format!("{image} is another one every day"))
}

/// What is wrong with a file for Compose.
pub(super) fn compose(file: &str, facts: &Facts) -> Vec<String> {
    let whole: Value = match serde_yaml_ng::from_str(file) {
        Ok(whole) => whole,
        Err(error) => return vec![format!("no YAML: {error}")],
    };
    let service = at(&whole, "services.skep");
    let mut found = facts.unknown(file, &[]);
    found.extend(untagged(text(&service["image"])));
    let context = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/deploy")
        .join(text(at(service, "build.context")));
    if !context.join("Dockerfile").exists() {
        found.push("build.context: there is no Dockerfile".to_owned());
    }
    let published: Vec<&str> = members(&service["ports"]).iter().map(text).collect();
    // On loopback: what terminates TLS is on the same machine.
    let right = format!("127.0.0.1:{0}:{0}", facts.port);
    if published != [right.as_str()] {
        found.push(format!("ports: {published:?} is not {right}"));
    }
    found.extend(volume(&whole, service));
    found.extend(secrets(&whole, service));
    let grace = seconds(text(&service["stop_grace_period"]));
    found.extend(facts.stop("stop_grace_period", grace));
    found
}

fn volume(whole: &Value, service: &Value) -> Option<String> {
    let (folder, _) = image::promises();
    let mounts = members(&service["volumes"]).iter().map(text);
    let mut mounts = mounts.filter_map(|mount| mount.split_once(':'));
    let Some((name, _)) = mounts.find(|(_, target)| *target == folder) else {
        return Some(format!("{folder} is no volume"));
    };
    let declared = whole["volumes"].get(name).is_some();
    (!declared).then(|| format!("there is no volume {name}"))
}

/// Each secret that a variable points to is handed in, and declared.
fn secrets(whole: &Value, service: &Value) -> Vec<String> {
    let variables = service["environment"].as_mapping();
    let values = variables.into_iter().flat_map(|of| of.values()).map(text);
    let named = values.filter_map(|value| value.strip_prefix("/run/secrets/"));
    let missing = named.filter(|name| {
        let given = members(&service["secrets"])
            .iter()
            .any(|one| text(one) == *name);
        !given || whole["secrets"].get(*name).is_none()
    });
    missing
        .map(|name| format!("there is no secret {name}"))
        .collect()
}

/// What is wrong with a file for Kubernetes.
pub(super) fn kubernetes(file: &str, facts: &Facts) -> Vec<String> {
    let parts = Deserializer::from_str(file).map(Value::deserialize);
    let parts: Vec<Value> = match parts.collect::<Result<_, _>>() {
        Ok(parts) => parts,
        Err(error) => return vec![format!("no YAML: {error}")],
    };
    let mut found = facts.unknown(file, &[]);
    let kind = |part: &&Value, kinds: &[&str]| kinds.contains(&text(&part["kind"]));
    let work = parts
        .iter()
        .find(|part| kind(part, &["StatefulSet", "Deployment"]));
    let service = parts.iter().find(|part| kind(part, &["Service"]));
    let (Some(work), Some(service)) = (work, service) else {
        return vec!["there is no workload or no service".to_owned()];
    };
    let pod = at(work, "spec.template.spec");
    found.extend(one_at_a_time(work));
    found.extend(ways_in(service, pod, facts));
    found.extend(rights(pod));
    found.extend(mounts(work));
    let grace = pod["terminationGracePeriodSeconds"].as_u64();
    found.extend(facts.stop("terminationGracePeriodSeconds", grace));
    found.extend(
        members(&pod["containers"])
            .iter()
            .filter_map(|one| untagged(text(&one["image"]))),
    );
    found
}

/// One skep works on one database: never two, not even while one takes over from another.
fn one_at_a_time(work: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if at(work, "spec.replicas").as_u64() != Some(1) {
        found.push("replicas is not 1".to_owned());
    }
    // A StatefulSet ends its pod before it makes the next one of that name.
    let recreated = text(at(work, "spec.strategy.type")) == "Recreate";
    if text(&work["kind"]) == "Deployment" && !recreated {
        found.push("a Deployment needs the strategy Recreate".to_owned());
    }
    let label = at(work, "spec.selector.matchLabels");
    if label.is_null() || label != at(work, "spec.template.metadata.labels") {
        found.push("the selector finds no pod".to_owned());
    }
    found
}

/// Ports by name, and probes that ask what is there to be asked.
fn ways_in(service: &Value, pod: &Value, facts: &Facts) -> Vec<String> {
    let container = at(pod, "containers.0");
    let number = |port: &Value| {
        let ports = members(&container["ports"]).iter();
        let mut named = ports.filter(|one| one["name"] == *port);
        let named = named.next().map(|one| &one["containerPort"]);
        named.unwrap_or(port).as_u64()
    };
    let mut found = Vec::new();
    for port in members(at(service, "spec.ports")) {
        let target = &port["targetPort"];
        match number(target) {
            None => found.push(format!("the pod has no port {}", text(target))),
            Some(number) if number == facts.port => {}
            Some(number) => found.push(format!("webhooks do not arrive at {number}")),
        }
    }
    for name in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let asked = at(&container[name], "httpGet");
        let path = text(&asked["path"]);
        if !["/healthz", "/readyz"].contains(&path)
            || (name == "livenessProbe" && path != "/healthz")
        {
            found.push(format!("{name}: {path} is no probe"));
        }
        if number(&asked["port"]) != Some(facts.port) {
            found.push(format!("{name}: asks another port than {}", facts.port));
        }
    }
    let open = members(&container["ports"]).iter();
    if open
        .filter_map(|one| one["containerPort"].as_u64())
        .any(|port| port == facts.admin_port)
    {
        found.push(format!("the admin port {} is open", facts.admin_port));
    }
    found
}

fn rights(pod: &Value) -> Vec<String> {
    let (_, user) = image::promises();
    let mut found = Vec::new();
    let of_pod = &pod["securityContext"];
    if of_pod["runAsNonRoot"].as_bool() != Some(true) {
        found.push("runAsNonRoot is not true".to_owned());
    }
    for name in ["runAsUser", "runAsGroup", "fsGroup"] {
        if of_pod[name].as_u64() != Some(user) {
            found.push(format!("{name} is not the image's {user}"));
        }
    }
    let of_container = at(pod, "containers.0.securityContext");
    if of_container["allowPrivilegeEscalation"].as_bool() != Some(false) {
        found.push("allowPrivilegeEscalation is not false".to_owned());
    }
    let dropped = members(at(of_container, "capabilities.drop"));
    if dropped.iter().all(|one| text(one) != "ALL") {
        found.push("not all capabilities are dropped".to_owned());
    }
    if pod["automountServiceAccountToken"].as_bool() != Some(false) {
        found.push("the cluster's token is mounted".to_owned());
    }
    // Where it is said: skep writes its data folder, its home and /tmp.
    let only_read = of_container["readOnlyRootFilesystem"].as_bool() == Some(true);
    let mounts = members(at(pod, "containers.0.volumeMounts"));
    let writable = |folder: &str| mounts.iter().any(|one| text(&one["mountPath"]) == folder);
    if only_read && !(writable("/tmp") && writable("/home/skep")) {
        found.push("readOnlyRootFilesystem: /tmp and /home/skep want volumes".to_owned());
    }
    found
}

/// Every mount has its volume, the data folder is one that stays, and the key is where it is looked for.
fn mounts(work: &Value) -> Vec<String> {
    let (folder, _) = image::promises();
    let pod = at(work, "spec.template.spec");
    let container = at(pod, "containers.0");
    let mounts = members(&container["volumeMounts"]);
    let claims = members(at(work, "spec.volumeClaimTemplates")).iter();
    let claimed: Vec<&str> = claims
        .map(|claim| text(at(claim, "metadata.name")))
        .collect();
    let volumes = members(&pod["volumes"]).iter();
    let lent: Vec<&str> = volumes.map(|volume| text(&volume["name"])).collect();
    let mut found = Vec::new();
    for mount in mounts {
        let name = text(&mount["name"]);
        if !claimed.contains(&name) && !lent.contains(&name) {
            found.push(format!("there is no volume {name}"));
        }
    }
    let data = mounts
        .iter()
        .find(|mount| text(&mount["mountPath"]) == folder);
    if !data.is_some_and(|mount| claimed.contains(&text(&mount["name"]))) {
        found.push(format!("{folder} is no volume that stays"));
    }
    for variable in members(&container["env"]) {
        let value = text(&variable["value"]);
        let file = text(&variable["name"]).ends_with("_FILE");
        let below = |mount: &Value| Path::new(value).starts_with(text(&mount["mountPath"]));
        if file && !mounts.iter().any(below) {
            found.push(format!("{value} is on no volume"));
        }
    }
    found
}
