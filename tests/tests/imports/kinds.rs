//! Units, plans and declarations.

use serde_json::{Value, json};
use xueshi_tests::filing::{self as training, BASE};
use xueshi_tests::imports::{counts, csv, over, send, try_out, wrong};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

on_both!(
    units_come_in_with_those_above_them,
    p2_items_of_plans_come_in_until_the_plan_is_handed_in,
    declarations_are_handed_in_or_become_drafts
);

/// The id number of the account `professional`.
const DOCTOR: &str = "410199198507129015";

fn table(rows: &[&[&str]]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    csv(&rows)
}

/// U4: a unit may stand under one of a row above it; what a file cannot change is refused.
async fn units_come_in_with_those_above_them(server: &Server) {
    let admin = server.login("city.admin").await;
    let heads: &[&str] =
        &["单位名称", "统一社会信用代码", "单位类型", "是否事业单位", "上级单位", "审核单位"];
    let health = "郑州市卫生健康委员会";
    let file = table(&[
        heads,
        &["新建医院", "91350100M000100Y43", "用人单位", "是", health, health],
        &["新建医院门诊部", "914403001922038216", "用人单位", "是", "91350100M000100Y43", health],
        &["无码单位", "914403001922038217", "用人单位", "否", health, health],
        &["无上级", "9.14403E+17", "用人单位", "否", "没有的单位", health],
    ]);
    let fields = [("kind", "units")];
    let bad = [("B4", "unit-code-check-digit"), ("B5", "id-turned-into-number")]
        .map(|(place, code)| (place.to_owned(), code.to_owned()));
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await.len();
    let tried = over(&admin, try_out(&admin, &fields, file.as_bytes())).await;
    assert_eq!(counts(&tried), [2, 0, 0, 2]);
    assert_eq!(wrong(&admin, &tried).await, bad);
    assert_eq!(steps::all_pages(&admin, "/v1/organizations?limit=200").await.len(), units);
    let taken = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    assert_eq!((counts(&taken), wrong(&admin, &taken).await), ([2, 0, 0, 2], bad.to_vec()));
    let all = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    assert_eq!(all.len(), units + 2);
    let named = |name: &str| all.iter().find(|unit| unit["name"] == name).unwrap();
    assert_eq!(named("新建医院门诊部")["parent_id"], named("新建医院")["id"]);
    let again = table(&[
        heads,
        &["新建医院", "91350100M000100Y43", "用人单位", "是", health, health],
        &["新建门诊", "914403001922038216", "用人单位", "", "新建医院", health],
        &["改类型", "12410100MA0000058X", "施教机构", "是", health, ""],
    ]);
    let again = over(&admin, send(&admin, &fields, again.as_bytes())).await;
    assert_eq!(counts(&again), [0, 1, 1, 1]);
    assert_eq!(wrong(&admin, &again).await, [("C4".to_owned(), "kind-differs".to_owned())]);
}

