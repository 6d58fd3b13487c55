//! Codes of actions: the table, and that a step by code is one by name.

use std::collections::BTreeSet;
use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, Profile, WAIT};
use firewatch_episode::{
    ActionEncoding, BatchStep, EncodingError, EpisodeBatch, EpisodeError, EpisodeRequest,
};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Physics, RandomStreams, Scenario};
use firewatch_sim::{SimError, Topology, Value};

use crate::support::{any, everything};

fn catalogue(profile: Profile) -> Arc<ActionCatalogue> {
    Arc::new(ActionCatalogue::built_in(profile).clone())
}

fn mesh(batch: &EpisodeBatch, index: usize) -> Topology {
    let mesh = batch.fleet().read(index, |view| view.topology().clone());
    mesh.unwrap()
}

#[test]
fn every_code_stands_for_one_action_and_back() {
    for &profile in Profile::ALL {
        for physics in [&[Physics::Classic][..], &[Physics::Traffic], Physics::ALL] {
            let table = ActionEncoding::new(&catalogue(profile), physics, 5).unwrap();
            let mut seen = BTreeSet::new();
            for code in 0..table.len() as u32 {
                let action = table.decode(code).unwrap();
                assert_eq!(
                    table.encode(action.name, action.service, action.parameter),
                    Some(code)
                );
                assert!(
                    seen.insert(format!("{action:?}")),
                    "{action:?} is there twice"
                );
            }
            assert_eq!(table.decode(table.len() as u32), None);
            assert_eq!(table.decode(u32::MAX), None);
            assert_eq!(table.encode("no_such_action", None, None), None);
            assert_eq!(table.encode("restart_service", Some(5), None), None);
            assert_eq!(table.encode("restart_service", None, None), None);
            assert_eq!(table.encode(WAIT, Some(0), None), None);
        }
    }
}

#[test]
fn every_action_has_a_code_on_every_service_and_for_every_choice_of_a_text() {
    let actions = catalogue(Profile::Standard);
    let table = ActionEncoding::new(&actions, &[Physics::Classic], 3).unwrap();
    for spec in actions.actions() {
        let services = if spec.needs_target() { 3 } else { 1 };
        for service in (0..services).map(|service| spec.needs_target().then_some(service)) {
            assert!(
                table.encode(spec.name(), service, None).is_some(),
                "{}",
                spec.name()
            );
            for parameter in spec.parameters() {
                for choice in parameter.choices() {
                    let value = Value::from(choice.as_str());
                    let code = table.encode(spec.name(), service, Some((parameter.name(), &value)));
                    assert_eq!(code.is_none(), Some(&value) == parameter.default());
                }
            }
        }
    }
}

/// A policy that was trained with a table can be used with that of the same catalogue and number of services.
#[test]
fn the_table_stays_what_it_is() {
    let table = |profile, physics: &[Physics], services| {
        ActionEncoding::new(&catalogue(profile), physics, services).unwrap()
    };
    let classic = table(Profile::Standard, &[Physics::Classic], 7);
    let again = table(Profile::Standard, &[Physics::Classic], 7);
    assert_eq!(classic.fingerprint(), again.fingerprint());
    let others = [
        table(Profile::Standard, &[Physics::Classic], 8),
        table(Profile::Standard, Physics::ALL, 7),
        table(Profile::Standard, &[Physics::Traffic], 7),
        table(Profile::Reference, &[Physics::Classic], 7),
    ];
    let mut fingerprints: BTreeSet<u64> = others.iter().map(ActionEncoding::fingerprint).collect();
    fingerprints.insert(classic.fingerprint());
    assert_eq!(fingerprints.len(), 5);
    // With both physics, the codes on services of the classic one come first.
    let both = &others[1];
    for code in 0..100 {
        assert_eq!(both.decode(code), classic.decode(code));
    }
    let shown = |code| format!("{:?}", classic.decode(code).unwrap());
    assert_eq!(
        [0, 1, 8].map(shown),
        [
            r#"EncodedAction { name: "wait", service: None, parameter: None }"#,
            r#"EncodedAction { name: "fetch_logs", service: Some(0), parameter: None }"#,
            r#"EncodedAction { name: "get_metrics_detail", service: Some(0), parameter: None }"#,
        ]
    );
}

