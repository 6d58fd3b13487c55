//! `firewatch explain`: says what a code of a diagnostic means.

use clap::Args;
use firewatch_ron::{Code, suggest};
use firewatch_scenario::codes;

use crate::failure::{Exit, Failure};
use crate::ui::output::{Console, Form};
use crate::ui::text::write_descriptions;

/// The arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// Code of the problem, as `check --format json` gives it; all codes without it
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Says what a code means.
pub fn explain(arguments: &ExplainArguments, console: &Console) -> Result<Exit, Failure> {
    let wanted = arguments.code.as_deref();
    let found: Vec<(String, String)> = codes::all()
        .filter(|code| wanted.is_none_or(|wanted| code.name() == wanted))
        .map(|code| (code.name().to_owned(), code.about().to_owned()))
        .collect();
    if let Some(wanted) = wanted.filter(|_| found.is_empty()) {
        let message = format!("unknown code `{wanted}`");
        let all = "`firewatch explain` lists all".to_owned();
        let names: Vec<&str> = codes::all().map(Code::name).collect();
        let help = suggest(wanted, "codes", names.iter().copied()).unwrap_or(all);
        return Err(Failure::Usage(message, Some(help)));
    }
    let mut out = console.results(None, Form::Text)?;
    write_descriptions(&found, &mut out)?;
    out.finish()?;
    Ok(Exit::Passed)
}
