package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ClauseKind is what a clause is about.
type ClauseKind string

// The kinds of clauses.
const (
	ClauseCampaign     ClauseKind = "campaign"
	ClauseDeliverables ClauseKind = "deliverables"
	ClauseApproval     ClauseKind = "approval"
	ClausePayment      ClauseKind = "payment"
	ClauseDisclosure   ClauseKind = "disclosure"
	ClauseDuration     ClauseKind = "duration"
	ClauseUsageRights  ClauseKind = "usage_rights"
	ClauseExclusivity  ClauseKind = "exclusivity"
	ClauseAILikeness   ClauseKind = "ai_likeness"
	ClauseTermination  ClauseKind = "termination"
	ClauseGeneral      ClauseKind = "general"
)

// ClauseKinds lists the kinds in the order in which a contract usually has them.
func ClauseKinds() []ClauseKind {
	return []ClauseKind{
		ClauseCampaign, ClauseDeliverables, ClauseApproval, ClausePayment, ClauseDisclosure, ClauseDuration, ClauseUsageRights, ClauseExclusivity, ClauseAILikeness, ClauseTermination, ClauseGeneral,
	}
}

// Words are the kind as people say it.
func (k ClauseKind) Words() string {
	if k == ClauseAILikeness {
		return "AI and likeness"
	}
	return strings.ReplaceAll(string(k), "_", " ")
}

// MustIncludeKinds lists the kinds that a contract template may insist on.
func MustIncludeKinds() []ClauseKind {
	return []ClauseKind{ClauseDisclosure, ClauseUsageRights, ClauseExclusivity, ClausePayment, ClauseTermination, ClauseAILikeness}
}

// ClauseVersion is one version of a clause. Without a brand it is one that every brand may use. A version is never changed: contracts
// name it.
type ClauseVersion struct {
	ID        uuid.UUID
	Version   int
	BrandID   *uuid.UUID
	Kind      ClauseKind
	Title     string
	Body      string // plain text with variables such as {{brand.name}}
	Fallbacks []Fallback
	When      ClauseWhen
	CreatedAt time.Time
	From      int // of one that is saved: the version that was edited, 0 for a new clause
}

// Fallback is another text that is acceptable when the creator does not take the clause's own. The first is tried first.
type Fallback struct {
	Body string `json:"body"`
	Note string `json:"note"` // who may offer it, and when
}

// ClauseWhen says in which contracts a clause stands. A field that is empty does not narrow; of those given, all must hold.
type ClauseWhen struct {
	Markets   []string `json:"markets,omitempty"` // ISO 3166-1 alpha-2
	Platforms []string `json:"platforms,omitempty"`
	Regulated []string `json:"regulated,omitempty"` // categories; any is every regulated one
	PaidUsage *bool    `json:"paid_usage,omitempty"`
}

// ClauseFacts is what decides which clauses stand in a contract.
type ClauseFacts struct {
	Market    string // the creator's country, empty for unknown
	Platforms []string
	Regulated string
	PaidUsage bool
}

// Holds says whether every condition holds. What is not known holds no condition.
func (w ClauseWhen) Holds(f ClauseFacts) bool {
	one := func(asked []string, known ...string) bool {
		return len(asked) == 0 || slices.ContainsFunc(known, func(k string) bool { return k != "" && containsFold(asked, k) })
	}
	regulated := f.Regulated != "" && slices.Contains(w.Regulated, AnyRegulated)
	return one(w.Markets, f.Market) && one(w.Platforms, f.Platforms...) && (regulated || one(w.Regulated, f.Regulated)) &&
		(w.PaidUsage == nil || *w.PaidUsage == f.PaidUsage)
}

func (w ClauseWhen) check() []Field {
	var f []Field
	for i, m := range w.Markets {
		at := fmt.Sprintf("when.markets[%d]", i)
		f = append(append(f, checkText(at, m, true, 2)...), checkCountry(at, m)...)
	}
	for i, p := range w.Platforms {
		f = append(f, checkText(fmt.Sprintf("when.platforms[%d]", i), p, true, 50)...)
	}
	for i, r := range w.Regulated {
		if r != AnyRegulated && !slices.Contains(RegulatedCategories(), r) {
			f = append(f, Field{fmt.Sprintf("when.regulated[%d]", i), "unknown_value", fmt.Sprintf("%q is none of: %s, %s.", r, AnyRegulated, strings.Join(RegulatedCategories(), ", "))})
		}
	}
	return f
}