/// P2: the rows of one title make one plan; once it is handed in, what stands in it is recognised and nothing else taken.
async fn p2_items_of_plans_come_in_until_the_plan_is_handed_in(server: &Server) {
    let unit = training::unit(server, BASE).await;
    let base = server.login("base.admin").await;
    let heads: &[&str] = &[
        "年度",
        "计划名称",
        "科目",
        "培训主题",
        "学时",
        "开始日期",
        "结束日期",
        "计划人数",
        "培训对象",
    ];
    let first: &[&str] =
        &["2023", "批量计划", "专业", "数据安全", "24", "2023/11/6", "2023/11/8", "60", "全市"];
    let second: &[&str] = &[
        "2023",
        "批量计划",
        "专业科目",
        "云计算",
        "16.5",
        "2023-11-20",
        "2023-11-22",
        "40",
        "全市",
    ];
    let bad: &[&str] =
        &["2023", "批量计划", "专业科目", "跨年", "8", "2023-12-30", "2024-01-02", "40", "全市"];
    let fields = [("kind", "plans"), ("unit_id", unit.as_str()), ("mode", "all_or_nothing")];
    let file = table(&[heads, first, second, bad]);
    let plans = || async {
        let all = steps::all_pages(&base, "/v1/training-plans?year=2023").await;
        all.into_iter().filter(|plan| plan["title"] == "批量计划").collect::<Vec<Value>>()
    };
    let refused = over(&base, send(&base, &fields, file.as_bytes())).await;
    assert_eq!((counts(&refused), &refused["failure"]), ([0, 0, 0, 1], &json!("rows-refused")));
    assert_eq!(wrong(&base, &refused).await, [("G4".to_owned(), "spans-two-years".to_owned())]);
    assert_eq!(plans().await.len(), 0);
    let file = table(&[heads, first, second]);
    let taken = over(&base, send(&base, &fields, file.as_bytes())).await;
    assert_eq!(counts(&taken), [2, 0, 0, 0]);
    let made = plans().await;
    assert_eq!((made.len(), &made[0]["state"]), (1, &json!("draft")));
    let path = format!("/v1/training-plans/{}", text(&made[0], "id"));
    let plan = base.get(&path).await.is(200);
    assert_eq!(
        (plan["items"].as_array().unwrap().len(), &plan["items"][1]["hours"]),
        (2, &json!(16.5))
    );
    let mut more = second.to_vec();
    more[7] = "45";
    let changed = over(&base, send(&base, &fields, table(&[heads, first, &more]).as_bytes())).await;
    assert_eq!(counts(&changed), [0, 1, 1, 0]);
    base.post(&format!("{path}/submission")).if_match("*").await.is(200);
    let mut third = second.to_vec();
    third[3] = "物联网";
    let fields = [("kind", "plans"), ("unit_id", unit.as_str())];
    let late = over(&base, send(&base, &fields, table(&[heads, first, &third]).as_bytes())).await;
    assert_eq!(counts(&late), [0, 0, 1, 1]);
    assert_eq!(wrong(&base, &late).await, [("3".to_owned(), "wrong-state".to_owned())]);
}

/// Hours of a roster are handed in at once; what is in someone's own words waits for its evidence, in that person's hands.
async fn declarations_are_handed_in_or_become_drafts(server: &Server) {
    let doctor = server.login("professional").await;
    let record = steps::records(&doctor, "professional").await[0].clone();
    let class = text(&record, "class_id");
    let admin = server.login("hospital.admin").await;
    let number = DOCTOR;
    let heads: &[&str] = &[
        "证件号码",
        "年度",
        "班次标识",
        "科目",
        "学习方式",
        "学习内容",
        "开始日期",
        "结束日期",
        "学时",
    ];
    let own: &[&str] =
        &[number, "2023", "", "专业科目", "学术会议", "学术年会", "2023-05-08", "2023-05-09", "8"];
    let too_many: &[&str] =
        &[number, "2023", "", "专业科目", "学术会议", "另一年会", "2023-06-08", "2023-06-09", "13"];
    let of_class: &[&str] = &[number, "2023", &class, "", "", "", "", "", ""];
    let file = table(&[heads, of_class, own, too_many]);
    let fields = [("kind", "declarations")];
    let import = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    assert_eq!(counts(&import), [2, 0, 0, 1], "{:?}", wrong(&admin, &import).await);
    assert_eq!(wrong(&admin, &import).await, [("I4".to_owned(), "hours-over-limit".to_owned())]);
    let declared = steps::all_pages(&doctor, "/v1/declarations?year=2023").await;
    let mut states: Vec<_> = declared.iter().map(|one| text(one, "state")).collect();
    states.sort();
    assert_eq!(states, ["draft", "employer_review"]);
    let again = over(&admin, send(&admin, &fields, file.as_bytes())).await;
    assert_eq!(counts(&again), [0, 0, 2, 1]);
    // Someone else's people are as good as none.
    let company = server.login("company.admin").await;
    let others = over(&company, send(&company, &fields, table(&[heads, own]).as_bytes())).await;
    assert_eq!(wrong(&company, &others).await, [("A2".to_owned(), "unknown".to_owned())]);
}
