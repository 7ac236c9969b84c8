package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/api/gen"
)

func TestASequenceIsSimulatedInTheCreatorsHours(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	steps := []any{
		map[string]any{"kind": "send", "template": "invitation"}, map[string]any{"kind": "wait", "business_days": 2}, map[string]any{"kind": "send", "template": "follow_up_1"},
	}
	d.sql(t, `update creators set zone = 'Asia/Tokyo' where id = $1`, d.creator)
	ask := func(body map[string]any) (got gen.SequenceSimulation) {
		body["brand_id"], body["steps"], body["starts_at"] = d.world.one, steps, "2026-03-06T20:00:00Z"
		a := ops.send(t, "POST", "/v1/sequences/simulate", body)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &got)
		return got
	}
	got := ask(map[string]any{"creator_id": d.creator})
	require.Equal(t, "Asia/Tokyo", got.Zone)
	require.Len(t, got.Items, 3, "the last step is followed by the end")
	require.Equal(t, time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), got.Items[0].At.UTC(), "Monday, nine o'clock in Tokyo")
	require.Contains(t, got.Items[0].Why, "then when the creator's working hours begin")
	require.Equal(t, time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC), got.Items[1].At.UTC())
	require.Equal(t, time.Hour, got.Items[1].Latest.Sub(got.Items[1].At))
	require.Contains(t, got.Items[1].Why, "2 business days after the step before")
	require.Equal(t, gen.SimulatedStepKindStop, got.Items[2].Kind)
	require.Equal(t, "Europe/Berlin", ask(map[string]any{}).Zone, "without a creator, the brand's")
	require.Zero(t, one[int](t, d, `select count(*) from outbox`))
}

func TestASequenceSendsOnlyMailsThatThereAre(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	body := map[string]any{"brand_id": d.world.one, "name": "Spring", "steps": []any{
		map[string]any{"kind": "send", "template": "invitation"}, map[string]any{"kind": "wait", "business_days": 400}, map[string]any{"kind": "send", "template": "nothing"},
		map[string]any{"kind": "send", "template": "offer"},
	}}
	a := ops.keyed().send(t, "POST", "/v1/sequences", body)
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"steps[1].business_days out_of_range", "steps[2].template unknown_template", "steps[3].template no_postal_address"}, a.fields(t))
}

func TestAMailUsesOnlyTagsThatItHas(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	var list gen.TemplateList
	ops.send(t, "GET", "/v1/templates?brand_id="+d.world.one.String(), nil).into(t, &list)
	require.NotEmpty(t, list.Items)
	for _, mail := range list.Items { // what every installation starts with can be saved as it is
		a := ops.keyed().send(t, "POST", "/v1/templates", map[string]any{"brand_id": d.world.one, "name": mail.Name, "subject": mail.Subject, "body": mail.Body})
		require.Equal(t, 201, a.status, "%s: %s", mail.Name, a.body)
	}
	a := ops.keyed().send(t, "POST", "/v1/templates", map[string]any{"brand_id": d.world.one, "name": "invitation", "subject": "{{offer.fee}}", "body": "Hi {{creator.nickname}}"})
	require.Equal(t, 422, a.status)
	require.Equal(t, []string{"subject unknown_tag", "body unknown_tag"}, a.fields(t))
}
