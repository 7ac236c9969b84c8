package api_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type caseBody struct {
	ID      uuid.UUID
	State   string
	Detail  string
	Book    *struct{ Allowed bool }
	Booking *struct {
		ID         uuid.UUID
		ApprovedBy string `json:"approved_by"`
		Refused    string
		Approve    struct {
			Allowed bool
			Label   string
			Reason  string
		}
	}
	Notes []struct{ Text string }
}

// topUpCase lets a comparison find a top-up that the ledger lacks.
func (d *desk) topUpCase(t *testing.T) string {
	t.Helper()
	run, found := id(), id()
	d.sql(t, `insert into reconciliations (id, state, from_at, to_at) values ($1, 'breaks', now() - interval '1 day', now())`, run)
	d.sql(t, `insert into reconciliation_cases (id, kind, noun, ref, theirs, theirs_currency, at, last_run) values ($1, 'missing_here', 'topup', 'tu_hand', 70000, 'eur', now(), $2)`, found, run)
	return "/v1/reconciliation-cases/" + found.String()
}

func TestATopUpByHandIsBookedByTwoPeople(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := d.topUpCase(t)
	preparer, releaser := d.as(t, "finance_preparer@one.example"), d.proved(t, "finance_releaser@one.example")
	wish := map[string]any{"brand_id": d.world.one, "reason": "The bank's slip names them"}

	refused(t, d.as(t, "ops@one.example").keyed().send(t, "POST", path+"/bookings", wish), 403, "")
	refused(t, d.as(t, "finance_preparer@two.example").keyed().send(t, "POST", path+"/bookings", wish), 422, "")
	refused(t, preparer.keyed().send(t, "POST", path+"/bookings", map[string]any{"brand_id": d.world.two, "reason": "r"}), 422, "")
	refused(t, preparer.keyed().send(t, "POST", path+"/bookings", map[string]any{"brand_id": d.world.one, "reason": " "}), 422, "")
	refused(t, preparer.keyed().send(t, "POST", "/v1/reconciliation-cases/"+id().String()+"/bookings", wish), 404, "")
	asked := preparer.keyed().send(t, "POST", path+"/bookings", wish)
	require.Equal(t, 201, asked.status, "%s", asked.body)
	var c caseBody
	asked.into(t, &c)
	require.True(t, c.Book.Allowed)
	require.Equal(t, "You are no releaser at this brand.", c.Booking.Approve.Reason)
	require.True(t, strings.HasPrefix(c.Booking.Approve.Label, "Approve: book "), c.Booking.Approve.Label)

	yes := map[string]any{"booking_id": c.Booking.ID, "amount": eur(70_000)}
	refused(t, preparer.keyed().send(t, "POST", path+"/bookings/approvals", yes), 403, "")
	refused(t, d.as(t, "finance_releaser@two.example").keyed().send(t, "POST", path+"/bookings/approvals", yes), 409, "not_asked")
	refused(t, releaser.keyed().send(t, "POST", path+"/bookings/approvals", map[string]any{"booking_id": id(), "amount": eur(70_000)}), 409, "not_asked")
	refused(t, releaser.keyed().send(t, "POST", path+"/bookings/approvals", map[string]any{"booking_id": c.Booking.ID, "amount": eur(69_999)}), 422, "")
	done := releaser.keyed().send(t, "POST", path+"/bookings/approvals", yes)
	require.Equal(t, 202, done.status, "%s", done.body)
	done.into(t, &c)
	require.Equal(t, "open", c.State, "it is booked when Stripe has answered")
	require.Equal(t, "Ms finance_releaser", c.Booking.ApprovedBy)
	require.False(t, c.Book.Allowed)
	require.Equal(t, "totp", one[string](t, d, `select proved_with from top_up_booking_approvals`))
	require.Equal(t, "job/book/"+c.Booking.ID.String(), one[string](t, d, `select workflow_id from outbox where workflow = 'Job' and workflow_id like 'job/book/%'`))
	refused(t, releaser.keyed().send(t, "POST", path+"/bookings/approvals", yes), 409, "not_now")
	refused(t, preparer.keyed().send(t, "POST", path+"/bookings", wish), 409, "approved")
	history := string(preparer.send(t, "GET", "/v1/history", nil).body)
	require.Contains(t, history, "Asked to book a top-up")
	require.Contains(t, history, "Approved that a top-up is booked")
}

func TestWhoAskedToBookATopUpDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := d.topUpCase(t)
	releaser := d.proved(t, "finance_releaser@one.example")
	var c caseBody
	releaser.keyed().send(t, "POST", path+"/bookings", map[string]any{"brand_id": d.world.one, "reason": "r"}).into(t, &c)
	refused(t, releaser.keyed().send(t, "POST", path+"/bookings/approvals", map[string]any{"booking_id": c.Booking.ID, "amount": eur(70_000)}), 403, "own_request")
}
