-- +goose Up

-- The hold of a slot and the conference sheet of a round are JSON, '' for none.
ALTER TABLE slots ADD COLUMN hold TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN conference TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN rooms BOOLEAN NOT NULL DEFAULT FALSE;

-- The register of the installation.
CREATE TABLE registered_venues (
    id      TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
);

CREATE TABLE rooms (
    id        TEXT    NOT NULL PRIMARY KEY,
    venue     TEXT    NOT NULL REFERENCES registered_venues (id),
    place     BIGINT  NOT NULL,
    name      TEXT    NOT NULL,
    seats     BIGINT  NOT NULL,
    booths    BIGINT  NOT NULL,
    languages TEXT    NOT NULL,
    retired   BOOLEAN NOT NULL
);
CREATE INDEX rooms_venue ON rooms (venue);

-- What slots take of rooms, one row for each session day. Whoever writes here
-- holds the rows of the rooms, so that no two claims overlap unseen.
CREATE TABLE room_claims (
    round    TEXT    NOT NULL REFERENCES rounds (id),
    slot     TEXT    NOT NULL,
    from_at  BIGINT  NOT NULL,
    to_at    BIGINT  NOT NULL,
    room     TEXT    NOT NULL REFERENCES rooms (id),
    booked   BOOLEAN NOT NULL,
    second   BOOLEAN NOT NULL,
    override BOOLEAN NOT NULL,
    until_at BIGINT  NOT NULL,
    at       BIGINT  NOT NULL,
    PRIMARY KEY (round, slot, from_at)
);
CREATE INDEX room_claims_room ON room_claims (room, from_at);

CREATE TABLE holiday_lists (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    countries   TEXT   NOT NULL,
    city        TEXT   NOT NULL,
    first_day   TEXT   NOT NULL,
    last_day    TEXT   NOT NULL,
    days        TEXT   NOT NULL,
    imported_at BIGINT NOT NULL,
    imported_by TEXT   NOT NULL
);
