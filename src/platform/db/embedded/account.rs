//! The user that PostgreSQL runs as when we are root, which it refuses to be.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::EmbeddedError;

/// In order of preference: Debian's package makes the first, every Linux has the second.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// `None` for an ordinary user, who runs PostgreSQL as oneself. Data that exist keep their owner.
    pub fn choose(data: &Path) -> Result<Option<Self>, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        if let Ok(existing) = data.metadata()
            && existing.uid() != 0
        {
            return Ok(Some(Self { uid: existing.uid(), gid: existing.gid() }));
        }
        let users = std::fs::read_to_string("/etc/passwd").map_err(EmbeddedError::io("Cannot read /etc/passwd"))?;
        CANDIDATES.iter().find_map(|name| find(&users, name)).map(Some).ok_or(EmbeddedError::NoAccount)
    }

    /// Whether this user gets as far as `folder`: every folder on the way must let it pass.
    pub fn can_enter(&self, folder: &Path) -> bool {
        folder.ancestors().all(|step| {
            step.metadata().is_ok_and(|found| {
                let bit = if found.uid() == self.uid {
                    0o100
                } else if found.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                found.permissions().mode() & bit != 0
            })
        })
    }
}

fn find(users: &str, name: &str) -> Option<Account> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        // A name mapped to root would be refused all the same.
        (uid != 0).then_some(Account { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:7::/:/bin/sh\npostgres:x:101:104:PG,,,:/var/lib/postgresql:/bin/bash\nodd:x:0:0::/:/bin/sh\n";
        assert_eq!(find(users, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(users, "nobody"), None);
        assert_eq!(find(users, "odd"), None);
    }

    #[test]
    fn a_private_folder_lets_only_its_owner_pass() {
        let folder = std::env::temp_dir().join(format!("souk-enter-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
        let owner = folder.metadata().unwrap();
        let own = Account { uid: owner.uid(), gid: owner.gid() };
        let other = Account { uid: owner.uid() + 4_000, gid: owner.gid() + 4_000 };
        let seen = (own.can_enter(&folder), other.can_enter(&folder));
        std::fs::remove_dir(&folder).unwrap();
        assert_eq!(seen, (true, false));
    }
}
