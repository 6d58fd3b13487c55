//! A look-ahead of one action.

use std::error::Error;

use crate::arena::Arena;

/// Ticks that an action is judged by, its own included.
const TICKS: u64 = 5;
/// How much better than waiting an action has to be.
const LEAST_GAIN: f64 = 1e-6;

/// Plays the incident: at each step the action whose five ticks give most. Returns the grade.
pub fn play(arena: &mut Arena) -> Result<f64, Box<dyn Error>> {
    const PLAYED: usize = 1;
    arena.copy(0, PLAYED)?;
    loop {
        let code = best(arena, PLAYED)?;
        arena.step(&[(PLAYED, code)])?;
        if let Some(grade) = arena.steps[PLAYED].grade {
            return Ok(grade.total);
        }
    }
}

/// The action whose five ticks give most; waiting, if none gives more.
fn best(arena: &mut Arena, place: usize) -> Result<u32, Box<dyn Error>> {
    let codes = arena.legal.clone();
    let mut best = (0, f64::NEG_INFINITY);
    arena.branch(place, &codes, TICKS, |code, rewards, _| {
        // Waiting comes first.
        if rewards > best.1 + LEAST_GAIN {
            best = (code, rewards);
        }
    })?;
    Ok(best.0)
}
