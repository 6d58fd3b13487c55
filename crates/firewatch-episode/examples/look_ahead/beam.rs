//! A beam search over answers, by the grade that each gets if nothing else is done.

use std::collections::BTreeSet;
use std::error::Error;

use crate::arena::{Arena, KEPT, Outcome};

/// Most times that an answer is extended after an alert has begun or ended.
const EXTENSIONS: usize = 10;

/// An answer up to now, played in a place of the arena.
#[derive(Clone)]
struct Answer {
    place: usize,
    /// What it comes to if nothing else is done.
    outcome: Outcome,
    actions: usize,
    /// Alerts at the last step.
    alerts: Vec<[bool; 5]>,
    extended: usize,
}

/// A way to go on from an answer.
#[derive(Clone, Copy)]
struct Extension {
    /// Index of the answer.
    from: usize,
    code: u32,
    outcome: Outcome,
    actions: usize,
}

/// Returns the best grade that is found by keeping that many answers.
pub fn search(arena: &mut Arena, width: usize) -> Result<f64, Box<dyn Error>> {
    if 2 * width >= KEPT {
        return Err(format!("there is no room for {width} answers").into());
    }
    arena.copy(0, 1)?;
    let mut answers = vec![Answer {
        place: 1,
        outcome: outcome_of_waiting(arena, 1)?,
        actions: 0,
        alerts: Vec::new(),
        extended: 0,
    }];
    let mut best = answers[0].outcome.grade;
    // Answers move between the two halves of the places that are kept.
    for half in [1 + width, 1].into_iter().cycle() {
        answers.retain(|answer| arena.has_ended(answer.place).is_ok_and(|ended| !ended));
        if answers.is_empty() {
            return Ok(best);
        }
        let mut extensions = extend(arena, &mut answers)?;
        // The best first; of equals the shorter answer, then the one that was found first.
        extensions.sort_by(|a, b| {
            { b.outcome.value.total_cmp(&a.outcome.value) }.then(a.actions.cmp(&b.actions))
        });
        let mut seen = BTreeSet::new();
        extensions.retain(|one| seen.insert((one.outcome.value.to_bits(), one.actions)));
        extensions.truncate(width);
        best = extensions
            .iter()
            .map(|one| one.outcome.grade)
            .fold(best, f64::max);
        answers = take(arena, &answers, &extensions, half)?;
    }
    Ok(best)
}

/// What an episode comes to if nothing more is done in it.
fn outcome_of_waiting(arena: &mut Arena, place: usize) -> Result<Outcome, Box<dyn Error>> {
    let mut found = None;
    arena.branch(place, &[0], |_, outcome| found = Some(outcome))?;
    found.ok_or_else(|| "nothing was played".into())
}

/// All ways to go on at this step: to wait, and where an alert has begun or ended, every legal action.
fn extend(arena: &mut Arena, answers: &mut [Answer]) -> Result<Vec<Extension>, Box<dyn Error>> {
    let codes = arena.legal.clone();
    let mut extensions = Vec::new();
    for (from, answer) in answers.iter_mut().enumerate() {
        extensions.push(Extension {
            from,
            code: 0,
            outcome: answer.outcome,
            actions: answer.actions,
        });
        let alerts = arena.alerts(answer.place)?;
        if alerts == answer.alerts || answer.extended == EXTENSIONS {
            continue;
        }
        answer.alerts = alerts;
        answer.extended += 1;
        let actions = answer.actions + 1;
        arena.branch(answer.place, &codes[1..], |code, outcome| {
            extensions.push(Extension {
                from,
                code,
                outcome,
                actions,
            });
        })?;
    }
    Ok(extensions)
}

/// Takes the extensions, in places from `first` on.
fn take(
    arena: &mut Arena,
    answers: &[Answer],
    extensions: &[Extension],
    first: usize,
) -> Result<Vec<Answer>, Box<dyn Error>> {
    let mut taken = Vec::new();
    let mut steps = Vec::new();
    for (place, extension) in (first..).zip(extensions) {
        let answer = &answers[extension.from];
        arena.copy(answer.place, place)?;
        steps.push((place, extension.code));
        taken.push(Answer {
            place,
            outcome: extension.outcome,
            actions: extension.actions,
            ..answer.clone()
        });
    }
    arena.step(&steps)?;
    Ok(taken)
}
