-- Changes of counters that are not yet in the sums (ADR 0018). A writer appends them, a reader adds them to the sums, and the
-- folder moves them into log and sums, a bounded number at a time.
drop table figure_journal;
create table figure_tail (
    seq integer primary key autoincrement,
    jurisdiction_id blob not null references jurisdictions (id),
    year integer not null,
    at integer not null,
    unit_id blob not null,
    path text not null,
    amounts text not null
);
create index figure_tail_by_year on figure_tail (jurisdiction_id, year, at);
create index figure_tail_by_city on figure_tail (jurisdiction_id, seq);
