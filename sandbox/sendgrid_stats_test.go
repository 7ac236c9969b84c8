package sandbox

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type statDay struct {
	Date  string `json:"date"`
	Stats []struct {
		Metrics map[string]int `json:"metrics"`
	} `json:"stats"`
}

// noon moves the clock to the next noon, so that a test does not run over midnight, and gives its date.
func (b *box) noon() string {
	b.t.Helper()
	now := b.now().UTC()
	b.advance(now.Truncate(24 * time.Hour).Add(36 * time.Hour).Sub(now))
	return b.now().UTC().Format(time.DateOnly)
}

// stats asks one of the two endpoints for the days of a range.
func (b *box) stats(path, query string) []map[string]int {
	b.t.Helper()
	var days []statDay
	require.Equal(b.t, http.StatusOK, b.raw(b.api.URL, http.MethodGet, path+"?aggregated_by=day&"+query, nil, &days))
	list := make([]map[string]int, 0, len(days))
	for _, d := range days {
		require.Len(b.t, d.Stats, 1)
		list = append(list, d.Stats[0].Metrics)
	}
	return list
}

func (b *box) sent(query string) []map[string]int {
	b.t.Helper()
	return b.stats("/v3/stats", query)
}

func (b *box) received(query string) []map[string]int {
	b.t.Helper()
	return b.stats("/v3/user/webhooks/parse/stats", query)
}

func TestStats_count_mail_by_the_day_of_the_sandbox(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	first := b.noon()
	for _, to := range []string{"kim@creators.example", "lee@creators.example", "bounce.1@creators.example", "bounce.1@creators.example", "soft.1@creators.example"} {
		_, status := b.sendMail(to, "note", nil)
		require.Equal(t, http.StatusAccepted, status)
	}
	// What is refused, or only checked, is not counted.
	require.Equal(t, http.StatusBadRequest, b.raw(b.api.URL, http.MethodPost, "/v3/mail/send", []byte(`{}`), nil))
	checked := strings.Replace(simpleMail, `"subject"`, `"mail_settings":{"sandbox_mode":{"enable":true}},"subject"`, 1)
	require.Equal(t, http.StatusOK, b.raw(b.api.URL, http.MethodPost, "/v3/mail/send", []byte(checked), nil))

	want := map[string]int{
		"requests": 5, "processed": 4, "delivered": 2, "bounces": 1, "blocks": 1,
		"clicks": 0, "deferred": 0, "opens": 0, "spam_reports": 0, "unsubscribes": 0,
	}
	require.Equal(t, []map[string]int{want}, b.sent("start_date="+first+"&end_date="+first))

	second := b.noon()
	two := strings.Replace(simpleMail, `{"email":"kim@creators.example"}`, `{"email":"a@creators.example"},{"email":"b@creators.example"}`, 1)
	require.Equal(t, http.StatusAccepted, b.raw(b.api.URL, http.MethodPost, "/v3/mail/send", []byte(two), nil))
	days := b.sent("start_date=" + first)
	require.Len(t, days, 2, "until today")
	require.Equal(t, want, days[0], "what came later is another day's")
	require.Equal(t, 2, days[1]["requests"], "one a recipient")
	require.Equal(t, 2, days[1]["delivered"])
	require.Zero(t, b.sent("start_date=2020-01-01&end_date=2020-01-01")[0]["requests"])

	require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/reset", nil, nil))
	require.Zero(t, b.sent("start_date=" + second + "&end_date=" + second)[0]["requests"])
}

