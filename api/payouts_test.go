package api_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rapport"
	"rapport/postgres/pgtest"
)

func eur(amount int) map[string]any { return map[string]any{"amount": amount, "currency": "eur"} }

type holdBody struct {
	Reason, By, Since, Ends string
	ReviewOn                string `json:"review_on"`
}

type payoutBody struct {
	Holds   []holdBody
	Summary struct {
		State      string
		HeldReason string `json:"held_reason"`
	}
	Evidence  []string
	Approvals []struct {
		Part string
		User struct{ Name string }
	}
	ApprovalParts []struct {
		Command, Reason string
		Allowed         bool
	} `json:"approval_parts"`
	Commands []struct {
		Command, Label, Reason string
		Allowed                bool
	}
	Ledger []struct {
		Account string
		Amount  int64
	}
}

// contentApproved lets both@one.example have approved the content that the payout is for.
func (d *desk) contentApproved(t *testing.T) {
	t.Helper()
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, stage, decision, state, decided_at) values ($1, $2, $3, $4, $5, 0, 'approve', 'accepted', now())`,
		id(), d.review, d.submission, d.world.one, d.users["both@one.example"])
}

func TestPayoutShowsWhatItRestsOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.contentApproved(t)
	d.sql(t, `update deliverables set post_url = 'https://video.example/1' where id = $1`, d.deliverable)
	d.sql(t, `insert into post_checks (deliverable_id, n, result, url) values ($1, 1, 'ok', 'https://video.example/1')`, d.deliverable)
	d.sql(t, `select ledger_post($1, 'accrual', $2, $3, null::int, null::text, 'eur', $4)`, id(), d.world.one, d.payout,
		`[{"account":"milestone_expense:`+d.world.one.String()+`:eur","amount":-40000},{"account":"creator_payable:`+d.world.one.String()+":"+d.creator.String()+`:eur","floor_zero":true,"amount":40000}]`)
	var p payoutBody
	d.as(t, "finance_preparer@one.example").send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).into(t, &p)
	evidence := strings.Join(p.Evidence, "\n")
	for _, words := range []string{"C-0", "“On approval”", "payable 10 days later", "approved by Ms both", "https://video.example/1", "as agreed"} {
		require.Contains(t, evidence, words)
	}
	require.Len(t, p.Ledger, 2)
	require.Equal(t, "preparer", p.ApprovalParts[0].Command)
	require.True(t, p.ApprovalParts[0].Allowed)
	require.False(t, p.ApprovalParts[1].Allowed, "a preparer is no releaser")
	d.as(t, "both@one.example").send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).into(t, &p)
	require.Contains(t, p.ApprovalParts[0].Reason, "approved the content")
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).into(t, &p)
	for _, c := range p.Commands {
		require.False(t, c.Allowed, c.Command)
		require.NotEmpty(t, c.Reason)
	}
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).status)
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).status)
}

func TestPayoutIsApprovedByTwoPeopleForItsAmount(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.contentApproved(t)
	path := "/v1/payouts/" + d.payout.String() + "/approvals"
	prepare := map[string]any{"part": "preparer", "amount": eur(40000)}
	preparer, releaser := d.as(t, "finance_preparer@one.example"), d.proved(t, "finance_releaser@one.example")

	require.Equal(t, "key_required", preparer.send(t, "POST", path, prepare).text("code"))
	a := preparer.keyed().send(t, "POST", path, map[string]any{"part": "preparer", "amount": eur(40001)})
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"amount another_amount"}, a.fields(t))
	require.Equal(t, 403, releaser.keyed().send(t, "POST", path, prepare).status, "a releaser is no preparer")
	require.Equal(t, 403, d.as(t, "admin@one.example").keyed().send(t, "POST", path, prepare).status, "admins have no payout rights")
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").keyed().send(t, "POST", path, prepare).status)
	a = d.as(t, "both@one.example").keyed().send(t, "POST", path, prepare)
	require.Equal(t, 403, a.status, "who approved the content")
	require.Equal(t, "RA014", a.text("code"))
	require.Contains(t, a.text("detail"), "approved the content")
	require.Zero(t, one[int](t, d, `select count(*) from payout_approvals`))
	require.Empty(t, d.flows.commands())

	keyed := preparer.keyed()
	a = keyed.send(t, "POST", path, prepare)
	require.Equal(t, 200, a.status, "%s", a.body)
	got := d.flows.commands()
	require.Len(t, got, 1)
	require.Equal(t, rapport.CmdApprovePayout, got[0].Kind)
	require.Equal(t, "preparer", got[0].Code)
	require.Equal(t, "acct_mia", one[string](t, d, `select destination from payout_approvals where id = $1`, got[0].Ref))
	require.Equal(t, 200, keyed.send(t, "POST", path, prepare).status, "the same key is the same approval")
	require.Len(t, d.flows.commands(), 1)

	// Another finance person of the same part comes too late; the same person may not give the other part.
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'finance_preparer'), ($3, $2, 'finance_releaser')`,
		d.users["ops@one.example"], d.world.one, d.users["finance_preparer@one.example"])
	a = d.as(t, "ops@one.example").keyed().send(t, "POST", path, prepare)
	require.Equal(t, 409, a.status)
	require.Equal(t, "already_approved", a.text("code"))
	require.Contains(t, a.text("detail"), "Ms finance_preparer")
	a = preparer.keyed().send(t, "POST", path, map[string]any{"part": "releaser", "amount": eur(40000)})
	require.Equal(t, 403, a.status)
	require.Equal(t, "same_person", a.text("code"))

	require.Equal(t, 200, releaser.keyed().send(t, "POST", path, map[string]any{"part": "releaser", "amount": eur(40000)}).status)
	require.Equal(t, 2, one[int](t, d, `select count(distinct approver) from payout_approvals where payout_id = $1`, d.payout))
}

