drop table figure_tail;
create table figure_journal (
    seq bigserial primary key,
    jurisdiction_id uuid not null references jurisdictions (id),
    at timestamptz not null,
    fact text not null
);
create index figure_journal_by_city on figure_journal (jurisdiction_id, seq);
