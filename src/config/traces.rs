//! Where traces are sent, by the names that OpenTelemetry gives to these settings.
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>

use secrecy::SecretString;
use url::Url;

use super::resolver::Resolver;
use super::sources::Found;
use crate::core::text::traces as mistake;

/// The service's name where nobody says another.
const SERVICE: &str = "skep";

/// A collector of traces.
#[derive(Debug, Clone)]
pub struct Traces {
    /// Its address; `/v1/traces` comes below it.
    pub endpoint: Url,
    /// What goes along with each request, by the header's name.
    pub headers: Vec<(String, SecretString)>,
    /// Under which name skep tells.
    pub service: String,
}

/// Reads them; nothing where no collector is named.
pub(super) fn read(resolver: &mut Resolver<'_>) -> Option<Traces> {
    let endpoint = resolver.meant("otlp_endpoint", endpoint);
    let headers = resolver.meant("otlp_headers", headers);
    let service = resolver.found("otlp_service_name");
    Some(Traces {
        endpoint: endpoint?,
        headers: headers.unwrap_or_default(),
        service: service.map_or_else(|| SERVICE.to_owned(), |found| found.text.trim().to_owned()),
    })
}

fn endpoint(found: &Found) -> Result<Url, String> {
    let text = found.text.trim();
    let url = Url::parse(text).map_err(|_| mistake::ENDPOINT.to_owned())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    match plain {
        true => Ok(url),
        // What stands before the host may be a password.
        false => Err(mistake::ENDPOINT.to_owned()),
    }
}

/// `name=value,name=value`, the values percent-encoded where they need it. None of it is ever repeated.
fn headers(found: &Found) -> Result<Vec<(String, SecretString)>, String> {
    let wrong = || mistake::HEADERS.to_owned();
    let pairs = found.text.split(',').map(str::trim);
    let pairs = pairs.filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        let (name, value) = (name.trim(), decoded(value.trim()).ok_or_else(wrong)?);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let fits = !name.is_empty()
            && name.chars().all(is_name)
            && value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        match fits {
            true => Ok((name.to_owned(), SecretString::from(value))),
            false => Err(wrong()),
        }
    };
    pairs.map(read).collect()
}

/// `%20` is a space; everything else is itself.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'%', [_, _, beyond @ ..]) => {
                bytes.extend(hex::decode(after.get(..2)?).ok()?);
                beyond
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::{Args, Environment, Sources};
    use super::*;

    fn traces(variables: &[(&str, &str)]) -> (Option<Traces>, Vec<String>) {
        let environment = Environment::new("/", variables.iter().copied());
        let sources = Sources::without_file(Args::default(), environment);
        let mut resolver = Resolver::new(&sources);
        let read = read(&mut resolver);
        let mistakes = resolver.mistakes.iter().map(ToString::to_string);
        (read, mistakes.collect())
    }

    #[test]
    fn the_usual_names_are_read() {
        let (read, mistakes) = traces(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "authorization=Bearer%20abc=, x-team = a+b ,",
            ),
            ("OTEL_SERVICE_NAME", "skep-eu"),
        ]);
        assert_eq!(mistakes, [""; 0]);
        let read = read.expect("a collector");
        assert_eq!(read.endpoint.as_str(), "http://collector:4318/");
        assert_eq!(read.service, "skep-eu");
        let headers: Vec<(&str, &str)> = read
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose_secret()))
            .collect();
        assert_eq!(
            headers,
            [("authorization", "Bearer abc="), ("x-team", "a+b")]
        );
        assert!(traces(&[]).0.is_none());
        let (none, mistakes) = traces(&[("OTEL_SERVICE_NAME", "x")]);
        assert!(none.is_none() && mistakes.is_empty(), "no collector");
    }

    #[test]
    fn mistakes_are_told_and_no_header_is_repeated() {
        for bad in [
            "collector:4318",
            "grpc://x",
            "http://u:hunter2@x",
            "http://x?a=hunter2",
        ] {
            let (_, mistakes) = traces(&[("OTEL_EXPORTER_OTLP_ENDPOINT", bad)]);
            assert_eq!(mistakes.len(), 1, "{bad}");
            assert!(!mistakes[0].contains("hunter2"), "{mistakes:?}");
        }
        for bad in ["hunter2", "a b=hunter2", "a=hunter2%0d%0ax: y", "a=%zz"] {
            let (_, mistakes) = traces(&[("OTEL_EXPORTER_OTLP_HEADERS", bad)]);
            assert_eq!(mistakes.len(), 1, "{bad}");
            assert!(!mistakes[0].contains("hunter2"), "{mistakes:?}");
        }
    }
}
