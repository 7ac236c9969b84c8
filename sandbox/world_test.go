package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// apiCall is a request that wanted to change something.
type apiCall struct {
	who, path, key string
	body           map[string]any
}

// fakeAPI answers as the contract says, from what it was told; it plays the workflows' part as far as the world looks.
type fakeAPI struct {
	mu           sync.Mutex
	calls        []apiCall
	answers      map[string]int // status by the beginning of method and path, for refusals
	campaigns    []map[string]any
	creators     []map[string]any
	partnerships []map[string]any
	messages     map[string][]map[string]any
	details      map[string]map[string]any
	contracts    []map[string]any
	reviews      []map[string]any
	payouts      []map[string]any
	tasks        []map[string]any
	named        map[string][]map[string]any // policies, users and the like, by the path that lists them
	ready        bool
	secret       string // of the authenticator whose code whoever releases gives; empty asks for none
	proved       bool
	url          string
}

const longAgo = 24 * time.Hour

func past() string { return time.Now().Add(-longAgo).UTC().Format(time.RFC3339Nano) }

func newFakeAPI(t *testing.T) *fakeAPI {
	t.Helper()
	f := &fakeAPI{ready: true, answers: map[string]int{}, messages: map[string][]map[string]any{}, details: map[string]map[string]any{}, named: map[string][]map[string]any{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path == "/readyz" {
		if !f.ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return
	}
	raw, _ := io.ReadAll(r.Body)
	body := map[string]any{}
	_ = json.Unmarshal(raw, &body)
	if r.URL.Path == "/v1/session/step-up" {
		for _, ago := range []time.Duration{codePeriod, 2 * codePeriod} { // a new half minute may have begun meanwhile
			shown, err := code(f.secret, time.Now().Add(-ago))
			f.proved = f.proved || err == nil && body["code"] == shown
		}
		writeJSON(w, map[bool]int{true: http.StatusOK, false: http.StatusUnprocessableEntity}[f.proved], map[string]string{"code": "invalid"})
		return
	}
	if f.secret != "" && !f.proved && strings.HasSuffix(r.URL.Path, "/approvals") && body["part"] == "releaser" {
		writeJSON(w, http.StatusForbidden, map[string]string{"code": codeWanted})
		return
	}
	if r.URL.Path == "/v1/session" {
		email, _ := body["email"].(string)
		if body["password"] != "right" {
			writeJSON(w, http.StatusUnauthorized, map[string]string{"code": "unauthorized"})
			return
		}
		http.SetCookie(w, &http.Cookie{Name: houseCookie, Value: email, Path: "/", Secure: true, HttpOnly: true})
		brand := email[strings.Index(email, "@")+1:]
		writeJSON(w, http.StatusOK, map[string]any{"user_id": "u-" + email, "brands": []any{map[string]any{"brand_id": "id-" + brand, "brand_name": brand}}})
		return
	}
	cookie, err := r.Cookie(houseCookie)
	if err != nil {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"code": "unauthorized"})
		return
	}
	who, _, _ := strings.Cut(cookie.Value, "@")
	for prefix, status := range f.answers {
		if strings.HasPrefix(r.Method+" "+r.URL.Path, prefix) {
			writeJSON(w, status, map[string]string{"code": "refused"})
			return
		}
	}
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		f.calls = append(f.calls, apiCall{who, r.URL.Path, r.Header.Get("Idempotency-Key"), body})
		f.write(w, r, body, raw)
		return
	}
	f.read(w, r, who)
}

