package api_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// stage is a right stage of a policy, with more fields or others.
func stage(name string, approvers []any, more ...map[string]any) map[string]any {
	s := map[string]any{"name": name, "approvers": approvers, "rule": "any", "starts": "after_previous", "deadline_days": 3, "on_reject": "creator"}
	for _, m := range more {
		maps.Copy(s, m)
	}
	return s
}

func person(user uuid.UUID) []any {
	return []any{map[string]any{"kind": "user", "user_id": user}}
}

func role(name string) []any { return []any{map[string]any{"kind": "role", "role": name}} }

func stranger(reviewer uuid.UUID) []any {
	return []any{map[string]any{"kind": "outside", "reviewer_id": reviewer}}
}

// outsider is an outside reviewer of the brand.
func (d *desk) outsider(t *testing.T, brand uuid.UUID, email string) uuid.UUID {
	t.Helper()
	o := id()
	d.sql(t, `insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'Oda Press', $3)`, o, brand, email)
	return o
}

type policyBody struct {
	ID        uuid.UUID
	Version   int
	Name      string
	Rank      int
	RetiredAt *time.Time `json:"retired_at"`
	Conflicts []struct {
		Name, Words string
		Equal, Wins bool
	}
}

func (d *desk) policy(t *testing.T, brand uuid.UUID, name string, more map[string]any) policyBody {
	t.Helper()
	body := map[string]any{"brand_id": brand, "name": name, "stages": []any{stage("Brand", role("approver"))}}
	maps.Copy(body, more)
	host := map[uuid.UUID]string{d.world.one: "one.example", d.two: "two.example"}[brand]
	a := d.as(t, "admin@"+host).send(t, "POST", "/v1/policies", body)
	require.Equal(t, 201, a.status, "%s", a.body)
	var p policyBody
	a.into(t, &p)
	return p
}

func (d *desk) policies(t *testing.T, query string) map[string]policyBody {
	t.Helper()
	var list struct{ Items []policyBody }
	d.as(t, "guest@one.example").send(t, "GET", "/v1/policies"+query, nil).into(t, &list)
	byName := map[string]policyBody{}
	for _, p := range list.Items {
		byName[p.Name] = p
	}
	return byName
}

func TestAPolicyIsKeptWithEverythingThatItSays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	out, legal := d.outsider(t, d.world.one, "oda@press.example"), d.users["legal@one.example"]
	stages := []any{
		stage("Press", stranger(out), map[string]any{"rule": "primary", "on_reject": "end"}),
		stage("Brand", role("approver"), map[string]any{
			"rule": "quorum", "quorum": 2, "starts": "in_parallel", "keep": true, "scope": "caption", "on_reject": "previous",
			"escalate_to": []any{map[string]any{"kind": "role", "role": "ops", "days": 2}, map[string]any{"kind": "role", "role": "admin"}},
		}),
		stage("Legal", person(legal), map[string]any{
			"rule": "all", "starts": "by_date", "start_days": 4, "start_from": "publish_by", "legal": true, "on_reject": "stage", "return_to": 1,
		}),
	}
	when := map[string]any{
		"campaigns": []any{d.campaign}, "platforms": []any{"youtube"}, "markets": []any{"DE", "AT"}, "fee_at_least": eur(50000), "regulated": []any{"any"},
		"paid_usage": true, "first_partnership": false,
	}
	sent := map[string]any{"brand_id": d.world.one, "name": " Strict ", "stages": stages, "on_silence": "auto_reject", "rank": 7, "when": when}
	a := d.as(t, "admin@one.example").send(t, "POST", "/v1/policies", sent)
	require.Equal(t, 201, a.status, "%s", a.body)
	var made struct{ ID uuid.UUID }
	a.into(t, &made)
	for _, path := range []string{"/v1/policies?brand_id=" + d.world.one.String(), "/v1/policies/" + made.ID.String() + "/versions"} {
		var list struct{ Items []map[string]any }
		d.as(t, "ops@one.example").send(t, "GET", path, nil).into(t, &list)
		for _, p := range list.Items {
			if p["id"] != made.ID.String() {
				continue
			}
			require.Equal(t, "Strict", p["name"])
			require.Equal(t, "auto_reject", p["on_silence"])
			require.EqualValues(t, 7, p["rank"])
			require.EqualValues(t, 1, p["version"])
			sameJSON(t, stages, p["stages"])
			sameJSON(t, when, p["when"])
		}
	}
	require.Equal(t, 1, one[int](t, d, `select count(*) from audit_log where action = 'policy.saved' and subject = $1`, made.ID))
}

