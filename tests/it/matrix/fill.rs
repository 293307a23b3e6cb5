//! From a recipe to a request: what stands in curly braces is filled in, and the actor's credentials are added.
//!
//! `{id}` and `{secret}` are the thing's; `{new}` is a word that nobody used before; `{known}` and `{password}` sign in; `{somebody}` is the
//! address of an account; `{variant}` is on show, in `{category}` (`{category_slug}`) and of `{shop}`; `{confirmed}` is what the review page asks for;
//! `{reset_token}`, `{confirm_token}` and `{refresh_token}` are fresh and good.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, IF_MATCH, ORIGIN, REFERER};
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::{Digest, Sha256};
use souk::accounts::Role;
use uuid::Uuid;

use super::actors::{Actor, Me, person, session};
use super::requests::{Body, Recipe};
use super::scene::{KNOWN, Scene};
use super::things::Made;
use crate::support::files::{MULTIPART, file_form};
use crate::support::people::PASSWORD;
use crate::support::pictures::{picture_form, png};
use crate::support::shop::signature;

/// By which way a request comes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Door {
    Page,
    /// A server function as an island calls it, and as a plain form does.
    Island,
    Form,
    Api,
    Plain,
}

impl Door {
    pub fn of(recipe: &Recipe) -> &'static [Self] {
        let starts = |prefix: &str| recipe.path.starts_with(prefix);
        match recipe.method {
            _ if starts("/api/v1/") => &[Self::Api],
            "GET" if starts("/api/docs") => &[Self::Page],
            "GET" if starts("/api/") => &[Self::Island],
            _ if starts("/api/") => &[Self::Island, Self::Form],
            _ if ["/_stripe/", "/dev/mail/", "/media/", "/health/", "/webhooks/", "/metrics", "/robots.txt", "/sitemap", "/feed.atom"]
                .into_iter()
                .any(starts) =>
            {
                &[Self::Plain]
            }
            "GET" => &[Self::Page],
            _ => &[Self::Plain],
        }
    }
}

/// A request without anybody's credentials.
#[derive(Clone, Debug)]
pub struct Filled {
    pub method: Method,
    pub path: String,
    pub fields: Vec<(String, String)>,
    /// A body that is no form, with its type.
    pub raw: Option<(&'static str, Vec<u8>)>,
    /// The version that was seen, for `If-Match`.
    pub seen: Option<String>,
}

/// Fills the recipe in for a thing.
pub async fn fill(scene: &Scene, recipe: &Recipe, made: &Made) -> Filled {
    let path = match recipe.url {
        Some(url) => url.to_owned(),
        None => recipe.path.split('/').map(|part| if part.starts_with('{') { "{id}" } else { part }).collect::<Vec<_>>().join("/"),
    };
    let words = Words { made, new: Uuid::new_v4().simple().to_string() };
    let (mut fields, mut raw) = (Vec::new(), None);
    match recipe.body {
        Body::None => {}
        Body::Form(form) => {
            for (name, value) in form {
                fields.push(((*name).to_owned(), words.put_in(scene, value).await));
            }
        }
        Body::Json(text) => raw = Some(("application/json", words.put_in(scene, text).await.into_bytes())),
        Body::Event => raw = Some(("application/json", event(&words.new).into_bytes())),
        Body::BarePicture => raw = Some(("image/png", png(200, 200))),
        Body::Picture => raw = Some((MULTIPART, picture_form(&[("cup.png", &png(200, 200))]))),
        Body::File(text) => raw = Some((MULTIPART, file_form("file", "goods.csv", text))),
    }
    let seen = match recipe.seen {
        Some(version) => Some(words.put_in(scene, version).await),
        None => None,
    };
    Filled { method: recipe.method.parse().unwrap(), path: words.put_in(scene, &path).await, fields, raw, seen }
}

struct Words<'a> {
    made: &'a Made,
    new: String,
}

