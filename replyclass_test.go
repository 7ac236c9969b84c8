package rapport

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// labelledReply is a line of testdata/replies.
type labelledReply struct {
	ID, Subject, Text, Currency string
	Class                       ReplyClass
	Amount                      int64
}

func labelledReplies(t *testing.T, path string) []labelledReply {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []labelledReply
	for s := bufio.NewScanner(f); s.Scan(); {
		var r labelledReply
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

type replyScore struct{ right, said, meant int }

func (s replyScore) precision() float64 { return float64(s.right) / float64(max(s.said, 1)) }
func (s replyScore) recall() float64    { return float64(s.right) / float64(max(s.meant, 1)) }

func scoreReplies(t *testing.T, replies []labelledReply, show bool) (scores map[ReplyClass]*replyScore) {
	t.Helper()
	scores = map[ReplyClass]*replyScore{}
	for _, c := range ReplyClasses() {
		scores[c] = &replyScore{}
	}
	right, fees, feesRight := 0, 0, 0
	for _, r := range replies {
		got := SuggestReply(r.Subject, r.Text)
		scores[got.Class].said++
		scores[r.Class].meant++
		if got.Class == r.Class {
			right++
			scores[r.Class].right++
		} else if show {
			t.Logf("%s is %s, got %s (%q): %s", r.ID, r.Class, got.Class, got.Why, r.Text)
		}
		if r.Class == ReplyCounter && r.Currency != "" {
			fees++
			if got.Amount != nil && *got.Amount == (Money{r.Amount, r.Currency}) {
				feesRight++
			} else if show {
				t.Logf("%s names %d %s, got %v: %s", r.ID, r.Amount, r.Currency, got.Amount, r.Text)
			}
		}
	}
	for _, c := range ReplyClasses() {
		t.Logf("%-14s precision %.3f recall %.3f (%d)", c, scores[c].precision(), scores[c].recall(), scores[c].meant)
	}
	t.Logf("accuracy %.3f of %d, fees %d of %d", float64(right)/float64(max(len(replies), 1)), len(replies), feesRight, fees)
	return scores
}

func TestTuningReplies(t *testing.T) {
	t.Parallel()
	scoreReplies(t, labelledReplies(t, "testdata/replies/tuning.jsonl"), true)
}
