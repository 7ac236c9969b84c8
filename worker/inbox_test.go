package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport"
	"rapport/activities"
	"rapport/postgres"
	"rapport/postgres/pgtest"
	"rapport/providers/sendgrid"
	"rapport/providers/stripe"
	"rapport/sandbox"
	"rapport/worker"
)

// arrivals is what events take effect on: a real database and the sandbox's Stripe. No relay and no workflow runs, so that a test
// decides the order, and what the workflows would be told stays in the outbox.
type arrivals struct {
	*bundle

	inbox   *worker.Inbox
	mailer  sendgrid.Mailer
	payer   stripe.Payer
	account string        // a connected account that can be paid, made when it is first needed
	payees  func() string // makes the account of the next payout's creator; nil for one that the provider does not know
}

func arriving(t *testing.T, change ...func(*sandbox.Config)) *arrivals {
	t.Helper()
	ownerURL, _, workerURL := pgtest.New(t)
	owner, err := pgxpool.New(t.Context(), ownerURL)
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	store, err := postgres.Open(t.Context(), workerURL)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	config := sandbox.Config{
		State: t.TempDir(), StripeAccountSecret: whsecAccount, StripeConnectSecret: whsecConnect, SendGridKeyDir: t.TempDir(),
		InboundDomain: "in.test", Mute: true, Log: zap.NewNop(),
	}
	for _, f := range change {
		f(&config)
	}
	sb, err := sandbox.New(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sb.Close()) })
	public, control := httptest.NewServer(sb.Handler()), httptest.NewServer(sb.Control())
	t.Cleanup(public.Close)
	t.Cleanup(control.Close)
	sb.SetPublicURL(public.URL)
	client, err := stripe.New(stripe.Config{Key: "sk_test_inbox", BaseURL: public.URL})
	require.NoError(t, err)

	a := &arrivals{
		bundle: &bundle{t: t, ctx: t.Context(), owner: owner, store: store, control: control.URL, posts: public.URL},
		mailer: sendgrid.Mailer{Domain: "in.test", Key: []byte("0123456789abcdef0123456789abcdef")},
		payer:  stripe.Payer{Client: client},
	}
	a.inbox = &worker.Inbox{Store: store, Activities: &activities.Activities{Store: store, Payer: a.payer}, ReadInbound: a.mailer.Inbound}
	a.seed()
	return a
}

// arrive brings one event as the door and the relay do, and answers its note. One that is there already is not kept again; it is
// processed again all the same, because a relay may die between an event's effect and its mark.
func (a *arrivals) arrive(row rapport.InboxRow) string {
	a.t.Helper()
	_, err := a.store.PutInbox(a.ctx, row)
	require.NoError(a.t, err)
	note, err := a.inbox.Process(a.ctx, row)
	require.NoError(a.t, err, row.Type)
	return note
}

func (a *arrivals) text(sql string, args ...any) string {
	a.t.Helper()
	var s string
	require.NoError(a.t, a.owner.QueryRow(a.ctx, "select coalesce(("+sql+")::text, '')", args...).Scan(&s))
	return s
}

// written is how much there is of everything that an event may write, beside itself.
func (a *arrivals) written() string {
	a.t.Helper()
	return a.text(`select concat_ws(' ', (select count(*) from outbox), (select count(*) from tasks), (select count(*) from suppressions),
		(select count(*) from partnership_events), (select count(*) from ledger_transactions), (select md5(string_agg(m::text, '' order by id)) from messages m),
		(select md5(string_agg(p::text, '' order by id)) from payouts p), (select md5(string_agg(y::text, '' order by creator_id)) from payees y),
		(select md5(string_agg(u::text, '' order by id)) from topups u), (select count(*) from contacts where bounced_at is not null))`)
}

// permutations are all orders of the items.
func permutations[T any](items []T) [][]T {
	if len(items) < 2 {
		return [][]T{slices.Clone(items)}
	}
	var all [][]T
	for i := range items {
		for _, rest := range permutations(slices.Concat(items[:i], items[i+1:])) {
			all = append(all, append([]T{items[i]}, rest...))
		}
	}
	return all
}

// repetitions are the ways in which a sequence comes: once; each event five times before the next; the whole of it five times, so
// that each event also comes after every other.
func repetitions[T any](order []T) map[string][]T {
	each := make([]T, 0, 5*len(order))
	for _, item := range order {
		each = append(each, slices.Repeat([]T{item}, 5)...)
	}
	return map[string][]T{"once": order, "each five times": each, "all five times": slices.Repeat(order, 5)}
}

// inEveryOrder runs the steps in every order and repetition, each time on something fresh, and compares what they end in. A step
// that is run again is the same step of the same object.
func inEveryOrder[T any](t *testing.T, steps []string, want string, fresh func() T, run func(T, string), end func(T) string) {
	t.Helper()
	for _, order := range permutations(steps) {
		for how, sequence := range repetitions(order) {
			object := fresh()
			for _, step := range sequence {
				run(object, step)
			}
			require.Equal(t, want, end(object), "%v, %s", order, how)
		}
	}
}

// mailed is a mail of ours that is on its way to a creator, and the events about it that have come.
type mailed struct {
	id, partnership uuid.UUID
	events          map[string]rapport.InboxRow
}

