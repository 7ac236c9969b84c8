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
	personaSlow      = "slow"      // answers the second mail, hands in shortly before it is due, and first says too late that it is paid
	personaNever     = "never"     // never answers
	personaDecline   = "decline"   // says no
	personaOOO       = "ooo"       // away: an automatic answer to the first mail, a human one to the third
	personaHaggle    = "haggle"    // asks for more money once, then accepts; another revision round costs, too
	personaLatecomer = "latecomer" // hands in drafts a day late, and in a hurry: the checks send the first one back
	personaEditor    = "editor"    // takes the disclosure out of a post once it is verified
)

var knownPersonas = []string{
	personaEager, personaSlow, personaNever, personaDecline, personaOOO, personaHaggle, personaLatecomer, personaEditor,
}

// persona is what one simulated creator remembers. One address is one person, in however many partnerships.
type persona struct {
	ID       string            `json:"id"` // the address in lower case
	Kind     string            `json:"kind"`
	Outreach int               `json:"outreach"`           // outreach mails since the last one answered
	Answered map[string]bool   `json:"answered,omitempty"` // threads answered, by their first Message-ID
	Doors    []door            `json:"doors,omitempty"`
	Visit    string            `json:"visit,omitempty"` // the planned visit
	Want     string            `json:"want,omitempty"`  // what a mailed code was asked for
	Code     string            `json:"code,omitempty"`
	Done     map[string]int64  `json:"done,omitempty"`     // when something was last done, in milliseconds on the sandbox's clock
	Posts    map[string]string `json:"posts,omitempty"`    // published posts by deliverable
	Captions map[string]string `json:"captions,omitempty"` // what was handed in last, by deliverable
	Known    map[string]brief  `json:"known,omitempty"`    // what the pages asked for, by room
	Idle     int               `json:"idle,omitempty"`     // visits in a row with nothing to do
}

// door is a way to the creator's pages of one partnership: the token of a mailed link and the session that it opened.
type door struct {
	Token  string `json:"token"`
	Cookie string `json:"cookie,omitempty"`
	Room   string `json:"room,omitempty"` // the partnership behind it, once seen; a newer door to it replaces this one
}

const maxDoors = 50

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
	signLink    = regexp.MustCompile(`^/sign/([A-Za-z0-9]+)$`)
	codePattern = regexp.MustCompile(`\b(\d{6,8}|[A-Z0-9]{4}-[A-Z0-9]{4})\b`)
)

func portalToken(m mail) string { return linked(m, portalLink) }

// signToken is that of a link to where the creator signs a contract, if the mail has one.
func signToken(m mail) string { return linked(m, signLink) }

func linked(m mail, to *regexp.Regexp) string {
	for _, link := range linksOf(m) {
		u, err := url.Parse(link)
		if err != nil {
			continue
		}
		if found := to.FindStringSubmatch(u.Path); found != nil {
			return found[1]
		}
	}
	return ""
}

// mailedCode is the code that a mail carries, if it carries one.
func mailedCode(m mail) string {
	if kind := m.CustomArgs["kind"]; kind != "" && kind != "code" {
		return "" // a contract speaks of a code too, and has a number
	}
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
	if kind == personaClient && !s.cfg.Mute {
		s.meetClient(x, m)
	}
	if s.cfg.Mute || !slices.Contains(knownPersonas, kind) {
		return
	}
	id := strings.ToLower(m.To)
	p, ok := s.personas.get(id)
	if !ok {
		p = persona{ID: id, Kind: kind}
	}
	outreach := m.CustomArgs["kind"] == "outreach"
	token := portalToken(m)
	switch code := mailedCode(m); {
	case code != "" && p.Want != "" && !outreach:
		p.Code = code
		s.planVisit(x, &p, s.days(0.02, id))
	case outreach:
		s.planReply(x, &p, m)
	case token != "" && kind != personaNever:
		p.Doors = append(slices.Clone(p.Doors), door{Token: token})
		p.Doors = p.Doors[max(0, len(p.Doors)-maxDoors):]
		p.Idle = 0
		s.planVisit(x, &p, s.days(patience(kind), id))
	case signToken(m) != "" && kind != personaNever: // the creator finds the same link on their page
		p.Idle = 0
		s.planVisit(x, &p, s.days(patience(kind), id))
	case personal(m) && kind != personaNever:
		s.schedule(x, job{Kind: "reply", Ref: m.ID, Args: map[string]string{"text": "Thanks for writing! That works for me."}}, s.days(patience(kind), id))
	}
	s.personas.put(x, id, p)
}

// personal tells whether somebody wrote the mail by hand: whatever a machine sends to a creator has a link to the creator's pages, or to where they sign.
func personal(m mail) bool {
	return m.CustomArgs["kind"] == "transactional" && portalToken(m) == "" && signToken(m) == ""
}

// threadOf is the first Message-ID of the conversation that a mail belongs to.
func threadOf(m mail) string {
	for name, value := range m.Headers {
		if first, _, _ := strings.Cut(strings.TrimSpace(value), " "); strings.EqualFold(name, "References") && first != "" {
			return first
		}
	}
	return m.MessageID
}

// planReply plans the answer of a creator to an outreach mail, if this is the one that gets an answer.
func (s *Server) planReply(x *tx, p *persona, m mail) {
	thread := threadOf(m)
	if p.Answered[thread] {
		return
	}
	p.Outreach++
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
	if args["auto"] == "" {
		p.Outreach, p.Answered = 0, cloned(p.Answered)
		p.Answered[thread] = true
	}
	s.schedule(x, job{Kind: "reply", Ref: m.ID, Args: args}, s.days(patience(p.Kind), p.ID))
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
