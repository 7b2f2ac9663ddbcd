"""What is PostgreSQL's own: groups of operations in transactions, the second wall, failures, migration."""
