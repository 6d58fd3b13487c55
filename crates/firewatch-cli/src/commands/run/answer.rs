//! The score of the response to an incident.

use firewatch_response::Playback;
use firewatch_response::score::{EpisodeEnd, Grade, Incident};
use firewatch_scenario::Runbook;
use serde::Serialize;

use super::case::RunCase;
use super::labelled::LabelledValue;
use crate::ui::style::{BAD, GOOD, PLAIN, WARNING, visible};
use crate::ui::units::count;

/// The score of a response.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerSummary {
    /// Name of the runbook; `None` if the timeline's actions are the response.
    pub runbook: Option<String>,
    pub end: Option<EpisodeEnd>,
    pub reward: f64,
    pub wrong_actions: u32,
    /// Number of goals that count.
    pub goals: usize,
    pub missed_goals: usize,
    /// The grade; `None` before the end.
    pub grade: Option<Grade>,
}

impl AnswerSummary {
    /// Returns the score at the end of a run, if the run kept one.
    pub fn of(case: &RunCase, playback: &Playback) -> Option<Self> {
        let score = playback.score()?;
        let outcome = score.grade_input(&Incident::of(&case.scenario), &playback.view());
        Some(Self {
            runbook: case.runbook.as_ref().map(|runbook| runbook.name.clone()),
            end: score.end(),
            reward: score.total_reward(),
            wrong_actions: score.wrong_actions(),
            goals: outcome.goals,
            missed_goals: outcome.outcome.missed_goals,
            grade: score.grade(),
        })
    }

    /// Returns the score as lines below the impact.
    pub fn lines(&self) -> Vec<LabelledValue> {
        let line = |label, style, value| LabelledValue {
            label,
            style,
            value,
        };
        let wrong_style = if self.wrong_actions > 0 { BAD } else { PLAIN };
        let mut lines = vec![
            line("grade", PLAIN, self.grade_line()),
            line("reward", PLAIN, format!("{:.2}", self.reward)),
            line("wrong actions", wrong_style, self.wrong_actions.to_string()),
        ];
        if self.goals > 0 {
            let style = if self.missed_goals > 0 { WARNING } else { GOOD };
            let met = format!("{} of {}", self.goals - self.missed_goals, self.goals);
            lines.push(line("goals met", style, met));
        }
        lines
    }

    fn grade_line(&self) -> String {
        let Some(grade) = self.grade else {
            return "none: the response has not ended".to_owned();
        };
        let why = match self.end {
            Some(EpisodeEnd::Declared) => ", declared resolved",
            Some(EpisodeEnd::BudgetUsedUp) => ", SLO budget used up",
            Some(EpisodeEnd::OutOfTicks) | None => "",
        };
        if let Some(won) = grade.won {
            let won = if won { "won" } else { "not won" };
            return format!(
                "{:.2}, {won} (time {:.2}, customers {:.2}, SLO {:.2}, precision {:.2}){why}",
                grade.total, grade.mttm_score, grade.bcm_score, grade.slo, grade.precision
            );
        }
        format!(
            "{:.2} (recovery {:.2}, speed {:.2}, precision {:.2}, SLO {:.2}){why}",
            grade.total, grade.recovery, grade.speed, grade.precision, grade.slo
        )
    }
}

/// Formats the runbook and its length for a heading.
pub fn runbook_heading(runbook: &Runbook) -> String {
    let actions = count(runbook.requests().len(), "action");
    format!("runbook: {} ({actions})", visible(&runbook.name))
}
