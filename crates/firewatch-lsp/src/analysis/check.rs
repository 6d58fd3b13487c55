//! What is wrong with a file, and what it says if nothing is.

use std::sync::Arc;

use firewatch_ron::{Diagnostics, Problem, Severity};
use firewatch_scenario::{
    CustomActions, FaultKindFile, FileKind, LoadOptions, OpenTexts, Runbook, Scenario,
};
use firewatch_sim::FaultKinds;

use super::file::SourceFile;
use crate::language::mention::mentions;
use crate::language::role::Role;

/// What was found in a file.
#[derive(Clone, Default)]
pub struct Checked {
    /// What is wrong with it, or may not be meant, at its places.
    pub problems: Vec<Problem>,
    /// The scenario that it holds, if nothing is wrong with it.
    pub scenario: Option<Arc<Scenario>>,
    /// The runbook that it holds.
    pub runbook: Option<Arc<Runbook>>,
}

/// Checks a file as `firewatch check` does, with texts that are open instead of the files that it names. A runbook is
/// checked for the scenario that it belongs to.
#[must_use]
pub fn check(file: &SourceFile, scenario: Option<&Scenario>, open: &OpenTexts) -> Checked {
    let (name, text, folder) = (&*file.name, file.text(), file.folder());
    let mut checked = Checked::default();
    let refused = match file.kind {
        FileKind::Scenario => {
            let options = LoadOptions::new().open_texts(open.clone());
            { options.review_text_in(name, text, folder) }.map(|(scenario, warnings)| {
                checked.scenario = Some(Arc::new(scenario));
                checked.problems = warnings.problems;
            })
        }
        FileKind::Runbook => {
            let runbook = match scenario {
                Some(scenario) => Runbook::parse_for(name, text, scenario),
                None => Runbook::review_text(name, text).map(|(runbook, warnings)| {
                    checked.problems = warnings.problems;
                    runbook
                }),
            };
            runbook.map(|runbook| checked.runbook = Some(Arc::new(runbook)))
        }
        FileKind::Actions => CustomActions::parse_alone(name, text, folder, open).map(|_| ()),
        FileKind::FaultKinds => {
            FaultKindFile::parse(name, text, &FaultKinds::default()).map(|_| ())
        }
    };
    match refused {
        Ok(()) => {}
        Err(refused) if refused.file == file.name => checked.problems = refused.problems,
        Err(refused) => {
            checked.problems = vec![elsewhere(file, &refused)];
            return checked;
        }
    }
    shift_for_mark(file, &mut checked.problems);
    checked
}

/// What is wrong in a file that this one names, at the place of its name.
fn elsewhere(file: &SourceFile, refused: &Diagnostics) -> Problem {
    let path = |name: &str| match file.folder() {
        Some(folder) => folder.join(name).display().to_string(),
        None => name.to_owned(),
    };
    let named = mentions(file.text(), file.kind, file.is_json);
    let mut named = named
        .into_iter()
        .filter(|mention| mention.role == Role::File);
    let place = named.find(|mention| path(&mention.name) == refused.file);
    let first = refused.located().next();
    let line = first.as_ref().map_or(0, |problem| problem.line);
    let message = first
        .as_ref()
        .map_or("can't be used", |problem| problem.message);
    let more = match refused.problems.len() {
        0 | 1 => String::new(),
        2 => "; 1 more problem".to_owned(),
        count => format!("; {} more problems", count - 1),
    };
    Problem {
        code: first
            .as_ref()
            .map_or(firewatch_scenario::codes::UNUSABLE_FILE, |problem| {
                problem.code
            }),
        path: String::new(),
        message: format!("in {}, line {line}: {message}{more}", refused.file),
        span: place.map(|mention| mention.span),
        label: String::new(),
        help: first.and_then(|problem| problem.help).map(str::to_owned),
    }
}

/// Places count from the end of the mark that a text can begin with.
fn shift_for_mark(file: &SourceFile, problems: &mut [Problem]) {
    let mark = file.text().len() - firewatch_ron::without_mark(file.text()).len();
    for span in problems
        .iter_mut()
        .filter_map(|problem| problem.span.as_mut())
    {
        *span = span.start + mark..span.end + mark;
    }
}

/// Whether a file can be used in spite of a problem.
#[must_use]
pub fn is_warning(problem: &Problem) -> bool {
    problem.code.severity() == Severity::Warning
}
