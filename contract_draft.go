package rapport

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// DraftChoices is what people chose for one contract. The order is theirs; a thing that is chosen twice is refused.
type DraftChoices struct {
	TemplateID uuid.UUID        `json:"template_id"`
	Fallbacks  []ChosenFallback `json:"fallbacks,omitempty"`
	Added      []ChosenClause   `json:"added,omitempty"`    // clauses that the template has not
	LeftOut    []ChosenClause   `json:"left_out,omitempty"` // clauses of the template
	Values     []ChosenValue    `json:"values,omitempty"`
}

// ChosenClause is a clause that somebody added or left out.
type ChosenClause struct {
	ClauseID uuid.UUID `json:"clause_id"`
	By       uuid.UUID `json:"by"`
}

// ChosenFallback is a fallback position that stands instead of the clause's own text.
type ChosenFallback struct {
	ClauseID uuid.UUID `json:"clause_id"`
	Fallback int       `json:"fallback"` // from 1
	By       uuid.UUID `json:"by"`
}

// ChosenValue are the words for a variable that the deal does not know.
type ChosenValue struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	By    uuid.UUID `json:"by"`
}

// Chose names who chose: the one who did before where the choice is the same, by otherwise.
func (c DraftChoices) Chose(before DraftChoices, by uuid.UUID) {
	clauses := func(now, then []ChosenClause) {
		for i := range now {
			now[i].By = by
			if at := slices.IndexFunc(then, func(b ChosenClause) bool { return b.ClauseID == now[i].ClauseID }); at >= 0 {
				now[i].By = then[at].By
			}
		}
	}
	clauses(c.Added, before.Added)
	clauses(c.LeftOut, before.LeftOut)
	for i, f := range c.Fallbacks {
		c.Fallbacks[i].By = by
		if at := slices.IndexFunc(before.Fallbacks, func(b ChosenFallback) bool { return b.ClauseID == f.ClauseID && b.Fallback == f.Fallback }); at >= 0 {
			c.Fallbacks[i].By = before.Fallbacks[at].By
		}
	}
	for i, v := range c.Values {
		c.Values[i].By = by
		if at := slices.IndexFunc(before.Values, func(b ChosenValue) bool { return b.Name == v.Name && b.Value == v.Value }); at >= 0 {
			c.Values[i].By = before.Values[at].By
		}
	}
}

// Named are the clauses and the people that the choices name.
func (c DraftChoices) Named() (clauses, people []uuid.UUID) {
	for _, list := range [][]ChosenClause{c.Added, c.LeftOut} {
		for _, x := range list {
			clauses, people = append(clauses, x.ClauseID), append(people, x.By)
		}
	}
	for _, f := range c.Fallbacks {
		clauses, people = append(clauses, f.ClauseID), append(people, f.By)
	}
	for _, v := range c.Values {
		people = append(people, v.By)
	}
	return clauses, people
}

// Made are the choices with the names of what and whom they name.
func (c DraftChoices) Made(titles, names map[uuid.UUID]string) (list []MadeChoice) {
	for _, f := range c.Fallbacks {
		list = append(list, MadeChoice{What: "fallback", ClauseID: f.ClauseID, Title: titles[f.ClauseID], Fallback: f.Fallback, By: names[f.By]})
	}
	for _, a := range c.Added {
		list = append(list, MadeChoice{What: "added", ClauseID: a.ClauseID, Title: titles[a.ClauseID], By: names[a.By]})
	}
	for _, l := range c.LeftOut {
		list = append(list, MadeChoice{What: "left_out", ClauseID: l.ClauseID, Title: titles[l.ClauseID], By: names[l.By]})
	}
	for _, v := range c.Values {
		list = append(list, MadeChoice{What: "value", Title: variableWords(v.Name), Value: v.Value, By: names[v.By]})
	}
	return list
}

// DealPrefix begins the variables that no deal knows: whoever drafts a contract gives their values.
const DealPrefix = "deal."

var dealVariable = regexp.MustCompile(`^deal\.[a-z][a-z0-9_]{0,39}$`)

// variableWords are a variable as people say it.
func variableWords(name string) string {
	if at := slices.IndexFunc(ClauseVariables(), func(v ClauseVariable) bool { return v.Name == name }); at >= 0 {
		about := ClauseVariables()[at].About
		return strings.ToLower(about[:1]) + about[1:]
	}
	return strings.ReplaceAll(strings.TrimPrefix(name, DealPrefix), "_", " ")
}

