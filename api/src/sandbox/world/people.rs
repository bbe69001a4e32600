//! The people of the demo world. Their id numbers pass GB 11643, but the division 410199 does not exist: nobody has them.

use time::macros::{date, datetime, time};
use time::{Date, OffsetDateTime};
use xueshi_domain::identity::{IdNumber, IdType};
use xueshi_domain::people::TitleLevel::{Assistant, AssociateSenior, Intermediate, Senior};
use xueshi_domain::people::{Post, TitleLevel};
use xueshi_domain::registry::PersonState;
use xueshi_persistence::{Id, NewProfessional, StoreError, Word};

use super::World;
use super::units::Unit::{
    Base, Bureau, Company, Education, Health, Hospital, Institute, Jinshui, School,
};
use super::units::{Unit, Units};

/// Nobody was registered before the service went live.
const LIVE: OffsetDateTime = datetime!(2021-12-20 09:00 +8);

/// A person, as the other files name them. The order is that of [`PEOPLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// `professional`: learning on offer, nothing declared.
    LinZhiyuan,
    /// `hospital.admin`: reviews the hospital's people, and has a declaration of her own waiting.
    SuXiaolan,
    /// Certified.
    ZhouYiheng,
    /// Professional hours wait at the authority.
    HeYutong,
    /// Public hours wait at the employer, overdue.
    ShenYizhou,
    /// Satisfied, not verified yet.
    OuyangRuoxi,
    /// Retired.
    LuoGuodong,
    /// `engineer`: short of hours; attended classes that do not count.
    LiangZiheng,
    /// Certified.
    TangRuoxi,
    /// Short for 2022.
    HanLiyan,
    /// One item at the authority, one returned.
    FengJiahe,
    /// Joined in the year, nothing declared.
    DengSiyuan,
    /// One item rejected, one waiting at the employer.
    XuWangshu,
    /// Certified; a rare character in the name.
    LyuJian,
    /// Satisfied, not verified yet.
    PengYaning,
    /// Professional hours wait at the authority.
    PanJingxing,
    /// Learning on offer, nothing declared.
    JiangNianci,
    /// Public hours wait at the employer; did not pass the class.
    YuShuyao,
    /// Certified, in a management post.
    WeiChengze,
    /// From Hong Kong, joined in the year; public hours approved.
    GaoYining,
}

struct Row {
    who: Who,
    name: &'static str,
    number: &'static str,
    employer: Unit,
    series: &'static str,
    level: TitleLevel,
    since: Date,
}

const fn at(
    who: Who,
    employer: Unit,
    name: &'static str,
    number: &'static str,
    level: TitleLevel,
    since: Date,
) -> Row {
    let series = match employer {
        Hospital => "卫生技术",
        School => "中小学教师",
        Bureau | Jinshui | Health | Education | Company | Base | Institute => "工程技术",
    };
    Row { who, name, number, employer, series, level, since }
}

#[rustfmt::skip]
const PEOPLE: [Row; 20] = [
    at(Who::LinZhiyuan, Hospital, "林知远", "410199198507129015", AssociateSenior, date!(2010-07-01)),
    at(Who::SuXiaolan, Hospital, "苏晓岚", "410199198803049028", Intermediate, date!(2013-08-01)),
    at(Who::ZhouYiheng, Hospital, "周以恒", "410199197911219034", Senior, date!(2004-07-01)),
    at(Who::HeYutong, Hospital, "何雨桐", "410199199006189049", Intermediate, date!(2016-07-01)),
    at(Who::ShenYizhou, Hospital, "沈一舟", "410199198609259056", Intermediate, date!(2012-03-01)),
    at(Who::OuyangRuoxi, Hospital, "欧阳若曦", "410199198702109060", AssociateSenior, date!(2011-07-01)),
    at(Who::LuoGuodong, Hospital, "罗国栋", "410199196306289072", Senior, date!(1986-07-01)),
    at(Who::LiangZiheng, Company, "梁子衡", "410199199211039082", Intermediate, date!(2017-04-10)),
    at(Who::TangRuoxi, Company, "唐若溪", "410199198408199093", AssociateSenior, date!(2009-09-01)),
    at(Who::HanLiyan, Company, "韩立言", "410199198105309101", Intermediate, date!(2014-02-17)),
    at(Who::FengJiahe, Company, "冯嘉禾", "410199199301179118", Assistant, date!(2018-07-02)),
    at(Who::DengSiyuan, Company, "邓思源", "410199199809069120", Assistant, date!(2023-07-03)),
    at(Who::XuWangshu, Company, "许望舒", "410199198912249133", Intermediate, date!(2015-06-01)),
    at(Who::LyuJian, School, "吕𠮷安", "410199197604089145", Senior, date!(1999-08-15)),
    at(Who::PengYaning, School, "彭雅宁", "410199199107159156", Intermediate, date!(2014-08-20)),
    at(Who::PanJingxing, School, "潘景行", "410199198303229161", AssociateSenior, date!(2006-08-20)),
    at(Who::JiangNianci, School, "蒋念慈", "410199199510199174", Assistant, date!(2019-08-26)),
    at(Who::YuShuyao, School, "余书瑶", "410199199402279185", Assistant, date!(2018-08-27)),
    at(Who::WeiChengze, School, "魏承泽", "410199197209119199", AssociateSenior, date!(1995-08-15)),
    at(Who::GaoYining, School, "高以宁", "H00000020", Intermediate, date!(2023-02-13)),
];