#[test]
fn numbers_have_levels_within_their_bounds() {
    let table = ActionEncoding::new(&catalogue(Profile::Standard), Physics::ALL, 1).unwrap();
    let levels = |action: &str, parameter: &str| -> Vec<String> {
        let codes = (0..table.len() as u32).filter_map(|code| table.decode(code));
        let of_action = codes.filter(|one| one.name == action);
        let values = of_action.filter_map(|one| one.parameter);
        { values.filter(|(name, _)| *name == parameter) }
            .map(|(_, value)| value.to_string())
            .collect()
    };
    assert_eq!(
        levels("add_memory", "memory_limit_mb"),
        ["1", "1050", "10487", "104859", "1048576"]
    );
    assert_eq!(levels("set_retries", "retries"), ["0", "3", "5", "8", "10"]);
}

#[test]
fn a_table_that_is_too_large_is_refused() {
    let table = ActionEncoding::new(&catalogue(Profile::Standard), &[Physics::Classic], 1 << 30);
    let services = 1 << 30;
    assert_eq!(table.unwrap_err(), EncodingError::TooManyCodes { services });
}

#[test]
fn a_step_by_code_is_one_by_name_bit_for_bit() {
    for threads in [1, 2] {
        let requests = || (0..150).map(any);
        let by_code = EpisodeBatch::new(Profile::Standard, requests(), threads);
        let by_name = EpisodeBatch::new(Profile::Standard, requests(), 1);
        let (mut by_code, mut by_name) = (by_code.unwrap(), by_name.unwrap());
        let table = by_code.encoding(0).unwrap();
        let mut random = PythonRandom::new(5);
        let mut steps = [const { Vec::new() }; 2];
        steps
            .iter_mut()
            .for_each(|steps| steps.resize(150, BatchStep::default()));
        let mut legal = vec![false; 150 * table.len()];
        by_code.legal_into(&table, &mut legal).unwrap();
        for _ in 0..12 {
            let draw = |index: usize, random: &mut PythonRandom| loop {
                let code = random.below(table.len());
                if legal[index * table.len() + code] {
                    return code as u32;
                }
            };
            let codes: Vec<u32> = (0..150).map(|index| draw(index, &mut random)).collect();
            let named = |(index, &code): (usize, &u32)| {
                table.request(code, &mesh(&by_name, index)).unwrap()
            };
            let named: Vec<ActionRequest> = codes.iter().enumerate().map(named).collect();
            by_code
                .step_encoded(&table, &codes, None, &mut steps[0])
                .unwrap();
            by_name.step(&named, &mut steps[1]).unwrap();
            assert_eq!(steps[0], steps[1]);
            for (index, (request, &code)) in named.iter().zip(&codes).enumerate() {
                assert_eq!(everything(&by_code, index), everything(&by_name, index));
                assert_eq!(
                    table.encode_request(request, &mesh(&by_code, index)),
                    Some(code)
                );
            }
        }
    }
}

