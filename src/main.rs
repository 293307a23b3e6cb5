//! The binary: `serve` (also without a command), `worker`, `migrate`, `seed`, `admin`, `check`, `database`.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return cli::fail(&cli::Failure::from(error)),
    };
    // Boxed: the future of a whole program is large, and there is one of it.
    match runtime.block_on(Box::pin(cli::run(cli))) {
        Ok(code) => code,
        Err(failure) => cli::fail(&failure),
    }
}