// mail makes a creator, a partnership and a mail in a state.
func (a *arrivals) mail(direction, kind, state string) mailed {
	a.t.Helper()
	m := mailed{id: uuid.New(), partnership: uuid.New(), events: map[string]rapport.InboxRow{}}
	creator := uuid.New()
	a.exec(`with c as (insert into creators (id, name) values ($1, 'Casey')),
		k as (insert into contacts (id, creator_id, role, email) values (gen_random_uuid(), $1, 'creator', $1 || '@creators.example')),
		p as (insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($2, $3, $4, $1, $5))
		insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, body_text, to_address)
		values ($6, $2, $3, $1, $7, 'email', $8, $9, 'Your code is 123456.', case when $7 = 'internal' then 'anna@house.example' else $1 || '@creators.example' end)`,
		creator, m.partnership, a.brand, a.campaign, a.ops, m.id, direction, kind, state)
	return m
}

// event is one step of a mail: an event of the provider, or "settle:" and what the call that sends learned.
func (a *arrivals) event(m mailed, step string) {
	a.t.Helper()
	if state, ok := strings.CutPrefix(step, "settle:"); ok {
		require.NoError(a.t, a.store.SettleMail(a.ctx, m.id, state, ""))
		return
	}
	row, ok := m.events[step]
	if !ok {
		row = rapport.InboxRow{ID: uuid.New(), Provider: "sendgrid", EventID: uuid.NewString(), Type: step, ObjectID: m.id.String(), Body: []byte("{}")}
		m.events[step] = row
	}
	require.Empty(a.t, a.arrive(row))
}

// fate is what became of a mail, of its address and of what its partnership is told.
func (a *arrivals) fate(m mailed) string {
	a.t.Helper()
	return a.text(`select concat_ws(' | ', m.state,
		(select 'suppressed: ' || string_agg(s.reason, '+' order by s.reason) from suppressions s where s.email = m.to_address and s.brand_id = m.brand_id),
		(select 'told: ' || string_agg(o.input ->> 'code', '+' order by o.input ->> 'code') from outbox o where o.workflow_id = 'partnership/' || m.partnership_id),
		(select 'bounced' from contacts k where k.email = m.to_address and k.bounced_at is not null))
		from messages m where m.id = $1`, m.id)
}

func TestMailEventsInEveryOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, state string
		steps       []string
		want        string
	}{
		{"AMailThatArrives", "accepted", []string{"processed", "deferred", "delivered", "open"}, "delivered"},
		{"ABounce", "accepted", []string{"processed", "delivered", "bounce", "open"}, "bounced | suppressed: bounce | told: bounce | bounced"},
		{"ABlockedMailHasBouncedForNow", "accepted", []string{"processed", "blocked"}, "bounced | told: soft_bounce"},
		{"ADroppedMail", "accepted", []string{"processed", "dropped", "open"}, "rejected | told: dropped"},
		{"WhatArrivedWasNotDropped", "accepted", []string{"processed", "dropped", "delivered"}, "delivered | told: dropped"},
		{"WhatBouncedWasNeitherDroppedNorDelivered", "accepted", []string{"dropped", "delivered", "bounce"}, "bounced | suppressed: bounce | told: bounce+dropped | bounced"},
		{"AComplaint", "accepted", []string{"processed", "delivered", "spamreport", "open"}, "delivered | suppressed: complaint | told: complaint"},
		{"AnUnsubscription", "accepted", []string{"processed", "delivered", "unsubscribe", "group_unsubscribe"}, "delivered | suppressed: unsubscribe | told: unsubscribe+unsubscribe"},
		{
			"EveryReasonToStop", "accepted", []string{"delivered", "bounce", "spamreport", "unsubscribe"},
			"bounced | suppressed: bounce+complaint+unsubscribe | told: bounce+complaint+unsubscribe | bounced",
		},
		{"EventsBeforeTheAnswerOfTheSend", "sending", []string{"settle:accepted", "processed", "delivered", "unsubscribe"}, "delivered | suppressed: unsubscribe | told: unsubscribe"},
		{"ABounceBeforeTheAnswerOfTheSend", "sending", []string{"settle:accepted", "processed", "delivered", "bounce"}, "bounced | suppressed: bounce | told: bounce | bounced"},
		{"ADropBeforeTheAnswerOfTheSend", "sending", []string{"settle:accepted", "processed", "dropped"}, "rejected | told: dropped"},
		{"AnEventFindsTheMailWhoseAnswerWasLost", "sending", []string{"settle:unknown", "processed", "open"}, "accepted"},
		{"AnyEventDoes", "sending", []string{"settle:unknown", "open"}, "accepted"},
		{"AnEventFindsTheMailThatWasCalledUnsent", "sending", []string{"settle:prepared", "processed", "open"}, "accepted"},
		{"OfAMailThatADatabaseForgotToHaveSent", "prepared", []string{"processed", "delivered", "open"}, "delivered"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := arriving(t)
			inEveryOrder(t, tt.steps, tt.want, func() mailed { return a.mail("out", rapport.MailOutreach, tt.state) }, a.event, a.fate)
			require.Equal(t, "0", a.text(`select count(*) from (select from webhook_inbox group by provider, event_id having count(*) > 1) x`))
		})
	}
	t.Run("AllOfThem", func(t *testing.T) {
		t.Parallel()
		a := arriving(t)
		all := []string{"processed", "delivered", "bounce", "dropped", "open", "spamreport", "unsubscribe"}
		for i, order := range permutations(all) {
			if i%31 != 0 {
				continue // a sample of 5040 orders: of what contradicts each other every order is above
			}
			m := a.mail("out", rapport.MailOutreach, "accepted")
			for _, step := range order {
				a.event(m, step)
			}
			require.Equal(t, "bounced | suppressed: bounce+complaint+unsubscribe | told: bounce+complaint+dropped+unsubscribe | bounced", a.fate(m), order)
		}
	})
}

