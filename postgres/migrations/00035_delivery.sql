-- +goose Up
-- A creator's request for later dates of a deliverable, as it was asked; what became of it the partnership says. An answer is a row of its own,
-- so that the words of one that came too late stand beside nothing.
create table extensions (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  deliverable_id uuid not null references deliverables,
  reason text not null check (reason <> ''),
  draft_due_at timestamptz,
  publish_by timestamptz,
  state text not null default 'proposed' check (state in ('proposed', 'open', 'granted', 'declined', 'withdrawn', 'overtaken')),
  answer_by timestamptz,
  granted_draft_due_at timestamptz,
  granted_publish_by timestamptz,
  answer_id uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  check (draft_due_at is not null or publish_by is not null)
);
create index extensions_deliverable on extensions (deliverable_id, created_at desc);
create table extension_answers (
  id uuid primary key, -- the command's
  brand_id uuid not null references brands,
  extension_id uuid not null references extensions,
  words text not null default '',
  by_id uuid not null references users,
  at timestamptz not null default now()
);
create trigger extension_answers_append_only before update or delete on extension_answers for each row execute function forbid_change();
grant select on extensions, extension_answers to rapport_api, rapport_worker;
grant insert (id, brand_id, partnership_id, deliverable_id, reason, draft_due_at, publish_by) on extensions to rapport_api;
grant insert (id, brand_id, extension_id, words, by_id) on extension_answers to rapport_api;
grant update (state, answer_by, granted_draft_due_at, granted_publish_by, answer_id, ended_at) on extensions to rapport_worker;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['extensions', 'extension_answers'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- Drafts whose time begins when a product has arrived, and the parcels that bring it. A carrier tells by the number on a parcel.
alter table deliverables add column draft_after text not null default '' check (draft_after in ('', 'product_delivered'));
alter table partnerships add column product_delivered_at timestamptz;
create table shipments (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  carrier text not null default '',
  reference text not null check (reference <> ''),
  delivered_at timestamptz,
  entered_by uuid not null references users,
  created_at timestamptz not null default now(),
  unique (brand_id, reference)
);
create index shipments_partnership on shipments (partnership_id);
create index shipments_reference on shipments (reference);
create trigger shipments_change after insert or update on shipments for each row execute function note_change('partnership', 'partnership_id');
grant select on shipments to rapport_api, rapport_worker;
grant insert (id, brand_id, partnership_id, carrier, reference, entered_by) on shipments to rapport_api;
grant update (delivered_at) on shipments to rapport_worker;
alter table shipments enable row level security;
create policy api on shipments to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on shipments to rapport_worker using (true) with check (true);

insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000351', 1, 'extension_granted', 'More time for "{{deliverable.title}}"',
'Hi {{creator.first_name}},

you have more time for "{{deliverable.title}}". Its dates are now: the draft by {{deliverable.draft_due}}, the publication by {{deliverable.publish_by}}.

{{extension.answer}}

Your page has the dates: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000352', 1, 'extension_declined', 'The dates of "{{deliverable.title}}" stay as they are',
'Hi {{creator.first_name}},

we cannot give you the later date that you asked for, for "{{deliverable.title}}":

{{extension.answer}}

The dates stay as they are: the draft by {{deliverable.draft_due}}, the publication by {{deliverable.publish_by}}. Your page: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000353', 1, 'product_delivered', 'The product is there: the dates of "{{deliverable.title}}"',
'Hi {{creator.first_name}},

we hear that the product has arrived. So the draft of "{{deliverable.title}}" is due by {{deliverable.draft_due}}, and it is published by {{deliverable.publish_by}}.

If it is not there, or something is missing, answer this mail at once. Your page: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000354', 1, 'content_missed', '"{{deliverable.title}}" is missed',
'Hi {{creator.first_name}},

"{{deliverable.title}}" is late for longer than our contract allows. So it is not owed any more, and what was to be paid for it alone falls away. What you have earned by now stays yours.

If you see this differently, answer this mail. Your page: {{portal_link}}

{{sender.name}}
{{brand.name}}');

-- +goose Down
drop table shipments;
alter table partnerships drop column product_delivered_at;
alter table deliverables drop column draft_after;
drop table extension_answers, extensions;
delete from templates where name in ('extension_granted', 'extension_declined', 'product_delivered', 'content_missed');
