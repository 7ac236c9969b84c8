package postgres_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// draft is a version that has just been handed in: of a creator from Germany, for a campaign without rules, under a contract of 1,000.00 EUR.
type draft struct {
	worker, api *postgres.Store
	owner       *pgxpool.Pool

	brand, other                                                             uuid.UUID // brands
	creator, campaign, partnership, offer, contract, deliverable, submission uuid.UUID
	ann, ben, lea, ada                                                       uuid.UUID // approvers, legal, admin
}

func newDraft(t *testing.T) *draft {
	t.Helper()
	ownerURL, apiURL, workerURL := pgtest.New(t)
	owner, err := pgxpool.New(t.Context(), ownerURL)
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	d := &draft{worker: open(t, workerURL), api: open(t, apiURL), owner: owner}
	calendar := rapport.DefaultCalendar("Europe/Berlin")
	made, err := d.api.Bootstrap(t.Context(), rapport.Bootstrap{
		Brands: []rapport.BootstrapBrand{
			{Name: "One", PostalAddress: "1 Street", MailFromName: "One", MailFrom: "hello@one.example", Calendar: calendar},
			{Name: "Two", PostalAddress: "2 Street", MailFromName: "Two", MailFrom: "hello@two.example", Calendar: calendar},
		},
		Users: []rapport.BootstrapUser{
			{Name: "Ann", Email: "ann@one.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"One": {rapport.RoleApprover}}},
			{Name: "Ben", Email: "ben@one.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"One": {rapport.RoleApprover}}},
			{Name: "Lea", Email: "lea@one.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"One": {rapport.RoleLegal}}},
			{Name: "Ada", Email: "ada@one.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"One": {rapport.RoleAdmin}}},
			{Name: "Tom", Email: "tom@two.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"Two": {rapport.RoleApprover}}},
		},
	})
	require.NoError(t, err)
	d.brand, d.other = made.Brands[0], made.Brands[1]
	d.ann, d.ben, d.lea, d.ada = made.Users[0], made.Users[1], made.Users[2], made.Users[3]
	for _, id := range []*uuid.UUID{&d.creator, &d.campaign, &d.partnership, &d.offer, &d.contract, &d.deliverable, &d.submission} {
		*id = newID()
	}
	d.exec(t, `insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
		values ($1, $2, 'Spring', 1000000, 'eur', '2026-01-01', '2027-01-01', $3, 100000, '{}', $4, $5)`, d.campaign, d.brand, d.ann, rapport.DefaultSequenceID, rapport.DefaultPolicyID)
	d.exec(t, `insert into creators (id, name, country) values ($1, 'Mia', 'DE')`, d.creator)
	d.exec(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'mia@mail.example')`, newID(), d.creator)
	d.exec(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`, d.partnership, d.brand, d.campaign, d.creator, d.ann)
	d.exec(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms) values ($1, $2, $3, $4, 'accepted', 100000, 'eur', '{}')`,
		d.offer, d.partnership, d.brand, d.campaign)
	d.exec(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, executed_at)
		values ($1, $2, $3, $4, 1, 'executed', 'x', 'x', 100000, 'eur', '{"usage_rights_days":0}', now())`, d.contract, d.partnership, d.brand, d.offer)
	d.exec(t, `insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, state, publish_by, current_submission)
		values ($1, $2, $3, $4, 1, 0, 'Video', 'YouTube', 'video', 'in_review', '2026-12-24 12:00+01', $5)`, d.deliverable, d.partnership, d.brand, d.contract, d.submission)
	d.exec(t, `insert into submissions (id, deliverable_id, partnership_id, brand_id, version, state, caption) values ($1, $2, $3, $4, 1, 'in_review', '#ad')`,
		d.submission, d.deliverable, d.partnership, d.brand)
	return d
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (d *draft) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := d.owner.Exec(t.Context(), sql, args...)
	require.NoError(t, err, sql)
}

// policy adds a version of a policy that chooses itself under the conditions.
func (d *draft) policy(t *testing.T, brand uuid.UUID, name string, when *rapport.PolicyWhen, change ...func(p *rapport.Policy)) rapport.Policy {
	t.Helper()
	p := rapport.Policy{OnSilence: rapport.SilenceHold, Rank: 100, When: when, Stages: []rapport.PolicyStage{{
		Name: name, Approvers: []rapport.Approver{{Kind: rapport.ApproverRole, Role: rapport.RoleApprover}}, Rule: rapport.RuleAny, Starts: rapport.StartsAfter,
		DeadlineDays: 3, OnReject: rapport.RejectToCreator,
	}}}
	for _, f := range change {
		f(&p)
	}
	require.Empty(t, p.Check())
	v, err := d.api.CreatePolicy(rapport.WithBrands(t.Context(), brand), rapport.PolicyVersion{BrandID: &brand, Name: name, Policy: p}, d.ada)
	require.NoError(t, err)
	return v.Policy
}

func (d *draft) open(t *testing.T) rapport.ReviewToOpen {
	t.Helper()
	r, err := d.worker.ReviewToOpen(t.Context(), d.submission)
	require.NoError(t, err)
	require.Equal(t, r.Choice.PolicyID, r.Plan.Policy.ID, "what was chosen is what is asked")
	require.Equal(t, r.Choice.Version, r.Plan.Policy.Version)
	return r
}

func (d *draft) retire(t *testing.T, p rapport.Policy) {
	t.Helper()
	require.NoError(t, d.api.RetirePolicy(rapport.WithBrands(t.Context(), d.brand), p.ID, d.ada))
}

func TestAPolicyIsChosenByEachConditionOnRealRows(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	yes, no, elsewhere := true, false, newID()
	d.exec(t, `alter table contracts disable trigger user`) // its terms are immutable, and this test tries several
	d.exec(t, `insert into campaigns select $1, brand_id, 'Autumn', state, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags
		from campaigns`, elsewhere)
	euros := func(n int64) *rapport.Money { return &rapport.Money{Amount: n, Currency: "eur"} }
	rules := func(json string) string { return `update campaigns set content_rules = '` + json + `'` }
	for name, c := range map[string]struct {
		when   rapport.PolicyWhen
		change string // makes the condition hold
		undo   string
		words  string
		not    rapport.PolicyWhen // does not hold then
	}{
		"Campaign": {when: rapport.PolicyWhen{Campaigns: []uuid.UUID{d.campaign}}, words: "the campaign is Spring", not: rapport.PolicyWhen{Campaigns: []uuid.UUID{elsewhere}}},
		"Platform": {when: rapport.PolicyWhen{Platforms: []string{"tiktok", "youtube"}}, words: "it is for YouTube", not: rapport.PolicyWhen{Platforms: []string{"tiktok"}}},
		"Country":  {when: rapport.PolicyWhen{Markets: []string{"DE"}}, words: "it is shown in DE", not: rapport.PolicyWhen{Markets: []string{"FR"}}},
		"Market": {
			when: rapport.PolicyWhen{Markets: []string{"FR"}}, change: rules(`{"markets":["BE","FR"]}`), undo: rules(`{}`), words: "it is shown in BE, FR",
			not: rapport.PolicyWhen{Markets: []string{"DE"}},
		},
		"Fee":      {when: rapport.PolicyWhen{FeeAtLeast: euros(100000)}, words: "the fee is at least", not: rapport.PolicyWhen{FeeAtLeast: euros(100001)}},
		"Currency": {when: rapport.PolicyWhen{FeeAtLeast: euros(1)}, words: "the fee is at least", not: rapport.PolicyWhen{FeeAtLeast: &rapport.Money{Amount: 1, Currency: "usd"}}},
		"Regulated": {
			when: rapport.PolicyWhen{Regulated: []string{"alcohol"}}, change: rules(`{"regulated":"alcohol"}`), undo: rules(`{}`), words: "its category is regulated: alcohol",
			not: rapport.PolicyWhen{Regulated: []string{"gambling"}},
		},
		"Any": {
			when: rapport.PolicyWhen{Regulated: []string{"any"}}, change: rules(`{"regulated":"gambling"}`), undo: rules(`{}`), words: "its category is regulated: gambling",
			not: rapport.PolicyWhen{Regulated: []string{"alcohol"}},
		},
		"No usage": {when: rapport.PolicyWhen{PaidUsage: &no}, words: "the contract includes no paid usage", not: rapport.PolicyWhen{PaidUsage: &yes}},
		"Usage": {
			when: rapport.PolicyWhen{PaidUsage: &yes}, change: `update contracts set terms = '{"usage_rights_days":90}'`, undo: `update contracts set terms = '{"usage_rights_days":0}'`,
			words: "the contract includes paid usage", not: rapport.PolicyWhen{PaidUsage: &no},
		},
		"First": {when: rapport.PolicyWhen{FirstPartnership: &yes}, words: "it is the first partnership with this creator", not: rapport.PolicyWhen{FirstPartnership: &no}},
	} {
		fits, misses := d.policy(t, d.brand, name, &c.when), d.policy(t, d.brand, "Not "+name, &c.not, func(p *rapport.Policy) { p.Rank = 1 })
		if c.change != "" {
			require.NotEqual(t, name, d.open(t).Choice.Name, "%s: nothing of it is so yet", name)
			d.exec(t, c.change)
		}
		choice := d.open(t).Choice
		require.Equal(t, name, choice.Name)
		require.Len(t, choice.Because, 1, name)
		require.Contains(t, choice.Because[0], c.words)
		d.retire(t, fits)
		d.retire(t, misses)
		if c.undo != "" {
			d.exec(t, c.undo)
		}
		require.Equal(t, rapport.DefaultPolicyID, d.open(t).Choice.PolicyID, "a retired policy is chosen no more")
	}
}

func TestAPartnershipIsTheFirstUntilAnotherContractWasSigned(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	no := false
	d.policy(t, d.brand, "Known", &rapport.PolicyWhen{FirstPartnership: &no})
	earlier := func(brand uuid.UUID, executed string) {
		t.Helper()
		campaign, partnership, offer := newID(), newID(), newID()
		d.exec(t, `insert into campaigns select $1, $2, $3, state, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags
			from campaigns where id = $4`, campaign, brand, campaign.String(), d.campaign)
		d.exec(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'completed')`, partnership, brand, campaign, d.creator, d.ann)
		d.exec(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms) values ($1, $2, $3, $4, 'accepted', 1, 'eur', '{}')`, offer, partnership, brand, campaign)
		d.exec(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, executed_at)
			values ($1, $2, $3, $4, 1, 'executed', 'x', 'x', 1, 'eur', '{}', now() + $5::interval)`, newID(), partnership, brand, offer, executed)
	}
	earlier(d.other, "-1 year") // with another brand
	earlier(d.brand, "1 day")   // after this one
	require.NotEqual(t, "Known", d.open(t).Choice.Name)
	earlier(d.brand, "-1 year")
	require.Equal(t, "Known", d.open(t).Choice.Name)
}

func TestTheChoiceAmongPoliciesThatFit(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	video, legal := &rapport.PolicyWhen{Platforms: []string{"youtube"}}, func(p *rapport.Policy) { p.Stages[0].Legal = true }
	rank := func(n int) func(*rapport.Policy) { return func(p *rapport.Policy) { p.Rank = n } }
	r := d.open(t)
	require.Equal(t, []string{"no policy’s conditions hold for it, and the campaign Spring names this one"}, r.Choice.Because)
	require.Equal(t, "Brand, then legal", r.Choice.Name)
	require.Empty(t, r.Choice.Over)

	d.policy(t, d.brand, "By hand", nil)
	d.policy(t, d.other, "Theirs", video, rank(0))
	require.Equal(t, rapport.DefaultPolicyID, d.open(t).Choice.PolicyID, "neither another brand's nor one without conditions")
	d.policy(t, d.brand, "Video", video, rank(50))
	d.policy(t, d.brand, "Ahead", video, rank(10))
	require.Equal(t, "Ahead", d.open(t).Choice.Name)
	law := d.policy(t, d.brand, "Law", video, rank(900), legal)
	r = d.open(t)
	require.Equal(t, "Law", r.Choice.Name, "legal comes first, whatever its rank")
	require.Equal(t, []string{"Ahead", "Video"}, r.Choice.Over)
	require.True(t, r.Plan.Policy.Stages[0].Legal)

	newer := d.policy(t, d.brand, "Law", &rapport.PolicyWhen{Platforms: []string{"tiktok"}}, legal)
	require.Equal(t, law.ID, newer.ID)
	require.Equal(t, "Ahead", d.open(t).Choice.Name, "only its newest version counts")
	d.policy(t, d.brand, "Ahead", nil)
	require.Equal(t, "Video", d.open(t).Choice.Name)
}

func TestACampaignsOwnPolicyIsTakenInItsNewestVersion(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	own := d.policy(t, d.brand, "Ours", nil)
	d.exec(t, `update campaigns set policy_id = $1`, own.ID)
	d.policy(t, d.brand, "Ours", nil, func(p *rapport.Policy) { p.OnSilence, p.Stages[0].DeadlineDays = rapport.SilenceReject, 9 })
	d.retire(t, own) // a campaign that names it goes on with it
	r := d.open(t)
	require.Equal(t, []any{own.ID, 2, "Ours"}, []any{r.Choice.PolicyID, r.Choice.Version, r.Choice.Name})
	require.Equal(t, 9, r.Plan.Policy.Stages[0].DeadlineDays)
	require.Equal(t, rapport.SilenceReject, r.Plan.Policy.OnSilence)
	require.Equal(t, "2026-12-24T11:00:00Z", r.Plan.PublishBy.UTC().Format(time.RFC3339))
}

// ---- people

func users(list []rapport.ReviewApprover) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(list))
	for _, a := range list {
		ids = append(ids, a.User)
	}
	return ids
}

func TestWhoIsAskedIsWhoMayDecide(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	out, gone := newID(), newID()
	d.exec(t, `insert into outside_reviewers (id, brand_id, name, email) values ($1, $3, 'Oda', 'oda@press.example'), ($2, $3, 'Old', 'old@press.example')`, out, gone, d.brand)
	d.policy(t, d.brand, "Everybody", &rapport.PolicyWhen{Platforms: []string{"youtube"}}, func(p *rapport.Policy) {
		p.Stages[0].Approvers = []rapport.Approver{
			{Kind: rapport.ApproverUser, UserID: &d.ben}, {Kind: rapport.ApproverRole, Role: rapport.RoleApprover}, {Kind: rapport.ApproverUser, UserID: &d.lea},
		}
		out := rapport.PolicyStage{Name: "Out", Approvers: []rapport.Approver{{Kind: rapport.ApproverOutside, ReviewerID: &out}, {Kind: rapport.ApproverOutside, ReviewerID: &gone}}, Rule: rapport.RuleAll}
		out.Starts, out.DeadlineDays, out.OnReject = rapport.StartsAfter, 1, rapport.RejectToCreator
		p.Stages = append(p.Stages, out)
	})
	asked := func() []uuid.UUID { return users(d.open(t).Plan.Approvers[0]) }
	require.Equal(t, []uuid.UUID{d.ben, d.ann, d.lea}, asked(), "each once, in the order of the policy")
	d.exec(t, `update outside_reviewers set removed_at = now() where id = $1`, gone)
	require.Equal(t, []rapport.ReviewApprover{{User: out, Outside: true}}, d.open(t).Plan.Approvers[1])
	d.exec(t, `update users set disabled_at = now() where id = $1`, d.lea)
	require.Equal(t, []uuid.UUID{d.ben, d.ann}, asked(), "nobody who has left")
	d.exec(t, `update user_roles set effective_at = now() + interval '1 hour' where user_id = $1`, d.ann)
	require.Equal(t, []uuid.UUID{d.ben}, asked(), "no role before its time")
	d.exec(t, `update user_roles set effective_at = now() where user_id = $1`, d.ann)
	d.exec(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'manager', 'ben@one.example'), ($3, $2, 'finance', 'ann@one.example')`, newID(), d.creator, newID())
	require.Empty(t, asked(), "never whoever makes the content, named or by role")
	d.exec(t, `update contacts set creator_id = $1 where email = 'ann@one.example'`, func() uuid.UUID {
		kim := newID()
		d.exec(t, `insert into creators (id, name) values ($1, 'Kim')`, kim)
		return kim
	}())
	require.Equal(t, []uuid.UUID{d.ann}, asked(), "who makes another's content may decide on this one's")
}

// A policy may name people who had a role when it was written; without one they see no review of the brand.
func TestANamedPersonWithoutARoleIsNotAsked(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.policy(t, d.brand, "Named", &rapport.PolicyWhen{Platforms: []string{"youtube"}}, func(p *rapport.Policy) {
		p.Stages[0].Approvers = []rapport.Approver{{Kind: rapport.ApproverUser, UserID: &d.ann}, {Kind: rapport.ApproverUser, UserID: &d.ben}}
		p.Stages[0].EscalateTo = []rapport.Approver{{Kind: rapport.ApproverUser, UserID: &d.lea}, {Kind: rapport.ApproverUser, UserID: &d.ada}}
	})
	require.Equal(t, []uuid.UUID{d.ann, d.ben}, users(d.open(t).Plan.Approvers[0]))
	d.exec(t, `delete from user_roles where user_id = $1`, d.ann)
	d.exec(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'approver')`, d.ann, d.other)
	d.exec(t, `update user_roles set role = 'auditor' where user_id = $1`, d.lea)
	plan := d.open(t).Plan
	require.Equal(t, []uuid.UUID{d.ben}, users(plan.Approvers[0]))
	require.Equal(t, []rapport.ReviewLevel{{Users: []uuid.UUID{d.ada}}}, plan.Chains[0], "who only reads decides nothing")
	d.exec(t, `update user_roles set effective_at = now() + interval '1 hour' where user_id = $1`, d.ben)
	require.Empty(t, d.open(t).Plan.Approvers[0])
}

func TestAChainSkipsLevelsThatNobodyHolds(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.policy(t, d.brand, "Chain", &rapport.PolicyWhen{Platforms: []string{"youtube"}}, func(p *rapport.Policy) {
		p.Stages[0].EscalateTo = []rapport.Approver{
			{Kind: rapport.ApproverRole, Role: rapport.RoleOps, Days: 1}, {Kind: rapport.ApproverUser, UserID: &d.lea, Days: 2}, {Kind: rapport.ApproverRole, Role: rapport.RoleAdmin},
		}
	})
	require.Equal(t, []rapport.ReviewLevel{{Users: []uuid.UUID{d.lea}, Days: 2}, {Users: []uuid.UUID{d.ada}}}, d.open(t).Plan.Chains[0], "nobody is ops")
	d.exec(t, `update users set disabled_at = now() where id = $1`, d.lea)
	require.Equal(t, []rapport.ReviewLevel{{Users: []uuid.UUID{d.ada}}}, d.open(t).Plan.Chains[0])
	d.exec(t, `update users set disabled_at = now() where id = $1`, d.ada)
	require.Empty(t, d.open(t).Plan.Chains[0])
}

func TestThePlanHasTheCalendarsOfWhoWorksInAnotherTime(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	for _, user := range []uuid.UUID{d.ann, d.ada, d.lea} {
		d.exec(t, `insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'user', $2, 'Asia/Tokyo', '{1,2}', '10:00', '16:00')`, newID(), user)
	}
	d.policy(t, d.brand, "Time", &rapport.PolicyWhen{Platforms: []string{"youtube"}}, func(p *rapport.Policy) {
		p.Stages[0].EscalateTo = []rapport.Approver{{Kind: rapport.ApproverRole, Role: rapport.RoleAdmin}}
	})
	plan := d.open(t).Plan
	require.Equal(t, "Europe/Berlin", plan.Calendar.Zone)
	require.Len(t, plan.Calendars, 2, "of who is asked, also later on, and of nobody else")
	require.Equal(t, "Asia/Tokyo", plan.Calendars[d.ann].Zone)
	require.Equal(t, []int{1, 2}, plan.Calendars[d.ada].WorkingDays)
	own, err := d.worker.UserCalendar(t.Context(), d.brand, d.ann)
	require.NoError(t, err)
	require.Equal(t, plan.Calendars[d.ann], *own)
	own, err = d.worker.UserCalendar(t.Context(), d.brand, d.ben)
	require.NoError(t, err)
	require.Nil(t, own)
	d.exec(t, `update calendars set day_seconds = 60 where owner_kind = 'brand'`)
	require.Empty(t, d.open(t).Plan.Calendars, "a compressed year is everybody's")
}

// ---- approvals that hold for a newer version

func TestApprovalsAreKeptWhileNothingInTheirScopeChanged(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	when := &rapport.PolicyWhen{Platforms: []string{"youtube"}}
	stages := func(p *rapport.Policy) {
		first := p.Stages[0]
		p.Stages = nil
		for _, scope := range []string{"", rapport.ScopeCaption, rapport.ScopeFile} {
			st := first
			st.Name, st.Scope, st.Keep = "Look at "+scope, scope, true
			p.Stages = append(p.Stages, st)
		}
		first.Keep = false
		p.Stages = append(p.Stages, first)
	}
	p := d.policy(t, d.brand, "Keep", when, stages)
	require.Nil(t, d.open(t).Plan.Kept, "there is no version before")
	first, review := d.submission, newID()
	before := make([]rapport.ReviewStage, 0, len(p.Stages))
	for _, st := range p.Stages {
		before = append(before, rapport.ReviewStage{
			Name: st.Name, State: "approved", Decisions: []rapport.StageDecision{{ID: newID(), User: d.ann, Decision: rapport.DecisionApprove, At: time.Now().UTC().Truncate(time.Second)}},
		})
	}
	text, err := json.Marshal(before)
	require.NoError(t, err)
	d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages) values ($1, $2, $3, $4, $5, $6, $7, 'changes_requested', $8)`,
		review, first, d.deliverable, d.partnership, d.brand, p.ID, p.Version, text)
	d.exec(t, `insert into blobs (sha256, content_type, size, content) values ('\x01', 'image/png', 1, '1'), ('\x02', 'image/png', 1, '2')`)
	d.exec(t, `update submissions set file_name = 'a.png', file_sha256 = '\x01'`)
	d.submission = newID()
	d.exec(t, `insert into submissions select $1, deliverable_id, partnership_id, brand_id, 2, 'in_review', caption, note, file_name, file_sha256 from submissions`, d.submission)
	kept := func() (which []bool) {
		for i, list := range d.open(t).Plan.Kept {
			which = append(which, len(list) == 1)
			if len(list) == 1 {
				require.Equal(t, before[i].Decisions, list)
			}
		}
		return which
	}
	require.Equal(t, []bool{true, true, true, false}, kept())
	d.exec(t, `update submissions set file_sha256 = '\x02' where id = $1`, d.submission)
	require.Equal(t, []bool{false, true, false, false}, kept(), "another file")
	d.exec(t, `update submissions set file_sha256 = '\x01', caption = '#ad!' where id = $1`, d.submission)
	require.Equal(t, []bool{false, false, true, false}, kept(), "another caption")
	d.exec(t, `update submissions set file_sha256 = null where id = $1`, d.submission)
	require.Equal(t, []bool{false, false, false, false}, kept())
	d.exec(t, `update submissions set file_sha256 = '\x01', caption = '#ad' where id = $1`, d.submission)
	d.policy(t, d.brand, "Keep", when, stages)
	require.Nil(t, kept(), "a newer version of the policy asks again")
	d.exec(t, `update reviews set policy_version = 2`)
	require.Equal(t, []bool{true, true, true, false}, kept())
	d.exec(t, `update reviews set policy_id = $1`, rapport.DefaultPolicyID)
	require.Nil(t, kept(), "another policy's approvals are not this one's")
}

