//! What a person sees who scans a certificate's code or types it in: one page, both languages, no script.

mod frame;
mod wanted;
mod words;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use time::OffsetDateTime;
use xueshi_domain::certificate::{CertificateState, Completion};
use xueshi_domain::identity::mask_name;
use xueshi_domain::instant::{china_date, to_rfc3339};

use self::frame::{Row, answered, day, escape, instant, page, table, text};
use self::words::{
    BY_MAKEUP, ENTRY, ERASED_WORDS, FORM_HINT, IN_YEAR, NO_CODE, NOT_NOW, NOT_SO, REVOKED,
    SUPERSEDED, TOO_MANY, UNKNOWN, VALID, Words, reason,
};
use super::certificates::Issued;
use crate::problem::Problem;

pub use self::wanted::{wants_html, wants_page};

/// What a code turned out to be.
pub enum Verdict<'a> {
    /// The code of a certificate.
    Known(&'a Issued),
    /// The code of none, or no code.
    Unknown,
}

/// The page about a code, as of an instant. That a code is unknown is an answer too, and no fault that a browser should report.
#[must_use]
pub fn answer(verdict: Verdict<'_>, now: OffsetDateTime) -> HttpResponse {
    let page = match verdict {
        Verdict::Known(issued) => certificate(issued, now),
        Verdict::Unknown => page("unknown", &UNKNOWN, &form(false)),
    };
    answered(StatusCode::OK, page)
}

/// The page to type a code in; with 422 it says that what was typed is none.
#[must_use]
pub fn entry(status: StatusCode) -> HttpResponse {
    let page = if status == StatusCode::OK {
        page("entry", &ENTRY, &form(false))
    } else {
        page("unknown", &NO_CODE, &form(true))
    };
    answered(status, page)
}

/// The page for a browser in place of a problem that kept it from an answer, with the problem's status and the headers that go with it.
/// What is wrong in detail is for programs.
#[must_use]
pub fn failed(problem: &Problem) -> HttpResponse {
    let status = problem.status();
    let page = match status {
        StatusCode::TOO_MANY_REQUESTS => page("unknown", &TOO_MANY, ""),
        _ if status.is_server_error() => page("unknown", &NOT_NOW, ""),
        _ => page("unknown", &NOT_SO, &form(false)),
    };
    let mut answer = answered(status, page);
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = problem.header_value(name.clone()) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}

fn certificate(issued: &Issued, now: OffsetDateTime) -> String {
    let Issued { certificate, content } = issued;
    let (class, words) = match certificate.state.0 {
        CertificateState::Valid => ("valid", &VALID),
        CertificateState::Superseded => ("superseded", &SUPERSEDED),
        CertificateState::Revoked => ("revoked", &REVOKED),
    };
    let completed = match content.completed {
        Completion::InYear => &IN_YEAR,
        Completion::ByMakeup => &BY_MAKEUP,
    };
    let present = |shown: String| {
        if content.is_erased() { ERASED_WORDS.html() } else { escape(&shown) }
    };
    let hours = &content.hours;
    let mut rows = Vec::new();
    // What happened to it comes before what it says.
    if let Some(ended) = certificate.ended_at {
        let name = match certificate.state.0 {
            CertificateState::Revoked => Words("撤销日期", "Revoked on"),
            CertificateState::Valid | CertificateState::Superseded => {
                Words("替换日期", "Replaced on")
            }
        };
        rows.push(Row(name, day(china_date(ended.0))));
        rows.push(Row(Words("原因", "Reason"), reason(certificate.end_reason.as_deref()).html()));
    }
    rows.extend([
        Row(Words("姓名", "Name"), present(mask_name(&content.name))),
        Row(Words("证件号码", "Id number"), present(content.masked_id_number.clone())),
        Row(Words("工作单位", "Employer"), escape(&content.employer)),
        Row(Words("年度", "Year"), content.year.to_string()),
        Row(Words("总学时", "Hours in total"), hours.total.to_string()),
        Row(Words("公需科目学时", "Public-required"), hours.public.to_string()),
        Row(Words("专业科目学时", "Professional"), hours.professional.to_string()),
        Row(Words("完成方式", "Completed"), completed.html()),
        Row(Words("发证机关", "Issued by"), escape(&content.issuing_body)),
        Row(Words("发证日期", "Issued on"), day(content.issued_on)),
        Row(Words("证书编号", "Number"), escape(&certificate.number)),
    ]);
    let now = to_rfc3339(now);
    let checked = Words("查验时间", "Checked at").html();
    let body = format!("{}<p class=\"at\">{checked} {}</p>", table(&rows), instant(&now));
    page(class, words, &body)
}

/// Where a code is typed in.
fn form(is_wrong: bool) -> String {
    let label = Words("核验码", "Verification code").html();
    let send = Words("查验", "Check").html();
    let invalid = if is_wrong { " aria-invalid=\"true\"" } else { "" };
    format!(
        "<form method=\"post\" action=\"/v1/verify\"><label for=\"code\">{label}</label>\
         <input id=\"code\" name=\"code\" type=\"text\" required maxlength=\"60\" autocomplete=\"off\" \
         autocapitalize=\"characters\" spellcheck=\"false\" aria-describedby=\"hint\"{invalid}>\
         <div id=\"hint\">{}</div><button type=\"submit\">{send}</button></form>",
        text(&FORM_HINT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_in_both_languages_and_each_says_which() {
        for html in [form(false), form(true), page("entry", &ENTRY, "")] {
            assert!(
                html.contains("<span lang=\"en\">") || html.contains("<p lang=\"en\">"),
                "{html}"
            );
        }
        assert_eq!(Words("姓名", "Name").html(), "姓名 <span lang=\"en\">Name</span>");
    }

    #[test]
    fn what_others_wrote_is_text_and_not_markup() {
        assert_eq!(escape("<b>\"甲\" & '乙'"), "&lt;b&gt;&quot;甲&quot; &amp; &#39;乙&#39;");
    }
}