func TestApprovalIsNotWrittenWhenThePayoutWouldNotTakeIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/payouts/" + d.payout.String() + "/approvals"
	body := map[string]any{"part": "preparer", "amount": eur(40000)}
	preparer := d.as(t, "finance_preparer@one.example")
	d.sql(t, `update payouts set commands = '[{"kind":"approve_preparer","refused":"content_approval_counts"},{"kind":"approve_releaser"}]'`)
	a := preparer.keyed().send(t, "POST", path, body)
	require.Equal(t, 409, a.status)
	require.Equal(t, "content_approval_counts", a.text("code"))
	require.Zero(t, one[int](t, d, `select count(*) from payout_approvals`))

	// The pages are behind: the row is written, the payout refuses, and a later try offers the same row again.
	d.sql(t, `update payouts set commands = '[]'`)
	d.flows.refuse("not_awaiting_approval")
	require.Equal(t, 409, preparer.keyed().send(t, "POST", path, body).status)
	d.flows.answers(nil)
	require.Equal(t, 200, preparer.keyed().send(t, "POST", path, body).status)
	got := d.flows.commands()
	require.Equal(t, got[0].Ref, got[1].Ref)
	require.Equal(t, 1, one[int](t, d, `select count(*) from payout_approvals`))

	d.sql(t, `update payouts set state = 'held', held_reason = 'ban'`)
	a = d.proved(t, "finance_releaser@one.example").keyed().send(t, "POST", path, map[string]any{"part": "releaser", "amount": eur(40000)})
	require.Equal(t, 409, a.status)
	require.Equal(t, "RA010", a.text("code"), "the database has the last word")
}

func TestHoldKeepsItsReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/payouts/" + d.payout.String() + "/commands"
	preparer := d.as(t, "finance_preparer@one.example")
	a := preparer.keyed().send(t, "POST", path, map[string]any{"command": "hold", "review_on": "2020-01-01"})
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"reason required", "review_on past"}, a.fields(t))
	require.Equal(t, []string{"review_on required"}, preparer.keyed().send(t, "POST", path, map[string]any{"command": "hold", "reason": "The invoice is missing."}).fields(t))
	require.Equal(t, 400, preparer.send(t, "POST", path, map[string]any{"command": "hold", "reason": "x"}).status, "an act on money needs a key")
	a = preparer.keyed().send(t, "POST", path, map[string]any{"command": "hold", "reason": "The invoice is missing.", "review_on": "2100-01-31"})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, rapport.CmdHold, d.flows.commands()[0].Kind)
	require.Equal(t, "2100-01-31", d.flows.commands()[0].Until.Format(time.DateOnly))
	require.Equal(t, 1, one[int](t, d, `select count(*) from messages where direction = 'internal' and body_text = 'The invoice is missing.'`))
	d.sql(t, `update payouts set state = 'held', held_reason = 'manual'`)
	var p payoutBody
	preparer.send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).into(t, &p)
	require.Equal(t, "The invoice is missing. To be looked at again on 31 January 2100.", p.Summary.HeldReason)
	d.sql(t, `update payouts set held_reason = 'ban', holds = jsonb_build_array(jsonb_build_object('code', 'ban', 'at', '2026-03-01T09:00:00Z'),
		jsonb_build_object('code', 'manual', 'by', $1::uuid, 'at', '2026-03-02T09:00:00Z'))`, d.users["finance_preparer@one.example"])
	p = payoutBody{}
	preparer.send(t, "GET", "/v1/payouts/"+d.payout.String(), nil).into(t, &p)
	require.Equal(t, "The creator is banned.", p.Summary.HeldReason, "a day to look at it again is of the person's hold alone")
	require.Equal(t, []holdBody{
		{Reason: "The creator is banned.", Since: "2026-03-01T09:00:00Z", Ends: "It ends when the ban is lifted."},
		{Reason: "The invoice is missing.", By: "Ms finance_preparer", Since: "2026-03-02T09:00:00Z", ReviewOn: "2100-01-31", Ends: "Finance releases it."},
	}, p.Holds)
	a = preparer.keyed().send(t, "POST", path, map[string]any{"command": "reconcile"})
	require.Equal(t, 409, a.status)
	require.Equal(t, "nothing_to_reconcile", a.text("code"))
	require.Equal(t, 403, d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"command": "release"}).status)
}

func TestAChangedBankAccountIsReleasedAfterItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/payouts/" + d.payout.String()
	d.sql(t, `update payouts set state = 'held', held_reason = 'destination_changed', 
		commands = '[{"kind": "release", "refused": "held_by_condition"}, {"kind": "release_destination", "refused": "destination_cool_off"}]' where id = $1`, d.payout)
	d.sql(t, `insert into destination_holds (payout_id, brand_id, changed_at, free_at) values ($1, $2, '2026-03-02 10:00', '2100-03-05 10:00')`, d.payout, d.world.one)
	releaser := d.as(t, "finance_releaser@one.example")
	ask := func(who call, reason string) answer {
		return who.keyed().send(t, "POST", path+"/commands", map[string]any{"command": "release_destination", "reason": reason})
	}

	var p payoutBody
	releaser.send(t, "GET", path, nil).into(t, &p)
	require.Contains(t, p.Summary.HeldReason, "The creator's bank account changed on 2 March 2026")
	require.Contains(t, p.Summary.HeldReason, "5 March 2100")
	a := ask(releaser, "")
	require.Equal(t, []string{"reason required"}, a.fields(t))
	a = ask(releaser, "I called her.")
	require.Equal(t, 409, a.status)
	require.Contains(t, a.text("detail"), "5 March 2100", "it says when")
	d.sql(t, `update payouts set commands = '[{"kind": "release_destination"}]' where id = $1`, d.payout)
	a = ask(releaser, "I called her.")
	require.Equal(t, "RA060", a.text("code"), "the database has the last word: %s", a.body)
	require.Empty(t, d.flows.commands())

	d.sql(t, `update destination_holds set free_at = '2026-03-05 10:00'`)
	require.Equal(t, 403, ask(d.as(t, "finance_preparer@one.example"), "I called her.").status)
	require.Equal(t, 403, ask(d.as(t, "ops@one.example"), "I called her.").status)
	a = ask(releaser, "I called her.")
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, rapport.CmdReleaseDestination, d.flows.commands()[0].Kind)
	require.Equal(t, d.users["finance_releaser@one.example"], one[uuid.UUID](t, d, `select released_by from destination_holds`))
	require.Equal(t, 1, one[int](t, d, `select count(*) from messages where direction = 'internal' and body_text = 'I called her.'`))
}

