drop index declarations_waiting;
