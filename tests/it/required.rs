//! What a machine lacks is skipped and said, past the test harness's capture; where everything is required it is a failure.
//!
//! A grid of stories (one for every step to be killed at, every call to be spoiled) is told whole there, and in part elsewhere.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use futures::{Future, StreamExt};

/// Test apps at work at once.
const SIDE_BY_SIDE: usize = 3;
/// Of so many cells of a grid one is told where not everything is required.
const ONE_IN: usize = 10;

/// True where `SKEP_TEST_REQUIRE=all`: nothing may be skipped.
pub(crate) fn everything() -> bool {
    std::env::var("SKEP_TEST_REQUIRE").is_ok_and(|what| what == "all")
}

/// Says once what is skipped and why.
pub(crate) fn skip(why: &str) {
    assert!(!everything(), "SKEP_TEST_REQUIRE=all, but: {why}");
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(why.to_owned())
    {
        writeln!(std::io::stderr(), "skipped: {why}").expect("somebody reads");
    }
}

/// Whether these programs are installed; says what is skipped where one is not.
pub(crate) fn installed(programs: &[&str], what: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there =
        |program: &&&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let missing = programs.iter().find(|program| !there(program));
    if let Some(missing) = missing {
        skip(&format!("{what} ({missing} is not installed)"));
    }
    missing.is_none()
}

/// The cells to tell here, spread over the grid.
pub(crate) fn part<C>(cells: impl IntoIterator<Item = C>) -> Vec<C> {
    let cells: Vec<C> = cells.into_iter().collect();
    if everything() || cells.len() < 2 {
        return cells;
    }
    let all = cells.len();
    let told: Vec<C> = cells
        .into_iter()
        .skip(all.min(ONE_IN) / 2)
        .step_by(ONE_IN)
        .collect();
    let story = std::thread::current().name().unwrap_or("a grid").to_owned();
    skip(&format!(
        "{} of {all} cells of {story}, which SKEP_TEST_REQUIRE=all tells",
        all - told.len()
    ));
    told
}

/// Tells the cells, some at a time, each in a task of its own; what they answer, in no order.
pub(crate) async fn grid<C, F>(
    cells: impl IntoIterator<Item = C>,
    tell: impl Fn(C) -> F,
) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let told = futures::stream::iter(part(cells))
        .map(|cell| tokio::spawn(tell(cell)))
        .buffer_unordered(SIDE_BY_SIDE);
    told.map(|one| one.expect("a story that ends as it should"))
        .collect()
        .await
}
