package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"go.uber.org/zap"
)

var signTemplate = template.Must(template.New("sign").Funcs(template.FuncMap{"lower": strings.ToLower}).Parse(`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign {{.Title}}</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:52rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}h1{font-size:1.4rem;margin:0}
.soft{opacity:.75;margin:.25rem 0 1rem}
.file{width:100%;height:60vh;border:1px solid #8886;border-radius:6px}button,.button,input{font:inherit;padding:.6rem 1rem;border-radius:6px;border:1px solid #888}
button{cursor:pointer}.sign{background:#1f6f43;border-color:#1f6f43;color:#fff;font-weight:600;width:100%}form{display:flex;gap:.5rem;flex-wrap:wrap;align-items:end;margin:1rem 0}
label{flex:1 1 14rem;display:flex;flex-direction:column}input{min-width:0}.done{padding:.75rem 1rem;border:1px solid #8886;border-radius:6px}</style>
<h1>{{.Title}}</h1><p class="soft">This page stands in for Documenso's.</p>
{{if eq .Status "PENDING"}}<object class="file" type="application/pdf" data="{{.Path}}/file#navpanes=0"><p>This browser does not show PDF files here.</p></object>
<p><a href="{{.Path}}/file" target="_blank">Open the document</a></p>
<form method="post"><button class="sign" name="action" value="sign">Sign as {{.Signer}}</button></form>
<form method="post"><label>Why not? <input name="reason" maxlength="500"></label><button name="action" value="reject">Do not sign</button></form>
{{else if eq .Status "COMPLETED"}}<p class="done">Signed by {{.Signer}}. You can close this page.</p><p><a href="{{.Path}}/file" target="_blank">Open the signed document</a></p>
{{else}}<p class="done">The document is {{lower .Status}}: nobody can sign it any more.</p>{{end}}</html>`))

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
	token := r.PathValue("token")
	e, ok := s.envelopeByToken(token)
	if !ok {
		http.NotFound(w, r)
		return
	}
	page := struct {
		envelope

		Path, Signer string
	}{e, "/sign/" + url.PathEscape(token), ""}
	for _, p := range e.Recipients {
		if p.Token == token {
			page.Signer = p.Name
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := signTemplate.Execute(w, page); err != nil {
		s.log.Warn("a page broke off", zap.Error(err))
	}
}

// signFile is the document that the page shows.
func (s *Server) signFile(w http.ResponseWriter, r *http.Request) {
	e, ok := s.envelopeByToken(r.PathValue("token"))
	var file []byte
	s.db.view(func() { file, _ = s.signFiles.get(e.ID) })
	if !ok || file == nil {
		http.NotFound(w, r)
		return
	}
	writePDF(w, e.sealed(file, false))
}

func (s *Server) signHere(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	e, ok := s.envelopeByToken(token)
	action := r.FormValue("action")
	if !ok || action != "sign" && action != "reject" {
		http.NotFound(w, r)
		return
	}
	if _, err := s.decide(e.ID, action, r.FormValue("reason")); err != nil {
		http.Error(w, "The document is decided already.", http.StatusConflict)
		return
	}
	http.Redirect(w, r, "/sign/"+url.PathEscape(token), http.StatusSeeOther)
}