// EditedClause is a clause of the library as it stands, or could stand, in a draft.
type EditedClause struct {
	ClauseVersion

	InTemplate bool
	Stands     bool
	StandsIn   bool // see DraftedClause
	Added      bool
	LeftOut    bool
	Fallback   int    // the position that is chosen, 0 for the clause's own text
	Locked     string // why it cannot be left out; empty where it can
	Missing    string // why it does not stand, or would not if it were added; empty where it does
}

// AskedValue is a variable of a draft that whoever drafts gives a value.
type AskedValue struct {
	Name   string
	About  string
	Value  string
	UsedBy []string // titles of the clauses
}

// ContractDraft is a contract as its choices make it.
type ContractDraft struct {
	Text    string
	Clauses []DraftedClause // in the text's order
	Library []EditedClause  // those that stand in the text's order, then the template's others, then what could be added
	Values  []AskedValue
	Bad     []Field // what is wrong with the choices; the text leaves that away
}

// drafting is a contract while its clauses are put together.
type drafting struct {
	library  []ClauseVersion
	choices  DraftChoices
	own      map[string]string // values that the deal has
	values   map[string]string // with those that people gave
	facts    ClauseFacts
	drafted  []DraftedClause
	kinds    map[ClauseKind]int
	used     map[string]int
	bad      []Field
	variable []ClauseVariable
}

// Draft makes a contract of its template and of what was chosen for it. library are the newest versions of what the brand may use, the
// built-in clauses in the order in which they stand in. Nothing goes missing silently: what the template must include, and all that both agreed
// on, is said by a built-in clause when no other says it, and cannot be left out.
func Draft(p ContractParts, t ContractTemplate, library []ClauseVersion, c DraftChoices) ContractDraft {
	d := drafting{
		library: library, choices: c, own: p.values(), values: p.values(), facts: p.facts(), kinds: map[ClauseKind]int{}, used: map[string]int{}, variable: ClauseVariables(),
	}
	d.readValues()
	for _, id := range t.Clauses {
		if x := d.find(id); x != nil && !leaves(c.LeftOut, id) {
			d.add(*x, "")
		}
	}
	for i, a := range c.Added {
		d.addChosen(i, a.ClauseID, t)
	}
	d.checkLeftOut(t)
	d.checkFallbacks()
	chosen := slices.Clone(d.drafted)
	d.standIns(t)
	p.BrandAddress = d.values["brand.postal_address"]
	draft := ContractDraft{Text: ContractText(p, d.drafted), Clauses: d.drafted, Values: d.asked(t), Bad: d.bad}
	draft.Library = d.edited(t, chosen)
	return draft
}

// DraftClauses are the clauses of a contract for which nobody has chosen anything yet.
func DraftClauses(p ContractParts, t ContractTemplate, library []ClauseVersion) []DraftedClause {
	return Draft(p, t, library, DraftChoices{}).Clauses
}

func leaves(list []ChosenClause, id uuid.UUID) bool {
	return slices.ContainsFunc(list, func(c ChosenClause) bool { return c.ClauseID == id })
}

func (d *drafting) refusef(path, code, format string, args ...any) {
	d.bad = append(d.bad, Field{path, code, fmt.Sprintf(format, args...)})
}

func (d *drafting) find(id uuid.UUID) *ClauseVersion {
	if at := slices.IndexFunc(d.library, func(c ClauseVersion) bool { return c.ID == id }); at >= 0 {
		return &d.library[at]
	}
	return nil
}

// fallback is the position that was chosen for a clause, 0 for its own text or for one that it has not.
func (d *drafting) fallback(c ClauseVersion) int {
	at := slices.IndexFunc(d.choices.Fallbacks, func(f ChosenFallback) bool { return f.ClauseID == c.ID })
	if at < 0 || d.choices.Fallbacks[at].Fallback < 1 || d.choices.Fallbacks[at].Fallback > len(c.Fallbacks) {
		return 0
	}
	return d.choices.Fallbacks[at].Fallback
}

// textOf is the clause's text in the position that was chosen.
func (d *drafting) textOf(c ClauseVersion) string {
	if n := d.fallback(c); n > 0 {
		return c.Fallbacks[n-1].Body
	}
	return c.Body
}

// asks says that people give the variable its value: no deal knows it, or this one has it not and nobody agreed on it.
func (d *drafting) asks(name string) bool {
	if dealVariable.MatchString(name) {
		return true
	}
	return d.own[name] == "" && slices.ContainsFunc(d.variable, func(v ClauseVariable) bool { return v.Name == name && !v.Agreed })
}

