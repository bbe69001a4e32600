-- The review queue of a body above many units: what waits in the whole city by due day, looked through until a page is full. Without it all that
-- waits would be read and sorted for every page.
create index declarations_waiting on declarations (jurisdiction_id, due_at, id) where holder_id is not null;
