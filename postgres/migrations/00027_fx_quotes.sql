-- +goose Up
-- Rates of exchange that people entered, and what they were used for.

-- What one major unit of base costs in major units of quote, on a day of the brand's zone. A mistake is corrected by a later entry for the same day.
create table fx_quotes (
  id uuid primary key,
  brand_id uuid not null references brands,
  base text not null references currencies,
  quote text not null references currencies,
  rate numeric(20, 10) not null check (rate between 0.000001 and 1000000),
  source text not null check (source <> ''),
  on_day date not null,
  entered_by uuid not null references users,
  entered_at timestamptz not null default clock_timestamp(),
  check (base <> quote),
  unique (id, brand_id)
);
create index fx_quotes_newest on fx_quotes (brand_id, base, quote, on_day desc, entered_at desc);
create index fx_quotes_list on fx_quotes (brand_id, on_day desc, id desc);
create index fx_quotes_entered_by on fx_quotes (entered_by);
create trigger fx_quotes_append_only before update or delete on fx_quotes for each row execute function forbid_change();

-- A report that was taken away counted a payment at this rate. With another amount, because some of the payment came back, it is another use.
create table fx_uses (
  quote_id uuid not null,
  payout_id uuid not null references payouts,
  purpose text not null check (purpose in ('year_to_date')),
  brand_id uuid not null references brands,
  amount bigint not null,
  currency text not null references currencies,
  used_by uuid not null references users,
  at timestamptz not null default clock_timestamp(),
  primary key (quote_id, payout_id, purpose, amount),
  foreign key (quote_id, brand_id) references fx_quotes (id, brand_id)
);
create index fx_uses_payout on fx_uses (payout_id);
create trigger fx_uses_append_only before update or delete on fx_uses for each row execute function forbid_change();

-- +goose StatementBegin
create function fx_quote_guard() returns trigger language plpgsql as $$
declare z text;
begin
  select d.zone into z from brands b join calendars d on d.id = b.calendar_id where b.id = new.brand_id;
  if new.on_day > (clock_timestamp() at time zone z)::date then
    raise exception 'a rate is of a day that has begun' using errcode = 'RA085';
  end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id where r.user_id = new.entered_by and r.brand_id = new.brand_id and u.disabled_at is null
                 and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now()) then
    raise exception 'only finance enters a rate' using errcode = 'RA086';
  end if;
  return new;
end $$;

create function fx_use_guard() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from payouts p join fx_quotes q on q.id = new.quote_id where p.id = new.payout_id and p.brand_id = new.brand_id
                 and (q.base, q.quote) in ((p.currency, new.currency), (new.currency, p.currency))) then
    raise exception 'the rate is not between the currencies of the payment and of the report' using errcode = 'RA087';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger fx_quotes_guard before insert on fx_quotes for each row execute function fx_quote_guard();
create trigger fx_uses_guard before insert on fx_uses for each row execute function fx_use_guard();

grant select on fx_quotes, fx_uses to rapport_api, rapport_worker;
grant insert (id, brand_id, base, quote, rate, source, on_day, entered_by) on fx_quotes to rapport_api;
grant insert (quote_id, payout_id, purpose, brand_id, amount, currency, used_by) on fx_uses to rapport_api;
alter table fx_quotes enable row level security;
create policy api on fx_quotes to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on fx_quotes to rapport_worker using (true) with check (true);
alter table fx_uses enable row level security;
create policy api on fx_uses to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on fx_uses to rapport_worker using (true) with check (true);

-- +goose Down
drop table fx_uses, fx_quotes;
drop function fx_use_guard(), fx_quote_guard();
