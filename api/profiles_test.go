package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// fieldOf adds a field to those of a brand.
func fieldOf(t *testing.T, ops call, brand uuid.UUID, name, kind string, options ...string) uuid.UUID {
	t.Helper()
	body := map[string]any{"brand_id": brand, "name": name, "kind": kind}
	if len(options) > 0 {
		body["options"] = options
	}
	a := ops.keyed().send(t, "POST", "/v1/creator-fields", body)
	require.Equal(t, 201, a.status, "%s", a.body)
	var made struct{ ID uuid.UUID }
	a.into(t, &made)
	return made.ID
}

func profileBody(fields ...any) map[string]any {
	return map[string]any{"preferences": "No mornings", "style_notes": "Warm light", "rates": []any{}, "fields": append([]any{}, fields...)}
}

func valueOf(field uuid.UUID, value string) map[string]any {
	return map[string]any{"field_id": field, "value": value}
}

// signals are the kinds of what is on its way to a partnership's workflow, oldest first.
func (d *desk) signals(t *testing.T, partnership uuid.UUID) []string {
	t.Helper()
	return one[[]string](t, d, `select coalesce(array_agg(concat_ws(' ', input ->> 'kind', input ->> 'code') order by n), '{}') from outbox where workflow_id = 'partnership/' || $1::uuid`, partnership)
}

func TestProfileIsABrandsOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, other := d.as(t, "ops@one.example"), d.as(t, "ops@two.example")
	path := "/v1/creators/" + d.creator.String() + "/profile?brand_id=" + d.world.one.String()
	size, birthday := fieldOf(t, ops, d.world.one, "Size", "select", "S", "M"), fieldOf(t, ops, d.world.one, "Birthday", "date")
	account := one[uuid.UUID](t, d, `select id from creator_accounts where creator_id = $1`, d.creator)
	d.sql(t, `insert into follower_snapshots (account_id, as_of, followers, source) values ($1, '2026-02-01', 1200, 'measured'), ($1, '2026-01-01', 1000, 'entered')`, account)

	a := ops.send(t, "GET", path, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, `"0"`, a.header.Get("ETag"))
	require.JSONEq(t, fmt.Sprintf(`{"preferences": "", "style_notes": "", "rates": [], "fields": [], "version": 0, "followers": [
		{"account_id": %q, "as_of": "2026-01-01", "followers": 1000, "source": "entered"},
		{"account_id": %q, "as_of": "2026-02-01", "followers": 1200, "source": "measured"}]}`, account, account), string(a.body))

	body := profileBody(valueOf(size, "M"), valueOf(birthday, "1994-05-01"))
	body["rates"] = []any{map[string]any{"platform": "IG", "kind": "reel", "amount": eur(50000), "as_of": "2026-01-15", "note": "With usage rights"}}
	a = ops.with("If-Match", `"0"`).send(t, "PUT", path, body)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, `"1"`, a.header.Get("ETag"))
	require.Equal(t, []string{"dates"}, d.signals(t, d.partnership), "a date was set")
	var got struct {
		Rates []struct {
			Platform string
			AsOf     string `json:"as_of"`
		}
		Fields []struct{ Value string }
	}
	ops.send(t, "GET", path, nil).into(t, &got)
	require.Equal(t, "instagram", got.Rates[0].Platform)
	require.Equal(t, "2026-01-15", got.Rates[0].AsOf)
	require.Len(t, got.Fields, 2)

	require.Equal(t, 412, ops.with("If-Match", `"0"`).send(t, "PUT", path, body).status, "somebody else was faster")
	require.Equal(t, 200, ops.with("If-Match", `"1"`).send(t, "PUT", path, profileBody(valueOf(birthday, "1994-05-01"), valueOf(size, ""))).status)
	require.Equal(t, []string{"dates"}, d.signals(t, d.partnership), "no date changed")
	ops.send(t, "GET", path, nil).into(t, &got)
	require.Len(t, got.Fields, 1, "an empty value is none")

	require.Equal(t, 404, other.send(t, "GET", path, nil).status)
	require.Equal(t, 404, other.send(t, "PUT", path, profileBody()).status)
	theirs := strings.ReplaceAll(path, d.world.one.String(), d.two.String())
	require.Equal(t, 200, other.with("If-Match", `"0"`).send(t, "PUT", theirs, profileBody()).status, "another brand keeps its own")
	require.Equal(t, 404, ops.send(t, "GET", "/v1/creators/"+uuid.NewString()+"/profile?brand_id="+d.world.one.String(), nil).status)

	// An archived field is not shown, its values are kept, and what starts by it hears of it.
	require.Equal(t, 204, ops.keyed().send(t, "POST", "/v1/creator-fields/"+birthday.String()+"/archive", map[string]any{}).status)
	require.Equal(t, []string{"dates", "dates"}, d.signals(t, d.partnership))
	ops.send(t, "GET", path, nil).into(t, &got)
	require.Empty(t, got.Fields)
	require.Equal(t, 200, ops.send(t, "PUT", path, profileBody()).status)
	require.Equal(t, 1, one[int](t, d, `select count(*) from creator_field_values where field_id = $1`, birthday))
}