// TestWhatStopsMailStopsItWhateverCameFirst: after an unsubscription mails about a contract still go out, after a bounce or a complaint
// none does.
func TestWhatStopsMailStopsItWhateverCameFirst(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	for _, tt := range []struct {
		steps []string
		want  string
	}{
		{[]string{"unsubscribe", "open"}, "outreach cancelled, transactional claimed"},
		{[]string{"unsubscribe", "bounce"}, "outreach cancelled, transactional cancelled"},
		{[]string{"unsubscribe", "spamreport"}, "outreach cancelled, transactional cancelled"},
		{[]string{"bounce", "spamreport"}, "outreach cancelled, transactional cancelled"},
	} {
		inEveryOrder(t, tt.steps, tt.want, func() mailed { return a.mail("out", rapport.MailOutreach, "accepted") }, a.event, func(m mailed) string {
			a.exec(`update partnerships set stage = 'outreach' where id = $1`, m.partnership)
			verdicts := map[string]string{}
			for _, kind := range []string{rapport.MailOutreach, rapport.MailTransactional} {
				next := a.id(`insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address)
					select gen_random_uuid(), partnership_id, brand_id, creator_id, 'out', 'email', $2, 'prepared', to_address from messages where id = $1 returning id`, m.id, kind)
				claim, err := a.store.ClaimMail(a.ctx, rapport.RenderedMail{ID: next, RFCID: next.String()})
				require.NoError(t, err)
				verdicts[kind] = claim.Verdict
			}
			return fmt.Sprintf("outreach %s, transactional %s", verdicts[rapport.MailOutreach], verdicts[rapport.MailTransactional])
		})
	}
}

// TestACodeLeavesTheArchiveWhateverComesFirst: it is masked when its mail is on its way, and stays whole as long as it may be sent again.
func TestACodeLeavesTheArchiveWhateverComesFirst(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	end := func(m mailed) string {
		return a.text(`select state || ': ' || body_text from messages where id = $1`, m.id)
	}
	for _, tt := range []struct {
		steps []string
		want  string
	}{
		{[]string{"settle:accepted"}, "accepted: Your code is ••••••."},
		{[]string{"settle:prepared"}, "prepared: Your code is 123456."},
		{[]string{"processed"}, "accepted: Your code is ••••••."}, // the worker died before it could write the answer down
		{[]string{"settle:accepted", "processed", "delivered"}, "delivered: Your code is ••••••."},
		{[]string{"settle:unknown", "open"}, "accepted: Your code is ••••••."},
	} {
		inEveryOrder(t, tt.steps, tt.want, func() mailed { return a.mail("out", "code", "sending") }, a.event, end)
	}
}

// TestAMailToOneOfUsIsNoNewsOfTheCreator: the partnership is told what becomes of mail to its creator only.
func TestAMailToOneOfUsIsNoNewsOfTheCreator(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	inEveryOrder(t, []string{"delivered", "bounce", "spamreport", "unsubscribe"}, "bounced",
		func() mailed { return a.mail("internal", rapport.MailInternal, "accepted") }, a.event, a.fate)
}

func TestMailEventsAboutNobodysMail(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	received := a.mail("in", "reply", "matched")
	before := a.written()
	for object, note := range map[string]string{uuid.NewString(): "no such mail", "": "no send id", "nonsense": "no send id", received.id.String(): "no such mail"} {
		for _, kind := range []string{"processed", "delivered", "bounce", "dropped", "open", "spamreport", "unsubscribe", "invented"} {
			row := rapport.InboxRow{ID: uuid.New(), Provider: "sendgrid", EventID: uuid.NewString(), Type: kind, ObjectID: object, Body: []byte("{}")}
			for range 5 {
				require.Equal(t, note, a.arrive(row), "%s of %q", kind, object)
			}
		}
	}
	require.Equal(t, "unknown provider", a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "nobody", EventID: "1", Body: []byte("{}")}))
	require.Equal(t, before, a.written())
}

// form is a mail as Inbound Parse posts it. Each call has another boundary, as each post of the same mail has.
func (a *arrivals) form(to, from, text, headers string) []byte {
	a.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range [][2]string{{"headers", headers}, {"from", from}, {"to", to}, {"subject", "Re: Hello"}, {"text", text}} {
		require.NoError(a.t, w.WriteField(f[0], f[1]))
	}
	require.NoError(a.t, w.Close())
	return append([]byte(w.FormDataContentType()+"\n"), body.Bytes()...)
}

