package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestBadJSONIsRefusedBeforeAnythingHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	for name, tc := range map[string]struct {
		body   string
		status int
	}{
		"empty":               {"", 400},
		"cut off":             {`{"name": "Nina"`, 400},
		"not JSON":            {`name=Nina`, 400},
		"trailing garbage":    {`{"name": "Nina"} {"name": "Otto"}`, 400},
		"trailing bracket":    {`{"name": "Nina"}}`, 400},
		"deep":                {`{"name": "Nina", "tags": ` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, 400},
		"a name twice":        {`{"name": "Nina", "name": "Otto"}`, 400},
		"a NUL":               {`{"name": "Ni\u0000na"}`, 400},
		"not UTF-8":           {"{\"name\": \"J\xf6rg\"}", 400},
		"huge":                {`{"name": "` + strings.Repeat("x", 3<<20) + `"}`, 413},
		"a list":              {`[]`, 422},
		"null":                {`null`, 422},
		"an unknown field":    {`{"name": "Nina", "shoe": 1}`, 422},
		"another letter case": {`{"Name": "Nina"}`, 422},
		"an inner unknown":    {`{"name": "Nina", "accounts": [{"platform": "x", "handle": "y", "shoe": 1}]}`, 422},
		"a wrong type":        {`{"name": 5}`, 422},
		"a large number":      {`{"name": "Nina", "accounts": [{"platform": "x", "handle": "y", "followers": 1e400}]}`, 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ops.send(t, "POST", "/v1/creators", tc.body)
			require.Equal(t, tc.status, a.status, "%s", a.body)
			require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			require.NotContains(t, string(a.body), "schema")
		})
	}
	require.Equal(t, 415, ops.with("Content-Type", "text/plain").send(t, "POST", "/v1/creators", `{"name": "Nina"}`).status)
	require.Equal(t, 415, ops.send(t, "POST", "/v1/creators/imports", `{}`).status)
	require.Equal(t, 400, ops.send(t, "GET", "/v1/creators?q=a%00b", nil).status)
	a := ops.send(t, "GET", "/v1/creators?limit=5000&country=DE", nil)
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"limit maximum"}, a.fields(t))
	require.Contains(t, []int{400, 422}, ops.send(t, "GET", "/v1/creators/not-an-id", nil).status)
	var list struct{ Items []any }
	ops.send(t, "GET", "/v1/creators", nil).into(t, &list)
	require.Empty(t, list.Items)
}

func TestEveryBadFieldIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	a := ops.send(t, "POST", "/v1/campaigns", `{"brand_id": "x", "name": "", "budget": {"amount": "5"}, "starts_on": "tomorrow",
		"ends_on": "2026-01-01", "terms": {"deliverables": [{"title": "x"}], "milestones": []}, "x": 1}`)
	require.Equal(t, 422, a.status)
	require.ElementsMatch(t, []string{
		"brand_id bad_format", "name required", "budget.amount bad_type", "budget.currency required", "starts_on bad_format", "default_fee required", "x unknown_field",
		"terms.deliverables[0].platform required", "terms.deliverables[0].kind required", "terms.deliverables[0].draft_due_days required", "terms.deliverables[0].publish_days required",
		"terms.revision_rounds required", "terms.duration_days required", "terms.notice_days required",
	}, a.fields(t))

	body := campaign(w.one)
	body["budget"] = map[string]any{"amount": 50, "currency": "eur"}
	body["default_fee"] = map[string]any{"amount": 100, "currency": "xxx"}
	body["ends_on"] = "2026-02-01"
	body["hashtags"] = []string{"two words"}
	terms := body["terms"].(map[string]any)
	terms["milestones"] = []any{map[string]any{"title": "All", "trigger": "approval", "percent": 90, "net_days": 0, "deliverable": 4}}
	terms["notice_days"] = 400
	a = ops.send(t, "POST", "/v1/campaigns", body)
	require.Equal(t, 422, a.status)
	require.ElementsMatch(t, []string{
		"default_fee.currency unknown_currency", "default_fee.currency other_currency", "ends_on before_start", "hashtags[0] bad_characters",
		"terms.milestones percent_sum", "terms.milestones[0].deliverable unknown_deliverable", "terms.notice_days out_of_range",
	}, a.fields(t))
}

func TestSameKeySameAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example").with("Idempotency-Key", "k1")
	first := ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"})
	require.Equal(t, 201, first.status)
	require.Empty(t, first.header.Get("Idempotent-Replayed"))
	again := ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"})
	require.Equal(t, 201, again.status)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.JSONEq(t, string(first.body), string(again.body))
	require.Equal(t, "application/json", again.header.Get("Content-Type"))

	other := ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Otto"})
	require.Equal(t, 422, other.status)
	require.Equal(t, "key_reused", other.text("code"))
	// The key is the principal's and the operation's own.
	require.Equal(t, 201, w.as(t, "ops@two.example").with("Idempotency-Key", "k1").send(t, "POST", "/v1/creators", map[string]any{"name": "Otto"}).status)
	require.Equal(t, 201, ops.send(t, "POST", "/v1/campaigns", campaign(w.one)).status)
	// What was refused did nothing, so that the key may be used again once the input is right.
	ops = ops.with("Idempotency-Key", "k2")
	require.Equal(t, 422, ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina", "country": "Germany"}).status)
	require.Equal(t, 201, ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina", "country": "DE"}).status)

	require.Contains(t, w.as(t, "ops@one.example").send(t, "POST", "/v1/creators", map[string]any{"name": "Lea"}).header.Get("Warning"), "Idempotency-Key")
	money := w.as(t, "finance_preparer@one.example").send(t, "POST", "/v1/brands/"+w.one.String()+"/top-ups", map[string]any{"amount": map[string]any{"amount": 100, "currency": "eur"}})
	require.Equal(t, 400, money.status)
	require.Equal(t, "key_required", money.text("code"))
}

func TestSameKeyAtTheSameMomentActsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example").with("Idempotency-Key", "k1")
	var wg sync.WaitGroup
	answers := make([]answer, 12)
	for i := range answers {
		wg.Go(func() { answers[i] = ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina"}) })
	}
	wg.Wait()
	for _, a := range answers {
		if a.status == 409 {
			require.Equal(t, "in_progress", a.text("code"))
			require.Equal(t, "1", a.header.Get("Retry-After"))
			continue
		}
		require.Equal(t, 201, a.status)
	}
	var list struct{ Items []any }
	ops.send(t, "GET", "/v1/creators", nil).into(t, &list)
	require.Len(t, list.Items, 1)
}

func TestEditsAreHeldAgainstTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	var made struct{ ID uuid.UUID }
	ops.send(t, "POST", "/v1/campaigns", campaign(w.one)).into(t, &made)
	path := "/v1/campaigns/" + made.ID.String()
	tag := ops.send(t, "GET", path, nil).header.Get("ETag")
	require.Equal(t, `"1"`, tag)
	a := ops.with("If-Match", tag).send(t, "PATCH", path, map[string]any{"brief": "one"})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, `"2"`, a.header.Get("ETag"))
	require.Equal(t, 412, ops.with("If-Match", tag).send(t, "PATCH", path, map[string]any{"brief": "two"}).status)
	require.Equal(t, 400, ops.with("If-Match", "x").send(t, "PATCH", path, map[string]any{"brief": "two"}).status)
	require.Equal(t, 200, ops.send(t, "PATCH", path, map[string]any{"brief": "three"}).status)
	a = ops.send(t, "PATCH", path, map[string]any{"reason": "x", "budget": map[string]any{"amount": 200_000, "currency": "usd"}, "default_fee": map[string]any{"amount": 100, "currency": "usd"}})
	require.Equal(t, []string{"budget.currency fixed"}, a.fields(t))
	more := map[string]any{"budget": map[string]any{"amount": 1_200_000, "currency": "eur"}, "reason": "A third video."}
	a = ops.send(t, "PATCH", path, more)
	require.Equal(t, []string{"budget.amount needs_finance"}, a.fields(t))
	finance := w.as(t, "finance_preparer@one.example")
	require.Equal(t, 403, finance.send(t, "PATCH", path, map[string]any{"budget": more["budget"], "brief": "ours"}).status, "finance changes the budget alone")
	require.Equal(t, []string{"reason required"}, finance.send(t, "PATCH", path, map[string]any{"budget": more["budget"], "reason": " "}).fields(t))
	require.Equal(t, 200, finance.send(t, "PATCH", path, more).status)
	require.Equal(t, 200, finance.send(t, "PATCH", path, map[string]any{"budget": more["budget"]}).status, "the same once more needs no reason")
	require.Equal(t, 200, ops.send(t, "PATCH", path, map[string]any{"budget": map[string]any{"amount": 1_100_000, "currency": "eur"}, "reason": "Too much"}).status, "less is no commitment")
	var history struct {
		Items []struct {
			What, Reason, Actor, About string
			Amount                     struct{ Amount int64 }
		}
	}
	w.as(t, "auditor@one.example").send(t, "GET", "/v1/history?noun=campaign", nil).into(t, &history)
	require.Len(t, history.Items, 2, "other edits are none about money")
	raised := history.Items[1]
	require.Equal(t, "Changed the budget from 10000.00 EUR to 12000.00 EUR", raised.What)
	require.Equal(t, []any{"A third video.", "finance_preparer", int64(1_200_000)}, []any{raised.Reason, raised.Actor, raised.Amount.Amount})
	require.Contains(t, raised.About, "Spring")
	require.Equal(t, 404, w.as(t, "finance_preparer@two.example").send(t, "PATCH", path, more).status)
	a = ops.send(t, "PATCH", path, map[string]any{"state": "draft"})
	require.Equal(t, []string{"state no_way_back"}, a.fields(t))
}

func TestBrandsAndCalendarsAreEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, ops := w.as(t, "admin@one.example"), w.as(t, "ops@one.example")
	a := admin.send(t, "POST", "/v1/brands", map[string]any{
		"name": "Three", "postal_address": "3 Street", "mail_from_name": "Three", "mail_from": "nope",
		"calendar": map[string]any{"zone": "Mars/Base", "working_days": []int{1, 1}, "opens": "18:00", "closes": "09:00", "holidays": []any{}},
	})
	require.Equal(t, []string{"calendar.closes before_opening", "calendar.working_days[1] bad_weekday", "calendar.zone unknown_zone", "mail_from bad_email"}, a.fields(t))
	a = admin.send(t, "POST", "/v1/brands", map[string]any{
		"name": "Three", "postal_address": "3 Street", "mail_from_name": "Three", "mail_from": "hi@three.example",
		"calendar": map[string]any{"zone": "UTC", "working_days": []int{1, 2, 3}, "opens": "09:00", "closes": "17:00", "holidays": []any{map[string]any{"date": "2026-12-25", "name": "Christmas"}}},
	})
	require.Equal(t, 201, a.status, "%s", a.body)
	var brand struct {
		ID         uuid.UUID
		CalendarID uuid.UUID `json:"calendar_id"`
	}
	a.into(t, &brand)
	require.Equal(t, 200, admin.send(t, "GET", "/v1/brands/"+brand.ID.String(), nil).status, "whoever adds a brand is its admin")
	require.Equal(t, 409, admin.send(t, "PATCH", "/v1/brands/"+brand.ID.String(), map[string]any{"name": "One"}).status)
	require.Equal(t, 404, ops.send(t, "GET", "/v1/calendars/"+brand.CalendarID.String(), nil).status)

	path := "/v1/calendars/" + brand.CalendarID.String()
	got := admin.send(t, "GET", path, nil)
	require.Contains(t, string(got.body), `"day_seconds":86400`)
	edit := map[string]any{"zone": "Europe/Paris", "working_days": []int{1, 2, 3, 4, 5}, "opens": "08:00", "closes": "24:00", "holidays": []any{}}
	a = admin.with("If-Match", got.header.Get("ETag")).send(t, "PUT", path, edit)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, 412, admin.with("If-Match", got.header.Get("ETag")).send(t, "PUT", path, edit).status)
	require.Equal(t, 403, w.as(t, "approver@one.example").send(t, "PUT", "/v1/calendars/"+calendarOf(t, ops, w.one), edit).status)

	var days struct{ Items []struct{ Date, Name string } }
	ops.send(t, "GET", "/v1/holidays?country=de&year=2026", nil).into(t, &days)
	require.Contains(t, days.Items, struct{ Date, Name string }{"2026-10-03", "Tag der Deutschen Einheit"})
	require.Equal(t, 422, ops.send(t, "GET", "/v1/holidays?country=QQ&year=2026", nil).status)
}