func (f *fakeAPI) write(w http.ResponseWriter, r *http.Request, body map[string]any, raw []byte) {
	switch part := strings.Split(r.URL.Path, "/"); {
	case r.URL.Path == "/v1/campaigns":
		body["id"], body["state"], body["created_at"] = fmt.Sprintf("c%d", len(f.campaigns)), "running", time.Now().Format(time.RFC3339Nano)
		f.campaigns = append(f.campaigns, body)
		writeJSON(w, http.StatusCreated, body)
	case r.URL.Path == "/v1/creators/imports":
		f.creators = nil
		for i, line := range strings.Split(string(raw), "\n") {
			cells := strings.Split(line, ",")
			if len(cells) != 9 || !strings.HasPrefix(cells[2], "@") {
				continue
			}
			contacts := []any{}
			if cells[3] != "" {
				contacts = append(contacts, map[string]any{"email": cells[3]})
			}
			f.creators = append(f.creators, map[string]any{
				"id": fmt.Sprintf("k%d", i), "name": cells[0], "accounts": []any{map[string]any{"handle": cells[2]}}, "contacts": contacts,
			})
		}
		writeJSON(w, http.StatusOK, map[string]any{"counts": map[string]int{"create": len(f.creators)}})
	case strings.HasSuffix(r.URL.Path, "/partnerships"):
		for _, id := range body["creator_ids"].([]any) {
			handle := ""
			for _, c := range f.creators {
				if c["id"] == id {
					handle = c["accounts"].([]any)[0].(map[string]any)["handle"].(string)
				}
			}
			f.partnership(fmt.Sprintf("p%d", len(f.partnerships)), part[3], handle, "outreach")
			f.partnerships[len(f.partnerships)-1]["creator"].(map[string]any)["id"] = id
		}
		writeJSON(w, http.StatusAccepted, map[string]any{})
	case slices.Contains(namedPaths, r.URL.Path):
		body["id"] = fmt.Sprintf("n%d", len(f.named[r.URL.Path]))
		f.named[r.URL.Path] = append(f.named[r.URL.Path], body)
		writeJSON(w, http.StatusCreated, body)
	default:
		writeJSON(w, http.StatusOK, map[string]any{})
	}
}

var namedPaths = []string{"/v1/policies", "/v1/outside-reviewers", "/v1/users", "/v1/delegations"}

func (f *fakeAPI) partnership(id, campaign, handle, stage string) {
	f.partnerships = append(f.partnerships, map[string]any{
		"id": id, "campaign_id": campaign, "stage": stage, "updated_at": past(), "creator": map[string]any{"handle": handle, "name": "Kim Lee"},
	})
}

func (f *fakeAPI) read(w http.ResponseWriter, r *http.Request, who string) {
	page := func(items []map[string]any, fits func(map[string]any) bool) {
		kept := []map[string]any{}
		for _, i := range items {
			if fits(i) {
				kept = append(kept, i)
			}
		}
		writeJSON(w, http.StatusOK, map[string]any{"items": kept})
	}
	brand := func(i map[string]any) bool {
		return i["brand_id"] == nil || i["brand_id"] == r.URL.Query().Get("brand_id")
	}
	part := strings.Split(r.URL.Path, "/")
	switch {
	case slices.Contains(namedPaths, r.URL.Path):
		page(f.named[r.URL.Path], brand)
	case strings.HasSuffix(r.URL.Path, "/funds"):
		writeJSON(w, http.StatusOK, map[string]any{"items": []any{}})
	case strings.HasSuffix(r.URL.Path, "/messages"):
		page(f.messages[part[3]], func(map[string]any) bool { return true })
	case r.URL.Path == "/v1/campaigns":
		page(f.campaigns, brand)
	case r.URL.Path == "/v1/creators":
		page(f.creators, func(map[string]any) bool { return true })
	case r.URL.Path == "/v1/partnerships":
		page(f.partnerships, func(p map[string]any) bool {
			q := r.URL.Query()
			return q.Get("campaign_id") == p["campaign_id"] || slices.ContainsFunc(f.campaigns, func(c map[string]any) bool {
				return c["id"] == p["campaign_id"] && c["brand_id"] == q.Get("brand_id")
			})
		})
	case r.URL.Path == "/v1/tasks":
		page(f.tasks, brand)
	case r.URL.Path == "/v1/contracts":
		page(f.contracts, brand)
	case r.URL.Path == "/v1/reviews":
		page(f.reviews, func(i map[string]any) bool { return brand(i) && i["role"] == who })
	case r.URL.Path == "/v1/payouts":
		page(f.payouts, brand)
	case strings.HasPrefix(r.URL.Path, "/v1/reviews/"):
		writeJSON(w, http.StatusOK, map[string]any{"submission": map[string]any{"id": "s-" + part[3], "caption": "Anzeige. Look.", "file_type": "image/png"}})
	default:
		writeJSON(w, http.StatusOK, f.details[part[3]])
	}
}