func TestInboundMailsInEveryOrder(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	texts := map[string]string{"human": "Sounds good, tell me more about it.", "unsubscribe": "unsubscribe", "auto_reply": "I am away."}
	inEveryOrder(t, []string{"human", "unsubscribe", "auto_reply", "human again"},
		"auto_reply human unsubscribe | suppressed: unsubscribe | told: auto_reply+human+unsubscribe",
		func() mailed { return a.mail("out", rapport.MailOutreach, "delivered") },
		func(m mailed, step string) {
			class, again := strings.CutSuffix(step, " again") // the provider posts the mail once more, in another form
			row, ok := m.events[step]
			if !ok {
				headers := fmt.Sprintf("Message-ID: <%s-%s@creators.example>\n", class, m.id)
				if class == "auto_reply" {
					headers += "Auto-Submitted: auto-replied\n"
				}
				body := a.form(a.mailer.ReplyAddress(m.id), "casey@"+m.id.String()+".example", texts[class], headers)
				row = rapport.InboxRow{ID: uuid.New(), Provider: "inbound", EventID: uuid.NewString(), Type: "mail", Body: body}
				m.events[step] = row
			}
			require.Empty(t, a.arrive(row), "%s %v", step, again)
		},
		func(m mailed) string {
			return a.text(`select concat_ws(' | ', (select string_agg(class, ' ' order by class) from messages where partnership_id = $1 and direction = 'in' and state = 'matched'),
				(select 'suppressed: ' || string_agg(reason, '+' order by reason) from suppressions where email = $2 and brand_id = $3),
				(select 'told: ' || string_agg(input ->> 'code', '+' order by input ->> 'code') from outbox where workflow_id = 'partnership/' || $1))`,
				m.partnership, "casey@"+m.id.String()+".example", a.brand)
		})
}

// TestAReplyThatSeemsToWantNoMoreStopsTheMachine, and is a reply that a person reads like any other.
func TestAReplyThatSeemsToWantNoMoreStopsTheMachine(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	m := a.mail("out", rapport.MailOutreach, "delivered")
	body := a.form(a.mailer.ReplyAddress(m.id), "casey@creators.example", "Hi, please stop emailing me about this. Thanks, Casey", "Message-ID: <stop@creators.example>\n")
	row := rapport.InboxRow{ID: uuid.New(), Provider: "inbound", EventID: uuid.NewString(), Type: "mail", Body: body}
	for range 3 {
		require.Empty(t, a.arrive(row))
	}
	require.Equal(t, "human unsubscribe matched", a.text(`select class || ' ' || suggestion || ' ' || state from messages where partnership_id = $1 and direction = 'in'`, m.partnership))
	require.Equal(t, "unsubscribe", a.text(`select string_agg(reason, '+') from suppressions where email = 'casey@creators.example' and brand_id = $1`, a.brand))
	require.Equal(t, "human+unsubscribe", a.text(`select string_agg(input ->> 'code', '+' order by input ->> 'code') from outbox where workflow_id = 'partnership/' || $1`, m.partnership))
}

func TestInboundMailThatMatchesNothingTellsNobody(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	foreign := sendgrid.Mailer{Domain: "in.test", Key: []byte("another key, of another installation")}
	ours := a.mail("out", rapport.MailOutreach, "delivered")
	for i, to := range []string{a.mailer.ReplyAddress(uuid.New()), foreign.ReplyAddress(ours.id), "r+nonsense@in.test", ""} {
		body := a.form(to, "stranger@nowhere.example", "unsubscribe", fmt.Sprintf("Message-ID: <%d@nowhere.example>\nReferences: <never@sent.example>\n", i))
		row := rapport.InboxRow{ID: uuid.New(), Provider: "inbound", EventID: uuid.NewString(), Type: "mail", Body: body}
		require.Equal(t, "no partnership matches", a.arrive(row), to)
		for range 4 {
			a.arrive(row)
		}
	}
	for range 5 { // what nobody can read is kept too, once
		a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "inbound", EventID: "unreadable", Type: "mail", Body: []byte("text/plain\nno form")})
	}
	require.Equal(t, "5 unmatched", a.text(`select count(*) || ' ' || min(state) from messages where direction = 'in'`))
	require.Equal(t, "0", a.text(`select count(*) from outbox where workflow_id like 'partnership/%'`))
	require.Equal(t, "0", a.text(`select count(*) from suppressions`))
}

// becomes is what happens to a connected account at Stripe.
func (a *arrivals) becomes(id, outcome string) {
	a.t.Helper()
	res, err := http.Post(a.control+"/control/stripe/accounts/"+id, "application/json", strings.NewReader(`{"outcome": "`+outcome+`"}`))
	require.NoError(a.t, err)
	require.NoError(a.t, res.Body.Close())
	require.Equal(a.t, http.StatusOK, res.StatusCode)
}

// TestAccountEventsInEveryOrder: an event is a hint, and says nothing itself: the account is read as it is.
func TestAccountEventsInEveryOrder(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	payout := a.newPayout("awaiting_payee")
	creator := a.id(`select creator_id from payouts where id = $1`, payout.id)
	made, err := a.payer.CreatePayeeAccount(a.ctx, creator, "casey@creators.example", "US")
	require.NoError(t, err)
	bodies := map[string]string{
		"account.updated":    `{"id": "acct_stale", "payouts_enabled": false, "requirements": {"disabled_reason": "rejected.fraud"}}`,
		"capability.updated": `{"id": "transfers", "status": "inactive"}`, "account.external_account.updated": `{"id": "ba_1"}`,
	}
	for _, tt := range []struct {
		before string
		after  []string // what has happened at Stripe by the time that the first event comes
		want   string
	}{
		{"onboarding", []string{"complete"}, "ready, 1 told"},
		{"ready", []string{"complete"}, "ready, 0 told"},
		{"onboarding", []string{"complete", "restricted"}, "restricted, 0 told"},
		{"ready", []string{"restricted", "complete", "restricted"}, "restricted, 0 told"},
		{"restricted", []string{"restricted", "complete"}, "ready, 1 told"},
	} {
		for _, outcome := range tt.after {
			a.becomes(made.ID, outcome)
		}
		inEveryOrder(t, []string{"account.updated", "capability.updated", "account.external_account.updated"}, tt.want,
			func() map[string]rapport.InboxRow {
				a.exec(`delete from outbox where workflow_id like 'payout/%'`)
				a.exec(`insert into payees (creator_id, account_id, state) values ($1, $2, $3)
					on conflict (creator_id) do update set account_id = excluded.account_id, state = excluded.state`, creator, made.ID, tt.before)
				return map[string]rapport.InboxRow{}
			},
			func(events map[string]rapport.InboxRow, kind string) {
				row, ok := events[kind]
				if !ok {
					row = rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: kind, Account: made.ID, Body: []byte(bodies[kind])}
					events[kind] = row
				}
				require.Empty(t, a.arrive(row))
			},
			func(map[string]rapport.InboxRow) string {
				return a.text(`select state || ', ' || (select count(*) from outbox where workflow_id = 'payout/' || $2 and input ->> 'kind' = 'payee_ready') || ' told'
					from payees where creator_id = $1`, creator, payout.id)
			})
	}
}

