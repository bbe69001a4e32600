//! The verification page: what it says of each state, to whom, and what it keeps to itself (A2, U4a).

use serde_json::{Value, json};
use xueshi_api::settings::RateChoice;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Answer, Client, Server, on_both, on_sqlite};

use super::process::Process;
use super::{current, named, revoke};

on_both!(
    a2_the_page_says_what_a_certificate_is_worth,
    u4a_no_code_stands_in_a_log,
    u4a_whose_data_were_erased_is_shown_as_erased,
);
on_sqlite!(
    what_is_no_code_is_answered_like_a_code_of_nothing,
    a_code_can_be_typed_in,
    a_page_is_for_who_would_rather_have_one,
    a_link_that_was_passed_on_opens,
    what_fails_is_told_on_a_page,
);

/// What a browser says that it takes.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn opened(client: &Client, code: &str) -> Answer {
    client.get(&format!("/v1/verify/{code}")).header("accept", BROWSER).await
}

async fn told(client: &Client, code: &str) -> Answer {
    client.get(&format!("/v1/verify/{code}")).header("accept", "application/json").await
}

/// What every page of ours has: both languages, each marked; no script and nothing from elsewhere; nothing kept on the way.
fn check(answer: &Answer, title: &str) {
    let page = answer.text();
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer:?}");
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"zh-CN\">"), "{page}");
    assert!(page.contains(&format!("<title>{title}")), "the title says the state: {page}");
    assert_eq!(page.matches("<h1>").count(), 1, "{page}");
    for part in [
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
        "<header class=\"top\">",
        "<main>",
        "</main>",
        "<footer class=\"end\">",
        "<p lang=\"en\">",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    for part in ["<script", "javascript:", " onclick", "src=", "http:", "https:"] {
        assert!(!page.contains(part), "{part} in {page}");
    }
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("script-src"),
        "{policy}"
    );
}

/// A2: valid, superseded and revoked in words; what to do; date and class of reason, not the reason; name and id number masked.
async fn a2_the_page_says_what_a_certificate_is_worth(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let nobody = server.nobody();
    let conference = steps::conference_with_evidence(&doctor, "年会", "05-08", "05-09", 8).await;
    steps::approve_fully(&doctor, &conference, &employer, &authority).await;
    let person = steps::certified_person(server).await;

    let valid = opened(&nobody, &person.code).await;
    assert_eq!(valid.status, 200, "{valid:?}");
    check(&valid, "证书有效 · Valid certificate");
    let page = valid.text();
    for fact in
        ["林**", "410199********9015", "郑州市示范医院", "2023", "98", "68", "30", "2023-10-16"]
    {
        assert!(page.contains(fact), "no {fact} in {page}");
    }
    assert!(page.contains(&person.number) && page.contains("当年完成"), "{page}");
    assert!(page.contains("<time datetime=\"2023-10-16T09:"), "when it was checked: {page}");

    revoke(server, &text(&conference, "id")).await;
    let superseded = opened(&nobody, &person.code).await;
    check(&superseded, "证书已被替换 · Superseded certificate");
    let (page, facts) = (superseded.text(), told(&nobody, &person.code).await.is(200));
    for fact in ["向持证人索取新证书", "替换日期", "更正后换发新证", "98", "2023-10-16"]
    {
        assert!(page.contains(fact), "no {fact} in {page}");
    }
    assert_eq!(
        (&facts["state"], &facts["end_reason"]),
        (&json!("superseded"), &json!("corrected"))
    );
    // The way to the new one is its holder's to show.
    let (number, code) = current(&doctor).await;
    assert!(!page.contains(&number) && !page.contains(&code), "{page}");

    revoke(server, &person.public).await;
    let revoked = opened(&nobody, &code).await;
    check(&revoked, "证书已撤销 · Revoked certificate");
    let (page, facts) = (revoked.text(), told(&nobody, &code).await.is(200));
    for fact in ["撤销日期", "学时被撤销", "发证机关", "90", "2023-10-16"] {
        assert!(page.contains(fact), "no {fact} in {page}");
    }
    assert_eq!(
        (&facts["state"], &facts["end_reason"]),
        (&json!("revoked"), &json!("hours_revoked"))
    );
    assert!(text(&facts, "ended_at").starts_with("2023-10-16T09:"), "{facts:#}");
    for page in [&valid, &superseded, &revoked] {
        let page = page.text();
        assert!(!page.contains("林知远") && !page.contains("名册核查不符"), "{page}");
        assert!(!page.contains("410199198507129015"), "{page}");
    }
}

