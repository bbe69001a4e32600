//! The one table of error codes: identifier, HTTP status, rule, title and advice in both languages.
//!
//! How the statuses were chosen: 400 for what cannot be read, 422 for what can be read and is against a rule or a field's
//! limits, 409 where the answer would have been another one a moment earlier (somebody else's change), 404 also for what
//! the caller may not know exists, 410 for what was erased for good. A code never changes its meaning or its status.

use super::text::Phrase;

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// Stable identifier in kebab-case, the `code` member of a problem.
    pub id: &'static str,
    /// HTTP status of the answer.
    pub status: u16,
    /// Id of the rule in the rulebook that the code stands for; empty where the code is about the protocol.
    pub rule: &'static str,
    /// Short name of the problem, the `title` member.
    pub title: Phrase,
    /// What the caller can do about it, the `solve` member.
    pub solve: Phrase,
}

macro_rules! codes {
    ($($variant:ident = $id:literal, $status:literal, $rule:literal, $zh:literal, $en:literal, $solve_zh:literal, $solve_en:literal;)*) => {
        /// A documented error code. [`Code::row`] is its line of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = concat!("`", $id, "` (", stringify!($status), "): ", $en)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code's line of the table.
            #[must_use]
            pub fn row(self) -> &'static Row {
                match self {
                    $(Code::$variant => {
                        static ROW: Row = Row {
                            id: $id, status: $status, rule: $rule,
                            title: Phrase { zh: $zh, en: $en },
                            solve: Phrase { zh: $solve_zh, en: $solve_en },
                        };
                        &ROW
                    })*
                }
            }
        }
    };
}

