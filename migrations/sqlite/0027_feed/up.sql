-- The place of an event in the change feed (ADR 0020). One transaction writes at a time here, so a place that is given with the
-- row is in the order of the commits.
alter table events add column position bigint;
update events set position = places.place from (
    select jurisdiction_id, id, row_number() over (partition by jurisdiction_id order by occurred_at, id) as place from events
) as places
where events.jurisdiction_id = places.jurisdiction_id and events.id = places.id;
create unique index events_by_position on events (jurisdiction_id, position) where position is not null;
create index events_without_position on events (jurisdiction_id, id) where position is null;
create trigger events_take_their_place after insert on events when new.position is null begin
    update events set position = (
        select coalesce(max(position), 0) + 1 from events
        where jurisdiction_id = new.jurisdiction_id and position is not null
    )
    where jurisdiction_id = new.jurisdiction_id and id = new.id;
end;
-- Records are rendered by the ids that events name.
create index certificates_by_id on certificates (id);
