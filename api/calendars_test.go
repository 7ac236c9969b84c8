package api_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestPeopleMakeTheirCalendarAndOpsThoseOfCreators(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, w := d.serve(t, d.flows)
	creator := one[uuid.UUID](t, d, `select creator_id from partnerships where id = $1`, d.partnership)
	d.sql(t, `update calendars set day_seconds = 30 where owner_kind = 'brand' and owner_id = $1`, d.world.one)
	hours := func(more map[string]any) map[string]any {
		body := map[string]any{"zone": "Asia/Tokyo", "working_days": []int{1, 2}, "opens": "10:00", "closes": "16:00", "holidays": []any{map[string]any{"date": "2026-05-04", "name": "Greenery"}}}
		maps.Copy(body, more)
		return body
	}
	legal, ops := w.as(t, "legal@one.example"), w.as(t, "ops@one.example")
	require.Equal(t, []string{"zone unknown_zone", "closes before_opening"}, legal.send(t, "POST", "/v1/calendars", hours(map[string]any{"zone": "Nowhere/Land", "closes": "09:00"})).fields(t))
	made := legal.with("Idempotency-Key", "own").send(t, "POST", "/v1/calendars", hours(nil))
	require.Equal(t, 201, made.status, string(made.body))
	require.Equal(t, made.text("id"), legal.with("Idempotency-Key", "own").send(t, "POST", "/v1/calendars", hours(nil)).text("id"), "the same key is the same calendar")
	require.Equal(t, 409, legal.send(t, "POST", "/v1/calendars", hours(nil)).status, "nobody has two")
	require.Equal(t, 30, one[int](t, d, `select day_seconds from calendars where owner_id = $1`, d.users["legal@one.example"]), "a day is as long as the brand's")
	require.Equal(t, 200, legal.send(t, "PUT", "/v1/calendars/"+made.text("id"), hours(nil)).status)
	require.Equal(t, 403, ops.send(t, "PUT", "/v1/calendars/"+made.text("id"), hours(nil)).status, "it is theirs")
	require.Equal(t, 403, w.as(t, "auditor@one.example").send(t, "POST", "/v1/calendars", hours(nil)).status)

	of := map[string]any{"creator_id": creator}
	require.Equal(t, 403, legal.send(t, "POST", "/v1/calendars", hours(of)).status)
	require.Equal(t, 404, ops.send(t, "POST", "/v1/calendars", hours(map[string]any{"creator_id": id()})).status)
	require.Equal(t, 201, ops.send(t, "POST", "/v1/calendars", hours(of)).status)
	require.Equal(t, 409, w.as(t, "ops@two.example").send(t, "POST", "/v1/calendars", hours(of)).status, "one for every brand")
	list := ops.send(t, "GET", "/v1/calendars?owner_id="+creator.String(), nil)
	require.Equal(t, 1, one[int](t, d, `select jsonb_array_length($1::jsonb -> 'items')`, string(list.body)))
	require.Contains(t, string(list.body), `"zone":"Asia/Tokyo"`)
	calendar, err := d.worker.CreatorCalendar(rapport.WithBrands(t.Context(), d.world.one), d.world.one, &creator)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, calendar.WorkingDays, "and what starts plans with it")
}
