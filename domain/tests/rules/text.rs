//! The stable texts that clients and stored rows rely on.

use xueshi_domain::access::{Permission, Role, Scope};
use xueshi_domain::learning::{EvidenceKind, Subject, Way};
use xueshi_domain::registry;
use xueshi_domain::review::{Decision, Event, Stage, State, next};
use xueshi_domain::{TextEnum, UnknownText};

fn round_trip<T>()
where
    T: TextEnum
        + serde::Serialize
        + serde::de::DeserializeOwned
        + std::str::FromStr<Err = UnknownText>,
{
    assert_eq!(T::ALL.len(), T::NAMES.len());
    for (variant, name) in T::ALL.iter().zip(T::NAMES) {
        assert_eq!(variant.as_str(), *name);
        assert_eq!(T::from_text(name), Some(*variant));
        assert_eq!(name.parse::<T>().ok(), Some(*variant));
        let json = serde_json::to_string(variant).unwrap();
        assert_eq!(json, format!("\"{name}\""));
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *variant);
    }
    for wrong in ["", "nothing-of-the-kind", "DRAFT", " draft", "draft\0"] {
        assert!(T::from_text(wrong).is_none());
        assert!(wrong.parse::<T>().is_err());
        let message = serde_json::from_str::<T>(&serde_json::to_string(wrong).unwrap())
            .unwrap_err()
            .to_string();
        assert!(message.contains(T::NAMES[0]), "{message}");
    }
    assert!(serde_json::from_str::<T>("1").is_err());
}

#[test]
fn texts_round_trip() {
    round_trip::<Subject>();
    round_trip::<Way>();
    round_trip::<EvidenceKind>();
    round_trip::<State>();
    round_trip::<Stage>();
    round_trip::<Event>();
    round_trip::<Role>();
    round_trip::<Permission>();
    round_trip::<Scope>();
    round_trip::<Decision>();
    round_trip::<registry::OrganizationKind>();
    round_trip::<registry::PolicyState>();
    round_trip::<registry::PlanState>();
}

#[test]
fn v4_a_decision_is_an_event_of_the_same_name_that_every_pending_state_takes() {
    for decision in Decision::ALL {
        assert_eq!(decision.as_str(), decision.event().as_str());
        assert!(
            State::PENDING.iter().all(|state| next(*state, decision.event()).is_ok()),
            "{decision}"
        );
    }
}

#[test]
fn h8_subjects_and_ways_are_those_of_the_contract() {
    assert_eq!(Subject::NAMES, ["public", "professional"]);
    assert_eq!(
        Way::NAMES,
        [
            "training_class",
            "seminar",
            "advanced_seminar",
            "distance_course",
            "conference",
            "degree_study",
            "practice",
            "published_work",
            "patent",
            "project",
            "other"
        ]
    );
}

#[test]
fn states_are_those_of_the_contract() {
    assert_eq!(
        State::NAMES,
        [
            "draft",
            "employer_review",
            "authority_review",
            "approved",
            "returned",
            "rejected",
            "withdrawn",
            "lapsed",
            "revoked"
        ]
    );
    assert_eq!(Scope::NAMES, ["sync:read", "sync:write", "learning:write"]);
}