// ClauseVariable is what stands in a clause for words of the contract.
type ClauseVariable struct {
	Name  string
	About string
	// Optional ones have no value in some contracts, and a clause that uses one does not stand there.
	Optional bool
	// Agreed ones carry what both agreed on: a contract whose clauses use none of it gets the built-in clause that does.
	Agreed bool
	Sample string
}

// ClauseVariables lists all variables, each with its value in the sample contract.
func ClauseVariables() []ClauseVariable {
	list := []ClauseVariable{
		{Name: "brand.name", About: "The brand"},
		{Name: "brand.postal_address", About: "The brand's postal address"},
		{Name: "creator.name", About: "The creator"},
		{Name: "campaign.name", About: "The campaign"},
		{Name: "campaign.brief", About: "The campaign's brief"},
		{Name: "term", About: "Which term of the partnership it is, from 1"},
		{Name: "deliverables", About: "The deliverables as a numbered list, with their dates", Agreed: true},
		{Name: "revision_rounds", About: "How many rounds of revision are included", Agreed: true},
		{Name: "fee", About: "The whole fee", Agreed: true},
		{Name: "payment_parts", About: "The parts of the fee as a numbered list: how much, when", Agreed: true},
		{Name: "bonus_parts", About: "The bonuses as a numbered list", Optional: true, Agreed: true},
		{Name: "duration_days", About: "How many days the contract lasts", Agreed: true},
		{Name: "notice_days", About: "How many days before the end the renewal is decided", Agreed: true},
		{Name: "option_fee", About: "The fee for which the brand may take another term", Optional: true, Agreed: true},
		{Name: "option_notice_days", About: "How many days before the end the brand says so at the latest", Optional: true, Agreed: true},
		{Name: "usage_rights_days", About: "For how many days the brand may use the content", Optional: true, Agreed: true},
		{Name: "allowlisting_days", About: "For how many days the brand may advertise with the post from the creator's account", Optional: true, Agreed: true},
		{Name: "exclusivity_days", About: "For how many days the creator works for no competitor", Optional: true, Agreed: true},
		{Name: "extra_clauses", About: "The campaign's further clauses", Optional: true, Agreed: true},
	}
	values := SampleContract().values()
	for i := range list {
		list[i].Sample = values[list[i].Name]
	}
	return list
}

// Uses says that the clause has the variable.
func (c ClauseVersion) Uses(variable string) bool { return uses(c.Body, variable) }

// Check names every bad field of the clause.
func (c ClauseVersion) Check() []Field {
	f := checkText("title", c.Title, true, 200)
	f = append(f, checkClauseText("body", c.Body)...)
	if !slices.Contains(ClauseKinds(), c.Kind) {
		f = append(f, Field{"kind", "unknown_value", fmt.Sprintf("%q is not a kind of clause.", c.Kind)})
	}
	if len(c.Fallbacks) > 10 {
		f = append(f, Field{"fallbacks", "count", "At most 10."})
	}
	for i, fallback := range c.Fallbacks {
		f = append(f, checkClauseText(fmt.Sprintf("fallbacks[%d].body", i), fallback.Body)...)
		f = append(f, checkText(fmt.Sprintf("fallbacks[%d].note", i), fallback.Note, true, 200)...)
	}
	return append(f, c.When.check()...)
}

func checkClauseText(path, text string) []Field {
	switch {
	case strings.TrimSpace(text) == "":
		return []Field{{path, "required", "Fill this in."}}
	case len(text) > 20_000:
		return []Field{{path, "too_long", "At most 20,000 characters."}}
	case strings.Count(text, "{{") != strings.Count(text, "}}"):
		return []Field{{path, "open_variable", "A variable is opened and not closed, or the other way round."}}
	}
	known := ClauseVariables()
	_, tags := Render(text, nil)
	for _, link := range []string{PortalTag, ReviewLinkTag} { // a mail has these, and Render leaves them as they stand
		if _, after, found := strings.Cut(text, link); found && strings.HasPrefix(strings.TrimSpace(after), "}}") {
			tags = append(tags, link)
		}
	}
	var f []Field
	for _, tag := range tags {
		switch {
		case tag == "":
			f = append(f, Field{path, "empty_variable", "{{}} names no variable. Take one of the list."})
		case !dealVariable.MatchString(tag) && !slices.ContainsFunc(known, func(v ClauseVariable) bool { return v.Name == tag }):
			f = append(f, Field{path, "unknown_variable", fmt.Sprintf("{{%s}} is no variable of a clause.", tag)})
		}
	}
	return f
}

