-- name: SearchTexts :many
-- Only what the page shows is read and marked. Of a very long text the part around the first word is looked at.
select x.kind, x.id, x.at, d.partnership_id::uuid as partnership_id, d.thread_id, d.review_id, d.direction::text as direction, d.channel::text as channel,
  d.title::text as title, d.author::text as author, d.files::int as files, c.name as creator_name, g.name as campaign_name, b.name as brand_name,
  ts_headline('simple', translate(case when length(d.words) > 20000 then substr(d.words, greatest(1, strpos(lower(d.words), @first_word::text) - 5000), 20000) else d.words end, @marks::text, ''),
    text_query(@words::text), @options::text)::text as snippet
from (select y.kind::text as kind, y.id::uuid as id, y.at::timestamptz as at from search_texts(@words::text, @viewer::uuid, sqlc.narg('kind')::text, sqlc.narg('brand_id')::uuid, sqlc.narg('creator_id')::uuid, sqlc.narg('campaign_id')::uuid,
    sqlc.narg('from_at')::timestamptz, sqlc.narg('to_at')::timestamptz, sqlc.narg('has_files')::boolean, sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid, @max_rows::int) y
  order by 3 desc, 2 desc limit @max_rows::int) x
cross join lateral (
  select m.partnership_id, m.thread_id, null::uuid as review_id, m.direction, m.channel, coalesce(m.subject, '') as title, m.files, replace(coalesce(m.body_text, ''), @portal_tag::text, '…') as words,
    coalesce(case when m.direction = 'in' then k.name when m.author_id is not null then u.name else f.mail_from_name end, '') as author
  from messages m left join creators k on k.id = m.creator_id left join users u on u.id = m.author_id left join brands f on f.id = m.brand_id
  where m.id = x.id and x.kind in ('message', 'note')
  union all
  select n.partnership_id, null, null, '', '', n.number, 0, n.body, '' from contracts n where n.id = x.id and x.kind = 'contract'
  union all
  select s.partnership_id, null, r.id, '', '', e.title || ', version ' || s.version, (s.file_name is not null)::int, s.caption, ''
  from submissions s join deliverables e on e.id = s.deliverable_id left join reviews r on r.submission_id = s.id where s.id = x.id and x.kind = 'caption'
) d
join partnerships p on p.id = d.partnership_id join creators c on c.id = p.creator_id join campaigns g on g.id = p.campaign_id join brands b on b.id = p.brand_id
order by x.at desc, x.id desc;