func TestProfileNamesEveryBadField(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	number, date := fieldOf(t, ops, d.world.one, "Height", "number"), fieldOf(t, ops, d.world.one, "Birthday", "date")
	flag, choice := fieldOf(t, ops, d.world.one, "Vegan", "bool"), fieldOf(t, ops, d.world.one, "Size", "select", "S", "M")
	body := profileBody(valueOf(number, "tall"), valueOf(date, "1.5.1994"), valueOf(flag, "yes"), valueOf(choice, "XL"), valueOf(choice, "M"), valueOf(uuid.New(), "x"))
	body["rates"] = []any{map[string]any{"platform": "you tube!", "kind": "video", "amount": map[string]any{"amount": 0, "currency": "eur"}, "as_of": "2026-01-01"}}
	a := ops.send(t, "PUT", "/v1/creators/"+d.creator.String()+"/profile?brand_id="+d.world.one.String(), body)
	require.Equal(t, 422, a.status)
	require.ElementsMatch(t, []string{
		"rates[0].platform bad_platform", "rates[0].amount.amount not_positive", "fields[0].value bad_number", "fields[1].value bad_date", "fields[2].value bad_bool",
		"fields[3].value unknown_value", "fields[4].field_id duplicate", "fields[5].field_id unknown",
	}, a.fields(t))
}

func TestFieldsOfCreators(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, other := d.as(t, "ops@one.example"), d.as(t, "ops@two.example")
	field := fieldOf(t, ops, d.world.one, "Size", "select", "S", "M")
	list := func(who call) (names []string) {
		var got struct{ Items []struct{ Name string } }
		who.send(t, "GET", "/v1/creator-fields", nil).into(t, &got)
		for _, f := range got.Items {
			names = append(names, f.Name)
		}
		return names
	}
	require.Equal(t, []string{"Size"}, list(ops))
	require.Empty(t, list(other))
	a := ops.keyed().send(t, "POST", "/v1/creator-fields", map[string]any{"brand_id": d.world.one, "name": "size", "kind": "text"})
	require.Equal(t, 409, a.status)
	require.Equal(t, []string{"name taken"}, a.fields(t))
	a = ops.keyed().send(t, "POST", "/v1/creator-fields", map[string]any{"brand_id": d.world.one, "name": " ", "kind": "select"})
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"name required", "options required"}, a.fields(t))
	require.Equal(t, 404, ops.keyed().send(t, "POST", "/v1/creator-fields", map[string]any{"brand_id": d.two, "name": "Size", "kind": "text"}).status)
	require.Equal(t, 404, other.keyed().send(t, "POST", "/v1/creator-fields/"+field.String()+"/archive", map[string]any{}).status)
	require.Equal(t, 204, ops.keyed().send(t, "POST", "/v1/creator-fields/"+field.String()+"/archive", map[string]any{}).status)
	require.Empty(t, list(ops))
	fieldOf(t, ops, d.world.one, "Size", "text") // the name is free again
}

func TestEndOfACampaignTellsItsPartnerships(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops, path := d.as(t, "ops@one.example"), "/v1/campaigns/"+d.campaign.String()
	require.Equal(t, 200, ops.send(t, "PATCH", path, map[string]any{"brief": "Show it."}).status)
	require.Empty(t, d.signals(t, d.partnership))
	require.Equal(t, 200, ops.send(t, "PATCH", path, map[string]any{"ends_on": "2026-07-31"}).status)
	require.Equal(t, []string{"dates"}, d.signals(t, d.partnership))
}

func TestDuplicatesSayWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	creator := func(name, handle, platform, email, role string) uuid.UUID {
		c := id()
		d.sql(t, `insert into creators (id, name) values ($1, $2)`, c, name)
		if handle != "" {
			d.sql(t, `insert into creator_accounts (id, creator_id, platform, handle) values ($1, $2, $3, $4)`, id(), c, platform, handle)
		}
		if email != "" {
			d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, $3, $4)`, id(), c, role, email)
		}
		return c
	}
	same := creator("Someone", "", "", "mia@mail.example", "creator")
	both := creator("MÍA-LENS", "@Mia", "tiktok", "", "")
	handle := creator("Another", "@mia", "twitch", "", "")
	local := creator("Mia L.", "", "", "mia@other.example", "creator")
	creator("Bea", "", "", "mia@third.example", "creator")             // only the part before the @
	creator("Cleo", "@cleo", "youtube", "mia@mail.example", "manager") // an address of an agent
	gone := creator("Mia Lens", "", "", "", "")
	d.sql(t, `update creators set merged_into = $2 where id = $1`, gone, handle)

	var got struct {
		Items []struct {
			Creator struct{ ID uuid.UUID }
			Why     []string
		}
	}
	ops.send(t, "GET", "/v1/creators/"+d.creator.String()+"/duplicates", nil).into(t, &got)
	found := make([]uuid.UUID, len(got.Items))
	for i, x := range got.Items {
		found[i] = x.Creator.ID
	}
	require.Equal(t, []uuid.UUID{both, same, handle, local}, found)
	require.Equal(t, []string{"Both have the same name", "The same handle on another platform: @Mia · tiktok"}, got.Items[0].Why)
	require.Equal(t, []string{"Both have the address mia@mail.example"}, got.Items[1].Why)
	require.Equal(t, []string{"A similar name, and both addresses begin with mia"}, got.Items[3].Why)
	require.Equal(t, 404, ops.send(t, "GET", "/v1/creators/"+uuid.NewString()+"/duplicates", nil).status)
}

// twin is a second profile of the creator of the desk, with a partnership of each brand.
type twin struct {
	*desk

	creator, contact, campaign, partnership, foreign, lapsed uuid.UUID
}

// newTwin settles what is under way with the desk's creator, so that the two can become one.
func newTwin(t *testing.T) twin {
	t.Helper()
	d := newDesk(t)
	x := twin{desk: d, creator: id(), contact: id(), campaign: id(), partnership: id(), foreign: id(), lapsed: id()}
	ops, theirs, hers := d.users["ops@one.example"], d.users["ops@two.example"], id()
	d.sql(t, `update payouts set state = 'cancelled' where id = $1`, d.payout)
	d.sql(t, `update creators set tags = '{beauty,travel}' where id = $1`, d.desk0())
	d.sql(t, `insert into creators (id, name, tags, do_not_contact_at, do_not_contact_reason) values ($1, 'Mia L.', '{travel,food}', now() - interval '1 day', 'She asked.')`, x.creator)
	account := id()
	d.sql(t, `insert into creator_accounts (id, creator_id, platform, handle) values ($1, $2, 'tiktok', '@mia')`, account, x.creator)
	d.sql(t, `insert into follower_snapshots (account_id, as_of, followers, source) values ($1, '2026-01-01', 10, 'measured')`, account)
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'mia@mail.example'), ($3, $2, 'manager', 'agent@mail.example')`, x.contact, x.creator, id())
	d.sql(t, `insert into payees (creator_id, state) values ($1, 'invited')`, x.creator)
	d.sql(t, `insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'creator', $2, 'UTC', '{1}', '09:00', '10:00')`, id(), x.creator)
	d.sql(t, `insert into tasks (id, brand_id, creator_id, dedupe_key, kind, owner_role) values ($1, $2, $3, 'find_address/' || $3::uuid, 'find_address', 'ops')`, id(), d.world.one, x.creator)
	for _, p := range []struct {
		id, campaign, brand, owner uuid.UUID
		name, stage                string
	}{{x.partnership, x.campaign, d.world.one, ops, "Autumn", "outreach"}, {x.foreign, hers, d.two, theirs, "Winter", "active"}, {x.lapsed, id(), d.world.one, ops, "Old", "lapsed"}} {
		d.sql(t, `insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
			select $1, $2, $3, budget, currency, starts_on, ends_on, $4, default_fee, terms, sequence_id, policy_id from campaigns limit 1`, p.campaign, p.brand, p.name, p.owner)
		d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, $6)`, p.id, p.brand, p.campaign, x.creator, p.owner, p.stage)
		thread := id()
		d.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id) values ($1, $2, $3, $4)`, thread, p.id, p.brand, x.creator)
		d.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, body_text, at)
			values ($1, $2, $3, $4, $5, 'in', 'email', 'reply', 'handled', 'Hello from ' || $6::text, now() - interval '3 days')`, id(), thread, p.id, p.brand, x.creator, p.name)
		d.sql(t, `insert into tasks (id, brand_id, partnership_id, creator_id, kind, owner_id) values ($1, $2, $3, $4, 'custom', $5)`, id(), p.brand, p.id, x.creator, p.owner)
		d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind) values ($1, 'partnership', $1, 1, $2, now(), 'started')`, p.id, p.brand)
		field := id()
		d.sql(t, `insert into creator_fields (id, brand_id, name, kind) values ($1, $2, $3, 'date')`, field, p.brand, "Birthday "+p.name)
		d.sql(t, `insert into creator_profiles (creator_id, brand_id, preferences) values ($1, $2, 'Of the twin') on conflict do nothing`, x.creator, p.brand)
		d.sql(t, `insert into creator_field_values (creator_id, field_id, brand_id, value) values ($1, $2, $3, '1994-05-01')`, x.creator, field, p.brand)
	}
	d.sql(t, `insert into creator_profiles (creator_id, brand_id, preferences) values ($1, $2, 'Of the first')`, d.desk0(), d.two)
	d.sql(t, `insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state, closed)
		values ('partnership/' || $1::uuid, 'Partnership', 'rapport', $2, 1, '{}', true)`, x.lapsed, d.world.one)
	return x
}

