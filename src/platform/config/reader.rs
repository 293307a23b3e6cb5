//! Reads variables and gathers what is wrong with them.

use std::ops::RangeInclusive;
use std::str::FromStr;

use secrecy::SecretString;

/// A lookup of variables, and the problems found so far. A problem never quotes a secret.
pub(super) struct Reader<V> {
    var: V,
    pub problems: Vec<String>,
}

impl<V: Fn(&str) -> Option<String>> Reader<V> {
    pub fn new(var: V) -> Self {
        Self { var, problems: Vec::new() }
    }

    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// What is set and not blank.
    pub fn text(&self, name: &str) -> Option<String> {
        (self.var)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The variable, or the first lines of the file that `<name>_FILE` names.
    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        let file_name = format!("{name}_FILE");
        let (value, file) = (self.text(name), self.text(&file_name));
        match (value, file) {
            (Some(_), Some(_)) => {
                self.problem(format!("{name} and {file_name} are both set; keep one."));
                None
            }
            (Some(value), None) => Some(value.into()),
            (None, Some(file)) => match std::fs::read_to_string(&file) {
                Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned().into()),
                Ok(_) => {
                    self.problem(format!("{file_name}: {file} is empty."));
                    None
                }
                Err(error) => {
                    self.problem(format!("{file_name}: cannot read {file} ({error})."));
                    None
                }
            },
            (None, None) => None,
        }
    }

    /// A whole number within bounds; the default if it is not set, or wrong and reported.
    pub fn number<N: FromStr + PartialOrd + std::fmt::Display>(&mut self, name: &str, bounds: RangeInclusive<N>, default: N) -> N {
        match self.text(name).map(|text| text.parse::<N>()) {
            None => default,
            Some(Ok(number)) if bounds.contains(&number) => number,
            Some(_) => {
                self.problem(format!("{name} must be a whole number from {} to {}.", bounds.start(), bounds.end()));
                default
            }
        }
    }
}
