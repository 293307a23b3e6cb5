//! What each cell should answer, and whether it did.

use super::actors::Actor;
use super::fill::Door;
use super::requests::Recipe;
use super::scene::Answer;
use super::things::{Object, Sharing, Thing};
use crate::policy::{Row, Who};

/// One cell of the matrix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cell {
    pub actor: Actor,
    pub object: Object,
    pub door: Door,
}

/// What an answer amounts to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Allowed,
    /// Sent to sign in, or told so.
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    /// Understood, and wrong.
    Invalid,
    /// Redirected to a place that the recipe does not know.
    Elsewhere(String),
    Status(u16),
}

/// Rows that nobody gets anything from, and why.
pub const NOBODY: &[(&str, &str, Outcome, &str)] = &[
    ("GET", "/api/v1/{*rest}", Outcome::NotFound, "what the API does not know it refuses; tests/it/rest.rs reads how"),
    ("GET", "/_stripe/v1/{*rest}", Outcome::NotFound, "what the payment sandbox does not know it refuses, whatever the key"),
    ("POST", "/_stripe/v1/{*rest}", Outcome::NotFound, "the same"),
    ("POST", "/api/accounts/second-step", Outcome::Unauthenticated, "needs the first step; tests/it/two_step.rs goes all the way"),
    ("POST", "/api/v1/auth/token/second-factor", Outcome::Unauthenticated, "the same"),
    ("POST", "/api/accounts/two-step/turn-on", Outcome::Invalid, "needs the code of the moment; the same"),
];

/// What the policy says about an actor, before anything is looked up.
fn by_policy(row: &Row, actor: Actor) -> Outcome {
    let signed_in = |may: bool| match (actor.is_signed_in(), may) {
        (false, _) => Outcome::Unauthenticated,
        (true, false) => Outcome::Forbidden,
        (true, true) => Outcome::Allowed,
    };
    match row.who {
        Who::Anybody | Who::Shopper | Who::Development => Outcome::Allowed,
        Who::Customer => signed_in(true),
        Who::Applicant if matches!(actor.shop_status(), Some("approved" | "suspended")) => Outcome::Conflict,
        Who::Applicant => signed_in(actor != Actor::Admin),
        Who::Shopless if matches!(actor.shop_status(), Some("approved" | "suspended")) => Outcome::Conflict,
        Who::Shopless => signed_in(true),
        Who::ShopOwner => signed_in(actor.shop_status().is_some()),
        Who::DraftingVendor => signed_in(matches!(actor.shop_status(), Some("pending" | "rejected" | "approved"))),
        Who::ApprovedVendor => signed_in(actor.shop_status() == Some("approved")),
        Who::ProductEditor => signed_in(matches!(actor.shop_status(), Some("pending" | "rejected" | "approved")) || actor == Actor::Admin),
        Who::ProductPublisher => signed_in(actor.shop_status() == Some("approved") || actor == Actor::Admin),
        Who::Admin => signed_in(actor == Actor::Admin),
        Who::Operator if actor == Actor::Elsewhere => Outcome::NotFound,
        Who::Operator => Outcome::Allowed,
        Who::Signer if actor == Actor::Signer => Outcome::Allowed,
        Who::Signer => Outcome::Status(400),
        Who::SandboxKey if actor == Actor::SandboxKey => Outcome::Allowed,
        Who::SandboxKey => Outcome::Unauthenticated,
    }
}

/// What the cell should answer. Who may not use the route learns nothing about objects.
pub fn expected(row: &Row, thing: Thing, cell: Cell) -> Outcome {
    let outcome = by_policy(row, cell.actor);
    if outcome != Outcome::Allowed {
        return outcome;
    }
    if let Some((.., outcome, _)) = NOBODY.iter().find(|(method, path, ..)| (*method, *path) == (row.method, row.path)) {
        return outcome.clone();
    }
    // Of products every admin is an owner, where the row lets admins in.
    let admin_owns = cell.actor == Actor::Admin && matches!(row.who, Who::Admin | Who::ProductEditor | Who::ProductPublisher);
    match (cell.object, thing.sharing()) {
        (Object::Others, Sharing::Owner) if admin_owns => Outcome::Allowed,
        // An open product page is told "no longer for sale", and so is whoever guesses.
        (Object::Missing | Object::Others, Sharing::OnShow) if thing == Thing::Variant => Outcome::Conflict,
        (Object::Missing, _) | (Object::Others, Sharing::Owner | Sharing::OnShow) => Outcome::NotFound,
        _ => Outcome::Allowed,
    }
}

