package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
)

// offered adds an accepted offer with the terms and answers its id.
func (d *draft) offered(t *testing.T, terms rapport.ContractTerms) uuid.UUID {
	t.Helper()
	text, err := json.Marshal(terms)
	require.NoError(t, err)
	offer := newID()
	d.exec(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms) values ($1, $2, $3, $4, 'accepted', 100000, 'eur', $5)`,
		offer, d.partnership, d.brand, d.campaign, text)
	return offer
}

func (d *draft) drafted(t *testing.T, offer uuid.UUID) rapport.Contract {
	t.Helper()
	contract, err := d.worker.DraftContract(t.Context(), offer, 1)
	require.NoError(t, err)
	c, err := d.api.Contract(rapport.WithBrands(t.Context(), d.brand), contract)
	require.NoError(t, err)
	return c
}

func titles(c rapport.Contract) string {
	list := make([]string, len(c.Clauses))
	for i, clause := range c.Clauses {
		list[i] = clause.Title
	}
	return strings.Join(list, ", ")
}

func TestTheBuiltInTemplateSaysAllThatWasAgreed(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	terms := rapport.SampleContract().Terms
	c := d.drafted(t, d.offered(t, terms))
	for _, s := range []string{
		"between One, 1 Street (the brand)", "and Mia (the creator)", "1. Campaign. Spring, term 1.", "   1. Launch video (video on youtube). The draft is due 10 business days", "2 rounds of revision",
		"1000.00 EUR in total", "On signature: 300.00 EUR, when both have signed.", "On approval: 400.00 EUR, when the draft of “Launch video” is approved.", "payable 10 days later",
		"100,000 views: 250.00 EUR", "it is an advertisement", "180 days from the day both have signed. By 30 days before the end", "for 90 days after publication", "for competitors for 30 days",
		"trains no AI", "within 14 days after being told so", terms.ExtraClauses,
	} {
		require.Contains(t, c.Text, s)
	}
	all := "Campaign, Deliverables, Approval, Fee, Bonuses, Disclosure, Duration, Option to renew, Usage rights, Allow-listing, Exclusivity, AI and likeness, Termination, Further clauses"
	require.Equal(t, all, titles(c))
	require.Equal(t, "DE", c.CreatorCountry)

	c = d.drafted(t, d.offered(t, rapport.DefaultTerms()))
	require.Equal(t, "Campaign, Deliverables, Approval, Fee, Disclosure, Duration, No further usage rights, No exclusivity, AI and likeness, Termination", titles(c))
	require.NotContains(t, c.Text, "{{")
}

// What every installation starts with passes its own checks, and has a clause of each kind that stands in whatever was agreed.
func TestTheBuiltInLibraryIsSound(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	library, err := d.api.ListClauses(ctx, &d.brand)
	require.NoError(t, err)
	for _, c := range library {
		require.Empty(t, c.Check(), c.Title)
		require.Nil(t, c.BrandID)
	}
	templates, err := d.api.ListContractTemplates(ctx, &d.brand)
	require.NoError(t, err)
	require.Len(t, templates, 1)
	require.Empty(t, templates[0].Check(library))
	require.Equal(t, rapport.MustIncludeKinds(), templates[0].MustInclude)
}

func TestAContractKeepsTheVersionsItWasDraftedFrom(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	first, err := d.api.CreateClause(ctx, rapport.ClauseVersion{BrandID: &d.brand, Kind: rapport.ClauseDisclosure, Title: "Ours", Body: "Say #ad."}, d.lea)
	require.NoError(t, err)
	template := rapport.ContractTemplate{BrandID: &d.brand, Name: "Ours", Clauses: []uuid.UUID{first.ID}, MustInclude: []rapport.ClauseKind{rapport.ClauseDisclosure}, Default: true}
	template, err = d.api.SaveContractTemplate(ctx, template, d.lea)
	require.NoError(t, err)
	offer := d.offered(t, rapport.DefaultTerms())
	c := d.drafted(t, offer)
	require.Contains(t, c.Text, "Ours. Say #ad.")
	require.Contains(t, c.Text, "1000.00 EUR in total", "what was agreed is said, though the template has no clause about it")

	second := first
	second.From, second.Body, second.When = 1, "Say #werbung.", rapport.ClauseWhen{Markets: []string{"FR"}}
	second, err = d.api.CreateClause(ctx, second, d.lea)
	require.NoError(t, err)
	require.Equal(t, 2, second.Version)
	_, err = d.api.CreateClause(ctx, second, d.lea)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "of two made at once one is kept")

	again := d.drafted(t, offer)
	require.Equal(t, c, again, "drafting again gives the same, whatever the library holds by now")
	next := d.drafted(t, d.offered(t, rapport.DefaultTerms()))
	require.NotContains(t, next.Text, "Say #", "the creator is in Germany")
	require.Contains(t, titles(next), "Disclosure", "so the built-in clause stands in")

	campaign := newID()
	d.exec(t, `insert into contract_templates (id, brand_id, name, clauses, must_include) select $1, $2, 'Another', clauses, '{}' from contract_templates where brand_id is null`, campaign, d.brand)
	d.exec(t, `update campaigns set contract_template_id = $1`, campaign)
	named := d.drafted(t, d.offered(t, rapport.DefaultTerms()))
	require.Contains(t, titles(named), "Campaign", "the campaign's own template comes first")
	require.NotContains(t, titles(named), "No exclusivity", "and it insists on nothing")

	list, _, err := d.api.ContractsWithClause(ctx, first.ID, new(1), rapport.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, c.ID, list[0].ID)
	list, _, err = d.api.ContractsWithClause(ctx, first.ID, new(2), rapport.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list)
	list, _, err = d.api.ContractsWithClause(rapport.WithBrands(t.Context(), d.other), first.ID, nil, rapport.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list, "another brand's contracts do not exist")
	d.exec(t, `update contracts set state = 'withdrawn' where id = $1`, c.ID)
	list, _, err = d.api.ContractsWithClause(ctx, first.ID, nil, rapport.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list, "a contract that is over is not live")

	template.Version--
	_, err = d.api.SaveContractTemplate(ctx, template, d.lea)
	require.Equal(t, rapport.CodeStale, rapport.ErrorCode(err))
}

func TestAContractIsDraftedOnceByAttemptsAtTheSameTime(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	offer := d.offered(t, rapport.DefaultTerms())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := d.worker.DraftContract(t.Context(), offer, 1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c := d.drafted(t, offer)
	require.Len(t, c.Clauses, strings.Count(titles(c), ",")+1)
	require.Contains(t, titles(c), "Termination")
}

func TestPublishedClausesAndDraftedOnesNeverChange(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	d.drafted(t, d.offered(t, rapport.DefaultTerms()))
	for _, sql := range []string{`update clauses set body = 'x'`, `delete from clauses`, `update contract_clauses set version = 2`, `delete from contract_clauses`} {
		_, err := d.owner.Exec(t.Context(), sql)
		require.Error(t, err, sql)
	}
	one, two := rapport.WithBrands(t.Context(), d.brand), rapport.WithBrands(t.Context(), d.other)
	c, err := d.api.CreateClause(one, rapport.ClauseVersion{BrandID: &d.brand, Kind: rapport.ClauseGeneral, Title: "Ours", Body: "x"}, d.lea)
	require.NoError(t, err)
	_, err = d.api.ClauseVersions(two, c.ID)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
	_, err = d.api.CreateClause(two, rapport.ClauseVersion{BrandID: &d.brand, Kind: rapport.ClauseGeneral, Title: "Theirs", Body: "x"}, d.lea)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err), "nobody writes into another brand")
	require.NoError(t, d.api.InTx(two, func(ctx context.Context, tx pgx.Tx) error {
		var n int
		require.NoError(t, tx.QueryRow(ctx, "select count(*) from clauses where brand_id is not null").Scan(&n))
		require.Zero(t, n, "the second wall stands without the filter of the query")
		return nil
	}))
	require.Error(t, d.api.InTx(one, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into clauses (id, version, kind, title, body) values (gen_random_uuid(), 1, 'general', 'x', 'x')")
		return err
	}), "built-in clauses come with a migration")
}

func TestComplianceNotesOfAMarket(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	markets := func(list ...string) (found []string) {
		notes, err := d.api.ListComplianceNotes(t.Context(), list)
		require.NoError(t, err)
		for _, n := range notes {
			require.NotEmpty(t, n.Source)
			require.False(t, n.ReadOn.IsZero())
			found = append(found, n.Market)
		}
		return found
	}
	require.Equal(t, []string{"EU", "FR", "FR"}, markets(rapport.NoteMarkets("FR")...))
	require.Equal(t, []string{"US"}, markets(rapport.NoteMarkets("US")...))
	require.Len(t, markets(), 7)
}
