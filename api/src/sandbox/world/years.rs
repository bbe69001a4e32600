//! What happened to the people of the demo world until the morning of 16 October 2023.

use time::macros::{date, datetime as at};
use time::{Date, Duration, OffsetDateTime};
use xueshi_domain::learning::{EvidenceKind, Way};
use xueshi_domain::review::Decision;

use super::classes::Course;
use super::learning::Learned;
use super::people::{Who, everyone};

/// A decision: when, what, and the comment.
pub(super) type Decided = (OffsetDateTime, Decision, Option<&'static str>);

/// One thing that somebody learnt, and how far it has come.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) who: Who,
    pub(super) learned: Learned,
    /// When it was submitted; `None` while it is only on offer.
    pub(super) submitted: Option<OffsetDateTime>,
    /// The employer's decision, then the reviewing body's.
    pub(super) decisions: Vec<Decided>,
}

/// The people of whom 2022 asks nothing: they joined later.
const JOINED_LATER: [Who; 2] = [Who::DengSiyuan, Who::GaoYining];

/// Short for 2022: 40 professional hours instead of 60.
pub(super) const SHORT_FOR_2022: Who = Who::HanLiyan;

/// Everything, in an order in which each person's own story is told from first to last.
pub(super) fn entries() -> Vec<Entry> {
    let mut entries = of_2022();
    entries.extend(of_2023());
    entries
}

/// The years that were verified, in the order of verification.
pub(super) fn verified() -> Vec<(Who, i32, OffsetDateTime)> {
    let of_2022 = complete_for_2022()
        .enumerate()
        .map(|(index, who)| (who, 2022, later(at!(2022-10-18 10:00 +8), index)));
    let of_2023 = [
        (Who::ZhouYiheng, 2023, at!(2023-05-15 10:00 +8)),
        (Who::TangRuoxi, 2023, at!(2023-05-16 14:30 +8)),
        (Who::LyuJian, 2023, at!(2023-05-18 09:40 +8)),
        (Who::WeiChengze, 2023, at!(2023-05-18 09:42 +8)),
    ];
    of_2022.chain(of_2023).collect()
}

fn complete_for_2022() -> impl Iterator<Item = Who> {
    everyone().filter(|who| *who != SHORT_FOR_2022 && !JOINED_LATER.contains(who))
}

/// Three minutes later for each that came before.
fn later(first: OffsetDateTime, index: usize) -> OffsetDateTime {
    let minutes = i64::try_from(index).unwrap_or(0) * 3;
    first.saturating_add(Duration::minutes(minutes))
}

fn of_2022() -> Vec<Entry> {
    let public = Learned::Public {
        platform: "hnzjzx",
        start: date!(2022 - 05 - 09),
        end: date!(2022 - 06 - 17),
        hours: 30,
    };
    let mut entries = Vec::new();
    for (index, who) in complete_for_2022().enumerate() {
        for learned in [public, class(Course::Of2022)] {
            let (employer, authority) =
                (later(at!(2022-09-07 09:00 +8), index), later(at!(2022-09-13 14:00 +8), index));
            entries.push(approved(
                who,
                learned,
                later(at!(2022-09-05 08:30 +8), index),
                employer,
                authority,
            ));
        }
    }
    let article = own(
        Way::PublishedWork,
        "分布式缓存一致性研究",
        date!(2022 - 06 - 20),
        date!(2022 - 06 - 20),
        30,
        EvidenceKind::PublishedWork,
    );
    let conference = own(
        Way::Conference,
        "全国软件测试学术年会",
        date!(2022 - 08 - 18),
        date!(2022 - 08 - 19),
        10,
        EvidenceKind::ProofOfAttendance,
    );
    for (learned, minute) in [(public, 0), (article, 2), (conference, 4)] {
        let on = |instant: OffsetDateTime| instant + Duration::minutes(minute);
        let (employer, authority) = (on(at!(2022-10-12 10:00 +8)), on(at!(2022-10-17 16:00 +8)));
        entries.push(approved(
            SHORT_FOR_2022,
            learned,
            on(at!(2022-10-10 09:00 +8)),
            employer,
            authority,
        ));
    }
    entries
}

