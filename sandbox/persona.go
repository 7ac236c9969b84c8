package sandbox

import (
	"context"
	"hash/fnv"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Ways of behaving. The local part of an address, up to the first dot or plus sign, names one: eager.3@creators.example.
const (
	personaEager     = "eager"     // answers the first mail, does everything at once
	personaSlow      = "slow"      // answers the second mail, hands in shortly before it is due
	personaNever     = "never"     // never answers
	personaDecline   = "decline"   // says no
	personaOOO       = "ooo"       // away: an automatic answer to the first mail, a human one to the third
	personaHaggle    = "haggle"    // asks for more money once, then accepts
	personaLatecomer = "latecomer" // hands in drafts a day late
	personaEditor    = "editor"    // takes the disclosure out of a post once it is verified
)

var knownPersonas = []string{
	personaEager, personaSlow, personaNever, personaDecline, personaOOO, personaHaggle, personaLatecomer, personaEditor,
}

// persona is what one simulated creator remembers of one partnership.
type persona struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Address  string            `json:"address"`
	Outreach int               `json:"outreach"` // outreach mails received
	Answered bool              `json:"answered,omitempty"`
	Token    string            `json:"token,omitempty"`  // of the newest link to the creator's pages
	Cookie   string            `json:"cookie,omitempty"` // of the session that the link opened
	Visit    string            `json:"visit,omitempty"`  // the planned visit
	Want     string            `json:"want,omitempty"`   // what a mailed code was asked for
	Code     string            `json:"code,omitempty"`
	Done     map[string]int64  `json:"done,omitempty"`  // when something was last done, in milliseconds on the sandbox's clock
	Posts    map[string]string `json:"posts,omitempty"` // published posts by deliverable
	Idle     int               `json:"idle,omitempty"`  // visits in a row with nothing to do
}

// personaOf names the behaviour that an address asks for, known or not.
func personaOf(address string) string {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	if i := strings.IndexAny(local, ".+"); i >= 0 {
		local = local[:i]
	}
	return local
}

// days is a share of a day, spread by a tenth according to the address, so that a crowd does not move in step.
func (s *Server) days(share float64, address string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(address)) // never fails
	spread := 0.9 + 0.2*float64(h.Sum32()%1000)/1000
	return time.Duration(share * spread * float64(s.cfg.Pace))
}

// patience is how many days a behaviour takes to react.
func patience(kind string) float64 {
	switch kind {
	case personaEager:
		return 0.1
	case personaSlow:
		return 0.6
	default:
		return 0.3
	}
}

var (
	portalLink  = regexp.MustCompile(`/portal/([A-Za-z0-9_.~-]+)`)
	codePattern = regexp.MustCompile(`\b(\d{6,8}|[A-Z0-9]{4}-[A-Z0-9]{4})\b`)
)

func portalToken(m mail) string {
	for _, link := range linksOf(m) {
		u, err := url.Parse(link)
		if err != nil {
			continue
		}
		if found := portalLink.FindStringSubmatch(u.Path); found != nil {
			return found[1]
		}
	}
	return ""
}

// mailedCode is the code that a mail carries, if it carries one.
func mailedCode(m mail) string {
	text := m.Text
	if text == "" {
		text = m.HTML
	}
	if !strings.Contains(strings.ToLower(m.CustomArgs["kind"]+m.Subject+text), "code") {
		return ""
	}
	// A link may hold digits of its own.
	return codePattern.FindString(linkPattern.ReplaceAllString(m.Subject+"\n"+text, ""))
}

// meetPersona hands a delivered mail to the simulated creator behind its address.
func (s *Server) meetPersona(x *tx, m mail) {
	kind := personaOf(m.To)
	if s.cfg.Mute || !slices.Contains(knownPersonas, kind) {
		return
	}
	address := strings.ToLower(m.To)
	if code := mailedCode(m); code != "" && s.takeCode(x, address, code) {
		return
	}
	partnership := m.CustomArgs["partnership_id"]
	id := address + "|" + partnership
	p, ok := s.personas.get(id)
	if !ok {
		p = persona{ID: id, Kind: kind, Address: address}
	}
	if m.CustomArgs["kind"] == "outreach" {
		p.Outreach++
		s.planReply(x, &p, m)
	}
	if token := portalToken(m); token != "" && kind != personaNever && m.CustomArgs["kind"] != "outreach" {
		if token != p.Token {
			p.Token, p.Cookie = token, ""
		}
		p.Idle = 0
		s.planVisit(x, &p, s.days(patience(kind), address))
	}
	s.personas.put(x, id, p)
}

// takeCode gives a mailed code to the partnership that has asked for one, and lets the creator go on.
func (s *Server) takeCode(x *tx, address, code string) bool {
	var waiting *persona
	s.personas.newest(func(_ string, p persona) bool {
		if p.Address == address && p.Want != "" {
			waiting = &p
		}
		return waiting == nil
	})
	if waiting == nil {
		return false
	}
	waiting.Code = code
	s.planVisit(x, waiting, s.days(0.02, address))
	s.personas.put(x, waiting.ID, *waiting)
	return true
}

// planReply plans the answer of a creator to an outreach mail, if this is the one that gets an answer.
func (s *Server) planReply(x *tx, p *persona, m mail) {
	if p.Answered {
		return
	}
	texts := map[string]string{
		personaEager:     "Yes, love to! When do we start?",
		personaSlow:      "Sorry for the late answer. This sounds good, please tell me more.",
		personaDecline:   "No thank you, this is not for me.",
		personaOOO:       "I am back and would like to hear more about this.",
		personaHaggle:    "This is interesting. Can you do more? My usual fee is higher.",
		personaLatecomer: "Yes, count me in.",
		personaEditor:    "Happy to do this, yes.",
	}
	args := map[string]string{"text": texts[p.Kind]}
	switch {
	case p.Kind == personaNever || (p.Kind == personaSlow && p.Outreach < 2):
		return
	case p.Kind == personaOOO && p.Outreach == 1:
		args = map[string]string{"text": "I am out of the office and will read your mail when I am back.", "auto": "true"}
	case p.Kind == personaOOO && p.Outreach < 3:
		return
	}
	p.Answered = args["auto"] == ""
	s.schedule(x, job{Kind: "reply", Ref: m.ID, Args: args}, s.days(patience(p.Kind), p.Address))
}

func (s *Server) personaReply(_ context.Context, j job) time.Duration {
	return s.finish(j, func(x *tx) error {
		m, ok := s.mails.get(j.Ref)
		if !ok {
			return nil
		}
		auto := j.Args["auto"] != ""
		reply := Reply{Text: j.Args["text"], AutoReply: auto}
		if auto {
			reply.Subject = "Automatic reply: " + m.Subject
		}
		if err := s.answer(x, m, reply); err != nil {
			s.log.Warn("a simulated creator could not answer", zap.Error(err))
		}
		return nil
	})
}

// planVisit plans the creator's next visit, unless an earlier one is planned.
func (s *Server) planVisit(x *tx, p *persona, in time.Duration) {
	due := s.now().Add(in).UnixMilli()
	if planned, ok := s.jobs.get(p.Visit); ok && p.Visit != "" {
		if planned.Due <= due {
			return
		}
		s.jobs.drop(x, planned.ID)
	}
	p.Visit = newID("job_")
	s.schedule(x, job{ID: p.Visit, Kind: "visit", Ref: p.ID}, in)
}
