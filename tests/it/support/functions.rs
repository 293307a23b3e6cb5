//! Server functions that only tests have: one refuses, one waits, one panics.

use std::sync::LazyLock;

use leptos::prelude::server;
use souk::error::AppError;
use souk::values::FieldProblem;
use tokio::sync::{Notify, Semaphore};

/// Where they are; the policy test leaves these out.
pub const PREFIX: &str = "/api/_test/";

/// Tells that `wait` has been entered.
pub static ENTERED: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(0));
/// Lets `wait` go on.
pub static GO_ON: LazyLock<Notify> = LazyLock::new(Notify::new);

#[server(name = Refuse, prefix = "/api", endpoint = "_test/refuse")]
pub async fn refuse(email: String, password: String) -> Result<String, AppError> {
    match email.as_str() {
        "fine@example.com" => Ok(password.len().to_string()),
        "stranger" => Err(AppError::Unauthenticated),
        "hasty" => Err(AppError::TooManyRequests { retry_after_s: 7 }),
        "elsewhere" => {
            leptos_axum::redirect("https://evil.example/phish");
            Ok(String::new())
        }
        _ => Err(AppError::field("email", FieldProblem::NotAnEmail)),
    }
}

#[server(name = Wait, prefix = "/api", endpoint = "_test/wait")]
pub async fn wait() -> Result<String, AppError> {
    ENTERED.add_permits(1);
    GO_ON.notified().await;
    Ok("done".to_owned())
}

/// Never answers.
#[server(name = Hang, prefix = "/api", endpoint = "_test/hang")]
pub async fn hang() -> Result<String, AppError> {
    std::future::pending().await
}

#[server(name = Panic, prefix = "/api", endpoint = "_test/panic")]
pub async fn panic() -> Result<String, AppError> {
    panic!("canary-in-a-panic")
}
