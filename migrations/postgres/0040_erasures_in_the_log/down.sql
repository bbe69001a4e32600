drop trigger erasures_for_the_log on erasures;
