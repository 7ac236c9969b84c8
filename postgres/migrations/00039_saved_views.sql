-- +goose Up
-- The filters of a list under a name, of one person or shared with a brand.
create table saved_views (
  id uuid primary key,
  owner_id uuid not null references users,
  brand_id uuid references brands, -- null: its owner's alone
  page text not null check (page ~ '^/[a-z/]+$'),
  name text not null check (name <> '' and length(name) <= 80),
  search jsonb not null check (jsonb_typeof(search) = 'object'),
  created_at timestamptz not null default clock_timestamp(),
  unique (owner_id, page, name)
);
create index saved_views_brand on saved_views (brand_id) where brand_id is not null;
grant select, insert, delete on saved_views to rapport_api;

-- +goose Down
drop table saved_views;
