package rapport_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// drawn is a template of four own clauses with a library around them.
func drawn() (rapport.ContractParts, rapport.ContractTemplate, []rapport.ClauseVersion) {
	brand := uuid.New()
	own := func(title, body string, kind rapport.ClauseKind, fallbacks ...string) rapport.ClauseVersion {
		c := rapport.ClauseVersion{ID: id(title), Version: 3, BrandID: &brand, Kind: kind, Title: title, Body: body}
		for _, f := range fallbacks {
			c.Fallbacks = append(c.Fallbacks, rapport.Fallback{Body: f, Note: "Ops"})
		}
		return c
	}
	french := own("French law", "Publicité", rapport.ClauseGeneral)
	french.When.Markets = []string{"FR"}
	list := []rapport.ClauseVersion{
		own("All we agreed", "{{deliverables}}{{revision_rounds}}{{fee}}{{payment_parts}}{{duration_days}}{{notice_days}}", rapport.ClauseGeneral, "{{fee}} and no more"),
		own("Our disclosure", "Say #ad.", rapport.ClauseDisclosure, "Say it in words."),
		own("Parcel", "It goes to {{deal.postal_address}}.", rapport.ClauseGeneral),
		own("Music", "No music of others.", rapport.ClauseGeneral),
	}
	t := rapport.ContractTemplate{ID: id("template"), Name: "Ours", MustInclude: []rapport.ClauseKind{rapport.ClauseDisclosure}}
	for _, c := range list {
		t.Clauses = append(t.Clauses, c.ID)
	}
	p := rapport.SampleContract()
	p.Terms = rapport.DefaultTerms()
	return p, t, append(append(builtIn(), list...), french, own("Dogs", "Dogs are welcome.", rapport.ClauseGeneral), own("Other disclosure", "Say so twice.", rapport.ClauseDisclosure))
}

func standing(d rapport.ContractDraft) string {
	list := make([]string, 0, len(d.Clauses))
	for _, c := range d.Clauses {
		list = append(list, c.Title+map[bool]string{true: "*"}[c.StandsIn]+map[bool]string{true: "+"}[c.Added])
	}
	return strings.Join(list, ", ")
}

func badOf(d rapport.ContractDraft) (list []string) {
	for _, f := range rapport.SortFields(d.Bad) {
		list = append(list, f.Path+" "+f.Code)
	}
	return list
}

func chosen(titles ...string) (list []rapport.ChosenClause) {
	for _, title := range titles {
		list = append(list, rapport.ChosenClause{ClauseID: id(title)})
	}
	return list
}

func TestWhatIsChosenForOneContractStandsInIt(t *testing.T) {
	t.Parallel()
	p, template, library := drawn()
	d := rapport.Draft(p, template, library, rapport.DraftChoices{})
	require.Empty(t, d.Bad)
	require.Equal(t, "All we agreed, Our disclosure, Music", standing(d), "a clause without its value does not stand")
	require.Equal(t, []rapport.AskedValue{{Name: "deal.postal_address", About: "postal address", UsedBy: []string{"Parcel"}}}, d.Values)

	d = rapport.Draft(p, template, library, rapport.DraftChoices{
		Fallbacks: []rapport.ChosenFallback{{ClauseID: id("Our disclosure"), Fallback: 1}}, Added: chosen("Dogs"), LeftOut: chosen("Music"),
		Values: []rapport.ChosenValue{{Name: "deal.postal_address", Value: " 2 Road "}},
	})
	require.Empty(t, d.Bad)
	require.Equal(t, "All we agreed, Our disclosure, Parcel, Dogs+", standing(d))
	require.Contains(t, d.Text, "2. Our disclosure. Say it in words.")
	require.Contains(t, d.Text, "It goes to 2 Road.")
	require.NotContains(t, d.Text, "music")
	require.Equal(t, 1, d.Clauses[1].Fallback)

	at := map[string]rapport.EditedClause{}
	for _, c := range d.Library {
		at[c.Title] = c
	}
	require.Contains(t, at["Our disclosure"].Locked, "no other clause here is about disclosure")
	require.Contains(t, at["All we agreed"].Locked, "it alone says what both agreed on")
	require.Empty(t, at["Dogs"].Locked)
	require.True(t, at["Music"].LeftOut)
	require.Empty(t, at["Music"].Missing)
	require.Contains(t, at["French law"].Missing, "creator in FR")
	require.Contains(t, at["Usage rights"].Missing, "That takes another offer")
}

