-- +goose Up
-- What a creator asks for otherwise than it was offered, beside the fee, and the rest in words. The offer itself stays as it was sent.
alter table offers
  add column counter_asks jsonb not null default '[]' check (jsonb_typeof(counter_asks) = 'array'),
  add column counter_note text check (counter_note <> '');

-- +goose Down
alter table offers drop column counter_asks, drop column counter_note;
