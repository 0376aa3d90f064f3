//! Where the boxes of a graph stand: in columns, each issue to the right of all that it waits for, and in each column in such an order
//! that few lines cross.
//!
//! Longest paths give the columns, and means of the neighbors' places (the barycenter heuristic of Sugiyama's method, four sweeps) the
//! order. What closes a circle counts for no column. It ends for whatever graph it is given.

use std::collections::VecDeque;

/// How many times the order is bettered.
const SWEEPS: usize = 4;

/// For each node its column and its row, both from 0.
pub(super) fn places(nodes: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let arrows = without_circles(nodes, arrows);
    let column = columns(nodes, &arrows);
    let mut order: Vec<Vec<usize>> = Vec::new();
    for (node, column) in column.iter().enumerate() {
        if order.len() <= *column {
            order.resize_with(column + 1, Vec::new);
        }
        if let Some(nodes) = order.get_mut(*column) {
            nodes.push(node);
        }
    }
    let mut row = vec![0; nodes];
    number(&order, &mut row);
    for sweep in 0..SWEEPS {
        for nodes in &mut order {
            let mut weighed: Vec<(f64, usize)> = nodes
                .iter()
                .map(|node| (mean(*node, sweep % 2 == 0, &arrows, &row), *node))
                .collect();
            weighed.sort_by(|one, other| one.0.total_cmp(&other.0));
            *nodes = weighed.into_iter().map(|(_, node)| node).collect();
        }
        number(&order, &mut row);
    }
    column.into_iter().zip(row).collect()
}

fn number(order: &[Vec<usize>], row: &mut [usize]) {
    for nodes in order {
        for (place, node) in nodes.iter().enumerate() {
            if let Some(row) = row.get_mut(*node) {
                *row = place;
            }
        }
    }
}

/// The mean row of what a node waits for (or of what waits for it); its own where there is none.
#[expect(clippy::cast_precision_loss, reason = "rows are few")]
fn mean(node: usize, before: bool, arrows: &[(usize, usize)], row: &[usize]) -> f64 {
    let near = arrows.iter().filter_map(|(from, to)| match before {
        true => (*to == node).then_some(*from),
        false => (*from == node).then_some(*to),
    });
    let rows: Vec<usize> = near.filter_map(|near| row.get(near).copied()).collect();
    let own = row.get(node).copied().unwrap_or_default();
    match rows.is_empty() {
        true => own as f64,
        false => rows.iter().sum::<usize>() as f64 / rows.len() as f64,
    }
}

/// The arrows of which none leads back: those that Kahn's algorithm reaches, and of the rest those that lead on by number.
fn without_circles(nodes: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut waits = vec![0_usize; nodes];
    let inside = |arrow: &&(usize, usize)| arrow.0 < nodes && arrow.1 < nodes && arrow.0 != arrow.1;
    let arrows: Vec<(usize, usize)> = arrows.iter().filter(inside).copied().collect();
    for (_, to) in &arrows {
        waits[*to] += 1;
    }
    let mut ready: VecDeque<usize> = (0..nodes).filter(|node| waits[*node] == 0).collect();
    let mut rank = vec![None; nodes];
    let mut next = 0;
    while let Some(node) = ready.pop_front() {
        rank[node] = Some(next);
        next += 1;
        for (_, to) in arrows.iter().filter(|(from, _)| *from == node) {
            waits[*to] -= 1;
            if waits[*to] == 0 {
                ready.push_back(*to);
            }
        }
    }
    let rank: Vec<usize> = rank
        .into_iter()
        .enumerate()
        .map(|(node, rank)| rank.unwrap_or(next + node))
        .collect();
    arrows
        .into_iter()
        .filter(|(from, to)| rank[*from] < rank[*to])
        .collect()
}

/// The longest way to each node.
fn columns(nodes: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut column = vec![0; nodes];
    // Without circles it is settled after as many rounds as there are nodes, and mostly after few.
    for _ in 0..nodes {
        let mut moved = false;
        for (from, to) in arrows {
            if column[*to] <= column[*from] {
                column[*to] = column[*from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    column
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::places;

    #[test]
    fn each_stands_to_the_right_of_what_it_waits_for() {
        let found = places(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]);
        let columns: Vec<usize> = found.iter().map(|(column, _)| *column).collect();
        assert_eq!(columns, [0, 1, 1, 2]);
    }

    #[test]
    fn a_circle_ends() {
        assert_eq!(places(2, &[(0, 1), (1, 0)]), [(0, 0), (1, 0)]);
        assert_eq!(places(1, &[(0, 0)]), [(0, 0)]);
    }

    proptest! {
        #[test]
        fn no_two_stand_in_one_place(arrows in prop::collection::vec((0_usize..12, 0_usize..12), 0..40)) {
            let mut found = places(12, &arrows);
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(found.len(), 12);
        }
    }
}
