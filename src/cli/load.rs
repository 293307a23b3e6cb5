//! `seed load`: a shop to measure on.

use clap::Args;
use souk::seed::load::{self, Loaded, Size};
use time::Date;
use time::macros::format_description;

use super::{Failure, Settings, Shop, say};

/// How much of everything.
#[derive(Args, Clone, Debug)]
pub struct Amounts {
    #[arg(long, default_value_t = 100_000)]
    products: usize,
    #[arg(long, default_value_t = 500)]
    vendors: usize,
    #[arg(long, default_value_t = 50_000)]
    customers: usize,
    #[arg(long, default_value_t = 300_000)]
    orders: usize,
    /// Another one gives other rows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Nothing is younger than the beginning of this day, such as 2026-11-25; today if it is left out.
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<Date>,
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|error| error.to_string())
}

pub async fn load(amounts: &Amounts) -> Result<(), Failure> {
    let Amounts { products, vendors, customers, orders, seed, until } = *amounts;
    let size = Size::new(products, vendors, customers, orders, seed, until.unwrap_or_else(load::today));
    let shop = Shop::open(Settings::read()?).await?;
    if shop.state.config.production {
        return shop.close(Err("made-up goods are not for production".into())).await;
    }
    let outcome = load::load(&shop.state, &size).await.map_err(|error| match error {
        souk::error::AppError::Forbidden => "the shop is not empty, and made-up goods would mix with its own".into(),
        error => Failure::from(error),
    });
    report(&shop.close(outcome).await?);
    Ok(())
}

fn report(loaded: &Loaded) {
    say(format_args!("{:<18} {:>10} {:>8} {:>12}", "table", "rows", "seconds", "rows/second"));
    for written in &loaded.tables {
        let seconds = written.took.as_secs_f64();
        say(format_args!("{:<18} {:>10} {seconds:>8.1} {:>12.0}", written.table, written.rows, written.rows as f64 / seconds.max(0.001)));
    }
    let seconds = loaded.took.as_secs_f64();
    say(format_args!("{:<18} {:>10} {seconds:>8.1} {:>12.0}", "all", loaded.rows(), loaded.rows() as f64 / seconds.max(0.001)));
}
