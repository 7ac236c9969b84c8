package rapport_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

func aSubmission() rapport.SubmissionFacts {
	return rapport.SubmissionFacts{
		CampaignID: id("spring"), CampaignName: "Spring", Platform: "instagram", Markets: []string{"DE", "AT"}, Fee: eur(50_000), Regulated: "alcohol", PaidUsage: true,
	}
}

func chosenWhen(name string, when rapport.PolicyWhen, change ...func(*rapport.NamedPolicy)) rapport.NamedPolicy {
	p := rapport.NamedPolicy{Name: name, Policy: rapport.Policy{ID: id(name), Version: 3, When: &when, Stages: []rapport.PolicyStage{stage(rapport.RuleAny)}}}
	for _, f := range change {
		f(&p)
	}
	return p
}

func withLegal(p *rapport.NamedPolicy) {
	p.Stages = []rapport.PolicyStage{stage(rapport.RuleAny, legal)}
}

func ranked(rank int) func(*rapport.NamedPolicy) {
	return func(p *rapport.NamedPolicy) { p.Rank = rank }
}

func TestEachConditionOfAPolicy(t *testing.T) {
	t.Parallel()

	yes, no, fee, usd := true, false, eur(50_000), rapport.Money{Amount: 10, Currency: "usd"}
	more := eur(50_001)
	none := func(s *rapport.SubmissionFacts) { s.Regulated, s.PaidUsage, s.FirstPartnership = "", false, true }
	for _, c := range []struct {
		name  string
		when  rapport.PolicyWhen
		holds bool
		words string
		facts func(*rapport.SubmissionFacts)
	}{
		{"campaign", rapport.PolicyWhen{Campaigns: []uuid.UUID{id("autumn"), id("spring")}}, true, "the campaign is Spring", nil},
		{"another campaign", rapport.PolicyWhen{Campaigns: []uuid.UUID{id("autumn")}}, false, "the campaign is another one", nil},
		{"platform, however it is written", rapport.PolicyWhen{Platforms: []string{"tiktok", "Instagram"}}, true, "it is for instagram", nil},
		{"another platform", rapport.PolicyWhen{Platforms: []string{"tiktok"}}, false, "it is for instagram", nil},
		{"one of several markets", rapport.PolicyWhen{Markets: []string{"CH", "AT"}}, true, "it is shown in DE, AT", nil},
		{"other markets", rapport.PolicyWhen{Markets: []string{"CH", "FR"}}, false, "it is not shown in CH, FR", nil},
		{"no market known", rapport.PolicyWhen{Markets: []string{"CH"}}, false, "it is not shown in CH", func(s *rapport.SubmissionFacts) { s.Markets = nil }},
		{"the fee itself", rapport.PolicyWhen{FeeAtLeast: &fee}, true, "the fee is at least " + "€500.00", nil},
		{"a lower fee", rapport.PolicyWhen{FeeAtLeast: &more}, false, "the fee is below " + "€500.01", nil},
		{"a regulated category", rapport.PolicyWhen{Regulated: []string{"alcohol"}}, true, "its category is regulated: alcohol", nil},
		{"any", rapport.PolicyWhen{Regulated: []string{rapport.AnyRegulated}}, true, "its category is regulated: food supplements", func(s *rapport.SubmissionFacts) { s.Regulated = "food_supplements" }},
		{"another category", rapport.PolicyWhen{Regulated: []string{"gambling"}}, false, "its category is not one of those", nil},
		{"any, but none", rapport.PolicyWhen{Regulated: []string{rapport.AnyRegulated}}, false, "its category is not one of those", none},
		{"paid usage", rapport.PolicyWhen{PaidUsage: &yes}, true, "the contract includes paid usage", nil},
		{"paid usage, but none", rapport.PolicyWhen{PaidUsage: &yes}, false, "the contract includes no paid usage", none},
		{"no paid usage", rapport.PolicyWhen{PaidUsage: &no}, true, "the contract includes no paid usage", none},
		{"no paid usage, but some", rapport.PolicyWhen{PaidUsage: &no}, false, "the contract includes paid usage", nil},
		{"the first partnership", rapport.PolicyWhen{FirstPartnership: &yes}, true, "it is the first partnership with this creator", none},
		{"the first partnership, but a later one", rapport.PolicyWhen{FirstPartnership: &yes}, false, "it is not the first partnership with this creator", nil},
		{"a later partnership", rapport.PolicyWhen{FirstPartnership: &no}, true, "it is not the first partnership with this creator", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := aSubmission()
			if c.facts != nil {
				c.facts(&s)
			}
			holds, words := c.when.Holds(s)
			require.Equal(t, c.holds, holds)
			require.Equal(t, []string{c.words}, words)
		})
	}
	holds, words := rapport.PolicyWhen{}.Holds(aSubmission())
	require.False(t, holds, "without conditions nothing chooses it")
	require.Empty(t, words)

	all := rapport.PolicyWhen{Campaigns: []uuid.UUID{id("spring")}, Platforms: []string{"instagram"}, FeeAtLeast: &fee, PaidUsage: &yes}
	holds, words = all.Holds(aSubmission())
	require.True(t, holds)
	require.Equal(t, []string{"the campaign is Spring", "it is for instagram", "the fee is at least " + "€500.00", "the contract includes paid usage"}, words)
	all.PaidUsage, all.FirstPartnership = &no, &yes
	holds, words = all.Holds(aSubmission())
	require.False(t, holds)
	require.Equal(t, []string{"the contract includes paid usage"}, words, "the first that does not hold")

	holds, words = rapport.PolicyWhen{FeeAtLeast: &usd}.Holds(aSubmission())
	require.False(t, holds, "amounts in other currencies are not compared")
	require.Equal(t, []string{"the fee is in EUR and not in USD"}, words)
}

