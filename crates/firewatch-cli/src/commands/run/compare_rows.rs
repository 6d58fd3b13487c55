//! Groups of users and services of two runs, side by side.

use std::io::Write;

use firewatch_sim::num::exact_text;
use firewatch_sim::{Status, Value};

use super::difference::{Difference, Differences};
use super::layout::Layout;
use super::service_tables::{axis, short_number};
use super::summary::Summary;
use super::view::ViewArguments;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::sparkline::Sparkline;
use crate::ui::style::{DIM, Palette, WARNING, visible};
use crate::ui::table::Cell;
use crate::ui::text::{write_table as write_cells, write_wrapped};

/// The marks of the two runs.
pub const MARKS: [char; 2] = ['<', '>'];

/// A group of users or a service, in both runs.
pub struct Row<'a> {
    is_users: bool,
    name: &'a str,
    sparklines: [Option<&'a Sparkline<Status>>; 2],
    difference: Option<&'a Difference>,
    is_unhealthy: bool,
}

impl<'a> Row<'a> {
    fn find<'b>(
        rows: &'b mut Vec<Row<'a>>,
        is_users: bool,
        name: &'a str,
        difference: Option<&'a Difference>,
    ) -> &'b mut Row<'a> {
        let is_same = |row: &Row| row.is_users == is_users && row.name == name;
        let index = rows.iter().position(is_same).unwrap_or(rows.len());
        if index == rows.len() {
            rows.push(Row {
                is_users,
                name,
                sparklines: [None; 2],
                difference,
                is_unhealthy: false,
            });
        }
        &mut rows[index]
    }

    /// Returns whether both runs have it.
    pub fn is_in_both(&self) -> bool {
        self.sparklines.iter().all(Option::is_some)
    }

    fn title(&self) -> String {
        match self.is_users {
            true => format!("users {}", self.name),
            false => self.name.to_owned(),
        }
    }

    fn tick_cell(&self, palette: Palette, layout: Layout) -> Cell {
        match (self.difference, self.sparklines) {
            (Some(difference), _) => {
                let tick = match layout.is_wide() {
                    true => format!("tick {}", difference.tick),
                    false => difference.tick.to_string(),
                };
                Cell::new(palette, WARNING, &tick)
            }
            (None, [Some(_), Some(_)]) => Cell::new(palette, DIM, "same"),
            (None, _) => Cell::plain(""),
        }
    }
}

/// Returns the groups of users and the services that a view shows; of both runs, those of the left one first.
pub fn rows<'a>(
    summaries: [&'a Summary; 2],
    differences: &'a Differences,
    view: &ViewArguments,
) -> Vec<Row<'a>> {
    let mut rows: Vec<Row> = Vec::new();
    for (side, summary) in summaries.into_iter().enumerate() {
        for users in &summary.users {
            let difference = differences.of_users(&users.name);
            let row = Row::find(&mut rows, true, &users.name, difference);
            row.sparklines[side] = Some(&users.sparkline);
        }
    }
    for (side, summary) in summaries.into_iter().enumerate() {
        for service in summary.services.iter().filter(|s| view.shows(&s.name)) {
            let difference = differences.of_service(&service.name);
            let row = Row::find(&mut rows, false, &service.name, difference);
            row.sparklines[side] = Some(&service.sparkline);
            row.is_unhealthy |= service.worst_status > Status::Healthy;
        }
    }
    if view.only_unhealthy {
        rows.retain(|row| row.is_users || row.is_unhealthy);
    }
    rows
}

/// Writes both runs of each row over time, and from which tick on it differs.
pub fn write_table(
    rows: &[Row],
    summaries: [&Summary; 2],
    layout: Layout,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut heading = vec![dim("")];
    for (mark, summary) in MARKS.into_iter().zip(summaries) {
        // The mark of the run stands where the axis has its first tick.
        let axis = axis(summary).replacen('0', &mark.to_string(), 1);
        heading.push(dim(&axis));
    }
    heading.push(dim(if layout.is_wide() {
        "differs from"
    } else {
        "from"
    }));
    let mut table = vec![heading];
    for row in rows {
        let mut cells = vec![Cell::fitted(&row.title(), layout.names)];
        for sparkline in row.sparklines {
            cells.push(sparkline.map_or(dim("absent"), |line| line.cell(palette)));
        }
        cells.push(row.tick_cell(palette, layout));
        table.push(cells);
    }
    writeln!(out)?;
    write_cells(&table, out)
}

/// Writes what differs in the first tick that differs, for each row.
pub fn write_first_values(rows: &[Row], layout: Layout, out: &mut Output) -> Result<(), Failure> {
    const FEW: usize = 3;
    let differing = rows.iter().filter_map(|row| Some((row, row.difference?)));
    for (index, (row, difference)) in differing.enumerate() {
        if index == 0 {
            let heading = "first values that differ, as < and >";
            writeln!(out, "\n  {}", out.palette.paint(DIM, heading))?;
        }
        let first = difference.values.iter().take(FEW).map(|value| {
            let [left, right] = value_texts(&value.values);
            format!("{} {left} > {right}", visible(&value.name))
        });
        let mut text = first.collect::<Vec<_>>().join(", ");
        let more = difference.values.len().saturating_sub(FEW);
        if more > 0 {
            text.push_str(&format!(" and {more} more"));
        }
        let name = Cell::fitted(&row.title(), layout.names).padded(layout.names);
        let head = format!("  {name}  ");
        let hanging = if layout.is_wide() {
            layout.names + 4
        } else {
            4
        };
        write_wrapped(&head, hanging, &text, out)?;
    }
    Ok(())
}

/// The values in short, or in full where that would not tell them apart.
fn value_texts(values: &[Option<Value>; 2]) -> [String; 2] {
    let short = values
        .each_ref()
        .map(|value| value_text(value, short_number));
    match short[0] == short[1] {
        true => values.each_ref().map(|value| value_text(value, exact_text)),
        false => short,
    }
}

fn value_text(value: &Option<Value>, number_text: fn(f64) -> String) -> String {
    match value {
        None => "absent".to_owned(),
        Some(value) => match value.as_f64() {
            Some(number) => number_text(number),
            None => visible(&value.to_string()).into_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ_by_little_are_told_apart() {
        let numbers = |left, right| value_texts(&[left, right].map(|n| Some(Value::Float(n))));
        assert_eq!(numbers(0.5, 1.0), ["0.5", "1"]);
        assert_eq!(numbers(0.999_999_9, 1.0), ["0.9999999", "1"]);
        assert_eq!(value_texts(&[None, Some(Value::Int(3))]), ["absent", "3"]);
    }
}
