//! What users get, in an incident of traffic: they are the customers.

use firewatch_episode::ObservedUsers;

use super::session::PlaySession;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BAD, DIM, GOOD, PLAIN};
use crate::ui::table::Cell;
use crate::ui::text::write_table;
use crate::ui::units::{p99, percent};

/// Writes a row for each group of users; nothing where there are none.
pub fn table(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let users = &session.now().users;
    if users.is_empty() {
        return Ok(());
    }
    let palette = out.palette;
    let row = |users: &ObservedUsers| {
        let (style, kept) = match users.misses_objective {
            true => (BAD, "misses its objective"),
            false => (GOOD, "as promised"),
        };
        vec![
            Cell::plain(&users.name),
            Cell::new(palette, DIM, &format!("at {}", users.service)),
            Cell::new(palette, PLAIN, &format!("{} served", served(users))).right(),
            Cell::plain(&format!("p99 {}", p99(users.latency_p99_s))).right(),
            Cell::new(palette, style, kept),
        ]
    };
    let rows: Vec<Vec<Cell>> = users.iter().map(row).collect();
    write_table(&rows, out)
}

/// The share of the requests that ended which were served; nothing where none ended.
fn served(users: &ObservedUsers) -> String {
    let ended = users.succeeded_rps + users.failed_rps;
    match ended > 0.0 {
        true => percent(users.succeeded_rps / ended),
        false => "none".to_owned(),
    }
}
