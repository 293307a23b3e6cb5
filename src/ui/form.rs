//! What a refused form says and keeps. A plain form post that fails is redirected back to its page; the typed values and the error come
//! with it, through a short-lived row on the server.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::badge::Tone;
use super::notice::Notice;
use crate::error::{AppError, Conflict};
use crate::values::FieldProblem;

/// A form that was refused a moment ago. Secrets are never among the fields.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

    /// What was wrong with it.
    pub fn problem(&self, field: &str) -> Option<FieldProblem> {
        match &self.error {
            AppError::Invalid(errors) => errors.of(field),
            _ => None,
        }
    }
}

/// The state of one form on a page: fresh, or refused. Cheap to clone, so that each field may have it.
#[derive(Clone, Debug, Default)]
pub struct FormState(Option<Arc<FormFlash>>);

impl FormState {
    /// The flash, if it is of the server function at `path`: a page may hold several forms.
    pub fn of(flash: Option<&FormFlash>, path: &str) -> Self {
        Self(flash.filter(|flash| flash.path == path).map(|flash| Arc::new(flash.clone())))
    }

    pub fn value(&self, field: &str) -> Option<&str> {
        self.0.as_ref().and_then(|flash| flash.value(field))
    }

    pub fn problem(&self, field: &str) -> Option<FieldProblem> {
        self.0.as_ref().and_then(|flash| flash.problem(field))
    }

    pub fn error(&self) -> Option<&AppError> {
        self.0.as_ref().map(|flash| &flash.error)
    }

    /// Somebody else has saved since this form was opened.
    pub fn is_stale(&self) -> bool {
        self.error() == Some(&AppError::Conflict(Conflict::Stale))
    }

    /// Which version the form is about, by the field that holds it. Who was overtaken has now seen by what; who mistyped something has not
    /// seen what others saved since.
    pub fn version(&self, field: &str, saved: i64) -> i64 {
        self.value(field).and_then(|text| text.parse().ok()).filter(|_| !self.is_stale()).unwrap_or(saved)
    }

    /// Whether something else than this was typed.
    pub fn differs(&self, field: &str, saved: &str) -> bool {
        self.value(field).is_some_and(|typed| typed.replace("\r\n", "\n").trim() != saved)
    }
}

/// What a field is called. One of several rows (`variants.1.price`) goes by its last part and, behind the first row, by the row's number.
fn label_of(labels: &[(&str, &str)], field: &str) -> String {
    let find = |wanted: &str| labels.iter().find(|(name, _)| *name == wanted).map(|(_, label)| (*label).to_owned());
    find(field)
        .or_else(|| {
            let (row, name) = field.rsplit_once('.')?;
            let label = find(name)?;
            match row.rsplit_once('.').and_then(|(_, index)| index.parse::<usize>().ok()) {
                None | Some(0) => Some(label),
                Some(index) => Some(format!("{label} in line {}", index + 1)),
            }
        })
        .unwrap_or_default()
}

/// Why the form was refused, at its top, with the focus. Each entry leads to its field.
#[component]
pub fn ErrorSummary(
    form: FormState,
    /// Name and label of the fields.
    labels: &'static [(&'static str, &'static str)],
    /// The same of single fields in rows, where what stands in the row tells them apart better than its number.
    #[prop(optional)]
    rows: Vec<(String, String)>,
) -> impl IntoView {
    form.error().map(move |error| {
        let entries = match error {
            AppError::Invalid(errors) => errors
                .iter()
                .map(|(field, problem)| {
                    let row = rows.iter().find(|(name, _)| name == field).map(|(_, label)| label.clone());
                    let label = row.unwrap_or_else(|| label_of(labels, field));
                    let gap = if label.is_empty() { "" } else { ": " };
                    (format!("#{field}"), format!("{label}{gap}{}", problem.message()))
                })
                .collect(),
            _ => Vec::new(),
        };
        view! {
            <div class="error-summary" role="alert" tabindex="-1" autofocus=true id="error-summary">
                <h2>{error.to_string()}</h2>
                {(!entries.is_empty()).then(|| view! {
                    <ul>{entries.into_iter().map(|(href, text)| view! { <li><a href=href>{text}</a></li> }).collect_view()}</ul>
                })}
            </div>
        }
    })
}

/// What somebody else has saved meanwhile and was typed differently: what the field is called, and what it says now.
#[component]
pub fn SavedMeanwhile(differences: Vec<(&'static str, String)>) -> impl IntoView {
    let lines = differences
        .into_iter()
        .map(|(label, value)| view! { <li><strong>{label}": "</strong><span class="review-text">{value}</span></li> })
        .collect_view();
    view! {
        <Notice tone=Tone::Warn>
            <p>"What you typed still stands below. Saved meanwhile, and different from it:"</p>
            <ul>{lines}</ul>
            <p>"If you save now, yours replaces it."</p>
        </Notice>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart() {
        let labels = [("name", "Name"), ("price", "Price")];
        for (field, label) in [("name", "Name"), ("variants.0.price", "Price"), ("variants.2.price", "Price in line 3"), ("variants", "")] {
            assert_eq!(label_of(&labels, field), label);
        }
    }
}