// desk0 is the creator of the desk.
func (d *desk) desk0() uuid.UUID { return d.work.creator }

// rows are all rows of every table that a merge may touch; a version only ever grows, and is left out.
func (x twin) rows(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range []string{
		"creators", "creator_accounts", "follower_snapshots", "contacts", "partnerships", "messages", "threads", "tasks", "creator_profiles", "creator_field_values", "payees", "calendars", "payouts",
	} {
		rows, err := x.owner.Query(t.Context(), `select (to_jsonb(x) - case when $1 = 'creators' then 'version' else '' end)::text from `+table+` x`, table)
		require.NoError(t, err)
		for rows.Next() {
			var row string
			require.NoError(t, rows.Scan(&row))
			all[table] = append(all[table], row)
		}
		require.NoError(t, rows.Err())
		slices.Sort(all[table])
	}
	return all
}

func (x twin) merge(t *testing.T, who call) answer {
	t.Helper()
	return who.send(t, "POST", "/v1/creators/"+x.creator.String()+"/merge", map[string]any{"into": x.desk0()})
}

func TestMergeMovesEverythingAndItsUndoPutsItBack(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	ops := x.as(t, "ops@one.example")
	before := x.rows(t)
	keyed := ops.keyed()
	a := x.merge(t, keyed)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, a.body, x.merge(t, keyed).body, "the same key is the same deed")
	var merge struct {
		ID         uuid.UUID
		From, Into struct{ ID uuid.UUID }
		Moved      map[string]int
		By         struct{ Name string }
	}
	a.into(t, &merge)
	require.Equal(t, x.creator, merge.From.ID)
	require.Equal(t, x.desk0(), merge.Into.ID)
	require.Equal(t, map[string]int{"accounts": 1, "contacts": 1, "tags": 1, "partnerships": 2, "messages": 2, "tasks": 3, "profiles": 1}, merge.Moved, "of one's own brand, and of none")

	for table, column := range map[string]string{"partnerships": "creator_id", "messages": "creator_id", "threads": "creator_id", "tasks": "creator_id", "creator_accounts": "creator_id"} {
		require.Zero(t, one[int](t, x.desk, `select count(*) from `+table+` where `+column+` = $1`, x.creator), table)
	}
	require.Equal(t, []uuid.UUID{x.contact}, one[[]uuid.UUID](t, x.desk, `select array_agg(id) from contacts where creator_id = $1`, x.creator), "an address that both have stays")
	require.Equal(t, "acct_mia", one[string](t, x.desk, `select account_id from payees where creator_id = $1`, x.desk0()))
	require.Equal(t, "invited", one[string](t, x.desk, `select state from payees where creator_id = $1`, x.creator))
	require.Equal(t, []string{"Of the twin", "Of the first"}, []string{
		one[string](t, x.desk, `select preferences from creator_profiles where creator_id = $1 and brand_id = $2`, x.desk0(), x.world.one),
		one[string](t, x.desk, `select preferences from creator_profiles where creator_id = $1 and brand_id = $2`, x.desk0(), x.two),
	})
	require.Equal(t, "cancelled", one[string](t, x.desk, `select state from tasks where kind = 'find_address'`), "an address is there now")
	require.Equal(t, []string{"creator_merged", "dates"}, x.signals(t, x.partnership))
	require.Equal(t, []string{"creator_merged", "dates"}, x.signals(t, x.foreign), "of every brand")
	require.Empty(t, x.signals(t, x.lapsed), "nobody listens there")
	require.Equal(t, []string{"dates", "mail unsubscribe"}, x.signals(t, x.work.partnership), "what was asked of one holds for both")

	var shown struct {
		MergedInto   *uuid.UUID `json:"merged_into"`
		DoNotContact bool       `json:"do_not_contact"`
		Tags         []string
		Items        []struct{ Name, Title string }
	}
	ops.send(t, "GET", "/v1/creators/"+x.creator.String(), nil).into(t, &shown)
	require.Equal(t, x.desk0(), *shown.MergedInto)
	shown.MergedInto = nil
	ops.send(t, "GET", "/v1/creators/"+x.desk0().String(), nil).into(t, &shown)
	require.Nil(t, shown.MergedInto)
	require.True(t, shown.DoNotContact)
	require.Equal(t, []string{"beauty", "travel", "food"}, shown.Tags)
	for _, list := range []string{"/v1/creators?q=mia", "/v1/creators?q=agent@", "/v1/search?q=mia"} {
		require.NotContains(t, string(ops.send(t, "GET", list, nil).body), x.creator.String(), list)
	}
	plan := ops.upload(t, "/v1/creators/imports?dry_run=true&brand_id="+x.world.one.String(), "name,email\nMia Lens,mia@mail.example\n", "mapping", `{"name":"name","email":"email"}`)
	require.NotContains(t, string(plan.body), x.creator.String())
	for _, words := range []string{"Hello from Autumn", "Hello from Old"} {
		require.Contains(t, string(ops.send(t, "GET", "/v1/creators/"+x.desk0().String()+"/timeline", nil).body), words)
	}
	require.NotContains(t, string(ops.send(t, "GET", "/v1/creators/"+x.desk0().String()+"/timeline", nil).body), "Winter", "the wall stands")

	// Nothing more happens to who became part of somebody else.
	for path, body := range map[string]any{"/ban": map[string]any{"banned": true, "reason": "Fraud"}, "/do-not-contact": map[string]any{"do_not_contact": false}} {
		require.Equal(t, "merged", ops.keyed().send(t, "POST", "/v1/creators/"+x.creator.String()+path, body).text("code"), path)
	}
	require.Equal(t, "merged", ops.send(t, "PATCH", "/v1/creators/"+x.creator.String(), map[string]any{"name": "Mia"}).text("code"))
	require.Equal(t, "merged", ops.send(t, "PUT", "/v1/creators/"+x.creator.String()+"/profile?brand_id="+x.world.one.String(), profileBody()).text("code"))
	_, err := x.owner.Exec(t.Context(), `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($1, $2, $3, $4, $5)`,
		id(), x.world.one, x.work.campaign, x.creator, x.users["ops@one.example"])
	require.ErrorContains(t, err, "became part of another one")

	undo := ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{})
	require.Equal(t, 204, undo.status, "%s", undo.body)
	require.Equal(t, before, x.rows(t), "exactly as it was")
	require.Equal(t, []string{"creator_merged", "dates", "creator_merged", "dates"}, x.signals(t, x.partnership))
	require.Equal(t, x.creator.String(), one[string](t, x.desk, `select input ->> 'ref' from outbox where input ->> 'kind' = 'creator_merged'
		and workflow_id = 'partnership/' || $1::uuid order by n desc limit 1`, x.partnership))
	require.Equal(t, "undone_already", ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{}).text("code"))

	var list struct {
		Items []struct {
			ID       uuid.UUID
			UndoneAt *string `json:"undone_at"`
		}
	}
	ops.send(t, "GET", "/v1/creators/"+x.desk0().String()+"/merges", nil).into(t, &list)
	require.Equal(t, merge.ID, list.Items[0].ID)
	require.NotNil(t, list.Items[0].UndoneAt)
	require.Equal(t, []string{"creator.merged", "creator.merge_undone"}, one[[]string](t, x.desk, `select array_agg(action order by id) from audit_log where action like 'creator.merge%'`))
}

