//! Files that add actions.

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_scenario::{Difficulty, Scenario};
use firewatch_sim::FaultKind;
use firewatch_tests::workspace;

use crate::incident::{Incident, TARGET};

#[test]
fn an_action_of_ones_own_takes_a_file_and_no_rust() {
    let path = workspace().join("scenarios/actions/heap-dumps.ron");
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let catalogue = standard.extended_by_file(&path).unwrap();
    assert_eq!(catalogue.actions().len(), standard.actions().len() + 1);
    let mut simulation = Incident::new(FaultKind::MEMORY_LEAK, TARGET)
        .with("heap_dump_count", 1)
        .simulation();
    let mut session = ActionSession::new();
    let patch = ActionRequest::new("hot_patch", TARGET).with("version", "v2.1.1");
    let outcome = catalogue
        .apply(&mut simulation.environment_mut(), &mut session, &patch)
        .unwrap();
    assert_eq!(
        outcome.halted.map(|fault| fault.kind),
        Some(FaultKind::MEMORY_LEAK)
    );
    assert_eq!(
        outcome.feedback,
        "payment-service runs v2.1.1; 1 heap dumps are kept."
    );
    let mild = ActionRequest::new("restart_service", TARGET);
    let outcome = catalogue
        .apply(&mut simulation.environment_mut(), &mut session, &mild)
        .unwrap();
    assert!(
        outcome
            .feedback
            .starts_with("payment-service was restarted")
    );
}

#[test]
fn a_scenario_with_actions_of_its_own_is_answered_with_them() {
    let path = workspace().join("scenarios/mechanisms/actions-of-our-own.ron");
    let mut scenario = Scenario::load(&path).unwrap();
    scenario.timeline.clear();
    let patch = ActionRequest::new("hot_patch", "search-service");
    for &profile in Profile::ALL {
        let mut episode = Episode::new(profile);
        episode
            .reset(&EpisodeRequest::scenario(scenario.clone()))
            .unwrap();
        assert!(episode.actions().find("hot_patch").is_some());
        episode.step(&patch).unwrap();
        let halted = episode.privileged_verdicts()[0].halted.unwrap();
        let view = episode.view().unwrap();
        let fault = view.faults().nth(halted).unwrap();
        assert_eq!(view.fault_kind(fault), FaultKind::MEMORY_LEAK);
        // The next incident has none.
        let plain = EpisodeRequest::Drawn {
            difficulty: Difficulty::Easy,
            seed: 1,
        };
        episode.reset(&plain).unwrap();
        assert!(episode.step(&patch).is_err());
    }
}

#[test]
fn what_everybody_counts_on_is_not_overridden_and_the_incident_takes_no_parameters() {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let said = |action: &str| {
        let text = format!("Actions(actions: {{{action}}})");
        let extended = standard.extended_by("own.ron", &text);
        extended
            .map(|_| ())
            .map_err(|problems| problems.render(false))
    };
    let plain = "about: \"\", category: meta, branches: [(feedback: \"done\")]";
    for name in ["wait", "declare_resolved"] {
        let refused = said(&format!("{name:?}: ({plain}, ends_episode: true)")).unwrap_err();
        assert!(refused.contains("can't be overridden"), "{refused}");
    }
    assert_eq!(said(&format!("\"page_team\": ({plain})")), Ok(()));
    let parameters = "parameters: {\"n\": (type: integer, default: 1, about: \"\")}";
    let refused = said(&format!("\"page_team\": ({plain}, {parameters})")).unwrap_err();
    assert!(refused.contains("only an action on a service"), "{refused}");
}

#[test]
fn every_problem_of_a_file_of_actions_is_told_at_once() {
    let text = r#"Actions(
    actions: {
        "patch": (
            about: "Patches.",
            category: remediaton,
            parameters: {"level": (type: text, choices: ["a"], default: "b", about: "How much.")},
            branches: [
                (when: [fault([oops])], feedback: "{targt} is {http_server_error_rate:percnt}."),
                (effects: [scale(metric: "http_server_eror_rate", by: 0.5)], feedback: "x"),
                (effects: [shrink(metric: "http_server_error_rate")]),
            ],
        ),
    },
    amend: {"restart_servce": (guarded: false)},
)"#;
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let said = standard.extended_by("own.ron", text).unwrap_err();
    let path = workspace().join("tests/fixtures/actions-malformed.txt");
    let different = firewatch_tests::difference(&path, &said.render(false));
    assert!(different.is_none(), "{}", different.unwrap());
}
