//! Texts for people, always in both languages.

use std::borrow::Cow;
use std::fmt;

/// The languages in which the service speaks. Chinese is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Language {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    Chinese,
    /// English, `en`.
    English,
}

impl Language {
    /// The tag for `Content-Language` and the `lang` attribute.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// The best language for an `Accept-Language` header (RFC 9110, 12.5.4), Chinese when nothing fits.
    ///
    /// Quality values are respected, also `q=0`; between equal ones the first named wins.
    #[must_use]
    pub fn negotiate(header: &str) -> Language {
        let mut best: Option<(f32, Language)> = None;
        for entry in header.split(',') {
            let mut parts = entry.split(';');
            let range = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let quality = parts
                .find_map(|part| {
                    part.trim().strip_prefix("q=").map(|value| value.trim().parse().unwrap_or(0.0))
                })
                .unwrap_or(1.0_f32);
            let primary = range.split('-').next().unwrap_or_default();
            let language = match primary {
                "zh" | "*" => Language::Chinese,
                "en" => Language::English,
                _ => continue,
            };
            if quality > 0.0 && best.is_none_or(|(highest, _)| quality > highest) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language).unwrap_or_default()
    }
}

/// A fixed text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Simplified Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Phrase {
    /// The text in one language.
    #[must_use]
    pub fn text(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// A text made from facts, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

/// Stands between the two languages where a text has to pass through a library's single message string.
const SEPARATOR: char = '\u{1e}';

impl Text {
    /// Both versions of one sentence.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }

    /// Packs both versions into one string, for errors of `serde` and `validator`, which carry only one message.
    #[must_use]
    pub fn pack(&self) -> String {
        format!("{}{SEPARATOR}{}", self.zh, self.en)
    }

    /// Takes a message apart that [`Text::pack`] made; any other message serves for both languages.
    #[must_use]
    pub fn unpack(message: &str) -> Text {
        match message.split_once(SEPARATOR) {
            Some((zh, en)) => Text::new(zh.to_owned(), en.to_owned()),
            None => Text::new(message.to_owned(), message.to_owned()),
        }
    }
}

impl From<Phrase> for Text {
    fn from(phrase: Phrase) -> Self {
        Text::new(phrase.zh, phrase.en)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_follows_quality_values() {
        for (header, expected) in [
            ("", Language::Chinese),
            ("en", Language::English),
            ("en-GB,en;q=0.9", Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("zh;q=0.2, en;q=0.7", Language::English),
            ("en;q=0, *", Language::Chinese),
            ("fr, de;q=0.9", Language::Chinese),
            ("fr, en;q=0.1", Language::English),
            ("en;q=abc", Language::Chinese),
            (";;;,,,q=", Language::Chinese),
        ] {
            assert_eq!(Language::negotiate(header), expected, "{header}");
        }
    }

    #[test]
    fn a_packed_text_comes_back() {
        let text = Text::new("学时", "hours");
        assert_eq!(Text::unpack(&text.pack()), text);
        assert_eq!(Text::unpack("plain"), Text::new("plain", "plain"));
    }
}
