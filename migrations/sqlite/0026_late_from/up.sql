-- V3, W1, A3a: from when on a stay at a stage is late: from the end of its due day on, and never when the freeze of its windows
-- begins before that. Of what waits in an older database the due day is taken; the freeze is looked at when the working days
-- are loaded again, or at the settlement.
alter table declarations add column late_from integer;
update declarations set late_from = due_at;
alter table stage_visits add column late_from integer;
update stage_visits set late_from = due_at;
update stage_visits set late_from = null where ending = 'lapsed' and exists (
    select 1 from lapses
    where lapses.jurisdiction_id = stage_visits.jurisdiction_id
        and lapses.professional_id = stage_visits.professional_id
        and lapses.declaration_id = stage_visits.declaration_id
        and not lapses.overdue
);
drop index stage_visits_waiting;
create index stage_visits_waiting on stage_visits (jurisdiction_id, warned, late_from) where left_at is null;
