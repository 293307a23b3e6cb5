//! How a request is described.

use super::things::Thing::{self, Nothing};

#[derive(Clone, Copy, Debug)]
pub enum Body {
    None,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
    /// An event of the payment gateway.
    Event,
    /// A form with a file in it.
    Picture,
    /// The file alone.
    BarePicture,
    /// A form with this text as its file.
    File(&'static str),
}

/// How to ask for what a row is about.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub method: &'static str,
    pub path: &'static str,
    /// The row's path with `{id}` in place of its placeholders, unless said otherwise.
    pub url: Option<&'static str>,
    pub thing: Thing,
    pub body: Body,
    /// Needs something in the cart.
    pub cart: bool,
    /// Where a success may redirect to; `*` at the end stands for anything.
    pub leads_to: &'static [&'static str],
    /// The version that was seen, as `If-Match` says it.
    pub seen: Option<&'static str>,
}

impl Recipe {
    pub const fn new(method: &'static str, path: &'static str, body: Body) -> Self {
        Self { method, path, url: None, thing: Nothing, body, cart: false, leads_to: &[], seen: None }
    }

    pub const fn about(self, thing: Thing) -> Self {
        Self { thing, ..self }
    }

    pub const fn url(self, url: &'static str) -> Self {
        Self { url: Some(url), ..self }
    }

    pub const fn with_cart(self) -> Self {
        Self { cart: true, ..self }
    }

    pub const fn leads_to(self, leads_to: &'static [&'static str]) -> Self {
        Self { leads_to, ..self }
    }

    /// The thing's version was seen.
    pub const fn seen(self) -> Self {
        self.version("\"{secret}\"")
    }

    pub const fn version(self, seen: &'static str) -> Self {
        Self { seen: Some(seen), ..self }
    }
}

pub const fn get(path: &'static str) -> Recipe {
    Recipe::new("GET", path, Body::None)
}

pub const fn form(path: &'static str, fields: &'static [(&'static str, &'static str)]) -> Recipe {
    Recipe::new("POST", path, Body::Form(fields))
}

pub const fn json(path: &'static str, body: &'static str) -> Recipe {
    Recipe::new("POST", path, Body::Json(body))
}
