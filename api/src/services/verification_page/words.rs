//! What the page says, in both languages.

/// One thing in Chinese and in English.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) &'static str, pub(super) &'static str);

impl Words {
    /// Chinese, and English marked as such.
    pub(super) fn html(self) -> String {
        let Words(zh, en) = self;
        format!("{zh} <span lang=\"en\">{en}</span>")
    }
}

/// What the page says first: the state in a word with its sign, and what follows from it.
pub(super) struct Message {
    /// A sign beside the colour and the word; readers aloud leave it out.
    pub(super) sign: &'static str,
    pub(super) state: Words,
    pub(super) advice: Words,
}

pub(super) const VALID: Message = Message {
    sign: "✓",
    state: Words("证书有效", "Valid certificate"),
    advice: Words(
        "请核对下列内容与纸质证书是否一致。",
        "Compare what stands below with the paper.",
    ),
};

pub(super) const SUPERSEDED: Message = Message {
    sign: "!",
    state: Words("证书已被替换", "Superseded certificate"),
    advice: Words(
        "内容经更正，已换发新证，本证书不再作为凭证。请向持证人索取新证书，并查验新证书上的核验码。",
        "It was corrected and a new one issued; this one is no proof any more. Ask its holder for the new certificate and check \
         the code on that one.",
    ),
};

pub(super) const REVOKED: Message = Message {
    sign: "✕",
    state: Words("证书已撤销", "Revoked certificate"),
    advice: Words(
        "本证书不再有效，不能证明持证人完成了该年度的继续教育。如有疑问，请联系发证机关。",
        "It is not valid any more and does not prove that its holder completed the year. With questions, turn to the issuing \
         body.",
    ),
};

pub(super) const UNKNOWN: Message = Message {
    sign: "?",
    state: Words("没有这个核验码", "Unknown code"),
    advice: Words(
        "没有证书使用这个核验码。请对照证书逐位核对后重新输入；核对无误仍查不到的，该证书不是本系统签发的。",
        "No certificate has this code. Compare it with the paper, letter by letter, and enter it again; if it is the same, this \
         service did not issue that certificate.",
    ),
};

pub(super) const NO_CODE: Message = Message {
    sign: "?",
    state: Words("这不是核验码", "Not a code"),
    advice: Words(
        "核验码为 20 位字母和数字，印在证书二维码下方。请核对后重新输入。",
        "A code has 20 letters and digits and stands below the QR code of the certificate. Please compare and enter it again.",
    ),
};

pub(super) const ENTRY: Message = Message {
    sign: "",
    state: Words("查验证书", "Check a certificate"),
    advice: Words(
        "请输入证书二维码下方的核验码，或直接扫描二维码。",
        "Enter the code that stands below the QR code of the certificate, or scan the QR code.",
    ),
};

pub(super) const TOO_MANY: Message = Message {
    sign: "!",
    state: Words("查验过于频繁", "Too many checks"),
    advice: Words(
        "同一网络的查验次数过多，请稍候一分钟后再试。",
        "There were too many checks from this network. Please try again in a minute.",
    ),
};

pub(super) const NOT_NOW: Message = Message {
    sign: "!",
    state: Words("暂时无法查验", "No check for now"),
    advice: Words(
        "系统暂时不能应答，证书的效力不受影响，请稍后再试。",
        "The service cannot answer for now, which says nothing about the certificate: please try again later.",
    ),
};

pub(super) const NOT_SO: Message = Message {
    sign: "!",
    state: Words("无法处理这个请求", "Not a request for a check"),
    advice: Words(
        "请重新扫描证书上的二维码，或在下面输入核验码。",
        "Please scan the QR code of the certificate again, or enter its code below.",
    ),
};

pub(super) const FORM_HINT: Words = Words(
    "空格、连字符、全角和大小写不影响查验。",
    "Spaces, dashes and small letters do not matter.",
);

pub(super) const IN_YEAR: Words = Words("当年完成", "in the year");
pub(super) const BY_MAKEUP: Words = Words("补学完成", "by make-up");
pub(super) const ERASED_WORDS: Words = Words(super::super::certificates::ERASED, "erased by law");

/// The class of reason in words (A2).
pub(super) fn reason(class: Option<&str>) -> Words {
    match class {
        Some("hours_revoked") => Words("学时被撤销", "approved hours were revoked"),
        Some("corrected") => Words("更正后换发新证", "corrected by a new certificate"),
        _ => Words("其他", "other"),
    }
}