// TestMergeTellsWhoWasEndedAndStillOwes: the workflow of a terminated partnership goes on until the last of its money is paid, to whoever the
// creator became.
func TestMergeTellsWhoWasEndedAndStillOwes(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	x.sql(t, `update partnerships set stage = 'terminated' where id = $1`, x.partnership)
	x.sql(t, `insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state)
		values ('partnership/' || $1::uuid, 'Partnership', 'rapport', $2, 1, '{}')`, x.partnership, x.world.one)
	require.Equal(t, 200, x.merge(t, x.as(t, "ops@one.example").keyed()).status)
	require.Equal(t, []string{"creator_merged", "dates"}, x.signals(t, x.partnership))
}

func TestUndoTakesWhatCameToTheMovedPartnerships(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	ops := x.as(t, "ops@one.example")
	var merge struct{ ID uuid.UUID }
	x.merge(t, ops.keyed()).into(t, &merge)
	late := id()
	x.sql(t, `insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, body_text) values ($1, $2, $3, $4, 'in', 'dm', 'reply', 'logged', 'Later')`,
		late, x.partnership, x.world.one, x.desk0())
	x.sql(t, `update creators set tags = '{food,new}', do_not_contact_at = null, do_not_contact_reason = null where id = $1`, x.desk0())
	require.Equal(t, 204, ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{}).status)
	require.Equal(t, x.creator, one[uuid.UUID](t, x.desk, `select creator_id from messages where id = $1`, late))
	require.Equal(t, []string{"new"}, one[[]string](t, x.desk, `select tags from creators where id = $1`, x.desk0()))
	require.Equal(t, "mail unsubscribe", x.signals(t, x.partnership)[4], "the flag still stands on who goes")
}

