//! Limits of the kernel's for one process and all it starts, and that the kernel ends it before others where memory runs out.
//! (`getrlimit(2)`; <https://docs.kernel.org/filesystems/proc.html>, `oom_score_adj`)

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::wishes::Limit;

/// As if half of the machine's memory were taken besides.
const FIRST_TO_GO: &str = "500";

/// Sets them. No process of an agent leaves a core dump: its memory may hold a key.
pub(super) fn set(limits: &[Limit]) -> Result<(), String> {
    // Where it may not be written all are alike.
    drop(std::fs::write("/proc/self/oom_score_adj", FIRST_TO_GO));
    one(Resource::Core, 0).map_err(|error| format!("core: {error}"))?;
    for (name, number) in limits {
        let resource = named(name).ok_or_else(|| format!("{name} is no limit"))?;
        one(resource, *number).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// No higher than it is already: that would need a right which an agent's processes do not have.
fn one(resource: Resource, number: u64) -> rustix::io::Result<()> {
    let highest = getrlimit(resource).maximum;
    let number = Some(highest.map_or(number, |highest| number.min(highest)));
    let limit = Rlimit {
        current: number,
        maximum: number,
    };
    setrlimit(resource, limit)
}

fn named(name: &str) -> Option<Resource> {
    Some(match name {
        "fsize" => Resource::Fsize,
        "nofile" => Resource::Nofile,
        "nproc" => Resource::Nproc,
        _ => return None,
    })
}