func TestConditionsAreChecked(t *testing.T) {
	t.Parallel()

	zero := eur(0)
	require.Equal(t, []string{"when required"}, paths(rapport.PolicyWhen{}.Check("when")))
	bad := rapport.PolicyWhen{Platforms: []string{"tiktok", " "}, Markets: []string{"DE", "de", "DEU"}, FeeAtLeast: &zero}
	require.Equal(t, []string{"when.fee_at_least.amount not_positive", "when.platforms[1] required", "when.markets[1] unknown_country", "when.markets[2] unknown_country"}, paths(bad.Check("when")))
	require.Empty(t, rapport.PolicyWhen{Markets: []string{"DE"}}.Check("when"))
}

func TestWhichPolicyIsChosen(t *testing.T) {
	t.Parallel()

	one, two := rapport.PolicyWhen{Platforms: []string{"instagram"}}, rapport.PolicyWhen{Platforms: []string{"instagram"}, Markets: []string{"DE"}}
	own := rapport.NamedPolicy{Name: "Usual", Policy: rapport.Policy{ID: id("usual"), Version: 7}}
	older, newer := chosenWhen("a", one), chosenWhen("b", one)
	if older.ID.String() > newer.ID.String() {
		older, newer = newer, older
	}
	for _, c := range []struct {
		name       string
		candidates []rapport.NamedPolicy
		order      []string
	}{
		{"legal before all", []rapport.NamedPolicy{chosenWhen("first", two), chosenWhen("law", one, withLegal, ranked(900))}, []string{"law", "first"}},
		{"then the lowest rank", []rapport.NamedPolicy{chosenWhen("exact", two, ranked(2)), chosenWhen("ranked", one, ranked(1))}, []string{"ranked", "exact"}},
		{"then the most conditions", []rapport.NamedPolicy{chosenWhen("loose", one), chosenWhen("exact", two)}, []string{"exact", "loose"}},
		{"then one and always the same", []rapport.NamedPolicy{newer, older}, []string{older.Name, newer.Name}},
		{"what does not fit is no candidate", []rapport.NamedPolicy{own, chosenWhen("tiktok", rapport.PolicyWhen{Platforms: []string{"tiktok"}}, withLegal), older}, []string{older.Name}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, choice := rapport.ChoosePolicy(c.candidates, own, aSubmission())
			require.Equal(t, c.order[0], p.Name)
			require.Equal(t, p.ID, choice.PolicyID)
			require.Equal(t, 3, choice.Version)
			require.Equal(t, c.order[0], choice.Name)
			require.Equal(t, "it is for instagram", choice.Because[0])
			require.Equal(t, c.order[1:], append([]string{}, choice.Over...), "it lists the others")
		})
	}
	p, choice := rapport.ChoosePolicy([]rapport.NamedPolicy{chosenWhen("tiktok", rapport.PolicyWhen{Platforms: []string{"tiktok"}}), own}, own, aSubmission())
	require.Equal(t, own, p)
	require.Equal(t, rapport.PolicyChoice{
		PolicyID: id("usual"), Version: 7, Name: "Usual", Because: []string{"no policy’s conditions hold for it, and the campaign Spring names this one"},
	}, choice)
}

