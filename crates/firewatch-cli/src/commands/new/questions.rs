//! Asks at a terminal for what `firewatch new` was not told.

use std::io::{self, BufRead, Write};

use firewatch_ron::{instead_of, visible};
use firewatch_scenario::{Difficulty, Scenario, Service};
use firewatch_sim::FaultKind;

use super::choices::{Choices, checked};
use crate::failure::Failure;

/// A person who answers.
pub(super) struct Questions<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Questions<R, W> {
    pub(super) fn new(input: R, output: W) -> Self {
        Self { input, output }
    }

    /// Asks for each choice that was not given. An empty answer takes what the question offers.
    ///
    /// # Errors
    /// The input ends before the last answer, or can't be read.
    pub(super) fn ask(&mut self, choices: &mut Choices) -> Result<(), Failure> {
        if choices.services.is_none() {
            let question = "Services, each of which calls the next";
            let offered = choices.services().join(",");
            choices.services = Some(self.answer(question, &offered, services)?);
        }
        if choices.kind.is_none() {
            let names: Vec<&str> = FaultKind::BUILT_IN.iter().map(FaultKind::name).collect();
            let question = format!("Kind of the fault: {}", names.join(", "));
            let offered = choices.kind().to_string();
            let kind = |name: &str| {
                let found = FaultKind::BUILT_IN
                    .into_iter()
                    .find(|kind| kind.name() == name);
                found.ok_or_else(|| unknown("kind of fault", name, &names))
            };
            choices.kind = Some(self.answer(&question, &offered, kind)?);
        }
        let names = choices.services();
        if !choices.on.as_ref().is_some_and(|on| names.contains(on)) {
            let question = format!("Service with the fault: {}", names.join(", "));
            choices.on = None;
            let offered = choices.on();
            let on = |name: &str| match names.iter().find(|known| *known == name) {
                Some(name) => Ok(name.clone()),
                None => {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    Err(unknown("service", name, &names))
                }
            };
            choices.on = Some(self.answer(&question, &offered, on)?);
        }
        Ok(())
    }

    /// Asks until the answer can be used. The error of `parse` says why it can't.
    fn answer<T>(
        &mut self,
        question: &str,
        offered: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        loop {
            let prompt = format!("{} [{}]: ", visible(question), visible(offered));
            self.write(&prompt)?;
            let mut line = String::new();
            let read = self.input.read_line(&mut line);
            if read.map_err(|error| unreadable(&error))? == 0 {
                self.write("\n")?;
                let help = "give `--services`, `--kind` and `--on` to be asked nothing".to_owned();
                return Err(Failure::Usage(
                    "no answer, and nothing was written".to_owned(),
                    Some(help),
                ));
            }
            let answer = Some(line.trim()).filter(|answer| !answer.is_empty());
            match parse(answer.unwrap_or(offered)) {
                Ok(answer) => return Ok(answer),
                Err(why) => self.write(&format!("  {}\n", visible(&why)))?,
            }
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.output.write_all(text.as_bytes());
        Ok(written.and_then(|()| self.output.flush())?)
    }
}

/// Reads the names of services, with commas or else spaces between them. They are tried in a scenario, which says what they
/// can't be.
fn services(answer: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = if answer.contains(',') {
        let names = answer.split(',');
        names.map(|name| name.trim().to_owned()).collect()
    } else {
        answer.split_whitespace().map(str::to_owned).collect()
    };
    let mut tried = Scenario::new("tried".to_owned(), Difficulty::Easy);
    let named = |name: &String| Service {
        name: name.clone(),
        ..Service::default()
    };
    tried.services = names.iter().map(named).collect();
    match checked(&tried) {
        Ok(()) => Ok(names),
        Err(problems) => {
            let first = problems.problems.into_iter().next();
            Err(first.map_or_else(String::new, |problem| problem.message))
        }
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let help = instead_of(name, known.iter().copied());
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    format!("no {what} is `{name}`{help}")
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::Internal(format!("the standard input can't be read: {error}"))
}

#[cfg(test)]
mod tests {
    use firewatch_sim::FaultKind;

    use super::{Choices, Failure, Questions};

    /// Returns the choices after these answers, and what was asked.
    fn asked(mut choices: Choices, answers: &str) -> Result<(Choices, String), Failure> {
        let mut told = Vec::new();
        Questions::new(answers.as_bytes(), &mut told).ask(&mut choices)?;
        Ok((choices, String::from_utf8_lossy(&told).into_owned()))
    }

    fn nothing() -> Choices {
        Choices {
            services: None,
            kind: None,
            on: None,
        }
    }

    #[test]
    fn empty_answers_take_what_is_offered() -> Result<(), Failure> {
        let (choices, told) = asked(nothing(), "\n  \n\n")?;
        assert_eq!(choices.services(), ["web", "api", "db"]);
        assert_eq!(choices.kind, Some(FaultKind::BAD_DEPLOY));
        assert_eq!(choices.on.as_deref(), Some("api"));
        assert_eq!(told.matches("]: ").count(), 3, "{told}");
        Ok(())
    }

    #[test]
    fn only_what_is_missing_is_asked_for_and_asked_again() -> Result<(), Failure> {
        let given = Choices {
            kind: Some(FaultKind::OOM),
            ..nothing()
        };
        let (choices, told) = asked(given, "a,,b\na,a\n a , b \nc\nb\n")?;
        assert_eq!(choices.services(), ["a", "b"]);
        assert_eq!(choices.on.as_deref(), Some("b"));
        assert!(told.contains("no service is `c`"), "{told}");
        assert_eq!(told.matches("Services").count(), 3, "{told}");
        assert!(!told.contains("Kind of the fault"), "{told}");
        let all = Choices {
            services: Some(vec!["x".to_owned()]),
            on: Some("x".to_owned()),
            kind: Some(FaultKind::OOM),
        };
        assert_eq!(asked(all, "")?.1, "");
        Ok(())
    }

    #[test]
    fn services_may_have_spaces_between_them() -> Result<(), Failure> {
        let (choices, _) = asked(nothing(), "web  db\n\n\n")?;
        assert_eq!(choices.services(), ["web", "db"]);
        Ok(())
    }

    #[test]
    fn an_input_that_ends_answers_nothing() {
        for answers in ["", "a\n", "a\noom\n"] {
            let ended = asked(nothing(), answers);
            assert!(matches!(ended, Err(Failure::Usage(..))), "{answers:?}");
        }
    }
}
