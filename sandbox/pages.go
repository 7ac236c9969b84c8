package sandbox

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

//go:embed pages/*.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// post is a page that a creator has published, or taken down.
type post struct {
	ID        string    `json:"id"`
	Author    string    `json:"author"`
	Handle    string    `json:"handle,omitempty"` // the page links to its profile
	Caption   string    `json:"caption"`
	Published time.Time `json:"published,omitzero"` // when the page says it was published; zero says nothing
	Removed   bool      `json:"removed"`
	At        time.Time `json:"at"`
}

const mailboxPage = 200

func (s *Server) pageRoutes(mux *http.ServeMux) {
	// Forms come from these pages only: a page elsewhere must not write through a developer's browser.
	guard := http.NewCrossOriginProtection()
	form := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, guard.Handler(h)) }
	mux.HandleFunc("GET /mailbox", s.mailboxPage)
	mux.HandleFunc("GET /mailbox/{id}", s.mailPage)
	form("POST /mailbox/{id}/reply", s.mailReply)
	mux.HandleFunc("GET /authenticator", s.authenticatorPage)
	mux.HandleFunc("GET /onboarding/{id}", s.onboardingPage)
	form("POST /onboarding/{id}", s.onboardingDone)
	mux.HandleFunc("GET /posts/{id}", s.postPage)
	form("POST /posts", s.publish)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/mailbox", http.StatusFound)
	})
}

// render shows a page that may run no script and load nothing from elsewhere, not even inside a framed mail.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, data); err != nil {
		s.log.Error("a page could not be shown", zap.String("page", name), zap.Error(err))
		http.Error(w, "the page could not be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

func (s *Server) notFound(w http.ResponseWriter) {
	s.render(w, http.StatusNotFound, "note.html", "There is nothing here (any more).")
}

// mailsTo lists mails from the youngest; an empty address matches all.
func (s *Server) mailsTo(address string, limit int) []mail {
	list := []mail{}
	s.db.view(func() {
		s.mails.newest(func(_ string, m mail) bool {
			if address == "" || strings.EqualFold(m.To, address) {
				list = append(list, m)
			}
			return len(list) < limit
		})
	})
	return list
}

func (s *Server) mailboxPage(w http.ResponseWriter, r *http.Request) {
	to := strings.TrimSpace(r.URL.Query().Get("to"))
	s.render(w, http.StatusOK, "mailbox.html", map[string]any{"To": to, "Mails": s.mailsTo(to, mailboxPage)})
}

var linkPattern = regexp.MustCompile(`https?://[^\s"'<>()]+`)

// linksOf are the addresses in a mail's text and HTML, each once.
func linksOf(m mail) []string {
	var links []string
	for _, l := range linkPattern.FindAllString(m.Text+"\n"+strings.ReplaceAll(m.HTML, "&amp;", "&"), -1) {
		if l = strings.TrimRight(l, ".,;:!?]"); !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	return links
}

func (s *Server) findMail(id string) (m mail, ok bool) {
	s.db.view(func() { m, ok = s.mails.get(id) })
	return m, ok
}

func (s *Server) mailPage(w http.ResponseWriter, r *http.Request) {
	m, ok := s.findMail(r.PathValue("id"))
	if !ok {
		s.notFound(w)
		return
	}
	s.render(w, http.StatusOK, "mail.html", map[string]any{"Mail": m, "Links": linksOf(m)})
}

// replyTo writes back to a mail.
func (s *Server) replyTo(id string, reply Reply) error {
	return s.db.update(func(x *tx) error {
		m, ok := s.mails.get(id)
		if !ok {
			return errGone
		}
		return s.answer(x, m, reply)
	})
}

func (s *Server) mailReply(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	err := s.replyTo(id, Reply{Text: r.PostFormValue("text"), AutoReply: r.PostFormValue("auto_reply") == "true"})
	switch {
	case errors.Is(err, errGone):
		s.notFound(w)
	case err != nil:
		s.render(w, http.StatusUnprocessableEntity, "note.html", "The reply was not sent: "+err.Error()+".")
	default:
		http.Redirect(w, r, "/mailbox/"+url.PathEscape(id), http.StatusSeeOther)
	}
}

func (s *Server) onboardingPage(w http.ResponseWriter, r *http.Request) {
	l, fresh, err := s.visitLink(r.PathValue("id"))
	switch {
	case err != nil:
		s.notFound(w)
	case !fresh && l.Refresh != "":
		http.Redirect(w, r, l.Refresh, http.StatusFound)
	case !fresh:
		s.render(w, http.StatusGone, "note.html", "This link has been used or is too old.")
	default:
		s.render(w, http.StatusOK, "onboarding.html", l)
	}
}

func (s *Server) onboardingDone(w http.ResponseWriter, r *http.Request) {
	outcome := r.PostFormValue("outcome")
	if outcome == "" {
		outcome = onboardComplete
	}
	if !slices.Contains([]string{onboardComplete, onboardIncomplete, onboardRestricted}, outcome) {
		s.render(w, http.StatusUnprocessableEntity, "note.html", "There is no such outcome.")
		return
	}
	l, ok, err := s.completeLink(r.PathValue("id"), r.PostFormValue("session"), outcome, strings.TrimSpace(r.PostFormValue("number")))
	switch {
	case err != nil:
		s.notFound(w)
	case ok && l.Return != "":
		http.Redirect(w, r, l.Return, http.StatusSeeOther)
	case ok:
		s.render(w, http.StatusOK, "note.html", "Thank you. You can close this page.")
	case l.Refresh != "":
		http.Redirect(w, r, l.Refresh, http.StatusSeeOther)
	default:
		s.render(w, http.StatusGone, "note.html", "This link has been used or is too old.")
	}
}

func (s *Server) postPage(w http.ResponseWriter, r *http.Request) {
	var p post
	var ok bool
	s.db.view(func() { p, ok = s.posts.get(r.PathValue("id")) })
	if !ok || p.Removed {
		s.notFound(w)
		return
	}
	profile := ""
	if handle := strings.TrimPrefix(p.Handle, "@"); handle != "" {
		profile = s.baseURL() + "/@" + url.PathEscape(handle)
	}
	s.render(w, http.StatusOK, "post.html", map[string]any{"Post": p, "Profile": profile})
}

// savePost publishes, edits or takes down a post; an empty id makes one.
func (s *Server) savePost(p post) (post, error) {
	if p.ID == "" {
		p.ID = newID("")[:12]
	}
	err := s.db.update(func(x *tx) error {
		p.At = time.Now().UTC()
		if old, ok := s.posts.get(p.ID); ok {
			p.At = old.At
		}
		s.posts.put(x, p.ID, p)
		return nil
	})
	return p, err
}

func (s *Server) publish(w http.ResponseWriter, r *http.Request) {
	var p post
	if !readJSON(w, r, &p) {
		return
	}
	p.ID, p.Removed = "", false
	p, err := s.savePost(p)
	if err != nil {
		writeProblem(w, http.StatusInternalServerError, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"id": p.ID, "url": s.baseURL() + "/posts/" + p.ID})
}