/// What an answer amounts to.
pub fn outcome(recipe: &Recipe, door: Door, answer: &Answer) -> Outcome {
    match answer.status {
        200..=299 => Outcome::Allowed,
        300..=399 if answer.location.starts_with("/sign-in?next=") => Outcome::Unauthenticated,
        300..=399 => match answer.flash.as_ref().map(|error| error["kind"].as_str().unwrap_or_default()) {
            Some("unauthenticated") => Outcome::Unauthenticated,
            Some("forbidden") => Outcome::Forbidden,
            Some("not_found") => Outcome::NotFound,
            Some("conflict") => Outcome::Conflict,
            Some("invalid") => Outcome::Invalid,
            None if leads_there(recipe, door, &answer.location) => Outcome::Allowed,
            _ => Outcome::Elsewhere(answer.location.clone()),
        },
        401 => Outcome::Unauthenticated,
        403 => Outcome::Forbidden,
        404 => Outcome::NotFound,
        409 => Outcome::Conflict,
        422 => Outcome::Invalid,
        status => Outcome::Status(status),
    }
}

fn leads_there(recipe: &Recipe, door: Door, location: &str) -> bool {
    let path = location.split('?').next().unwrap_or_default();
    // A plain form whose function names no page goes back to the one it was sent from.
    let back = door == Door::Form && path == "/";
    back || recipe.leads_to.iter().any(|place| match place.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == *place,
    })
}

/// # Errors
/// What is wrong with an answer, in a line.
pub fn verdict(row: &Row, recipe: &Recipe, cell: Cell, answer: &Answer) -> Result<(), String> {
    let (wanted, got) = (expected(row, recipe.thing, cell), outcome(recipe, cell.door, answer));
    if wanted == got {
        return Ok(());
    }
    let text: String = answer.body.chars().take(200).collect();
    Err(format!("{} {} {cell:?}: {got:?} in place of {wanted:?}: {} {} {text}", row.method, row.path, answer.status, answer.location))
}

/// # Errors
/// When what is somebody else's can be told from what is not there.
pub fn alike(row: &Row, cell: Cell, (others, known): (&Answer, &[&str]), (missing, known_there): (&Answer, &[&str])) -> Result<(), String> {
    let (others, missing) = (impersonal(others, known), impersonal(missing, known_there));
    if others == missing {
        return Ok(());
    }
    let [others, missing] = [(&others, &missing), (&missing, &others)].map(|(one, other)| difference(one, other));
    Err(format!("{} {} {cell:?}: somebody else's is told from a missing one:\n  {others}\n  {missing}", row.method, row.path))
}

/// What stands around every page, is everybody's, and may be some seconds old: one of two pages may know of a change that the other does not.
const FRAME: [(&str, &str); 2] = [("<nav class=\"category-nav\"", "</nav>"), ("<footer", "</footer>")];

fn without_frame(body: &str) -> String {
    FRAME.iter().fold(body.to_owned(), |body, (begin, end)| {
        let cut = body.split_once(begin).and_then(|(before, rest)| Some(format!("{before}{}", rest.split_once(end)?.1)));
        cut.unwrap_or(body)
    })
}

/// An answer, with its body from shortly before it begins to differ.
fn difference(one: &Answer, other: &Answer) -> String {
    let same = one.body.chars().zip(other.body.chars()).take_while(|(a, b)| a == b).count();
    let body: String = one.body.chars().skip(same.saturating_sub(60)).take(160).collect();
    format!("{} {} {:?} …{body}", one.status, one.location, one.flash)
}

