create trigger erasures_for_the_log after insert or update or delete on erasures for each row execute function log_note_change('plain', 'jurisdiction_id', 'professional_id');