// done lists what was asked for, as "who path".
func (f *fakeAPI) done() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]string, 0, len(f.calls))
	for _, c := range f.calls {
		list = append(list, c.who+" "+c.path)
	}
	return list
}

// but is what was done, without paths that end so.
func (f *fakeAPI) but(end string) []string {
	return slices.DeleteFunc(f.done(), func(did string) bool { return strings.HasSuffix(did, end) })
}

// last is the last call to a path, and how many there were.
func (f *fakeAPI) last(path string) (apiCall, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found apiCall
	n := 0
	for _, c := range f.calls {
		if c.path == path {
			found, n = c, n+1
		}
	}
	return found, n
}

func people() []Person {
	list := make([]Person, 0, 12)
	for _, brand := range []string{"north.example", "tide.example"} {
		for _, role := range []string{roleOps, roleApprover, roleLegal, rolePreparer, roleReleaser, roleAdmin} {
			list = append(list, Person{Brand: brand, Role: role, Name: "Kim", Email: role + "@" + brand, Password: "right"})
		}
	}
	return list
}

func (f *fakeAPI) world(t *testing.T) *World {
	t.Helper()
	w, err := NewWorld(WorldConfig{URL: f.url, People: people(), Pace: time.Hour, Gap: time.Microsecond})
	require.NoError(t, err)
	return w
}

// somebody is a creator of the roster whose partnerships have this held back; an empty hold is one without any.
func somebody(t *testing.T, hold string) string {
	t.Helper()
	for _, m := range roster() {
		if m.hold == hold && m.fate == "" && m.email != "" {
			return m.handle
		}
	}
	require.FailNow(t, "nobody has the hold", hold)
	return ""
}

func TestRoster_is_a_believable_world(t *testing.T) {
	t.Parallel()
	handles, emails, holds, kinds := map[string]bool{}, map[string]bool{}, map[string]int{}, map[string]int{}
	for _, m := range roster() {
		require.False(t, handles[m.handle], m.handle)
		handles[m.handle] = true
		if m.email == "" {
			require.Empty(t, m.campaigns)
			continue
		}
		require.False(t, emails[m.email], m.email)
		emails[m.email] = true
		require.Equal(t, m.persona, personaOf(m.email))
		holds[m.hold]++
		kinds[m.persona]++
	}
	require.Len(t, emails, 60)
	for _, kind := range knownPersonas {
		require.Positive(t, kinds[kind], kind)
	}
	for _, hold := range []string{holdOffer, holdContract, holdReview, holdLegal, holdPrepare, holdRelease, holdRenewal, holdPayout} {
		require.Positive(t, holds[hold], hold)
		require.Less(t, holds[hold]*4, holds[""], "most goes on by itself")
	}
	for _, plan := range campaignPlans {
		percent := 0
		for _, m := range plan.terms.Milestones {
			percent += m.Percent
		}
		require.Equal(t, 100, percent, plan.name)
		require.Less(t, plan.terms.NoticeDays, plan.terms.DurationDays)
	}
}

func TestWorld_is_made_once_however_often_it_starts(t *testing.T) {
	t.Parallel()
	f := newFakeAPI(t)
	w := f.world(t)
	w.round(t.Context())
	require.Len(t, f.campaigns, len(campaignPlans))
	require.Len(t, f.creators, len(rosterRows)+1, "one is in the list twice")
	require.GreaterOrEqual(t, len(f.partnerships), firstWave*len(campaignPlans))
	before, known := f.done(), len(f.partnerships)
	require.Contains(t, before, rolePreparer+" /v1/brands/id-north.example/top-ups")
	for _, c := range f.calls {
		require.NotEmpty(t, c.key, c.path)
	}

	topUp, _ := f.last("/v1/brands/id-north.example/top-ups")
	w = f.world(t)
	w.round(t.Context())
	again, n := f.last("/v1/brands/id-north.example/top-ups")
	require.Equal(t, 2, n)
	require.Equal(t, topUp.key, again.key, "the same money is asked for under the same key")
	require.Len(t, f.campaigns, len(campaignPlans))
	require.Len(t, f.partnerships, known)
	for _, did := range f.done()[len(before):] {
		require.Contains(t, did, "/top-ups", "nothing else is done twice")
	}
}

