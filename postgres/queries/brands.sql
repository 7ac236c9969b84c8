-- name: AllBrandIDs :many
select id from brands order by id;

-- name: CreateCalendar :execrows
-- Whoever has one keeps it.
insert into calendars (id, owner_kind, owner_id, brand_id, zone, working_days, opens, closes, holidays, day_seconds)
values (@id, @owner_kind, @owner_id, sqlc.narg('brand_id'), @zone, @working_days, @opens, @closes, @holidays, @day_seconds)
on conflict (owner_kind, owner_id) do nothing;

-- name: DayOfBrands :one
select coalesce(min(day_seconds), 86400)::int from calendars where owner_kind = 'brand' and owner_id = any (@brands::uuid[]);

-- name: CreateBrand :one
insert into brands (id, name, postal_address, mail_from_name, mail_from, calendar_id, second_pair_amount, second_pair_currency, signing)
values (@id, @name, @postal_address, @mail_from_name, @mail_from, @calendar_id, @second_pair_amount, @second_pair_currency, @signing)
returning outreach_per_day, domain_per_hour, first_mail_notice, netting_cap_percent, netting_notice_days, destination_cool_off_days, posts_apart_hours;

-- name: ListBrandsInScope :many
select id, name, postal_address, mail_from_name, mail_from, calendar_id, second_pair_amount, second_pair_currency, outreach_per_day, domain_per_hour, warm_up_days, warm_up_from, first_mail_notice, netting_cap_percent, netting_notice_days, destination_cool_off_days, posts_apart_hours, signing, version
from brands where id = any (@brands::uuid[]) order by lower(name), id;

-- name: GetBrandInScope :one
select id, name, postal_address, mail_from_name, mail_from, calendar_id, second_pair_amount, second_pair_currency, outreach_per_day, domain_per_hour, warm_up_days, warm_up_from, first_mail_notice, netting_cap_percent, netting_notice_days, destination_cool_off_days, posts_apart_hours, signing, version
from brands where id = @id and id = any (@brands::uuid[]);

-- name: UpdateBrand :one
update brands set name = @name, postal_address = @postal_address, mail_from_name = @mail_from_name, mail_from = @mail_from,
  second_pair_amount = @second_pair_amount, second_pair_currency = @second_pair_currency, outreach_per_day = @outreach_per_day, domain_per_hour = @domain_per_hour,
  warm_up_from = case when @warm_up_days::int = 0 then null when @warm_up_days::int <> warm_up_days then now() else warm_up_from end,
  warm_up_days = @warm_up_days, first_mail_notice = @first_mail_notice,
  netting_cap_percent = @netting_cap_percent, netting_notice_days = @netting_notice_days, destination_cool_off_days = @destination_cool_off_days, posts_apart_hours = @posts_apart_hours, signing = @signing, version = version + 1
where id = @id and version = @version
returning version, warm_up_from;

-- name: ListCalendars :many
-- Of brands in the scope, of people who have a role there, and of creators, whom every brand shares.
select c.id, c.owner_kind, c.owner_id, coalesce(b.name, u.name, k.name, '')::text as owner_name, c.brand_id, c.zone, c.working_days,
  c.opens, c.closes, c.holidays, c.day_seconds, c.version
from calendars c
left join brands b on c.owner_kind = 'brand' and b.id = c.owner_id
left join users u on c.owner_kind = 'user' and u.id = c.owner_id
left join creators k on c.owner_kind = 'creator' and k.id = c.owner_id
where (sqlc.narg('id')::uuid is null or c.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or c.owner_id = sqlc.narg('owner_id')::uuid)
  and (sqlc.narg('brand_id')::uuid is null or c.brand_id is null or c.brand_id = sqlc.narg('brand_id')::uuid)
  and case c.owner_kind
    when 'brand' then c.owner_id = any (@brands::uuid[])
    when 'user' then c.owner_id = @caller
      or exists (select 1 from user_roles r where r.user_id = c.owner_id and r.brand_id = any (@brands::uuid[]))
    else true end
order by c.owner_kind, lower(coalesce(b.name, u.name, k.name, '')), c.id
limit 1000;

-- name: UpdateCalendar :one
update calendars set zone = @zone, working_days = @working_days, opens = @opens, closes = @closes, holidays = @holidays,
  day_seconds = @day_seconds, version = version + 1
where id = @id and version = @version
returning version;
