package sendgrid

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/sendgrid/rest"
	sdk "github.com/sendgrid/sendgrid-go"

	"rapport"
)

// DailyCounts gives what SendGrid counted on each day from the UTC day of from to that of to, both included, the oldest first. SendGrid
// counts sent and received mail apart; a day that only one of its two answers names has 0 for the other.
//
// SendGrid's days begin in the time zone of the account's settings, so that must be UTC. The key needs the scopes stats.read,
// stats.global.read and user.webhooks.parse.stats.read besides the one that sends. The timeout bounds each of the two calls. An error
// is always an *Error; a read changes nothing and may be made again after any outcome, Unknown too.
func (c *Client) DailyCounts(ctx context.Context, from, to time.Time) ([]rapport.MailCount, error) {
	days := map[string]*rapport.MailCount{}

	err := c.addStats(ctx, days, "/v3/stats", from, to, func(n *rapport.MailCount) map[string]*int {
		return map[string]*int{"requests": &n.Requests, "delivered": &n.Delivered, "bounces": &n.Bounces}
	})
	if err != nil {
		return nil, err
	}

	err = c.addStats(ctx, days, "/v3/user/webhooks/parse/stats", from, to, func(n *rapport.MailCount) map[string]*int {
		return map[string]*int{"received": &n.Received}
	})
	if err != nil {
		return nil, err
	}

	out := make([]rapport.MailCount, 0, len(days))
	for _, date := range slices.Sorted(maps.Keys(days)) {
		out = append(out, *days[date])
	}

	return out, nil
}

// addStats reads one kind of statistics and adds each metric that fields names to the number it belongs to.
func (c *Client) addStats(
	ctx context.Context, days map[string]*rapport.MailCount, path string, from, to time.Time, fields func(*rapport.MailCount) map[string]*int,
) error {
	req := sdk.GetRequest(c.key, path, c.base)
	req.Method = rest.Get
	req.QueryParams = map[string]string{
		"start_date": from.UTC().Format(time.DateOnly), "end_date": to.UTC().Format(time.DateOnly), "aggregated_by": "day",
	}

	res, err := c.call(ctx, req, http.StatusOK)
	if err != nil {
		return err
	}

	unreadable := &Error{Outcome: Unknown, Status: res.StatusCode}

	var answer []struct {
		Date  string `json:"date"`
		Stats []struct {
			Metrics map[string]json.RawMessage `json:"metrics"`
		} `json:"stats"`
	}

	if json.Unmarshal([]byte(res.Body), &answer) != nil || answer == nil {
		return unreadable
	}

	for _, a := range answer {
		day, err := time.Parse(time.DateOnly, a.Date)
		if err != nil {
			return unreadable
		}

		if days[a.Date] == nil {
			days[a.Date] = &rapport.MailCount{Day: day}
		}

		for _, s := range a.Stats {
			for name, into := range fields(days[a.Date]) {
				// A metric that is absent or no whole number is unknown, which is not 0: the count would show a loss that is none.
				n, err := strconv.ParseUint(string(s.Metrics[name]), 10, 31)
				if err != nil {
					return unreadable
				}

				*into += int(n)
			}
		}
	}

	return nil
}