func calendarOf(t *testing.T, c call, brand uuid.UUID) string {
	t.Helper()
	return c.send(t, "GET", "/v1/brands/"+brand.String(), nil).text("calendar_id")
}

func TestCreatorsAreListedEditedAndBanned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as(t, "ops@one.example")
	a := ops.send(t, "POST", "/v1/creators", map[string]any{
		"name": "Nina", "country": "de", "tags": []string{"cake"},
		"accounts": []any{map[string]any{"platform": "YouTube", "handle": "nina", "followers": 10, "followers_as_of": "2026-01-01"}},
		"contacts": []any{map[string]any{"role": "creator", "email": "Nina@Bakes.example"}},
	})
	require.Equal(t, 201, a.status, "%s", a.body)
	var nina struct {
		ID       uuid.UUID
		Country  string
		Accounts []struct {
			Platform, Handle string
			Followers        int
		}
		Contacts []struct{ Email string }
	}
	a.into(t, &nina)
	require.Equal(t, "@nina", nina.Accounts[0].Handle)
	require.Equal(t, 10, nina.Accounts[0].Followers)
	require.Equal(t, "nina@bakes.example", nina.Contacts[0].Email)
	a = ops.send(t, "POST", "/v1/creators", map[string]any{"name": "Thief", "accounts": []any{map[string]any{"platform": "youtube", "handle": "@NINA"}}})
	require.Equal(t, 409, a.status, "a handle belongs to one creator")
	require.Equal(t, []string{"accounts taken"}, a.fields(t))

	path := "/v1/creators/" + nina.ID.String()
	accounts := []any{map[string]any{"platform": "youtube", "handle": "@nina"}, map[string]any{"platform": "tiktok", "handle": "nina"}}
	a = ops.send(t, "PATCH", path, map[string]any{"contacts": []any{}, "tags": []string{}, "accounts": accounts})
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &nina)
	require.Empty(t, nina.Contacts)
	require.Len(t, nina.Accounts, 2)

	for i := range 5 {
		require.Equal(t, 201, ops.send(t, "POST", "/v1/creators", map[string]any{"name": fmt.Sprintf("Ä%d %%", i)}).status)
	}
	var list struct {
		Items      []struct{ Name string }
		NextCursor string `json:"next_cursor"`
	}
	ops.send(t, "GET", "/v1/creators?limit=4", nil).into(t, &list)
	require.Len(t, list.Items, 4)
	ops.send(t, "GET", "/v1/creators?limit=4&cursor="+list.NextCursor, nil).into(t, &list)
	require.Len(t, list.Items, 2)
	for query, want := range map[string]int{"q=nin": 1, "q=%25": 5, "q=_": 0, "country=DE": 1, "tag=cake": 0} {
		ops.send(t, "GET", "/v1/creators?"+query, nil).into(t, &list)
		require.Len(t, list.Items, want, query)
	}

	require.Equal(t, 422, ops.send(t, "POST", path+"/ban", map[string]any{"banned": true, "reason": " "}).status)
	a = ops.send(t, "POST", path+"/ban", map[string]any{"banned": true, "reason": "fraud"})
	require.Equal(t, 200, a.status)
	require.Contains(t, string(a.body), `"banned":true`)
	a = ops.send(t, "POST", path+"/do-not-contact", map[string]any{"do_not_contact": true, "reason": "asked"})
	require.Contains(t, string(a.body), `"do_not_contact":true`)
	require.Equal(t, 404, ops.send(t, "POST", "/v1/creators/"+uuid.NewString()+"/ban", map[string]any{"banned": true, "reason": "x"}).status)

	var hits struct {
		Items []struct{ Noun, Title string }
	}
	ops.send(t, "GET", "/v1/search?q=nina", nil).into(t, &hits)
	require.Equal(t, "creator", hits.Items[0].Noun)
}

