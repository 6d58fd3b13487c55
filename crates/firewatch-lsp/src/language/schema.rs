//! What the language allows at a place, as the JSON Schemas of files say it. What is written in RON as a call,
//! `at_tick(3, check)`, is in a schema an object with one property, `{"at_tick": [3, check]}`.

use std::sync::LazyLock;

use firewatch_scenario::FileKind;
use serde_json::Value as Json;

/// In the order of [`FileKind::ALL`], which is that of its variants.
static SCHEMAS: LazyLock<[Json; FileKind::ALL.len()]> =
    LazyLock::new(|| FileKind::ALL.map(|kind| kind.schema().to_value()));

/// One of the forms that a value can have.
#[derive(Clone, Copy)]
pub struct Form {
    /// Its schema.
    schema: &'static Json,
    /// The name of the type that it belongs to: `Fault`, `Check`.
    owner: &'static str,
    /// Whether its properties are calls, not fields.
    is_call: bool,
}

/// What a value can be, and what it is the value of.
#[derive(Clone)]
pub struct Spot {
    definitions: &'static Json,
    forms: Vec<Form>,
    /// The type that has the field or the call.
    pub owner: &'static str,
    /// The field or the call.
    pub member: &'static str,
    /// Which value of the call it is.
    pub argument: usize,
    /// How many keys of maps lead from the member to it.
    pub keys: usize,
    /// What is said of the member.
    pub about: Option<&'static Json>,
}

/// A field, a call or a word that can stand at a place.
#[derive(Clone, Copy)]
pub struct Choice {
    /// Its name.
    pub name: &'static str,
    /// What is said of it.
    pub about: &'static Json,
    /// What its value can be; of a word nothing.
    pub value: Option<&'static Json>,
}

impl Spot {
    /// A whole file.
    #[must_use]
    pub fn file(kind: FileKind) -> Self {
        let schema = &SCHEMAS[kind as usize];
        let mut spot = Self {
            definitions: &schema["$defs"],
            forms: Vec::new(),
            owner: "",
            member: "",
            argument: 0,
            keys: 0,
            about: None,
        };
        spot.add(schema, kind.name(), false, 0);
        spot
    }

    /// Where nothing is known.
    #[must_use]
    pub fn unknown(&self) -> Self {
        Self {
            forms: Vec::new(),
            owner: "",
            member: "",
            about: None,
            ..*self
        }
    }

    fn add(&mut self, schema: &'static Json, owner: &'static str, is_call: bool, depth: usize) {
        // References of the schemas are no circle without a value in between.
        const DEEP: usize = 16;
        if depth > DEEP {
            return;
        }
        let referred = schema["$ref"].as_str();
        if let Some(name) = referred.and_then(|path| path.strip_prefix("#/$defs/")) {
            let known = self.definitions.as_object();
            if let Some((name, schema)) = known.and_then(|known| known.get_key_value(name)) {
                self.add(schema, name, false, depth + 1);
            }
            return;
        }
        for (key, has_calls) in [("anyOf", false), ("oneOf", true)] {
            if let Some(forms) = schema[key].as_array() {
                for form in forms {
                    self.add(form, owner, has_calls, depth + 1);
                }
                return;
            }
        }
        let is_call = is_call || schema["maxProperties"] == 1;
        self.forms.push(Form {
            schema,
            owner,
            is_call,
        });
    }

    fn of(&self, schema: &'static Json, owner: &'static str) -> Self {
        let mut spot = self.unknown();
        spot.owner = self.owner;
        spot.member = self.member;
        spot.about = self.about;
        spot.add(schema, owner, false, 0);
        spot
    }

    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Self> {
        self.member_of(name, false)
    }

    /// The values of a call.
    #[must_use]
    pub fn call(&self, name: &str) -> Option<Self> {
        self.member_of(name, true)
    }

    fn member_of(&self, name: &str, is_call: bool) -> Option<Self> {
        let mut forms = self.forms.iter().filter(|form| form.is_call == is_call);
        let found = forms.find_map(|form| {
            let (name, schema) = form.schema["properties"].as_object()?.get_key_value(name)?;
            Some((form, name, schema))
        });
        let (form, name, schema) = found?;
        let mut spot = self.of(schema, form.owner);
        (spot.owner, spot.member) = (form.owner, name);
        (spot.argument, spot.keys) = (0, 0);
        spot.about = Some(if is_call {
            about_call(form.schema, schema)
        } else {
            schema
        });
        Some(spot)
    }

    /// The value of a call at that number.
    #[must_use]
    pub fn argument(&self, index: usize) -> Option<Self> {
        if self
            .forms
            .iter()
            .any(|form| form.schema["prefixItems"].is_array())
        {
            return self.item(index);
        }
        (index == 0).then(|| self.clone())
    }

