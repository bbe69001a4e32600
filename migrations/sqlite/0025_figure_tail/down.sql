drop table figure_tail;
create table figure_journal (
    seq integer primary key autoincrement,
    jurisdiction_id blob not null references jurisdictions (id),
    at integer not null,
    fact text not null
);
create index figure_journal_by_city on figure_journal (jurisdiction_id, seq);