func (d *drafting) readValues() {
	for i, v := range d.choices.Values {
		at := fmt.Sprintf("values[%d]", i)
		name := variableWords(v.Name)
		switch {
		case !d.asks(v.Name):
			d.refusef(at+".name", "unknown_value", "“%s” is no variable that a contract needs a value for: the deal says it, or nothing does.", name)
		case slices.ContainsFunc(d.choices.Values[:i], func(o ChosenValue) bool { return o.Name == v.Name }):
			d.refusef(at+".name", "twice", "“%s” has two values. Give one.", name)
		case utf8.RuneCountInString(v.Value) > 2000:
			d.refusef(at+".value", "too_long", "“%s” is too long: at most 2,000 characters.", name)
		case strings.Contains(v.Value, "{{") || strings.Contains(v.Value, "}}"):
			d.refusef(at+".value", "open_variable", "“%s” is put into the text as it is, and has no variables of its own.", name)
		default:
			d.values[v.Name] = strings.TrimSpace(v.Value)
		}
	}
}

// lacks says why a clause cannot stand, in words; empty where it can.
func (d *drafting) lacks(c ClauseVersion) string {
	if !c.When.Holds(d.facts) {
		return fmt.Sprintf("“%s” stands only where its conditions hold: %s.", c.Title, c.When.Words())
	}
	_, missing := Render(d.textOf(c), d.values)
	for _, name := range missing {
		at := slices.IndexFunc(d.variable, func(v ClauseVariable) bool { return v.Name == name })
		switch {
		case dealVariable.MatchString(name):
			return fmt.Sprintf("“%s” needs a value for “%s”.", c.Title, variableWords(name))
		case at >= 0 && d.variable[at].Optional:
			return fmt.Sprintf("“%s” says what this deal has not agreed on: %s. That takes another offer.", c.Title, variableWords(name))
		}
	}
	return ""
}

// add puts a clause in: at the end, or, with a how, where contracts usually have it.
func (d *drafting) add(c ClauseVersion, how string) bool {
	if d.lacks(c) != "" || slices.ContainsFunc(d.drafted, func(o DraftedClause) bool { return o.ClauseID == c.ID }) {
		return false
	}
	place, order, text := len(d.drafted), ClauseKinds(), d.textOf(c)
	if how != "" {
		later := func(o DraftedClause) bool { return slices.Index(order, o.Kind) > slices.Index(order, c.Kind) }
		if at := slices.IndexFunc(d.drafted, later); at >= 0 {
			place = at
		}
	}
	body, _ := Render(text, d.values)
	d.drafted = slices.Insert(d.drafted, place, DraftedClause{
		ClauseID: c.ID, Version: c.Version, Kind: c.Kind, Title: c.Title, Body: strings.TrimSpace(body), StandsIn: how == "stands_in", Fallback: d.fallback(c), Added: how == "added",
	})
	d.kinds[c.Kind]++
	for _, v := range d.variable {
		if uses(text, v.Name) {
			d.used[v.Name]++
		}
	}
	return true
}

func (d *drafting) addChosen(i int, id uuid.UUID, t ContractTemplate) {
	at, c := fmt.Sprintf("added[%d]", i), d.find(id)
	switch {
	case c == nil:
		d.refusef(at, "unknown", "The brand has no such clause.")
	case slices.Contains(t.Clauses, id) || slices.ContainsFunc(d.choices.Added[:i], func(o ChosenClause) bool { return o.ClauseID == id }):
		d.refusef(at, "twice", "“%s” stands in the contract already. A clause stands in a contract once.", c.Title)
	case d.lacks(*c) != "":
		d.refusef(at, "does_not_stand", "%s", d.lacks(*c))
	default:
		d.add(*c, "added")
	}
}

// unsaid are the variables with something agreed that the text has and no clause that stands has.
func (d *drafting) unsaid(text string) (names []string) {
	for _, v := range d.variable {
		if v.Agreed && d.values[v.Name] != "" && d.used[v.Name] == 0 && uses(text, v.Name) {
			names = append(names, "“"+variableWords(v.Name)+"”")
		}
	}
	return names
}

