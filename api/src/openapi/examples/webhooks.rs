//! Webhooks.

use serde_json::{Value, json};

const DELIVERY: &str = "018b3b1e-7c00-7a10-8c11-00000000c901";
const EVENT: &str = "018b3b1e-7c00-7a10-8c11-000000000901";
const CURSOR: &str =
    "eyJ2IjoxLCJjIjoiMDE4YjM1ZmYtMzY4MC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicCI6MTI4fQ";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    let value = match schema {
        "Webhook" => webhook(),
        "WebhookWithSecret" => {
            let mut webhook = webhook();
            webhook["secret"] = json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=");
            webhook
        }
        "WebhookPage" => json!({"data": [webhook()], "next_cursor": null}),
        "NewWebhook" => json!({
            "url": "https://province.example/hooks/xueshi", "description": "省平台",
            "types": ["declaration.approved", "certificate.issued"], "content": "full", "signatures": ["v1"]
        }),
        "WebhookChanges" => json!({"description": "省公共服务平台", "enabled": true}),
        "SecretRotation" => json!({"grace_seconds": 86_400}),
        "WebhookReplay" => json!({"since": "2023-10-16T09:00:00+08:00"}),
        "WebhookReplayed" => json!({"cursor": CURSOR, "delivery": null}),
        "WebhookDelivery" => delivery(),
        "WebhookDeliveryPage" => json!({"data": [delivery()], "next_cursor": null}),
        _ => return None,
    };
    Some(value)
}

fn webhook() -> Value {
    json!({
        "id": "018b3b1e-7c00-7a10-8c11-00000000c001", "url": "https://province.example/hooks/xueshi",
        "description": "省平台", "types": ["declaration.approved", "certificate.issued"], "content": "full",
        "signatures": ["v1"], "enabled": true, "disabled_because": null, "disabled_at": null, "failing_since": null, "resting_until": null,
        "cursor": CURSOR, "version": 1,
        "keys": [{"signature": "v1", "public_key": null, "created_at": "2023-10-16T09:00:00+08:00", "expires_at": null}],
        "created_at": "2023-10-16T09:00:00+08:00", "updated_at": "2023-10-16T09:00:00+08:00"
    })
}

fn delivery() -> Value {
    json!({
        "id": DELIVERY, "kind": "change", "webhook_id": EVENT, "type": "declaration.approved", "state": "pending",
        "attempts": 1, "next_attempt_at": "2023-10-16T09:30:05+08:00",
        "last_attempt": {"at": "2023-10-16T09:30:00+08:00", "status": 503, "failure": "refused", "duration_ms": 24},
        "created_at": "2023-10-16T09:30:00+08:00", "finished_at": null
    })
}
