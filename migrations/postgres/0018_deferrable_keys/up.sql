-- U4: merging two records of one person changes their keys in parents and children one after the other. Foreign keys are checked
-- at once as before, but a merge may defer them to its end. Tables of people's data that come later say so themselves.
do $$
declare key record;
begin
    for key in
        select c.conrelid::regclass as child, c.conname as name
        from pg_constraint c join pg_namespace n on n.oid = c.connamespace
        where c.contype = 'f' and n.nspname = current_schema() and not c.condeferrable
    loop
        execute format('alter table %s alter constraint %I deferrable initially immediate', key.child, key.name);
    end loop;
end $$;
