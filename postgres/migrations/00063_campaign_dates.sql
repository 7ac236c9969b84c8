-- +goose Up
-- A campaign has dates of its own, and a piece may be for one of them: days of the brand's zone, as {id, name, from, to}.
alter table campaigns add column dates jsonb not null default '[]' check (jsonb_typeof(dates) = 'array');
alter table deliverables add column campaign_date uuid;
alter table conflict_overrides drop constraint conflict_overrides_kind_check;
alter table conflict_overrides add constraint conflict_overrides_kind_check check (kind in ('too_close', 'exclusivity', 'slot_cap', 'embargo', 'absence', 'lead_time', 'date'));

-- +goose Down
alter table conflict_overrides drop constraint conflict_overrides_kind_check;
alter table conflict_overrides add constraint conflict_overrides_kind_check check (kind in ('too_close', 'exclusivity', 'slot_cap', 'embargo', 'absence', 'lead_time')) not valid;
alter table deliverables drop column campaign_date;
alter table campaigns drop column dates;
