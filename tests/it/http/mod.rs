//! What the server does apart from what it shows.

mod files;
mod headers;
mod health;
mod limits;
mod logs;
mod rate_limit;
mod sockets;
