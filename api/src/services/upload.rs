//! Reading a form with files.

use actix_multipart::{Multipart, MultipartError};
use actix_web::http::header::{
    Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use futures_util::StreamExt;

use crate::problem::{Code, Problem, Text};

/// Bytes of a text part at most.
const TEXT_LIMIT: usize = 1_024;
/// Characters of a file name at most.
const NAME_LIMIT: usize = 200;
/// Parts at most.
const PARTS: usize = 8;

/// The parts of a form.
pub struct Upload(Vec<Part>);

struct Part {
    name: String,
    file_name: Option<String>,
    bytes: Vec<u8>,
}

/// A received file.
pub struct File {
    /// The name that the caller gave it, without folders and control characters.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Reads a form of at most `limit` bytes, with a `file` and a `kind`.
///
/// # Errors
/// As [`read_parts`].
pub async fn read(form: Multipart, limit: usize) -> Result<Upload, Problem> {
    read_parts(form, limit, &["file", "kind"]).await
}

/// Reads a form of at most `limit` bytes, with parts of these names.
///
/// # Errors
/// 415 for another media type, 413 beyond the limit, 400 for a form that cannot be read.
pub async fn read_parts(
    mut form: Multipart,
    limit: usize,
    names: &[&str],
) -> Result<Upload, Problem> {
    let mut parts: Vec<Part> = Vec::new();
    let mut size = 0;
    while let Some(field) = form.next().await {
        let mut field = field.map_err(malformed)?;
        let name = field.name().unwrap_or_default().to_owned();
        let file_name =
            field.content_disposition().and_then(ContentDisposition::get_filename).map(plain_name);
        let is_known = names.contains(&name.as_str());
        if !is_known || parts.len() >= PARTS || parts.iter().any(|part| part.name == name) {
            let text = Text::new(
                format!("只接受 {}，各一次", names.join("、")),
                format!("the parts are `{}`, each once", names.join("`, `")),
            );
            return Err(Problem::new(Code::MalformedMultipart).at(
                format!("/{}", escape(&name)),
                "unknown-part",
                text,
            ));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.next().await {
            let chunk = chunk.map_err(malformed)?;
            size += chunk.len();
            let part_limit = if name == "file" { limit } else { TEXT_LIMIT };
            if size > limit || bytes.len() + chunk.len() > part_limit {
                return Err(Problem::new(Code::PayloadTooLarge)
                    .detail(
                        format!("文件上限为 {limit} 字节"),
                        format!("the file may have at most {limit} bytes"),
                    )
                    .fact("max_bytes", limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        parts.push(Part { name, file_name, bytes });
    }
    Ok(Upload(parts))
}

impl Upload {
    fn take(&mut self, name: &str) -> Result<Part, Problem> {
        let place = self.0.iter().position(|part| part.name == name);
        place.map(|place| self.0.swap_remove(place)).ok_or_else(|| {
            let text = Text::new("缺少这一部分", "the part is missing");
            Problem::new(Code::ValidationFailed).at(format!("/{name}"), "required", text)
        })
    }

    /// A part that is text.
    ///
    /// # Errors
    /// 422 when it is missing or no UTF-8.
    pub fn text(&mut self, name: &str) -> Result<String, Problem> {
        String::from_utf8(self.take(name)?.bytes).map_err(|_| {
            let text = Text::new("不是 UTF-8 文本", "is not UTF-8 text");
            Problem::new(Code::ValidationFailed).at(format!("/{name}"), "invalid-value", text)
        })
    }

    /// A part that is text and may be missing or empty.
    ///
    /// # Errors
    /// 422 when it is no UTF-8.
    pub fn optional_text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        if !self.0.iter().any(|part| part.name == name) {
            return Ok(None);
        }
        let text = self.text(name)?;
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// A part that is a file.
    ///
    /// # Errors
    /// 422 when it is missing.
    pub fn file(&mut self, name: &str) -> Result<File, Problem> {
        let part = self.take(name)?;
        Ok(File { name: part.file_name.unwrap_or_else(|| "file".to_owned()), bytes: part.bytes })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's enum is open")]
fn malformed(error: MultipartError) -> Problem {
    let code = match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Code::UnsupportedMediaType,
        _ => Code::MalformedMultipart,
    };
    Problem::new(code).because(error)
}

/// The last part of a path, without what could confuse a person or a header.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().filter(|character| !character.is_control()).take(NAME_LIMIT).collect();
    if plain.trim().is_empty() { "file".to_owned() } else { plain }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// `Content-Disposition` for a download under this name.
pub fn disposition(name: &str) -> ContentDisposition {
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".into()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        })],
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn file_names_lose_their_folders() {
        for (given, kept) in [
            ("证明.pdf", "证明.pdf"),
            ("C:\\temp\\a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb.pdf", "ab.pdf"),
            ("", "file"),
            ("x/", "file"),
        ] {
            assert_eq!(plain_name(given), kept);
        }
    }
}