func TestExportIsSafeInASpreadsheet(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update creators set name = '=HYPERLINK("http://x","y")'`)
	d.sql(t, `update milestones set title = '@SUM(A1)'`)
	a := d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/export", nil)
	require.Equal(t, 200, a.status)
	require.Contains(t, a.header.Get("Content-Type"), "text/csv")
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, `'=HYPERLINK("http://x","y")`, rows[1][4])
	require.Equal(t, "'@SUM(A1)", rows[1][5])
	require.Equal(t, "400.00", rows[1][6])
	rows, err = csv.NewReader(strings.NewReader(strings.TrimPrefix(string(d.as(t, "auditor@two.example").send(t, "GET", "/v1/payouts/export", nil).body), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1, "no row of another brand")
	a = d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/export?format=xlsx", nil)
	require.Equal(t, 200, a.status)
	book, err := excelize.OpenReader(bytes.NewReader(a.body))
	require.NoError(t, err)
	rows, err = book.GetRows("Payouts")
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, `=HYPERLINK("http://x","y")`, rows[1][4], "a text as it is")
	formula, err := book.GetCellFormula("Payouts", "E2")
	require.NoError(t, err)
	require.Empty(t, formula)
	require.Equal(t, "400.00", rows[1][6])
	require.Equal(t, 422, d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/export?state=nonsense&format=xlsx", nil).status)
	require.Equal(t, 422, d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts/export?state=nonsense", nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", "/v1/payouts/export", nil).status)
}

func TestFundsLedgerAndReconciliation(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	brand := d.world.one.String()
	finance := d.as(t, "finance_preparer@one.example")
	a := finance.keyed().send(t, "POST", "/v1/brands/"+brand+"/top-ups", map[string]any{"amount": eur(0)})
	require.Equal(t, []string{"amount.amount not_positive"}, a.fields(t))
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").keyed().send(t, "POST", "/v1/brands/"+brand+"/top-ups", map[string]any{"amount": eur(500)}).status)
	a = finance.keyed().send(t, "POST", "/v1/brands/"+brand+"/top-ups", map[string]any{"amount": eur(50000)})
	require.Equal(t, 202, a.status, "%s", a.body)
	topup := a.text("id")
	require.Equal(t, `"`+topup+`"`, one[string](t, d, `select input::text from outbox where workflow = 'TopUp' and workflow_id = $1 and task_queue = 'rapport'`, "topup/"+topup))

	require.NoError(t, d.worker.SettleTopUp(t.Context(), uuid.MustParse(topup), "tu_1", "succeeded"))
	var funds struct {
		Items []struct{ Available struct{ Amount int64 } }
	}
	d.as(t, "ops@one.example").send(t, "GET", "/v1/brands/"+brand+"/funds", nil).into(t, &funds)
	require.Len(t, funds.Items, 1)
	require.EqualValues(t, 50000, funds.Items[0].Available.Amount)
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "GET", "/v1/brands/"+brand+"/funds", nil).status)

	var txns struct {
		Items []struct {
			Kind  string
			Lines []struct{ Amount int64 }
		}
	}
	finance.send(t, "GET", "/v1/ledger/transactions", nil).into(t, &txns)
	require.Len(t, txns.Items, 1)
	require.Len(t, txns.Items[0].Lines, 2, "both sides of the posting are shown")
	d.as(t, "auditor@two.example").send(t, "GET", "/v1/ledger/transactions", nil).into(t, &txns)
	require.Empty(t, txns.Items)
	var balances struct{ Items []struct{ Account string } }
	finance.send(t, "GET", "/v1/ledger/balances", nil).into(t, &balances)
	require.Len(t, balances.Items, 1, "what lies at Stripe for all brands is not shown to one")

	a = finance.keyed().send(t, "POST", "/v1/reconciliations", map[string]any{})
	require.Equal(t, 202, a.status, "%s", a.body)
	require.Equal(t, "running", a.text("state"))
	require.Equal(t, `"reconcile"`, one[string](t, d, `select input::text from outbox where workflow = 'Job' and workflow_id = $1`, "job/reconcile/"+a.text("id")))
	require.NoError(t, d.worker.FinishReconciliation(t.Context(), rapport.Reconciliation{
		ID: uuid.MustParse(a.text("id")), Lines: []rapport.ReconciliationLine{
			{Kind: "settle", Result: "missing_here", Ref: "tr_1", Theirs: rapport.Money{Amount: 500, Currency: "eur"}, At: time.Now()},
			{Kind: "settle", Result: "missing_there", Ref: "tr_2", BrandID: d.world.one, Ours: rapport.Money{Amount: 500, Currency: "eur"}, At: time.Now()},
		},
	}))
	require.Equal(t, "Ms both", one[string](t, d, `select u.name from reconciliation_cases c join users u on u.id = c.owner_id where c.ref = 'tr_2'`), "a case is somebody's from the beginning")
	var runs struct {
		Items []struct {
			State  string
			Breaks []struct{ Detail string }
		}
	}
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/reconciliations", nil).into(t, &runs)
	require.Len(t, runs.Items, 1)
	require.Equal(t, "breaks", runs.Items[0].State)
	require.Contains(t, runs.Items[0].Breaks[0].Detail, "5.00 EUR")
}