// furnished is a world whose campaigns exist and whose roster is not looked at.
func furnished(t *testing.T) (*fakeAPI, *World) {
	t.Helper()
	f := newFakeAPI(t)
	w := f.world(t)
	for _, h := range w.houses {
		h.started = true
	}
	w.round(t.Context())
	f.calls = nil
	return f, w
}

func TestWorld_answers_replies_with_an_offer(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	f.partnership("yes", "c0", somebody(t, ""), "in_conversation")
	f.messages["yes"] = []map[string]any{
		{"direction": "out", "channel": "email", "author": "north.example", "text": "Hi", "at": past()},
		{"direction": "internal", "channel": "note", "author": "Kim", "text": reasonHold, "at": past()},
	}
	f.partnership("no", "c0", somebody(t, ""), "in_conversation")
	f.messages["no"] = []map[string]any{{"direction": "in", "channel": "email", "text": "No thank you, this is not for me.", "at": past()}}
	f.partnership("left", "c0", somebody(t, holdOffer), "in_conversation")
	f.partnership("touched", "c0", somebody(t, ""), "in_conversation")
	f.messages["touched"] = []map[string]any{{"direction": "internal", "channel": "note", "text": "Mine.", "at": past()}}
	f.partnership("written", "c0", somebody(t, ""), "in_conversation")
	f.messages["written"] = []map[string]any{{"direction": "out", "channel": "email", "author": "Kim", "text": "Let me explain.", "at": past()}}
	f.partnership("foreign", "c0", "somebody-else", "in_conversation")
	f.partnership("elsewhere", "c77", somebody(t, ""), "in_conversation")
	w.round(t.Context())
	w.round(t.Context())
	require.ElementsMatch(t, []string{roleOps + " /v1/partnerships/yes/offers", roleOps + " /v1/partnerships/no/commands"}, f.done())
	offer, _ := f.last("/v1/partnerships/yes/offers")
	require.Equal(t, map[string]any{"amount": 150_000.0, "currency": "usd"}, offer.body["fee"])
	no, _ := f.last("/v1/partnerships/no/commands")
	require.Equal(t, "mark_declined", no.body["command"])
}

func TestWorld_raises_an_offer_once(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	for id, fee := range map[string]int64{"first": 150_000, "second": 165_000} {
		f.partnership(id, "c0", somebody(t, ""), "negotiating")
		f.details[id] = map[string]any{"offer": map[string]any{"state": "countered", "fee": amount{fee, "usd"}}}
	}
	w.round(t.Context())
	require.Equal(t, []string{roleOps + " /v1/partnerships/first/offers"}, f.done())
	offer, _ := f.last("/v1/partnerships/first/offers")
	require.Equal(t, map[string]any{"amount": 165_000.0, "currency": "usd"}, offer.body["fee"])
}

