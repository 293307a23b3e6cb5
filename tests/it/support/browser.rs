use std::collections::BTreeMap;
use std::sync::Mutex;

use http::header::{ACCEPT, COOKIE, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;

/// A browser's share of HTTP: cookies, Origin, Referer, Sec-Fetch-Site. Redirects are not followed, so that tests see them.
pub struct Browser {
    http: reqwest::Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    /// Where the answer redirects to.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// A header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Browser {
    pub fn new(url: String) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, url, cookies: Mutex::default() }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path).header(ACCEPT, "text/html").header("sec-fetch-site", "none")).await
    }

    /// Opens what may have no end, such as a stream.
    pub async fn open(&self, path: &str) -> reqwest::Response {
        let request = self.request(Method::GET, path).header("sec-fetch-site", "same-origin").header(COOKIE, self.cookie_header());
        request.send().await.unwrap()
    }

    /// The same browser, with its cookies, at another instance.
    pub fn at(&self, url: &str) -> Self {
        let browser = Self::new(url.to_owned());
        browser.cookies.lock().unwrap().clone_from(&self.cookies.lock().unwrap());
        browser
    }

    /// Sends a plain form, as `<form method="post">` on the page at `from` does.
    pub async fn submit(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let request =
            self.request(Method::POST, path).header(ACCEPT, "text/html,application/xhtml+xml").header("sec-fetch-site", "same-origin");
        self.send(request.header(ORIGIN, &self.url).header(REFERER, format!("{}{from}", self.url)).form(fields)).await
    }

    /// Calls a server function, as an island does.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.try_call(path, fields).await.unwrap()
    }

    /// The same to a server that may be killed meanwhile.
    pub async fn try_call(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Result<Page> {
        self.try_send(self.island_call(path, fields)).await
    }

    /// What [`Self::call`] sends, without the cookies.
    fn island_call(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let request = self.request(Method::POST, path).header(ACCEPT, "application/json").header("sec-fetch-site", "same-origin");
        request.header(ORIGIN, &self.url).form(fields)
    }

    /// A request with no headers of a browser but its cookies; `send` adds those.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Sends, with the cookies, and keeps those that come back.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Page {
        self.try_send(request).await.unwrap()
    }

    async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Page> {
        let cookies = self.cookie_header();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies) };
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        self.keep_cookies(&headers);
        Ok(Page { status, headers, text: response.text().await? })
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut jar = self.cookies.lock().unwrap();
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie::Cookie::parse(cookie.to_str().unwrap().to_owned()).unwrap();
            let expired = cookie.max_age().is_some_and(|age| age.is_zero());
            if expired || cookie.value().is_empty() {
                jar.remove(cookie.name());
            } else {
                jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    fn cookie_header(&self) -> String {
        let jar = self.cookies.lock().unwrap();
        jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}
