//! `firewatch explain`: says what a code of a diagnostic means.

use std::io::Write;

use clap::Args;
use firewatch_ron::{Code, suggest};
use firewatch_scenario::codes;

use crate::failure::{Exit, Failure};
use crate::ui::output::{Console, Form, Output};
use crate::ui::style::PLAIN;
use crate::ui::text::{write_descriptions, write_paragraph};

/// The arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// Code of the problem, as `check --format json` gives it; all codes without it
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Says what a code means, or lists all.
pub fn explain(arguments: &ExplainArguments, console: &Console) -> Result<Exit, Failure> {
    let mut out = console.results(None, Form::Text)?;
    match &arguments.code {
        None => {
            let all = codes::all().map(|code| (code.name().to_owned(), code.about().to_owned()));
            write_descriptions(&all.collect::<Vec<_>>(), &mut out)?;
        }
        Some(name) => write_page(find(name)?, &mut out)?,
    }
    out.finish()?;
    Ok(Exit::Passed)
}

fn find(name: &str) -> Result<Code, Failure> {
    codes::all()
        .find(|code| code.name() == name)
        .ok_or_else(|| {
            let message = format!("unknown code `{name}`");
            let all = "`firewatch explain` lists all".to_owned();
            let names: Vec<&str> = codes::all().map(Code::name).collect();
            let help = suggest(name, "codes", names.iter().copied()).unwrap_or(all);
            Failure::Usage(message, Some(help))
        })
}

/// Writes what a code means, an example that has it and the example mended.
fn write_page(code: Code, out: &mut Output) -> Result<(), Failure> {
    let about = [(code.name().to_owned(), code.about().to_owned())];
    write_descriptions(&about, out)?;
    writeln!(out)?;
    let mut is_file = false;
    for line in codes::page(code).unwrap_or_default().lines() {
        match line {
            _ if line.starts_with("```") => is_file = !is_file,
            _ if is_file => writeln!(out, "      {line}")?,
            "" => writeln!(out)?,
            text => write_paragraph(text, PLAIN, out)?,
        }
    }
    Ok(())
}