func TestWorld_decides_and_leaves_some_to_whoever_looks_on(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	row := func(id, hold string, more map[string]any) map[string]any {
		r := map[string]any{
			"id": id, "partnership_id": "p-" + id, "campaign_name": "Spring trail launch", "created_at": past(), "updated_at": past(),
			"creator": map[string]any{"handle": somebody(t, hold)}, "brand_id": "id-north.example",
		}
		maps.Copy(r, more)
		return r
	}
	f.contracts = []map[string]any{
		row("go", "", map[string]any{"state": "internal_approval"}), row("stay", holdContract, map[string]any{"state": "internal_approval"}),
	}
	f.reviews = []map[string]any{
		row("brand", "", map[string]any{"role": roleApprover, "round": 1}), row("kept", holdReview, map[string]any{"role": roleApprover}), row("both", "", map[string]any{"role": roleOps}),
		row("law", "", map[string]any{"role": roleLegal, "round": 1, "stage": 1}), row("lawkept", holdLegal, map[string]any{"role": roleLegal, "stage": 1}),
	}
	waits := map[string]any{"state": "awaiting_approval", "amount": amount{45_000, "usd"}}
	f.payouts = []map[string]any{row("two", "", waits), row("one", holdPrepare, waits), row("other", holdRelease, waits), row("odd", holdPayout, waits)}
	both := []any{map[string]any{"command": "preparer", "allowed": true}, map[string]any{"command": "releaser", "allowed": true}}
	for _, id := range []string{"two", "one", "other"} {
		f.details[id] = map[string]any{"approval_parts": both}
	}
	w.round(t.Context())
	w.round(t.Context())
	require.ElementsMatch(t, []string{
		roleOps + " /v1/contracts/go/send", roleOps + " /v1/reviews/both/decisions", roleApprover + " /v1/reviews/brand/decisions", roleLegal + " /v1/reviews/law/decisions",
		rolePreparer + " /v1/payouts/two/approvals", roleReleaser + " /v1/payouts/two/approvals",
		roleReleaser + " /v1/payouts/one/approvals", rolePreparer + " /v1/payouts/other/approvals", rolePreparer + " /v1/payouts/odd/commands",
	}, f.but("/comments"))
	decision, _ := f.last("/v1/reviews/brand/decisions")
	require.Contains(t, []any{"approve", "approve_with_corrections"}, decision.body["decision"])
	require.Equal(t, "s-brand", decision.body["submission_id"])
	approval, _ := f.last("/v1/payouts/one/approvals")
	require.Equal(t, "releaser", approval.body["part"])
}

func TestWorld_releases_with_the_code_that_nobody_else_types(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	f.secret = "JBSWY3DPEHPK3PXP"
	w.houses[0].seats[roleReleaser].SecondFactor = f.secret
	f.payouts = []map[string]any{{
		"id": "two", "partnership_id": "p", "campaign_name": "Spring trail launch", "updated_at": past(), "state": "awaiting_approval", "amount": amount{45_000, "usd"},
		"creator": map[string]any{"handle": somebody(t, "")}, "brand_id": "id-north.example",
	}}
	f.details["two"] = map[string]any{"approval_parts": []any{map[string]any{"command": "preparer", "allowed": true}, map[string]any{"command": "releaser", "allowed": true}}}
	w.round(t.Context())
	require.Contains(t, f.done(), roleReleaser+" /v1/payouts/two/approvals")
	require.True(t, f.proved)
}

func TestWorld_sends_some_drafts_back_and_approves_some_with_corrections(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	for i := range 120 {
		f.reviews = append(f.reviews, map[string]any{
			"id": fmt.Sprintf("r%d", i), "partnership_id": fmt.Sprintf("p%d", i), "campaign_name": "Spring trail launch", "created_at": past(),
			"creator": map[string]any{"handle": somebody(t, "")}, "brand_id": "id-north.example", "role": roleApprover, "round": i / 60,
		})
	}
	for range 40 {
		w.round(t.Context())
	}
	back, corrected, decided := map[bool]int{}, 0, 0
	for _, c := range f.calls {
		if !strings.HasSuffix(c.path, "/decisions") {
			require.True(t, strings.HasSuffix(c.path, "/comments"), c.path)
			require.Contains(t, c.body, "internal")
			continue
		}
		decided++
		switch c.body["decision"] {
		case "request_changes":
			require.NotEmpty(t, c.body["comment"])
			var n int
			_, err := fmt.Sscanf(c.path, "/v1/reviews/r%d/", &n)
			require.NoError(t, err)
			back[n >= 60]++
		case "approve_with_corrections":
			require.NotEmpty(t, c.body["corrections"])
			corrected++
		}
	}
	require.Equal(t, 120, decided)
	require.Greater(t, back[false], 10)
	require.Less(t, back[false], 32)
	require.Zero(t, back[true], "the contract has another round, which the world does not use up")
	require.Greater(t, corrected, 10)
	extra := 0
	for i := range 50 {
		if w.verdict(worldReview{ID: strconv.Itoa(i), Round: 1}, roleApprover, campaignPlans[1])["decision"] == "request_changes" {
			extra++
		}
	}
	require.Greater(t, extra, 8, "where the contract includes one round only, some are asked for another")
	require.Less(t, extra, 40)
}

