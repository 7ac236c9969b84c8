package rapport_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestWhereAClauseStands(t *testing.T) {
	t.Parallel()

	facts := rapport.ClauseFacts{Market: "DE", Platforms: []string{"instagram", "tiktok"}, Regulated: "alcohol", PaidUsage: true}
	for name, c := range map[string]struct {
		when  rapport.ClauseWhen
		holds bool
	}{
		"no condition":         {rapport.ClauseWhen{}, true},
		"its market":           {rapport.ClauseWhen{Markets: []string{"AT", "DE"}}, true},
		"another market":       {rapport.ClauseWhen{Markets: []string{"FR"}}, false},
		"one of its platforms": {rapport.ClauseWhen{Platforms: []string{"TikTok"}}, true},
		"another platform":     {rapport.ClauseWhen{Platforms: []string{"youtube"}}, false},
		"its category":         {rapport.ClauseWhen{Regulated: []string{"alcohol"}}, true},
		"any category":         {rapport.ClauseWhen{Regulated: []string{rapport.AnyRegulated}}, true},
		"another category":     {rapport.ClauseWhen{Regulated: []string{"finance"}}, false},
		"paid usage":           {rapport.ClauseWhen{PaidUsage: new(true)}, true},
		"no paid usage":        {rapport.ClauseWhen{PaidUsage: new(false)}, false},
		"all but one":          {rapport.ClauseWhen{Markets: []string{"DE"}, Platforms: []string{"youtube"}}, false},
	} {
		require.Equal(t, c.holds, c.when.Holds(facts), name)
	}
	unknown := rapport.ClauseFacts{}
	require.False(t, rapport.ClauseWhen{Markets: []string{"DE"}}.Holds(unknown), "what is not known holds no condition")
	require.False(t, rapport.ClauseWhen{Regulated: []string{rapport.AnyRegulated}}.Holds(unknown))
	require.False(t, rapport.ClauseWhen{Platforms: []string{""}}.Holds(rapport.ClauseFacts{Platforms: []string{""}}))
}

func TestAClauseNamesItsBadFields(t *testing.T) {
	t.Parallel()

	codes := func(c rapport.ClauseVersion) (found []string) {
		for _, f := range rapport.SortFields(c.Check()) {
			found = append(found, f.Path+" "+f.Code)
		}
		return found
	}
	good := rapport.ClauseVersion{Kind: rapport.ClauseGeneral, Title: "Law", Body: "{{brand.name}} and {{ creator.name }}"}
	require.Empty(t, codes(good))
	for body, code := range map[string]string{
		"": "required", " \n": "required", "{{brand.name": "open_variable", "{{}}": "empty_variable", "{{ }}": "empty_variable", "{{offer.fee}}": "unknown_variable",
		"{{portal_link}}": "unknown_variable", "{{ review_link }}": "unknown_variable", "}} {{": "unknown_variable", strings.Repeat("x", 20_001): "too_long",
	} {
		c := good
		c.Body = body
		require.Equal(t, []string{"body " + code}, codes(c), body)
	}
	c := good
	c.Body = "{{x}}"
	require.Contains(t, c.Check()[0].Detail, "{{x}} is no variable")
	require.Equal(t, []string{
		"fallbacks[0].body unknown_variable", "fallbacks[0].note required", "kind unknown_value", "title required", "when.markets[0] bad_country", "when.markets[1] required",
		"when.platforms[0] required", "when.regulated[0] unknown_value",
	}, codes(rapport.ClauseVersion{
		Kind: "love", Body: "Yes", Fallbacks: []rapport.Fallback{{Body: "{{x}}"}},
		When: rapport.ClauseWhen{Markets: []string{"XX", ""}, Platforms: []string{""}, Regulated: []string{"cheese"}},
	}))
}

func TestEveryVariableHasASample(t *testing.T) {
	t.Parallel()

	for _, v := range rapport.ClauseVariables() {
		require.NotEmpty(t, v.Sample, v.Name)
		require.NotEmpty(t, v.About, v.Name)
	}
}

// builtIn are clauses that stand in, one that always applies for each kind that a template may insist on.
func builtIn() []rapport.ClauseVersion {
	clause := func(kind rapport.ClauseKind, title, body string) rapport.ClauseVersion {
		return rapport.ClauseVersion{ID: id(title), Version: 1, Kind: kind, Title: title, Body: body}
	}
	return []rapport.ClauseVersion{
		clause(rapport.ClauseDeliverables, "Deliverables", "{{deliverables}} after {{revision_rounds}} rounds"),
		clause(rapport.ClausePayment, "Fee", "{{fee}}: {{payment_parts}}"),
		clause(rapport.ClausePayment, "Bonuses", "{{bonus_parts}}"),
		clause(rapport.ClauseDisclosure, "Disclosure", "Say so."),
		clause(rapport.ClauseDuration, "Duration", "{{duration_days}} {{notice_days}}"),
		clause(rapport.ClauseUsageRights, "Usage rights", "For {{usage_rights_days}} days."),
		clause(rapport.ClauseUsageRights, "No usage rights", "None."),
		clause(rapport.ClauseExclusivity, "Exclusivity", "For {{exclusivity_days}} days."),
		clause(rapport.ClauseExclusivity, "No exclusivity", "None."),
		clause(rapport.ClauseAILikeness, "AI", "None."),
		clause(rapport.ClauseTermination, "Termination", "In writing."),
		clause(rapport.ClauseGeneral, "Further", "{{extra_clauses}}"),
	}
}

