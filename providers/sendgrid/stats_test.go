package sendgrid_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/providers/sendgrid"
)

const (
	sentPath   = "/v3/stats"
	parsedPath = "/v3/user/webhooks/parse/stats"
)

// noon moves the sandbox's clock to the next noon, so that a test does not run over midnight.
func (w *world) noon() time.Time {
	w.t.Helper()

	var answer struct {
		Now time.Time `json:"now"`
	}

	w.call(http.MethodPost, "/control/clock", map[string]int64{"advance_ms": 0}, &answer)
	wait := answer.Now.Truncate(24 * time.Hour).Add(36 * time.Hour).Sub(answer.Now)
	w.call(http.MethodPost, "/control/clock", map[string]int64{"advance_ms": wait.Milliseconds()}, &answer)

	return answer.Now.UTC()
}

func TestSandboxCountsMailByDay(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	before := w.noon()
	now := w.noon()

	for _, to := range []string{"ada@creator.example", "kim@creator.example", "bounce.1@creator.example"} {
		m := letter()
		m.ToAddress = to
		_, err := w.client.Send(t.Context(), m)
		require.NoError(t, err)
	}

	w.call(http.MethodPost, "/control/mail/"+w.mails()[0]+"/reply", map[string]any{"text": "Yes"}, nil)
	w.next("/webhooks/sendgrid/inbound")

	want := []rapport.MailCount{
		{Day: before.Truncate(24 * time.Hour)},
		{Day: now.Truncate(24 * time.Hour), Requests: 3, Delivered: 2, Bounces: 1, Received: 1},
	}
	far := time.FixedZone("", 14*60*60) // where it is tomorrow already

	// The sandbox counts a mail as received when it has seen the answer to its post.
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		got, err := w.client.DailyCounts(t.Context(), before.In(far), now.In(far))
		require.NoError(c, err)
		require.Equal(c, want, got)
	}, 10*time.Second, 5*time.Millisecond)

	got, err := sendgrid.Mailer{Client: w.client}.DailyCounts(t.Context(), now, now)
	require.NoError(t, err)
	require.Equal(t, want[1:], got)
}

func TestSandboxFaultsOfCountsHaveTheirOutcomes(t *testing.T) {
	t.Parallel()

	for action, want := range map[string]sendgrid.Outcome{
		"drop_before": sendgrid.Unknown, "truncate": sendgrid.Unknown, "commit_then_500": sendgrid.Unknown, "html_502": sendgrid.Unknown,
		"429": sendgrid.RateLimited,
	} {
		for _, path := range []string{sentPath, parsedPath} {
			t.Run(action+path, func(t *testing.T) {
				t.Parallel()

				w := newWorld(t)
				now := w.noon()
				w.call(http.MethodPut, "/control/faults", []map[string]any{{"provider": "sendgrid", "path": path, "action": action}}, nil)

				got, err := w.client.DailyCounts(t.Context(), now, now)
				require.Equal(t, want, sendgrid.OutcomeOf(err))
				require.Empty(t, got, "no half of a count")

				got, err = w.client.DailyCounts(t.Context(), now, now)
				require.NoError(t, err)
				require.Len(t, got, 1)
			})
		}
	}

	w := newWorld(t)
	now := w.noon()
	_, err := w.client.DailyCounts(t.Context(), now, now.AddDate(0, 0, -1))

	var e *sendgrid.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, sendgrid.Rejected, e.Outcome)
	require.Equal(t, "end_date", e.Field)
}

// march is a day of March 2026, at an hour that must not matter.
func march(day int) time.Time { return time.Date(2026, time.March, day, 15, 0, 0, 0, time.UTC) }

