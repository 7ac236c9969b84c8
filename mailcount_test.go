package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestWhatIsMissingBetweenTheCounts(t *testing.T) {
	t.Parallel()
	type day = rapport.MailDay
	for name, tc := range map[string]struct {
		days           []day
		sent, received []int
	}{
		"agreed":                           {[]day{{Sent: 3, SentThere: 3}, {Received: 1, ReceivedThere: 1}, {}}, []int{0, 0, 0}, []int{0, 0, 0}},
		"a post was lost":                  {[]day{{}, {Received: 1, ReceivedThere: 2}, {}}, []int{0, 0, 0}, []int{0, 1, 0}},
		"a post came after midnight":       {[]day{{}, {Received: 1, ReceivedThere: 2}, {Received: 4, ReceivedThere: 3}}, []int{0, 0, 0}, []int{0, 0, 0}},
		"one of two came after midnight":   {[]day{{Received: 0, ReceivedThere: 2}, {Received: 1}, {}}, []int{0, 0, 0}, []int{1, 0, 0}},
		"two days later makes up for none": {[]day{{ReceivedThere: 1}, {}, {Received: 1}}, []int{0, 0, 0}, []int{1, 0, -1}},
		"a mail never got there":           {[]day{{Sent: 2, SentThere: 1}, {}, {}}, []int{-1, 0, 0}, []int{0, 0, 0}},
		"one that may have been sent":      {[]day{{}, {Sent: 2, SentThere: 3, Open: 1}, {}}, []int{0, 0, 0}, []int{0, 0, 0}},
		"more than may have been sent":     {[]day{{}, {Sent: 2, SentThere: 5, Open: 1}, {}}, []int{0, 2, 0}, []int{0, 0, 0}},
		"what was not sent is no loss":     {[]day{{}, {Sent: 2, SentThere: 2, Open: 1}, {}}, []int{0, 0, 0}, []int{0, 0, 0}},
		"today is not over":                {[]day{{}, {}, {Sent: 5, SentThere: 2, Received: 1, ReceivedThere: 3}}, []int{0, 0, -3}, []int{0, 0, 2}},
		"counted on the other day there":   {[]day{{Sent: 2, SentThere: 1}, {Sent: 1, SentThere: 2}, {}}, []int{0, 0, 0}, []int{0, 0, 0}},
	} {
		rapport.CompareMailDays(tc.days)
		for i, d := range tc.days {
			require.Equal(t, tc.sent[i], d.MissingSent, "%s: sent on day %d", name, i)
			require.Equal(t, tc.received[i], d.MissingReceived, "%s: received on day %d", name, i)
			require.Equal(t, i < 2 && (tc.sent[i] != 0 || tc.received[i] != 0), d.Differs, "%s: day %d", name, i)
		}
	}
	rapport.CompareMailDays(nil)
}

func TestPercent(t *testing.T) {
	t.Parallel()
	require.Zero(t, rapport.Percent(0, 0))
	require.InDelta(t, 0.3, rapport.Percent(3, 1000), 1e-9)
}
