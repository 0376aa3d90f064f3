//! Takes away what is not needed any more. It must never make whoever asks wait for the removal of a whole tree: that is done
//! in the background (see `trash`).

use std::path::Path;

use super::Git;
use super::disk::on_disk;
use super::error::GitError;

impl Git {
    /// Takes a file or a folder of ours away: it is gone when this returns, and its space on the disk soon after. What is gone
    /// already is fine.
    pub async fn discard(&self, path: &Path) -> Result<(), GitError> {
        let (trash, path) = (self.inner.trash.clone(), path.to_owned());
        let taken = on_disk("take a working copy away", move || trash.take(&path)).await?;
        if taken {
            self.inner.trash.empty();
        }
        Ok(())
    }
}
