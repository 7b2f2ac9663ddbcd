"""A store over SQL, once for every database: tables, operations, and the protocols over a driver."""
