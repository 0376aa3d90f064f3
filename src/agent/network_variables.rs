//! The variables by which programs find the proxy and the certificates.

use crate::core::network::Network;

/// What programs of all kinds read to find the proxy and the certificates. skep's own tools are on loopback, which is never
/// reached through a proxy.
pub(super) fn way_out(network: &Network) -> impl Iterator<Item = (String, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    let proxies = [
        ("HTTPS_PROXY", "https_proxy", &network.https_proxy),
        ("HTTP_PROXY", "http_proxy", &network.http_proxy),
    ];
    for (upper, lower, proxy) in proxies {
        let value = proxy.as_ref().map(|proxy| proxy.expose().to_owned());
        all.extend(
            [upper, lower]
                .into_iter()
                .filter_map(|name| Some((name, value.clone()?))),
        );
    }
    if !all.is_empty() {
        let given = network.no_proxy.trim_matches([' ', ',']);
        let direct = if given.is_empty() {
            LOOPBACK.to_owned()
        } else {
            format!("{given},{LOOPBACK}")
        };
        all.extend(["NO_PROXY", "no_proxy"].map(|name| (name, direct.clone())));
        // Node reads these variables only when it is told to.
        all.push(("NODE_USE_ENV_PROXY", "1".to_owned()));
    }
    if let Some(bundle) = &network.ca_bundle {
        all.extend(TRUST.map(|name| (name, bundle.to_string_lossy().into_owned())));
    }
    all.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
}

/// Where skep's own tools listen.
const LOOPBACK: &str = "localhost,127.0.0.1,::1";

/// The variables that name a file of certificates: OpenSSL and rustls, Node, Python's requests, curl, git, Deno.
const TRUST: [&str; 6] = [
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "DENO_CERT",
];
