-- Changes of counters that are not yet in the sums (ADR 0018). A writer appends them, a reader adds them to the sums, and the
-- folder moves them into log and sums, a bounded number at a time.
drop table figure_journal;
create table figure_tail (
    seq bigserial primary key,
    jurisdiction_id uuid not null references jurisdictions (id),
    year integer not null,
    at timestamptz not null,
    unit_id uuid not null,
    path text not null,
    amounts text not null
);
create index figure_tail_by_year on figure_tail (jurisdiction_id, year, at);
create index figure_tail_by_city on figure_tail (jurisdiction_id, seq);
