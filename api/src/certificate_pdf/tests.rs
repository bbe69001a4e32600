//! The page is looked at before it becomes a file; the file itself is read by other programs in the black-box
//! tests. The font is a requirement of the project (Debian package `fonts-noto-cjk`), so a missing one fails here.

use std::path::PathBuf;

use time::macros::date;

use super::sheet::{Color, HEIGHT, Item, Role, Sheet, WIDTH};
use super::sparse::SparseFile;
use super::text::{Line, Room, fit, paragraph};
use super::{
    CertificateFields, Completion, Fingerprint, FontFiles, PdfError, PrintedState, page, paint,
    render, seal,
};

fn fields() -> CertificateFields {
    CertificateFields {
        name: "欧阳𠮷䶮".to_owned(),
        masked_id: "410102********1238".to_owned(),
        employer: "郑州市第一人民医院".to_owned(),
        year: 2023,
        public_hours: "30".to_owned(),
        professional_hours: "62.5".to_owned(),
        total_hours: "92.5".to_owned(),
        issuing_body: "郑州市人力资源和社会保障局".to_owned(),
        city: "郑州市".to_owned(),
        number: "ZZ2023-0000000001".to_owned(),
        issued_on: date!(2023 - 12 - 08),
        completed: Completion::InYear,
        verification_code: "7Q4ZK9M2XT8WB3VHRC6N".to_owned(),
        verification_url: "https://example.gov.cn/v1/verify/7Q4ZK9M2XT8WB3VHRC6N".to_owned(),
        state: PrintedState::Valid,
    }
}

fn fonts() -> FontFiles {
    FontFiles::new(None)
}

fn compose(fields: &CertificateFields) -> Result<Sheet, PdfError> {
    let faces = fonts().open_for(&fields.characters())?;
    page::compose(fields, &faces)
}

/// The texts of the page that are texts in the file too.
fn texts(sheet: &Sheet) -> Vec<String> {
    let items = sheet.blocks.iter().flat_map(|block| &block.items);
    let texts = items.filter_map(|item| match item {
        Item::Text(text) if !text.as_shapes => Some(text.line.text.clone()),
        Item::Text(_) | Item::Drawing(_) => None,
    });
    texts.collect()
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn a1_every_field_is_on_the_page() {
    let fields = fields();
    let said = texts(&compose(&fields).unwrap()).join("\n");
    for expected in [
        &fields.name,
        &fields.masked_id,
        &fields.employer,
        &fields.public_hours,
        &fields.professional_hours,
        &fields.total_hours,
        &fields.issuing_body,
        &fields.number,
        &fields.verification_code,
        &fields.verification_url,
        "2023 年度",
        "2023 年 12 月 8 日",
        "当年完成",
    ] {
        assert!(said.contains(expected), "{expected} is missing in\n{said}");
    }
}

#[test]
fn a4_a_made_up_year_says_so() {
    let fields = CertificateFields { completed: Completion::ByMakeup, ..fields() };
    let said = texts(&compose(&fields).unwrap()).join("");
    assert!(said.contains("补学完成") && said.contains("以补学方式完成规定学时"));
    assert!(!said.contains("当年完成"));
}

#[test]
fn a2_a_certificate_that_does_not_stand_is_marked() {
    for (state, mark, words) in [
        (PrintedState::Superseded, "已替换", "本证书已由新版本替换"),
        (PrintedState::Revoked, "已撤销", "本证书已撤销，不再有效"),
    ] {
        let sheet = compose(&CertificateFields { state, ..fields() }).unwrap();
        assert!(texts(&sheet).iter().any(|text| text == words));
        let marked = sheet.blocks.iter().flat_map(|block| &block.items).any(
            |item| matches!(item, Item::Text(text) if text.as_shapes && text.line.text == mark),
        );
        assert!(marked, "no mark across the page for {state:?}");
    }
    assert!(!texts(&compose(&fields()).unwrap()).iter().any(|text| text.starts_with("本证书已")));
}

#[test]
fn the_same_fields_make_the_same_bytes_and_other_fields_do_not() {
    let first = render(&fields(), &fonts()).unwrap();
    assert_eq!(first, render(&fields(), &fonts()).unwrap());
    let other = CertificateFields { total_hours: "92.6".to_owned(), ..fields() };
    assert_ne!(first, render(&other, &fonts()).unwrap());
}

#[test]
fn files_are_known_by_all_that_they_say() {
    let of = |fields: &CertificateFields| Fingerprint::of(fields, &fonts());
    let first = of(&fields());
    assert_eq!(first, of(&fields()));
    assert!(first.tag().len() == 32 && first.tag().bytes().all(|byte| byte.is_ascii_hexdigit()));
    type Change = fn(&mut CertificateFields);
    let changes: [Change; 15] = [
        |fields| fields.name.push('甲'),
        |fields| fields.masked_id.push('1'),
        |fields| fields.employer.push('甲'),
        |fields| fields.year += 1,
        |fields| fields.public_hours.push('1'),
        |fields| fields.professional_hours.push('1'),
        |fields| fields.total_hours.push('1'),
        |fields| fields.issuing_body.push('甲'),
        |fields| fields.city.push('甲'),
        |fields| fields.number.push('1'),
        |fields| fields.issued_on = date!(2023 - 12 - 09),
        |fields| fields.completed = Completion::ByMakeup,
        |fields| fields.verification_code.push('1'),
        |fields| fields.verification_url.push('1'),
        |fields| fields.state = PrintedState::Revoked,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut other = fields();
        change(&mut other);
        assert_ne!(first, of(&other), "change {number}");
    }
    // What one field ends with is not what the next begins with.
    let (mut one, mut other) = (fields(), fields());
    (one.name, one.masked_id) = ("甲乙".to_owned(), "丙".to_owned());
    (other.name, other.masked_id) = ("甲".to_owned(), "乙丙".to_owned());
    assert_ne!(of(&one), of(&other));
}

#[test]
fn a1_the_seal_and_the_sentence_are_those_of_the_city() {
    assert_eq!(seal::description("郑州市"), "红色圆形印章：郑州市专业技术人员继续教育专用章");
    for city in ["开封市", "黔西南布依族苗族自治州"] {
        let fields = CertificateFields { city: city.to_owned(), ..fields() };
        let sheet = compose(&fields).unwrap();
        let said = texts(&sheet).concat();
        assert!(said.contains(city) && !said.contains("和郑州市"), "{said}");
        let figure = Role::Figure(seal::description(city));
        let seal = sheet.blocks.iter().find(|block| block.role == figure).unwrap();
        let letters: String = seal
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text.line.text.as_str()),
                Item::Drawing(_) => None,
            })
            .collect();
        assert_eq!(letters, format!("{city}专业技术人员继续教育专用章"));
    }
}

