//! What the page about the machinery tells.

use std::time::Duration;

use time::OffsetDateTime;

use crate::values::OrderId;

/// How the whole does, at one moment.
#[derive(Clone, Debug)]
pub struct Health {
    /// Of the program.
    pub version: &'static str,
    /// Of this instance.
    pub uptime: Duration,
    pub production: bool,
    pub database: DatabaseHealth,
    pub mails_waiting: i64,
    /// How late the oldest mail is that should have gone.
    pub mails_lag: Option<Duration>,
    /// The longest that one of the last events took to reach us.
    pub events_lag: Option<Duration>,
    pub last_event_at: Option<OffsetDateTime>,
    /// Entries of the audit log that wait for their seal.
    pub audit_unsealed: i64,
    /// Number and hash of the last seal.
    pub audit_head: Option<(i64, String)>,
    /// None where pictures lie in a bucket.
    pub disk: Option<DiskHealth>,
    pub stuck: Vec<Stuck>,
}

#[derive(Clone, Debug)]
pub struct DatabaseHealth {
    pub version: String,
    pub bytes: u64,
    pub migrations: i64,
    pub newest_migration: Option<String>,
    /// Open connections of this instance, and those of them that rest.
    pub connections: u32,
    pub idle: u32,
    /// What the server allows to all instances together.
    pub connections_allowed: i32,
}

/// Bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DiskHealth {
    pub free: u64,
    pub total: u64,
}

/// A payment or refund that does not come to an end.
#[derive(Clone, Debug)]
pub struct Stuck {
    pub order: OrderId,
    pub number: i64,
    pub refund: bool,
    pub since: OffsetDateTime,
    pub error: Option<String>,
}

/// "3.4 GB": by thousands, as disks are sold, and with one figure behind the point where there are few before it.
pub fn bytes_in_words(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut whole = bytes;
    let mut tenths = 0;
    while whole >= 1000 && unit + 1 < UNITS.len() {
        tenths = whole % 1000 / 100;
        whole /= 1000;
        unit += 1;
    }
    if unit > 0 && whole < 10 { format!("{whole}.{tenths} {}", UNITS[unit]) } else { format!("{whole} {}", UNITS[unit]) }
}

/// "2 days 3 h", "5 min", "12 s": the two largest parts of it.
pub fn duration_in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) if seconds == 0 => format!("{} ms", duration.as_millis()),
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_at_a_glance() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (3_449_000_000, "3.4 GB"),
            (31_000_000, "31 MB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes_in_words(bytes), words);
        }
        for (milliseconds, words) in [
            (0, "0 ms"),
            (250, "250 ms"),
            (59_999, "59 s"),
            (61_000, "1 min 1 s"),
            (3_600_000, "1 h 0 min"),
            (90_000_000, "1 day 1 h"),
            (200_000_000, "2 days 7 h"),
        ] {
            assert_eq!(duration_in_words(Duration::from_millis(milliseconds)), words);
        }
    }
}
