//! Overlap of two sets.

use proptest::prelude::*;

use super::super::*;

fn changed(paths: &[&str]) -> Touched {
    Touched::changed(paths.iter().copied(), &History::default())
}

#[test]
fn who_changed_the_same_file_overlaps_whole() {
    let both = overlap(&changed(&["a", "b"]), &changed(&["b", "c"]));
    assert_eq!((both.share, both.paths), (1.0, vec!["b".to_owned()]));
    assert_eq!(
        overlap(&changed(&["a"]), &changed(&["c"])),
        Overlap::default()
    );
    assert_eq!(
        overlap(&changed(&["Cargo.lock"]), &changed(&["Cargo.lock"])).share,
        0.0
    );
}

#[test]
fn a_forecast_meets_what_has_been_changed() {
    let guess = |path: &str, weight| Guess {
        path: path.to_owned(),
        weight,
        evidence: Evidence::Named,
    };
    let forecast = Forecast {
        files: vec![guess("a", 0.5), guess("b", 0.5)],
    };
    let expected = Touched::expected(&forecast, &History::default());
    assert_eq!(overlap(&expected, &changed(&["a"])).share, 0.5);
    assert_eq!(overlap(&expected, &changed(&["a", "b"])).share, 0.75);
    let under_way = expected.with(changed(&["a"]));
    assert_eq!((under_way.weight("a"), under_way.weight("b")), (1.0, 0.5));
}

/// Some of eight files, each with a weight.
fn touched() -> impl Strategy<Value = Touched> {
    prop::collection::btree_map("[a-h]", 0.0..=1.0_f64, 0..8).prop_map(|weights| {
        let files = weights.into_iter().map(|(path, weight)| Guess {
            path,
            weight,
            evidence: Evidence::Named,
        });
        let forecast = Forecast {
            files: files.collect(),
        };
        Touched::expected(&forecast, &History::default())
    })
}

proptest! {
    #[test]
    fn an_overlap_is_symmetric_bounded_and_grows(one in touched(), other in touched(), more in touched()) {
        let both = overlap(&one, &other);
        prop_assert!((0.0..=1.0).contains(&both.share));
        prop_assert!((both.share - overlap(&other, &one).share).abs() < 1e-9);
        prop_assert_eq!(both.share > 0.0, !both.paths.is_empty());
        let larger = overlap(&one.with(more), &other);
        prop_assert!(larger.share >= both.share - 1e-9);
    }

    #[test]
    fn any_text_has_a_forecast(title in "\\PC{0,60}", body in "(\\PC|[a-z./:`\n]){0,200}") {
        let (tree, history) = super::repository();
        let found = forecast(&Request { title: &title, body: &body, plan: "", role: "swe" }, &tree, &history);
        prop_assert!(found.files.len() <= 64);
        prop_assert!(found.files.iter().all(|guess| (0.0..1.0).contains(&guess.weight)));
        prop_assert!(found.files.is_sorted_by(|one, other| one.weight >= other.weight));
    }
}
