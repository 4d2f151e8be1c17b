-- +goose Up

-- Counter-proposals, firm offers, drafts that wait for a second person,
-- reminders, linked dates and changes of the notice.

ALTER TABLE proposals ADD COLUMN answers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposals ADD COLUMN firm BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE proposals ADD COLUMN firm_until TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN amends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposals ADD COLUMN waiting BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE proposals ADD COLUMN drafted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proposals ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE rounds ADD COLUMN reminders TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN linked_dates TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN notice_change TEXT NOT NULL DEFAULT '';
ALTER TABLE rounds ADD COLUMN public_drafts TEXT NOT NULL DEFAULT '';
