//! What forms share.

use crate::error::AppError;
use crate::values::FieldProblem;

/// What a plain form said when it failed, so that nothing typed is lost over the redirect. Never holds secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormFlash {
    /// Path of the server function that refused.
    pub path: String,
    pub fields: Vec<(String, String)>,
    pub error: AppError,
}

impl FormFlash {
    /// What was typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    /// What is wrong with a field.
    pub fn problem(&self, field: &str) -> Option<FieldProblem> {
        match &self.error {
            AppError::Invalid(errors) => errors.of(field),
            _ => None,
        }
    }
}
