-- +goose Up

-- Instants are seconds since 1970 in UTC, 0 for none. Dates and times of day
-- are ISO text, with their zone beside them. Values that are replaced as a
-- whole are JSON. BYTEA is what it says in PostgreSQL, and keeps blobs as they
-- are in SQLite.

CREATE TABLE negotiations (
    id           TEXT    NOT NULL PRIMARY KEY,
    version      BIGINT  NOT NULL,
    revision     BIGINT  NOT NULL,
    last_event   BIGINT  NOT NULL,
    last_message BIGINT  NOT NULL,
    status       TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    reference    TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL
);

CREATE TABLE parties (
    negotiation TEXT   NOT NULL REFERENCES negotiations (id),
    id          TEXT   NOT NULL,
    place       BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    short       TEXT   NOT NULL,
    city        TEXT   NOT NULL,
    zone        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    visa_days   TEXT   NOT NULL,
    PRIMARY KEY (negotiation, id)
);

CREATE TABLE members (
    negotiation TEXT    NOT NULL REFERENCES negotiations (id),
    id          TEXT    NOT NULL,
    place       BIGINT  NOT NULL,
    party       TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    email       TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    rights      TEXT    NOT NULL,
    invitations BOOLEAN NOT NULL,
    removed     BOOLEAN NOT NULL,
    PRIMARY KEY (negotiation, id)
);
CREATE INDEX members_account ON members (account);

CREATE TABLE rounds (
    id             TEXT    NOT NULL PRIMARY KEY,
    negotiation    TEXT    NOT NULL REFERENCES negotiations (id),
    number         BIGINT  NOT NULL,
    version        BIGINT  NOT NULL,
    name           TEXT    NOT NULL,
    uid            TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    postponed      BOOLEAN NOT NULL,
    convener       TEXT    NOT NULL,
    rule           TEXT    NOT NULL,
    deadline       TEXT    NOT NULL,
    postponement   TEXT    NOT NULL,
    public_release TEXT    NOT NULL,
    opened_at      BIGINT  NOT NULL,
    due_at         BIGINT  NOT NULL,
    UNIQUE (negotiation, number),
    UNIQUE (uid)
);
CREATE INDEX rounds_due ON rounds (due_at);

CREATE TABLE proposals (
    round              TEXT    NOT NULL REFERENCES rounds (id),
    number             BIGINT  NOT NULL,
    version            BIGINT  NOT NULL,
    party              TEXT    NOT NULL,
    place              BIGINT  NOT NULL,
    status             TEXT    NOT NULL,
    authored_by        TEXT    NOT NULL,
    delivered_at       BIGINT  NOT NULL,
    reply_by           TEXT    NOT NULL,
    lapses_at_reply_by BOOLEAN NOT NULL,
    terms              TEXT    NOT NULL,
    contact            TEXT    NOT NULL,
    texts              TEXT    NOT NULL,
    paper_language     TEXT    NOT NULL,
    paper_text         TEXT    NOT NULL,
    paper_document     TEXT    NOT NULL,
    paper_digest       TEXT    NOT NULL,
    PRIMARY KEY (round, number, version, party)
);

-- The venues of a round's slots, each once, under the digest of its content.
CREATE TABLE venues (
    round   TEXT NOT NULL REFERENCES rounds (id),
    digest  TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (round, digest)
);

CREATE TABLE slots (
    round       TEXT   NOT NULL REFERENCES rounds (id),
    label       TEXT   NOT NULL,
    place       BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    status      TEXT   NOT NULL,
    venue       TEXT   NOT NULL,
    candidate   TEXT   NOT NULL,
    notice_days BIGINT NOT NULL,
    room        TEXT   NOT NULL,
    revised_at  BIGINT NOT NULL,
    offers      TEXT   NOT NULL,
    PRIMARY KEY (round, label)
);

CREATE TABLE positions (
    round        TEXT   NOT NULL REFERENCES rounds (id),
    slot         TEXT   NOT NULL,
    party        TEXT   NOT NULL,
    level        TEXT   NOT NULL,
    slot_version BIGINT NOT NULL,
    by_member    TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    said         TEXT   NOT NULL,
    PRIMARY KEY (round, slot, party)
);

CREATE TABLE consents (
    round        TEXT   NOT NULL REFERENCES rounds (id),
    slot         TEXT   NOT NULL,
    party        TEXT   NOT NULL,
    slot_version BIGINT NOT NULL,
    by_member    TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    reported     TEXT   NOT NULL,
    PRIMARY KEY (round, slot, party)
);

CREATE TABLE drafts (
    round     TEXT   NOT NULL REFERENCES rounds (id),
    party     TEXT   NOT NULL,
    by_member TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    answers   TEXT   NOT NULL,
    PRIMARY KEY (round, party)
);

-- The one slot that is fixed. Of several who confirm at once, whoever inserts
-- the row has confirmed: the key decides, whatever the program believed.
CREATE TABLE confirmations (
    round        TEXT   NOT NULL PRIMARY KEY REFERENCES rounds (id),
    slot         TEXT   NOT NULL,
    slot_version BIGINT NOT NULL,
    by_member    TEXT   NOT NULL,
    at           BIGINT NOT NULL
);