#[rustfmt::skip]
fn of_2023() -> Vec<Entry> {
    use Who::*;
    let (summer, spring) = (class(Course::Summer), class(Course::Spring));
    let conference = |title, start, end, hours| own(Way::Conference, title, start, end, hours, EvidenceKind::ProofOfAttendance);
    vec![
        // The hospital.
        offered(LinZhiyuan, public("hnzjzx", date!(2023-06-01), date!(2023-06-30))),
        offered(LinZhiyuan, summer),
        waiting(SuXiaolan, public("hnzjzx", date!(2023-08-01), date!(2023-08-31)), at!(2023-10-12 10:20 +8)),
        approved(ZhouYiheng, public("zzjxjy", date!(2023-02-01), date!(2023-02-24)),
            at!(2023-04-03 09:10 +8), at!(2023-04-06 15:00 +8), at!(2023-04-11 10:30 +8)),
        approved(ZhouYiheng, spring, at!(2023-04-03 09:20 +8), at!(2023-04-06 15:10 +8), at!(2023-04-11 10:40 +8)),
        approved(HeYutong, public("hnzjzx", date!(2023-05-08), date!(2023-05-31)),
            at!(2023-09-04 11:00 +8), at!(2023-09-06 09:30 +8), at!(2023-09-11 15:20 +8)),
        at_authority(HeYutong, summer, at!(2023-10-09 09:30 +8), at!(2023-10-11 16:00 +8)),
        // E5: due at the end of 11 October.
        waiting(ShenYizhou, public("hnzjzx", date!(2023-07-03), date!(2023-07-31)), at!(2023-09-28 09:00 +8)),
        approved(OuyangRuoxi, public("zzjxjy", date!(2023-04-10), date!(2023-05-05)),
            at!(2023-09-05 10:00 +8), at!(2023-09-07 14:00 +8), at!(2023-09-12 09:10 +8)),
        approved(OuyangRuoxi, summer, at!(2023-09-05 10:06 +8), at!(2023-09-07 14:05 +8), at!(2023-09-12 09:15 +8)),
        offered(LuoGuodong, public("hnzjzx", date!(2023-03-01), date!(2023-03-31))),
        // The company.
        approved(LiangZiheng, public("hnzjzx", date!(2023-03-06), date!(2023-04-14)),
            at!(2023-05-15 09:00 +8), at!(2023-05-17 10:00 +8), at!(2023-05-23 11:00 +8)),
        approved(LiangZiheng, conference("中部地区软件工程学术会议", date!(2023-04-21), date!(2023-04-22), 8),
            at!(2023-05-15 09:20 +8), at!(2023-05-17 10:05 +8), at!(2023-05-23 11:10 +8)),
        offered(LiangZiheng, class(Course::BeforeApproval)),
        approved(LiangZiheng, own(Way::Practice, "科技下乡技术服务", date!(2023-06-05), date!(2023-06-07), 8, EvidenceKind::EmployerStatement),
            at!(2023-06-12 16:00 +8), at!(2023-06-14 09:30 +8), at!(2023-06-19 10:00 +8)),
        offered(LiangZiheng, class(Course::NotFiled)),
        approved(TangRuoxi, public("hnzjzx", date!(2023-02-06), date!(2023-03-03)),
            at!(2023-04-10 10:00 +8), at!(2023-04-12 10:00 +8), at!(2023-04-17 10:00 +8)),
        approved(TangRuoxi, spring, at!(2023-04-10 10:05 +8), at!(2023-04-12 10:05 +8), at!(2023-04-17 10:10 +8)),
        approved(HanLiyan, public("zzjxjy", date!(2023-05-15), date!(2023-06-09)),
            at!(2023-07-03 09:00 +8), at!(2023-07-05 09:00 +8), at!(2023-07-10 09:00 +8)),
        waiting(HanLiyan, conference("全国数据库学术会议", date!(2023-09-14), date!(2023-09-15), 12), at!(2023-10-13 14:00 +8)),
        offered(FengJiahe, class(Course::BeforeApproval)),
        decided(FengJiahe, own(Way::PublishedWork, "面向边缘计算的任务调度方法", date!(2023-05-20), date!(2023-05-20), 20, EvidenceKind::PublishedWork),
            at!(2023-09-11 10:00 +8), vec![
                (at!(2023-09-13 10:00 +8), Decision::Approve, None),
                (at!(2023-09-18 15:00 +8), Decision::Return, Some("请补充期刊封面和目录页")),
            ]),
        at_authority(FengJiahe, summer, at!(2023-10-08 10:00 +8), at!(2023-10-10 11:00 +8)),
        offered(DengSiyuan, class(Course::NotFiled)),
        offered(DengSiyuan, Learned::Public { platform: "zzjxjy", start: date!(2023-08-14), end: date!(2023-09-08), hours: 15 }),
        decided(XuWangshu, conference("智能制造技术论坛", date!(2023-06-16), date!(2023-06-17), 8), at!(2023-07-03 11:00 +8),
            vec![(at!(2023-07-05 17:00 +8), Decision::Reject, Some("所附材料不能证明本人参会"))]),
        waiting(XuWangshu, own(Way::Patent, "一种数据缓存方法", date!(2023-07-18), date!(2023-07-18), 30, EvidenceKind::PatentCertificate),
            at!(2023-10-13 15:30 +8)),
        // The school.
        approved(LyuJian, public("hnzjzx", date!(2023-02-13), date!(2023-03-10)),
            at!(2023-04-17 08:40 +8), at!(2023-04-19 16:00 +8), at!(2023-04-24 10:00 +8)),
        approved(LyuJian, spring, at!(2023-04-17 08:45 +8), at!(2023-04-19 16:05 +8), at!(2023-04-24 10:05 +8)),
        approved(PengYaning, public("hnzjzx", date!(2023-07-10), date!(2023-08-04)),
            at!(2023-09-11 08:50 +8), at!(2023-09-14 17:00 +8), at!(2023-09-20 10:00 +8)),
        approved(PengYaning, summer, at!(2023-09-11 08:55 +8), at!(2023-09-14 17:05 +8), at!(2023-09-20 10:05 +8)),
        at_authority(PanJingxing, summer, at!(2023-10-10 08:30 +8), at!(2023-10-12 16:40 +8)),
        offered(JiangNianci, public("zzjxjy", date!(2023-07-17), date!(2023-08-11))),
        offered(YuShuyao, Learned::Class { course: Course::Summer, passed: false }),
        waiting(YuShuyao, public("hnzjzx", date!(2023-08-21), date!(2023-09-15)), at!(2023-10-13 16:10 +8)),
        approved(WeiChengze, public("zzjxjy", date!(2023-02-20), date!(2023-03-17)),
            at!(2023-04-18 08:40 +8), at!(2023-04-20 16:00 +8), at!(2023-04-25 10:00 +8)),
        approved(WeiChengze, spring, at!(2023-04-18 08:45 +8), at!(2023-04-20 16:05 +8), at!(2023-04-25 10:05 +8)),
        approved(GaoYining, public("hnzjzx", date!(2023-04-03), date!(2023-04-28)),
            at!(2023-05-22 09:00 +8), at!(2023-05-24 10:00 +8), at!(2023-05-29 10:00 +8)),
    ]
}