func TestWorld_remarks_on_drafts_that_it_leaves_to_others(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	for i := range 30 {
		f.reviews = append(f.reviews, map[string]any{
			"id": fmt.Sprintf("r%d", i), "partnership_id": "p", "campaign_name": "Spring trail launch", "created_at": past(),
			"creator": map[string]any{"handle": somebody(t, holdReview)}, "brand_id": "id-north.example", "role": roleApprover,
		})
	}
	w.round(t.Context())
	w.round(t.Context())
	internal := map[any]int{}
	for _, c := range f.calls {
		require.True(t, strings.HasSuffix(c.path, "/comments"), c.path)
		internal[c.body["internal"]]++
	}
	require.Len(t, internal, 2)
	require.Less(t, len(f.calls), 30, "nothing is said twice")
}

func TestWorld_has_policies_people_and_a_channel_once(t *testing.T) {
	t.Parallel()
	f := newFakeAPI(t)
	for range 2 {
		w, err := NewWorld(WorldConfig{URL: f.url, Sandbox: "http://127.0.0.1:8070", People: people(), Pace: time.Hour, Gap: time.Microsecond})
		require.NoError(t, err)
		for _, h := range w.houses {
			h.started = true
			require.NoError(t, w.furnish(t.Context(), h))
			require.NoError(t, w.furnish(t.Context(), h))
		}
	}
	require.Len(t, f.named["/v1/policies"], len(policyPlans))
	require.Len(t, f.named["/v1/outside-reviewers"], 1)
	require.Len(t, f.named["/v1/users"], 2)
	require.Len(t, f.named["/v1/delegations"], 2)
	for i, d := range f.named["/v1/delegations"] {
		require.Equal(t, f.named["/v1/users"][i]["id"], d["from_user_id"])
		require.Equal(t, "u-approver@"+[]string{"north.example", "tide.example"}[i], d["to_user_id"])
	}
	regulated := f.named["/v1/policies"][slices.IndexFunc(f.named["/v1/policies"], func(p map[string]any) bool { return p["name"] == "Regulated" })]
	stages, _ := regulated["stages"].([]any)
	require.Equal(t, []any{map[string]any{"kind": "outside", "reviewer_id": "n0"}}, stages[len(stages)-1].(map[string]any)["approvers"])
	channel, n := f.last("/v1/brands/id-tide.example/slack")
	require.Equal(t, 2, n)
	require.Equal(t, "http://127.0.0.1:8070/slack/services/T0DEMO/B2/reviews", channel.body["webhook_url"])
}

func TestWorld_pays_for_a_round_that_was_declined(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	f.tasks = []map[string]any{{"partnership_id": "p", "kind": "round_declined", "created_at": past(), "brand_id": "id-north.example"}}
	f.details["p"] = map[string]any{
		"summary":      map[string]any{"id": "p", "campaign_id": "c1", "creator": map[string]any{"handle": somebody(t, "")}},
		"deliverables": []any{map[string]any{"id": "fine", "state": "changes_requested", "round": 1}, map[string]any{"id": "extra", "state": "changes_requested", "round": 2}},
	}
	require.NoError(t, w.mend(t.Context(), w.houses[1]))
	delete(w.tried, "mend\x00"+w.houses[0].name)
	require.NoError(t, w.mend(t.Context(), w.houses[0]))
	require.Equal(t, []string{roleOps + " /v1/deliverables/extra/rounds"}, f.done())
	offer, _ := f.last("/v1/deliverables/extra/rounds")
	require.Equal(t, map[string]any{"amount": 3_800.0, "currency": "usd"}, offer.body["fee"])
}

func TestWorld_sets_the_codes_that_its_offer_named(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	plan := campaignPlans[1]
	n := 0
	for i, m := range roster() {
		if m.email == "" || m.fate != "" {
			continue
		}
		id := fmt.Sprintf("p%d", i)
		f.partnership(id, "c1", m.handle, "contract_out")
		code, _ := plan.codes(m)
		known := brief{}.learn("Good to hear from you." + plan.codeWords(m))
		require.Equal(t, code, known.Code, "the creator understands the offer")
		if code != "" {
			n++
		}
	}
	for range 20 {
		w.round(t.Context())
	}
	set := 0
	for _, c := range f.calls {
		require.Equal(t, roleOps, c.who)
		require.Regexp(t, "^CAMP-[A-Z0-9]{4}$", c.body["promo_code"], c.path)
		set++
	}
	require.Equal(t, n, set, "each once")
	require.Positive(t, n)
}

