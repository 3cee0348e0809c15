"""A stand-in for Citus: what it adds to a database, as far as we call it. It notes what it is asked, and does nothing.

It shows what is said to a cluster, and that it is said to a cluster only; whether Citus does it, it cannot show.
"""

import asyncpg

from service.database.embedded import DatabaseUrls

_SUPERUSER = """
set allow_system_table_mods = on;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
select 4000000000, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.2.2';
create table public.pg_dist_partition (logicalrelid regclass primary key, of text, with_ text);
create table public.delegated (function regprocedure, argument text, with_ text, forced bool);
create function public.create_distributed_table(
  name regclass, distribution_column text, colocate_with text) returns void
  language sql as 'insert into public.pg_dist_partition values ($1, $2, $3)';
create function public.create_distributed_function(
  function_name regprocedure, distribution_arg_name text, colocate_with text, force_delegation bool) returns void
  language sql as 'insert into public.delegated values ($1, $2, $3, $4)';
grant all on all tables in schema public to care_timeline_owner;
"""


async def stand_in_for_citus(database: DatabaseUrls) -> None:
    """Makes it look as if the extension were there."""
    superuser = await asyncpg.connect(database.superuser)
    try:
        await superuser.execute(_SUPERUSER)
    finally:
        await superuser.close()
