//! Text with places that are filled in from the state: `{target} fails {http_server_error_rate:percent}`.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_sim::{Metric, MetricKey, Value, find_metric};

use crate::history::{TRACKED, Tracked};
use crate::parameter::ParameterIndex;
use firewatch_ron::{shown, suggest};

/// Most bytes of what is said about an action: what is longer is cut, and ends with `…`.
pub const MAX_FEEDBACK_BYTES: usize = 4096;
/// Most bytes of a text with places, as it stands in a file.
pub(crate) const MAX_TEMPLATE_BYTES: usize = 16_384;

/// Cuts what is said to the bytes that it may have.
pub fn cut(mut text: String) -> String {
    const MARK: char = '…';
    if text.len() > MAX_FEEDBACK_BYTES {
        text.truncate(text.floor_char_boundary(MAX_FEEDBACK_BYTES - MARK.len_utf8()));
        text.push(MARK);
    }
    text
}

/// A line of text with places in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Template(pub(super) Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Place(Source, Format),
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Word(Word),
    /// A metric of the target.
    Metric(MetricKey),
    Parameter(ParameterIndex),
    /// A metric over the last recorded ticks.
    Series(Tracked),
    /// Where that is heading.
    Trend(Tracked),
}

macro_rules! words {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) enum Word { $($(#[$doc])* $variant,)* }
        const WORDS: &[(&str, Word)] = &[$(($name, Word::$variant),)*];
    };
}

words! {
    Target = "target",
    Tick = "tick",
    /// Whom the target calls, and how they are.
    Calls = "calls",
    /// Who calls the target, and how they are.
    Callers = "callers",
    UnhealthyCallers = "unhealthy_callers",
    /// A request on its way to the target, span by span.
    Trace = "trace",
    /// How many lines the log of the target has.
    LogLines = "log_lines",
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    Plain,
    Percent,
    Seconds,
    Milliseconds,
    Mebibytes,
}

const FORMATS: [(&str, Format); 4] = [
    ("percent", Format::Percent),
    ("seconds", Format::Seconds),
    ("ms", Format::Milliseconds),
    ("mebibytes", Format::Mebibytes),
];

impl Format {
    pub(crate) fn write(self, value: &Value) -> String {
        let Some(number) = value.as_f64().filter(|_| self != Self::Plain) else {
            return match value {
                Value::Text(text) => text.clone(),
                other => other.to_string(),
            };
        };
        match self {
            Self::Plain => value.to_string(),
            Self::Percent => format!("{:.1}%", times(number, 100.0)),
            Self::Seconds => format!("{number:.2}s"),
            Self::Milliseconds => format!("{:.0}ms", times(number, 1000.0)),
            Self::Mebibytes => format!("{:.0} MiB", number / 1_048_576.0),
        }
    }
}

/// A product that stays finite.
pub(super) fn times(number: f64, factor: f64) -> f64 {
    (number * factor).clamp(f64::MIN, f64::MAX)
}

/// A place that means nothing, and what would.
pub(crate) struct BadPlace {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// The names that a place can have.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    /// The parameters of the action, and the number of each.
    pub(crate) parameters: &'a BTreeMap<String, usize>,
    /// The metrics that the file declares.
    pub(crate) own: &'a BTreeSet<String>,
    /// Whether to look for what may be meant by another name.
    pub(crate) suggests: bool,
}

impl Template {
    /// Reads a text.
    pub(crate) fn parse(text: &str, names: &Names) -> Result<Self, BadPlace> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, at) = rest.split_at(start);
            push_text(&mut pieces, before);
            if let Some(behind) = at.strip_prefix("{{").or(at.strip_prefix("}}")) {
                push_text(&mut pieces, &at[..1]);
                rest = behind;
                continue;
            }
            let place = at.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let Some((inner, behind)) = place else {
                let brace = &at[..1];
                return Err(BadPlace {
                    message: format!("a lone `{brace}` in a text with places"),
                    help: Some(format!("write `{brace}{brace}` for the sign itself")),
                });
            };
            pieces.push(parse_place(inner, names)?);
            rest = behind;
        }
        push_text(&mut pieces, rest);
        Ok(Self(pieces))
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

fn parse_place(inner: &str, names: &Names) -> Result<Piece, BadPlace> {
    let Names {
        parameters,
        own,
        suggests,
    } = *names;
    let (name, format) = match inner.split_once(':') {
        None => (inner, Format::Plain),
        Some((name, format)) => (name, pick(&FORMATS, "format", format, suggests)?),
    };
    let tracked = |name| pick(&TRACKED, "recorded metric", name, suggests);
    let source = if let Some(name) = name.strip_prefix("parameter.") {
        let known = parameters.get(name).copied();
        let known_names = parameters.keys().map(String::as_str);
        let unknown = || bad("parameter", name, suggests, known_names);
        Source::Parameter(ParameterIndex(known.ok_or_else(unknown)?))
    } else if let Some(name) = name.strip_prefix("series.") {
        Source::Series(tracked(name)?)
    } else if let Some(name) = name.strip_prefix("trend.") {
        Source::Trend(tracked(name)?)
    } else if let Some((_, word)) = WORDS.iter().find(|(word, _)| *word == name) {
        Source::Word(*word)
    } else if find_metric(name).is_some() || own.contains(name) {
        Source::Metric(MetricKey::new(name))
    } else {
        let words = WORDS.iter().map(|(word, _)| *word);
        let metrics = firewatch_sim::METRICS
            .iter()
            .map(|metric: &Metric| metric.name);
        let known = words.chain(metrics).chain(own.iter().map(String::as_str));
        return Err(bad("place", name, suggests, known));
    };
    Ok(Piece::Place(source, format))
}

fn pick<T: Copy>(
    known: &[(&str, T)],
    what: &str,
    name: &str,
    suggests: bool,
) -> Result<T, BadPlace> {
    let found = known.iter().find(|(known, _)| *known == name);
    let names = known.iter().map(|(name, _)| *name);
    found
        .map(|(_, found)| *found)
        .ok_or_else(|| bad(what, name, suggests, names))
}

fn bad<'a>(
    what: &str,
    name: &str,
    suggests: bool,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> BadPlace {
    let help = suggests.then(|| suggest(name, &format!("{what}s"), known));
    BadPlace {
        message: format!("unknown {what} `{}` in a text with places", shown(name)),
        help: help.flatten(),
    }
}