// ---- outside reviewers and money

func TestAnOutsideReviewerIsNoPairOfEyes(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	review, milestone, out := newID(), newID(), newID()
	d.exec(t, `insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'Oda', 'oda@press.example')`, out, d.brand)
	d.exec(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency)
		values ($1, $2, $3, $4, 1, 0, 'M', 'approval', $5, 1000, 'eur')`, milestone, d.partnership, d.brand, d.contract, d.deliverable)
	d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state) values ($1, $2, $3, $4, $5, $6, 1, 'open')`,
		review, d.submission, d.deliverable, d.partnership, d.brand, rapport.DefaultPolicyID)
	decide := func(user, reviewer, behalf *uuid.UUID, decision, state string) {
		t.Helper()
		d.exec(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, reviewer_id, on_behalf_of, decision, state, decided_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())`,
			newID(), review, d.submission, d.brand, user, reviewer, behalf, decision, state)
	}
	approvers := func() (ids []uuid.UUID) {
		t.Helper()
		require.NoError(t, d.owner.QueryRow(t.Context(), `select content_approvers($1)`, milestone).Scan(&ids))
		return ids
	}
	decide(nil, &out, nil, "approve", "accepted")
	require.Empty(t, approvers(), "a link alone makes no money owed")
	decide(&d.ben, nil, nil, "approve", "moot")
	decide(&d.ben, nil, nil, "request_changes", "accepted")
	require.Empty(t, approvers())
	decide(&d.ann, nil, &d.lea, "approve_with_corrections", "accepted")
	require.ElementsMatch(t, []uuid.UUID{d.ann, d.lea}, approvers(), "who spoke, and with whose voice")
	for _, both := range [][2]*uuid.UUID{{nil, nil}, {&d.ann, &out}} {
		_, err := d.owner.Exec(t.Context(), `insert into decisions (id, review_id, submission_id, brand_id, user_id, reviewer_id, decision) values ($1, $2, $3, $4, $5, $6, 'approve')`,
			newID(), review, d.submission, d.brand, both[0], both[1])
		require.Error(t, err, "a decision is of one person of the house, or of one outside")
	}
}
