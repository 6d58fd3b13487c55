//! The table of policies.

use firewatch_audit::{Audit, PolicyKind, PolicyResult};

use crate::ui::style::{BAD, DIM, GOOD, PLAIN, Palette};
use crate::ui::table::{self, Cell};

/// Number of single-action policies shown, best grades first.
const SINGLES: usize = 3;

/// Formats the policies to compare: doing nothing, the mean of the random ones, the best single actions, and
/// all about winning.
pub fn policies(audit: &Audit, palette: Palette) -> Vec<String> {
    let heading = |text: &str| Cell::new(palette, DIM, text);
    let columns = ["actions", "wrong", "mitigated", "reward", "grade"];
    let mut rows = vec![vec![heading("policy")]];
    rows[0].extend(columns.iter().map(|column| heading(column).right()));
    let policies = audit.policies.iter();
    let of = |kind| policies.clone().filter(move |played| played.kind == kind);
    for kind in [PolicyKind::Nothing, PolicyKind::Declare] {
        rows.extend(of(kind).map(|played| row(played, palette)));
    }
    rows.extend(chance(&of(PolicyKind::Random).collect::<Vec<_>>()));
    let mut singles: Vec<&PolicyResult> = of(PolicyKind::Single).collect();
    singles.sort_by(|a, b| b.grade.total.total_cmp(&a.grade.total));
    rows.extend(
        singles
            .iter()
            .take(SINGLES)
            .map(|played| row(played, palette)),
    );
    for kind in [
        PolicyKind::Runbook,
        PolicyKind::Found,
        PolicyKind::Late,
        PolicyKind::WrongFirst,
        PolicyKind::Everywhere,
        PolicyKind::FirstThenLeave,
    ] {
        rows.extend(of(kind).map(|played| row(played, palette)));
    }
    table::lines(&rows)
}

/// Formats the families of blind policies.
pub fn blind(audit: &Audit, palette: Palette) -> Vec<String> {
    let heading = |text: &str| Cell::new(palette, DIM, text);
    let columns = ["won", "mean grade", "at most", "best"];
    let mut rows = vec![vec![heading("blind policies"), heading("played")]];
    rows[0].extend(columns.iter().map(|column| heading(column).right()));
    rows.extend(audit.blind.iter().map(|family| {
        let limit = family.max_mean_grade;
        let is_above = limit.is_some_and(|limit| family.mean_grade > limit);
        let style = if is_above { BAD } else { PLAIN };
        let mean = format!("{:.2}", family.mean_grade);
        let limit = limit.map_or("–".to_owned(), |limit| limit.to_string());
        vec![
            Cell::plain(family.family.name()),
            Cell::plain(&family.sample()),
            number(family.won),
            Cell::new(palette, style, &mean).right(),
            Cell::plain(&limit).right(),
            Cell::plain(&format!("{:.2}", family.max_grade)).right(),
        ]
    }));
    table::lines(&rows)
}

fn row(played: &PolicyResult, palette: Palette) -> Vec<Cell> {
    let before = match played.kind {
        PolicyKind::Runbook => "runbook: ",
        PolicyKind::Found => "found: ",
        _ => "",
    };
    let mitigated = played
        .mitigated_at
        .map_or("–".to_owned(), |tick| format!("at {tick}"));
    let won = if played.won { "✓ wins" } else { "" };
    vec![
        Cell::plain(&format!("{before}{}", played.name)),
        number(played.action_count),
        number(played.wrong_actions),
        Cell::plain(&mitigated).right(),
        Cell::plain(&format!("{:.2}", played.reward)).right(),
        Cell::plain(&format!("{:.2}", played.grade.total)).right(),
        Cell::new(palette, GOOD, won),
    ]
}

fn number(number: usize) -> Cell {
    Cell::plain(&number.to_string()).right()
}

/// Returns the mean of the random policies.
fn chance(random: &[&PolicyResult]) -> Option<Vec<Cell>> {
    if random.is_empty() {
        return None;
    }
    let mean = |value: &dyn Fn(&PolicyResult) -> f64, decimals: usize| {
        let sum = random.iter().fold(0.0, |sum, played| sum + value(played));
        Cell::plain(&format!("{:.decimals$}", sum / random.len() as f64)).right()
    };
    let count = |what: &dyn Fn(&PolicyResult) -> bool| random.iter().filter(|p| what(p)).count();
    let mitigated = count(&|played| played.mitigated_at.is_some());
    let won = match count(&|played| played.won) {
        0 => String::new(),
        won => format!("{won} win"),
    };
    Some(vec![
        Cell::plain(&format!("mean of {} random", random.len())),
        mean(&|played| played.action_count as f64, 1),
        mean(&|played| played.wrong_actions as f64, 1),
        Cell::plain(&format!("{mitigated} of {}", random.len())).right(),
        mean(&|played| played.reward, 2),
        mean(&|played| played.grade.total, 2),
        Cell::plain(&won),
    ])
}