func TestBanReachesThePartnershipsOfEveryBrand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.as(t, "ops@one.example"), w.as(t, "ops@two.example")
	var creator, made struct{ ID uuid.UUID }
	contacts := []any{map[string]any{"role": "creator", "email": "nina@bakes.example"}}
	one.send(t, "POST", "/v1/creators", map[string]any{"name": "Nina", "contacts": contacts}).into(t, &creator)
	for brand, ops := range map[uuid.UUID]call{w.one: one, w.two: two} {
		ops.send(t, "POST", "/v1/campaigns", campaign(brand)).into(t, &made)
		a := ops.send(t, "POST", "/v1/campaigns/"+made.ID.String()+"/partnerships", map[string]any{"creator_ids": []uuid.UUID{creator.ID}})
		require.Equal(t, 202, a.status, "%s", a.body)
	}
	ban := func(banned bool, key string) {
		a := one.with("Idempotency-Key", key).send(t, "POST", "/v1/creators/"+creator.ID.String()+"/ban", map[string]any{"banned": banned, "reason": "fraud"})
		require.Equal(t, 200, a.status, "%s", a.body)
	}
	ban(true, "a")
	ban(true, "a")
	ban(false, "b")
	db, err := pgx.Connect(t.Context(), w.owner)
	require.NoError(t, err)
	defer db.Close(context.WithoutCancel(t.Context()))
	var bans, lifts int
	const count = "select count(*) filter (where input->>'kind' = 'ban'), count(*) filter (where input->>'kind' = 'unban') from outbox where kind = 'update'"
	require.NoError(t, db.QueryRow(t.Context(), count).Scan(&bans, &lifts))
	require.Equal(t, []int{2, 2}, []int{bans, lifts})
}

func TestLibraryKeepsVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops, admin := w.as(t, "ops@one.example"), w.as(t, "admin@one.example")
	steps := []any{map[string]any{"kind": "send", "template": "invitation"}, map[string]any{"kind": "wait", "business_days": 2}, map[string]any{"kind": "stop"}}
	var v struct {
		ID      uuid.UUID
		Version int
	}
	for n := range 2 {
		a := ops.send(t, "POST", "/v1/sequences", map[string]any{"brand_id": w.one, "name": "Standard outreach", "steps": steps})
		require.Equal(t, 201, a.status, "%s", a.body)
		a.into(t, &v)
		require.Equal(t, n+1, v.Version)
	}
	var list struct {
		Items []struct {
			Name    string
			Version int
		}
	}
	ops.send(t, "GET", "/v1/sequences?brand_id="+w.one.String(), nil).into(t, &list)
	require.Len(t, list.Items, 1, "the brand's own wins by name")
	require.Equal(t, 2, list.Items[0].Version)
	a := ops.send(t, "POST", "/v1/sequences", map[string]any{"brand_id": w.one, "name": "x", "steps": []any{map[string]any{"kind": "wait", "business_days": 0}}})
	require.Equal(t, []string{"steps[0].business_days out_of_range", "steps[0].kind first_step"}, slices.Sorted(slices.Values(a.fields(t))))

	stage := map[string]any{
		"name": "Brand", "rule": "any", "starts": "after_previous", "deadline_days": 3, "on_reject": "creator", "legal": true,
		"approvers": []any{map[string]any{"kind": "user", "user_id": w.users["approver@two.example"]}},
	}
	a = admin.send(t, "POST", "/v1/policies", map[string]any{"brand_id": w.one, "name": "Ours", "stages": []any{stage}, "on_silence": "auto_approve"})
	require.Equal(t, []string{"on_silence legal_stage"}, a.fields(t))
	a = admin.send(t, "POST", "/v1/policies", map[string]any{"brand_id": w.one, "name": "Ours", "stages": []any{stage}})
	require.Equal(t, []string{"stages[0].approvers[0].user_id no_role"}, a.fields(t))
	stage["approvers"] = []any{map[string]any{"kind": "role", "role": "approver"}}
	require.Equal(t, 201, admin.send(t, "POST", "/v1/policies", map[string]any{"brand_id": w.one, "name": "Ours", "stages": []any{stage}}).status)
	a = ops.send(t, "POST", "/v1/templates", map[string]any{"brand_id": w.one, "name": "invitation", "subject": "Hi {{creator.first_name", "body": "x"})
	require.Equal(t, []string{"subject open_tag"}, a.fields(t))
	require.Equal(t, 201, ops.send(t, "POST", "/v1/templates", map[string]any{"brand_id": w.one, "name": "invitation", "subject": "Hi {{creator.first_name}}", "body": "x"}).status)
}