func sameJSON(t *testing.T, want, got any) {
	t.Helper()
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	found, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, string(wanted), string(found))
}

func TestEveryBadFieldOfAPolicyIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	out := d.outsider(t, d.world.one, "oda@press.example")
	admin := d.as(t, "admin@one.example")
	house := role("approver")
	bad := func(more map[string]any, stages ...any) []string {
		body := map[string]any{"brand_id": d.world.one, "name": "Bad", "stages": stages}
		maps.Copy(body, more)
		a := admin.send(t, "POST", "/v1/policies", body)
		require.Equal(t, 422, a.status, "%s", a.body)
		simulated := map[string]any{"brand_id": d.world.one, "stages": stages}
		for k, v := range more {
			if k != "rank" {
				simulated[k] = v
			}
		}
		if more["rank"] == nil {
			require.Equal(t, a.fields(t), admin.send(t, "POST", "/v1/policies/simulate", simulated).fields(t), "a trial says the same")
		}
		return a.fields(t)
	}
	require.ElementsMatch(t, []string{
		"stages[0].on_reject no_previous", "stages[1].quorum out_of_range", "stages[1].return_to out_of_range", "stages[1].deadline_days out_of_range",
		"stages[1].start_days out_of_range", "stages[1].start_from unknown_value", "stages[1].escalate_to[0] bad_approver", "stages[1].escalate_to[1].days out_of_range",
		"when.markets[0] unknown_country", "when.fee_at_least.amount not_positive", "rank out_of_range",
	}, bad(map[string]any{"rank": 1001, "when": map[string]any{"markets": []any{"Germany", "de"}, "fee_at_least": eur(-1)}},
		stage("Brand", house, map[string]any{"on_reject": "previous"}),
		stage("Second", house, map[string]any{
			"rule": "quorum", "on_reject": "stage", "return_to": 1, "deadline_days": 61, "starts": "by_date", "start_days": 366,
			"escalate_to": []any{map[string]any{"kind": "outside", "reviewer_id": out}, map[string]any{"kind": "role", "role": "admin", "days": 61}},
		})))
	require.Equal(t, []string{"stages[0].approvers legal_outside"}, bad(nil, stage("Legal", stranger(out), map[string]any{"legal": true}), stage("Brand", house)))
	require.Equal(t, []string{"stages outside_only"}, bad(nil, stage("Press", append(stranger(out), house...))))
	require.ElementsMatch(t, []string{"on_silence outside_reviewers", "on_silence legal_stage"},
		bad(map[string]any{"on_silence": "auto_approve"}, stage("Press", stranger(out)), stage("Legal", house, map[string]any{"legal": true})))
	require.Equal(t, []string{"stages[0].approvers[0] bad_approver"}, bad(nil, stage("Audit", role("auditor"))))
	require.Equal(t, []string{"stages count"}, bad(nil, []any{}...))
	require.Equal(t, []string{"when required"}, bad(map[string]any{"when": map[string]any{}}, stage("Brand", house)))
	require.Equal(t, []string{"rank out_of_range"}, bad(map[string]any{"rank": -1}, stage("Brand", house)))
	require.Zero(t, one[int](t, d, `select count(*) from policies where brand_id is not null`))
}

func TestAPolicyNamesOnlyWhoIsTheBrands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	theirs := d.seed(t, d.two, "two.example")
	mine, gone, foreign := d.outsider(t, d.world.one, "oda@press.example"), d.outsider(t, d.world.one, "old@press.example"), d.outsider(t, d.two, "oda@press.example")
	d.sql(t, `update outside_reviewers set removed_at = now() where id = $1`, gone)
	admin, house := d.as(t, "admin@one.example"), stage("House", role("approver"))
	for field, body := range map[string]map[string]any{
		"stages[0].approvers[0].user_id no_role":     {"stages": []any{stage("A", person(d.users["approver@two.example"]))}},
		"stages[0].escalate_to[0].user_id no_role":   {"stages": []any{stage("A", role("approver"), map[string]any{"escalate_to": person(d.users["admin@two.example"])})}},
		"stages[1].approvers[0].reviewer_id unknown": {"stages": []any{house, stage("B", stranger(foreign))}},
		"stages[1].approvers[1].reviewer_id unknown": {"stages": []any{house, stage("B", append(stranger(mine), stranger(gone)...))}},
		"when.campaigns[1] unknown":                  {"stages": []any{house}, "when": map[string]any{"campaigns": []any{d.campaign, theirs.campaign}}},
	} {
		body["brand_id"] = d.world.one
		require.Equal(t, []string{field}, admin.send(t, "POST", "/v1/policies/simulate", body).fields(t))
		body["name"] = "Strange"
		a := admin.send(t, "POST", "/v1/policies", body)
		require.Equal(t, 422, a.status)
		require.Equal(t, []string{field}, a.fields(t))
	}
	right := map[string]any{"brand_id": d.world.one, "name": "Right", "stages": []any{house, stage("B", stranger(mine))}, "when": map[string]any{"campaigns": []any{d.campaign}}}
	require.Equal(t, 201, admin.send(t, "POST", "/v1/policies", right).status)
	right["brand_id"] = d.two
	require.Equal(t, 404, admin.send(t, "POST", "/v1/policies", right).status, "nobody writes policies of another brand")
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "POST", "/v1/policies", right).status, "only admins write policies")
}

func TestConflictsOfPoliciesAreShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	video := map[string]any{"when": map[string]any{"platforms": []any{"YouTube"}}}
	d.policy(t, d.two, "Theirs", video)
	first := d.policy(t, d.world.one, "Video", video)
	require.Empty(t, first.Conflicts, "another brand's policies are never in the way")
	d.policy(t, d.world.one, "By hand", nil)
	d.policy(t, d.world.one, "Pictures", map[string]any{"when": map[string]any{"platforms": []any{"instagram"}}})
	equal := d.policy(t, d.world.one, "Also video", video)
	require.Len(t, equal.Conflicts, 1)
	require.Equal(t, "Video", equal.Conflicts[0].Name)
	require.True(t, equal.Conflicts[0].Equal)
	require.False(t, equal.Conflicts[0].Wins)
	require.Contains(t, equal.Conflicts[0].Words, "“Video” is chosen because it is older")
	legal := d.policy(t, d.world.one, "Law", map[string]any{"rank": 900, "when": map[string]any{"markets": []any{"DE"}}, "stages": []any{stage("Legal", role("legal"), map[string]any{"legal": true})}})
	require.Len(t, legal.Conflicts, 3)
	for _, c := range legal.Conflicts {
		require.True(t, c.Wins, "legal is never skipped: %s", c.Words)
		require.False(t, c.Equal)
	}

	retired := d.as(t, "admin@one.example").send(t, "POST", "/v1/policies/"+equal.ID.String()+"/retire", map[string]any{})
	require.Equal(t, 204, retired.status, "%s", retired.body)
	for _, query := range []string{"", "?brand_id=" + d.world.one.String()} {
		list := d.policies(t, query)
		require.NotContains(t, list, "Theirs")
		require.NotNil(t, list["Also video"].RetiredAt)
		require.Empty(t, list["Also video"].Conflicts)
		require.Empty(t, list["By hand"].Conflicts)
		require.Len(t, list["Video"].Conflicts, 1, "the retired one is in nobody's way")
		require.Equal(t, "Law", list["Video"].Conflicts[0].Name)
		require.Len(t, list["Law"].Conflicts, 2)
	}
}

func TestPoliciesHaveVersionsAndRetire(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.policy(t, d.world.one, "Ours", map[string]any{"rank": 1})
	second := d.policy(t, d.world.one, "Ours", map[string]any{"rank": 2})
	require.Equal(t, []any{first.ID, 1, 2}, []any{second.ID, first.Version, second.Version})
	path := "/v1/policies/" + first.ID.String()
	var list struct{ Items []policyBody }
	d.as(t, "guest@one.example").send(t, "GET", path+"/versions", nil).into(t, &list)
	require.Equal(t, []int{2, 1}, []int{list.Items[0].Rank, list.Items[1].Rank}, "newest first")
	require.Equal(t, 2, d.policies(t, "")["Ours"].Version)
	for _, call := range []answer{
		d.as(t, "guest@two.example").send(t, "GET", path+"/versions", nil), d.as(t, "admin@two.example").send(t, "POST", path+"/retire", map[string]any{}),
		d.as(t, "admin@one.example").send(t, "POST", "/v1/policies/"+uuid.NewString()+"/retire", map[string]any{}),
	} {
		require.Equal(t, 404, call.status)
	}
	for range 2 { // again changes nothing
		require.Equal(t, 204, d.as(t, "admin@one.example").send(t, "POST", path+"/retire", map[string]any{}).status)
	}
	require.Equal(t, 1, one[int](t, d, `select count(distinct retired_at) from policies where id = $1`, first.ID))
	common := one[uuid.UUID](t, d, `select id from policies where brand_id is null limit 1`)
	require.Equal(t, 404, d.as(t, "admin@one.example").send(t, "POST", "/v1/policies/"+common.String()+"/retire", map[string]any{}).status, "what all brands share, none retires")
	require.Nil(t, d.policy(t, d.world.one, "Ours", nil).RetiredAt, "a new version is chosen again")
}

