-- The place of an event in the change feed (ADR 0020). Several transactions write at once here, and commit in another order than
-- they drew their numbers in: `seq` is drawn with the row, `position` given by the sequencer once the row is committed.
alter table events add column seq bigint;
alter table events add column position bigint;
update events set seq = places.seq, position = places.place from (
    select jurisdiction_id, id, row_number() over (order by occurred_at, id) as seq,
        row_number() over (partition by jurisdiction_id order by occurred_at, id) as place from events
) as places
where events.jurisdiction_id = places.jurisdiction_id and events.id = places.id;
create sequence events_seq owned by events.seq;
select setval('events_seq', (select coalesce(max(seq), 0) + 1 from events), false);
alter table events alter column seq set default nextval('events_seq');
alter table events alter column seq set not null;
-- Partial, so that it is no key that a foreign key could name: giving a place then locks nobody out.
create unique index events_by_position on events (jurisdiction_id, position) where position is not null;
-- What waits for its place.
create index events_without_position on events (jurisdiction_id, id) where position is null;
-- Records are rendered by the ids that events name.
create index certificates_by_id on certificates (id);
