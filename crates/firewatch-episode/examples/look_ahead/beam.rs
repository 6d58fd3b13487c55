//! A look-ahead of one action, and a beam search over answers.

use std::collections::BTreeSet;
use std::error::Error;

use firewatch_action::ActionRequest;
use firewatch_episode::Episode;

use crate::planner::{Actions, Answer, Moment, Planner};

/// Most actions of an answer.
const LONGEST: usize = 8;
/// The best grade that there is.
const PERFECT: f64 = 1.0;

/// What may call for an action: which alerts fire, and how many faults have begun. The faults only a planner knows.
#[derive(PartialEq)]
struct Signs {
    alerts: Vec<[bool; 5]>,
    faults: usize,
}

impl Signs {
    fn of(episode: &Episode) -> Option<Self> {
        Some(Self {
            alerts: episode.score()?.alert_flags().collect(),
            faults: episode.view()?.faults().count(),
        })
    }
}

/// Whenever the signs have changed or something was done, does the best that can be done then, if it is better than
/// nothing.
pub fn look_ahead(planner: &mut Planner) -> Result<Answer, Box<dyn Error>> {
    let mut episode = planner.begin()?;
    let mut answer = nothing(planner)?;
    let mut known = None;
    while episode.end().is_none() {
        let signs = Signs::of(&episode);
        let mut request = None;
        if signs != known {
            let moment = Moment::of(&episode)?;
            let tried = ranked(planner.try_all(&moment)?);
            if let Some(best) = better(tried, &answer) {
                answer.outcome = best.outcome;
                request = best.actions.first().map(|(_, request)| request.clone());
                answer.actions.extend(best.actions);
            }
            known = signs.filter(|_| request.is_none());
        }
        episode.step(&request.unwrap_or_else(ActionRequest::wait))?;
    }
    Ok(answer)
}

/// The best answer that is found by keeping that many answers of each number of actions.
pub fn search(planner: &mut Planner, width: usize) -> Result<Answer, Box<dyn Error>> {
    let mut best = nothing(planner)?;
    let mut answers = vec![best.clone()];
    for _ in 0..LONGEST {
        let mut longer = Vec::new();
        for answer in &answers {
            longer.extend(extended(planner, answer)?);
        }
        answers = ranked(longer);
        // The same actions on the same services at other ticks are no other answer.
        let mut seen = BTreeSet::new();
        answers.retain(|answer| seen.insert(names(&answer.actions)));
        answers.truncate(width);
        match better(answers.clone(), &best) {
            Some(longer) => best = longer,
            None => break,
        }
        if best.outcome.grade >= PERFECT {
            return Ok(best);
        }
    }
    retimed(planner, best)
}

/// The answer of doing nothing.
fn nothing(planner: &mut Planner) -> Result<Answer, Box<dyn Error>> {
    let beginning = Moment::of(&planner.begin()?)?;
    let answers = planner.answers(&beginning, vec![Actions::new()])?;
    let first = answers.into_iter().next();
    first.ok_or_else(|| "nothing was played".into())
}

/// The best first; of equals the one that was found first.
fn ranked(mut answers: Vec<Answer>) -> Vec<Answer> {
    answers.sort_by(|a, b| b.outcome.value.total_cmp(&a.outcome.value));
    answers
}

/// The first of ranked answers, if it is better than the one that there is.
fn better(ranked: Vec<Answer>, than: &Answer) -> Option<Answer> {
    let first = ranked.into_iter().next();
    first.filter(|first| first.outcome.value > than.outcome.value)
}

fn names(actions: &Actions) -> BTreeSet<(String, Option<String>)> {
    let name = |request: &ActionRequest| (request.name.clone(), request.target.clone());
    actions.iter().map(|(_, request)| name(request)).collect()
}

/// All answers that have one action more than this one, after its last: at the next tick, and whenever the signs change.
fn extended(planner: &mut Planner, answer: &Answer) -> Result<Vec<Answer>, Box<dyn Error>> {
    let mut longer = Vec::new();
    let mut episode = planner.begin()?;
    for (tick, request) in &answer.actions {
        while Moment::tick(&episode) < Some(*tick) {
            episode.step(&ActionRequest::wait())?;
        }
        episode.step(request)?;
    }
    let mut known = None;
    while episode.end().is_none() {
        let signs = Signs::of(&episode);
        if signs != known {
            known = signs;
            for mut last in planner.try_all(&Moment::of(&episode)?)? {
                last.actions.splice(0..0, answer.actions.iter().cloned());
                longer.push(last);
            }
        }
        episode.step(&ActionRequest::wait())?;
    }
    Ok(longer)
}

/// Moves single actions of an answer to other ticks, as long as that makes it better.
fn retimed(planner: &mut Planner, mut best: Answer) -> Result<Answer, Box<dyn Error>> {
    let beginning = Moment::of(&planner.begin()?)?;
    loop {
        let last = best.actions.last().map_or(0, |(tick, _)| *tick);
        let mut others = Vec::new();
        for index in 0..best.actions.len() {
            let ticks = beginning.tick..=last;
            others.extend(ticks.map(|tick| moved(&best.actions, index, tick)));
        }
        let others = ranked(planner.answers(&beginning, others)?);
        match better(others, &best) {
            Some(other) => best = other,
            None => return Ok(best),
        }
    }
}

/// The same actions, with one of them at that tick; those that are in its way are done later.
fn moved(actions: &Actions, index: usize, tick: u64) -> Actions {
    let mut actions = actions.clone();
    let (_, request) = actions.remove(index);
    let place = actions.partition_point(|(at, _)| *at < tick);
    actions.insert(place, (tick, request));
    for next in 1..actions.len() {
        actions[next].0 = actions[next].0.max(actions[next - 1].0 + 1);
    }
    actions
}
