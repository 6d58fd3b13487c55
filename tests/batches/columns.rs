//! Columns of observations: what stands where, and that a policy's have no ground truth.

use firewatch_action::Profile;
use firewatch_episode::{Column, EpisodeBatch, EpisodeRequest, ObservationLayout};
use firewatch_reference::PythonRandom;
use firewatch_response::score::ALERT_NAMES;
use firewatch_scenario::{RandomStreams, Scenario};
use firewatch_sim::Status;

use crate::support::{any, bits, observed};

/// A batch in which much has happened.
fn played(count: u64, threads: usize) -> EpisodeBatch {
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..count).map(any), threads).unwrap();
    let table = batch.encoding(0).unwrap();
    let mut legal = vec![false; batch.len() * table.len()];
    batch.legal_into(&table, &mut legal).unwrap();
    let mut random = PythonRandom::new(1);
    let mut steps = vec![Default::default(); batch.len()];
    for _ in 0..15 {
        let draw = |legal: &[bool]| loop {
            let code = random.below(legal.len());
            if legal[code] {
                break code as u32;
            }
        };
        let codes: Vec<u32> = legal.chunks(table.len()).map(draw).collect();
        batch
            .step_encoded(&table, &codes, None, &mut steps)
            .unwrap();
    }
    batch
}

/// What a column has to be, from what people read.
fn expected(batch: &EpisodeBatch, index: usize, column: &Column) -> f64 {
    let seen = batch.observation(index).unwrap();
    if let Some(group) = column.users {
        return expected_of_users(batch, index, group, column.name);
    }
    let Some(service) = column.service else {
        return match column.name {
            "tick" => seen.tick as f64,
            "slo_budget_remaining" => batch.score(index).unwrap().budget(),
            "slo_burn_rate" => seen.slo_burn_rate,
            "user_impact_active" => f64::from(u8::from(seen.user_impact_active)),
            "bad_customer_minutes" => seen.bad_customer_minutes,
            "mitigated" => f64::from(u8::from(seen.mttm_achieved_tick.is_some())),
            "faults_active" => truth(batch, index, |_| 1.0, |sum, one| sum + one, false),
            "all_halted" => f64::from(u8::from(
                truth(batch, index, |_| 1.0, |a, b| a + b, false) == 0.0,
            )),
            name => panic!("{name}"),
        };
    };
    let Some(state) = seen.services.get(service) else {
        return 0.0;
    };
    let view = |read: &dyn Fn(&firewatch_sim::EnvironmentRef) -> bool| {
        f64::from(u8::from(
            batch.fleet().read(index, |view| read(view)).unwrap(),
        ))
    };
    let on_service = |node: usize| if node == service { 1.0 } else { 0.0 };
    match column.name {
        "present" => 1.0,
        "calls" => view(&|view| view.topology().calls(service, column.callee.unwrap())),
        "fault_active" => truth(batch, index, on_service, f64::max, false),
        "fault_halted" => truth(batch, index, on_service, f64::max, true),
        "red_herring" => view(&|view| view.is_red_herring(service)),
        "root_cause" => view(&|view| view.environment().root_cause_service() == Some(service)),
        name => match ALERT_NAMES.iter().find(|alert| alert.name() == name) {
            Some(&alert) => {
                let fires = |one: &&firewatch_response::score::Alert| {
                    one.name == alert && one.service == state.name
                };
                f64::from(u8::from(seen.alerts.iter().any(|one| fires(&one))))
            }
            None => match state.metrics.get(name) {
                Some(firewatch_sim::Value::Text(text)) => {
                    f64::from(text.parse::<Status>().unwrap() as u8)
                }
                Some(firewatch_sim::Value::Bool(flag)) => f64::from(u8::from(*flag)),
                Some(value) => value.as_f64().unwrap(),
                None => 0.0,
            },
        },
    }
}