func (d *drafting) checkLeftOut(t ContractTemplate) {
	for i, l := range d.choices.LeftOut {
		at, c := fmt.Sprintf("left_out[%d]", i), d.find(l.ClauseID)
		switch {
		case c == nil || !slices.Contains(t.Clauses, l.ClauseID):
			d.refusef(at, "unknown", "The template has no such clause to leave out.")
		case slices.ContainsFunc(d.choices.LeftOut[:i], func(o ChosenClause) bool { return o.ClauseID == l.ClauseID }):
			d.refusef(at, "twice", "“%s” is left out already.", c.Title)
		case d.lacks(*c) != "": // it would not stand anyway
		case slices.Contains(t.MustInclude, c.Kind) && d.kinds[c.Kind] == 0:
			d.refusef(at, "must_include",
				"“%s” cannot be left out: the template must include a clause about %s, and no other is chosen. Choose a fallback position, or add another clause about it.", c.Title, c.Kind.Words())
		case len(d.unsaid(d.textOf(*c))) > 0:
			d.refusef(at, "agreed", "“%s” cannot be left out: it alone says what both agreed on, %s.", c.Title, strings.Join(d.unsaid(d.textOf(*c)), ", "))
		}
	}
}

func (d *drafting) checkFallbacks() {
	for i, f := range d.choices.Fallbacks {
		at, c := fmt.Sprintf("fallbacks[%d]", i), d.find(f.ClauseID)
		switch {
		case c == nil:
			d.refusef(at, "unknown", "The brand has no such clause.")
		case slices.ContainsFunc(d.choices.Fallbacks[:i], func(o ChosenFallback) bool { return o.ClauseID == f.ClauseID }):
			d.refusef(at, "twice", "“%s” stands in one position. Choose one.", c.Title)
		case f.Fallback < 1 || f.Fallback > len(c.Fallbacks):
			d.refusef(at+".fallback", "unknown", "“%s” has no fallback position %d.", c.Title, f.Fallback)
		case d.lacks(*c) == "" && len(d.unsaid(c.Body)) > 0:
			d.refusef(at+".fallback", "agreed",
				"This fallback of “%s” does not say what both agreed on, %s. Choose another position, or make another offer.", c.Title, strings.Join(d.unsaid(c.Body), ", "))
		}
	}
}

func (d *drafting) standIns(t ContractTemplate) {
	standIn := func(fits func(c ClauseVersion) bool) {
		for _, c := range d.library {
			if c.BrandID == nil && fits(c) && d.add(c, "stands_in") {
				return
			}
		}
	}
	for _, kind := range t.MustInclude {
		if d.kinds[kind] == 0 {
			standIn(func(c ClauseVersion) bool { return c.Kind == kind })
		}
	}
	for _, v := range d.variable {
		if v.Agreed && d.values[v.Name] != "" && d.used[v.Name] == 0 {
			standIn(func(c ClauseVersion) bool { return uses(d.textOf(c), v.Name) })
		}
	}
}

// asked are the variables of the template's clauses, and of those that were added, that people give a value.
func (d *drafting) asked(t ContractTemplate) (list []AskedValue) {
	ids := slices.Clone(t.Clauses)
	for _, a := range d.choices.Added {
		ids = append(ids, a.ClauseID)
	}
	for _, id := range ids {
		c := d.find(id)
		if c == nil || leaves(d.choices.LeftOut, id) || !c.When.Holds(d.facts) {
			continue
		}
		_, tags := Render(d.textOf(*c), nil)
		for _, name := range tags {
			if !d.asks(name) {
				continue
			}
			at := slices.IndexFunc(list, func(v AskedValue) bool { return v.Name == name })
			if at < 0 {
				at, list = len(list), append(list, AskedValue{Name: name, About: variableWords(name), Value: d.values[name]})
			}
			if !slices.Contains(list[at].UsedBy, c.Title) {
				list[at].UsedBy = append(list[at].UsedBy, c.Title)
			}
		}
	}
	return list
}

// edited is the library as the draft uses it; chosen are the clauses that stand without those that stand in.
func (d *drafting) edited(t ContractTemplate, chosen []DraftedClause) []EditedClause {
	var stand, others, rest []EditedClause
	for _, s := range d.drafted {
		if c := d.find(s.ClauseID); c != nil {
			e := EditedClause{ClauseVersion: *c, Stands: true, StandsIn: s.StandsIn, Added: s.Added, InTemplate: slices.Contains(t.Clauses, c.ID), Fallback: s.Fallback}
			e.Locked = d.locked(t, *c, s, chosen)
			stand = append(stand, e)
		}
	}
	for _, c := range d.library {
		if slices.ContainsFunc(d.drafted, func(s DraftedClause) bool { return s.ClauseID == c.ID }) {
			continue
		}
		e := EditedClause{
			ClauseVersion: c, InTemplate: slices.Contains(t.Clauses, c.ID), Fallback: d.fallback(c), Missing: d.lacks(c),
			Added: leaves(d.choices.Added, c.ID), LeftOut: leaves(d.choices.LeftOut, c.ID),
		}
		if e.InTemplate || e.Added {
			others = append(others, e)
		} else {
			rest = append(rest, e)
		}
	}
	return slices.Concat(stand, others, rest)
}

