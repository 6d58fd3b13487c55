//! Where a name is made and used, and what has to be written to change it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use firewatch_scenario::{FileKind, OpenTexts, Scenario};

use super::about::callees;
use super::check::check;
use super::file::SourceFile;
use crate::language::mention::{Mention, mentions, quoted};
use crate::language::role::Role;
use crate::text::{Edit, Text, edited};

/// A file and the one that belongs to it, which have their services in common.
pub struct Pair<'a> {
    /// The file that is looked at.
    pub file: &'a SourceFile,
    /// Of a scenario its runbook, of a runbook its scenario.
    pub partner: Option<&'a SourceFile>,
}

/// A place in one of the two files, or another file.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// In the file that is looked at.
    Here(Mention),
    /// In the one that belongs to it.
    Partner(Mention),
    /// Another file.
    File(PathBuf),
}

/// Changes of both files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Renaming {
    /// Of the file that is looked at.
    pub here: Vec<Edit>,
    /// Of the one that belongs to it.
    pub partner: Vec<Edit>,
}

impl Pair<'_> {
    /// Returns the name at a byte.
    #[must_use]
    pub fn named_at(&self, offset: usize) -> Option<Mention> {
        let found = mentions_of(self.file).into_iter();
        { found }.find(|mention| mention.span.start <= offset && offset <= mention.span.end)
    }

    fn all(&self) -> impl Iterator<Item = Target> {
        let here = mentions_of(self.file).into_iter().map(Target::Here);
        let partner = self.partner.map(mentions_of).unwrap_or_default();
        here.chain(partner.into_iter().map(Target::Partner))
    }

    /// Returns where the name at a byte is made.
    #[must_use]
    pub fn definition(&self, offset: usize) -> Option<Target> {
        let named = self.named_at(offset)?;
        if named.role == Role::File {
            let path = self.file.folder()?.join(&named.name);
            return path.is_file().then_some(Target::File(path));
        }
        let is_meant = |target: &Target| {
            target.mention().is_some_and(|mention| {
                mention.is_declared && mention.role == named.role && mention.name == named.name
            })
        };
        self.all().find(is_meant)
    }

    /// Returns all places where the name at a byte stands.
    #[must_use]
    pub fn references(&self, offset: usize, with_declaration: bool) -> Vec<Target> {
        let Some(named) = self.named_at(offset) else {
            return Vec::new();
        };
        let is_meant = |target: &Target| {
            target.mention().is_some_and(|mention| {
                mention.role == named.role
                    && mention.name == named.name
                    && (with_declaration || !mention.is_declared)
            })
        };
        self.all().filter(is_meant).collect()
    }

    /// Returns what gives the service at a byte another name, in both files.
    ///
    /// # Errors
    /// There is no service, the name is empty or taken, or a file would be invalid with it.
    pub fn rename(&self, offset: usize, new: &str, open: &OpenTexts) -> Result<Renaming, String> {
        let named = self
            .named_at(offset)
            .filter(|named| named.role == Role::Service);
        let Some(Mention { name: old, .. }) = named else {
            return Err("only services can be renamed, and none is named here".to_owned());
        };
        if new.trim().is_empty() {
            return Err("a service needs a name".to_owned());
        }
        let Some(text) = quoted(new) else {
            return Err("a name has no control characters".to_owned());
        };
        let is_new = |target: &Target| {
            let mention = target.mention();
            mention.is_some_and(|mention| mention.role == Role::Service && mention.name == new)
        };
        if new == old {
            return Ok(Renaming::default());
        }
        if self.all().any(|target| is_new(&target)) {
            return Err(format!("there is a service `{new}` already"));
        }
        // A group of users without a name is called as its service.
        let names_group = |target: &Target| {
            let mention = target.mention();
            mention.is_some_and(|mention| {
                mention.role == Role::Users && mention.is_declared && mention.name == old
            })
        };
        let has_own_name = self.all().any(|target| names_group(&target));
        let mut renaming = Renaming::default();
        for target in self.all() {
            let (mention, edits) = match target {
                Target::Here(mention) => (mention, &mut renaming.here),
                Target::Partner(mention) => (mention, &mut renaming.partner),
                Target::File(_) => continue,
            };
            let is_of_group = mention.role == Role::Users && !has_own_name;
            if mention.name == old && (mention.role == Role::Service || is_of_group) {
                edits.push(Edit {
                    span: mention.span,
                    text: text.clone(),
                });
            }
        }
        self.stays_alike(&renaming, [&old, new], open)?;
        Ok(renaming)
    }

    /// Whether the scenario is valid with the changes, if it was before, and its services call each other as they did.
    fn stays_alike(
        &self,
        renaming: &Renaming,
        names: [&str; 2],
        open: &OpenTexts,
    ) -> Result<(), String> {
        let (file, edits) = match (self.file.kind, self.partner) {
            (FileKind::Scenario, _) => (self.file, &renaming.here),
            (_, Some(partner)) => (partner, &renaming.partner),
            (_, None) => return Ok(()),
        };
        let Some(before) = check(file, None, open).scenario else {
            return Ok(());
        };
        let changed = SourceFile {
            text: Text::new(edited(file.text(), edits)),
            ..file.clone()
        };
        let checked = check(&changed, None, open);
        let Some(after) = checked.scenario else {
            let why = checked
                .problems
                .first()
                .map_or("", |problem| &problem.message);
            return Err(format!("the scenario would be invalid: {why}"));
        };
        let [old, new] = names;
        match calls(&before, |name| if name == old { new } else { name }) == calls(&after, |name| name) {
            true => Ok(()),
            false => Err("the catalogue would call other services: list what they call instead of `calls: catalogue`".to_owned()),
        }
    }
}

/// Who calls whom in the mesh, with other names for services.
fn calls<'a>(
    scenario: &'a Scenario,
    named: impl Fn(&'a str) -> &'a str,
) -> BTreeSet<(&'a str, &'a str)> {
    let callers = scenario.services.iter();
    let calls = callers.flat_map(|caller| {
        callees(caller)
            .into_iter()
            .map(|callee| (&*caller.name, callee))
    });
    { calls.filter(|(_, callee)| scenario.has_service(callee)) }
        .map(|(caller, callee)| (named(caller), named(callee)))
        .collect()
}

impl Target {
    fn mention(&self) -> Option<&Mention> {
        match self {
            Self::Here(mention) | Self::Partner(mention) => Some(mention),
            Self::File(_) => None,
        }
    }
}

fn mentions_of(file: &SourceFile) -> Vec<Mention> {
    mentions(file.text(), file.kind, file.is_json)
}