func TestWhatCannotBeChosenNamesTheClauseAndTheVariable(t *testing.T) {
	t.Parallel()
	p, template, library := drawn()
	for name, c := range map[string]struct {
		choices rapport.DraftChoices
		bad     []string
		says    string
	}{
		"the only clause that must be included":   {rapport.DraftChoices{LeftOut: chosen("Our disclosure")}, []string{"left_out[0] must_include"}, "“Our disclosure” cannot be left out"},
		"unless another of its kind is added":     {rapport.DraftChoices{LeftOut: chosen("Our disclosure"), Added: chosen("Other disclosure")}, nil, ""},
		"both of a kind":                          {rapport.DraftChoices{LeftOut: chosen("Our disclosure", "Our disclosure")}, []string{"left_out[0] must_include", "left_out[1] twice"}, ""},
		"what alone says what was agreed":         {rapport.DraftChoices{LeftOut: chosen("All we agreed")}, []string{"left_out[0] agreed"}, "“the whole fee”"},
		"a clause that the template has not":      {rapport.DraftChoices{LeftOut: chosen("Dogs")}, []string{"left_out[0] unknown"}, ""},
		"what would not stand anyway is left out": {rapport.DraftChoices{LeftOut: chosen("Parcel")}, nil, ""},
		"a fallback that says less than was agreed": {
			rapport.DraftChoices{Fallbacks: []rapport.ChosenFallback{{ClauseID: id("All we agreed"), Fallback: 1}}}, []string{"fallbacks[0].fallback agreed"}, "This fallback of “All we agreed” does not say",
		},
		"a fallback that it has not": {rapport.DraftChoices{Fallbacks: []rapport.ChosenFallback{{ClauseID: id("Our disclosure"), Fallback: 2}, {ClauseID: uuid.New(), Fallback: 1}}},
			[]string{"fallbacks[0].fallback unknown", "fallbacks[1] unknown"}, ""},
		"what is there already":              {rapport.DraftChoices{Added: chosen("Music", "Dogs", "Dogs")}, []string{"added[0] twice", "added[2] twice"}, ""},
		"a clause of another market":         {rapport.DraftChoices{Added: chosen("French law", "Nothing")}, []string{"added[0] does_not_stand", "added[1] unknown"}, "“French law” stands only where"},
		"a clause about what was not agreed": {rapport.DraftChoices{Added: chosen("Exclusivity")}, []string{"added[0] does_not_stand"}, "“Exclusivity” says what this deal has not agreed on"},
		"a value that the deal has":          {rapport.DraftChoices{Values: []rapport.ChosenValue{{Name: "fee", Value: "1"}}}, []string{"values[0].name unknown_value"}, "whole fee"},
		"a value with a variable, or too long": {
			rapport.DraftChoices{Values: []rapport.ChosenValue{{Name: "deal.a", Value: "{{fee}}"}, {Name: "deal.b", Value: strings.Repeat("x", 2001)}, {Name: "deal.b", Value: "x"}}},
			[]string{"values[0].value open_variable", "values[1].value too_long", "values[2].name twice"}, "",
		},
	} {
		d := rapport.Draft(p, template, library, c.choices)
		require.Equal(t, c.bad, badOf(d), name)
		if c.says != "" {
			require.Contains(t, d.Bad[0].Detail, c.says, name)
		}
		require.NotContains(t, d.Text, "{{", name)
		require.Contains(t, d.Text, "1200.00 EUR", name)
	}
	bare := template
	bare.Clauses = template.Clauses[:2]
	d := rapport.Draft(p, bare, library, rapport.DraftChoices{Added: chosen("Parcel")})
	require.Contains(t, d.Bad[0].Detail, "“Parcel” needs a value for “postal address”")
	require.Len(t, d.Values, 1, "and it is asked for")
	p.Brief = ""
	bare.Clauses = append(bare.Clauses, id("Brief"))
	library = append(library, rapport.ClauseVersion{ID: id("Brief"), Kind: rapport.ClauseCampaign, Title: "Brief", Body: "{{campaign.brief}}"})
	d = rapport.Draft(p, bare, library, rapport.DraftChoices{Values: []rapport.ChosenValue{{Name: "campaign.brief", Value: "Show it."}}})
	require.Empty(t, d.Bad, "a value that this deal lacks and nobody agreed on")
	require.Contains(t, d.Text, "Brief. Show it.")
}

func TestWhoChoseFirstStaysNamed(t *testing.T) {
	t.Parallel()
	ida, otto := uuid.New(), uuid.New()
	first := rapport.DraftChoices{
		Added: chosen("A"), LeftOut: chosen("B"), Fallbacks: []rapport.ChosenFallback{{ClauseID: id("C"), Fallback: 1}, {ClauseID: id("D"), Fallback: 1}},
		Values: []rapport.ChosenValue{{Name: "deal.a", Value: "1"}},
	}
	first.Chose(rapport.DraftChoices{}, ida)
	next := rapport.DraftChoices{
		Added: chosen("E", "A"), LeftOut: chosen("B"), Fallbacks: []rapport.ChosenFallback{{ClauseID: id("C"), Fallback: 1}, {ClauseID: id("D"), Fallback: 2}},
		Values: []rapport.ChosenValue{{Name: "deal.a", Value: "2"}},
	}
	next.Chose(first, otto)
	require.Equal(t, []uuid.UUID{otto, ida, ida, ida, otto, otto}, []uuid.UUID{next.Added[0].By, next.Added[1].By, next.LeftOut[0].By, next.Fallbacks[0].By, next.Fallbacks[1].By, next.Values[0].By})
	clauses, people := next.Named()
	require.Len(t, clauses, 5)
	require.Len(t, people, 6)
	made := next.Made(map[uuid.UUID]string{id("D"): "Dee"}, map[uuid.UUID]string{otto: "Otto"})
	require.Equal(t, rapport.MadeChoice{What: "fallback", ClauseID: id("D"), Title: "Dee", Fallback: 2, By: "Otto"}, made[1])
}