func TestConflictsOfPolicies(t *testing.T) {
	t.Parallel()

	yes, no, hundred, thousand, usd := true, false, eur(10_000), eur(100_000), rapport.Money{Amount: 10_000, Currency: "usd"}
	for _, c := range []struct {
		name     string
		a, b     rapport.PolicyWhen
		overlaps bool
	}{
		{"the same platform, however it is written", rapport.PolicyWhen{Platforms: []string{"TikTok", "x"}}, rapport.PolicyWhen{Platforms: []string{"tiktok"}}, true},
		{"other platforms", rapport.PolicyWhen{Platforms: []string{"x"}}, rapport.PolicyWhen{Platforms: []string{"tiktok"}}, false},
		{"a campaign of both", rapport.PolicyWhen{Campaigns: []uuid.UUID{id("a"), id("b")}}, rapport.PolicyWhen{Campaigns: []uuid.UUID{id("b")}}, true},
		{"other campaigns", rapport.PolicyWhen{Campaigns: []uuid.UUID{id("a")}}, rapport.PolicyWhen{Campaigns: []uuid.UUID{id("b")}}, false},
		{"other categories", rapport.PolicyWhen{Regulated: []string{"alcohol"}}, rapport.PolicyWhen{Regulated: []string{"gambling"}}, false},
		{"any category", rapport.PolicyWhen{Regulated: []string{"alcohol"}}, rapport.PolicyWhen{Regulated: []string{rapport.AnyRegulated}}, true},
		{"other markets: content may be shown in both", rapport.PolicyWhen{Markets: []string{"DE"}}, rapport.PolicyWhen{Markets: []string{"FR"}}, true},
		{"other fees of one currency", rapport.PolicyWhen{FeeAtLeast: &hundred}, rapport.PolicyWhen{FeeAtLeast: &thousand}, true},
		{"other currencies", rapport.PolicyWhen{FeeAtLeast: &hundred}, rapport.PolicyWhen{FeeAtLeast: &usd}, false},
		{"paid usage or none", rapport.PolicyWhen{PaidUsage: &yes}, rapport.PolicyWhen{PaidUsage: &no}, false},
		{"both with paid usage", rapport.PolicyWhen{PaidUsage: &yes}, rapport.PolicyWhen{PaidUsage: &yes}, true},
		{"first or later", rapport.PolicyWhen{FirstPartnership: &yes}, rapport.PolicyWhen{FirstPartnership: &no}, false},
		{"conditions about other things", rapport.PolicyWhen{FirstPartnership: &yes}, rapport.PolicyWhen{Platforms: []string{"x"}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, b := chosenWhen("a", c.a), chosenWhen("b", c.b, ranked(1))
			if !c.overlaps {
				require.Empty(t, a.Conflicts([]rapport.NamedPolicy{b}))
				return
			}
			require.Equal(t, []rapport.PolicyConflict{{Name: "b", Wins: true}}, a.Conflicts([]rapport.NamedPolicy{a, b, {Name: "never chosen"}}))
			require.Equal(t, []rapport.PolicyConflict{{Name: "a"}}, b.Conflicts([]rapport.NamedPolicy{a}))
		})
	}
	x, y := chosenWhen("x", rapport.PolicyWhen{PaidUsage: &yes}), chosenWhen("y", rapport.PolicyWhen{FirstPartnership: &yes})
	got := append(x.Conflicts([]rapport.NamedPolicy{y}), y.Conflicts([]rapport.NamedPolicy{x})...)
	require.True(t, got[0].Equal && got[1].Equal)
	require.NotEqual(t, got[0].Wins, got[1].Wins, "age decides")
	require.Empty(t, rapport.NamedPolicy{Name: "campaign's"}.Conflicts([]rapport.NamedPolicy{x, y}))
}

