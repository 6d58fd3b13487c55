//! Columns of groups of users, in the physics of traffic.

use firewatch_action::Profile;
use firewatch_episode::{
    Column, EpisodeBatch, EpisodeRequest, NewEpisode, ObservationLayout, StepError, TrainingBatch,
};
use firewatch_scenario::{Physics, Scenario};

use crate::support::{Run, any, bits, drawn, observed};

/// A burst after which half of the columns are others, and a group that is not hit by it.
const BURST: &str = r#"Scenario(
    name: "a burst",
    difficulty: easy,
    ticks: 20,
    users: [
        (name: "visitors", service: "web", rps: [(0, 8), (4, 40), (5, 8)], patience_s: 4),
        (name: "partners", service: "api", rps: 25, patience_s: 2),
    ],
    services: {
        "web": (instances: 2, concurrency: 100, work_ms: 2, calls: [(to: "search", timeout_s: 0.75, retries: 2, backoff_s: 0.1)]),
        "search": (instances: 1, concurrency: 1, capacity_rps: 20, queue_limit: 256),
        "api": (instances: 2, concurrency: 100, work_ms: 20),
    },
)"#;

fn burst() -> EpisodeRequest {
    EpisodeRequest::scenario(Scenario::parse("burst.ron", BURST).unwrap())
}

#[test]
fn an_operator_sees_what_groups_of_users_get() {
    let layout = ObservationLayout::operator(3).unwrap().with_users(3);
    let columns = layout.columns();
    let column = |name: &str, group: usize| {
        let is_it = |column: &Column| column.name == name && column.users == Some(group);
        columns.iter().position(is_it).unwrap()
    };
    let mut batch = EpisodeBatch::new(Profile::Standard, [burst(), any(1)], 1).unwrap();
    let layout_of_both = ObservationLayout::operator(14).unwrap().with_users(3);
    let rows = observed(&mut batch, &layout_of_both);
    // An incident of the other physics has none.
    let bare = observed(&mut batch, &ObservationLayout::operator(14).unwrap());
    assert_eq!(bits(&rows[1]), bits(&[&*bare[1], &[0.0; 15]].concat()));
    assert_eq!(bits(&rows[0][..bare[0].len()]), bits(&bare[0]));

    let mut batch = EpisodeBatch::new(Profile::Standard, [burst()], 1).unwrap();
    let table = batch.encoding(3).unwrap();
    let mut seen = Vec::new();
    for _ in 1..20 {
        let row = observed(&mut batch, &layout).remove(0);
        let of = |name: &str, group| row[column(name, group)];
        // There is no third group.
        let third = columns
            .iter()
            .zip(&row)
            .filter(|(column, _)| column.users == Some(2));
        assert!(third.map(|(_, value)| *value).eq([0.0; 5]));
        assert_eq!((of("users_present", 0), of("users_present", 1)), (1.0, 1.0));
        assert_eq!(of("users_offered_rps", 1), 25.0);
        assert_eq!(
            (of("users_served_ratio", 1), of("users_miss_objective", 1)),
            (1.0, 0.0)
        );
        let p99 = of("users_p99_by_patience", 1);
        assert!(p99 > 0.005 && p99 < 0.5, "{p99}");
        let of_first = [
            "users_offered_rps",
            "users_served_ratio",
            "users_miss_objective",
        ];
        seen.push(of_first.map(|name| of(name, 0)));
        batch
            .step_encoded(&table, &[0], None, &mut [Default::default()])
            .unwrap();
    }
    assert_eq!(seen[0], [8.0, 1.0, 0.0]);
    assert!(seen.iter().any(|one| one[0] == 40.0));
    let last = seen[seen.len() - 1];
    assert!(
        last[0] == 8.0 && last[1] < 0.05 && last[2] == 1.0,
        "{last:?}"
    );
}

#[test]
fn where_nobody_is_served_the_p99_counts_as_the_whole_patience() {
    let outage = BURST.replace(
        "users:",
        "faults: [(knobs: (down: true), service: \"web\")], users:",
    );
    let scenario = Scenario::parse("outage.ron", &outage).unwrap();
    let request = EpisodeRequest::scenario(scenario);
    let mut batch = EpisodeBatch::new(Profile::Standard, [request], 1).unwrap();
    let layout = ObservationLayout::operator(3).unwrap().with_users(2);
    let row = observed(&mut batch, &layout).remove(0);
    let is_p99 = |column: &Column| column.name == "users_p99_by_patience";
    let columns = layout.columns();
    let p99: Vec<f32> = { columns.iter().zip(&row) }
        .filter(|(column, _)| is_p99(column))
        .map(|(_, value)| *value)
        .collect();
    assert!(p99[0] == 1.0 && p99[1] < 0.5, "{p99:?}");
}

#[test]
fn a_layout_with_users_has_room_for_all_of_an_incident_or_for_none() {
    let operator = ObservationLayout::operator(3).unwrap();
    let mut batch = EpisodeBatch::new(Profile::Standard, [burst()], 1).unwrap();
    assert_eq!(operator.users(), 0);
    observed(&mut batch, &operator);
    let one = operator.clone().with_users(1);
    let mut values = vec![0.0; one.len()];
    let error = batch.observe_columns_into(&one, &mut values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment 0 has 2 groups of users, and the layout has room for 1: make more with \
         `ObservationLayout::with_users`"
    );
    // Where nothing else is said a trainer's batch has room for those of the first episodes.
    let training = |request: fn(NewEpisode) -> EpisodeRequest| TrainingBatch::builder(1, request);
    let batch = training(|_| burst()).build().unwrap();
    assert_eq!(batch.layout().users(), 2);
    let batch = training(|new| drawn(new.seed)).build().unwrap();
    assert_eq!(batch.layout().users(), 0);
    assert_eq!(
        batch.layout().columns(),
        ObservationLayout::operator(batch.layout().services())
            .unwrap()
            .columns()
    );
    let batch = training(|new| drawn(new.seed)).users(4).build().unwrap();
    assert_eq!(batch.layout().users(), 4);
    // One that comes later and has more does not fit, and the one that has ended stays.
    let later = |new: NewEpisode| {
        if new.episode == 0 {
            drawn(new.seed)
        } else {
            burst()
        }
    };
    let builder = training(later).physics(Physics::ALL).users(1).max_steps(1);
    let mut run = Run::new(builder.build().unwrap());
    run.step();
    run.step();
    assert_eq!(run.errors, [Some(StepError::DoesNotFit)]);
    assert!(run.batch.reset(&[true], &mut run.observations).is_err());
    let state = EpisodeBatch::new(Profile::Standard, [burst()], 1)
        .unwrap()
        .save(0)
        .unwrap();
    let scenario = Scenario::parse("burst.ron", BURST).unwrap();
    assert!(run.batch.load(0, scenario, &state).is_err());
    assert!(training(|_| burst()).layout(one).build().is_err());
}