impl Words<'_> {
    async fn put_in(&self, scene: &Scene, template: &str) -> String {
        let (variant, category) = (scene.shown.variant_id.to_string(), scene.shown.category_id.to_string());
        let known = [
            ("{id}", self.made.id.as_str()),
            ("{secret}", &self.made.secret),
            ("{new}", &self.new),
            ("{known}", KNOWN),
            ("{password}", PASSWORD),
            ("{variant}", &variant),
            ("{category}", &category),
            ("{category_slug}", &scene.shown.category_slug),
            ("{shop}", &scene.shown.shop_slug),
            ("{confirmed}", &scene.confirmed),
        ];
        let mut text = known.iter().fold(template.to_owned(), |text, (word, value)| text.replace(word, value));
        // These cost a row or two.
        if text.contains("{somebody}") {
            text = text.replace("{somebody}", person(&scene.app, Role::Customer).await.email.as_str());
        }
        for (word, purpose) in [("{reset_token}", "password_reset"), ("{confirm_token}", "email_confirmation")] {
            if text.contains(word) {
                text = text.replace(word, &mail_token(scene, purpose).await);
            }
        }
        if text.contains("{refresh_token}") {
            let user = person(&scene.app, Role::Customer).await;
            text = text.replace("{refresh_token}", &session(&scene.app, user).await.1);
        }
        text
    }
}

async fn mail_token(scene: &Scene, purpose: &str) -> String {
    let user = person(&scene.app, Role::Customer).await;
    let bits: [u8; 32] = Sha256::digest(Uuid::new_v4().as_bytes()).into();
    sqlx::query("insert into mail_tokens (hash, purpose, user_id, expires_at) values ($1, $3, $2, now() + interval '1 hour')")
        .bind(Sha256::digest(bits).as_slice())
        .bind(user.id)
        .bind(purpose)
        .execute(scene.app.pool())
        .await
        .unwrap();
    URL_SAFE_NO_PAD.encode(bits)
}

/// About nothing of ours, so that it is put down as seen and has no effect.
fn event(new: &str) -> String {
    json!({ "id": format!("evt_{new}"), "object": "event", "type": "customer.created", "livemode": false,
        "created": time::OffsetDateTime::now_utc().unix_timestamp(), "api_version": "2026-09-30.endive", "pending_webhooks": 1, "request": null,
        "data": { "object": { "id": "cus_1", "object": "customer" } } })
    .to_string()
}

/// The `Cookie` header of somebody's browser.
pub fn cookie(me: &Me) -> Option<String> {
    me.access.as_ref().map(|access| format!("__Host-souk_access={access}"))
}

impl Filled {
    /// Method, address and body; nothing of a browser and nobody's credentials.
    pub fn bare(&self, scene: &Scene) -> reqwest::RequestBuilder {
        let request = scene.http.request(self.method.clone(), format!("{}{}", scene.app.url, self.path));
        let request = self.seen.iter().fold(request, |request, seen| request.header(IF_MATCH, seen));
        match &self.raw {
            Some((kind, body)) => request.header(CONTENT_TYPE, *kind).body(body.clone()),
            None if self.method == Method::GET => request,
            None => request.form(&self.fields),
        }
    }

    /// As the actor sends it through this door.
    pub fn request(&self, scene: &Scene, me: &Me, door: Door) -> reqwest::RequestBuilder {
        let request = self.bare(scene);
        let own_page = |request: reqwest::RequestBuilder| {
            let request = request.header("sec-fetch-site", "same-origin").header(ORIGIN, &scene.app.url);
            request.header(REFERER, format!("{}/", scene.app.url))
        };
        let request = match door {
            Door::Page => request.header(ACCEPT, "text/html").header("sec-fetch-site", "none"),
            Door::Island => own_page(request).header(ACCEPT, "application/json"),
            Door::Form => own_page(request).header(ACCEPT, "text/html,application/xhtml+xml"),
            Door::Api | Door::Plain => request,
        };
        self.with_credentials(scene, request, me, door)
    }

    fn with_credentials(&self, scene: &Scene, request: reqwest::RequestBuilder, me: &Me, door: Door) -> reqwest::RequestBuilder {
        match (me.actor, door, &me.access, cookie(me)) {
            (Actor::SandboxKey, ..) => request.header(AUTHORIZATION, scene.stripe_key()),
            (Actor::Elsewhere, ..) => request.header("x-forwarded-for", "192.0.2.1"),
            (Actor::Signer, ..) => {
                let body = self.raw.as_ref().map(|(_, body)| std::str::from_utf8(body).unwrap()).unwrap_or_default();
                let secret = scene.app.state.config.stripe.webhook_secrets[0].expose_secret();
                request.header("stripe-signature", signature(secret, body))
            }
            (actor, Door::Api, Some(access), _) if actor != Actor::CookiesAlone => request.bearer_auth(access),
            // The other doors have said already where they come from.
            (_, Door::Api | Door::Plain, _, Some(cookie)) => request.header(COOKIE, cookie).header("sec-fetch-site", "same-origin"),
            (_, _, _, Some(cookie)) => request.header(COOKIE, cookie),
            _ => request,
        }
    }
}
