INFO  [limbeck.runtime.migration] Context impl SQLiteImpl.
INFO  [limbeck.runtime.migration] Generating static SQL
INFO  [limbeck.runtime.migration] Will assume non-transactional DDL.
INFO  [limbeck.runtime.migration] Running upgrade aaaa1111 -> bbbb2222, after
FAILED: This operation cannot proceed in --sql mode; batch mode with dialect sqlite requires a live database connection with which to reflect the table "item". To generate a batch SQL migration script using table "move and copy", a complete Table object should be passed to the "copy_from" argument of the batch_alter_table() method so that table reflection can be skipped. A script that also creates the table needs neither: begin it at the revision that does so, or before (without a start: `upgrade <revision> --sql`).
This happened in upgrade aaaa1111 -> bbbb2222 (migrations/versions/002_after.py, line 23).
The SQL script is not complete; no database was changed.
