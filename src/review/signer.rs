//! Signs what browsers store for the desk, so that nobody else can forge it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;

/// Signs with a secret that stays in the desk's database.
pub struct Signer {
    key: Hmac<Sha256>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Signer")
    }
}

impl Signer {
    /// Makes a signer with this secret.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self { key: Hmac::new_from_slice(secret.as_bytes()).expect("a key of any length will do") }
    }

    /// Signs a text for one purpose; the signature is not valid for another.
    #[must_use]
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.over(purpose, text).finalize().into_bytes())
    }

    /// Whether the signature fits the text and purpose. The check takes the same time either way.
    #[must_use]
    pub fn is_right(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let signature = URL_SAFE_NO_PAD.decode(signature);
        signature.is_ok_and(|bytes| self.over(purpose, text).verify_slice(&bytes).is_ok())
    }

    fn over(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        // No purpose contains a zero byte, so no two pairs give the same input.
        self.key.clone().chain_update(purpose).chain_update([0]).chain_update(text)
    }
}

/// Returns a text that cannot be guessed: 32 random bytes from the system.
#[must_use]
pub fn secret() -> String {
    let mut bytes = [0; 32];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_long() {
        assert_ne!(secret(), secret());
        assert_eq!(secret().len(), 43);
    }

    #[test]
    fn a_signature_is_worth_something_for_its_own_text_purpose_and_secret_alone() {
        let signer = Signer::of("a");
        let signature = signer.sign("form", "text");
        assert!(signer.is_right("form", "text", &signature));
        assert!(!signer.is_right("form", "test", &signature) && !signer.is_right("for", "mtext", &signature));
        assert!(!signer.is_right("device", "text", &signature) && !signer.is_right("form", "text", ""));
        assert!(!Signer::of("b").is_right("form", "text", &signature));
    }
}
