package sandbox

import (
	"html/template"
	"net/http"
	"net/url"

	"go.uber.org/zap"
)

var signTemplate = template.Must(template.New("sign").Parse(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign {{.Title}}</title><style>body{font:16px/1.5 system-ui;max-width:32rem;margin:3rem auto;padding:0 1rem}</style>
<h1>{{.Title}}</h1><p>This stands in for Documenso's page. The document is {{.Status}}.</p>
{{if eq .Status "PENDING"}}<form method="post"><button name="action" value="sign">Sign</button></form>
<form method="post"><label>Reason <input name="reason"></label> <button name="action" value="reject">Reject</button></form>{{end}}</html>`))

func (s *Server) envelopeByToken(token string) (envelope, bool) {
	var e envelope
	found := false
	s.db.view(func() {
		s.envelopes.oldest(func(_ string, has envelope) bool {
			for _, p := range has.Recipients {
				if p.Token == token && has.Status != "DRAFT" {
					e, found = has, true
				}
			}
			return !found
		})
	})
	return e, found
}

// signPage is where a signer's link leads.
func (s *Server) signPage(w http.ResponseWriter, r *http.Request) {
	e, ok := s.envelopeByToken(r.PathValue("token"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := signTemplate.Execute(w, e); err != nil {
		s.log.Warn("a page broke off", zap.Error(err))
	}
}

func (s *Server) signHere(w http.ResponseWriter, r *http.Request) {
	e, ok := s.envelopeByToken(r.PathValue("token"))
	action := r.FormValue("action")
	if !ok || action != "sign" && action != "reject" {
		http.NotFound(w, r)
		return
	}
	if _, err := s.decide(e.ID, action, r.FormValue("reason")); err != nil {
		http.Error(w, "The document is decided already.", http.StatusConflict)
		return
	}
	http.Redirect(w, r, "/sign/"+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
}