func TestWorld_renews_some_and_lets_others_lapse(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	commands := []any{map[string]any{"command": "renew", "allowed": true}, map[string]any{"command": "let_lapse", "allowed": true}}
	for i, m := range roster() {
		if m.fate != "" {
			continue
		}
		id := fmt.Sprintf("p%d", i)
		f.partnership(id, "c0", m.handle, "wrapping_up")
		f.partnerships[len(f.partnerships)-1]["renewal_state"] = "review_open"
		f.details[id] = map[string]any{"commands": commands}
	}
	for range 25 {
		w.round(t.Context())
	}
	decided := map[any]int{}
	for _, c := range f.calls {
		decided[c.body["command"]]++
	}
	require.Greater(t, decided["renew"], decided["let_lapse"])
	require.Greater(t, decided["let_lapse"], 5)
	require.Len(t, f.calls, decided["renew"]+decided["let_lapse"])
	require.Less(t, len(f.calls), len(rosterRows)-4, "some are left to whoever looks on")
}

func TestWorld_sees_to_half_of_the_trouble(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	for i := range 20 {
		id := fmt.Sprintf("p%d", i)
		f.tasks = append(f.tasks, map[string]any{"partnership_id": id, "kind": "post_mismatch", "created_at": past(), "brand_id": "id-north.example"})
		f.details[id] = map[string]any{
			"summary":      map[string]any{"id": id, "campaign_id": "c0", "creator": map[string]any{"handle": somebody(t, "")}},
			"commands":     []any{map[string]any{"command": "accept_deliverable", "allowed": true}},
			"deliverables": []any{map[string]any{"id": "planned", "state": "planned"}, map[string]any{"id": "d" + id, "state": "verified"}},
		}
	}
	for range 9 {
		w.tried = map[string]time.Time{} // another day
		w.round(t.Context())
	}
	mended := map[string]bool{}
	for _, c := range f.calls {
		if c.body["command"] == "accept_deliverable" {
			mended[c.path] = true
			require.Regexp(t, "^dp", c.body["deliverable_id"])
		}
	}
	require.NotEmpty(t, mended)
	require.Less(t, len(mended), 15)
}

func TestWorld_goes_on_when_it_is_refused(t *testing.T) {
	t.Parallel()
	f, w := furnished(t)
	f.partnership("a", "c0", somebody(t, ""), "in_conversation")
	f.answers["POST /v1/partnerships"] = http.StatusConflict
	f.answers["GET /v1/contracts"] = http.StatusServiceUnavailable
	w.round(t.Context())
	require.Empty(t, f.done())
	f.answers = map[string]int{}
	w.tried = map[string]time.Time{} // a day later
	w.round(t.Context())
	require.Contains(t, f.done(), roleOps+" /v1/partnerships/a/offers")
}

func TestWorld_does_not_hammer_a_sign_in_that_fails(t *testing.T) {
	t.Parallel()
	f := newFakeAPI(t)
	list := people()
	for i := range list {
		list[i].Password = "wrong"
	}
	w, err := NewWorld(WorldConfig{URL: f.url, People: list, Pace: time.Hour, Gap: time.Microsecond})
	require.NoError(t, err)
	who := w.houses[0].seats[roleOps]
	require.Error(t, w.get(t.Context(), who, "/v1/campaigns", nil))
	require.ErrorIs(t, w.get(t.Context(), who, "/v1/campaigns", nil), errLater)
}

func TestWorld_waits_until_the_API_is_ready(t *testing.T) {
	t.Parallel()
	f := newFakeAPI(t)
	f.ready = false
	require.False(t, f.world(t).ready(t.Context()))
	f.ready = true
	require.True(t, f.world(t).ready(t.Context()))
	_, err := NewWorld(WorldConfig{URL: f.url, People: people()[:3]})
	require.ErrorContains(t, err, rolePreparer)
}