/// Everybody.
pub(super) fn everyone() -> impl Iterator<Item = Who> {
    PEOPLE.iter().map(|row| row.who)
}

/// From when on the retired one no longer counts (U3).
const RETIRED_ON: Date = date!(2023 - 07 - 01);

/// A person in their place.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) name: &'static str,
    pub(super) id_masked: String,
    pub(super) employer: Unit,
    pub(super) post: Post,
    pub(super) since: Date,
    pub(super) until: Option<Date>,
}

/// All of them, in the order of [`Who`].
#[derive(Debug, Default)]
pub(super) struct People(Vec<Person>);

impl People {
    /// One of them.
    pub(super) fn of(&self, who: Who) -> &Person {
        &self.0[who as usize]
    }

    /// Registers them, and lets one retire.
    pub(super) fn load(world: &mut World<'_, '_>, units: &Units) -> Result<Self, StoreError> {
        let mut people = Self::default();
        for (index, row) in PEOPLE.iter().enumerate() {
            let registered =
                OffsetDateTime::new_in_offset(row.since, time!(09:00), xueshi_domain::CHINA)
                    .max(LIVE);
            world.writer.as_of(registered)?;
            let id = world.ids.at(registered);
            let id_type = if row.number.starts_with('H') {
                IdType::HkMacaoPermit
            } else {
                IdType::ResidentId
            };
            let post = if row.who == Who::WeiChengze { Post::Management } else { Post::Technical };
            let id_number = IdNumber::parse(id_type, row.number)
                .map_err(|error| super::wrong(row.name, error))?;
            let id_masked = id_number.masked();
            world.writer.insert_professional(&NewProfessional {
                jurisdiction: world.city,
                id,
                name: row.name.to_owned(),
                id_number,
                phone: Some(format!("1990000{:04}", index + 1)),
                title: Some((row.series.to_owned(), row.level)),
                post,
                employment: Some((world.ids.at(registered), units.of(row.employer).id, row.since)),
            })?;
            let (name, employer, since) = (row.name, row.employer, row.since);
            people.0.push(Person { id, name, id_masked, employer, post, since, until: None });
        }
        people.retire(world, Who::LuoGuodong, RETIRED_ON)?;
        Ok(people)
    }

    /// U3: from the day on, the person no longer counts.
    fn retire(&mut self, world: &mut World<'_, '_>, who: Who, on: Date) -> Result<(), StoreError> {
        world.writer.as_of(OffsetDateTime::new_in_offset(
            on,
            time!(09:00),
            xueshi_domain::CHINA,
        ))?;
        let person = &mut self.0[who as usize];
        person.until = Some(on);
        world.writer.end_employment(world.city, person.id, on, "retired")?;
        if let Some(mut stored) = world.writer.professional(world.city, person.id)? {
            stored.state = Word(PersonState::Ended);
            world.writer.update_professional(&mut stored, None)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_their_place_in_the_table() {
        for (index, row) in PEOPLE.iter().enumerate() {
            assert_eq!(row.who as usize, index);
        }
    }
}
