//! Who puts their name to the log's heads.

use std::fmt;
use std::str::FromStr;

/// A witness (C2SP tlog-witness): the key that its cosignatures are verified with, and where it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAddress {
    /// Its verifier key, of the type for cosignatures.
    pub verifier_key: String,
    /// The address before `/add-checkpoint`.
    pub url: String,
}

impl FromStr for WitnessAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            "expected VERIFIER_KEY@URL, such as name+7ae5b5d3+BA…=@https://witness.example"
                .to_owned()
        };
        let place =
            text.find("@http://").or_else(|| text.find("@https://")).ok_or_else(expected)?;
        let (key, url) = (&text[..place], text[place + 1..].trim_end_matches('/'));
        if key.split('+').count() < 3 || url.contains(char::is_whitespace) {
            return Err(expected());
        }
        Ok(Self { verifier_key: key.to_owned(), url: url.to_owned() })
    }
}

impl fmt::Display for WitnessAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.verifier_key, self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_is_a_key_and_an_address() {
        let text = "w.example/1+7ae5b5d3+BAkh/K+a=@https://w.example/path/";
        let witness: WitnessAddress = text.parse().unwrap();
        assert_eq!(witness.verifier_key, "w.example/1+7ae5b5d3+BAkh/K+a=");
        assert_eq!(witness.url, "https://w.example/path");
        for text in ["", "https://w.example", "key@https://w.example", "a+b+c@ftp://w.example"] {
            assert!(text.parse::<WitnessAddress>().is_err(), "{text}");
        }
    }
}
