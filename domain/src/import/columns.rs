//! The columns of each kind of file.

use super::ImportKind;

/// Words of a column: as people write them, and as the API does. The first one of each API word is the one of templates.
pub type Words = &'static [(&'static str, &'static str)];

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text,
    /// A number of a document or a unit: a text that no spreadsheet may have turned into a number.
    Id,
    /// A phone number.
    Phone,
    /// One of some words.
    Word(Words),
    /// A day.
    Day,
    /// Hours, or another number with decimals.
    Hours,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
}

/// A column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the API; a head may say it.
    pub name: &'static str,
    /// Its head.
    pub zh: &'static str,
    /// How its cells are read.
    pub form: Form,
    /// Whether every row needs it.
    pub required: bool,
    /// What stands in it, for the notes of a template.
    pub note_zh: &'static str,
    /// The same in English.
    pub note_en: &'static str,
    /// What a row may say there.
    pub example: &'static str,
}

const ID_TYPES: Words = &[
    ("居民身份证", "resident_id"),
    ("身份证", "resident_id"),
    ("外国人永久居留身份证", "foreign_permanent_resident"),
    ("护照", "passport"),
    ("港澳居民来往内地通行证", "hk_macao_permit"),
    ("台湾居民来往大陆通行证", "taiwan_permit"),
];
const LEVELS: Words = &[
    ("员级", "junior_assistant"),
    ("助理级", "assistant"),
    ("初级", "assistant"),
    ("中级", "intermediate"),
    ("副高级", "associate_senior"),
    ("正高级", "senior"),
];
const POSTS: Words =
    &[("专业技术岗位", "technical"), ("管理岗位", "management"), ("参公管理", "civil_servant")];
const UNIT_KINDS: Words = &[
    ("用人单位", "employer"),
    ("施教机构", "training_institution"),
    ("继续教育基地", "ce_base"),
    ("行业主管部门", "industry_authority"),
    ("区县人社局", "district_bureau"),
];
const SUBJECTS: Words = &[
    ("专业科目", "professional"),
    ("专业", "professional"),
    ("公需科目", "public"),
    ("公需", "public"),
];
const WAYS: Words = &[
    ("学术会议", "conference"),
    ("学术讲座", "conference"),
    ("培训班", "training_class"),
    ("研修班", "seminar"),
    ("高级研修班", "advanced_seminar"),
    ("远程教育", "distance_course"),
    ("学历教育", "degree_study"),
    ("继续教育实践活动", "practice"),
    ("论文论著", "published_work"),
    ("专利", "patent"),
    ("课题项目", "project"),
    ("其他方式", "other"),
];

const fn column(
    (name, zh): (&'static str, &'static str),
    form: Form,
    required: bool,
    example: &'static str,
    (note_zh, note_en): (&'static str, &'static str),
) -> Column {
    Column { name, zh, form, required, note_zh, note_en, example }
}

const ID_TYPE: Column = column(
    ("id_type", "证件类型"),
    Form::Word(ID_TYPES),
    false,
    "居民身份证",
    ("空白为居民身份证", "a resident id where it is blank"),
);
const ID_NUMBER: Column = column(
    ("id_number", "证件号码"),
    Form::Id,
    true,
    "410102198506151238",
    (
        "必须为文本格式；被表格软件改成数字的号码不予采用",
        "as text; a number that a spreadsheet made of it is refused",
    ),
);
const UNIT_CODE: Column = column(
    ("unit_code", "用人单位统一社会信用代码"),
    Form::Id,
    false,
    "",
    (
        "文本格式；空白为导入时指定的单位",
        "as text; the unit named with the import where it is blank",
    ),
);

const PEOPLE: &[Column] = &[
    column(("name", "姓名"), Form::Text, true, "张明", ("与证件一致", "as in the document")),
    ID_TYPE,
    ID_NUMBER,
    column(("phone", "手机号码"), Form::Phone, false, "13800001234", ("文本格式", "as text")),
    column(
        ("title_series", "职称系列"),
        Form::Text,
        false,
        "卫生技术",
        ("与职称级别同时填写", "together with the level"),
    ),
    column(
        ("title_level", "职称级别"),
        Form::Word(LEVELS),
        false,
        "中级",
        ("员级、助理级、中级、副高级、正高级", "of the title"),
    ),
    column(
        ("post", "岗位类别"),
        Form::Word(POSTS),
        false,
        "专业技术岗位",
        ("空白为专业技术岗位", "a technical post where it is blank"),
    ),
    UNIT_CODE,
    column(
        ("started_on", "入职日期"),
        Form::Day,
        true,
        "2020-07-01",
        ("日期，或 2020-07-01 形式的文本", "a date, or a text such as 2020-07-01"),
    ),
];

