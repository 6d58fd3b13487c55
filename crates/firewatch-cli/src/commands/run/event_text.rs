//! Events in words.

use std::io::Write;

use firewatch_response::{EventKind, PlaybackEvent};
use unicode_width::UnicodeWidthStr;

use super::layout::Layout;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{ACTION, BAD, BOLD, DIM, GOOD, Palette, WORST, status_style, visible};
use crate::ui::table::fit;
use crate::ui::text::write_wrapped;
use crate::ui::units::{clock, count};

/// Writes events as lines of columns.
#[derive(Clone, Copy, Debug)]
pub struct EventLines {
    tick_width: usize,
    layout: Layout,
}

impl EventLines {
    /// Creates the lines of a run of a number of ticks.
    pub fn new(ticks: u64, layout: Layout) -> Self {
        let tick_width = ticks.to_string().len().max(4);
        Self { tick_width, layout }
    }

    /// Writes the heading of the columns.
    pub fn write_heading(self, out: &mut Output) -> Result<(), Failure> {
        let time = match self.layout.is_wide() {
            true => format!("{:>8}  ", "time"),
            false => String::new(),
        };
        let heading = format!("{:>1$}  {time}what happens", "tick", self.tick_width);
        Ok(writeln!(out, "\n  {}", out.palette.paint(DIM, heading))?)
    }

    /// Writes an event after a mark of one column.
    pub fn write(self, mark: char, event: &PlaybackEvent, out: &mut Output) -> Result<(), Failure> {
        let (service, text) = describe(&event.kind, out.palette);
        let mut head = format!("{mark} {:>1$}  ", event.tick, self.tick_width);
        let mut hanging = head.width();
        if self.layout.is_wide() {
            let time = format!("{:>8}  ", clock(event.tick));
            hanging += time.width();
            head.push_str(&out.palette.paint(DIM, time));
        }
        if let Some(service) = service {
            let name = fit(&visible(service), self.layout.names);
            let space = match self.layout.is_wide() {
                true => self.layout.names.saturating_sub(name.width()),
                false => 0,
            };
            head.push_str(&format!("{name}{}  ", " ".repeat(space)));
            if self.layout.is_wide() {
                hanging += name.width() + space + 2;
            }
        }
        write_wrapped(&head, hanging, &text, out)
    }

    /// Writes a note in the place of an event.
    pub fn write_note(self, note: &str, out: &mut Output) -> Result<(), Failure> {
        let indent = " ".repeat(self.tick_width + 4);
        write_wrapped(&indent, indent.len(), &out.palette.paint(DIM, note), out)
    }
}

/// Returns the service of an event and its description.
fn describe(what: &EventKind, palette: Palette) -> (Option<&str>, String) {
    match what {
        EventKind::FaultActive {
            service,
            turns: Some(turns),
            ..
        } => {
            let text = format!("{} begins", visible(turns));
            (Some(service), palette.paint(BAD.bold(), text))
        }
        EventKind::FaultActive {
            service,
            kind,
            turns: None,
            speed,
        } => {
            let text = palette.paint(BAD.bold(), format!("{kind} begins"));
            (Some(service), format!("{text}, speed {speed}"))
        }
        EventKind::FaultHalted { service, kind } => (
            Some(service),
            palette.paint(ACTION.bold(), format!("{kind} halted")),
        ),
        EventKind::FaultOver { service, kind } => (
            Some(service),
            palette.paint(GOOD, format!("{kind} over: its time is up")),
        ),
        EventKind::LoadChanged {
            users,
            rps,
            by_tick,
        } => {
            let users = visible(users);
            let text = match by_tick {
                Some(tick) => format!("users of {users}: evenly to {rps}/s by tick {tick}"),
                None => format!("users of {users}: {rps}/s"),
            };
            (None, palette.paint(BOLD, text))
        }
        EventKind::KnobTurned { of, knob, value } => {
            let text = format!("{knob} of {} turned to {value}", visible(&of.to_string()));
            (None, palette.paint(ACTION, text))
        }
        EventKind::Restarted { service } => (
            Some(service),
            palette.paint(ACTION.bold(), "restarted, one instance after the other"),
        ),
        EventKind::MetricSet {
            service,
            metric,
            value,
        } => {
            let value = value.to_string();
            let text = format!("{} set to {}", visible(metric), visible(&value));
            (Some(service), palette.paint(ACTION, text))
        }
        EventKind::ActionTaken {
            action,
            target,
            wrong,
            feedback,
        } => {
            let style = if *wrong { BAD } else { ACTION };
            let action = palette.paint(style.bold(), visible(action));
            let said: Vec<&str> = feedback.lines().map(str::trim).collect();
            let wrong = if *wrong { " (wrong action)" } else { "" };
            let text = format!("{action}{wrong}: {}", visible(&said.join(" · ")));
            (target.as_deref(), text)
        }
        EventKind::StatusChanged { service, from, to } => {
            let to = palette.paint(status_style(*to), to);
            (Some(service), format!("{from} → {to}"))
        }
        EventKind::Mitigated { since } => {
            let text = palette.paint(GOOD.bold(), "mitigated");
            (
                None,
                format!("{text}: time to mitigate {}", count(*since, "tick")),
            )
        }
        EventKind::SloBreached => (None, palette.paint(WORST, "SLO budget used up")),
    }
}
