//! `seed demo`, and what the person who tries the shop is told.

use std::path::PathBuf;

use souk::platform::state::AppState;
use souk::seed::{self, DEMO_ADMIN, DEMO_CUSTOMER, DEMO_PASSWORD, DEMO_VENDOR};

use super::{Failure, Settings, Shop, say, variable};

/// Where the catalogue and its pictures lie (`SOUK_DEMO_DIR`).
const FOLDER: &str = "demo";

pub async fn seed() -> Result<(), Failure> {
    let shop = Shop::open(Settings::read()?).await?;
    let outcome = fill(&shop.state).await;
    shop.close(outcome).await?;
    show_accounts();
    Ok(())
}

/// Adds what is missing. Everybody may read the accounts' password, so a shop in production never gets them.
pub async fn fill(state: &AppState) -> Result<(), Failure> {
    if state.config.production {
        return Err("the demonstration has a public password; production is not filled with it".into());
    }
    let folder = variable("SOUK_DEMO_DIR").map_or_else(|| PathBuf::from(FOLDER), PathBuf::from);
    if !folder.join("catalogue.json").is_file() {
        return Err(format!("{} holds no demonstration; run from the project's folder, or set SOUK_DEMO_DIR", folder.display()).into());
    }
    seed::demo(&state.db, &state.storage, &folder).await?;
    Ok(())
}

pub fn show_accounts() {
    say(format_args!(
        "\n  Demo accounts (password: {DEMO_PASSWORD})\n    customer  {DEMO_CUSTOMER}\n    vendor    {DEMO_VENDOR}\n    admin     {DEMO_ADMIN}"
    ));
}
