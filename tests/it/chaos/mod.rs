//! What happens when something breaks.

mod connections;
mod full;
mod halt;
mod killed;
mod outages;
mod process;
mod seed;
mod shutdown;