// bankOf gives an account of the sandbox another bank account.
func (a *arrivals) bankOf(id, number string) {
	a.t.Helper()
	a.ask("POST", "/control/stripe/accounts/"+id, `{"bank": "`+number+`"}`)
}

// TestABankAccountThatChanges: whatever the events are, and however they come, each change holds what is owed once, and the creator hears of it once.
func TestABankAccountThatChanges(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	payout := a.payableNow()
	account := a.text(`select account_id from payees`)
	steps := []string{"account.external_account.created", "account.external_account.deleted", "account.external_account.updated", "account.updated"}
	bring := func() {
		t.Helper()
		for _, order := range permutations(steps)[:6] {
			for _, kind := range order {
				a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: kind, Account: account, Body: []byte(`{"id": "ba_stale", "fingerprint": "stale"}`)})
			}
		}
	}
	holds := func() string {
		return a.text(`select count(*) from outbox where workflow_id = 'payout/' || $1 and input ->> 'kind' = 'hold' and input ->> 'code' = 'destination_changed'`, payout) +
			" held, " + a.text(`select count(*) from messages where kind = 'transactional' and subject like 'Your bank account%'`) + " told"
	}
	bring()
	require.Equal(t, "0 held, 0 told", holds(), "the first bank account changes nothing")
	a.bankOf(account, "000999888777")
	bring()
	require.Equal(t, "1 held, 1 told", holds())
	a.bankOf(account, "000999888777")
	bring()
	require.Equal(t, "1 held, 1 told", holds(), "the same number again is no change")
	a.bankOf(account, "000999888111")
	bring()
	require.Equal(t, "2 held, 2 told", holds())
	require.Empty(t, a.text(`select string_agg(x.t, '') from (select y::text as t from payees y union all select o.input::text from outbox o union all select m.body_text from messages m) x
		where x.t like '%000999888%'`), "the number is nowhere")

	// The look at the account just before sending finds a change that no event has told of yet.
	fresh := a.payableNow()
	account = a.text(`select y.account_id from payees y join payouts p on p.creator_id = y.creator_id where p.id = $1`, fresh)
	bring()
	a.bankOf(account, "000555")
	out, err := a.inbox.Activities.SubmitPayout(a.ctx, activities.EffectInput{ID: fresh, Effect: rapport.Effect{N: 1}})
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitNotApproved, out.Code)
	require.Empty(t, a.text(`select key from payout_attempts where payout_id = $1`, fresh))
}

func TestEventsOfNobodysAccountChangeNobody(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	payout := a.newPayout("paid")
	a.exec(`insert into payees (creator_id, account_id, state) select creator_id, 'acct_known', 'ready' from payouts where id = $1 on conflict (creator_id) do nothing`, payout.id)
	before := a.written()
	for _, account := range []string{"acct_unknown", ""} {
		for _, kind := range []string{"account.updated", "account.application.deauthorized", "capability.updated"} {
			row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: kind, Account: account, ObjectID: "acct_known", Body: []byte(`{"id": "acct_known"}`)}
			for range 5 {
				require.Equal(t, "no such payee", a.arrive(row))
			}
		}
	}
	for _, body := range []string{``, `no json`, `[]`, `{"metadata": 7}`} {
		require.Equal(t, "unreadable object", a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "transfer.created", Body: []byte(body)}))
	}
	require.Equal(t, "nothing to do", a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: "evt_1", Type: "charge.failed", Body: []byte(`{}`)}))
	require.Equal(t, before, a.written())
}

// payable is a payout, and the events about its transfer that have come.
type payable struct {
	id     uuid.UUID
	order  rapport.PayoutOrder
	events map[string]rapport.InboxRow
}

