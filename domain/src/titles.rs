//! The series of professional titles, as data (rule U4b).

/// The 27 series (职称系列) of the national reform of titles, in its order.
pub const SERIES: [&str; 27] = [
    "高等学校教师",
    "哲学社会科学研究",
    "自然科学研究",
    "卫生技术",
    "工程技术",
    "农业技术",
    "新闻",
    "出版",
    "图书资料",
    "文物博物",
    "档案",
    "工艺美术",
    "技工院校教师",
    "体育",
    "翻译",
    "播音主持",
    "会计",
    "统计",
    "经济",
    "实验技术",
    "中等职业学校教师",
    "中小学教师",
    "艺术",
    "公共法律服务",
    "船舶技术",
    "民用航空飞行技术",
    "审计",
];

/// Whether a text is the name of a series.
#[must_use]
pub fn is_series(name: &str) -> bool {
    SERIES.contains(&name)
}
