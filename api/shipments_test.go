package api_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79/webhook"

	"rapport"
	"rapport/worker"
)

func TestAParcelBeginsTheTimeOfWhatWaitsForIt(t *testing.T) {
	t.Parallel()
	d, _ := hooked(t)
	d.runs(t)
	d.sql(t, `update deliverables set draft_due_at = null, publish_by = null, draft_after = 'product_delivered' where id = $1`, d.deliverable)
	path := "/v1/partnerships/" + d.partnership.String()
	ops := d.as(t, "ops@one.example")
	add := func(who, reference string) answer {
		return d.as(t, who).keyed().send(t, "POST", path+"/shipments", map[string]any{"reference": reference, "carrier": "DHL"})
	}
	require.Equal(t, []string{"reference required"}, add("ops@one.example", "  ").fields(t))
	require.Equal(t, []int{403, 404}, []int{add("approver@one.example", "A1").status, add("ops@two.example", "A1").status})
	require.Equal(t, 201, add("ops@one.example", " A1 ").status)
	require.Equal(t, []string{"reference taken"}, add("ops@one.example", "A1").fields(t))

	var p struct {
		Shipments []struct {
			Reference   string     `json:"reference"`
			DeliveredAt *time.Time `json:"delivered_at"`
		} `json:"shipments"`
		Deliverables []struct {
			WaitsForProduct bool `json:"waits_for_product"`
			Late            bool `json:"late"`
		} `json:"deliverables"`
	}
	ops.send(t, "GET", path, nil).into(t, &p)
	require.Equal(t, "A1", p.Shipments[0].Reference)
	require.Equal(t, []bool{true, false}, []bool{p.Deliverables[0].WaitsForProduct, p.Deliverables[0].Late}, "who has no product is not late")
	d.sql(t, `update payees set state = 'ready'`)
	home := string(d.visitor(t).send(t, "GET", "/v1/portal/home", nil).body)
	require.Contains(t, home, "begins when the product has arrived")

	post := func(body, secret string, at time.Time) int {
		mac := webhook.ComputeSignature(at, []byte(body), secret)
		return d.anon().with("Rapport-Signature", fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac))).send(t, "POST", "/webhooks/shipments", body).status
	}
	event := func(id, reference, state string) string {
		return fmt.Sprintf(`{"id":%q,"reference":%q,"state":%q,"at":"2026-01-02T03:04:05Z"}`, id, reference, state)
	}
	right, now := webhookSecret+"shipments", time.Now()
	require.Equal(t, []int{400, 400, 400, 400}, []int{
		post(event("1", "A1", "delivered"), webhookSecret+"account", now), post(event("1", "A1", "delivered"), right, now.Add(-time.Hour)),
		post(event("1", "A1", "delivered"), right, now.Add(time.Hour)), post(`{"id":"1"}`, right, now),
	})
	require.Zero(t, one[int](t, d, `select count(*)::int from webhook_inbox`))
	for _, body := range []string{event("1", "A1", "delivered"), event("1", "A1", "delivered"), event("2", "A1", "in_transit"), event("3", "B2", "delivered")} {
		require.Equal(t, 200, post(body, right, now))
	}
	rows, err := d.worker.TakeInbox(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, rows, 3, "the same event counts once")
	inbox, notes := worker.Inbox{Store: d.worker}, map[string]string{}
	for _, row := range rows {
		notes[row.EventID], err = inbox.Process(t.Context(), row)
		require.NoError(t, err)
	}
	require.Equal(t, map[string]string{"1": "", "2": "nothing to do", "3": "no such parcel"}, notes)
	var sig rapport.Signal
	require.NoError(t, json.Unmarshal(one[[]byte](t, d, `select input from outbox where workflow_id = $1 and kind = 'signal'`, "partnership/"+d.partnership.String()), &sig))
	require.Equal(t, []any{rapport.SignalDelivered, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, []any{sig.Kind, sig.At})
	require.NotEqual(t, uuid.Nil, sig.Ref)
	ops.send(t, "GET", path, nil).into(t, &p)
	require.NotNil(t, p.Shipments[0].DeliveredAt)

	d.sql(t, `update partnerships set term = 2 where id = $1`, d.partnership)
	require.Equal(t, 200, post(event("4", "A1", "delivered"), right, now))
	rows, err = d.worker.TakeInbox(t.Context(), 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	note, err := inbox.Process(t.Context(), rows[0])
	require.NoError(t, err)
	require.Empty(t, note, "the parcel is known")
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from outbox where workflow_id = $1 and kind = 'signal'`, "partnership/"+d.partnership.String()),
		"a parcel of an earlier term begins no time of this one")
	require.NotContains(t, string(ops.send(t, "GET", path, nil).body), "A1")
}

func TestAPersonNotesThatTheProductHasArrived(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	note := func(who string, at time.Time) answer {
		return d.as(t, who).keyed().send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/delivery", map[string]any{"delivered_at": at})
	}
	require.Equal(t, 404, d.anon().send(t, "POST", "/webhooks/shipments", "{}").status, "without a secret nothing is taken")
	require.Equal(t, []string{"delivered_at in_future"}, note("ops@one.example", time.Now().Add(time.Hour)).fields(t))
	require.Equal(t, []int{403, 404}, []int{note("guest@one.example", time.Now()).status, note("ops@two.example", time.Now()).status})
	require.Empty(t, d.flows.commands())
	at := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	require.Equal(t, 200, note("ops@one.example", at).status)
	got := d.flows.commands()[0]
	require.Equal(t, []any{rapport.CmdNoteDelivery, at, d.users["ops@one.example"]}, []any{got.Kind, got.Until, got.Actor})
	d.flows.refuse("no_product_awaited")
	require.Equal(t, "no_product_awaited", note("ops@one.example", at).text("code"))
}