const UNITS: &[Column] = &[
    column(("name", "单位名称"), Form::Text, true, "郑州市某医院", ("全称", "in full")),
    column(
        ("unit_code", "统一社会信用代码"),
        Form::Id,
        true,
        "12410100MA0000058X",
        ("文本格式", "as text"),
    ),
    column(("kind", "单位类型"), Form::Word(UNIT_KINDS), true, "用人单位", ("", "what it is")),
    column(
        ("is_public_institution", "是否事业单位"),
        Form::Flag,
        false,
        "是",
        ("是或否；空白为否", "yes or no; no where it is blank"),
    ),
    column(
        ("parent", "上级单位"),
        Form::Id,
        false,
        "",
        (
            "上级单位的统一社会信用代码、标识或全称；空白为导入时指定的单位",
            "unit code, id or full name of the unit above; the unit named with the import where it is blank",
        ),
    ),
    column(
        ("reviewing_body", "审核单位"),
        Form::Id,
        false,
        "",
        (
            "审核单位的统一社会信用代码、标识或全称；用人单位必填",
            "unit code, id or full name of the reviewing body; employers must have one",
        ),
    ),
];

const PLANS: &[Column] = &[
    column(
        ("unit_code", "施教机构统一社会信用代码"),
        Form::Id,
        false,
        "",
        (
            "文本格式；空白为导入时指定的单位",
            "as text; the unit named with the import where it is blank",
        ),
    ),
    column(("year", "年度"), Form::Whole, true, "2023", ("计划年度", "of the plan")),
    column(
        ("title", "计划名称"),
        Form::Text,
        true,
        "2023年度培训计划",
        (
            "同单位、同年度、同名称的行属于一个计划",
            "rows of one unit, year and title make one plan",
        ),
    ),
    column(
        ("subject", "科目"),
        Form::Word(SUBJECTS),
        true,
        "专业科目",
        ("", "public or professional"),
    ),
    column(("theme", "培训主题"), Form::Text, true, "数据安全", ("", "what it is about")),
    column(
        ("hours", "学时"),
        Form::Hours,
        true,
        "24",
        ("至多一位小数", "with at most one decimal"),
    ),
    column(("starts_on", "开始日期"), Form::Day, true, "2023-11-06", ("", "planned first day")),
    column(("ends_on", "结束日期"), Form::Day, true, "2023-11-08", ("", "planned last day")),
    column(("places", "计划人数"), Form::Whole, true, "60", ("", "planned places")),
    column(("audience", "培训对象"), Form::Text, true, "全市工程技术人员", ("", "for whom")),
];

const ROSTERS: &[Column] = &[
    column(
        ("name", "姓名"),
        Form::Text,
        false,
        "张明",
        ("可不填；填写时须与登记一致", "may be left out; otherwise as registered"),
    ),
    ID_TYPE,
    ID_NUMBER,
    column(
        ("hours", "学时"),
        Form::Hours,
        true,
        "24",
        ("至多一位小数，不超过班次学时", "with at most one decimal, no more than the class gives"),
    ),
    column(
        ("passed", "是否合格"),
        Form::Flag,
        true,
        "合格",
        ("合格或不合格", "whether the attendee passed"),
    ),
];

const DECLARATIONS: &[Column] = &[
    ID_TYPE,
    ID_NUMBER,
    column(
        ("year", "年度"),
        Form::Whole,
        true,
        "2023",
        ("学习结束的年度", "in which the learning ended"),
    ),
    column(
        ("class_id", "班次标识"),
        Form::Text,
        false,
        "",
        (
            "填写时申报该班次名册中的学时，其余各列留空",
            "declares the hours of that class's roster; the other columns stay blank",
        ),
    ),
    column(
        ("subject", "科目"),
        Form::Word(SUBJECTS),
        false,
        "专业科目",
        ("", "public or professional"),
    ),
    column(
        ("way", "学习方式"),
        Form::Word(WAYS),
        false,
        "学术会议",
        ("", "how the hours were earned"),
    ),
    column(("title", "学习内容"), Form::Text, false, "学术年会", ("", "what was learnt")),
    column(
        ("learning_start", "开始日期"),
        Form::Day,
        false,
        "2023-05-08",
        ("", "first day of learning"),
    ),
    column(
        ("learning_end", "结束日期"),
        Form::Day,
        false,
        "2023-05-09",
        ("", "last day of learning"),
    ),
    column(
        ("hours", "学时"),
        Form::Hours,
        false,
        "8",
        ("至多一位小数", "with at most one decimal"),
    ),
];

impl ImportKind {
    /// Its columns, in the order of its template.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::People => PEOPLE,
            Self::Units => UNITS,
            Self::Plans => PLANS,
            Self::Rosters => ROSTERS,
            Self::Declarations => DECLARATIONS,
        }
    }

    /// The column that a head names, in either language. Spaces and a mark of what is required do not count.
    #[must_use]
    pub fn column_of(self, head: &str) -> Option<usize> {
        let plain = |text: &str| -> String {
            let marks = ['*', '＊', '\u{feff}'];
            text.chars().filter(|c| !c.is_whitespace() && !marks.contains(c)).collect()
        };
        let head = plain(head);
        self.columns()
            .iter()
            .position(|column| column.zh == head || column.name.eq_ignore_ascii_case(&head))
    }
}