func TestMergeKeepsTheOnlyBankAccount(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	ops := x.as(t, "ops@one.example")
	x.sql(t, `update payees set state = 'invited', account_id = null where creator_id = $1`, x.desk0())
	x.sql(t, `update payees set state = 'ready', account_id = 'acct_twin', checked_at = now() where creator_id = $1`, x.creator)
	before := x.rows(t)
	var merge struct {
		ID    uuid.UUID
		Moved map[string]int
	}
	a := x.merge(t, ops.keyed())
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &merge)
	require.Equal(t, 1, merge.Moved["bank_accounts"])
	require.Equal(t, "acct_twin", one[string](t, x.desk, `select account_id from payees where creator_id = $1`, x.desk0()))
	require.Equal(t, x.users["ops@one.example"],
		one[uuid.UUID](t, x.desk, `select destination_changed_by from payees where creator_id = $1 and destination_changed_at > now() - interval '1 minute'`, x.desk0()),
		"who brought the account here neither approves nor releases what goes there")
	require.Equal(t, 204, ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{}).status)
	require.Equal(t, before, x.rows(t))
}

func TestMergeIsRefused(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	ops := x.as(t, "ops@one.example")
	refused := func(reason string) {
		t.Helper()
		before := x.rows(t)
		a := x.merge(t, ops.keyed())
		require.Equal(t, 409, a.status, "%s", a.body)
		require.Equal(t, reason, a.text("code"))
		require.Equal(t, before, x.rows(t))
	}
	x.sql(t, `update payees set state = 'ready', account_id = 'acct_twin' where creator_id = $1`, x.creator)
	refused("two_payee_accounts")
	x.sql(t, `update payees set state = 'invited', account_id = null where creator_id = $1`, x.creator)

	payout := id()
	x.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency, state, met_at)
		select $1, partnership_id, brand_id, contract_id, term, 9, 'More', 'signature', amount, currency, 'payable', now() from milestones where id = $2`, payout, x.milestone)
	x.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, due_at)
		select $1, $1, partnership_id, brand_id, creator_id, amount, currency, now() from payouts where id = $2`, payout, x.payout)
	refused("money_in_flight")
	x.sql(t, `update payouts set state = 'cancelled' where id = $1`, payout)

	x.sql(t, `update partnerships set campaign_id = $2 where id = $1`, x.partnership, x.work.campaign)
	refused("same_campaign")
	x.sql(t, `update partnerships set campaign_id = $2 where id = $1`, x.partnership, x.campaign)

	self := "/v1/creators/" + x.creator.String() + "/merge"
	require.Equal(t, "same_creator", ops.keyed().send(t, "POST", self, map[string]any{"into": x.creator}).text("code"))
	require.Equal(t, []string{"into unknown"}, ops.keyed().send(t, "POST", self, map[string]any{"into": uuid.New()}).fields(t))
	require.Equal(t, 404, ops.keyed().send(t, "POST", "/v1/creators/"+uuid.NewString()+"/merge", map[string]any{"into": x.desk0()}).status)
	require.Equal(t, 200, x.merge(t, ops.keyed()).status)
	refused("merged_already")
	third := id()
	x.sql(t, `insert into creators (id, name) values ($1, 'Third')`, third)
	require.Equal(t, "merged_already", ops.keyed().send(t, "POST", "/v1/creators/"+third.String()+"/merge", map[string]any{"into": x.creator}).text("code"))
}

