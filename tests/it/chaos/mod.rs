//! What happens when something breaks.

mod halt;
mod killed;
mod process;
mod seed;