func TestAPolicyIsTriedOnPastSubmissions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.seed(t, d.two, "two.example")
	approver, legal := d.users["approver@one.example"], d.users["legal@one.example"]
	// the approver takes two hours, and nothing is known of legal
	d.sql(t, `update reviews set created_at = '2026-03-02 09:00+01'`)
	d.sql(t, `update submissions set created_at = '2026-03-02 09:00+01'`)
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, stage, decision, state, decided_at) values ($1, $2, $3, $4, $5, 0, 'approve', 'accepted', '2026-03-02 11:00+01')`,
		id(), d.review, d.submission, d.world.one, approver)
	trial := map[string]any{"brand_id": d.world.one, "stages": []any{stage("Brand", person(approver)), stage("Legal", person(legal), map[string]any{"deadline_days": 1})}}
	type simulated struct {
		Fits  int
		Items []struct {
			SubmissionID uuid.UUID `json:"submission_id"`
			Fits         bool
			Because      string
			EndsAt       *time.Time `json:"ends_at"`
			SilenceAt    *time.Time `json:"silence_at"`
			Stages       []struct {
				Name, How string
				Asked     []string
				EndsAt    time.Time `json:"ends_at"`
				DueAt     time.Time `json:"due_at"`
			}
		}
	}
	ops := d.as(t, "ops@one.example")
	try := func() (s simulated) {
		before := d.traces(t)
		a := ops.send(t, "POST", "/v1/policies/simulate", trial)
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Equal(t, before, d.traces(t), "nothing is written")
		a.into(t, &s)
		require.Len(t, s.Items, 1, "only the brand's own")
		return s
	}
	s := try()
	require.Equal(t, d.submission, s.Items[0].SubmissionID)
	require.Equal(t, 1, s.Fits)
	require.Contains(t, s.Items[0].Because, "Only campaigns that name the policy")
	known, guessed := s.Items[0].Stages[0], s.Items[0].Stages[1]
	require.Equal(t, []string{"Ms approver"}, known.Asked)
	require.Equal(t, "2026-03-02T10:00:00Z", known.EndsAt.UTC().Format(time.RFC3339))
	require.Contains(t, known.How, "in the time that they usually take")
	require.Contains(t, guessed.How, "Ms legal at the deadline")
	require.Equal(t, guessed.DueAt, guessed.EndsAt)
	require.True(t, s.Items[0].EndsAt.Equal(guessed.EndsAt))
	require.NotNil(t, s.Items[0].SilenceAt)

	trial["when"] = map[string]any{"platforms": []any{"youtube"}, "fee_at_least": eur(100001)}
	s = try()
	require.Zero(t, s.Fits)
	require.False(t, s.Items[0].Fits)
	require.Contains(t, s.Items[0].Because, "The fee is below")
	trial["when"] = map[string]any{"platforms": []any{"youtube"}, "fee_at_least": eur(100000)}
	s = try()
	require.True(t, s.Items[0].Fits)
	require.Contains(t, s.Items[0].Because, "It is for youtube, and the fee is at least")

	trial["brand_id"] = d.two
	require.Equal(t, 404, ops.send(t, "POST", "/v1/policies/simulate", trial).status)
}

func TestAPolicyIsNotSavedOverAVersionThatNobodySaw(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	save := func(name string, from int) answer {
		return d.as(t, "admin@one.example").keyed().send(t, "POST", "/v1/policies", map[string]any{
			"brand_id": d.world.one, "name": name, "from_version": from,
			"stages": []any{stage("A", []any{map[string]any{"kind": "role", "role": "approver"}})},
		})
	}
	require.Equal(t, 201, save("Alcohol", 0).status)
	require.Equal(t, []string{"name taken"}, save("Alcohol", 0).fields(t))
	require.Equal(t, 201, save("Alcohol", 1).status)
	a := save("Alcohol", 1)
	require.Equal(t, []any{409, "newer_version"}, []any{a.status, a.text("code")})
	require.Contains(t, a.text("detail"), "Version 2 was saved meanwhile.")
	require.Equal(t, 2, one[int](t, d, `select count(*) from policies where name = 'Alcohol'`))
}

// ---- delegations

type absence struct {
	from, to   string
	start, end time.Duration // from now
}

func (d *desk) away(t *testing.T, as string, a absence) answer {
	t.Helper()
	now := time.Now()
	body := map[string]any{"brand_id": d.world.one, "to_user_id": d.users[a.to+"@one.example"], "starts_at": now.Add(a.start), "ends_at": now.Add(a.end)}
	if a.from != "" {
		body["from_user_id"] = d.users[a.from+"@one.example"]
	}
	return d.as(t, as+"@one.example").send(t, "POST", "/v1/delegations", body)
}

func TestDelegationsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	day := 24 * time.Hour
	require.Equal(t, []string{"to_user_id self"}, d.away(t, "approver", absence{to: "approver", end: day}).fields(t))
	require.Equal(t, []string{"ends_at past"}, d.away(t, "approver", absence{to: "legal", start: -2 * day, end: -day}).fields(t))
	require.Equal(t, []string{"ends_at before_start"}, d.away(t, "approver", absence{to: "legal", start: 2 * day, end: day}).fields(t))
	require.Equal(t, []string{"ends_at out_of_range"}, d.away(t, "approver", absence{to: "legal", end: 367 * day}).fields(t))
	require.Equal(t, []string{"from_user_id not_you"}, d.away(t, "ops", absence{from: "approver", to: "legal", end: day}).fields(t))
	require.Equal(t, 403, d.away(t, "auditor", absence{to: "legal", end: day}).status, "who writes nothing decides nothing")
	require.Equal(t, []string{"to_user_id no_role"}, d.away(t, "approver", absence{to: "auditor", end: day}).fields(t), "who only reads does not decide for somebody")
	d.users["stranger@one.example"] = d.users["approver@two.example"]
	require.Equal(t, []string{"to_user_id no_role"}, d.away(t, "approver", absence{to: "stranger", end: day}).fields(t))
	require.ElementsMatch(t, []string{"from_user_id no_role"}, d.away(t, "admin", absence{from: "stranger", to: "legal", end: day}).fields(t))
	require.Zero(t, one[int](t, d, `select count(*) from delegations`))
	a := d.away(t, "admin", absence{from: "approver", to: "legal", end: day})
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, "running", a.text("state"))
	require.Equal(t, "planned", d.away(t, "approver", absence{to: "legal", start: day, end: 2 * day}).text("state"))
	require.Equal(t, 404, d.as(t, "approver@two.example").send(t, "POST", "/v1/delegations",
		map[string]any{"brand_id": d.world.one, "to_user_id": d.users["legal@one.example"], "starts_at": time.Now(), "ends_at": time.Now().Add(day)}).status)
}

func TestDelegationsMakeNoLoop(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	day := 24 * time.Hour
	require.Equal(t, 201, d.away(t, "approver", absence{to: "legal", end: 2 * day}).status)
	require.Equal(t, []string{"to_user_id loop"}, d.away(t, "legal", absence{to: "approver", start: day, end: 3 * day}).fields(t), "back at once")
	require.Equal(t, 201, d.away(t, "legal", absence{to: "ops", start: day, end: 4 * day}).status)
	require.Equal(t, []string{"to_user_id loop"}, d.away(t, "ops", absence{to: "approver", start: day, end: 5 * day}).fields(t), "back over three people")
	require.Equal(t, 201, d.away(t, "ops", absence{to: "approver", start: 2 * day, end: 5 * day}).status, "their times do not meet")
	require.Equal(t, 201, d.away(t, "legal", absence{to: "approver", start: 2 * day, end: 3 * day}).status, "the first one is over")
}

func TestDelegationsAreEndedByWhomTheyConcern(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, who := range []string{"approver", "legal", "admin"} {
		made := d.away(t, "approver", absence{to: "legal", end: time.Hour})
		require.Equal(t, 201, made.status, "%s", made.body)
		path := "/v1/delegations/" + made.text("id") + "/end"
		require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "POST", path, map[string]any{}).status)
		require.Equal(t, 404, d.as(t, "admin@two.example").send(t, "POST", path, map[string]any{}).status)
		require.Equal(t, 204, d.as(t, who+"@one.example").send(t, "POST", path, map[string]any{}).status, who)
		require.Zero(t, one[int](t, d, `select count(*) from delegations where cancelled_at is null`), who)
	}
	var list struct{ Items []struct{ State string } }
	d.as(t, "ops@one.example").send(t, "GET", "/v1/delegations", nil).into(t, &list)
	require.Len(t, list.Items, 3)
	require.Equal(t, "ended", list.Items[0].State)
	over := id()
	d.sql(t, `insert into delegations (id, brand_id, from_user, to_user, starts_at, ends_at) values ($1, $2, $3, $4, now() - interval '2 days', now() - interval '1 day')`,
		over, d.world.one, d.users["approver@one.example"], d.users["legal@one.example"])
	require.Equal(t, 409, d.as(t, "approver@one.example").send(t, "POST", "/v1/delegations/"+over.String()+"/end", map[string]any{}).status)
}