/// What a column of a group of users has to be.
fn expected_of_users(batch: &EpisodeBatch, index: usize, group: usize, name: &str) -> f64 {
    let seen = batch.observation(index).unwrap();
    let Some(users) = seen.users.get(group) else {
        return 0.0;
    };
    let read = |read: &dyn Fn(firewatch_sim::UsersRef) -> f64| {
        let of_group = |view: &firewatch_sim::EnvironmentRef| {
            read(view.traffic().unwrap().users().nth(group).unwrap())
        };
        batch.fleet().read(index, of_group).unwrap()
    };
    let ended = users.succeeded_rps + users.failed_rps;
    match name {
        "users_present" => 1.0,
        "users_offered_rps" => read(&|users| users.traffic.sent_rps),
        "users_served_ratio" if ended == 0.0 => 1.0,
        "users_served_ratio" => users.succeeded_rps / ended,
        "users_p99_by_patience" => match users.latency_p99_s {
            Some(p99_s) => p99_s / read(&|users| users.patience_s),
            None => f64::from(u8::from(ended > 0.0)),
        },
        "users_miss_objective" => f64::from(u8::from(users.misses_objective)),
        name => panic!("{name}"),
    }
}

/// What the faults that are halted, or are not, come to.
fn truth(
    batch: &EpisodeBatch,
    index: usize,
    value: impl Fn(usize) -> f64,
    add: impl Fn(f64, f64) -> f64,
    halted: bool,
) -> f64 {
    let read = |view: &firewatch_sim::EnvironmentRef| {
        let faults = view.faults().filter(|fault| fault.halted == halted);
        faults.fold(0.0, |sum, fault| add(sum, value(fault.node())))
    };
    batch.fleet().read(index, read).unwrap()
}

#[test]
fn there_is_room_for_no_more_users_than_an_incident_can_have() {
    let layout = ObservationLayout::operator(1)
        .unwrap()
        .with_users(usize::MAX);
    assert_eq!(layout.users(), firewatch_scenario::limits::USERS);
    assert_eq!(layout.columns().len(), layout.len());
}

#[test]
fn each_column_is_what_people_read() {
    let mut batch = played(42, 2);
    let layout = ObservationLayout::everything(14).unwrap().with_users(2);
    let columns = layout.columns();
    assert_eq!(columns.len(), layout.len());
    let mut differs = vec![false; columns.len()];
    let rows = observed(&mut batch, &layout);
    for (index, row) in rows.iter().enumerate() {
        for ((column, &value), differs) in columns.iter().zip(row).zip(&mut differs) {
            let expected = expected(&batch, index, column);
            // Those minutes are shown with 4 decimals.
            let precision = match column.name {
                "bad_customer_minutes" => 1e-4,
                "users_served_ratio" => 1e-6,
                _ => 0.0,
            };
            let is_same =
                value == expected as f32 || (f64::from(value) - expected).abs() < precision;
            assert!(is_same, "{index}: {column:?} is {value}, not {expected}");
            *differs |= value != rows[0][0];
        }
    }
    // They were not all the same.
    let (mut zeros, mut others) = (0, 0);
    for &value in rows.iter().flatten() {
        if value == 0.0 {
            zeros += 1
        } else {
            others += 1
        }
    }
    assert!(zeros > 1_000 && others > 1_000, "{zeros} {others}");
    // A layout with less is a part of it, and an operator's has no ground truth.
    let operator = ObservationLayout::operator(14).unwrap();
    assert!(!operator.has_ground_truth() && layout.has_ground_truth());
    let seen = observed(&mut batch, &operator);
    for (all, seen) in rows.iter().zip(&seen) {
        assert_eq!(bits(&all[..operator.len()]), bits(seen));
    }
    let hidden = [
        "faults_active",
        "all_halted",
        "fault_active",
        "fault_halted",
        "red_herring",
        "root_cause",
    ];
    let names: Vec<&str> = operator
        .columns()
        .iter()
        .map(|column| column.name)
        .collect();
    assert!(hidden.iter().all(|name| !names.contains(name)));
    assert_eq!(operator.columns()[..], columns[..operator.len()]);
}

