//! Hashes and checks passwords with Argon2id; a check takes the same time for known and unknown names.

use std::sync::LazyLock;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use hashwatt_core::error::{Error, Result};

/// Shortest allowed password. [characters] NIST SP 800-63B-4 asks for 15 if the password is the only factor.
pub const MIN_CHARS: usize = 15;

/// Longest allowed password, so that hashing costs the same for everyone. [bytes]
pub const MAX_BYTES: usize = 256;

/// Memory, passes and lanes from OWASP's password storage cheat sheet. [KiB, passes, lanes]
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Hash to check against if the name is unknown.
static NOBODYS: LazyLock<String> =
    LazyLock::new(|| hash("the password of nobody at all").expect("it is long enough"));

fn argon2() -> Argon2<'static> {
    let (memory_kib, passes, lanes) = COST;
    let params = Params::new(memory_kib, passes, lanes, None).expect("the cheat sheet's are allowed");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password in PHC form, with its own salt.
///
/// # Errors
/// When the password is too short or too long.
pub fn hash(password: &str) -> Result<String> {
    if password.chars().count() < MIN_CHARS || password.len() > MAX_BYTES {
        return Err(Error::setting(
            "password",
            format!("it has {} characters", password.chars().count()),
            format!("Take {MIN_CHARS} characters or more, at most {MAX_BYTES} bytes; a sentence will do"),
        ));
    }
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2().hash_password(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| Error::desk("password", error))
}

/// Whether the password matches the hash. `None`, for an unknown name, takes the same time.
#[must_use]
pub fn is_right(password: &str, hash: Option<&str>) -> bool {
    let known = hash.unwrap_or(&NOBODYS);
    let Ok(parsed) = PasswordHash::new(known) else { return false };
    let is_right =
        password.len() <= MAX_BYTES && argon2().verify_password(password.as_bytes(), &parsed).is_ok();
    is_right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_is_right() {
        let hash = hash("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_right("correct horse battery", Some(&hash)));
        assert!(!is_right("correct horse batterz", Some(&hash)));
        assert!(!is_right("", Some(&hash)) && !is_right("x", Some("no hash")));
    }

    #[test]
    fn an_unknown_name_is_never_right() {
        assert!(!is_right("the password of nobody at all", None));
    }

    #[test]
    fn a_short_password_is_refused_with_the_cure() {
        let error = hash("12345678").unwrap_err().to_string();
        assert!(error.contains("8 characters") && error.contains("15"), "{error}");
        assert!(hash(&"x".repeat(MAX_BYTES + 1)).is_err());
    }
}