#[test]
fn names_of_every_kind_and_length_have_their_place() {
    for name in [
        "𠮷",
        "䶮𠮷",
        "阿卜杜热合曼·买买提吐尔逊·伊敏江·努尔买买提",
        "Maximiliane-Alexandra Konstantinowa von Hohenberg",
        "Łukasz Dvořák-Şahin",
        &"欧".repeat(50),
    ] {
        let fields = CertificateFields {
            name: name.to_owned(),
            employer: "郑".repeat(100),
            issuing_body: "局".repeat(100),
            ..fields()
        };
        // A line may end at a blank, which belongs to neither part.
        let said = texts(&compose(&fields).unwrap()).concat();
        for text in [name, &fields.employer, &fields.issuing_body] {
            assert!(said.contains(text), "{text} is missing in {said}");
        }
    }
}

#[test]
fn a_name_of_other_letters_is_set_in_one_face() {
    let text = "张 Łukasz Dvořák 𠮷";
    let faces = fonts().open_for(&text.chars().collect()).unwrap();
    let by = faces.set_by(text).unwrap();
    let (first, last) = (by.first().unwrap(), by.last().unwrap());
    assert_eq!((first, last), (&0, &0), "Chinese characters are those of the page: {by:?}");
    let name = &by[1..by.len() - 1];
    assert!(name.iter().all(|face| *face == name[0] && *face != 0), "{by:?}");
    assert_eq!(faces.set_by("Lin Zhiyuan").unwrap(), [0; 11], "what the page's own font has");
}

/// The relative luminance of WCAG 2.
fn luminance(Color(red, green, blue): Color) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.039_28 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[test]
fn every_text_is_legible_in_black_and_white_and_no_mark_hides_it() {
    for state in [PrintedState::Valid, PrintedState::Superseded, PrintedState::Revoked] {
        let sheet = compose(&CertificateFields { state, ..fields() }).unwrap();
        for item in sheet.blocks.iter().flat_map(|block| &block.items) {
            let Item::Text(text) = item else { continue };
            let said = &text.line.text;
            if let Some(color) = text.ink.fill {
                let contrast = 1.05 / (luminance(color) + 0.05);
                assert!(contrast >= 4.5, "{said}: {contrast:.1} on white");
            } else {
                // The mark across the page: an outline, lighter than any text on it.
                let (color, _) = text.ink.stroke.unwrap();
                assert!(luminance(color) > 0.4, "{said} is too dark to lie under text");
            }
        }
    }
}

