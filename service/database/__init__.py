"""PostgreSQL: connections, tables, their protection, migrations, and the embedded server."""
