package rapport_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// parcel lets the first draft's time begin with the delivery of a product.
func parcel(h *house) { h.terms.Deliverables[0].DraftAfter = rapport.AfterDelivery }

func (h *house) arrives(at time.Time) {
	h.signal(h.p.ID, rapport.Signal{ID: id("parcel " + at.String()), Kind: rapport.SignalDelivered, Ref: id("shipment"), At: at})
	h.run()
}

func TestADraftWaitsForTheProduct(t *testing.T) {
	t.Parallel()

	t.Run("until it has arrived", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, parcel).activate()
		d := h.p.Deliverables[0]
		require.True(t, d.DraftDue.IsZero())
		require.Empty(t, h.timers(h.p.ID, "draft_late"), "nothing is due")
		w := h.p.View(h.now).Waiting[0]
		require.Equal(t, []string{"outside", "The product", "product"}, []string{w.For, w.Who, w.Decision})
		h.pass(5.1)
		require.Equal(t, h.p.OwnerID, h.requireTask("product_not_delivered").OwnerID)
		h.pass(15)
		require.Equal(t, "awaiting_draft", h.p.Deliverables[0].State, "who has no product is not late")
		later := rapport.DeliverableMove{DraftDue: h.now.Add(20 * hour), PublishBy: h.now.Add(40 * hour)}
		require.Equal(t, "dates_do_not_fit", h.refused(rapport.Command{Kind: rapport.CmdRequestExtension, Ref: d.ID, Ref2: id("more time"), Move: &later}))
		a := rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d.ID, DraftDays: 3}}}
		term := h.running()
		term.Deliverables[0].DraftDueAt = nil
		require.Equal(t, "no_date", a.Resolve(term, h.now)[0].Code)

		h.arrives(h.now)
		d = h.p.Deliverables[0]
		require.Equal(t, h.now.Truncate(hour).Add(11*hour), d.DraftDue, "ten days after it, until the end of the day")
		require.Equal(t, d.DraftDue.Add(11*hour), d.PublishBy)
		require.Equal(t, d.DraftDue.Add(hour), h.timers(h.p.ID, "draft_late")[0].At)
		require.Equal(t, "product_delivered", h.mails()[len(h.mails())-1])
		_, open := h.task("product_not_delivered")
		require.False(t, open)
		require.Empty(t, h.timers(h.p.ID, "product_wait"))
		seq := h.p.Seq
		h.arrives(h.p.DeliveredAt)
		require.Equal(t, seq, h.p.Seq, "told again it is the same")
	})
	t.Run("a correction moves the dates", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, parcel).activate()
		h.pass(4)
		h.arrives(h.now)
		due := h.p.Deliverables[0].DraftDue
		h.cmd(rapport.Command{Kind: rapport.CmdNoteDelivery, Until: h.now.Add(-2 * hour), Actor: id("owner")})
		require.Equal(t, due.Add(-2*hour), h.p.Deliverables[0].DraftDue)
		require.Len(t, h.timers(h.p.ID, "draft_late"), 1)
		move := h.asks("more time", 4)
		h.cmd(rapport.Command{Kind: rapport.CmdGrantExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: &move})
		h.cmd(rapport.Command{Kind: rapport.CmdNoteDelivery, Until: h.now.Add(-time.Hour), Actor: id("owner")})
		require.Equal(t, move.DraftDue, h.p.Deliverables[0].DraftDue, "what was agreed on since stays")
		require.Equal(t, "delivered_in_future", h.refused(rapport.Command{Kind: rapport.CmdNoteDelivery, Until: h.now.Add(time.Minute)}))
	})
	t.Run("that came before the signature", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, parcel)
		h.arrives(h.now)
		require.True(t, h.p.DeliveredAt.IsZero(), "nothing is agreed on yet")
		h.mail("human")
		h.cmd(h.offer("offer"))
		h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
		h.cmd(rapport.Command{Kind: rapport.CmdNoteDelivery, Until: h.now, Actor: id("owner")})
		h.pass(3)
		h.sign()
		require.Equal(t, h.now.Truncate(hour).Add(11*hour), h.p.Deliverables[0].DraftDue, "no time begins before both have signed")
	})
	t.Run("that a creator does not wait for", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, parcel).activate()
		h.submit("early")
		require.Empty(t, h.timers(h.p.ID, "product_wait"))
		h.arrives(h.now)
		d := h.p.Deliverables[0]
		require.True(t, d.DraftDue.IsZero(), "it is in")
		require.False(t, d.PublishBy.IsZero())
		h.decide("ada", rapport.DecisionRequestChanges)
		require.False(t, h.p.Deliverables[0].DraftDue.IsZero())
		h.submit("second")
		h.decide("ada", rapport.DecisionApprove)
		require.Equal(t, "approved_to_post", h.p.Deliverables[0].State)
	})
	t.Run("that nothing waits for", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		require.Equal(t, "no_product_awaited", h.refused(rapport.Command{Kind: rapport.CmdNoteDelivery, Until: h.now}))
		due := h.p.Deliverables[0].DraftDue
		h.arrives(h.now)
		require.Equal(t, due, h.p.Deliverables[0].DraftDue)
	})
}

func TestTermsSayWhatTheDraftsTimeBeginsWith(t *testing.T) {
	t.Parallel()
	terms := rapport.DefaultTerms()
	old, err := json.Marshal(terms)
	require.NoError(t, err)
	require.NotContains(t, string(old), "draft_after", "terms from before read and write as they did")
	require.Contains(t, sampleText(terms), "due 10 business days after both have signed;")
	terms.Deliverables[0].DraftAfter = rapport.AfterDelivery
	require.Empty(t, terms.Check("terms"))
	require.Contains(t, sampleText(terms), "due 10 business days after the product has arrived, and not before both have signed;")
	terms.Deliverables[0].DraftAfter = "yesterday"
	require.Equal(t, "terms.deliverables[0].draft_after", terms.Check("terms")[0].Path)
}

// sampleText is the list of deliverables as a contract with the terms has it.
func sampleText(terms rapport.ContractTerms) string {
	c := rapport.SampleContract()
	c.Terms = terms
	clause := rapport.ClauseVersion{ID: id("clause"), Version: 1, Kind: "deliverables", Title: "Deliverables", Body: "{{deliverables}}"}
	return rapport.DraftClauses(c, rapport.ContractTemplate{Clauses: []uuid.UUID{clause.ID}}, []rapport.ClauseVersion{clause})[0].Body
}

func TestAnEventOfAShipmentIsReadStrictly(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		``, `[]`, `{}`, `{"id":"1","reference":"A","state":"delivered"}`, `{"id":"1","state":"delivered","at":"2026-01-02T03:04:05Z"}`, `{"id":"1","reference":"A","state":"delivered","at":"yesterday"}`,
	} {
		_, err := rapport.ReadShipmentEvent([]byte(bad))
		require.Error(t, err, bad)
	}
	e, err := rapport.ReadShipmentEvent([]byte(`{"id":"1","reference":"A","state":"delivered","at":"2026-01-02T03:04:05Z","more":1}`))
	require.NoError(t, err)
	require.Equal(t, rapport.ShipmentEvent{ID: "1", Reference: "A", State: "delivered", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, e)
}