CREATE TABLE meetings (
    round          TEXT    NOT NULL PRIMARY KEY REFERENCES rounds (id),
    uid            TEXT    NOT NULL,
    sequence       BIGINT  NOT NULL,
    status         TEXT    NOT NULL,
    slot           TEXT    NOT NULL,
    slot_version   BIGINT  NOT NULL,
    change_pending BOOLEAN NOT NULL,
    room           TEXT    NOT NULL,
    link           TEXT    NOT NULL,
    confirmed_at   BIGINT  NOT NULL,
    confirmed_by   TEXT    NOT NULL,
    revised_at     BIGINT  NOT NULL,
    invited        TEXT    NOT NULL,
    faded          BOOLEAN NOT NULL
);

CREATE TABLE deliveries (
    round       TEXT   NOT NULL REFERENCES rounds (id),
    place       BIGINT NOT NULL,
    proposal    BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    digest      TEXT   NOT NULL,
    form        TEXT   NOT NULL,
    handed_by   TEXT   NOT NULL,
    handed_to   TEXT   NOT NULL,
    local_date  TEXT   NOT NULL,
    local_time  TEXT   NOT NULL,
    zone        TEXT   NOT NULL,
    reference   TEXT   NOT NULL,
    recorded_by TEXT   NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (round, place)
);

CREATE TABLE objections (
    round     TEXT   NOT NULL REFERENCES rounds (id),
    place     BIGINT NOT NULL,
    party     TEXT   NOT NULL,
    by_member TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    body      TEXT   NOT NULL,
    PRIMARY KEY (round, place)
);

-- The history only grows.
CREATE TABLE events (
    negotiation      TEXT   NOT NULL REFERENCES negotiations (id),
    seq              BIGINT NOT NULL,
    round            BIGINT NOT NULL,
    kind             TEXT   NOT NULL,
    at               BIGINT NOT NULL,
    by_member        TEXT   NOT NULL,
    party            TEXT   NOT NULL,
    scope            TEXT   NOT NULL,
    slot             TEXT   NOT NULL,
    slot_version     BIGINT NOT NULL,
    level            TEXT   NOT NULL,
    proposal         BIGINT NOT NULL,
    proposal_version BIGINT NOT NULL,
    sequence         BIGINT NOT NULL,
    member           TEXT   NOT NULL,
    invited          TEXT   NOT NULL,
    body             TEXT   NOT NULL,
    evidence         TEXT   NOT NULL,
    digest           TEXT   NOT NULL,
    PRIMARY KEY (negotiation, seq)
);

-- Forms that have had their effect, and what came of them.
CREATE TABLE form_keys (
    actor  TEXT   NOT NULL,
    form   TEXT   NOT NULL,
    digest TEXT   NOT NULL,
    result TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (actor, form, digest)
);

CREATE TABLE messages (
    id             TEXT   NOT NULL PRIMARY KEY,
    negotiation    TEXT   NOT NULL REFERENCES negotiations (id),
    number         BIGINT NOT NULL,
    round          BIGINT NOT NULL,
    member         TEXT   NOT NULL,
    party          TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    recipient      TEXT   NOT NULL,
    recipient_name TEXT   NOT NULL,
    language       TEXT   NOT NULL,
    subject        TEXT   NOT NULL,
    body_text      TEXT   NOT NULL,
    body_html      TEXT   NOT NULL,
    method         TEXT   NOT NULL,
    calendar       BYTEA,
    uid            TEXT   NOT NULL,
    sequence       BIGINT NOT NULL,
    link_hash      TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    state          TEXT   NOT NULL,
    attempts       BIGINT NOT NULL,
    next_at        BIGINT NOT NULL,
    sent_at        BIGINT NOT NULL,
    problem        TEXT   NOT NULL,
    lease_owner    TEXT   NOT NULL,
    lease_until    BIGINT NOT NULL,
    UNIQUE (negotiation, number)
);
CREATE INDEX messages_due ON messages (state, next_at);
CREATE INDEX messages_uid ON messages (uid, member, sequence);

CREATE TABLE accounts (
    id         TEXT    NOT NULL PRIMARY KEY,
    version    BIGINT  NOT NULL,
    name       TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    email_key  TEXT    NOT NULL UNIQUE,
    language   TEXT    NOT NULL,
    passphrase TEXT    NOT NULL,
    admin      BOOLEAN NOT NULL,
    opens      BOOLEAN NOT NULL,
    disabled   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE TABLE tokens (
    hash        TEXT    NOT NULL PRIMARY KEY,
    purpose     TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    negotiation TEXT    NOT NULL,
    member      TEXT    NOT NULL,
    party       TEXT    NOT NULL,
    level       TEXT    NOT NULL,
    whole       BOOLEAN NOT NULL,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    seen_at     BIGINT  NOT NULL,
    used_at     BIGINT  NOT NULL,
    revoked_at  BIGINT  NOT NULL
);
CREATE INDEX tokens_negotiation ON tokens (negotiation, purpose);
CREATE INDEX tokens_account ON tokens (account, purpose);