/// Nothing can be counted or tried out: one answer for all that is nothing, also beside the code of something.
async fn what_is_no_code_is_answered_like_a_code_of_nothing(server: &Server) {
    let person = steps::certified_person(server).await;
    let nobody = server.nobody();
    let mut near = person.code.clone();
    let last = if near.ends_with('0') { '1' } else { '0' };
    near.pop();
    near.push(last);
    let prefix: String = person.code.chars().take(10).collect();
    let first = opened(&nobody, "00000000000000000000").await;
    check(&first, "没有这个核验码 · Unknown code");
    assert!(first.text().contains("<form method=\"post\" action=\"/v1/verify\">"), "{first:?}");
    for code in [near.as_str(), "x", &prefix, &person.number, "%F0%9F%98%80", "%3Cscript%3E"] {
        let page = opened(&nobody, code).await;
        assert_eq!((page.status, page.text()), (200, first.text()), "{code}");
        let mut problem = told(&nobody, code).await.refused(404, "not-found");
        let mut other = told(&nobody, "00000000000000000000").await.refused(404, "not-found");
        for member in ["instance", "request_id"] {
            (problem[member], other[member]) = (Value::Null, Value::Null);
        }
        assert_eq!(problem, other, "{code}");
    }
    // As people write it.
    let spaced = format!("{}-{}", &person.code[..4], person.code[4..].to_lowercase());
    assert_eq!(opened(&nobody, &spaced).await.status, 200);
    // A program that names no media type gets facts.
    let bare = nobody.get(&format!("/v1/verify/{}", person.code)).await;
    assert_eq!(bare.is(200)["state"], "valid");
    assert_eq!(bare.header("x-robots-tag"), "noindex");
}

/// Who names HTML, and nothing that would be as welcome before it, gets the page; everybody else gets facts.
async fn a_page_is_for_who_would_rather_have_one(server: &Server) {
    let person = steps::certified_person(server).await;
    let nobody = server.nobody();
    let path = format!("/v1/verify/{}", person.code);
    let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8";
    for (accept, is_page) in [
        (chrome, true),
        ("TEXT/HTML", true),
        ("text/html, application/json;q=0.9", true),
        ("application/json, text/html;q=0.9", false),
        ("application/json;q=1, text/html;q=0", false),
        ("text/html;q=0", false),
        ("*/*", false),
    ] {
        let answer = nobody.get(&path).header("accept", accept).await;
        assert_eq!(answer.status, 200, "{accept}: {answer:?}");
        let kind = answer.header("content-type");
        assert_eq!(kind.starts_with("text/html"), is_page, "{accept}: {kind}");
        assert!(is_page || answer.json()["state"] == "valid", "{accept}: {answer:?}");
    }
}

/// Messengers add parameters of their own to a link. To a program an unknown one is a slip, as everywhere.
async fn a_link_that_was_passed_on_opens(server: &Server) {
    let person = steps::certified_person(server).await;
    let nobody = server.nobody();
    let added = "from=singlemessage&isappinstalled=0";
    let opened = opened(&nobody, &format!("{}?{added}", person.code)).await;
    assert_eq!(opened.status, 200, "{opened:?}");
    check(&opened, "证书有效");
    let form = nobody.get(&format!("/v1/verify?{added}&from=timeline")).header("accept", BROWSER);
    let form = form.await;
    assert_eq!(form.status, 200, "{form:?}");
    check(&form, "查验证书");
    let told = told(&nobody, &format!("{}?{added}", person.code)).await;
    told.refused(400, "unknown-parameter");
    // Elsewhere it is one for browsers too.
    let elsewhere = nobody.get("/v1/policies/2023?from=timeline").header("accept", BROWSER);
    elsewhere.await.refused(400, "unknown-parameter");
}

/// Whatever goes wrong: somebody with a phone reads a page, a program a problem.
async fn what_fails_is_told_on_a_page(server: &Server) {
    let limited = Server::with(server.database(), |settings| {
        settings.rate_limit = "4/600s".parse::<RateChoice>().unwrap().0;
    })
    .await;
    let nobody = limited.nobody();
    let unknown = "00000000000000000000";
    while nobody.get("/v1/policies/2023").await.status != 429 {}
    let page = opened(&nobody, unknown).await;
    assert_eq!(page.status, 429, "{page:?}");
    check(&page, "查验过于频繁 · Too many checks");
    let seconds: u64 = page.header("retry-after").parse().unwrap();
    assert!((1..=150).contains(&seconds), "{page:?}");
    told(&nobody, unknown).await.refused(429, "rate-limited");

    let own = Server::start(server.database()).await;
    let nobody = own.nobody();
    let form = |text: &str| {
        nobody.post("/v1/verify").text("application/x-www-form-urlencoded", text.to_owned())
    };
    let page = form("code=%FF").header("accept", BROWSER).await;
    assert_eq!(page.status, 400, "{page:?}");
    check(&page, "无法处理这个请求 · Not a request for a check");
    form("code=%FF").await.refused(400, "invalid-parameter");
    own.sql("alter table certificates rename column verification_code to hidden");
    let page = opened(&nobody, unknown).await;
    assert_eq!(page.status, 500, "{page:?}");
    check(&page, "暂时无法查验 · No check for now");
    told(&nobody, unknown).await.refused(500, "internal");
}

