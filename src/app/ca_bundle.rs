//! One file with every certificate authority that is trusted here, for API, git and agents alike.
//!
//! Git and most agents take a file *instead of* the system's certificates, so a private authority alone would lock them out
//! of everything else: the file holds both. It is made only where the operator names something besides the system's.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::config::Certificates;
use crate::pem::pem;

/// Writes the file into `folder` and answers with its path; `None` where the system's own certificates are all.
pub(super) fn write(certificates: &Certificates, folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !certificates.are_special() {
        return Ok(None);
    }
    // The crate reads SSL_CERT_FILE and SSL_CERT_DIR by itself, as OpenSSL does.
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "certificates of this system cannot be read");
    }
    let mut text: String = found
        .certs
        .iter()
        .map(|certificate| pem("CERTIFICATE", certificate))
        .collect();
    if let Some(file) = &certificates.ca_file {
        text.push_str(
            &std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?,
        );
    }
    let path = folder.join("ca-bundle.pem");
    std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    Ok(Some(path))
}