func TestDailyCountsMergesBothAnswersByDay(t *testing.T) {
	t.Parallel()

	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer SG.test" ||
			r.URL.RawQuery != "aggregated_by=day&end_date=2026-03-04&start_date=2026-03-01" {
			w.WriteHeader(http.StatusBadRequest)
		}

		switch r.URL.Path {
		case sentPath:
			_, _ = io.WriteString(w, `[
				{"date":"2026-03-03","stats":[{"metrics":{"requests":1,"delivered":0,"bounces":0,"opens":null}}]},
				{"date":"2026-03-01","stats":[{"metrics":{"requests":10,"delivered":9,"bounces":1}},{"metrics":{"requests":2,"delivered":2,"bounces":0}}]},
				{"date":"2026-03-04","stats":[]}]`)
		case parsedPath:
			_, _ = io.WriteString(w, `[{"date":"2026-03-02","stats":[{"metrics":{"received":7}}]},{"date":"2026-03-03","stats":[{"metrics":{"received":5}}]}]`)
		}
	})

	got, err := c.DailyCounts(t.Context(), march(1), march(4))
	require.NoError(t, err)
	require.Equal(t, []rapport.MailCount{
		{Day: march(1).Truncate(24 * time.Hour), Requests: 12, Delivered: 11, Bounces: 1},
		{Day: march(2).Truncate(24 * time.Hour), Received: 7},
		{Day: march(3).Truncate(24 * time.Hour), Requests: 1, Received: 5},
		{Day: march(4).Truncate(24 * time.Hour)},
	}, got)

	got, err = newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") }).
		DailyCounts(t.Context(), march(1), march(4))
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestDailyCountsRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()

	answer := func(code int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}

			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	metrics := func(m string) http.HandlerFunc {
		return answer(200, `[{"date":"2026-03-01","stats":[{"metrics":`+m+`}]}]`)
	}
	fine := `"requests":1,"delivered":1,"bounces":0,"received":1`

	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    sendgrid.Outcome
		wait    time.Duration
	}{
		"400":              {answer(400, `{"errors":[{"field":"start_date"}]}`), sendgrid.Rejected, 0},
		"401":              {answer(401, `{}`), sendgrid.Unauthorized, 0},
		"403":              {answer(403, `{}`), sendgrid.Unauthorized, 0},
		"429":              {answer(429, ``, "Retry-After", "9"), sendgrid.RateLimited, 9 * time.Second},
		"500":              {answer(500, `{}`), sendgrid.Unknown, 0},
		"html 502":         {answer(502, `<html>`), sendgrid.Unknown, 0},
		"202":              {answer(202, `[]`), sendgrid.Unknown, 0},
		"redirect":         {answer(307, ``, "Location", "http://127.0.0.1:1/"), sendgrid.Unknown, 0},
		"nothing":          {answer(200, ``), sendgrid.Unknown, 0},
		"null":             {answer(200, `null`), sendgrid.Unknown, 0},
		"html":             {answer(200, `<html>`), sendgrid.Unknown, 0},
		"object":           {answer(200, `{"errors":[]}`), sendgrid.Unknown, 0},
		"half a list":      {answer(200, `[{"date":"2026-03-01","stats":[{"metr`), sendgrid.Unknown, 0},
		"trailing":         {answer(200, `[]]`), sendgrid.Unknown, 0},
		"cut":              {answer(200, `[]`, "Content-Length", "900"), sendgrid.Unknown, 0},
		"endless":          {answer(200, `[`+strings.Repeat(" ", 2<<20)+`]`), sendgrid.Unknown, 0},
		"no date":          {answer(200, `[{"stats":[]}]`), sendgrid.Unknown, 0},
		"date of a month":  {answer(200, `[{"date":"2026-03","stats":[]}]`), sendgrid.Unknown, 0},
		"no such date":     {answer(200, `[{"date":"2026-02-30","stats":[]}]`), sendgrid.Unknown, 0},
		"stats an object":  {answer(200, `[{"date":"2026-03-01","stats":{}}]`), sendgrid.Unknown, 0},
		"no metrics":       {answer(200, `[{"date":"2026-03-01","stats":[{}]}]`), sendgrid.Unknown, 0},
		"metric absent":    {metrics(`{"requests":1,"delivered":1}`), sendgrid.Unknown, 0},
		"metric null":      {metrics(`{` + strings.Replace(fine, `"bounces":0`, `"bounces":null`, 1) + `}`), sendgrid.Unknown, 0},
		"metric text":      {metrics(`{` + strings.Replace(fine, `"bounces":0`, `"bounces":"0"`, 1) + `}`), sendgrid.Unknown, 0},
		"metric negative":  {metrics(`{` + strings.Replace(fine, `"bounces":0`, `"bounces":-1`, 1) + `}`), sendgrid.Unknown, 0},
		"metric fraction":  {metrics(`{` + strings.Replace(fine, `"bounces":0`, `"bounces":0.5`, 1) + `}`), sendgrid.Unknown, 0},
		"metric too large": {metrics(`{` + strings.Replace(fine, `"bounces":0`, `"bounces":99999999999999999999`, 1) + `}`), sendgrid.Unknown, 0},
		"dropped": {func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		}, sendgrid.Unknown, 0},
		"timeout": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, sendgrid.Unknown, 0},
	} {
		for _, path := range []string{sentPath, parsedPath} {
			if path == parsedPath && strings.HasPrefix(name, "metric ") {
				continue // they are metrics of sent mail
			}

			t.Run(name+path, func(t *testing.T) {
				t.Parallel()

				c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == path {
						tc.handler(w, r)
					} else {
						metrics(`{`+fine+`}`)(w, r)
					}
				})

				got, err := sendgrid.Mailer{Client: c}.DailyCounts(t.Context(), march(1), march(1))
				require.Nil(t, got)

				var e *sendgrid.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, tc.want, e.Outcome)

				var s *rapport.SendError
				require.ErrorAs(t, err, &s)
				require.Equal(t, string(tc.want), s.Outcome)
				require.Equal(t, tc.wait, s.RetryAfter)
			})
		}
	}
}

func TestDailyCountsStopsWithItsContext(t *testing.T) {
	t.Parallel()

	var calls atomic.Int32

	c := newClient(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := c.DailyCounts(ctx, march(1), march(1))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, sendgrid.Unsent, sendgrid.OutcomeOf(err))
	require.Zero(t, calls.Load())
}
