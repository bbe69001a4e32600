//! Enums whose variants each have one stable text: the same in JSON, in a text column and in an audit event.

use std::fmt;

/// An enum with one stable text per variant, so that a store can write all of them with one generic implementation.
pub trait TextEnum: Copy + Eq + fmt::Debug + 'static {
    /// Every variant, in the order of declaration.
    const ALL: &'static [Self];
    /// The texts of [`TextEnum::ALL`], in the same order.
    const NAMES: &'static [&'static str];

    /// The stable text of this variant.
    fn as_str(self) -> &'static str;

    /// The variant with exactly this text, if there is one.
    fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|variant| variant.as_str() == text)
    }
}

/// A text that is none of the allowed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownText {
    /// The allowed texts.
    pub expected: &'static [&'static str],
}

impl fmt::Display for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of {}", self.expected.join(", "))
    }
}

impl std::error::Error for UnknownText {}

/// Declares an enum and the text of each variant, with `ALL`, `NAMES`, `as_str`, `Display`, `FromStr` and serde as that text.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant ),+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];
            /// The texts of `ALL`, in the same order.
            pub const NAMES: &'static [&'static str] = &[$( $text ),+];

            /// The stable text of this variant.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text ),+
                }
            }
        }

        impl $crate::text_enum::TextEnum for $name {
            const ALL: &'static [Self] = Self::ALL;
            const NAMES: &'static [&'static str] = Self::NAMES;

            fn as_str(self) -> &'static str {
                Self::as_str(self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text_enum::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <Self as $crate::text_enum::TextEnum>::from_text(text)
                    .ok_or($crate::text_enum::UnknownText { expected: Self::NAMES })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::text_enum::deserialize(deserializer)
            }
        }
    };
}

/// Reads one of the texts of `T`; what [`text_enum!`] uses for every enum.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TextEnum,
    D: serde::Deserializer<'de>,
{
    struct Visitor<T>(std::marker::PhantomData<T>);

    impl<T: TextEnum> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "one of {}", T::NAMES.join(", "))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            T::from_text(text).ok_or_else(|| E::unknown_variant(text, T::NAMES))
        }
    }

    deserializer.deserialize_str(Visitor(std::marker::PhantomData))
}
