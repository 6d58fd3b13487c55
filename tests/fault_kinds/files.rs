//! A kind of a host's own in scenarios and files of actions.

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_episode::{EpisodeBatch, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_scenario::{LoadOptions, Scenario, SweepPlan};
use firewatch_sim::{FaultKinds, PrecedingChange, Simulation};

use crate::{describe, disk_full, fill_disk, kinds, named};

const TEXT: &str = r#"Scenario(
    name: "Full",
    difficulty: easy,
    services: {"front": (calls: ["back"]), "back": ()},
    faults: [(kind: disk_full, service: "back")],
    timeline: [
        (tick: 3, do: inject((kind: disk_full, service: "front", speed: 0.5))),
        (tick: 9, do: halt("back")),
    ],
    expect: [at_end(metric("back", "http_server_error_rate", lt(0.05)))],
    sweep: (kind: [oom, disk_full], halt: [5]),
)"#;

fn known() -> FaultKinds {
    kinds([disk_full(), describe("disk_slow")])
}

fn read(text: &str, kinds: FaultKinds) -> Result<Scenario, String> {
    let options = LoadOptions::new().fault_kinds(kinds);
    options
        .parse("x.ron", text)
        .map_err(|diagnostics| diagnostics.to_string())
}

#[test]
fn a_scenario_names_a_kind_of_the_hosts() {
    let scenario = read(TEXT, known()).unwrap();
    assert_eq!(scenario.faults[0].kind, named("disk_full"));
    assert_eq!(scenario.problems(), []);
    // What it says is read back as the same.
    assert_eq!(
        read(&scenario.to_string(), known()).unwrap().to_string(),
        scenario.to_string()
    );

    let mut playback = Playback::new(scenario.clone()).unwrap();
    let mut logs = String::new();
    while playback.tick().unwrap() {
        logs += &playback.simulation().logs("back").join("\n");
    }
    assert!(playback.verdicts().iter().all(|verdict| verdict.passed()));
    let faults = playback.simulation().snapshot().faults;
    let told: Vec<_> = { faults.iter() }
        .map(|f| (f.kind.name(), f.halted_at_tick))
        .collect();
    assert_eq!(told, [("disk_full", Some(9)), ("disk_full", None)]);
    // It is the kind that did it.
    assert!(logs.contains("ENOSPC"), "{logs}");
}

#[test]
fn a_grid_varies_over_kinds_of_the_hosts() {
    let plan = SweepPlan::new(&read(TEXT, known()).unwrap());
    assert_eq!(plan.runs(), 2);
    let kinds = [0, 1].map(|run| plan.scenario(run).faults[0].kind.to_string());
    assert_eq!(kinds, ["oom", "disk_full"]);
    let hashes = [0, 1].map(|run| {
        let scenario = plan.scenario(run);
        let mut simulation = Simulation::from_blueprint(&scenario.blueprint().unwrap()).unwrap();
        simulation.run(4);
        simulation.state_hash()
    });
    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn an_unknown_kind_is_told_with_what_is_known() {
    let misspelt = TEXT.replacen("disk_full", "disk_ful", 1);
    let told = read(&misspelt, known()).unwrap_err();
    assert!(told.contains("unknown fault kind `disk_ful`"), "{told}");
    assert!(told.contains("did you mean `disk_full`?"), "{told}");

    // Nothing is near this one: all that is known is listed.
    let strange = TEXT.replacen("disk_full", "zzzzzzzz", 1);
    let told = read(&strange, known()).unwrap_err();
    for kind in known().iter() {
        assert!(told.contains(kind.kind().name()), "{told}");
    }
    let quoted = TEXT.replacen("disk_full", "\"disk_full\"", 1);
    let told = read(&quoted, known()).unwrap_err();
    assert!(told.contains("leave out the quotes: `disk_full`"), "{told}");

    // Without the host's kinds each place is told.
    let diagnostics = Scenario::parse("x.ron", TEXT).unwrap_err();
    let unknown = |problem: &&firewatch_scenario::Problem| {
        problem.message == "unknown fault kind `disk_full`"
    };
    let paths = diagnostics
        .problems
        .iter()
        .filter(unknown)
        .map(|problem| &*problem.path);
    let expected = [
        "faults[0].kind",
        "timeline[0].do.fault.kind",
        "sweep.kind[1]",
    ];
    assert_eq!(paths.collect::<Vec<_>>(), expected, "{diagnostics}");
}

#[test]
fn a_scenario_made_in_code_is_checked_against_its_kinds() {
    let mut scenario = read(TEXT, known()).unwrap();
    scenario.fault_kinds = kinds([describe("disk_ful")]);
    let problems = scenario.problems();
    let told: Vec<_> = problems
        .iter()
        .map(|problem| (&*problem.path, &*problem.message))
        .collect();
    let message = "unknown fault kind `disk_full`";
    let paths = [
        "faults[0].kind",
        "timeline[0].do.fault.kind",
        "sweep.kind[1]",
    ];
    assert_eq!(told, paths.map(|path| (path, message)));
    assert!(
        problems[0]
            .help
            .as_deref()
            .unwrap_or_default()
            .contains("`disk_ful`")
    );
    // Building it anyway is refused.
    assert!(
        Playback::new(scenario.clone())
            .err()
            .unwrap()
            .to_string()
            .contains("`disk_full`")
    );
}

#[test]
fn the_change_before_a_fault_is_as_the_kind_says() {
    let (deployed, configured) = (named("deployed"), named("configured"));
    let known = kinds([
        describe("deployed").with_preceding_change(PrecedingChange::Deployment { ages: [7, 9] }),
        describe("configured")
            .with_preceding_change(PrecedingChange::Configuration { ages: [40, 40] }),
        disk_full(),
    ]);
    let start = |kind: &str, seed: u64| {
        let scenario = read(&TEXT.replacen("disk_full", kind, 1), known.clone()).unwrap();
        let blueprint = scenario.with_seed(seed).blueprint().unwrap();
        (
            blueprint.services[1].runtime,
            blueprint.services[1].info.last_deployment_sha.clone(),
        )
    };
    let mut ages = std::collections::BTreeSet::new();
    for seed in 0..30 {
        let (calm, sha) = start("disk_full", seed);
        let (runtime, other_sha) = start(deployed.name(), seed);
        ages.insert(runtime.last_deployment_age_seconds);
        assert_ne!(sha, other_sha);
        assert_eq!(
            runtime.last_config_age_seconds,
            calm.last_config_age_seconds
        );
        let (runtime, other_sha) = start(configured.name(), seed);
        assert_eq!(runtime.last_config_age_seconds, 40);
        assert_eq!(runtime.last_config_revision, calm.last_config_revision + 1);
        assert_eq!(sha, other_sha);
    }
    assert_eq!(ages.into_iter().collect::<Vec<_>>(), [7, 8, 9]);
}

const ACTIONS: &str = r#"Actions(actions: {
    "free_disk": (
        about: "Removes what nobody needs.",
        category: remediation,
        branches: [
            (when: [fault([disk_full])], halts: [disk_full], feedback: "There is room on {target} again."),
            (feedback: "There was room enough on {target}."),
        ],
    ),
})"#;