codes! {
    // What cannot be read: 400.
    MalformedJson = "malformed-json", 400, "", "请求体不是合法的 JSON", "The body is not valid JSON",
        "按 detail 中的行列号改正 JSON 语法。", "Correct the JSON at the line and column named in `detail`.";
    DuplicateMember = "duplicate-member", 400, "", "JSON 成员重复", "A member occurs twice",
        "同一对象中每个成员只写一次。", "Write each member of an object once.";
    UnknownMember = "unknown-member", 400, "", "存在未定义的成员", "A member is not known",
        "删除该成员，或对照接口文档改正拼写；由服务器产生的成员不能提交。", "Remove the member or correct its spelling; members that the server owns cannot be sent.";
    InvalidType = "invalid-type", 400, "", "成员类型不正确", "A member has the wrong type",
        "按接口文档使用正确的 JSON 类型。", "Use the JSON type that the documentation gives.";
    MissingMember = "missing-member", 400, "", "缺少必填成员", "A required member is missing",
        "补充 errors 中指出的成员。", "Add the member named in `errors`.";
    UnknownParameter = "unknown-parameter", 400, "", "未定义的查询参数", "A query parameter is not known",
        "删除该参数，或对照接口文档改正拼写。", "Remove the parameter or correct its spelling.";
    InvalidParameter = "invalid-parameter", 400, "", "查询参数或请求头不正确", "A parameter or header is not valid",
        "按 errors 中的说明改正参数。", "Correct the parameter as `errors` says.";
    InvalidCursor = "invalid-cursor", 400, "", "游标无效", "The cursor is not valid",
        "原样使用上一页返回的 next_cursor，并保持相同的排序；或去掉 cursor 从头开始。", "Use `next_cursor` of the previous page unchanged and with the same `sort`, or start without a cursor.";
    MalformedMultipart = "malformed-multipart", 400, "H10", "上传的表单无法读取", "The uploaded form cannot be read",
        "以 multipart/form-data 提交 file 与 kind 两个部分。", "Send the parts `file` and `kind` as multipart/form-data.";
    InvalidIdempotencyKey = "invalid-idempotency-key", 400, "", "Idempotency-Key 格式不正确", "The Idempotency-Key is not valid",
        "使用 1 至 255 个可见 ASCII 字符，建议每次操作生成一个新的 UUID。", "Use 1 to 255 visible ASCII characters, preferably a fresh UUID for each act.";
    InvalidTokenRequest = "invalid-token-request", 400, "", "令牌请求不正确", "The token request is not valid",
        "按 OAuth 2.0（RFC 6749）改正令牌请求，原因见 error_description。", "Correct the token request (RFC 6749) as `error_description` says.";
    UnsupportedGrantType = "unsupported-grant-type", 400, "", "不支持的授权类型", "The grant type is not supported",
        "程序使用 client_credentials；人员通过 /v1/auth/login 登录。", "Programs use `client_credentials`; people log in at `/v1/auth/login`.";
    InvalidScope = "invalid-scope", 400, "", "请求的 scope 无效", "The scope is not valid",
        "只申请该客户端已获准的 scope，或不填。", "Ask only for scopes that the client was given, or leave `scope` out.";

    // Who calls: 401, 403, 404, 429.
    Unauthenticated = "unauthenticated", 401, "", "需要登录", "Authentication is required",
        "登录后在 Authorization 请求头中携带 Bearer 令牌。", "Log in and send the access token as `Authorization: Bearer …`.";
    TokenExpired = "token-expired", 401, "", "令牌已过期", "The token has expired",
        "用 refresh_token 换取新的访问令牌，或重新登录。", "Exchange the refresh token for a new access token, or log in again.";
    InvalidToken = "invalid-token", 401, "", "令牌无效", "The token is not valid",
        "重新登录；注销、改密或权限变动会使旧令牌立即失效。", "Log in again; logout and changes of rights end tokens at once.";
    InvalidCredentials = "invalid-credentials", 401, "", "用户名或密码不正确", "The credentials are not valid",
        "核对用户名和密码；连续失败会延长等待时间。", "Check user name and password; repeated failures make the wait longer.";
    InvalidClient = "invalid-client", 401, "", "客户端认证失败", "Client authentication failed",
        "核对客户端标识与密钥（或私钥签名的断言）。", "Check the client id and its secret or signed assertion.";
    TooManyAttempts = "too-many-attempts", 429, "", "尝试次数过多", "Too many attempts",
        "按 Retry-After 指出的秒数等待后再试。", "Wait for the seconds given in `Retry-After`.";
    Forbidden = "forbidden", 403, "", "没有权限", "This is not allowed to the caller",
        "由具有相应角色和管理范围的人员办理。", "Have it done by someone whose role and units cover it.";
    InsufficientScope = "insufficient-scope", 403, "", "令牌的范围不足", "The token lacks a scope",
        "申请带有所需 scope 的令牌。", "Ask for a token with the required scope.";
    OwnDeclaration = "own-declaration", 403, "Who", "不得审核本人的申报", "Nobody reviews their own declaration",
        "由其他有权限的审核人办理。", "Have another entitled reviewer decide.";
    SameReviewer = "same-reviewer", 403, "Who", "两级审核不得为同一人", "One person may not decide both stages",
        "由另一名审核人办理复审。", "Have another person decide the second stage.";
    NotHolder = "not-holder", 403, "Who", "申报不在本单位的审核环节", "The declaration is not with your unit",
        "由当前环节的审核单位办理。", "Have the unit that holds this stage decide.";
    OwnRecord = "own-record", 403, "Who", "不得审验本人的年度记录", "Nobody verifies their own annual record",
        "由其他有权限的审核人办理。", "Have another entitled reviewer verify it.";
    OwnCase = "own-case", 403, "Who", "不得办理涉及本人或本人提出的事项", "Nobody decides on a case that is about them or that they brought",
        "由其他有权限的人员办理。", "Have another entitled person decide.";
    OwnRights = "own-rights", 403, "Who", "不得变更本人的权限", "Nobody changes their own rights",
        "由另一名管理员办理。", "Have another administrator do it.";
    SameDecider = "same-decider", 403, "V8", "不得对本人参与的决定裁决申诉", "Nobody decides an appeal against what they had a part in",
        "由该单位的另一名人员裁决。", "Have another person of the deciding unit decide.";
    NotFound = "not-found", 404, "", "没有找到", "Not found",
        "核对地址和标识；无权查看的内容同样返回 404。", "Check the address and the id; what you may not see is answered in the same way.";
    MethodNotAllowed = "method-not-allowed", 405, "", "不支持该请求方法", "The method is not allowed here",
        "使用 Allow 响应头列出的方法。", "Use one of the methods in the `Allow` header.";
    NotAcceptable = "not-acceptable", 406, "", "没有所要求的表示形式", "No acceptable representation",
        "在 Accept 中使用接口文档列出的类型。", "Ask for one of the documented media types in `Accept`.";

    // State and preconditions: 409, 412, 428.
    Conflict = "conflict", 409, "", "与其他操作冲突", "It conflicts with another change",
        "重新读取后再试。", "Read the resource again and retry.";
    DecisionAlreadyMade = "decision-already-made", 409, "V4", "已有审核决定", "A decision has already been made",
        "重新读取申报，查看已经生效的决定。", "Read the declaration again to see the decision that stands.";
    WrongState = "wrong-state", 409, "V4", "当前状态不允许此操作", "The state does not allow this",
        "重新读取，按当前状态可进行的操作办理。", "Read it again and do what its present state allows.";
    AlreadyExists = "already-exists", 409, "", "已经存在", "It already exists",
        "使用已有的记录，或更换唯一标识。", "Use the existing one or choose another unique value.";
    AppealedAlready = "appealed-already", 409, "V8", "该事项已申诉过", "The matter was appealed about before",
        "每一事项只能申诉一次；查看 appeal_id 指出的申诉。", "A matter can be appealed about once; see the appeal in `appeal_id`.";
    RecordNotMissing = "record-not-missing", 409, "V8", "学习记录并未缺失", "The record is not missing",
        "查看 learning_record_id 指出的学习记录；内容有误的，请施教机构或学习平台更正。", "See the record in `learning_record_id`; if it is wrong, have the institution or platform correct it.";
    CertificateAltered = "certificate-altered", 409, "A1", "证书内容与签发时不一致", "The certificate is not as it was issued",
        "不为该证书签发凭证；请联系市人社局核查。", "No credential is signed for it: have the municipal bureau look into it.";
    CertificateErased = "certificate-erased", 410, "U4a", "证书持有人的个人信息已依法删除", "The person's data were erased",
        "不再签发凭证；证书本身仍可凭核验码查验，但不再显示姓名和证件号码。", "No credential is signed any more; the certificate is still verified by its code, without name and id number.";
    YearComplete = "year-complete", 409, "A5", "该年度已完成", "The year is complete",
        "已完成的年度无需免修。", "There is nothing to be exempt from in a complete year.";
    RevisionContradicts = "revision-contradicts", 409, "", "同一修订号的内容不同", "The same revision says something else",
        "内容有变化时使用新的修订号（revision）；核对来源系统中哪一份正确。", "Give changed content a new `revision`; find out in the source which of the two is right.";
    NeedsOwnRoad = "needs-own-road", 409, "", "须按其自身程序办理", "It has a procedure of its own",
        "按 road 指出的程序（调动、单位迁移、人员合并、撤销申报或补学）办理后，再处理该冲突。", "Go the way that `road` names (transfer, relocation, merging, revocation, make-up), then settle the conflict.";
    PreconditionFailed = "precondition-failed", 412, "", "内容已被修改", "The resource has changed",
        "重新读取，以新的 ETag 作为 If-Match 再提交。", "Read it again and send its new ETag as `If-Match`.";
    PreconditionRequired = "precondition-required", 428, "", "缺少 If-Match", "If-Match is required",
        "在 If-Match 中携带读取时得到的 ETag。", "Send the ETag that you read as `If-Match`.";
    IdempotencyKeyInProgress = "idempotency-key-in-progress", 409, "", "同一 Idempotency-Key 的请求仍在处理", "A request with this Idempotency-Key is still running",
        "稍后以相同的键和内容重试。", "Retry later with the same key and body.";
    IdempotencyKeyReused = "idempotency-key-reused", 422, "", "Idempotency-Key 已用于其他内容", "The Idempotency-Key was used for another request",
        "新的操作使用新的键。", "Use a new key for a new act.";

    // Size and kind of content: 413, 415.
    PayloadTooLarge = "payload-too-large", 413, "", "内容过大", "The content is too large",
        "缩小内容；上限见 detail。", "Send less; `detail` names the limit.";
    AttachmentTooLarge = "attachment-too-large", 413, "H10", "证明材料超过大小上限", "The attachment is too large",
        "压缩或拆分材料；上限见 max_bytes。", "Compress or split it; `max_bytes` is the limit.";
    UnsupportedMediaType = "unsupported-media-type", 415, "", "不支持的内容类型", "The content type is not supported",
        "使用接口文档列出的 Content-Type，且不压缩请求体。", "Use a documented `Content-Type` and no `Content-Encoding`.";
    UnsupportedAttachmentType = "unsupported-attachment-type", 415, "H10", "不支持的附件格式", "The attachment's format is not supported",
        "上传 PDF、JPEG、PNG 或 OFD 文件；以文件内容为准，与文件名无关。", "Upload PDF, JPEG, PNG or OFD; the content decides, not the name.";

    ImportFormatUnknown = "import-format-unknown", 415, "", "不支持的导入文件格式", "The format of the file is not supported",
        "上传 .xlsx、CSV（UTF-8 或 GB18030）或 NDJSON 文件；以文件内容为准，与文件名无关。", "Send .xlsx, CSV (UTF-8 or GB18030) or NDJSON; the content decides, not the name.";

    // Fields and rules: 422.
    ImportUnreadable = "import-unreadable", 422, "", "导入文件无法读取", "The file cannot be read",
        "在表格软件中打开并另存后重新上传。", "Open it in a spreadsheet, save it anew and send it again.";
    ImportColumnsMissing = "import-columns-missing", 422, "", "导入文件缺少必填列", "The file lacks columns that are required",
        "使用 /v1/import-templates 提供的模板，保留表头（missing 为缺少的列）。", "Use a template of `/v1/import-templates` and keep its heads; `missing` names those that are not there.";
    ImportTooLarge = "import-too-large", 422, "", "导入文件过大", "The file has too much in it",
        "分成几个文件，或以 row_by_row 方式导入。", "Divide it into several files, or take it in row by row.";
    InvalidValue = "invalid-value", 422, "", "取值不正确", "A value is not valid",
        "按 errors 中的说明改正取值。", "Correct the value as `errors` says.";
    ValidationFailed = "validation-failed", 422, "", "内容未通过校验", "The content is not valid",
        "逐条改正 errors 中的问题。", "Correct each entry of `errors`.";
    UnknownReference = "unknown-reference", 422, "", "引用的对象不存在", "Something referred to does not exist",
        "核对 errors 中指出的标识。", "Check the id named in `errors`.";
    WindowClosed = "window-closed", 422, "W3", "不在办理时间内", "The window is closed",
        "在 opens 与 closes 之间办理；下次开放时间见 next_opening。", "Do it between `opens` and `closes`; `next_opening` says when that is next.";
    YearEndFreeze = "year-end-freeze", 422, "W1", "年终结转期间停止变更", "Changes rest during the year-end freeze",
        "结转结束（closes）后再办理；查询不受影响。", "Wait until the freeze ends (`closes`); reading goes on.";
    SettlementTooEarly = "settlement-too-early", 422, "A3", "尚未到年终结转时间", "The year cannot be settled yet",
        "年终结转期开始（opens）后再办理。", "Settle it once its freeze has begun (`opens`).";
    NotOverdue = "not-overdue", 422, "A3a", "审核并未逾期", "No review was overdue",
        "只有结转期开始时审核已逾期的申报可以恢复；其余的由本人在下一年度另行安排学习。", "Only what was overdue at its stage when the freeze began can be reinstated.";
    MakeupClosed = "makeup-closed", 422, "W4", "补学已停止办理", "Make-up is closed",
        "确有特殊原因的，以 exceptional 方式说明理由后申请。", "With a special reason, apply with `exceptional` and state it.";
    ExceptionalNotOpen = "exceptional-not-open", 422, "M6", "本年度不办理特殊补学", "The year takes no exceptional make-up",
        "在补学办理时间内按普通方式申请。", "Apply in the ordinary way, in the make-up window.";
    ExceptionalReasonMissing = "exceptional-reason-missing", 422, "M6", "特殊补学须说明理由", "Exceptional make-up needs a special reason",
        "在 reason 中说明特殊原因。", "State the special reason as `reason`.";
    MakeupYear = "makeup-year-not-open", 422, "M1", "该年度不在补学范围内", "The year cannot be made up",
        "在 earliest 与 latest 之间选择年度。", "Choose a year from `earliest` to `latest`.";
    MakeupNotNeeded = "makeup-not-needed", 422, "M1", "该年度无需补学", "The year needs no make-up",
        "该年度已达到学时要求或已免修，无需申请或登记。", "The year is complete or exempt: nothing has to be made up.";
    MakeupAlreadyGranted = "makeup-already-granted", 422, "M3", "该人员该年度已有补学许可", "A grant stands for this person and year",
        "使用 grant_id 指出的许可。", "Use the grant in `grant_id`.";
    MakeupAlreadyApplied = "makeup-already-applied", 422, "M3", "该人员该年度已有待办的补学申请", "An application for this person and year waits already",
        "等待 application_id 指出的申请办结。", "Wait for the application in `application_id` to be decided.";
    OutsideMakeupStudy = "outside-makeup-study", 422, "M3", "学习时间不在补学期间内", "The learning lies outside the time of make-up study",
        "只有 from 当日起、until 之前的学习可以登记。", "Only learning from `from` on and before `until` can be registered.";
    NoPolicy = "no-policy", 422, "W3", "该年度政策尚未发布", "The year has no published policy",
        "政策发布后再办理。", "Wait until the year's policy is published.";
    SpansTwoYears = "spans-two-years", 422, "H2", "学习时间跨年度", "The learning spans two years",
        "按年度拆分后分别申报。", "Split it at New Year and declare each part in its year.";
    LearningDatesInverted = "learning-dates-inverted", 422, "H2", "学习结束日期早于开始日期", "The learning ends before it starts",
        "核对学习起止日期。", "Check the first and the last day.";
    YearMismatch = "year-mismatch", 422, "H2", "申报年度与学习结束年度不一致", "The year is not that of the learning",
        "按学习结束日期所在年度申报。", "Declare in the year in which the learning ended.";
    LearningNotFinished = "learning-not-finished", 422, "H2", "学习尚未结束", "The learning has not ended",
        "学习结束后再申报。", "Declare it after it has ended.";
    HoursNotPositive = "hours-not-positive", 422, "H1", "学时必须大于零", "Hours must be more than zero",
        "填写大于 0、至多一位小数的学时。", "Give hours above 0 with at most one decimal.";
    WayNotCounted = "way-not-counted", 422, "H8", "当年折算表未列该学习方式", "The year does not count this way of learning",
        "选择当年折算表列出的学习方式。", "Choose a way that the year's conversion table lists.";
    HoursOverLimit = "hours-over-limit", 422, "H8", "学时超过折算上限", "The hours are over the limit of this way",
        "按当年折算表的上限填写；剩余可用学时见 detail。", "Stay within the year's conversion table; `detail` says what is left.";
    HoursExceedDays = "hours-exceed-days", 422, "H9", "学时超过学习天数所能取得的上限", "More hours than the days allow",
        "核对学时与起止日期。", "Check the hours against the first and last day.";
    TrainingPlanNotFiled = "training-plan-not-filed", 422, "H5", "培训未经备案", "The training plan was not filed",
        "只有开班前已经市人社局备案的培训计划内的班次方可登记；由谁、如何补正见 mend 与 mended_by。", "Only classes on a plan approved before the class began count; `mend` and `mended_by` say what can be done and by whom.";
    FilingNotGranted = "filing-not-granted", 422, "P5", "施教机构备案未生效", "The institution's filing does not stand",
        "由施教机构向市人社局申请备案，或待市人社局恢复备案后再开班。", "Have the filing granted or resumed by the municipal bureau, then open the class.";
    FilingYearOver = "filing-year-over", 422, "P1", "年度已过，不能申请备案", "The year is over and cannot be applied for",
        "只能申请本年度或以后年度的备案。", "Apply for the present year or a later one.";
    PlanEmpty = "plan-empty", 422, "P2", "培训计划没有项目", "The training plan has no items",
        "至少添加一个培训项目后再提交。", "Add at least one item before submitting it.";
    PlanItemInUse = "plan-item-in-use", 422, "P2", "培训项目已有班次", "Classes rest on the item of the plan",
        "保留项目及已开班次的科目和学时，或先取消班次。", "Keep the item with the subject and the hours of its classes, or cancel them first.";
    ClassNotInPlan = "class-not-in-plan", 422, "P3", "班次与培训计划项目不符", "The class does not fit the item of the plan",
        "按已批准的项目填写年度、科目和培训形式，或先变更培训计划。", "Keep to the year and subject of the approved item, or amend the plan first.";
    RosterRefused = "roster-refused", 422, "P4", "名册有未通过的行", "Lines of the roster were refused",
        "按 results 改正各行后重新上传，或不选全部成功。", "Correct the lines named in `results` and upload it again, or do without `all_or_nothing`.";
    ClassNotPassed = "class-not-passed", 422, "P4", "该培训未考核合格", "The class was not passed",
        "考核合格后由培训机构更正名册。", "Have the institution correct the roster once the class is passed.";
    PlatformNotListed = "platform-not-listed", 422, "H6", "学习平台不在当年名单内", "The platform is not on the year's list",
        "在当年公布的免费学习平台上学习。", "Learn on one of the platforms published for the year.";
    PublicHoursNeedPlatform = "public-hours-need-platform", 422, "H6", "公需科目学时须由平台推送", "Public-required hours come from listed platforms",
        "公需科目通过公布的学习平台学习，由平台推送后申报。", "Learn the public-required subject on a listed platform, which delivers the record.";
    DuplicateLearning = "duplicate-learning", 422, "H7", "同一学习已经申报", "The same learning is already declared",
        "查看 standing_id 指出的申报；同一学习只计一次。", "See the declaration in `standing_id`; the same learning counts once.";
    EvidenceMissing = "evidence-missing", 422, "H10", "缺少证明材料", "Evidence is missing",
        "上传 detail 所列种类的证明材料后再提交。", "Attach evidence of the kinds named in `detail`, then submit.";
    TooManyAttachments = "too-many-attachments", 422, "H10", "证明材料数量已达上限", "There are too many attachments",
        "删除不需要的材料后再上传。", "Remove an attachment first.";
    AbsenceOutsideYear = "absence-outside-year", 422, "A5", "离岗时间不在该年度内", "The absence has no day in the year",
        "核对起止日期与年度；跨年度的，每个年度分别申请。", "Check the days and the year; for an absence of several years, apply for each.";
    NoProRating = "no-pro-rating", 422, "A6", "当年入职不减免学时", "Joining in the year lets nobody off",
        "当年入职人员按全年要求完成学时；政策另有规定或另有免修情形的除外。", "Who joins in the year owes the full floors, unless the policy lets off or another ground for an exemption stands.";
    NotEmployed = "not-employed", 422, "U3", "没有在职的用人单位", "There is no active employment",
        "由用人单位登记在职关系后再办理。", "Have the employer register the employment first.";
    OutOfScope = "out-of-scope", 422, "U4b", "不属于继续教育管理范围", "The person is not in the scope of continuing education",
        "核对岗位；参公管理人员不在范围内。", "Check the post; staff managed as civil servants are not in scope.";
    NoReviewingBody = "no-reviewing-body", 422, "Who", "用人单位没有指定审核单位", "The employer has no reviewing body",
        "由主管部门为用人单位指定审核单位。", "Have a reviewing body named for the employer.";
    OwnReviewingBody = "own-reviewing-body", 422, "Who", "用人单位不得审核自身", "A unit cannot be its own reviewing body",
        "由主管部门另行指定审核单位。", "Have another reviewing body named.";
    SeminarTooLarge = "seminar-too-large", 422, "P6", "高级研修人数超过上限", "The seminar has too many places",
        "按当年政策规定的人数上限填写（max）。", "Stay within the places that the year's policy allows (`max`).";
    SeminarBegun = "seminar-begun", 422, "P6", "高级研修已经开班", "The seminar has begun",
        "开班前提交、批准和确定学员名单；确需举办的，另行申报新的日期。", "Submit, approve and admit before the first day; otherwise propose it with later days.";
    SeminarNotEnded = "seminar-not-ended", 422, "P6", "高级研修尚未结束", "The seminar is not over",
        "结束之日（ends_on）起再报送结业情况。", "Report the outcome from its last day (`ends_on`) on.";
    SeminarFull = "seminar-full", 422, "P6", "学员名单超过名额", "The list has more people than places",
        "按名额（places）减少学员。", "Admit no more people than `places`.";
    SeminarListEmpty = "seminar-list-empty", 422, "P6", "没有学员名单", "Nobody was admitted",
        "没有学员的研修不能结业；请撤回该研修。", "A seminar without people has no outcome; withdraw it.";
    SeminarResultsMismatch = "seminar-results-mismatch", 422, "P6", "结业结果与学员名单不一致", "The results are not those of the list",
        "名单内每名学员报送且只报送一条结果：missing 为缺少，repeated 为重复，not_admitted 为名单外。", "Report one result for everyone on the list and for nobody else: see `missing`, `repeated`, `not_admitted`.";
    FundingYearAhead = "funding-year-ahead", 422, "U5", "该年度尚未开始", "The year has not begun",
        "年度开始后再报送经费。", "Report the funds of a year that has begun.";
    FundingOverPayroll = "funding-over-payroll", 422, "U5", "经费超过工资总额", "The funds are above the payroll",
        "核对金额：单位为分，提取和支出均不得超过工资总额。", "Check the amounts: they are in fen, and neither accrued nor spent funds exceed the payroll.";
    EmployedElsewhere = "employed-elsewhere", 409, "U2", "该人员在其他单位在职", "The person is employed elsewhere",
        "由任一用人单位提出调动，对方接受后再办理。", "Have either employer ask for a transfer, and go on once it is accepted.";
    RecordHasAccount = "record-has-account", 409, "U0", "该人员已有账号", "The person has an account already",
        "请本人使用原有账号登录；忘记密码的由市人社局重置。", "Have the person log in with their own account; the municipal bureau resets a lost password.";
    IdentityMismatch = "identity-mismatch", 422, "U0", "姓名与登记不一致", "The name is not the registered one",
        "核对本人证件；登记有误的由市人社局更正。", "Compare the person's document; the municipal bureau corrects what is registered wrongly.";
    SameEmployer = "same-employer", 422, "U2", "调出与调入单位相同", "It is the same employer",
        "核对调入单位。", "Check the employer that the person is to come to.";
    UnitDisabled = "unit-disabled", 422, "U1", "单位已停用", "The unit is not in use",
        "由市人社局启用该单位，或选择其他单位。", "Have the municipal bureau open the unit again, or choose another one.";
    UnitInUse = "unit-in-use", 409, "U1", "单位仍有人员或事项", "Something still rests on the unit",
        "先办理人员调动、下级单位和待办事项；数量见各成员。", "First transfer its people, move its units and finish what waits; the members say how many.";
    SameRecord = "same-record", 422, "U4", "不能与自身合并", "A record is not merged with itself",
        "填写两条不同的人员记录。", "Name two different records.";
    RecordsConflict = "records-conflict", 409, "U4", "两条记录有冲突的事项", "The records have cases that exclude each other",
        "先办结或撤销其中一条记录的重复事项（如同一年度的补学批准），再合并。", "First finish or end the double case of one record, such as a grant for the same year, then merge.";
    ErasureBarred = "erasure-barred", 422, "U4a", "尚不能删除该人员的个人信息", "The person's data is not erased yet",
        "按 ground 办理：先登记退休或离职、办结待办事项，或在 not_before 所示年度起再申请。", "As `ground` says: end the employment, finish what waits, or come back in the year `not_before`.";
    TooManyWebhooks = "too-many-webhooks", 422, "", "Webhook 数量已达上限", "There are too many webhooks",
        "删除不再使用的 webhook 后再添加；上限见 most。", "Delete one that is not in use first; `most` is the limit.";
    TooManyRows = "too-many-rows", 422, "", "行数超过单个文件的上限", "There are more rows than one answer has",
        "以 POST /v1/exports 导出，其 list 与 parameters 见各成员；或缩小单位、年度等条件。", "Take them out with POST /v1/exports, whose `list` the member names, or ask for less.";

    // Load and faults: 429, 500, 503.
    RateLimited = "rate-limited", 429, "", "请求过于频繁", "Too many requests",
        "按 Retry-After 等待，并参照 RateLimit 响应头控制速率。", "Wait for `Retry-After` and pace yourself by the `RateLimit` header.";
    Overloaded = "overloaded", 503, "", "服务繁忙", "The service is overloaded",
        "按 Retry-After 等待后以相同的 Idempotency-Key 重试。", "Retry after `Retry-After` with the same Idempotency-Key.";
    Unavailable = "unavailable", 503, "", "服务暂不可用", "The service is not available",
        "按 Retry-After 等待后重试。", "Retry after the seconds in `Retry-After`.";
    NotSealedYet = "not-sealed-yet", 503, "A1", "证书尚未写入透明日志", "The certificate is not sealed in the log yet",
        "签发后一秒内即写入；按 Retry-After 等待后再取凭证。", "It is within a second of its issue: ask again after `Retry-After`.";
    TypefaceMissing = "typeface-missing", 503, "A1", "暂时无法生成 PDF", "The page cannot be drawn for now",
        "证书本身有效，可用 JSON 读取或在线验证；请管理员安装中文字体。", "The certificate itself stands: read it as JSON or verify it online; the operator has to install the typeface.";
    Internal = "internal", 500, "", "服务器内部错误", "Internal error",
        "稍后重试；持续出现时请向管理员提供 request_id。", "Retry later; if it persists, give the administrator the `request_id`.";
}

impl Code {
    /// The stable identifier, for instance `window-closed`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The code with this identifier.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.id() == id)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn identifiers_are_unique_kebab_case_and_found_again() {
        let mut seen = BTreeSet::new();
        for code in Code::ALL {
            let id = code.id();
            assert!(seen.insert(id), "{id} occurs twice");
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
            assert_eq!(Code::from_id(id), Some(*code));
        }
    }

    #[test]
    fn every_row_is_complete_in_both_languages() {
        for code in Code::ALL {
            let row = code.row();
            assert!((400..600).contains(&row.status), "{}", row.id);
            for text in [row.title.zh, row.title.en, row.solve.zh, row.solve.en] {
                assert!(!text.trim().is_empty(), "{}", row.id);
            }
            assert!(row.title.en.is_ascii() && !row.title.zh.is_ascii(), "{}", row.id);
        }
    }
}
