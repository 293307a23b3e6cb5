//! `admin create`: the first administrator, whom nobody in the shop could appoint. `admin reset-two-step`: for one who is locked out.

use std::io::{BufRead, IsTerminal, Write};
use std::process::Command;

use souk::accounts::service::{NewUser, create_user, find_user, two_step};
use souk::accounts::{Password, Role};
use souk::audit::AuditEntry;
use souk::values::Email;

use super::{Failure, Settings, Shop, say};

pub async fn create(email: &str, name: &str) -> Result<(), Failure> {
    let address = email.parse::<Email>().map_err(|_| format!("{email} is not a mail address"))?;
    let settings = Settings::read()?;
    let password = Password::new(read_password()?);
    let shop = Shop::open(settings).await?;
    let outcome = make(&shop, NewUser { email: address, name: name.to_owned(), password, role: Role::Admin }).await;
    shop.close(outcome).await?;
    say(format_args!("{email} may now sign in as an administrator."));
    Ok(())
}

async fn make(shop: &Shop, new: NewUser) -> Result<(), Failure> {
    let after = serde_json::json!({ "email": new.email.to_string(), "role": new.role.as_str() });
    let id = create_user(&shop.state.db, new).await?;
    let mut tx = shop.state.db.begin().await?;
    let entry = AuditEntry {
        actor: None,
        action: "user.admin_created",
        object_kind: "user",
        object_id: Some(id.0),
        before: None,
        after: Some(after),
        reason: Some("command line".to_owned()),
    };
    souk::audit::service::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// For an administrator who lost both the authenticator and the recovery codes, and has nobody to ask.
pub async fn reset_two_step(email: &str) -> Result<(), Failure> {
    let address = email.parse::<Email>().map_err(|_| format!("{email} is not a mail address"))?;
    let shop = Shop::open(Settings::read()?).await?;
    let outcome = turn_off_two_step(&shop, &address).await;
    shop.close(outcome).await?;
    say(format_args!("{email} signs in by password alone until two-step sign-in is set up again."));
    Ok(())
}

async fn turn_off_two_step(shop: &Shop, email: &Email) -> Result<(), Failure> {
    let user = find_user(&shop.state.db, email).await?.ok_or_else(|| format!("{email} has no account"))?;
    Ok(two_step::reset(&shop.state, None, user.id).await?)
}

/// Never an argument, which every user of the machine can read in the list of processes.
fn read_password() -> Result<String, Failure> {
    let input = std::io::stdin();
    let hidden = input.is_terminal() && echo(false);
    if input.is_terminal() {
        let _ = write!(std::io::stderr(), "Password: ");
    }
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    if hidden {
        echo(true);
        let _ = writeln!(std::io::stderr());
    }
    read?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() { Err("no password was given".into()) } else { Ok(password) }
}

fn echo(on: bool) -> bool {
    Command::new("stty").arg(if on { "echo" } else { "-echo" }).status().is_ok_and(|status| status.success())
}