/// The answer without what whoever asked knows anyway (the id, their own address), and without what is random in each.
fn impersonal(answer: &Answer, known: &[&str]) -> Answer {
    let nonce = answer.body.split_once("nonce=\"").and_then(|(_, rest)| rest.split('"').next());
    let known = || known.iter().copied().chain(nonce).filter(|word| !word.is_empty()).enumerate();
    let without = |text: &str| known().fold(text.to_owned(), |text, (n, word)| text.replace(word, &format!("WORD{n}")));
    Answer { body: without(&without_frame(&answer.body)), location: without(&answer.location), ..answer.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::matrix::requests;
    use crate::policy::POLICY;

    fn row(path: &str) -> (&'static Row, &'static Recipe) {
        let row = POLICY.iter().find(|row| row.path == path).unwrap();
        (row, requests::of(row).unwrap())
    }

    fn answer(status: u16, location: &str, body: &str) -> Answer {
        Answer { status, location: location.to_owned(), body: body.to_owned(), flash: None }
    }

    /// The matrix can fail: each of these wrong answers is found, and the right one is not.
    #[test]
    fn wrong_answers_are_found() {
        use Actor::{Admin, Anonymous, ApprovedVendor, Customer, RevokedSession};
        use Object::{None, Others, Own};
        let to_sign_in = answer(302, "/sign-in?next=/admin/vendors", "");
        let cases = [
            ("/admin/vendors", Customer, None, Door::Page, answer(403, "", ""), answer(200, "", "")),
            ("/admin/vendors", Anonymous, None, Door::Page, to_sign_in.clone(), answer(302, "/", "")),
            ("/admin/vendors", Admin, None, Door::Page, answer(200, "", ""), to_sign_in),
            ("/account/orders/{order}", Admin, Others, Door::Page, answer(404, "", ""), answer(200, "", "")),
            ("/account/orders/{order}", Customer, Own, Door::Page, answer(200, "", ""), answer(404, "", "")),
            ("/api/checkout/progress", Customer, Others, Door::Island, answer(404, "", ""), answer(403, "", "")),
            ("/api/vendors/decide", ApprovedVendor, Others, Door::Island, answer(403, "", ""), answer(200, "", "")),
            ("/api/vendors/decide", Admin, Others, Door::Form, answer(302, "/admin/vendors/1", ""), answer(302, "/vendor", "")),
            ("/api/v1/me", RevokedSession, None, Door::Api, answer(401, "", ""), answer(200, "", "")),
            ("/api/cart/add", Anonymous, Own, Door::Island, answer(200, "", ""), answer(401, "", "")),
            ("/webhooks/stripe", Anonymous, None, Door::Plain, answer(400, "", ""), answer(200, "", "")),
            ("/metrics", Actor::Elsewhere, None, Door::Plain, answer(404, "", ""), answer(200, "", "")),
        ];
        for (path, actor, object, door, right, wrong) in cases {
            let (row, recipe) = row(path);
            let cell = Cell { actor, object, door };
            assert_eq!(verdict(row, recipe, cell, &right), Ok(()));
            assert!(verdict(row, recipe, cell, &wrong).is_err(), "{path} {cell:?}");
            for never in [answer(422, "", ""), answer(429, "", ""), answer(500, "", "")] {
                assert!(verdict(row, recipe, cell, &never).is_err(), "a bad body, a throttle or a crash is no refusal: {path} {cell:?}");
            }
        }
        let (row, recipe) = row("/api/vendors/decide");
        let cell = Cell { actor: Customer, object: Others, door: Door::Form };
        let refused = Answer { flash: Some(json!({ "kind": "forbidden" })), ..answer(303, "/", "") };
        assert_eq!(verdict(row, recipe, cell, &refused), Ok(()));
        assert!(verdict(row, recipe, cell, &answer(303, "/", "")).is_err(), "sent back without an error: it was done");
    }

    #[test]
    fn what_tells_others_from_missing_is_found() {
        let (row, _) = row("/account/orders/{order}");
        let cell = Cell { actor: Actor::Customer, object: Object::Others, door: Door::Page };
        let page = |id: &str, nonce: &str| answer(404, "", &format!("<script nonce=\"{nonce}\"></script> no {id}"));
        assert!(alike(row, cell, (&page("a1", "x"), &["a1"]), (&page("b2", "y"), &["b2"])).is_ok());
        assert!(alike(row, cell, (&page("a1", "x"), &["a1"]), (&answer(404, "", "gone"), &["b2"])).is_err());
        assert!(alike(row, cell, (&page("a1", "x"), &["a1"]), (&Answer { status: 403, ..page("b2", "y") }, &["b2"])).is_err());
    }
}
