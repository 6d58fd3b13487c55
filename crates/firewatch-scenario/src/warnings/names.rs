//! Names with characters that nobody sees, or that a terminal obeys.

use firewatch_action::decode::{join, key_path};
use firewatch_ron::{Problem, told_if_hidden};

use super::Reviewer;
use crate::codes;

impl Reviewer<'_> {
    /// The names that the scenario gives. Where it mentions them, they are the same.
    pub(super) fn hidden_characters(&mut self) {
        let scenario = self.scenario;
        let mut names = vec![("name".to_owned(), "the incident", &scenario.name)];
        for (index, service) in scenario.services.iter().enumerate() {
            let path = self.path_of(index);
            names.push((format!("{path}@key"), "a service", &service.name));
            let own = service.extra_metrics.keys().map(|name| {
                let path = key_path(&join(&path, "extra_metrics"), name);
                (format!("{path}@key"), "a metric", name)
            });
            names.extend(own);
            let zones = service.capacity.zones.iter().enumerate();
            names.extend(
                zones.map(|(index, zone)| (format!("{path}.zones[{index}]"), "a zone", zone)),
            );
        }
        for (index, users) in scenario.users.iter().enumerate() {
            let named = users.name.iter();
            names.extend(named.map(|name| (format!("users[{index}].name"), "users", name)));
        }
        for (index, name) in scenario.absent_services.iter().enumerate() {
            names.push((format!("absent_services[{index}]"), "a service", name));
        }
        let warnings = names.into_iter();
        self.warnings
            .extend(warnings.filter_map(|(path, what, name)| hidden(path, what, name)));
    }
}

/// Returns the warning about a name that has a hidden character.
pub(super) fn hidden(path: String, what: &str, name: &str) -> Option<Problem> {
    let message = told_if_hidden(what, name)?;
    let help = "take it out: a terminal may obey it, reports show it as an escape, and in CSV and JSON it is there, so that \
                names which look the same differ";
    Some(Problem {
        code: codes::HIDDEN_CHARACTER,
        path,
        message,
        span: None,
        label: String::new(),
        help: Some(help.to_owned()),
    })
}
