//! A score that can't be fooled, under the standard profile: winning is the best thing to do, leaving early changes
//! nothing, the sum of the rewards is the grade, and one account says what an incident has come to.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't play its files fails"
)]

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, Profile};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeRequest, EpisodeState};
use firewatch_response::score::rules::ScoreRules;
use firewatch_response::score::{EpisodeEnd, Grade};
use firewatch_response::{Playback, Responder};
use firewatch_scenario::{Difficulty, Runbook, Scenario};
use firewatch_tests::{difference, files, workspace};

const DECLARE: &str = "declare_resolved";

fn scenario(file: &str) -> Scenario {
    let file = workspace().join("tests/fixtures/scores").join(file);
    Scenario::load(&file).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The incidents of the catalogue with their runbooks.
fn catalog() -> Vec<(String, Arc<Scenario>, Arc<Runbook>)> {
    let load = |file: std::path::PathBuf| {
        let scenario = Scenario::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        let name = file.file_name().expect("a file has a name");
        let runbook = workspace().join("scenarios/runbooks").join(name);
        let runbook = Runbook::load_for(&runbook, &scenario);
        let runbook = runbook.unwrap_or_else(|problems| panic!("{problems}"));
        let name = name.to_string_lossy().into_owned();
        (name, Arc::new(scenario), Arc::new(runbook))
    };
    let files = files(&workspace().join("scenarios/catalog"), "ron");
    files.into_iter().map(load).collect()
}

fn begin(scenario: &Arc<Scenario>) -> Episode {
    let mut episode = Episode::new(Profile::Standard);
    let request = EpisodeRequest::Scenario(Arc::clone(scenario));
    episode.reset(&request).expect("it can begin");
    episode
}

/// Plays to the end: the grade and the sum of the rewards.
fn play(episode: &mut Episode, mut next: impl FnMut(&Episode) -> ActionRequest) -> (Grade, f64) {
    let mut sum = 0.0;
    while episode.end().is_none() {
        let action = next(episode);
        sum += episode.step(&action).expect("it goes on").reward.total;
    }
    (episode.grade().expect("it has ended"), sum)
}

fn follow(scenario: &Arc<Scenario>, runbook: &Arc<Runbook>) -> (Grade, f64) {
    let mut responder = Responder::new(Arc::clone(runbook));
    play(&mut begin(scenario), |episode| {
        let view = episode.view().expect("it has begun");
        let score = episode.score().expect("it has begun");
        let next = responder.next(&view, score).cloned();
        next.unwrap_or_else(ActionRequest::wait)
    })
}

/// Small numbers that look random; the same in each run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % count
    }

    /// Any action on any service; `may_declare` says whether that one is among them.
    fn action(&mut self, scenario: &Scenario, may_declare: bool) -> ActionRequest {
        let actions = scenario.actions().actions();
        loop {
            let name = actions[self.below(actions.len())].name();
            let service = &scenario.services[self.below(scenario.services.len())].name;
            if name == DECLARE && may_declare {
                return ActionRequest::untargeted(DECLARE);
            }
            if name != DECLARE {
                return ActionRequest::new(name, service);
            }
        }
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn each_runbook_wins_and_doing_nothing_is_worth_nothing() {
    for (name, scenario, runbook) in catalog() {
        let (grade, sum) = follow(&scenario, &runbook);
        assert_eq!(grade.won, Some(true), "{name}");
        assert!(close(sum, grade.total), "{name}: {sum} {grade:?}");
        let (idle, sum) = play(&mut begin(&scenario), |_| ActionRequest::wait());
        assert_eq!((idle.won, idle.total), (Some(false), 0.0), "{name}");
        assert!(close(sum, 0.0), "{name}: {sum}");
    }
}

#[test]
fn declaring_first_or_later_is_worth_what_doing_nothing_is() {
    for (name, scenario, runbook) in catalog() {
        let best = follow(&scenario, &runbook).0.total;
        for tick in (2..=scenario.ticks).step_by(5) {
            let mut episode = begin(&scenario);
            let (grade, sum) = play(&mut episode, |episode| {
                let now = episode.view().expect("it has begun").clock().tick;
                if now + 1 == tick {
                    ActionRequest::untargeted(DECLARE)
                } else {
                    ActionRequest::wait()
                }
            });
            assert!(grade.total < best, "{name} at {tick}");
            assert!(
                grade.total == 0.0 && close(sum, 0.0),
                "{name} at {tick}: {sum}"
            );
            let now = episode.view().expect("it has begun").clock().tick;
            assert_eq!(now, scenario.ticks, "{name} at {tick}");
        }
    }
}

#[test]
fn leaving_in_the_middle_of_the_runbook_changes_nothing() {
    for (name, scenario, runbook) in catalog() {
        for steps in [3, 7] {
            let leave = |declares: bool| {
                let mut responder = Responder::new(Arc::clone(&runbook));
                let mut episode = begin(&scenario);
                let mut step = 0;
                let result = play(&mut episode, |episode| {
                    step += 1;
                    let view = episode.view().expect("it has begun");
                    let score = episode.score().expect("it has begun");
                    let next = responder.next(&view, score).cloned();
                    match next.filter(|_| step < steps) {
                        Some(next) => next,
                        None if step == steps && declares => ActionRequest::untargeted(DECLARE),
                        None => ActionRequest::wait(),
                    }
                });
                let hash = episode.view().expect("it has begun").state_hash();
                let observation = episode.observation().expect("it has begun");
                (
                    result,
                    hash,
                    observation.bad_customer_minutes,
                    observation.tick,
                )
            };
            let (left, stayed) = (leave(true), leave(false));
            assert_eq!(left.0.0, stayed.0.0, "{name} after {steps}");
            assert!(close(left.0.1, stayed.0.1), "{name} after {steps}");
            assert_eq!(
                (left.1, left.2, left.3),
                (stayed.1, stayed.2, stayed.3),
                "{name}"
            );
        }
    }
}

#[test]
fn no_loser_is_above_a_winner_and_rewards_add_up_to_the_grade() {
    let (mut winners, mut losers) = (0, 0);
    for (name, scenario, runbook) in catalog() {
        let remedy = |random: &mut Draw| {
            let mut requests = runbook.requests();
            requests.swap_remove(random.below(requests.len())).clone()
        };
        let (mut least_win, mut most_loss) = (f64::INFINITY, f64::NEG_INFINITY);
        for seed in 0..9 {
            let mut random = Draw(seed);
            // Some of them know a little: they draw from the answer now and then.
            let (grade, sum) = play(&mut begin(&scenario), |_| match seed % 3 {
                0 => random.action(&scenario, true),
                1 => random.action(&scenario, false),
                _ if random.below(2) == 0 => remedy(&mut random),
                _ => ActionRequest::wait(),
            });
            assert!(
                close(sum, grade.total),
                "{name} with {seed}: {sum} {grade:?}"
            );
            if grade.won == Some(true) {
                (least_win, winners) = (f64::min(least_win, sum.min(grade.total)), winners + 1);
            } else {
                (most_loss, losers) = (f64::max(most_loss, sum.max(grade.total)), losers + 1);
            }
        }
        assert!(most_loss < least_win, "{name}: {most_loss} {least_win}");
    }
    assert!(winners > 20 && losers > 20, "{winners} won, {losers} lost");
}

#[test]
fn a_batch_gives_the_same_rewards_and_they_add_up() {
    let drawn = |seed: u64| EpisodeRequest::Drawn {
        difficulty: Difficulty::ALL[usize::try_from(seed % 3).expect("it is small")],
        seed,
    };
    let of_catalog = catalog();
    let incidents = of_catalog
        .iter()
        .map(|(_, scenario, _)| EpisodeRequest::Scenario(Arc::clone(scenario)));
    let requests: Vec<_> = (0..90).map(drawn).chain(incidents).collect();
    let count = requests.len();
    let mut batch =
        EpisodeBatch::new(Profile::Standard, requests.clone(), 2).expect("they can begin");
    let mut alone: Vec<Episode> = { requests.iter() }
        .map(|request| {
            let mut episode = Episode::new(Profile::Standard);
            episode.reset(request).expect("it can begin");
            episode
        })
        .collect();
    let mut random = Draw(7);
    let (mut sums, mut steps) = (vec![0.0; count], vec![BatchStep::default(); count]);
    while alone.iter().any(|episode| episode.end().is_none()) {
        let actions: Vec<_> = { alone.iter() }
            .map(|episode| random.action(episode.scenario().expect("it has begun"), true))
            .collect();
        batch.step(&actions, &mut steps).expect("all are known");
        for (index, episode) in alone.iter_mut().enumerate() {
            if episode.end().is_some() {
                continue;
            }
            let step = episode.step(&actions[index]).expect("it goes on");
            assert_eq!(steps[index].reward, step.reward, "{index}");
            assert_eq!(
                (steps[index].end, steps[index].grade),
                (step.end, step.grade)
            );
            sums[index] += step.reward.total;
            if let Some(grade) = step.grade {
                assert!(close(sums[index], grade.total), "{index}: {grade:?}");
                let end = batch.observation(index).expect("it is there");
                assert_eq!(end.tick, step.observation.tick);
                assert_eq!(end.services, step.observation.services);
            }
        }
    }
    assert!(
        steps
            .iter()
            .any(|step| step.end == Some(EpisodeEnd::Declared))
    );
}

#[test]
fn rewards_add_up_over_a_branch_and_a_saved_state() {
    let (_, scenario, _) = catalog().swap_remove(20);
    let mut episode = begin(&scenario);
    let mut random = Draw(3);
    let mut sum = 0.0;
    for _ in 0..6 {
        let action = random.action(&scenario, false);
        sum += episode.step(&action).expect("it goes on").reward.total;
    }
    let text = serde_json::to_string(&episode.save()).expect("it can be written");
    let state: Option<EpisodeState> = serde_json::from_str(&text).expect("it can be read");
    let mut restored = Episode::new(Profile::Standard);
    restored
        .restore(Arc::clone(&scenario), &state.expect("it has begun"))
        .expect("it fits");
    let branch = episode.branch().expect("it can be copied");
    for mut other in [restored, branch, episode] {
        let declare = |_: &Episode| ActionRequest::untargeted(DECLARE);
        let (grade, rest) = play(&mut other, declare);
        assert!(close(sum + rest, grade.total), "{sum} {rest} {grade:?}");
    }
}

#[test]
fn nothing_is_mitigated_before_anything_begins() {
    // The fault begins with 6 ticks done.
    let late = Arc::new(scenario("late.ron"));
    let mut episode = begin(&late);
    let step = episode.step(&ActionRequest::wait()).expect("it goes on");
    assert_eq!(
        (step.observation.mttm_achieved_tick, step.reward.total),
        (None, 0.0)
    );
    let (left, _) = play(&mut begin(&late), |_| ActionRequest::untargeted(DECLARE));
    assert_eq!((left.won, left.total), (Some(false), 0.0));
    let remedy = ActionRequest::new("add_memory", "postgres");
    let (answered, sum) = play(&mut begin(&late), |episode| {
        let tick = episode.view().expect("it has begun").clock().tick;
        if tick == 9 {
            remedy.clone()
        } else {
            ActionRequest::wait()
        }
    });
    assert!(
        answered.total > 0.9 && close(sum, answered.total),
        "{answered:?}"
    );
}

#[test]
fn what_is_never_mended_is_never_mitigated() {
    let mut playback = Playback::new(scenario("never-mended.ron")).expect("it can be played");
    while playback.tick().expect("it can be played") {}
    let impact = playback.impact();
    assert_eq!((impact.mttm_tick, impact.relapsed), (None, false));
    assert!(impact.bad_customer_minutes > 0.0);
    assert!(!playback.script().outcome(&playback.view()).is_mended());
    for verdict in playback.verdicts() {
        assert!(verdict.passed(), "{verdict:?}");
    }
}

#[test]
fn the_blast_radius_is_what_a_fault_has_harmed() {
    let radius = |file: &str| {
        let mut playback = Playback::new(scenario(file)).expect("it can be played");
        while playback.tick().expect("it can be played") {}
        let view = playback.view();
        let zone = playback.script().blast_zone(&view);
        let zone: Vec<String> = zone.into_iter().map(str::to_owned).collect();
        assert_eq!(zone.len(), playback.script().blast_radius(&view));
        (zone, view.blast_zone().len())
    };
    // Halted before it shows: two services could be reached.
    assert_eq!(radius("halted-before-it-shows.ron"), (vec![], 2));
    // A service that is ill because its metrics were set, not because of a fault.
    assert_eq!(radius("set-by-hand.ron").0, Vec::<String>::new());
    // The red herring between the fault and the entry is in reach, and is no part of it.
    let (zone, reach) = radius("red-herring-between.ron");
    assert!(
        zone.contains(&"db".to_owned()) && !zone.contains(&"cache".to_owned()),
        "{zone:?}"
    );
    assert!(reach > zone.len());
}

#[test]
fn a_false_alarm_is_won_by_leaving_it_alone() {
    let quiet = Arc::new(scenario("false-alarm.ron"));
    let (idle, sum) = play(&mut begin(&quiet), |_| ActionRequest::wait());
    assert_eq!((idle.won, idle.total), (Some(true), 1.0));
    assert!(close(sum, 1.0));
    let declared = play(&mut begin(&quiet), |_| ActionRequest::untargeted(DECLARE));
    assert_eq!(declared.0.total, 1.0);
    let mut before = 1.0;
    for wrong in 1..=4 {
        let mut left = wrong;
        let (grade, sum) = play(&mut begin(&quiet), |_| {
            left -= 1;
            if left >= 0 {
                ActionRequest::new("restart_service", "web")
            } else {
                ActionRequest::wait()
            }
        });
        assert!(
            grade.total < before && close(sum, grade.total),
            "{wrong}: {grade:?}"
        );
        before = grade.total;
    }
    assert_eq!(before, ScoreRules::STANDARD.grade.won_least);
}

#[test]
fn the_page_has_the_table_of_the_code() {
    let mut table =
        String::from("| rule | reference | standard | about |\n| --- | --- | --- | --- |\n");
    for row in ScoreRules::table() {
        let about = row.about.replace('\n', " ");
        table += &format!(
            "| `{}` | {} | {} | {about} |\n",
            row.name, row.reference, row.standard
        );
    }
    let page = workspace().join("docs/scoring.md");
    let text = std::fs::read_to_string(&page).expect("the page can be read");
    let head = text.find("| rule |").map_or(&*text, |at| &text[..at]);
    if let Some(difference) = difference(&page, &format!("{head}{table}")) {
        panic!("{difference}");
    }
}

#[test]
fn the_built_in_actions_can_end_each_kind_that_is_drawn() {
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    for difficulty in Difficulty::ALL {
        for kind in difficulty.fault_kinds() {
            assert!(catalogue.can_halt(*kind, false), "{kind}");
            assert!(catalogue.can_halt(*kind, true), "{kind} on a red herring");
        }
    }
}
