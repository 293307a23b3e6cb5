use leptos::prelude::*;

use super::form::FormState;
use super::icon::Icon;
use crate::values::FieldProblem;

/// Ids of what explains the field, for `aria-describedby`.
fn described_by(name: &str, hint: bool, problem: bool) -> Option<String> {
    match (hint, problem) {
        (false, false) => None,
        (true, false) => Some(format!("{name}-hint")),
        (false, true) => Some(format!("{name}-problem")),
        (true, true) => Some(format!("{name}-problem {name}-hint")),
    }
}

#[component]
fn Label(name: &'static str, label: &'static str, optional: bool) -> impl IntoView {
    view! {
        <label for=name>
            {label}
            {optional.then(|| view! { <span class="field-optional">" (optional)"</span> })}
        </label>
    }
}

#[component]
fn Notes(name: &'static str, hint: &'static str, problem: Option<FieldProblem>) -> impl IntoView {
    view! {
        {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=format!("{name}-hint")>{hint}</p> })}
        {problem.map(|problem| view! {
            <p class="field-problem" id=format!("{name}-problem")><Icon name="alert" small=true/>{problem.message()}</p>
        })}
    }
}

/// A labelled input of one line. What was typed before a refusal stands in it again, except in password fields.
#[component]
pub fn TextField(
    form: FormState,
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "on")] autocomplete: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] hint: &'static str,
    /// What stands in it when nothing was typed yet.
    #[prop(optional, into)]
    value: Option<String>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] minlength: Option<u32>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let problem = form.problem(name);
    let value = if kind == "password" { None } else { form.value(name).map(str::to_owned).or(value) };
    view! {
        <div class="field">
            <Label name=name label=label optional=optional/>
            <input class="input" id=name name=name type=kind autocomplete=autocomplete inputmode=inputmode value=value
                required=!optional minlength=minlength maxlength=maxlength autofocus=autofocus && form.error().is_none()
                spellcheck=(kind != "text").then_some("false")
                aria-invalid=problem.map(|_| "true") aria-describedby=described_by(name, !hint.is_empty(), problem.is_some())/>
            <Notes name=name hint=hint problem=problem/>
        </div>
    }
}

/// Text for the places where Leptos (tachys 0.2.19, leptos_meta 0.8.7) writes it into the page as it is: in a `textarea` and in the title.
/// Without it a shop called `</title><script>` would run. For the server alone, where nothing of this is ever rendered again.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A labelled input of several lines. What was typed before a refusal stands in it again.
#[component]
pub fn TextArea(
    form: FormState,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    /// What stands in it when nothing was typed yet.
    #[prop(optional, into)]
    value: Option<String>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(default = 6)] rows: u32,
) -> impl IntoView {
    let problem = form.problem(name);
    let value = escaped(&form.value(name).map(str::to_owned).or(value).unwrap_or_default());
    view! {
        <div class="field">
            <Label name=name label=label optional=optional/>
            <textarea class="input" id=name name=name rows=rows maxlength=maxlength required=!optional
                aria-invalid=problem.map(|_| "true") aria-describedby=described_by(name, !hint.is_empty(), problem.is_some())>{value}</textarea>
            <Notes name=name hint=hint problem=problem/>
        </div>
    }
}

/// A labelled choice from a closed list.
#[component]
pub fn SelectField(
    form: FormState,
    name: &'static str,
    label: &'static str,
    /// Value and text.
    options: Vec<(String, String)>,
    /// Chosen when nothing was chosen yet; empty asks for a choice.
    #[prop(into)]
    value: String,
    #[prop(default = "on")] autocomplete: &'static str,
) -> impl IntoView {
    let problem = form.problem(name);
    let chosen = form.value(name).map_or(value, str::to_owned);
    view! {
        <div class="field">
            <Label name=name label=label optional=false/>
            <select class="input" id=name name=name autocomplete=autocomplete required=true
                aria-invalid=problem.map(|_| "true") aria-describedby=described_by(name, false, problem.is_some())>
                {chosen.is_empty().then(|| view! { <option value="" selected=true>"Please choose"</option> })}
                {options.into_iter().map(|(value, text)| {
                    let selected = value == chosen;
                    view! { <option value=value selected=selected>{text}</option> }
                }).collect_view()}
            </select>
            <Notes name=name hint="" problem=problem/>
        </div>
    }
}

/// One of a few, each drawn as a pill: radio buttons, which need no script. An error's link leads to the first of them.
#[component]
pub fn ChoiceField(
    form: FormState,
    name: &'static str,
    label: &'static str,
    /// Value, and what stands in the pill.
    options: Vec<(String, AnyView)>,
    /// Chosen when nothing was chosen yet; empty for none.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let problem = form.problem(name);
    let chosen = form.value(name).map_or(value, str::to_owned);
    let options = options.into_iter().enumerate().map(|(index, (value, drawn))| {
        let checked = value == chosen;
        view! {
            <label>
                <input type="radio" id=(index == 0).then_some(name) name=name value=value checked=checked required=true
                    aria-describedby=described_by(name, false, problem.is_some())/>
                {drawn}
            </label>
        }
    });
    view! {
        <fieldset class="field">
            <legend class="field-label">{label}</legend>
            <div class="pill-choice">{options.collect_view()}</div>
            <Notes name=name hint="" problem=problem/>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped("</title><b> & co"), "&lt;/title&gt;&lt;b&gt; &amp; co");
    }
}
