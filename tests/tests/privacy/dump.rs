//! No id number and no phone stands in the database, in the files, or in what the service wrote to its log, whatever was asked.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client as Http, Method, Response, multipart};
use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Server, on_both};

use super::{assert_nowhere, both_numbers, dump};

on_both!(u4a_no_number_stands_anywhere_in_the_clear);

/// The service as a process of its own, with everything that it writes in a file.
struct Service {
    child: Child,
    base: String,
    http: Http,
}

impl Service {
    async fn start(server: &Server, log: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let out = File::create(log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
        command
            .args(["serve", "--sandbox", "--log", "debug", "--rate-limit", "off"])
            .args(["--bind", &free.to_string(), "--database-url", server.database_url()])
            .arg("--data-dir")
            .arg(server.directory())
            .env_clear()
            .env("RUST_LOG", "debug")
            .env("RUST_BACKTRACE", "full")
            .current_dir(server.directory())
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out);
        let service = Self {
            child: command.spawn().unwrap(),
            base: format!("http://{free}"),
            http: Http::builder().timeout(Duration::from_secs(60)).build().unwrap(),
        };
        for _ in 0..1_200 {
            let ready = service.http.get(format!("{}/readyz", service.base)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return service;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the service does not start");
    }

    async fn login(&self, username: &str) -> Speaker<'_> {
        let body = json!({"username": username, "password": "sandbox"});
        let nobody = Speaker { service: self, token: String::new() };
        let answer = nobody.send(Method::POST, "/v1/auth/login", Some(body)).await;
        assert_eq!(answer.status(), 200, "{username}");
        Speaker { token: text(&answer.json().await.unwrap(), "access_token"), ..nobody }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody who is logged in.
struct Speaker<'s> {
    service: &'s Service,
    token: String,
}

impl Speaker<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.service.http.request(method, format!("{}{path}", self.service.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// A file of people that is taken in, or tried, to its end; false when it was not accepted.
    async fn import(&self, name: &str, csv: String, dry_run: bool) -> bool {
        let part = multipart::Part::bytes(csv.into_bytes()).file_name(name.to_owned());
        let form = multipart::Form::new().text("kind", "people").part("file", part);
        let path = format!("{}/v1/imports?dry_run={dry_run}", self.service.base);
        let sent = self.service.http.post(path).bearer_auth(&self.token).multipart(form);
        let answer = sent.send().await.unwrap();
        if answer.status() != 202 {
            assert!(answer.status().is_client_error(), "{name}: {}", answer.status());
            return false;
        }
        let job = answer.headers()["location"].clone();
        for _ in 0..600 {
            let job = self.get(job.to_str().unwrap()).await;
            if !["queued", "running"].contains(&text(&job, "state").as_str()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the import does not end");
    }
}

/// Everything that can be done with a number: found, sent, changed, mistyped, refused.
async fn use_numbers(service: &Service, person: &Value, number: &str, phone: &str) {
    let officer = service.login("city.officer").await;
    let id = text(person, "id");
    let unit = text(person, "employer_id");
    let new = |number: &str, phone: &str| {
        json!({"name": "重复", "id_type": "resident_id", "id_number": number, "phone": phone,
            "post": "technical", "employer_id": unit, "started_on": "2023-09-01"})
    };
    let last = number.chars().last().unwrap();
    let wrong = format!("{}{}", &number[..number.len() - 1], if last == '1' { '2' } else { '1' });
    for (method, path, body) in [
        (Method::POST, "/v1/professionals".to_owned(), Some(new(number, phone))),
        (Method::POST, "/v1/professionals?dry_run=true".to_owned(), Some(new(number, phone))),
        (Method::POST, "/v1/professionals".to_owned(), Some(new(&wrong, phone))),
        (Method::POST, "/v1/professionals".to_owned(), Some(json!({"name": number, (phone): 1}))),
        (Method::PATCH, format!("/v1/professionals/{id}"), Some(json!({"phone": phone}))),
        (
            Method::PATCH,
            format!("/v1/professionals/{id}"),
            Some(json!({"phone": format!("x{phone}")})),
        ),
        (Method::GET, format!("/v1/professionals/{number}"), None),
        (Method::GET, format!("/v1/professionals?id_number={number}"), None),
        (Method::GET, format!("/v1/professionals?employer_id={phone}"), None),
        (Method::GET, format!("/v1/verify/{number}"), None),
        (Method::GET, format!("/nothing/{number}/{phone}"), None),
        (Method::POST, format!("/v1/professionals/{id}/personal-data"), Some(both_numbers())),
        (
            Method::POST,
            "/v1/auth/login".to_owned(),
            Some(json!({"username": phone, "password": number})),
        ),
        (
            Method::POST,
            "/v1/registrations".to_owned(),
            Some(json!({"username": "a.newcomer",
            "password": "a long enough password", "name": "重复", "id_type": "resident_id", "id_number": number,
            "phone": phone, "post": "technical", "employer_unit_code": "12410100MA0000074K"})),
        ),
    ] {
        let answer = officer.send(method.clone(), &path, body).await;
        assert!(answer.status().as_u16() < 500, "{method} {path}: {}", answer.status());
    }
    // A body that is no JSON.
    let url = format!("{}/v1/professionals", service.base);
    let broken = service.http.post(url).bearer_auth(&officer.token);
    let broken = broken.header("content-type", "application/json");
    broken.body(format!("{{\"id_number\": {number}{phone}")).send().await.unwrap();
}

async fn u4a_no_number_stands_anywhere_in_the_clear(server: &Server) {
    let mut city = Server::start(server.database()).await;
    city.stop();
    let log = city.directory().join("everything.log");
    let service = Service::start(&city, &log).await;
    let officer = service.login("city.officer").await;
    let people = officer.get("/v1/professionals?limit=200").await;
    let people = people["data"].as_array().unwrap();
    assert!(people.len() >= 20, "{}", people.len());
    let mut numbers = Vec::new();
    let mut rows = String::from(
        "姓名,证件类型,证件号码,手机号码,岗位类别,用人单位统一社会信用代码,入职日期\r\n",
    );
    let mut headless = String::new();
    for person in people {
        let path = format!("/v1/professionals/{}/personal-data", text(person, "id"));
        let shown = officer.send(Method::POST, &path, Some(both_numbers())).await;
        let shown: Value = shown.json().await.unwrap();
        let (number, phone) = (text(&shown, "id_number"), text(&shown, "phone"));
        use_numbers(&service, person, &number, &phone).await;
        rows.push_str(&format!(
            "重复,居民身份证,{number},{phone},专业技术岗位,12410100MA0000074K,2023-09-01\r\n"
        ));
        headless.push_str(&format!("{number},{phone},{number}\r\n"));
        numbers.extend([number, phone]);
    }
    // Files: right, without heads, and named after somebody.
    assert!(officer.import("人员.csv", rows.clone(), true).await);
    assert!(officer.import(&format!("{}.csv", numbers[0]), rows.clone(), false).await);
    officer.import("没有表头.csv", headless.clone(), true).await;
    let (heads, rest) = rows.split_once("\r\n").unwrap();
    let more = rest.replace("\r\n", ",\r\n");
    let odd = format!("{heads},{}\r\n{more}", numbers[0]);
    assert!(officer.import("多一列.csv", odd, false).await);
    // A copy for a person.
    let doctor = service.login("professional").await;
    let copy = doctor.send(Method::POST, "/v1/me/personal-data-copy", None).await;
    assert_eq!(copy.status(), 200);
    let copy: Value = copy.json().await.unwrap();
    assert!(numbers.contains(&text(&copy["numbers"][0], "id_number")));
    let metrics = service.http.get(format!("{}/metrics", service.base)).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    drop(service);

    assert_nowhere("the metrics", metrics.as_bytes(), &numbers);
    assert_nowhere("the database", dump(&city).as_bytes(), &numbers);
    let written = fs::read(&log).unwrap();
    assert!(written.len() > 10_000, "the log has something in it");
    assert_nowhere("the log", &written, &numbers);
    in_files(city.directory(), &numbers);
}

/// Every file of the data directory, also the database's own.
fn in_files(directory: &Path, numbers: &[String]) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            in_files(&path, numbers);
        } else {
            assert_nowhere(&path.display().to_string(), &fs::read(&path).unwrap(), numbers);
        }
    }
}
