package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport/api"
)

func TestSlackIsConnectedByAnAddressThatIsNeverShown(t *testing.T) {
	t.Parallel()
	const secret = "https://hooks.slack.com/services/T1/B1/secret"
	d := newDesk(t, func(c *api.Config) {
		c.Outside.CheckSlack = func(address string) error {
			if strings.HasPrefix(address, "https://hooks.slack.com/services/") {
				return nil
			}
			return errors.New("refused")
		}
	})
	path := "/v1/brands/" + d.world.one.String() + "/slack"
	admin := d.as(t, "admin@one.example")
	connected := func(a answer) bool {
		require.Equal(t, 200, a.status, "%s", a.body)
		require.NotContains(t, string(a.body), "hooks.slack.com")
		var c struct{ Connected bool }
		a.into(t, &c)
		return c.Connected
	}
	require.False(t, connected(admin.send(t, "GET", path, nil)))
	for _, address := range []string{"http://10.0.0.1/", "https://hooks.slack.example/services/T1/B1/x", "nonsense"} {
		require.Equal(t, []string{"webhook_url bad_url"}, admin.send(t, http.MethodPut, path, map[string]any{"webhook_url": address}).fields(t))
	}
	require.Zero(t, one[int](t, d, `select count(*) from slack_channels`))
	for range 2 { // another address replaces the first
		require.True(t, connected(admin.send(t, http.MethodPut, path, map[string]any{"webhook_url": " " + secret + " "})))
		d.sql(t, `update slack_channels set last_error = 'no_such_channel'`)
		require.Equal(t, "no_such_channel", d.as(t, "ops@one.example").send(t, "GET", path, nil).text("last_error"))
	}
	require.Equal(t, secret, one[string](t, d, `select webhook_url from slack_channels`))
	require.True(t, connected(d.as(t, "ops@one.example").send(t, "GET", path, nil)))
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, http.MethodPut, path, map[string]any{}).status, "only admins")
	require.Equal(t, 404, d.as(t, "admin@two.example").send(t, http.MethodPut, path, map[string]any{"webhook_url": secret}).status)
	require.Zero(t, one[int](t, d, `select count(*) from audit_log where detail::text like '%secret%'`))
	require.False(t, connected(admin.send(t, http.MethodPut, path, map[string]any{})))
	require.Zero(t, one[int](t, d, `select count(*) from slack_channels`))
}
