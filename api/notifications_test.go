package api_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

type bell struct {
	Items []struct {
		ID    uuid.UUID `json:"id"`
		Title string    `json:"title"`
		Link  string    `json:"link"`
		Read  bool      `json:"read"`
	} `json:"items"`
	Unread int `json:"unread"`
}

func (d *desk) bell(t *testing.T, who string) (b bell) {
	t.Helper()
	got := d.as(t, who).send(t, "GET", "/v1/notifications", nil)
	require.Equal(t, 200, got.status, "%s", got.body)
	require.NoError(t, json.Unmarshal(got.body, &b))
	return b
}

func TestNotificationsAreOnesOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	told := map[string]uuid.UUID{}
	for _, who := range []string{"ops@one.example", "approver@one.example"} {
		for _, kind := range []string{"contract_executed", "contract_declined"} {
			told[who+kind] = id()
			d.sql(t, `insert into notifications (id, user_id, brand_id, event, key, kind, partnership_id, at, mail) values ($1, $2, $3, 'contract', $4, $4, $5, now(), 'off')`,
				told[who+kind], d.users[who], d.world.one, kind, d.work.partnership)
		}
	}
	require.Equal(t, 2, d.bell(t, "ops@one.example").Unread)
	require.Empty(t, d.bell(t, "ops@two.example").Items)
	read := func(who string, body map[string]any) int {
		return d.as(t, who).keyed().send(t, "POST", "/v1/notifications/read", body).status
	}
	soon := time.Now().Add(time.Minute)
	require.Equal(t, 204, read("ops@one.example", map[string]any{"ids": []uuid.UUID{told["approver@one.examplecontract_executed"]}, "until": soon}))
	require.Equal(t, 2, d.bell(t, "approver@one.example").Unread, "nobody reads for another one")
	require.Equal(t, 204, read("ops@one.example", map[string]any{"ids": []uuid.UUID{told["ops@one.examplecontract_executed"]}, "until": soon}))
	require.Equal(t, 1, d.bell(t, "ops@one.example").Unread)
	require.Equal(t, 204, read("ops@one.example", map[string]any{"until": time.Now().Add(-time.Hour)}))
	require.Equal(t, 1, d.bell(t, "ops@one.example").Unread, "what came later stays unread")
	require.Equal(t, 204, read("ops@one.example", map[string]any{"until": soon}))
	require.Zero(t, d.bell(t, "ops@one.example").Unread)

	d.sql(t, `delete from user_roles where user_id = $1`, d.users["approver@one.example"])
	require.Empty(t, d.bell(t, "approver@one.example").Items, "a role that is gone takes with it what was told")
}

func TestNotificationSettingsAreKeptAndRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	edit := func(change map[string]any) answer {
		body := map[string]any{"events": []any{}, "quiet_from": "21:00", "quiet_until": "07:00", "urgent_passes": true, "digest_at": "09:15"}
		maps.Copy(body, change)
		return d.as(t, "ops@one.example").keyed().send(t, "PUT", "/v1/notification-settings", body)
	}
	require.Equal(t, []string{"digest_at quiet"}, edit(map[string]any{"digest_at": "06:00"}).fields(t))
	require.Equal(t, []string{"choices fixed"}, edit(map[string]any{"events": []any{map[string]any{"event": "security", "app": false, "mail": "off"}}}).fields(t))
	require.Equal(t, 200, edit(map[string]any{"events": []any{map[string]any{"event": "contract", "app": false, "mail": "off"}}}).status)
	d.sql(t, `insert into notifications (id, user_id, brand_id, event, key, kind, at, mail) values ($1, $2, $3, 'contract', 'k', 'contract_executed', now(), 'off')`,
		id(), d.users["ops@one.example"], d.world.one)
	require.Empty(t, d.bell(t, "ops@one.example").Items, "off in the bell")

	var kept struct {
		DigestAt string `json:"digest_at"`
		Events   []struct {
			Event string `json:"event"`
			App   bool   `json:"app"`
			Mail  string `json:"mail"`
			Fixed bool   `json:"fixed"`
		} `json:"events"`
	}
	require.NoError(t, json.Unmarshal(d.as(t, "ops@one.example").send(t, "GET", "/v1/notification-settings", nil).body, &kept))
	require.Equal(t, "09:15", kept.DigestAt)
	for _, e := range kept.Events {
		require.NotEqual(t, "due_today", e.Event, "ops has no payments to release")
		if e.Event == "contract" {
			require.Equal(t, []any{false, "off"}, []any{e.App, e.Mail})
		}
		require.Equal(t, e.Event == "security", e.Fixed)
	}
}