#[test]
fn normalised_columns_are_from_0_to_1_and_keep_the_order() {
    let mut batch = played(42, 1);
    for layout in [
        ObservationLayout::operator(14),
        ObservationLayout::everything(14),
    ] {
        let layout = layout.unwrap().with_users(2);
        let normalised = layout.clone().normalised();
        assert!(normalised.is_normalised() && !layout.is_normalised());
        let (plain, scaled) = (
            observed(&mut batch, &layout),
            observed(&mut batch, &normalised),
        );
        for (column, in_range) in normalised.columns().iter().zip(layout.columns()) {
            assert_eq!(
                (column.name, column.min, column.max),
                (in_range.name, 0.0, 1.0)
            );
        }
        for column in 0..layout.len() {
            let mut pairs: Vec<(f32, f32)> = { plain.iter().zip(&scaled) }
                .map(|(plain, scaled)| (plain[column], scaled[column]))
                .collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(pairs.iter().all(|(_, scaled)| (0.0..=1.0).contains(scaled)));
            assert!(
                pairs.is_sorted_by(|a, b| a.1 <= b.1),
                "{:?}",
                layout.columns()[column]
            );
        }
    }
}

/// Two incidents that differ only in what is not to be seen yet give the same observation.
#[test]
fn an_operator_does_not_see_a_fault_that_has_not_begun() {
    let request = |kind: &str, service: &str| {
        let text = format!(
            "Scenario(name: \"one\", difficulty: easy, ticks: 20, services: {{\"front\": (calls: [\"middle\"]), \
             \"middle\": (calls: [\"back\"]), \"back\": ()}}, \
             faults: [(kind: {kind}, service: \"{service}\", start_tick: 9)])"
        );
        EpisodeRequest::scenario(Scenario::parse("one.ron", &text).unwrap())
    };
    let requests = [request("oom", "front"), request("bad_deploy", "back")];
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 1).unwrap();
    let layout = ObservationLayout::operator(3).unwrap();
    let table = batch.encoding(3).unwrap();
    let mut steps = vec![Default::default(); 2];
    for tick in 1..16 {
        let rows = observed(&mut batch, &layout);
        assert_eq!(bits(&rows[0]) == bits(&rows[1]), tick < 10, "tick {tick}");
        batch
            .step_encoded(&table, &[0, 0], None, &mut steps)
            .unwrap();
    }
}

#[test]
fn rows_are_the_same_on_any_number_of_threads_and_only_picked_ones_are_written() {
    let layout = ObservationLayout::everything(14).unwrap().normalised();
    let (mut one, mut two) = (played(150, 1), played(150, 2));
    let (a, b) = (observed(&mut one, &layout), observed(&mut two, &layout));
    let flat = |rows: &[Vec<f32>]| bits(&rows.concat());
    assert_eq!(flat(&a), flat(&b));
    let mut values = vec![-7.0; 150 * layout.len()];
    one.observe_picked_into(&layout, |index| index % 3 == 0, &mut values)
        .unwrap();
    for (index, row) in values.chunks(layout.len()).enumerate() {
        let untouched = vec![-7.0; layout.len()];
        let expected = if index % 3 == 0 {
            &a[index]
        } else {
            &untouched
        };
        assert_eq!(bits(row), bits(expected), "{index}");
    }
}

#[test]
fn a_layout_that_is_too_small_and_a_buffer_of_another_length_are_errors() {
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..9).map(any), 1).unwrap();
    let layout = ObservationLayout::operator(2).unwrap();
    let mut values = vec![0.0; 9 * layout.len()];
    assert!(batch.observe_columns_into(&layout, &mut values).is_err());
    let layout = ObservationLayout::operator(14).unwrap();
    assert!(batch.observe_columns_into(&layout, &mut values).is_err());
    assert!(ObservationLayout::new(["no_metric"], 3).is_err());
    assert!(ObservationLayout::new(["service_version"], 3).is_err());
    // One without metrics is one of the incident, flags and calls.
    let bare = ObservationLayout::new([], 14).unwrap();
    let rows = observed(&mut batch, &bare);
    assert_eq!(rows[0].len(), 6 + 14 * 6 + 14 * 14);
    assert_eq!(rows[0][0], 1.0);
}
