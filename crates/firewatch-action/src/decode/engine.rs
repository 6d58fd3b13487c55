//! Types of the engine.

use firewatch_sim::{AdversarialLine, Engine, FaultKind, ImpactMode, Status};

use super::{Decode, Decoder, StandIn};
use firewatch_ron::Expr;

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
    FaultKind: ["fault kind", "fault kinds"], &FaultKind::BUILT_IN.map(FaultKind::name);
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

impl StandIn for AdversarialLine {
    fn stand_in() -> Self {
        Self {
            service: String::new(),
            line: String::new(),
        }
    }
}
