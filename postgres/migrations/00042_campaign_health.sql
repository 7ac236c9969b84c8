-- +goose Up
-- How long partnerships stayed in a stage, a row for each stay that is over: what the median time in a stage is taken from.
create table stage_stays (
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  campaign_id uuid not null references campaigns,
  stage text not null,
  entered_at timestamptz not null,
  left_at timestamptz not null check (left_at >= entered_at),
  primary key (partnership_id, entered_at, stage)
);
insert into stage_stays (partnership_id, brand_id, campaign_id, stage, entered_at, left_at)
select s.id, s.brand_id, s.campaign_id, s.stage, s.entered_at, s.left_at from (
  select p.id, p.brand_id, p.campaign_id, e.code as stage, e.at as entered_at, lead(e.at) over (partition by p.id order by e.seq) as left_at
  from partnership_events e join partnerships p on p.id = e.partnership_id where e.source = 'partnership' and e.kind = 'stage') s
where s.left_at >= s.entered_at
on conflict do nothing;
create index stage_stays_brand on stage_stays (brand_id, stage, left_at desc);
create index stage_stays_campaign on stage_stays (campaign_id, stage, left_at desc);

-- +goose StatementBegin
create function keep_stay() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into stage_stays (partnership_id, brand_id, campaign_id, stage, entered_at, left_at)
  values (old.id, old.brand_id, old.campaign_id, old.stage, old.stage_at, greatest(new.stage_at, old.stage_at)) on conflict do nothing;
  return null;
end $$;
-- +goose StatementEnd
create trigger partnerships_stay after update of stage on partnerships for each row when (old.stage <> new.stage) execute function keep_stay();

grant select on stage_stays to rapport_api, rapport_worker;
alter table stage_stays enable row level security;
create policy api on stage_stays to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on stage_stays to rapport_worker using (true);

-- What home and a campaign's page ask for.
create index partnerships_stage on partnerships (brand_id, stage, stage_at);
create index partnerships_campaign_stage on partnerships (campaign_id, stage, stage_at);
create index partnerships_attention on partnerships (brand_id, updated_at desc, id) where attention;
create index partnership_events_moves on partnership_events (brand_id, at desc, source_id desc, seq desc)
  where kind in ('stage', 'reply_received', 'offer_accepted', 'offer_declined', 'offer_countered', 'contract_executed', 'contract_declined', 'draft_submitted', 'content_approved', 'post_verified',
    'payout_paid', 'payout_failed', 'renewal_agreed', 'renewal_lapsed', 'terminated');
create index deliverables_drafts on deliverables (brand_id, draft_due_at);
create index decisions_accepted on decisions (brand_id, created_at desc) where state = 'accepted';

-- +goose Down
drop index decisions_accepted, deliverables_drafts, partnership_events_moves, partnerships_attention, partnerships_campaign_stage, partnerships_stage;
drop trigger partnerships_stay on partnerships;
drop function keep_stay();
drop table stage_stays;
