//! What every answer has, whatever the resource: seen from outside, on a running application.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use xueshi_api::{Application, Settings, StopHandle};

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

struct Service {
    address: std::net::SocketAddr,
    stop: StopHandle,
}

impl Service {
    async fn start(change: impl FnOnce(&mut Settings)) -> Service {
        let directory = std::env::temp_dir().join(format!("xueshi-frame-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&directory).unwrap();
        let mut settings = Settings::for_tests(directory);
        change(&mut settings);
        let application = Application::start(settings).await.unwrap();
        let service = Service { address: application.address(), stop: application.stop_handle() };
        actix_web::rt::spawn(application.run());
        service
    }

    /// Sends one request as it is written here and reads the answer until the connection closes.
    async fn send(&self, line: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let pairs = lines.filter_map(|line| line.split_once(": "));
        let headers = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status, headers, body: body.to_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), "").await
    }
}

#[actix_web::test]
async fn an_error_is_a_problem_in_the_callers_language() {
    let service = Service::start(|_| ()).await;
    for (line, status, code) in [
        ("GET /nowhere", 404, "not-found"),
        ("GET /v1/nowhere", 404, "not-found"),
        ("GET /problems/no-such-code", 404, "not-found"),
        ("GET /docs/nothing.js", 404, "not-found"),
        ("GET /problems/", 404, "not-found"),
        ("POST /problems", 405, "method-not-allowed"),
        ("TRACE /healthz", 405, "method-not-allowed"),
        ("GET /healthz?colour=red", 400, "unknown-parameter"),
        ("GET /healthz?%ff=1", 400, "invalid-parameter"),
    ] {
        let answer =
            service.send(line, "Accept-Language: en\r\nX-Request-Id: request-0001\r\n").await;
        let problem = answer.json();
        assert_eq!((answer.status, &problem["code"]), (status, &Value::from(code)), "{line}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{line}");
        assert_eq!(answer.header("content-language"), "en", "{line}");
        assert_eq!(answer.header("x-request-id"), "request-0001", "{line}");
        assert_eq!(problem["request_id"], "request-0001", "{line}");
        assert_eq!(problem["status"], status, "{line}");
        let kind = problem["type"].as_str().unwrap();
        let page =
            service.get(kind.strip_prefix(&format!("http://{}", service.address)).unwrap()).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    }
    let allow = service.send("DELETE /problems", "").await;
    assert_eq!(allow.header("allow"), "GET, HEAD");
    assert!(allow.json()["title"].as_str().unwrap().contains("不支持"));
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn every_answer_has_its_id_and_its_safety_headers() {
    let service = Service::start(|_| ()).await;
    let first = service.get("/healthz").await;
    let second = service.send("GET /healthz", "X-Request-Id: a b\r\n").await;
    assert_eq!(first.json()["status"], "ok");
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(second.header("x-request-id").len(), 36, "an id with a blank is replaced");
    for name in ["x-content-type-options", "referrer-policy", "content-security-policy"] {
        assert_ne!(first.header(name), "", "{name}");
    }
    assert_eq!(service.get("/v1/nowhere").await.header("cache-control"), "no-store");
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn head_compression_and_revalidation_work_on_get() {
    let service = Service::start(|_| ()).await;
    let whole = service.get("/openapi.json").await;
    let head = service.send("HEAD /openapi.json", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    let again = service
        .send("GET /openapi.json", &format!("If-None-Match: {}\r\n", whole.header("etag")))
        .await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    for encoding in ["br", "zstd", "gzip"] {
        let small =
            service.send("GET /openapi.json", &format!("Accept-Encoding: {encoding}\r\n")).await;
        assert_eq!(small.header("content-encoding"), encoding);
    }
    let nothing_fits = service.send("GET /openapi.json", "Accept-Encoding: identity;q=0\r\n").await;
    assert_eq!(nothing_fits.status, 200);
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn the_documentation_loads_only_from_this_server() {
    let service = Service::start(|_| ()).await;
    let page = service.get("/docs").await;
    assert!(page.body.contains("<base href=\"/docs/\">"), "{}", page.body);
    assert!(!page.body.contains("https://"), "{}", page.body);
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert_eq!(service.get(&format!("/docs/{file}")).await.status, 200, "{file}");
    }
    assert!(
        service
            .get("/docs/swagger-initializer.js")
            .await
            .body
            .contains("\"url\": \"/openapi.json\"")
    );
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn explanations_come_as_a_page_or_as_json() {
    let service = Service::start(|_| ()).await;
    let accept = "Accept: application/json\r\nAccept-Language: zh;q=0.1, en;q=0.9\r\n";
    let index = service.send("GET /problems", accept).await.json();
    assert_eq!(index["data"].as_array().unwrap().len(), xueshi_api::problem::Code::ALL.len());
    let one = service.send("GET /problems/year-end-freeze", accept).await;
    assert_eq!((one.json()["status"].clone(), one.header("content-language")), (422.into(), "en"));
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn limits_and_metrics_are_told() {
    let rate = "2/60s".parse::<xueshi_api::settings::RateChoice>().unwrap().0;
    let service = Service::start(|settings| settings.rate_limit = rate).await;
    let left: Vec<_> = [service.get("/v1/nowhere").await, service.get("/v1/nowhere").await]
        .iter()
        .map(|answer| answer.header("ratelimit").to_owned())
        .collect();
    assert_eq!(left, ["\"default\";r=1;t=30", "\"default\";r=0;t=60"]);
    let refused = service.get("/v1/nowhere").await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (429, "rate-limited".into()));
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 30);
    assert_eq!(refused.header("ratelimit-policy"), "\"default\";q=2;w=60");
    assert_eq!(service.get("/healthz").await.status, 200, "only /v1 is limited");
    let metrics = service.get("/metrics").await.body;
    let line = "xueshi_http_requests_total{path=\"/healthz\",method=\"GET\",status=\"200\"}";
    assert!(metrics.contains(line), "{metrics}");
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn only_listed_origins_may_read_answers() {
    let service =
        Service::start(|settings| settings.cors_origins = vec!["https://a.example".into()]).await;
    let listed = service.send("GET /v1/nowhere", "Origin: https://a.example\r\n").await;
    assert_eq!(
        (listed.status, listed.header("access-control-allow-origin")),
        (404, "https://a.example")
    );
    let other = service.send("GET /v1/nowhere", "Origin: https://b.example\r\n").await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (404, ""));
    service.stop.stop(false).await;
}

#[actix_web::test]
async fn chaos_spares_what_is_not_the_api() {
    let service = Service::start(|settings| settings.chaos = 100).await;
    for _ in 0..10 {
        let answer = service.get("/v1/nowhere").await;
        assert!(matches!(answer.status, 429 | 503), "{}", answer.status);
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(service.get("/healthz").await.status, 200);
    assert_eq!(service.get("/v1/sandbox/nowhere").await.status, 404);
    service.stop.stop(false).await;
}