    /// The value of a list at that number.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<Self> {
        let found = self.forms.iter().find_map(|form| {
            let first = form.schema["prefixItems"]
                .get(index)
                .map(|schema| (schema, index));
            let any = Some(&form.schema["items"]).filter(|items| items.is_object());
            first
                .or(any.map(|schema| (schema, self.argument)))
                .map(|found| (form.owner, found))
        });
        let (owner, (schema, argument)) = found?;
        let mut spot = self.of(schema, owner);
        (spot.argument, spot.keys) = (argument, self.keys);
        Some(spot)
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<Self> {
        let found = self.forms.iter().find_map(|form| {
            let named = form.schema["properties"].get(key).filter(|_| !form.is_call);
            let any = Some(&form.schema["additionalProperties"]).filter(|any| any.is_object());
            named
                .map(|schema| (form.owner, schema, true))
                .or(any.map(|any| (form.owner, any, false)))
        });
        let (owner, schema, is_known) = found?;
        let mut spot = self.of(schema, owner);
        (spot.argument, spot.keys) = (self.argument, self.keys + 1);
        if is_known {
            spot.about = Some(schema);
        }
        Some(spot)
    }

    fn choices(&self, is_call: bool) -> impl Iterator<Item = Choice> {
        let forms = self
            .forms
            .iter()
            .filter(move |form| form.is_call == is_call);
        forms.flat_map(move |form| {
            let properties = form.schema["properties"].as_object().into_iter().flatten();
            properties.map(move |(name, schema)| Choice {
                name,
                about: if is_call {
                    about_call(form.schema, schema)
                } else {
                    schema
                },
                value: Some(schema),
            })
        })
    }

    /// The fields of what stands there, or the keys that are known of it.
    pub fn fields(&self) -> impl Iterator<Item = Choice> {
        self.choices(false)
            .filter(|field| !field.name.starts_with('$'))
    }

    /// Whether a call has fields instead of values in order: `flapping(on: 2, off: 1)`.
    #[must_use]
    pub fn has_own_fields(&self) -> bool {
        let mut forms = self.forms.iter().filter(|form| !form.is_call);
        forms.any(|form| form.owner == self.owner && form.schema["properties"].is_object())
    }

    /// The fields that can't be left out.
    pub fn required(&self) -> impl Iterator<Item = &'static str> {
        let forms = self.forms.iter().filter(|form| !form.is_call);
        let fields =
            forms.flat_map(|form| form.schema["required"].as_array().into_iter().flatten());
        fields.filter_map(Json::as_str)
    }

    /// The calls that can stand there.
    pub fn calls(&self) -> impl Iterator<Item = Choice> {
        self.choices(true)
    }

    /// The words that can stand there.
    #[must_use]
    pub fn words(&self) -> Vec<Choice> {
        let mut words = Vec::new();
        for Form { schema, .. } in &self.forms {
            let listed = schema["enum"].as_array().into_iter().flatten();
            let names = listed.chain(schema.get("const")).filter_map(Json::as_str);
            words.extend(names.map(|name| Choice {
                name,
                about: schema,
                value: None,
            }));
            if schema["type"] == "boolean" {
                words.extend(["true", "false"].map(|name| Choice {
                    name,
                    about: schema,
                    value: None,
                }));
            }
        }
        words
    }

    /// Whether a value of that type can stand there: `string`, `array`.
    #[must_use]
    pub fn allows(&self, kind: &str) -> bool {
        self.forms
            .iter()
            .any(|Form { schema, .. }| is_of_type(schema, kind))
    }

    /// Whether a map can stand there, whose keys are in quotes: one with any keys, or one of metrics.
    #[must_use]
    pub fn is_map(&self) -> bool {
        let mut forms = self.forms.iter();
        forms.any(|form| {
            let has_any_key = form.schema["additionalProperties"].is_object();
            has_any_key || matches!(form.owner, "KnownMetrics" | "AnyMetrics")
        })
    }

    /// What the property of a choice can be.
    #[must_use]
    pub fn value_of(&self, choice: &Choice) -> Option<Self> {
        choice.value.map(|schema| self.of(schema, self.owner))
    }
}

/// What is said of a call: of the form that it is the only call of, else of its value.
fn about_call(form: &'static Json, value: &'static Json) -> &'static Json {
    if form["description"].is_string() {
        form
    } else {
        value
    }
}

/// Whether a schema is of a type.
fn is_of_type(schema: &Json, kind: &str) -> bool {
    match &schema["type"] {
        Json::String(own) => own == kind,
        Json::Array(kinds) => kinds.iter().any(|own| own == kind),
        _ => false,
    }
}