/// What is legal is told by the mesh and the physics alone: whatever the faults are, and whatever has happened.
#[test]
fn masks_tell_nothing_of_faults_and_states() {
    let kinds = [
        "oom",
        "memory_leak",
        "bad_deploy",
        "config_drift",
        "network_partition",
    ];
    let services = ["front", "middle", "back"];
    let scenario = |kind: &str, service: &str, speed: f64| {
        let text = format!(
            "Scenario(name: \"one\", difficulty: easy, ticks: 20, services: {{\"front\": (calls: [\"middle\"]), \
             \"middle\": (calls: [\"back\"]), \"back\": ()}}, \
             faults: [(kind: {kind}, service: \"{service}\", speed: {speed:?})])"
        );
        EpisodeRequest::scenario(Scenario::parse("one.ron", &text).unwrap())
    };
    let of_kind =
        |kind| services.map(|service| [1.0, 3.0].map(|speed| scenario(kind, service, speed)));
    let requests: Vec<_> = kinds
        .iter()
        .flat_map(|kind| of_kind(kind).concat())
        .collect();
    let count = requests.len();
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 1).unwrap();
    let table = batch.encoding(5).unwrap();
    let mut legal = vec![false; count * table.len()];
    let mut steps = vec![BatchStep::default(); count];
    let mut first = None;
    let mut random = PythonRandom::new(2);
    for _ in 0..20 {
        batch.legal_into(&table, &mut legal).unwrap();
        for mask in legal.chunks(table.len()) {
            assert_eq!(first.get_or_insert_with(|| mask.to_vec()), mask);
        }
        let draw = |_| loop {
            let code = random.below(table.len());
            if legal[code] {
                break code as u32;
            }
        };
        let codes: Vec<u32> = (0..count).map(draw).collect();
        batch
            .step_encoded(&table, &codes, None, &mut steps)
            .unwrap();
    }
    assert!(steps.iter().all(|step| step.end.is_some()));
    // Of 5 services that there is room for, 3 are there.
    let mask = first.unwrap();
    assert!(mask[0]);
    assert_eq!(mask[1..6], [true, true, true, false, false]);
}

#[test]
fn wrong_codes_and_lengths_are_an_error_before_anything_is_done() {
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..4).map(any), 1).unwrap();
    let table = batch.encoding(9).unwrap();
    let mut steps = vec![BatchStep::default(); 4];
    let before: Vec<String> = (0..4).map(|index| everything(&batch, index)).collect();
    let last = table.len() as u32 - 1;
    let unknown = EncodingError::UnknownCode {
        environment: 2,
        code: last + 1,
        last,
    };
    let step = batch.step_encoded(&table, &[0, 0, last + 1, 0], None, &mut steps);
    assert_eq!(step, Err(EpisodeError::Encoding(unknown)));
    // The ninth service.
    let illegal = EncodingError::IllegalCode {
        environment: 1,
        code: 9,
    };
    let step = batch.step_encoded(&table, &[0, 9, 0, 0], None, &mut steps);
    assert_eq!(step, Err(EpisodeError::Encoding(illegal)));
    let too_long = |result| {
        matches!(
            result,
            Err(EpisodeError::Sim(SimError::BufferLength { .. }))
        )
    };
    assert!(too_long(
        batch.step_encoded(&table, &[0; 5], None, &mut steps)
    ));
    assert!(too_long(batch.step_encoded(
        &table,
        &[0; 4],
        None,
        &mut steps[..3]
    )));
    assert!(too_long(batch.step_encoded(
        &table,
        &[0; 4],
        Some(&[true; 3]),
        &mut steps
    )));
    assert!(too_long(batch.legal_into(&table, &mut [false; 7])));
    let other = ActionEncoding::new(&catalogue(Profile::Reference), Physics::ALL, 9).unwrap();
    let step = batch.step_encoded(&other, &[0; 4], None, &mut steps);
    assert_eq!(
        step,
        Err(EpisodeError::Encoding(EncodingError::OtherCatalogue))
    );
    for (index, before) in before.iter().enumerate() {
        assert_eq!(&everything(&batch, index), before);
    }
    // A code that is not looked at is no error.
    let mask = [true, false, true, true];
    batch
        .step_encoded(&table, &[0, 9, 0, 0], Some(&mask), &mut steps)
        .unwrap();
    for (index, before) in before.iter().enumerate() {
        assert_eq!(&everything(&batch, index) != before, mask[index]);
    }
}