/// For who holds the paper and cannot scan it: a form, whose code travels in a body.
async fn a_code_can_be_typed_in(server: &Server) {
    let person = steps::certified_person(server).await;
    let nobody = server.nobody();
    let form = nobody.get("/v1/verify").header("accept", BROWSER).await;
    assert_eq!(form.status, 200, "{form:?}");
    check(&form, "查验证书 · Check a certificate");
    let page = form.text();
    for part in
        ["<label for=\"code\">", "<input id=\"code\" name=\"code\"", "<button type=\"submit\">"]
    {
        assert!(page.contains(part), "no {part} in {page}");
    }
    assert!(form.header("content-security-policy").contains("form-action 'self'"), "{form:?}");
    let send = |code: &str| {
        let call = nobody.post("/v1/verify").form(&[("code", code)]);
        call.header("accept", BROWSER)
    };
    let groups: Vec<&str> = (0..5).map(|group| &person.code[group * 4..][..4]).collect();
    let full_width: String =
        person.code.chars().map(|one| char::from_u32(u32::from(one) + 0xfee0).unwrap()).collect();
    for typed in [
        person.code.clone(),
        groups.join(" "),
        groups.join("-").to_lowercase(),
        groups.join("\u{3000}—"),
        full_width,
    ] {
        let answer = send(&typed).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(answer.header("location"), format!("/v1/verify/{}", person.code));
    }
    for wrong in ["", "7Q4M", "核验码", "<b>"] {
        let answer = send(wrong).await;
        assert_eq!(answer.status, 422, "{answer:?}");
        check(&answer, "这不是核验码 · Not a code");
        assert!(answer.text().contains("aria-invalid=\"true\""), "{answer:?}");
        assert!(wrong.is_empty() || !answer.text().contains(&format!("\"{wrong}\"")), "{answer:?}");
    }
    // A program is answered at once.
    let shown = told(&nobody, &person.code).await.is(200);
    let sent = |code: &str| nobody.post("/v1/verify").form(&[("code", code)]);
    assert_eq!(sent(&groups.join("-")).await.is(200), shown);
    sent("0000 0000 0000 0000 0000").await.refused(404, "not-found");
    let send = |form: &str| {
        nobody.post("/v1/verify").text("application/x-www-form-urlencoded", form.to_owned())
    };
    let problem = send("code=x").await.refused(422, "validation-failed");
    assert_eq!(problem["errors"][0]["pointer"], "/code");
    send("code=x&code=y").await.refused(400, "invalid-parameter");
    send("code=%FF").await.refused(400, "invalid-parameter");
    let json = nobody.post("/v1/verify").json(json!({"code": person.code}));
    json.await.refused(415, "unsupported-media-type");
}

/// The code is a key to someone's data: the log has none, whatever the answer.
async fn u4a_no_code_stands_in_a_log(server: &Server) {
    let mut own = Server::with(server.database(), named).await;
    let person = steps::certified_person(&own).await;
    own.stop();
    let process = Process::start(&own, "info,xueshi_api=debug").await;
    let nobody = process.nobody();
    assert_eq!(opened(&nobody, &person.code).await.status, 200);
    told(&nobody, &person.code).await.is(200);
    let mut unknown = person.code.clone();
    unknown.replace_range(..4, "0000");
    told(&nobody, &unknown).await.refused(404, "not-found");
    let path = format!("/v1/verify/{}?surprise=1", person.code);
    nobody.get(&path).await.refused(400, "unknown-parameter");
    let typed = nobody.post("/v1/verify").form(&[("code", &person.code)]).await;
    assert_eq!(typed.status, 200, "{typed:?}");
    let doctor = process.login("professional").await;
    let pdf = doctor.get(&format!("/v1/certificates/{}.pdf", person.number)).await;
    assert_eq!(pdf.status, 200, "{pdf:?}");
    let log = process.log();
    assert!(log.contains("/v1/verify/{code}"), "what was asked is there: {log}");
    for secret in [&person.code[4..], "410199198507129015", "林知远"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(!log.to_lowercase().contains(&person.code[4..].to_lowercase()), "{log}");
}

/// After an erasure the certificate still verifies, without whose it was.
async fn u4a_whose_data_were_erased_is_shown_as_erased(server: &Server) {
    let person = steps::certified_person(server).await;
    server.sql(
        "update certificates set content = replace(replace(content, '\"name\":\"林知远\"', '\"name\":\"\"'), \
         '\"masked_id_number\":\"410199********9015\"', '\"masked_id_number\":\"\"')",
    );
    let nobody = server.nobody();
    let facts = told(&nobody, &person.code).await.is(200);
    assert_eq!((&facts["state"], &facts["masked_name"]), (&json!("valid"), &json!("")));
    let page = opened(&nobody, &person.code).await;
    check(&page, "证书有效");
    assert_eq!(page.text().matches("已依法删除 <span lang=\"en\">erased by law</span>").count(), 2);
    let auditor = server.login("auditor").await;
    let pdf = auditor.get(&format!("/v1/certificates/{}.pdf", person.number)).await;
    assert_eq!(pdf.status, 200, "{pdf:?}");
}