func TestUndoIsRefused(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	ops := x.as(t, "ops@one.example")
	var merge struct{ ID uuid.UUID }
	x.merge(t, ops.keyed()).into(t, &merge)
	refused := func(reason string) {
		t.Helper()
		before := x.rows(t)
		a := ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{})
		require.Equal(t, 409, a.status, "%s", a.body)
		require.Equal(t, reason, a.text("code"))
		require.Equal(t, before, x.rows(t))
	}
	third := id()
	x.sql(t, `insert into creators (id, name) values ($1, 'Third')`, third)
	x.sql(t, `update creators set merged_into = $2 where id = $1`, x.desk0(), third)
	refused("merged_on")
	x.sql(t, `update creators set merged_into = null where id = $1`, x.desk0())

	x.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms) select $1, $2, brand_id, $3, state, fee, currency, terms from offers where id = $4`,
		third, x.partnership, x.campaign, x.offer)
	x.sql(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, executed_at)
		select $1, $2, brand_id, $1, 1, state, body, body_sha256, fee, currency, terms, now() from contracts where id = $3`, third, x.partnership, x.contract)
	x.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency, state, met_at)
		select $1, $2, brand_id, $1, 1, 0, 'More', 'signature', amount, currency, 'payable', now() from milestones where id = $3`, third, x.partnership, x.milestone)
	x.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, due_at) values ($1, $1, $2, $3, $4, 100, 'eur', now())`,
		third, x.partnership, x.world.one, x.desk0())
	refused("money_in_flight")
	x.sql(t, `alter table payouts disable trigger payouts_guard`)
	x.sql(t, `update payouts set state = 'paid', paid_at = now() where id = $1`, third)
	refused("paid_since")
	x.sql(t, `update payouts set state = 'cancelled', paid_at = null where id = $1`, third)

	x.sql(t, `update creator_merges set at = now() - interval '24 hours'`)
	refused("too_late")
	x.sql(t, `update creator_merges set at = now() - interval '23 hours 59 minutes'`)
	require.Equal(t, 204, ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{}).status)
	require.Equal(t, 404, ops.keyed().send(t, "POST", "/v1/creator-merges/"+uuid.NewString()+"/undo", map[string]any{}).status)
}