func TestNoClauseGoesMissingSilently(t *testing.T) {
	t.Parallel()

	brand := uuid.New()
	own := func(title, body string, kind rapport.ClauseKind, when rapport.ClauseWhen) rapport.ClauseVersion {
		return rapport.ClauseVersion{ID: id(title), Version: 3, BrandID: &brand, Kind: kind, Title: title, Body: body, When: when}
	}
	french := own("French disclosure", "Publicité", rapport.ClauseDisclosure, rapport.ClauseWhen{Markets: []string{"FR"}})
	all := own("All we agreed", "{{deliverables}}{{revision_rounds}}{{fee}}{{payment_parts}}{{duration_days}}{{notice_days}}", rapport.ClauseGeneral, rapport.ClauseWhen{})
	library := append(builtIn(), french, all)
	template := func(must []rapport.ClauseKind, clauses ...rapport.ClauseVersion) rapport.ContractTemplate {
		t := rapport.ContractTemplate{Name: "Ours", MustInclude: must}
		for _, c := range clauses {
			t.Clauses = append(t.Clauses, c.ID)
		}
		return t
	}
	parts := func(change func(p *rapport.ContractParts)) rapport.ContractParts {
		p := rapport.SampleContract()
		p.Terms = rapport.DefaultTerms()
		if change != nil {
			change(&p)
		}
		return p
	}
	for name, c := range map[string]struct {
		parts    rapport.ContractParts
		template rapport.ContractTemplate
		want     string
	}{
		"only what was asked for, where all that was agreed is said": {parts(nil), template(nil, all), "All we agreed"},
		"a clause of another market falls out":                       {parts(nil), template(nil, french, all), "All we agreed"},
		"and the built-in one of its kind stands in":                 {parts(nil), template([]rapport.ClauseKind{rapport.ClauseDisclosure}, french, all), "Disclosure* All we agreed"},
		"but not where it applies": {
			parts(func(p *rapport.ContractParts) { p.Market = "FR" }), template([]rapport.ClauseKind{rapport.ClauseDisclosure}, french, all), "French disclosure All we agreed",
		},
		"each kind has one that always applies": {
			parts(nil), template(rapport.MustIncludeKinds(), all), "Fee* Disclosure* No usage rights* No exclusivity* AI* Termination* All we agreed",
		},
		"what was agreed stands in the text": {
			parts(func(p *rapport.ContractParts) { p.Terms = rapport.SampleContract().Terms }), template(nil, french),
			"Deliverables* Fee* Bonuses* Duration* Usage rights* Exclusivity* Further*",
		},
	} {
		var titles []string
		for _, d := range rapport.DraftClauses(c.parts, c.template, library) {
			if d.StandsIn {
				d.Title += "*"
			}
			titles = append(titles, d.Title)
		}
		require.Equal(t, c.want, strings.Join(titles, " "), name)
	}
}

func TestATextThatLooksLikeAVariableIsNone(t *testing.T) {
	t.Parallel()

	p := rapport.SampleContract()
	p.Terms.ExtraClauses = "{{fee}} {{x}}"
	for _, d := range rapport.DraftClauses(p, rapport.ContractTemplate{}, builtIn()) {
		if d.Title == "Further" {
			require.Equal(t, "{{fee}} {{x}}", d.Body, "what people write in the terms stays as it is")
		}
	}
}

func TestATemplateHasWhatItMustInclude(t *testing.T) {
	t.Parallel()

	library := builtIn()
	codes := func(t rapport.ContractTemplate) (found []string) {
		for _, f := range t.Check(library) {
			found = append(found, f.Path+" "+f.Code)
		}
		return found
	}
	ids := func(titles ...string) (list []uuid.UUID) {
		for _, title := range titles {
			list = append(list, id(title))
		}
		return list
	}
	good := rapport.ContractTemplate{Name: "Ours", Clauses: ids("Fee", "Disclosure"), MustInclude: []rapport.ClauseKind{rapport.ClausePayment}}
	require.Empty(t, codes(good))
	require.Equal(t, []string{"name required", "clauses count", "must_include[0] missing_kind"}, codes(rapport.ContractTemplate{MustInclude: good.MustInclude}))
	bad := good
	bad.Clauses, bad.MustInclude = append(ids("Fee"), id("Fee"), uuid.New()), append(slices.Clone(good.MustInclude), rapport.ClauseAILikeness, rapport.ClauseCampaign)
	require.Equal(t, []string{"clauses[1] twice", "clauses[2] unknown", "must_include[1] missing_kind", "must_include[2] unknown_value"}, codes(bad))
	require.Contains(t, bad.Check(library)[2].Detail, "AI and likeness")
}

func TestNotesOfTheUnionConcernItsMembers(t *testing.T) {
	t.Parallel()

	require.Equal(t, []string{"all", "FR", "EU"}, rapport.NoteMarkets("FR"))
	require.Equal(t, []string{"all", "GB"}, rapport.NoteMarkets("GB"))
	require.NotEmpty(t, rapport.DisclosureSources("DE"))
	require.Equal(t, rapport.DisclosureSources("default"), rapport.DisclosureSources("KE"), "where no rules of its own are known")
}