#[test]
fn the_file_claims_what_the_library_checked() {
    let file = render(&fields(), &fonts()).unwrap();
    assert!(file.starts_with(b"%PDF-1.7"));
    assert!(contains(&file, "<pdfaid:part>2</pdfaid:part>"));
    assert!(contains(&file, "<pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(contains(&file, "<pdfuaid:part>1</pdfuaid:part>"));
    assert!(contains(&file, "2023-12-08T00:00:00+08:00"), "the issue date is the only date");
    assert!(!contains(&file, "/FontFile "), "only a CFF subset is embedded");
    assert!(file.len() < 128 << 10, "{} bytes: is the whole font inside?", file.len());
}

#[test]
fn reading_a_part_of_the_font_gives_the_same_file_as_reading_all_of_it() {
    let fields = fields();
    let faces = fonts().open_for(&fields.characters()).unwrap();
    let mut all = fonts().open_for(&fields.characters()).unwrap();
    all.read_everything().unwrap();
    let part = paint::write(page::compose(&fields, &faces).unwrap(), faces, &fields).unwrap();
    let whole = paint::write(page::compose(&fields, &all).unwrap(), all, &fields).unwrap();
    assert_eq!(part, whole);
}

#[test]
fn everything_stands_inside_the_frame_and_no_line_overlaps_another() {
    let long = CertificateFields {
        name: "阿卜杜热合曼·买买提吐尔逊·伊敏江·努尔买买提".to_owned(),
        employer: "郑州航空港经济综合实验区（郑州新郑综合保税区）某某国际生物医药与高端装备制造技术研究开发（集团）股份有限公司".to_owned(),
        issuing_body: "郑州航空港经济综合实验区（郑州新郑综合保税区）人力资源和社会保障局专业技术人员管理处".to_owned(),
        professional_hours: "1234.5".to_owned(),
        verification_url: format!("https://example.gov.cn/{}", "continuing-education/".repeat(5)),
        state: PrintedState::Revoked,
        ..fields()
    };
    for fields in [fields(), long] {
        let sheet = compose(&fields).unwrap();
        let mut boxes: Vec<(f32, f32, f32, f32, String)> = Vec::new();
        for item in sheet.blocks.iter().flat_map(|block| &block.items) {
            let Item::Text(text) = item else { continue };
            if text.as_shapes {
                continue;
            }
            let (top, bottom) = (text.y - text.size * 0.8, text.y + text.size * 0.1);
            let (left, right) = (text.x, text.right());
            let words = &text.line.text;
            assert!(left >= 62.0 && right <= WIDTH - 62.0, "{words} leaves the frame");
            assert!(top >= 62.0 && bottom <= HEIGHT - 48.0, "{words} leaves the frame");
            for (other_left, other_top, other_right, other_bottom, other) in &boxes {
                let beside = left >= *other_right || right <= *other_left;
                let above = top >= *other_bottom || bottom <= *other_top;
                assert!(beside || above, "{words} overlaps {other}");
            }
            boxes.push((left, top, right, bottom, words.clone()));
        }
    }
}

#[test]
fn empty_texts_leave_their_places_empty() {
    let empty = CertificateFields { employer: String::new(), name: String::new(), ..fields() };
    assert!(render(&empty, &fonts()).is_ok());
}

#[test]
fn a_text_that_cannot_fit_is_refused_by_name() {
    let fields = CertificateFields { employer: "郑".repeat(200), ..fields() };
    assert_eq!(compose(&fields).err(), Some(PdfError::TextTooLong { field: "employer" }));
    let fields =
        CertificateFields { verification_url: "x".repeat(3000), employer: String::new(), ..fields };
    assert_eq!(compose(&fields).err(), Some(PdfError::TextTooLong { field: "verification_url" }));
}

#[test]
fn a_character_that_no_font_has_is_refused_by_its_code_point() {
    let fields = CertificateFields { name: "张\u{10FFFD}\u{7}".to_owned(), ..fields() };
    let error = render(&fields, &fonts()).err().unwrap();
    assert_eq!(error, PdfError::GlyphsMissing { characters: vec!['\u{7}', '\u{10FFFD}'] });
    assert_eq!(error.to_string(), "no installed font has U+0007 U+10FFFD");
}

#[test]
fn a_font_that_is_not_there_or_no_font_is_a_typed_error() {
    assert_eq!(fonts().check(), Ok(()));
    let nowhere = PathBuf::from("/nowhere/font.ttc");
    let missing = FontFiles::new(Some(nowhere.clone()));
    assert_eq!(missing.check(), Err(PdfError::FontMissing { tried: vec![nowhere] }));
    let no_font = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = render(&fields(), &FontFiles::new(Some(no_font.clone()))).err();
    assert!(matches!(error, Some(PdfError::FontUnreadable { path, .. }) if path == no_font));
    let directory = FontFiles::new(Some(PathBuf::from("/")));
    assert!(matches!(directory.check(), Err(PdfError::FontUnreadable { .. })));
}

#[test]
fn a_font_cut_short_anywhere_is_an_error_and_no_panic() {
    let whole = std::fs::read("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc").unwrap();
    let path = std::env::temp_dir().join(format!("cut-font-{}.ttc", std::process::id()));
    for length in [0, 3, 12, 100, 1_700, 40_000, 23_000_000, 25_762_500] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = FontFiles::new(Some(path.clone())).check();
        assert!(matches!(error, Err(PdfError::FontUnreadable { .. })), "{length}: {error:?}");
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn simplified_forms_are_chosen_from_a_collection() {
    let path = PathBuf::from("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc");
    let mut file = SparseFile::open(&path).unwrap();
    assert_eq!(file.read_names().unwrap(), 5);
    let file = render(&fields(), &FontFiles::new(Some(path))).unwrap();
    assert!(contains(&file, "+NotoSerifCJKsc-Regular"));
}

#[test]
fn lines_break_where_chinese_allows_it() {
    let faces = fonts().open_for(&std::collections::BTreeSet::new()).unwrap();
    let broken = |text: &str, width: f32| -> Vec<String> {
        paragraph(&faces, text, width, 0.0).unwrap().into_iter().map(|line| line.text).collect()
    };
    let rows: [(&str, f32, &[&str]); 6] = [
        ("一二三四五", 3.0, &["一二三", "四五"]),
        ("一二三，四", 3.0, &["一二", "三，四"]),
        ("一二《三》", 3.0, &["一二", "《三》"]),
        ("一二 2023 年", 3.0, &["一二 ", "2023 ", "年"]),
        ("https://a.cn/verify/x", 6.0, &["https://a.cn/", "verify/x"]),
        ("", 3.0, &[""]),
    ];
    for (text, width, expected) in rows {
        assert_eq!(broken(text, width), expected, "{text}");
    }
    let word = "abcdefghijklmnop";
    assert_eq!(broken(word, 2.0).concat(), word, "a word longer than a line is broken");
    let lines = paragraph(&faces, "一二三四五六七，八九十", 5.2, 2.0).unwrap();
    assert!((lines[1].width() - 5.2).abs() < 0.01, "full lines reach the edge");
}

#[test]
fn marks_in_a_row_share_their_white() {
    let faces = fonts().open_for(&std::collections::BTreeSet::new()).unwrap();
    let width = |text: &str| Line::new(&faces, text, 0.0).unwrap().width();
    assert!((width("规》，") - 2.5).abs() < 0.01);
    assert!((width("规，《定") - 3.5).abs() < 0.01);
    assert!((width("规定") - 2.0).abs() < 0.01);
}

#[test]
fn a_text_is_set_as_large_as_its_room_allows() {
    let faces = fonts().open_for(&std::collections::BTreeSet::new()).unwrap();
    let room = Room { width: 100.0, lines: 2, size: 20.0, smallest: 8.0 };
    for (length, lines, size) in [(5, 1, 20.0), (10, 2, 20.0), (20, 2, 10.0), (24, 2, 8.25)] {
        let fitted = fit(&faces, "name", &"郑".repeat(length), room).unwrap();
        assert_eq!((fitted.lines.len(), fitted.size), (lines, size), "{length}");
    }
    assert!(fit(&faces, "name", &"郑".repeat(25), room).is_err());
}

#[test]
fn the_hours_are_one_table_with_a_cell_for_each_head() {
    let sheet = compose(&fields()).unwrap();
    let roles: Vec<&Role> = sheet.blocks.iter().map(|block| &block.role).collect();
    let heads = roles.iter().position(|role| **role == Role::ColumnHead).unwrap();
    assert!(roles[heads..heads + 4].iter().all(|role| **role == Role::ColumnHead));
    assert!(roles[heads + 4..heads + 8].iter().all(|role| **role == Role::Cell));
}
