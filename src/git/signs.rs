//! What the lines of a change tell beside its paths: git's patch and the manifests before and after, handed to the core to be read.

use super::change::RawChange;
use super::process::Overflow;
use super::range::Range;
use crate::core::checkout::has_scripts;
use crate::core::signs::{Signs, of_patch, scripts_differ};

/// So many manifests are looked into; the scripts of more are taken for changed.
const MANIFESTS: usize = 20;
/// Larger ones are taken for changed, too.
const BYTES: usize = 1 << 20;

impl Range<'_> {
    /// What a patch, and the changes it is of, tell.
    pub(super) async fn signs(&self, changes: &[RawChange], patch: &[u8]) -> Signs {
        let mut signs = of_patch(&String::from_utf8_lossy(patch));
        let path = |change: &RawChange| String::from_utf8_lossy(&change.path).into_owned();
        let manifests = changes.iter().filter(|change| change.status != b'D');
        let manifests = manifests.map(|change| (path(change), change));
        let manifests = manifests.filter(|(path, _)| has_scripts(path));
        for (index, (path, change)) in manifests.enumerate() {
            if index >= MANIFESTS || self.differ(change).await {
                signs.note_scripts(&path);
            }
        }
        signs
    }

    async fn differ(&self, change: &RawChange) -> bool {
        let new = self.manifest(&change.new_object).await;
        let old = self.manifest(&change.old_object).await;
        match (old, new) {
            (Ok(old), Ok(new)) => scripts_differ(old.as_deref(), new.as_deref()),
            _ => true,
        }
    }

    /// Its content; `None` where there is none.
    async fn manifest(&self, object: &str) -> Result<Option<Vec<u8>>, super::GitError> {
        if object.bytes().all(|b| b == b'0') {
            return Ok(None);
        }
        let call = self.call("cat-file").args(["blob", object]);
        self.run(call.cap(BYTES, Overflow::Fail)).await.map(Some)
    }
}