// anyWhen draws conditions, and mostly few, so that policies overlap.
func anyWhen(t *rapid.T) *rapport.PolicyWhen {
	few := func(label string, of ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 2, rapid.ID[string]).Draw(t, label)
	}
	maybe := func(label string) *bool {
		return rapid.SampledFrom([]*bool{nil, nil, new(bool), new(true)}).Draw(t, label)
	}
	w := &rapport.PolicyWhen{
		Platforms: few("platforms", "x", "X", "tiktok"), Markets: few("markets", "DE", "FR"), Regulated: few("regulated", rapport.AnyRegulated, "alcohol", "gambling"),
		PaidUsage: maybe("paid"), FirstPartnership: maybe("first"),
		FeeAtLeast: rapid.SampledFrom([]*rapport.Money{nil, nil, new(eur(10)), new(eur(20)), {Amount: 10, Currency: "usd"}}).Draw(t, "fee"),
	}
	for _, c := range few("campaigns", "a", "b") {
		w.Campaigns = append(w.Campaigns, id(c))
	}
	return w
}

func TestConflictsTellWhatIsChosen(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		list := make([]rapport.NamedPolicy, rapid.IntRange(2, 8).Draw(rt, "policies"))
		byName := map[string]rapport.NamedPolicy{}
		for i := range list {
			list[i] = chosenWhen(fmt.Sprint("policy/", i), *anyWhen(rt), ranked(rapid.IntRange(0, 2).Draw(rt, "rank")))
			if rapid.Bool().Draw(rt, "legal") {
				withLegal(&list[i])
			}
			byName[list[i].Name] = list[i]
		}
		for i, p := range list {
			for _, o := range list[i+1:] {
				there, back := p.Conflicts([]rapport.NamedPolicy{o}), o.Conflicts([]rapport.NamedPolicy{p})
				require.Len(rt, back, len(there))
				if len(there) == 1 {
					require.Equal(rt, there[0].Equal, back[0].Equal)
					require.NotEqual(rt, there[0].Wins, back[0].Wins, "one of two wins")
				}
			}
		}
		s := rapport.SubmissionFacts{
			CampaignID: id(draw(rt, "campaign", "a", "b")), Platform: draw(rt, "platform", "x", "tiktok"), Markets: draw(rt, "shown in", []string{"DE"}, []string{"DE", "FR"}, nil),
			Fee: rapport.Money{Amount: draw[int64](rt, "amount", 5, 15, 25), Currency: draw(rt, "currency", "eur", "usd")}, Regulated: draw(rt, "category", "", "alcohol", "gambling"),
			PaidUsage: rapid.Bool().Draw(rt, "usage"), FirstPartnership: rapid.Bool().Draw(rt, "new"),
		}
		winner, choice := rapport.ChoosePolicy(list, rapport.NamedPolicy{Name: "campaign's"}, s)
		for _, name := range choice.Over {
			require.Equal(rt, []bool{true}, wins(winner.Conflicts([]rapport.NamedPolicy{byName[name]})), "%s over %s", winner.Name, name)
			require.False(rt, hasLegal(byName[name]) && !hasLegal(winner), "legal is never skipped")
		}
		again, _ := rapport.ChoosePolicy(rapid.Permutation(list).Draw(rt, "order"), rapport.NamedPolicy{Name: "campaign's"}, s)
		require.Equal(rt, winner.Name, again.Name, "whatever the order")
	})
}

func wins(list []rapport.PolicyConflict) []bool {
	out := make([]bool, 0, len(list))
	for _, c := range list {
		out = append(out, c.Wins)
	}
	return out
}

func hasLegal(p rapport.NamedPolicy) bool { return p.Stages[0].Legal }

func BenchmarkChoosePolicy(b *testing.B) {
	list := make([]rapport.NamedPolicy, 1000)
	for i := range list {
		list[i] = chosenWhen(fmt.Sprint("policy/", i), rapport.PolicyWhen{Platforms: []string{"tiktok", "instagram"}, Markets: []string{"FR", "DE"}}, ranked(i%100))
		if i%10 > 0 {
			list[i].When.Campaigns = []uuid.UUID{id("another")}
		}
	}
	s := aSubmission()
	b.ReportAllocs()
	for b.Loop() {
		if p, _ := rapport.ChoosePolicy(list, rapport.NamedPolicy{}, s); p.Name == "" {
			b.Fatal("none fits")
		}
	}
}
