package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
)

// slackPost is one message that an incoming webhook has taken.
type slackPost struct {
	At   time.Time `json:"at"`
	Path string    `json:"path"` // the webhook's
	Text string    `json:"text"`
}

func (s *Server) slackRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /slack/services/{team}/{bot}/{token}", s.slackWebhook)
}

// slackSays answers as Slack does: a word in plain text.
func slackSays(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(word))
}

// slackWebhook is https://hooks.slack.com/services/… with the fault script. Slack knows no idempotency keys.
func (s *Server) slackWebhook(w http.ResponseWriter, r *http.Request) {
	f := s.faults.pick(requestActions, providerSlack, r.Method, r.URL.Path)
	switch f.Action {
	case actDropBefore:
		dropConnection(w)
	case act429:
		w.Header().Set("Retry-After", "1")
		slackSays(w, http.StatusTooManyRequests, "rate_limited")
		return
	case actHTML502:
		writeHTML502(w)
		return
	case actRedirect:
		w.Header().Set("Location", r.URL.Path+"?redirected=1")
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	status, word := s.takeSlackPost(r)
	switch f.Action {
	case actCommitDrop, actTruncate:
		dropConnection(w)
	case actCommit500, actRollForward:
		status, word = http.StatusInternalServerError, "rollup_error"
	case actSlow:
		s.pause(r, f)
	}
	slackSays(w, status, word)
}

func (s *Server) takeSlackPost(r *http.Request) (status int, word string) {
	var body struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return http.StatusBadRequest, "invalid_payload"
	}
	if strings.TrimSpace(body.Text) == "" {
		return http.StatusBadRequest, "no_text"
	}
	err := s.db.update(func(x *tx) error {
		s.slackPosts.put(x, newID("sl_"), slackPost{At: time.Now().UTC(), Path: r.URL.Path, Text: body.Text})
		return nil
	})
	if err != nil {
		s.log.Error("a message could not be remembered", zap.Error(err))
		return http.StatusInternalServerError, "rollup_error"
	}
	return http.StatusOK, "ok"
}

// getSlackPosts lists the messages that were taken, from the oldest.
func (s *Server) getSlackPosts(w http.ResponseWriter, _ *http.Request) {
	list := []slackPost{}
	s.db.view(func() {
		s.slackPosts.oldest(func(_ string, p slackPost) bool {
			list = append(list, p)
			return true
		})
	})
	writeJSON(w, http.StatusOK, map[string]any{"posts": list})
}
