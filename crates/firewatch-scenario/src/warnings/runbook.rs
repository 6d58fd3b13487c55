//! What a reviewer would ask about a runbook that is checked without an incident: names that are not built in, which only
//! files of a scenario's own can have, conditions that only one of the profiles allows, and characters that nobody sees.

use firewatch_action::decode::{join, key_path};
use firewatch_action::{
    ActionCatalogue, ActionRequest, ActionSpec, Parameter, Profile, is_action_metric, metric_meant,
};
use firewatch_ron::{Code, Problem, meant, shown, suggest};
use firewatch_sim::{METRICS, find_metric};

use super::names::hidden;
use crate::check::concealed;
use crate::codes;
use crate::model::{Check, Expectation};
use crate::runbook::{Runbook, RunbookVisitor};

impl Runbook {
    /// Returns the actions, parameters and metrics that are not built in, and the conditions that the profile `standard`
    /// refuses, and a name with characters that can't be seen. The first two are right if the scenario has files of its own that declare them, or another profile;
    /// [`Runbook::problems`] tells.
    #[must_use]
    pub fn warnings(&self) -> Vec<Problem> {
        let mut reviewer = Reviewer::default();
        let name = hidden("name".to_owned(), "the runbook", &self.name);
        reviewer.warnings.extend(name);
        self.visit_steps(&mut reviewer);
        reviewer.expectations(&self.expect);
        reviewer.warnings
    }
}

#[derive(Default)]
struct Reviewer {
    warnings: Vec<Problem>,
}

impl Reviewer {
    fn warn(&mut self, code: Code, path: String, message: String, help: String) {
        self.warnings.push(Problem {
            code,
            path,
            message,
            span: None,
            label: String::new(),
            help: Some(help),
        });
    }

    fn not_built_in(&mut self, path: String, message: String, help: Option<String>) {
        let own =
            "if it is the scenario's own, check both: `firewatch run INCIDENT --runbook FILE`";
        let help = help.unwrap_or_else(|| own.to_owned());
        self.warn(codes::NOT_BUILT_IN, path, message, help);
    }

    fn expectations(&mut self, expectations: &[Expectation]) {
        for (index, expectation) in expectations.iter().enumerate() {
            let path = format!("expect[{index}]");
            self.metric(&join(&path, "check"), &expectation.check);
        }
    }

    fn metric(&mut self, path: &str, check: &Check) {
        if let Check::Metric(_, name, _) = check
            && find_metric(name).is_none()
            && !is_action_metric(name)
        {
            let message = format!("no built-in metric is `{}`", shown(name));
            let help = metric_meant(name, METRICS.iter().map(|metric| metric.name));
            self.not_built_in(join(path, "metric"), message, help);
        }
    }
}

impl RunbookVisitor for Reviewer {
    fn visit_action(&mut self, path: &str, request: &ActionRequest) {
        let specs: Vec<&ActionSpec> = built_in()
            .filter_map(|all| all.find(&request.name))
            .collect();
        let name = shown(&request.name);
        if specs.is_empty() {
            let names: Vec<&str> = built_in()
                .flat_map(|all| all.actions().iter().map(ActionSpec::name))
                .collect();
            let help = { built_in() }
                .find_map(|all| all.replacement(&request.name))
                .or_else(|| meant(&request.name, distinct(names).iter().copied()));
            self.not_built_in(
                join(path, "action"),
                format!("no built-in action is `{name}`"),
                help,
            );
            return;
        }
        for parameter in request.parameters.keys() {
            let known = specs
                .iter()
                .flat_map(|spec| spec.parameters())
                .map(Parameter::name);
            let known = distinct(known.collect());
            if !known.contains(&&**parameter) {
                let path = format!("{}@key", key_path(&join(path, "parameters"), parameter));
                let message = format!("`{name}` has no parameter `{}`", shown(parameter));
                let help = suggest(parameter, "parameters", known.iter().copied());
                self.not_built_in(path, message, help);
            }
        }
    }

    fn visit_check(&mut self, path: &str, check: &Check) {
        self.metric(path, check);
        // What each profile conceals is an error already.
        if let Some(hidden) = concealed(check)
            && let Some(profile) = hidden.under
        {
            let message = format!("under the profile `{profile}`, {}", hidden.message);
            let path = path.to_owned();
            self.warn(
                codes::CONCEALED_CONDITION,
                path,
                message,
                hidden.help.to_owned(),
            );
        }
    }
}

/// The actions of both profiles, and those about load.
fn built_in() -> impl Iterator<Item = &'static ActionCatalogue> {
    let profiles = Profile::ALL.iter().copied().map(ActionCatalogue::built_in);
    profiles.chain([ActionCatalogue::of_traffic()])
}

fn distinct(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}