// newPayout makes a payout and brings it to a state on the database's own guards.
func (a *arrivals) newPayout(state string) payable {
	a.t.Helper()
	p := payable{id: uuid.New(), events: map[string]rapport.InboxRow{}}
	m := a.mail("out", rapport.MailOutreach, "delivered")
	offer, contract, milestone := uuid.New(), uuid.New(), uuid.New()
	a.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) values ($1, $2, $3, $4, 1000, 'usd', '{}')`, offer, m.partnership, a.brand, a.campaign)
	a.exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
		values ($1, $2, $3, $4, 1, 'internal_approval', 'x', 'x', 1000, 'usd', '{}')`, contract, m.partnership, a.brand, offer)
	a.exec(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
		values ($1, $2, $3, $4, 1, 0, 'M', 'signature', 1000, 'usd')`, milestone, m.partnership, a.brand, contract)
	if state != "awaiting_payee" {
		account := ""
		if a.payees != nil {
			account = a.payees()
		}
		a.exec(`insert into payees (creator_id, state, account_id)
			select creator_id, 'ready', coalesce(nullif($2, ''), 'acct_' || replace(creator_id::text, '-', '')) from partnerships where id = $1`, m.partnership, account)
	}
	_, err := a.store.OpenPayout(a.ctx, p.id, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), m.partnership, milestone)
	require.NoError(a.t, err)
	if state == "scheduled" {
		return p
	}
	a.exec(`update payouts set state = 'awaiting_approval' where id = $1`, p.id)
	if state == "awaiting_approval" {
		return p
	}
	if a.text(`select count(*) from ledger_transactions where kind = 'topup'`) == "0" {
		require.NoError(a.t, a.store.SettleTopUp(a.ctx, a.id(`select id from topups`), "tu_seed", "succeeded"))
	}
	for part, who := range map[string]uuid.UUID{"preparer": a.preparer, "releaser": a.releaser} {
		a.exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
			select gen_random_uuid(), id, brand_id, round, $2, $3, amount, currency, destination, $4 from payouts where id = $1`, p.id, part, who, pgtest.StepUp(a.t, a.owner, who, 0))
	}
	p.order, err = a.store.OrderPayout(a.ctx, p.id, 1, a.payer.RequestHash)
	require.NoError(a.t, err)
	switch state {
	case "unknown":
		require.NoError(a.t, a.store.MarkUnknown(a.ctx, p.id))
	case "paid":
		a.transfer(p, "settle")
	}
	require.Equal(a.t, state, a.text(`select state from payouts where id = $1`, p.id))
	return p
}

// transfer is one step of a payout: an event about its transfer, or "settle", with which the payout learns that it is paid.
func (a *arrivals) transfer(p payable, step string) {
	a.t.Helper()
	if step == "settle" {
		r := p.order.Request
		require.NoError(a.t, a.store.SettlePayout(a.ctx, p.id, 1, rapport.Transfer{ID: "tr_" + p.id.String(), PayoutID: p.id, Attempt: 1, Amount: r.Amount, Destination: r.Destination}))
		return
	}
	row, ok := p.events[step]
	if !ok {
		row = rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: step, ObjectID: "tr_" + p.id.String(), Body: object(a.t, "payout_id", p.id.String())}
		if step == "transfer.reversed" {
			row.ObjectID = a.sent(p.id)
			a.takesBack(row.ObjectID, uuid.New(), 100)
		}
		p.events[step] = row
	}
	a.arrive(row)
}

// sent is a transfer that the sandbox really made for a payout.
func (a *arrivals) sent(payout uuid.UUID) string {
	a.t.Helper()
	if a.account == "" {
		made, err := a.payer.CreatePayeeAccount(a.ctx, uuid.New(), "paid@creators.example", "US")
		require.NoError(a.t, err)
		a.becomes(made.ID, "complete")
		a.account = made.ID
		res, err := http.Post(a.control+"/control/stripe/balance", "application/json", strings.NewReader(`{"currency": "usd", "amount": 100000000}`))
		require.NoError(a.t, err)
		require.NoError(a.t, res.Body.Close())
		require.Equal(a.t, http.StatusOK, res.StatusCode)
	}
	made, err := a.payer.Transfer(a.ctx, rapport.TransferRequest{
		Key: "po_" + payout.String() + "_1", PayoutID: payout, Attempt: 1, Amount: rapport.Money{Amount: 1000, Currency: "usd"}, Destination: a.account,
	})
	require.NoError(a.t, err)
	return made.ID
}

// takesBack is somebody who takes a part of a transfer back at Stripe; under the id of a reversal of ours it is ours.
func (a *arrivals) takesBack(transfer string, reversal uuid.UUID, amount int64) {
	a.t.Helper()
	_, err := a.payer.Reverse(a.ctx, rapport.ReversalRequest{
		Key: "trr_" + uuid.NewString(), ReversalID: reversal, Attempt: 1, TransferID: transfer, Amount: rapport.Money{Amount: amount, Currency: "usd"},
	})
	require.NoError(a.t, err)
}

func object(t *testing.T, key, value string) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": "x_1", "metadata": map[string]string{key: value}})
	require.NoError(t, err)
	return body
}

// standing is what became of a payout, and which tasks and books it has. How often its workflow is told to look is no part of it:
// whoever is told looks again, and does nothing that is done.
func (a *arrivals) standing(p payable) string {
	a.t.Helper()
	return a.text(`select concat_ws(' | ', p.state, nullif((select count(*) from ledger_transactions t where t.payout_id = p.id and t.kind = 'settle'), 0) || ' settled',
		(select string_agg(k.kind || ' ' || k.state, ' ' order by k.kind) from tasks k where k.ref = p.id)) from payouts p where p.id = $1`, p.id)
}

func (a *arrivals) told(p payable) string {
	a.t.Helper()
	return a.text(`select count(*) from outbox where workflow_id = 'payout/' || $1`, p.id)
}

