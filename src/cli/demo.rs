//! `seed demo`, and what the person who tries the shop is told.

use souk::platform::state::AppState;
use souk::seed::{self, DEMO_ADMIN, DEMO_CUSTOMER, DEMO_PASSWORD, DEMO_VENDOR};

use super::{Failure, Settings, Shop, say};

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
    seed::demo(state).await?;
    Ok(())
}

pub fn show_accounts() {
    say(format_args!(
        "\n  Demo accounts (password: {DEMO_PASSWORD})\n    customer  {DEMO_CUSTOMER}\n    vendor    {DEMO_VENDOR}\n    admin     {DEMO_ADMIN}"
    ));
}