// TestCashLeavesByWeek: what was paid, what is owed, what a contract promises and what an offer would cost, each in its week and its brand.
func TestCashLeavesByWeek(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.seed(t, d.two, "two.example")
	weeks := func(who string) map[string]int64 {
		var list struct {
			Items []struct {
				Week, Kind string
				Amount     struct{ Amount int64 }
			}
		}
		a := d.as(t, who).send(t, "GET", "/v1/payouts/weeks", nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		found := map[string]int64{}
		for _, w := range list.Items {
			found[w.Week+" "+w.Kind] = w.Amount.Amount
		}
		return found
	}
	day := func(expression string) string {
		return one[string](t, d, `select (date_trunc('week', (`+expression+`) at time zone 'Europe/Berlin'))::date::text`)
	}
	d.sql(t, `update payouts set due_at = now() + interval '15 days' where id = $1`, d.payout)
	d.sql(t, `update milestones set state = 'cancelled', met_at = null`)
	d.sql(t, `update offers set state = 'declined'`)
	require.Equal(t, map[string]int64{day("now() + interval '15 days'") + " owed": 40_000}, weeks("auditor@one.example"))
	d.sql(t, `update payouts set due_at = now() - interval '40 days' where id = $1`, d.payout)
	require.Equal(t, map[string]int64{day("now()") + " owed": 40_000}, weeks("auditor@one.example"), "what is overdue leaves now at the earliest")
	d.isPaid(t)
	require.Equal(t, map[string]int64{day("now()") + " paid": 40_000}, weeks("auditor@one.example"))
	d.sql(t, `update milestones set state = 'pending', trigger = 'posted', net_days = 7`)
	d.sql(t, `update contracts set state = 'executed', executed_at = now()`)
	d.sql(t, `update deliverables set publish_by = now() + interval '14 days'`)
	require.Equal(t, map[string]int64{day("now()") + " paid": 40_000, day("now() + interval '21 days'") + " committed": 40_000}, weeks("auditor@one.example"))
	d.sql(t, `update milestones set state = 'cancelled'`)
	d.sql(t, `update offers set state = 'sent'`)
	d.sql(t, `update contracts set state = 'drafting', executed_at = null`)
	d.sql(t, `update campaigns set starts_on = now(), ends_on = now() + interval '30 days'`)
	found := weeks("auditor@one.example")
	require.Len(t, found, 2)
	require.EqualValues(t, 100_000, found[day("(now() + interval '30 days')::date::timestamptz")+" forecast"])
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", "/v1/payouts/weeks", nil).status)
}

func TestWhatIsOwedStandsInLanes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.seed(t, d.two, "two.example")
	lanes := func(who string) map[string]string {
		var list struct {
			Items []struct {
				Lane    string
				Count   int
				Amounts []struct {
					Amount   int64
					Currency string
				}
			}
		}
		d.as(t, who).send(t, "GET", "/v1/payouts/lanes", nil).into(t, &list)
		require.Len(t, list.Items, len(rapport.PayoutLanes()), "an empty lane is there too")
		found := map[string]string{}
		for _, l := range list.Items {
			if l.Count > 0 {
				require.Len(t, l.Amounts, 1)
				found[l.Lane] = fmt.Sprintf("%d: %d %s", l.Count, l.Amounts[0].Amount, l.Amounts[0].Currency)
			}
		}
		return found
	}
	blocked := func(who string) (found []string) {
		var list struct {
			Blocked []struct {
				State       string
				Who         []string
				More, Count int
				Amounts     []struct{ Amount int64 }
			}
		}
		d.as(t, who).send(t, "GET", "/v1/payouts/lanes", nil).into(t, &list)
		for _, b := range list.Blocked {
			found = append(found, fmt.Sprintf("%s %v +%d: %d, %v", b.State, b.Who, b.More, b.Count, b.Amounts))
		}
		return found
	}
	in := func(lane string) (waits []string) {
		var list struct {
			Items []struct {
				WaitsFor string `json:"waits_for"`
			}
		}
		d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts?lane="+lane, nil).into(t, &list)
		for _, p := range list.Items {
			waits = append(waits, p.WaitsFor)
		}
		return waits
	}
	d.sql(t, `update calendars set zone = 'Asia/Tokyo'`)
	due := func(expression string) {
		t.Helper()
		d.sql(t, `update payouts set due_at = `+expression+` where id = $1`, d.payout)
	}
	const tokyo = `date_trunc('day', now() at time zone 'Asia/Tokyo')`
	for lane, day := range map[string]string{
		"today": tokyo + ` at time zone 'Asia/Tokyo'`, "overdue": `(` + tokyo + ` - interval '1 second') at time zone 'Asia/Tokyo'`,
		"soon": `(` + tokyo + ` + interval '6 days' - interval '1 second') at time zone 'Asia/Tokyo'`, "": `(` + tokyo + ` + interval '6 days') at time zone 'Asia/Tokyo'`,
	} {
		due(day)
		want := map[string]string{"to_approve": "1: 40000 eur"}
		if lane != "" {
			want[lane] = "1: 40000 eur"
			require.Len(t, in(lane), 1, lane)
		}
		require.Equal(t, want, lanes("finance_preparer@one.example"), "by the clock of the brand")
	}
	due(`(` + tokyo + ` + interval '6 days') at time zone 'Asia/Tokyo'`)
	require.Equal(t, []string{"A finance preparer and a finance releaser"}, in("to_approve"))
	d.sql(t, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination) values ($1, $2, $3, 1, 'preparer', $4, 40000, 'eur', 'acct_mia')`,
		id(), d.payout, d.world.one, d.users["finance_preparer@one.example"])
	require.Equal(t, []string{"A finance releaser"}, in("to_approve"))
	d.sql(t, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
		values ($1, $2, $3, 1, 'releaser', $4, 40000, 'eur', 'acct_mia', $5)`,
		id(), d.payout, d.world.one, d.users["finance_releaser@one.example"], pgtest.StepUp(t, d.owner, d.users["finance_releaser@one.example"], 0))
	require.Equal(t, []string{"Stripe"}, in("in_flight"), "approved by both, and not sent yet")
	d.sql(t, `update payouts set state = 'held', held_reason = 'manual' where id = $1`, d.payout)
	hold := func(code, who string) uuid.UUID {
		task := id()
		d.sql(t, `insert into tasks (id, brand_id, dedupe_key, kind, code, owner_id, owner_role, ref) values ($1, $2, $1::uuid::text, 'payout_held', $3, $4, 'finance_preparer', $5)`,
			task, d.world.one, code, d.users[who], d.payout)
		return task
	}
	manual := hold("manual", "finance_releaser@one.example")
	hold("ban", "finance_preparer@one.example")
	require.Equal(t, []string{"Ms finance_releaser, who holds it"}, in("blocked"))
	require.Equal(t, []string{"held [Ms finance_releaser] +0: 1, [{40000}]"}, blocked("ops@one.example"))
	d.sql(t, `update tasks set state = 'done' where id = $1`, manual)
	require.Equal(t, []string{"The creator is banned."}, in("blocked"), "the person has let it go")
	require.Equal(t, map[string]string{"blocked": "1: 40000 eur"}, lanes("ops@one.example"))
	for amount, held := range map[int64]string{100: "manual", 200: "ban", 300: "post_mismatch", 400: "approval_revoked", 500: rapport.HoldTerminated} {
		d.sql(t, `update payouts set state = 'held', held_reason = $2 where id = $1`, d.anotherPayout(t, d.world.one, d.work, amount), held)
	}
	d.sql(t, `update payouts set state = 'held', held_reason = 'ban' where id = $1`, d.payout)
	for state, amount := range map[string]int64{"awaiting_payee": 600, "awaiting_funds": 700} {
		d.sql(t, `begin; set local session_replication_role = replica; update payouts set state = '`+state+`' where id = '`+d.anotherPayout(t, d.world.one, d.work, amount).String()+`'; commit`)
	}
	require.Equal(t, []string{
		"awaiting_funds [Funds of One] +0: 1, [{700}]", "awaiting_payee [Mia Lens] +0: 1, [{600}]",
		"held [The creator is banned The approval of the content was revoked A person holds it] +2: 6, [{41500}]",
	}, blocked("ops@one.example"), "most first, one sum a currency")
	offline, gated := d.anotherPayout(t, d.world.one, d.work, 800), d.anotherPayout(t, d.world.one, d.work, 900)
	d.sql(t, `begin; set local session_replication_role = replica; update payouts set state = 'approved', offline_method = 'cheque', destination = null where id = '`+offline.String()+`';
		update payouts set state = 'approved', gated = 'paused', gated_at = now() where id = '`+gated.String()+`'; commit`)
	require.Contains(t, blocked("ops@one.example"), "approved [Finance, who pays it outside of Stripe Stripe, which refuses our key] +0: 2, [{1700}]")
	require.Equal(t, "10: 44500 eur", lanes("ops@one.example")["blocked"], "the lane and what it is made of are the same")
	require.Empty(t, blocked("auditor@two.example"))
	require.Empty(t, in("to_approve"))
	require.Equal(t, 422, d.as(t, "auditor@one.example").send(t, "GET", "/v1/payouts?lane=nonsense", nil).status)
	d.sql(t, `update payouts set state = 'cancelled' where id = $1`, d.payout)
	d.sql(t, `begin; set local session_replication_role = replica; delete from payouts where id <> all ('{`+d.payout.String()+`,`+other.payout.String()+`}'); commit`)
	require.Empty(t, lanes("ops@one.example"), "what has ended is owed to nobody, and another brand's is not shown")
	require.NotEqual(t, uuid.Nil, other.payout)
}