func TestTransferEventsInEveryOrder(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	for _, tt := range []struct {
		name, state string
		steps       []string
		want        string
	}{
		{"MadeForAPaidPayout", "paid", []string{"transfer.created", "transfer.updated"}, "paid | 1 settled"},
		{"TakenBackFromAPaidPayout", "paid", []string{"transfer.created", "transfer.reversed", "transfer.updated"}, "paid | 1 settled | transfer_reversed open"},
		{"WhileThePayoutLearnsThatItIsPaid", "submitted", []string{"settle", "transfer.created", "transfer.updated"}, "paid | 1 settled"},
		{"TakenBackWhileThePayoutLearnsThatItIsPaid", "submitted", []string{"settle", "transfer.created", "transfer.reversed"}, "paid | 1 settled | transfer_reversed open"},
		{"TakenBackFromAPayoutOfWhichNothingIsKnown", "unknown", []string{"settle", "transfer.created", "transfer.reversed"}, "paid | 1 settled | transfer_reversed open"},
		{"NewsForAPayoutOfWhichNothingIsKnown", "unknown", []string{"transfer.created", "transfer.updated"}, "unknown"},
		{"OfAPayoutThatNobodyHasApproved", "awaiting_approval", []string{"transfer.created", "transfer.reversed"}, "awaiting_approval"},
		{"OfAPayoutThatIsNotDue", "scheduled", []string{"transfer.created", "transfer.reversed"}, "scheduled"},
	} {
		inEveryOrder(t, tt.steps, tt.name+": "+tt.want, func() payable { return a.newPayout(tt.state) }, a.transfer,
			func(p payable) string { return tt.name + ": " + a.standing(p) })
	}
	problems, err := a.store.VerifyLedger(a.ctx)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// TestAPayoutIsToldOfEachEventOnce, as long as it may still want to look.
func TestAPayoutIsToldOfEachEventOnce(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	steps := []string{"transfer.created", "transfer.reversed", "transfer.updated"}
	for state, want := range map[string]string{"scheduled": "3", "submitted": "3", "unknown": "3", "paid": "0"} {
		inEveryOrder(t, steps, state+" "+want, func() payable { return a.newPayout(state) }, a.transfer, func(p payable) string { return state + " " + a.told(p) })
	}
}

// The platform's balance is shared: whoever brings money to it cures what was refused for want of it.
func TestABalanceThatCameWakesWhatWasRefusedForWantOfIt(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	short, refused, waits := a.newPayout("submitted"), a.newPayout("submitted"), a.newPayout("awaiting_approval")
	require.NoError(t, a.store.RejectAttempt(a.ctx, short.id, 1, rapport.PayRejectedFunds, "balance_insufficient"))
	require.NoError(t, a.store.RejectAttempt(a.ctx, refused.id, 1, rapport.PayRejected, "account_closed"))
	came := func(body string) {
		require.Empty(t, a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "balance.available", Body: []byte(body)}))
	}
	for _, nothing := range []string{`{}`, `{"available": []}`, `{"available": [{"amount": 5000, "currency": "eur"}, {"amount": 0, "currency": "usd"}]}`, `{"available": 7}`} {
		came(nothing)
		require.Equal(t, "0", a.told(short), nothing)
	}
	came(`{"object": "balance", "available": [{"amount": 5000, "currency": "usd"}]}`)
	require.Equal(t, []string{"1", "0", "0"}, []string{a.told(short), a.told(refused), a.told(waits)})
	require.Equal(t, "funds", a.text(`select input ->> 'kind' from outbox where workflow_id = 'payout/' || $1`, short.id))
}

func TestTransferEventsOfNobodysPayout(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	a.newPayout("paid")
	before := a.written()
	for _, order := range permutations([]string{"transfer.created", "transfer.reversed", "transfer.updated"}) {
		for _, payout := range []string{uuid.NewString(), "nonsense", "", uuid.Nil.String()} {
			for _, kind := range order {
				row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: kind, ObjectID: "tr_unknown", Body: object(t, "payout_id", payout)}
				for range 5 {
					require.Equal(t, "no id of ours", a.arrive(row))
				}
			}
		}
	}
	require.Equal(t, before, a.written())
}

// TestATransferThatIsTakenBackAgainAsksAgain: a transfer is taken back in parts, and the person who has seen to the first part has
// not seen to the second.
func TestATransferThatIsTakenBackAgainAsksAgain(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	p := a.newPayout("paid")
	transfer := a.sent(p.id)
	reversed := func() {
		a.takesBack(transfer, uuid.New(), 100)
		row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "transfer.reversed", ObjectID: transfer, Body: object(t, "payout_id", p.id.String())}
		for range 5 {
			a.arrive(row)
		}
	}
	reversed()
	reversed()
	require.Equal(t, "paid | 1 settled | transfer_reversed open", a.standing(p), "one task for both")
	a.exec(`update tasks set state = 'done', done_at = now(), done_by = $2 where ref = $1`, p.id, a.releaser)
	reversed()
	require.Equal(t, "paid | 1 settled | transfer_reversed open", a.standing(p))
}

// TestOurOwnReversalIsNobodysNews: what we took back ourselves tells its workflow, and asks nobody to look.
func TestOurOwnReversalIsNobodysNews(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	p := a.newPayout("paid")
	transfer, reversal := a.sent(p.id), uuid.New()
	a.exec(`insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent)
		select $1, id, partnership_id, brand_id, creator_id, 300, 'usd', 'r', $3, 50 from payouts where id = $2`, reversal, p.id, a.preparer)
	a.takesBack(transfer, reversal, 300)
	row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "transfer.reversed", ObjectID: transfer, Body: object(t, "payout_id", p.id.String())}
	for range 5 {
		require.Empty(t, a.arrive(row))
	}
	require.Equal(t, "paid | 1 settled", a.standing(p))
	require.Equal(t, "1", a.text(`select count(*) from outbox where workflow_id = 'reversal/' || $1`, reversal))
}

