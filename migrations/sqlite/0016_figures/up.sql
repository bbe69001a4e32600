-- Figures for supervision (ADR 0018). Writers only append to the journal: there is no row that two of them meet at.
create table figure_journal (
    seq integer primary key autoincrement,
    jurisdiction_id blob not null references jurisdictions (id),
    at integer not null,
    fact text not null
);
create index figure_journal_by_city on figure_journal (jurisdiction_id, seq);

-- How often a city's journal was folded: whoever folds it guards the step by this number.
create table figure_folds (
    jurisdiction_id blob not null primary key references jurisdictions (id),
    folds bigint not null,
    folded_at integer not null
);

-- What a person, a person's year or an approved declaration counts, for which unit, and from when to when.
create table person_parts (
    jurisdiction_id blob not null,
    professional_id blob not null,
    kind text not null,
    subject_id blob not null,
    year integer not null,
    seq bigint not null,
    unit_id blob not null,
    label text not null,
    amount bigint not null,
    valid_from integer not null,
    valid_to integer,
    primary key (jurisdiction_id, professional_id, kind, subject_id, year, seq),
    foreign key (jurisdiction_id, professional_id) references professionals (jurisdiction_id, professional_id)
);
create index person_parts_by_unit on person_parts (jurisdiction_id, kind, year, unit_id, subject_id);
create index person_parts_by_subject on person_parts (jurisdiction_id, kind, year, subject_id);

-- The same of a plan, a class, a unit, a funding report …
create table unit_parts (
    jurisdiction_id blob not null,
    kind text not null,
    subject_id blob not null,
    year integer not null,
    seq bigint not null,
    unit_id blob not null,
    label text not null,
    amounts text not null,
    valid_from integer not null,
    valid_to integer,
    primary key (jurisdiction_id, kind, subject_id, year, seq)
);
create index unit_parts_by_year on unit_parts (jurisdiction_id, kind, year, subject_id);

-- The tree of units as it was.
create table unit_places (
    jurisdiction_id blob not null,
    unit_id blob not null,
    seq bigint not null,
    parent_id blob,
    path text not null,
    valid_from integer not null,
    valid_to integer,
    primary key (jurisdiction_id, unit_id, seq)
);
create index unit_places_by_path on unit_places (jurisdiction_id, path);
create index unit_places_by_parent on unit_places (jurisdiction_id, parent_id);

-- Every change of a counter of one unit, with the place of the unit at that time. What is in unit_figures is the sum of it.
create table figure_log (
    seq integer primary key autoincrement,
    jurisdiction_id blob not null references jurisdictions (id),
    year integer not null,
    bucket integer not null,
    at integer not null,
    unit_id blob not null,
    path text not null,
    amounts text not null
);
create index figure_log_by_bucket on figure_log (jurisdiction_id, year, bucket, at);

-- All counters of a unit and the units below it, as they stood at the end of an hour in which one of them changed.
create table unit_figures (
    jurisdiction_id blob not null,
    unit_id blob not null,
    year integer not null,
    bucket integer not null,
    amounts text not null,
    primary key (jurisdiction_id, unit_id, year, bucket)
);
