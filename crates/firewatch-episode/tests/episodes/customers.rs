//! Who the customers are and whether they are hit is one fact: for the score, what an incident costs, winning, and
//! whether a mitigation of the whole was right.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_response::score::{Grade, Incident};
use firewatch_scenario::Scenario;
use firewatch_sim::Status;

use crate::start::{begun, play, request};

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

/// A probe calls the shop, which calls the database; `fields` say the rest. By its place in the mesh the probe is what
/// customers talk to.
fn shop(fields: &str) -> Arc<Scenario> {
    let text = format!(
        "Scenario(name: \"x\", difficulty: easy, services: {{\"probe\": (calls: [\"shop\"]), \
         \"shop\": (calls: [\"db\"]), \"db\": ()}}, {fields})"
    );
    let folder = scenarios().join("mechanisms");
    let read = Scenario::parse_with("file.ron", &text, Some(&folder));
    Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")))
}

const FACING_SHOP: &str = "user_facing: [\"shop\"]";

fn begin(scenario: &Arc<Scenario>) -> Episode {
    begun(
        Profile::Standard,
        &EpisodeRequest::Scenario(Arc::clone(scenario)),
    )
}

/// Waits, but for one action after that tick; the grade.
fn answered(scenario: &Arc<Scenario>, after: u64, action: &ActionRequest) -> (Episode, Grade) {
    let mut episode = begin(scenario);
    while episode.end().is_none() {
        let acts = episode.steps() + 2 == after;
        let wait = ActionRequest::wait();
        let step = episode.step(if acts { action } else { &wait });
        assert_eq!(step.expect("it goes on").error, None);
    }
    let grade = episode.grade().expect("it has ended");
    (episode, grade)
}

fn is_healthy(episode: &Episode, service: usize) -> bool {
    let view = episode.view().expect("it has begun");
    view.vitals_at(service)
        .is_some_and(|vitals| vitals.status == Status::Healthy)
}

/// Whether opening a circuit now would be wrong, and whether customers are hit in that step.
fn mitigate(episode: &Episode, target: &str) -> (bool, bool) {
    let mut branch = episode.branch().expect("it can be copied");
    let step = branch.step(&request("circuit_break", target));
    let hit = step.expect("it goes on").observation.user_impact_active;
    let verdicts = branch.privileged_verdicts();
    let verdict = verdicts.last().expect("something was done");
    assert_eq!(verdict.halted, None);
    (verdict.wrong, hit)
}

#[test]
fn customers_of_an_inner_service_are_not_hit_where_only_the_entry_is_ill() {
    let faults = "faults: [(kind: bad_deploy, service: \"probe\")]";
    let by_mesh = shop(faults);
    let named = shop(&format!("{faults}, {FACING_SHOP}"));
    let mend = request("rollback_deploy", "probe");
    for (scenario, hits) in [(&by_mesh, true), (&named, false)] {
        let mut episode = begin(scenario);
        let mut ill = 0;
        while episode.end().is_none() {
            let (wrong, hit) = mitigate(&episode, "db");
            assert_eq!(wrong, !hit);
            let step = episode.step(&ActionRequest::wait()).expect("it goes on");
            let seen = step.observation;
            assert_eq!(seen.user_impact_active, hits && !is_healthy(&episode, 0));
            assert_eq!(
                seen.bad_customer_minutes > 0.0,
                hits && (ill > 0 || seen.user_impact_active)
            );
            assert_eq!(seen.mttm_achieved_tick, None);
            ill += u64::from(!is_healthy(&episode, 0));
        }
        assert!(ill > 5);
        // The fault has to be ended all the same.
        assert_eq!(episode.grade().and_then(|grade| grade.won), Some(false));
        let minutes = episode.observation().map(|seen| seen.bad_customer_minutes);
        let mut run = Playback::new(Arc::clone(scenario)).expect("it can be played");
        while run.tick().expect("it can be played") {}
        let of_run = run.impact().bad_customer_minutes;
        assert!((of_run - minutes.expect("it has begun")).abs() < 1e-4);
        let (_, grade) = answered(scenario, 12, &mend);
        assert_eq!(grade.won, Some(true));
        assert_eq!(grade.total < 1.0, hits, "{grade:?}");
    }
}

#[test]
fn customers_of_an_inner_service_are_hit_where_the_entry_is_well() {
    // What is set by hand does not spread.
    let set = "timeline: [(tick: 3, do: set(\"shop\", {\"http_server_error_rate\": 0.7}))]";
    for (fields, hits) in [
        (set.to_owned(), false),
        (format!("{set}, {FACING_SHOP}"), true),
    ] {
        let scenario = shop(&fields);
        let mut episode = begin(&scenario);
        for _ in 0..4 {
            episode.step(&ActionRequest::wait()).expect("it goes on");
        }
        assert!(is_healthy(&episode, 0) && !is_healthy(&episode, 1));
        assert_eq!(mitigate(&episode, "db"), (!hits, hits));
        let step = play(&mut episode, &ActionRequest::wait());
        assert_eq!(step.observation.bad_customer_minutes > 0.0, hits);
        assert_eq!(step.grade.map(|grade| grade.total == 1.0), Some(!hits));
    }
}