// locked says why a clause that stands cannot be left out; empty where it can.
func (d *drafting) locked(t ContractTemplate, c ClauseVersion, s DraftedClause, chosen []DraftedClause) string {
	if s.StandsIn {
		return "Without it something that must be included, or that both agreed on, would be missing."
	}
	same := 0
	for _, o := range chosen {
		if o.Kind == c.Kind {
			same++
		}
	}
	if slices.Contains(t.MustInclude, c.Kind) && same < 2 {
		return fmt.Sprintf("Must be included: no other clause here is about %s.", c.Kind.Words())
	}
	for _, v := range d.variable {
		if v.Agreed && d.values[v.Name] != "" && d.used[v.Name] < 2 && uses(d.textOf(c), v.Name) {
			return fmt.Sprintf("Must be included: it alone says what both agreed on, “%s”.", variableWords(v.Name))
		}
	}
	return ""
}

func uses(text, variable string) bool {
	_, tags := Render(text, nil)
	return slices.Contains(tags, variable)
}

// Words are the conditions as people say them.
func (w ClauseWhen) Words() string {
	var parts []string
	for _, p := range []struct {
		label string
		list  []string
	}{{"creator in", w.Markets}, {"content on", w.Platforms}, {"category", w.Regulated}} {
		if len(p.list) > 0 {
			parts = append(parts, p.label+" "+strings.ReplaceAll(strings.Join(p.list, " or "), "_", " "))
		}
	}
	if w.PaidUsage != nil && *w.PaidUsage {
		parts = append(parts, "with paid usage")
	} else if w.PaidUsage != nil {
		parts = append(parts, "without paid usage")
	}
	return strings.Join(parts, ", ")
}

// DraftSource is a contract that is drafted with all that its text is made of.
type DraftSource struct {
	ContractID    uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	Number        string
	Creator       string
	Campaign      string
	Draft         int
	Text          string // as it was saved last
	SHA256        []byte
	Choices       DraftChoices
	By            string // who saved it; empty for the draft that the machine made
	At            time.Time
	Approval      *ContractApproval
	Parts         ContractParts
	Library       []ClauseVersion
	Templates     []ContractTemplate
}

// Template is the one that is chosen; nil for one that the brand may not use.
func (s DraftSource) Template(id uuid.UUID) *ContractTemplate {
	if at := slices.IndexFunc(s.Templates, func(t ContractTemplate) bool { return t.ID == id }); at >= 0 {
		return &s.Templates[at]
	}
	return nil
}

// Make is the contract as the choices make it.
func (s DraftSource) Make(c DraftChoices) (ContractDraft, error) {
	t := s.Template(c.TemplateID)
	if t == nil {
		return ContractDraft{}, Invalid(Field{"template_id", "unknown", "The brand has no such contract template."})
	}
	return Draft(s.Parts, *t, s.Library, c), nil
}

// ContractApproval is the word of somebody of the house that a text may be sent for signature. Another text has none.
type ContractApproval struct {
	By string
	At time.Time
}

// DraftInfo is how a contract's text came to be.
type DraftInfo struct {
	By           string // empty for the draft that the machine made
	At           time.Time
	Template     string // its name; empty for a contract from before it was kept
	Choices      []MadeChoice
	LostApproval *ContractApproval // of the draft before, which this one lost
}

// MadeChoice is one thing that was chosen, by whom.
type MadeChoice struct {
	What     string // fallback, added, left_out or value
	ClauseID uuid.UUID
	Title    string // of the clause, or what the variable is about
	Fallback int
	Value    string
	By       string
}

// ComparedText is a text that a contract's is compared with.
type ComparedText struct {
	Words      string // what it is
	Text       string
	ContractID *uuid.UUID
}

// ContractComparison is all that a contract's text can be compared with; nil for what there is not.
type ContractComparison struct {
	Template, Draft, Contract *ComparedText
}
