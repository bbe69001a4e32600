//! The transparency log.

use serde_json::{Value, json};

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    Some(match schema {
        "TransparencyLog" => json!({
            "origin": "xueshi.example/log",
            "verifier_key": "xueshi.example/log+7ae5b5d3+AWPbFLmOUKLJdy4lXcLI1Wb1PVG0RZbWZAbZOBFK3D6l",
            "tree_size": 48_213, "root_hash": "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
            "sealed_at": "2023-10-16T09:00:00.412+08:00",
        }),
        "LogProof" => json!({
            "leaf_index": 17, "tree_size": 48_213,
            "leaf": "{\"at\":\"2023-10-16T09:00:00.000000+08:00\",\"city\":\"017d211b-a680-7000-8000-000000000001\",\"digest\":\"AliDZdYXWMEkDXCCoCaPhTsVQRKFXRHpNKaqMBBlKS0=\",\"id\":\"018b3603-8a00-7c33-8b4d-8e7f6a5b4c3d\",\"kind\":\"declaration.approved\",\"v\":1}",
            "hashes": ["CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="],
        }),
        _ => return None,
    })
}