func TestStats_count_inbound_mail_once_whatever_became_of_its_post(t *testing.T) {
	t.Parallel()
	var refuse atomic.Bool
	b := newBox(t, quick(), func(h hook) int {
		if h.path == endpointInbound && refuse.Load() {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	today := b.noon()
	id, _ := b.sendMail("kim@creators.example", "note", nil)
	reply := func() {
		t.Helper()
		require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/mail/"+id+"/reply", Reply{Text: "Yes"}, nil))
	}
	quiet := func() bool {
		left := 0
		b.db.view(func() {
			b.jobs.oldest(func(_ string, j job) bool {
				if j.Args["endpoint"] == endpointInbound {
					left++
				}
				return true
			})
		})
		return left == 0
	}
	received := func() int { return b.received("start_date=" + today + "&end_date=" + today)[0][statReceived] }

	refuse.Store(true)
	reply()
	require.Equal(t, 1, received(), "also while nobody takes it")
	refuse.Store(false)
	require.Eventually(t, quiet, waitFor, tick)
	require.Equal(t, 1, received())

	b.faults(Fault{Provider: providerSendGrid, Path: endpointInbound, Action: actDuplicate})
	reply()
	b.next(at(endpointInbound))
	b.next(at(endpointInbound))
	b.next(at(endpointInbound))
	require.Eventually(t, quiet, waitFor, tick)
	require.Equal(t, 2, received(), "posted twice, counted once")

	b.faults(Fault{Provider: providerSendGrid, Path: endpointInbound, Action: actDrop})
	reply()
	require.Eventually(t, quiet, waitFor, tick)
	require.Equal(t, 3, received(), "it came in, though its post was lost")

	var resent struct{ Resent int }
	for _, want := range []int{1, 0} {
		require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/inbound/resend", nil, &resent))
		require.Equal(t, want, resent.Resent)
	}
	b.next(at(endpointInbound))
	require.Eventually(t, quiet, waitFor, tick)
	require.Equal(t, 3, received(), "and is the same mail")
}

func TestStats_survive_a_restart(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.State = t.TempDir()
	s, err := New(cfg)
	require.NoError(t, err)
	require.NoError(t, s.db.update(func(x *tx) error { s.count(x, statRequests); s.count(x, statRequests); return nil }))
	today := s.now().UTC().Format(time.DateOnly)
	require.NoError(t, s.Close())
	b := newBox(t, cfg, nil)
	require.Equal(t, 2, b.sent("start_date=" + today + "&end_date=" + today)[0][statRequests])
}

func TestStats_refuse_what_names_no_days(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	for query, field := range map[string]string{
		"":                                 "start_date",
		"start_date=01.02.2026":            "start_date",
		"start_date=2026-02-30":            "start_date",
		"start_date=2026-01-02&end_date=x": "end_date",
		"start_date=2026-01-02&end_date=2026-01-01":  "end_date",
		"start_date=2000-01-01&end_date=2026-01-01":  "end_date",
		"start_date=2026-01-02&aggregated_by=month":  "aggregated_by",
		"start_date=2026-01-02&aggregated_by=nobody": "aggregated_by",
	} {
		var got struct {
			Errors []sendError `json:"errors"`
		}
		require.Equal(t, http.StatusBadRequest, b.raw(b.api.URL, http.MethodGet, "/v3/stats?"+query, nil, &got), query)
		require.Equal(t, field, *got.Errors[0].Field, query)
	}
}

func TestStats_need_a_key_and_obey_the_fault_script(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/v3/stats", "/v3/user/webhooks/parse/stats"} {
		b := newBox(t, quick(), nil)
		target := b.api.URL + path + "?start_date=" + b.noon()
		get := func(key string) (int, error) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", key)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return 0, err
			}
			return resp.StatusCode, resp.Body.Close()
		}
		for key, want := range map[string]int{"": 401, "Bearer ": 401, "Basic x": 401, "Bearer SG.x": 200} {
			status, err := get(key)
			require.NoError(t, err)
			require.Equal(t, want, status, key)
		}
		for action, want := range map[string]int{act429: 429, actCommit500: 500, actHTML502: 502} {
			b.faults(Fault{Provider: providerSendGrid, Method: http.MethodGet, Path: path, Action: action})
			status, err := get("Bearer SG.x")
			require.NoError(t, err)
			require.Equal(t, want, status, action)
		}
		b.faults(Fault{Provider: providerSendGrid, Method: http.MethodGet, Path: path, Action: actDropBefore})
		_, err := get("Bearer SG.x")
		require.Error(t, err)
	}
}
