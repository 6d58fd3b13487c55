//! Templates: text with placeholders that are filled in from the state, as in
//! `{target} fails {http_server_error_rate:percent}`.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_sim::{Metric, MetricKey, Value, find_metric};

use crate::history::{TRACKED, Tracked};
use crate::parameter::ParameterIndex;
use firewatch_ron::{shown, suggest};

/// Maximum bytes of the feedback on an action: longer feedback is cut and ends with `…`.
pub const MAX_FEEDBACK_BYTES: usize = 4096;
/// Maximum bytes of a template in a file.
pub(crate) const MAX_TEMPLATE_BYTES: usize = 16_384;

/// Cuts feedback to [`MAX_FEEDBACK_BYTES`].
pub fn cut(mut text: String) -> String {
    const MARK: char = '…';
    if text.len() > MAX_FEEDBACK_BYTES {
        text.truncate(text.floor_char_boundary(MAX_FEEDBACK_BYTES - MARK.len_utf8()));
        text.push(MARK);
    }
    text
}

/// A line of text with placeholders.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Template(pub(super) Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Placeholder(Source, Format),
}

/// The value of a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Word(Word),
    /// A metric of the target.
    Metric(MetricKey),
    Parameter(ParameterIndex),
    /// A metric over the latest recorded ticks.
    Series(Tracked),
    /// The trend of a metric over the latest recorded ticks.
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
    /// The services that the target calls, with their statuses.
    Calls = "calls",
    /// The callers of the target, with their statuses.
    Callers = "callers",
    UnhealthyCallers = "unhealthy_callers",
    /// A trace of a request to the target, span by span.
    Trace = "trace",
    /// Number of lines in the log of the target.
    LogLines = "log_lines",
}

/// The format of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    Plain,
    Percent,
    Seconds,
    Milliseconds,
    Mebibytes,
    Tenths,
}

const FORMATS: [(&str, Format); 5] = [
    ("percent", Format::Percent),
    ("seconds", Format::Seconds),
    ("ms", Format::Milliseconds),
    ("mebibytes", Format::Mebibytes),
    ("tenths", Format::Tenths),
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
            Self::Tenths => format!("{number:.1}"),
            Self::Mebibytes => format!("{:.0} MiB", number / 1_048_576.0),
        }
    }
}

/// Multiplies, and limits the product to finite numbers.
pub(super) fn times(number: f64, factor: f64) -> f64 {
    (number * factor).clamp(f64::MIN, f64::MAX)
}

/// An invalid placeholder, and what would be valid.
pub(crate) struct InvalidPlaceholder {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// The names that are valid in a placeholder.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    /// The parameters of the action, and the index of each.
    pub(crate) parameters: &'a BTreeMap<String, usize>,
    /// The metrics that the file declares.
    pub(crate) own: &'a BTreeSet<String>,
    /// Whether to suggest a name for an unknown one.
    pub(crate) suggests: bool,
}

impl Template {
    /// Parses a text.
    pub(crate) fn parse(text: &str, names: &Names) -> Result<Self, InvalidPlaceholder> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, at) = rest.split_at(start);
            push_text(&mut pieces, before);
            if let Some(after) = at.strip_prefix("{{").or(at.strip_prefix("}}")) {
                push_text(&mut pieces, &at[..1]);
                rest = after;
                continue;
            }
            let place = at.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let Some((inner, after)) = place else {
                let brace = &at[..1];
                return Err(InvalidPlaceholder {
                    message: format!("unmatched `{brace}`"),
                    help: Some(format!("write `{brace}{brace}` for a literal `{brace}`")),
                });
            };
            pieces.push(parse_placeholder(inner, names)?);
            rest = after;
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

fn parse_placeholder(inner: &str, names: &Names) -> Result<Piece, InvalidPlaceholder> {
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
        return Err(bad("placeholder", name, suggests, known));
    };
    Ok(Piece::Placeholder(source, format))
}

fn pick<T: Copy>(
    known: &[(&str, T)],
    what: &str,
    name: &str,
    suggests: bool,
) -> Result<T, InvalidPlaceholder> {
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
) -> InvalidPlaceholder {
    let help = suggests.then(|| suggest(name, &format!("{what}s"), known));
    InvalidPlaceholder {
        message: format!("unknown {what} `{}`", shown(name)),
        help: help.flatten(),
    }
}