/// A fault that nothing can end, on the probe, and one of the database.
const TWO: &str = "fault_kinds: [\"../fault-kinds/disks.ron\"], \
                   faults: [(kind: disk_full, service: \"probe\"), (kind: oom, service: \"db\")]";

#[test]
fn a_fault_that_nothing_can_end_loses_only_where_it_hits_customers() {
    let mend = request("add_memory", "db");
    let (_, lost) = answered(&shop(TWO), 6, &mend);
    assert_eq!((lost.won, lost.mttm_score), (Some(false), 0.0));
    // Where customers do not notice it there is nothing to wait for: it is mitigated, and graded as such.
    let named = shop(&format!("{TWO}, {FACING_SHOP}"));
    let (episode, won) = answered(&named, 6, &mend);
    assert!(won.mttm_score > 0.9 && won.total > 0.85, "{won:?}");
    let mitigated = episode.score().and_then(|score| score.mttm_tick());
    assert!(mitigated.is_some_and(|tick| tick > 6), "{mitigated:?}");
    let mut run = Playback::new(Arc::clone(&named)).expect("it can be played");
    while run.tick().expect("it can be played") {}
    assert_eq!(run.mttm_tick(), None, "one that can be ended goes on");
}

#[test]
fn a_harmless_fault_outside_the_mesh_keeps_nothing_open() {
    let faults = "faults: [(kind: oom, service: \"db\"), \
                  (kind: network_partition, service: \"card-network\", absent: true)]";
    let scenario = shop(&format!("{faults}, {FACING_SHOP}"));
    let (episode, grade) = answered(&scenario, 6, &request("add_memory", "db"));
    assert!(grade.mttm_score > 0.9 && grade.total > 0.85, "{grade:?}");
    let mitigated = episode.score().and_then(|score| score.mttm_tick());
    assert!(mitigated.is_some_and(|tick| tick > 6), "{mitigated:?}");
    // What an audit expects before a run is what the score asks for in it.
    let view = episode.view().expect("it has begun");
    let incident = Incident::of(&scenario);
    let planned = scenario
        .faults
        .iter()
        .map(|fault| incident.can_end_planned(fault));
    assert!(planned.eq([true, false]));
    let idle = begin(&scenario);
    let idle = idle.view().expect("it has begun");
    let open = idle.faults().map(|fault| incident.has_to_end(&idle, fault));
    assert!(open.eq([true, false]));
    assert!(incident.is_all_ended(&view) && !incident.is_all_ended(&idle));
}

#[test]
fn a_mitigation_is_wrong_just_while_the_score_says_that_nobody_is_hit() {
    let folders = [
        "catalog/easy",
        "catalog/medium",
        "catalog/hard",
        "mechanisms",
    ];
    let (mut right, mut wrong, mut stale) = (0, 0, 0);
    for folder in folders {
        let entries = std::fs::read_dir(scenarios().join(folder)).expect("it is there");
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        // Each about freshness, and some of the others.
        let is_taken = |(index, file): &(usize, &PathBuf)| {
            let text = std::fs::read_to_string(file).expect("it can be read");
            index % 5 == 0 || text.contains("impact: freshness")
        };
        for (_, file) in files.iter().enumerate().filter(is_taken) {
            let scenario = Scenario::load(file).unwrap_or_else(|problems| panic!("{problems}"));
            let mut names = scenario.services.iter().map(|service| &service.name);
            let Some(target) = names.find(|name| !scenario.red_herrings.contains(name)) else {
                continue;
            };
            let target = target.clone();
            let mut episode = begin(&Arc::new(scenario));
            while episode.end().is_none() {
                let (is_wrong, hit) = mitigate(&episode, &target);
                assert_eq!(is_wrong, !hit, "{}", file.display());
                episode.step(&ActionRequest::wait()).expect("it goes on");
                let services = 0..episode.view().map_or(0, |view| view.service_count());
                let all_well = services
                    .into_iter()
                    .all(|service| is_healthy(&episode, service));
                (right, wrong) = (right + u32::from(hit), wrong + u32::from(!hit));
                stale += u32::from(hit && all_well);
            }
        }
    }
    assert!(
        right > 50 && wrong > 50 && stale > 0,
        "{right} {wrong} {stale}"
    );
}

#[test]
fn a_saved_episode_knows_its_customers() {
    let set = "timeline: [(tick: 3, do: set(\"shop\", {\"http_server_error_rate\": 0.7}))]";
    let scenario = shop(&format!("{set}, {FACING_SHOP}"));
    let mut episode = begin(&scenario);
    for _ in 0..4 {
        episode.step(&ActionRequest::wait()).expect("it goes on");
    }
    let text = serde_json::to_string(&episode.save()).expect("it can be written");
    let state: Option<firewatch_episode::EpisodeState> =
        serde_json::from_str(&text).expect("it can be read");
    let state = state.expect("it has begun");
    assert_eq!(Some(&state), episode.save().as_ref());
    let mut restored = Episode::new(Profile::Standard);
    restored
        .restore(Arc::clone(&scenario), &state)
        .expect("it fits");
    assert_eq!(mitigate(&restored, "db"), (false, true));
}
