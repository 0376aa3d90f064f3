//! The walk: every state that can be reached in so many steps, the nearest first. Of a state its digest is kept, and by which
//! move it was reached from which other, so that it can be made again: and so that the way to a fault can be told.

use std::collections::HashSet;
use std::fmt::Write;
use std::hash::{BuildHasherDefault, Hasher};

use super::moves::{self, Move};
use super::step::{Setting, step};
use super::world::World;

/// How far it goes.
pub(super) struct Bounds {
    pub(super) depth: usize,
    pub(super) states: usize,
    /// Whether it tells how far it is.
    pub(super) tells: bool,
}

/// What was seen.
pub(super) struct Walked {
    pub(super) states: usize,
    pub(super) steps: u64,
    /// The depth down to which every state was seen.
    pub(super) depth: usize,
    /// The way to the first fault, a line for each step, and the fault.
    pub(super) fault: Option<String>,
}

/// A digest is as good as random already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().take(8) {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }
    fn write_u128(&mut self, number: u128) {
        self.0 = number as u64;
    }
}

type Seen = HashSet<u128, BuildHasherDefault<AsItIs>>;

/// By which move a state was reached, and from which one.
#[derive(Clone, Copy)]
struct Reached {
    from: u32,
    by: u16,
}

struct Walk<'a> {
    setting: &'a Setting,
    moves: Vec<Move>,
    reached: Vec<Reached>,
    /// The way to the state made last, each with its number: the next one is mostly its neighbour.
    way: Vec<(u32, World)>,
}

/// Walks.
pub(super) fn walk(setting: &Setting, bounds: &Bounds) -> Walked {
    let mut on = Walk {
        setting,
        moves: moves::all(),
        reached: vec![Reached { from: 0, by: 0 }],
        way: Vec::new(),
    };
    let mut seen = Seen::default();
    seen.insert(World::new().digest());
    let mut walked = Walked {
        states: 1,
        steps: 0,
        depth: 0,
        fault: None,
    };
    on.begin(&mut seen);
    let mut layer = 0..on.reached.len();
    while walked.depth < bounds.depth && !layer.is_empty() {
        let end = on.reached.len();
        for at in layer {
            let world = on.make(at as u32);
            for by in 0..on.moves.len() {
                let made = on.moves[by];
                if !made.can(&world) {
                    continue;
                }
                let stepped = step(&world, made, setting);
                walked.steps += 1;
                if let Some(broken) = stepped.broken {
                    walked.fault = Some(on.tell(at as u32, made, &broken));
                    walked.states = on.reached.len();
                    return walked;
                }
                if stepped.world.is_within() && seen.insert(stepped.world.digest()) {
                    let from = at as u32;
                    on.reached.push(Reached {
                        from,
                        by: by as u16,
                    });
                }
            }
            if on.reached.len() >= bounds.states {
                walked.states = on.reached.len();
                return walked;
            }
        }
        walked.depth += 1;
        if bounds.tells {
            eprintln!(
                "{}: {} states to depth {}",
                setting.name,
                on.reached.len(),
                walked.depth
            );
        }
        layer = end..on.reached.len();
    }
    walked.states = on.reached.len();
    walked
}

impl Walk<'_> {
    /// Goes the ways on which it begins.
    fn begin(&mut self, seen: &mut Seen) {
        for way in moves::ways() {
            let (mut world, mut at) = (World::new(), 0);
            for made in way.into_iter().filter(|made| self.moves.contains(made)) {
                if !made.can(&world) {
                    continue;
                }
                world = step(&world, made, self.setting).world;
                let by = self.moves.iter().position(|one| *one == made).unwrap_or(0) as u16;
                // A state that is known is reached another way as well: its followers count from this one.
                seen.insert(world.digest());
                self.reached.push(Reached { from: at, by });
                at = (self.reached.len() - 1) as u32;
            }
        }
    }

    fn path(&self, mut at: u32) -> Vec<u32> {
        let mut path = vec![at];
        while at != 0 {
            at = self.reached[at as usize].from;
            path.push(at);
        }
        path.reverse();
        path
    }

    /// Makes a state again, from as far down its way as the last one's goes.
    fn make(&mut self, at: u32) -> World {
        let path = self.path(at);
        let same = self
            .way
            .iter()
            .zip(&path)
            .take_while(|((one, _), other)| one == *other)
            .count();
        self.way.truncate(same);
        for state in &path[same..] {
            let world = match self.way.last() {
                None => World::new(),
                Some((_, before)) => {
                    let by = self.moves[usize::from(self.reached[*state as usize].by)];
                    step(before, by, self.setting).world
                }
            };
            self.way.push((*state, world));
        }
        self.way
            .last()
            .map_or_else(World::new, |(_, world)| world.clone())
    }

    /// The way to a fault, for people.
    fn tell(&mut self, at: u32, last: Move, broken: &str) -> String {
        let mut text = String::new();
        let moves: Vec<Move> = self.path(at)[1..]
            .iter()
            .map(|state| self.moves[usize::from(self.reached[*state as usize].by)])
            .chain([last])
            .collect();
        let mut world = World::new();
        for (number, made) in moves.into_iter().enumerate() {
            world = step(&world, made, self.setting).world;
            let _ = writeln!(text, "{:2}. {made:?} -> {}", number + 1, world.task.state());
        }
        let _ = write!(text, "    BROKEN: {broken}");
        text
    }
}