// TestAReversalThatComesLateIsSomebodysNews: it was called absent, so nothing of ours looks for it any more.
func TestAReversalThatComesLateIsSomebodysNews(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	in, transfer := a.reversing()
	_, err := a.store.OrderReversal(a.ctx, in.ID, 1, a.payer.ReversalHash)
	require.NoError(t, err)
	require.NoError(t, a.store.RejectReversal(a.ctx, in.ID, 1, rapport.PayRejected, "confirmed_absent"))
	a.takesBack(transfer, in.ID, 400)
	payout := a.text(`select payout_id from reversals where id = $1`, in.ID)
	row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "transfer.reversed", ObjectID: transfer, Body: object(t, "payout_id", payout)}
	require.Empty(t, a.arrive(row))
	require.Equal(t, "1", a.text(`select count(*) from foreign_reversals where payout_id = $1 and amount = 400`, payout))
	require.Equal(t, "1", a.text(`select count(*) from tasks where kind = 'transfer_reversed' and state = 'open' and ref = $1`, payout))
}

// TestAnEventOfAReversalWaitsWhileTheKeyIsRefused: a refused answer pauses, and while it is paused nothing is asked.
func TestAnEventOfAReversalWaitsWhileTheKeyIsRefused(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	p := a.newPayout("paid")
	transfer := a.sent(p.id)
	row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "transfer.reversed", ObjectID: transfer, Body: object(t, "payout_id", p.id.String())}
	d := desk{a}
	d.faulty(`[{"provider": "stripe", "times": -1, "action": "401"}]`)
	_, err := a.inbox.Process(a.ctx, row)
	require.Error(t, err)
	require.Equal(t, "1", a.text(`select count(*) from provider_pauses where lifted_at is null`))
	asked := d.asked()
	_, err = a.inbox.Process(a.ctx, row)
	require.ErrorContains(t, err, "held back: paused")
	require.Equal(t, asked, d.asked())
}

func TestTopUpEventsInEveryOrder(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	type toppedUp struct {
		id     uuid.UUID
		events map[string]rapport.InboxRow
	}
	fresh := func() toppedUp {
		u := toppedUp{uuid.New(), map[string]rapport.InboxRow{}}
		a.exec(`insert into topups (id, brand_id, amount, currency) values ($1, $2, 500, 'usd')`, u.id, a.brand)
		return u
	}
	run := func(u toppedUp, step string) {
		if step == "settle" {
			require.NoError(t, a.store.SettleTopUp(a.ctx, u.id, "tu_"+u.id.String(), "succeeded"))
			return
		}
		row, ok := u.events[step]
		if !ok {
			row = rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: step, ObjectID: "tu_" + u.id.String(), Body: object(t, "topup_id", u.id.String())}
			u.events[step] = row
		}
		require.Empty(t, a.arrive(row))
	}
	end := func(u toppedUp) string {
		return a.text(`select concat_ws(' ', state, case when provider_id = 'tu_' || id then 'known' end, (select count(*) || ' posted' from ledger_transactions where external_ref = provider_id),
			(select count(*) || ' told' from outbox where workflow_id = 'topup/' || topups.id)) from topups where id = $1`, u.id)
	}
	// Money counts when the top-up is read again, never because an event says so.
	inEveryOrder(t, []string{"topup.created", "topup.succeeded", "topup.failed"}, "pending known 0 posted 3 told", fresh, run, end)
	inEveryOrder(t, []string{"topup.created", "topup.succeeded", "settle"}, "succeeded known 1 posted 2 told", fresh, run, end)

	before := a.written()
	for _, id := range []string{uuid.NewString(), "nonsense", ""} {
		for _, kind := range []string{"topup.succeeded", "topup.created", "topup.failed"} {
			row := rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: kind, ObjectID: "tu_unknown", Body: object(t, "topup_id", id)}
			for range 5 {
				require.Equal(t, "no id of ours", a.arrive(row))
			}
		}
	}
	require.Equal(t, before, a.written())
}

// TestEventsThatTwoRelaysTakeAtOnce: a lease that ran out gives a row to another relay while the first still works on it.
func TestEventsThatTwoRelaysTakeAtOnce(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	at := func(rows ...rapport.InboxRow) {
		done := make(chan error, 5*len(rows))
		for range 5 {
			for _, row := range rows {
				go func() {
					_, err := a.inbox.Process(context.WithoutCancel(a.ctx), row)
					done <- err
				}()
			}
		}
		for range cap(done) {
			require.NoError(t, <-done)
		}
	}
	event := func(m mailed, kind string) rapport.InboxRow {
		return rapport.InboxRow{ID: uuid.New(), Provider: "sendgrid", EventID: uuid.NewString(), Type: kind, ObjectID: m.id.String(), Body: []byte("{}")}
	}
	for range 20 {
		m := a.mail("out", rapport.MailOutreach, "accepted")
		at(event(m, "delivered"), event(m, "bounce"), event(m, "unsubscribe"))
		require.Equal(t, "bounced | suppressed: bounce+unsubscribe | told: bounce+unsubscribe | bounced", a.fate(m))
	}
	p := a.newPayout("paid")
	transfer := a.sent(p.id)
	a.takesBack(transfer, uuid.New(), 100)
	at(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", Type: "transfer.reversed", ObjectID: transfer, Body: object(t, "payout_id", p.id.String())})
	require.Equal(t, "paid | 1 settled | transfer_reversed open", a.standing(p))
}
