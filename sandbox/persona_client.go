package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"go.uber.org/zap"
)

// personaClient is no creator: somebody of an agency's client who is mailed links to single versions. Most they decide; the rest they
// leave to whoever looks on.
const personaClient = "client"

var reviewLink = regexp.MustCompile(`/review/([A-Za-z0-9_.~-]+)`)

func reviewToken(m mail) string {
	for _, link := range linksOf(m) {
		if u, err := url.Parse(link); err == nil {
			if found := reviewLink.FindStringSubmatch(u.Path); found != nil {
				return found[1]
			}
		}
	}
	return ""
}

// meetClient lets the client decide a while after the mail.
func (s *Server) meetClient(x *tx, m mail) {
	if token := reviewToken(m); token != "" && share(m.Subject, "client") < 0.75 {
		s.schedule(x, job{Kind: "client", Ref: token}, s.days(0.6, token))
	}
}

// clientDecides is what an outside reviewer does with a link.
func (s *Server) clientDecides(ctx context.Context, j job) time.Duration {
	body := map[string]any{"decision": "approve"}
	switch n := share(j.Ref, "decision"); {
	case n < 0.2:
		body = map[string]any{"decision": "approve_with_corrections", "corrections": []string{"Please write our name in full when you publish it."}}
	case n < 0.35:
		body = map[string]any{"decision": "request_changes", "comment": "Lovely. Could the bottle stand closer to the camera, and nobody drink from it while they carry something?"}
	}
	raw, err := json.Marshal(body)
	if err == nil {
		err = s.decideOutside(ctx, j.Ref, raw)
	}
	if err != nil && j.Attempt < 3 && ctx.Err() == nil {
		return s.days(0.1, j.Ref)
	}
	if err != nil {
		s.log.Debug("an outside reviewer was turned away", zap.Error(err))
	}
	return s.finish(j, nothing)
}

func (s *Server) decideOutside(ctx context.Context, token string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.targetURL()+"/v1/outside/review/decisions", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Review-Token", token)
	req.Header.Set("Idempotency-Key", "client-"+token)
	req.Header.Set("User-Agent", "rapport-sandbox")
	resp, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("decide: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("the decision was answered with %d", resp.StatusCode)
	}
	return nil // what was refused is not asked again: the link has ended
}