func TestTopUpsAreListedWithWhoAskedAndHowTheyStand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/brands/" + d.world.one.String() + "/top-ups"
	finance := d.as(t, "finance_preparer@one.example")
	require.Equal(t, 202, finance.keyed().send(t, "POST", path, map[string]any{"amount": eur(500)}).status)
	first := one[uuid.UUID](t, d, `select id from topups`)
	require.NoError(t, d.worker.SettleTopUp(t.Context(), first, "tu_1", "failed"))
	require.NoError(t, d.worker.SettleTopUp(t.Context(), first, "tu_1", "failed"))
	require.Equal(t, 202, finance.keyed().send(t, "POST", path, map[string]any{"amount": eur(700)}).status)
	var list struct {
		Items []struct {
			State   string
			AskedBy struct{ Name string } `json:"asked_by"`
			Amount  struct{ Amount int }
		}
		NextCursor string `json:"next_cursor"`
	}
	finance.send(t, "GET", path+"?limit=1", nil).into(t, &list)
	require.Equal(t, 700, list.Items[0].Amount.Amount)
	require.Equal(t, "pending", list.Items[0].State)
	require.Equal(t, "Ms finance_preparer", list.Items[0].AskedBy.Name)
	d.as(t, "auditor@one.example").send(t, "GET", path+"?limit=1&cursor="+list.NextCursor, nil).into(t, &list)
	require.Equal(t, "failed", list.Items[0].State)
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").send(t, "GET", path, nil).status)
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from tasks where kind = 'top_up_failed' and owner_role = 'finance_preparer' and ref = $1`, first), "somebody is told, once")
}

func TestPayoutsAreNarrowedByCreatorAndDueDate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	creator := one[uuid.UUID](t, d, `select creator_id from partnerships where id = $1`, d.partnership)
	name := one[string](t, d, `select name from creators c join partnerships p on p.creator_id = c.id where p.id = $1`, d.partnership)
	// Late in the evening of the 4th in Berlin, which is the 5th in Auckland.
	d.sql(t, `update payouts set due_at = '2026-05-04T21:30:00Z' where id = $1`, d.payout)
	d.sql(t, `update calendars set zone = 'Europe/Berlin' where owner_kind = 'brand'`)
	finance := d.as(t, "finance_preparer@one.example")
	for query, found := range map[string]bool{
		"q=" + url.QueryEscape(name): true, "q=" + url.QueryEscape(strings.ToUpper(name)[:3]): true, "q=nobody": false,
		"creator_id=" + creator.String(): true, "creator_id=" + id().String(): false,
		"due_from=2026-05-04&due_to=2026-05-04": true, "due_from=2026-05-05": false, "due_to=2026-05-03": false, "due_to=2026-05-04": true,
		"q=" + url.QueryEscape(name) + "&due_from=2026-05-05": false,
	} {
		list := finance.send(t, "GET", "/v1/payouts?"+query, nil)
		require.Equal(t, 200, list.status, query)
		require.Equal(t, found, strings.Contains(string(list.body), d.payout.String()), query)
		table := finance.send(t, "GET", "/v1/payouts/export?format=csv&"+query, nil)
		require.Equal(t, found, strings.Contains(string(table.body), d.payout.String()), "exported: %s", query)
	}
	require.Equal(t, []string{"due_to out_of_range"}, finance.send(t, "GET", "/v1/payouts?due_from=2026-05-05&due_to=2026-05-04", nil).fields(t))
	d.sql(t, `update calendars set zone = 'Pacific/Auckland' where owner_kind = 'brand'`)
	require.Contains(t, string(finance.send(t, "GET", "/v1/payouts?due_from=2026-05-05", nil).body), d.payout.String(), "a day is the brand's")
}
