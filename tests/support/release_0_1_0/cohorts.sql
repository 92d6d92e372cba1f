-- What `sqlite3 cohorts.sqlite .dump` gives of a state file of the stand-in.
BEGIN TRANSACTION;
CREATE TABLE cohorts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES users(id), name TEXT NOT NULL,
    description TEXT NOT NULL, release INTEGER NOT NULL, filters TEXT NOT NULL, deleted REAL
);
INSERT INTO "cohorts" VALUES(1,1,'lung','of screening',9,'{"collection_id": ["nlst"]}',NULL);
CREATE TABLE queries (id TEXT PRIMARY KEY, content TEXT NOT NULL, used REAL NOT NULL);
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, first_name TEXT NOT NULL,
    last_name TEXT NOT NULL, date_joined REAL NOT NULL, last_login REAL NOT NULL
);
INSERT INTO "users" VALUES(1,'ada@example.org','Ada','Lovelace',1764000000.0,1764000000.0);
CREATE INDEX cohorts_by_owner ON cohorts(owner);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('users',1);
INSERT INTO "sqlite_sequence" VALUES('cohorts',1);
COMMIT;