#[test]
fn an_action_of_a_file_halts_it() {
    let scenario = read(TEXT, known()).unwrap();
    let built_in = ActionCatalogue::built_in(Profile::Standard);
    let told = built_in
        .extended_by("a.ron", ACTIONS)
        .unwrap_err()
        .to_string();
    assert!(told.contains("unknown fault kind `disk_full`"), "{told}");
    let catalogue = built_in.extended_with("a.ron", ACTIONS, &known()).unwrap();

    let mut simulation = Simulation::from_blueprint(&scenario.blueprint().unwrap()).unwrap();
    simulation.run(5);
    let mut session = ActionSession::new();
    // No built-in action is a remedy for what it does not know.
    for action in built_in
        .actions()
        .iter()
        .filter(|action| action.needs_target())
    {
        let mut copy = crate::simulation(&simulation.snapshot(), &known());
        let request = ActionRequest::new(action.name(), "back");
        let outcome = built_in
            .apply(
                &mut copy.environment_mut(),
                &mut ActionSession::new(),
                &request,
            )
            .unwrap();
        assert_eq!(outcome.halted, None, "{}", action.name());
    }
    let request = ActionRequest::new("free_disk", "back");
    let outcome = catalogue
        .apply(&mut simulation.environment_mut(), &mut session, &request)
        .unwrap();
    assert_eq!(
        outcome.halted.map(|fault| (fault.index, fault.kind)),
        Some((0, named("disk_full")))
    );
    assert_eq!(outcome.feedback, "There is room on back again.");
    simulation.run(20);
    assert!(simulation.view().all_healthy());
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn a_file_of_actions_that_a_scenario_names_can_name_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("free.ron"), ACTIONS).unwrap();
    let named = r#"actions: ["free.ron"], timeline: [(tick: 4, do: action("free_disk", "back")),"#;
    let text = TEXT.replace("timeline: [", named);
    let path = folder.path().join("scenario.ron");
    std::fs::write(&path, &text).unwrap();
    let options = LoadOptions::new().fault_kinds(known());
    let scenario = options.load(&path).unwrap();
    assert_eq!(scenario.timeline.len(), 3);
    let mut playback = Playback::new(scenario.clone()).unwrap();
    while playback.tick().unwrap() {}
    assert_eq!(
        playback.simulation().snapshot().faults[0].halted_at_tick,
        Some(4)
    );
    // The built-in kinds alone are not enough for the file, which the scenario does not name either.
    let fine = text.replace("disk_full", "bad_deploy");
    std::fs::write(&path, &fine).unwrap();
    let told = Scenario::load(&path).unwrap_err().to_string();
    assert!(
        told.contains("free.ron") && told.contains("`disk_full`"),
        "{told}"
    );
    assert!(options.load(&path).is_ok());
}

#[test]
fn episodes_are_played_with_it() {
    let scenario = read(TEXT, known()).unwrap();
    let other = read(TEXT, kinds([describe("disk_full").with_physics(fill_disk)])).unwrap();
    let requests = [
        EpisodeRequest::scenario(scenario.clone()),
        EpisodeRequest::scenario(scenario.clone()),
    ];
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 2).unwrap();
    let mut steps = vec![Default::default(); 2];
    batch
        .step(&[ActionRequest::wait(), ActionRequest::wait()], &mut steps)
        .unwrap();
    let log = batch.fleet().read(1, |view| view.logs("back")).unwrap();
    assert!(log.join("\n").contains("ENOSPC"), "{log:?}");
    // Two kinds of one name can't be told apart in one world.
    let requests = [
        EpisodeRequest::scenario(scenario.clone()),
        EpisodeRequest::scenario(other.clone()),
    ];
    let error = EpisodeBatch::new(Profile::Standard, requests, 1)
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .contains("another fault kind is registered as `disk_full`"),
        "{error}"
    );
}
