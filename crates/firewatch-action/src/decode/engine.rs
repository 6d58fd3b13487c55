//! Types of the engine.

use firewatch_sim::{AdversarialLine, Engine, FaultKind, FaultKindDescriptor, ImpactMode, Status};

use super::{Decode, Decoder, Placeholder};
use crate::codes;
use firewatch_ron::{Expr, Kind};

macro_rules! decode_words {
    ($($type:ty: $names:expr, $words:expr;)*) => {$(
        impl Decode for $type {
            fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
                decoder.word(expr, path, $names, $words)
            }
        }
    )*};
}

decode_words! {
    Engine: ["engine", "engines"], &Engine::ALL.map(Engine::name);
    ImpactMode: ["impact mode", "impact modes"], &ImpactMode::ALL.map(ImpactMode::name);
    Status: ["status", "statuses"], &Status::ALL.map(Status::name);
}

impl Decode for AdversarialLine {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = {
            let example = "AdversarialLine(service: \"...\", line: \"...\")";
            decoder.fields(expr, path, "an adversarial log line", example)?
        };
        let line = Self {
            service: fields.required(decoder, "service").unwrap_or_default(),
            line: fields.required(decoder, "line").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(line)
    }
}

impl Placeholder for AdversarialLine {
    fn placeholder() -> Self {
        Self {
            service: String::new(),
            line: String::new(),
        }
    }
}

impl Decode for FaultKind {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let known = &decoder.fault_kinds;
        let find = |word: &str| { Self::new(word).ok() }.filter(|&kind| known.contains(kind));
        if let Kind::Word(word) = expr.kind
            && let Some(kind) = find(word)
        {
            return Some(kind);
        }
        // The names are for help, which is not given for problems that are not shown.
        let known = known.iter().map(FaultKindDescriptor::kind);
        let kinds: Vec<Self> = known.take_while(|_| !decoder.is_full()).collect();
        let names: Vec<&str> = kinds.iter().map(Self::name).collect();
        decoder.word_of(
            codes::UNKNOWN_FAULT_KIND,
            expr,
            path,
            ["fault kind", "fault kinds"],
            &names,
            |_| None,
        )
    }
}