const fn public(platform: &'static str, start: Date, end: Date) -> Learned {
    Learned::Public { platform, start, end, hours: 30 }
}

const fn class(course: Course) -> Learned {
    Learned::Class { course, passed: true }
}

const fn own(
    way: Way,
    title: &'static str,
    start: Date,
    end: Date,
    hours: u32,
    evidence: EvidenceKind,
) -> Learned {
    Learned::Own { way, title, start, end, hours, evidence }
}

fn offered(who: Who, learned: Learned) -> Entry {
    Entry { who, learned, submitted: None, decisions: Vec::new() }
}

fn decided(
    who: Who,
    learned: Learned,
    submitted: OffsetDateTime,
    decisions: Vec<Decided>,
) -> Entry {
    Entry { who, learned, submitted: Some(submitted), decisions }
}

fn waiting(who: Who, learned: Learned, submitted: OffsetDateTime) -> Entry {
    decided(who, learned, submitted, Vec::new())
}

fn at_authority(
    who: Who,
    learned: Learned,
    submitted: OffsetDateTime,
    employer: OffsetDateTime,
) -> Entry {
    decided(who, learned, submitted, vec![(employer, Decision::Approve, None)])
}

fn approved(
    who: Who,
    learned: Learned,
    submitted: OffsetDateTime,
    employer: OffsetDateTime,
    authority: OffsetDateTime,
) -> Entry {
    let decisions = [employer, authority].map(|at| (at, Decision::Approve, None));
    decided(who, learned, submitted, decisions.into())
}