func TestBanHoldsForBothUntilTheMergeIsUndone(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	ops := x.as(t, "ops@one.example")
	x.sql(t, `update creators set banned_at = now() - interval '1 day', banned_reason = 'Fraud' where id = $1`, x.creator)
	bans := func(partnership uuid.UUID) []string {
		t.Helper()
		return one[[]string](t, x.desk, `select coalesce(array_agg(input ->> 'kind' order by n), '{}') from outbox where kind = 'update' and workflow_id = 'partnership/' || $1::uuid`, partnership)
	}
	var merge struct{ ID uuid.UUID }
	x.merge(t, ops.keyed()).into(t, &merge)
	require.Equal(t, []string{string(rapport.CmdBan)}, bans(x.work.partnership))
	require.Empty(t, bans(x.partnership), "it was banned before")
	require.Equal(t, "Fraud", one[string](t, x.desk, `select banned_reason from creators where id = $1`, x.desk0()))
	require.Equal(t, 204, ops.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{}).status)
	require.Equal(t, []string{string(rapport.CmdBan), string(rapport.CmdUnban)}, bans(x.work.partnership))
	require.Empty(t, bans(x.partnership))
	require.True(t, one[bool](t, x.desk, `select banned_at is null and banned_reason is null from creators where id = $1`, x.desk0()))
}

// Ops of one brand may merge creators of every brand: what the other brands have moves with them, and nothing of it is told.
func TestMergeTellsNothingOfAnotherBrand(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	w := walls{desk: x.desk}
	w.theirs = ids{"brand_id": x.world.one, "partnerships": x.partnership, "user": x.users["ops@one.example"]}
	other := x.as(t, "ops@two.example")
	secrets := w.theirs.all(t, x.desk)
	told := func(a answer) answer {
		t.Helper()
		for _, secret := range secrets {
			require.NotContains(t, string(a.body), secret)
		}
		return a
	}
	var merge struct {
		ID    uuid.UUID
		Moved map[string]int
	}
	told(x.merge(t, other.keyed())).into(t, &merge)
	require.Equal(t, 1, merge.Moved["partnerships"], "its own")
	require.Equal(t, 1, merge.Moved["messages"])
	require.Equal(t, x.desk0(), one[uuid.UUID](t, x.desk, `select creator_id from partnerships where id = $1`, x.partnership), "another brand's moved too")
	told(other.send(t, "GET", "/v1/creators/"+x.desk0().String()+"/merges", nil))
	mine := x.as(t, "ops@one.example").send(t, "GET", "/v1/creators/"+x.desk0().String()+"/merges", nil)
	require.NotContains(t, string(mine.body), x.users["ops@two.example"].String(), "who did it works for another brand")
	// The database's role of the API does not see what moved, and writes no merge of its own.
	for _, statement := range []string{`select moved from creator_merges`, `update creator_merges set undone_at = now()`, `insert into creator_merges (id) values (gen_random_uuid())`} {
		_, err := x.store.Pool().Exec(t.Context(), statement)
		require.ErrorContains(t, err, "permission denied", statement)
	}
	told(other.keyed().send(t, "POST", "/v1/creator-merges/"+merge.ID.String()+"/undo", map[string]any{}))
	require.Equal(t, x.creator, one[uuid.UUID](t, x.desk, `select creator_id from partnerships where id = $1`, x.partnership))
}

// A creator who opened a link before the merge goes on with it, by an address that stayed where it was.
func TestMergeKeepsOpenVisitsOfTheCreator(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	visitor := x.visit(t, x.linkTo(t, work{partnership: x.partnership, contact: x.contact}))
	require.Equal(t, 200, x.merge(t, x.as(t, "ops@one.example").keyed()).status)
	require.Equal(t, 200, visitor.send(t, "GET", "/v1/portal/home", nil).status)
	a := visitor.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{})
	require.Less(t, a.status, 300, "%s", a.body)
	require.Equal(t, "mia@mail.example", one[string](t, x.desk, `select to_address from messages where kind = 'code' and partnership_id = $1`, x.partnership))
}

func TestTwinHasSomethingOfEveryTableThatAMergeMoves(t *testing.T) {
	t.Parallel()
	x := newTwin(t)
	x.merge(t, x.as(t, "ops@one.example").keyed())
	var moved map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(one[string](t, x.desk, `select moved::text from creator_merges`)), &moved))
	for _, table := range []string{"creator_accounts", "contacts", "partnerships", "threads", "messages", "tasks", "creator_profiles", "creator_field_values", "calendars", "tags"} {
		require.NotEqual(t, "[]", string(moved[table]), table)
	}
}