// ContractTemplate is which clauses a contract is drafted from. Without a brand it is the one that every brand starts with.
type ContractTemplate struct {
	ID          uuid.UUID
	BrandID     *uuid.UUID
	Name        string
	Clauses     []uuid.UUID // in the contract's order; of each the newest version when the contract is drafted
	MustInclude []ClauseKind
	Default     bool // of its brand
	Version     int
	CreatedAt   time.Time
}

// Check names every bad field of the template; library are the newest versions of the clauses that its brand may use.
func (t ContractTemplate) Check(library []ClauseVersion) []Field {
	f := checkText("name", t.Name, true, 200)
	if len(t.Clauses) == 0 || len(t.Clauses) > 50 {
		f = append(f, Field{"clauses", "count", "A contract template has 1 to 50 clauses."})
	}
	has := map[ClauseKind]bool{}
	for i, id := range t.Clauses {
		at := slices.IndexFunc(library, func(c ClauseVersion) bool { return c.ID == id })
		switch {
		case at < 0:
			f = append(f, Field{fmt.Sprintf("clauses[%d]", i), "unknown", "The brand has no such clause."})
		case slices.Contains(t.Clauses[:i], id):
			f = append(f, Field{fmt.Sprintf("clauses[%d]", i), "twice", "A clause stands in a contract once."})
		default:
			has[library[at].Kind] = true
		}
	}
	for i, kind := range t.MustInclude {
		at := fmt.Sprintf("must_include[%d]", i)
		switch {
		case !slices.Contains(MustIncludeKinds(), kind):
			f = append(f, Field{at, "unknown_value", fmt.Sprintf("%q is no kind that a template can insist on.", kind)})
		case !has[kind]:
			f = append(f, Field{at, "missing_kind", fmt.Sprintf("The template must include a clause about %s and has none. Add one.", kind.Words())})
		}
	}
	return f
}

// DraftedClause is a clause as it stands in a contract.
type DraftedClause struct {
	ClauseID uuid.UUID
	Version  int
	Kind     ClauseKind
	Title    string
	Body     string // with the contract's own words for the variables
	// StandsIn: the template has it not, or its own did not apply, and without it a must-include or something agreed would be missing.
	StandsIn bool
	Fallback int  // which fallback position stands, 0 for the clause's own text
	Added    bool // somebody chose it for this contract
}

// ClauseContract is a contract that is not over and contains a clause.
type ClauseContract struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	BrandName     string
	Number        string
	State         string
	ClauseVersion int
	Fallback      int // which position of it stands, 0 for its own text
	Creator       CreatorRef
	CampaignName  string
	ExecutedAt    *time.Time
	EndsAt        *time.Time
	CreatedAt     time.Time
}

// ComplianceNote is what a market's law or code says about contracts and content, with where it was read. It is no legal advice.
type ComplianceNote struct {
	ID     uuid.UUID
	Market string // ISO 3166-1 alpha-2, EU, or all
	Kind   ClauseKind
	Title  string
	Words  string
	Source string // URL
	ReadOn time.Time
}

// euMembers are the countries where the Union's law holds.
const euMembers = " AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "

// NoteMarkets are the markets whose notes concern a country: itself, the Union, and all.
func NoteMarkets(country string) []string {
	markets := []string{"all", country}
	if country != "" && strings.Contains(euMembers, " "+country+" ") {
		markets = append(markets, "EU")
	}
	return markets
}

// DisclosureSource is where a market's rules of disclosure, by which content is checked, were taken from.
type DisclosureSource struct {
	Title, Publisher, URL string
	Year                  int
}

// DisclosureSources are the sources of the rules by which content for the country is checked.
func DisclosureSources(country string) []DisclosureSource {
	market, known := disclosures().Markets[country]
	if !known {
		market = disclosures().Markets["default"]
	}
	list := make([]DisclosureSource, len(market.Sources))
	for i, s := range market.Sources {
		list[i] = DisclosureSource(s)
	}
	return list
}
