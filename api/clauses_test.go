package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport/api/gen"
)

func TestAClauseIsPublishedInVersions(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	legal := d.as(t, "legal@one.example")
	made := map[string]any{
		"brand_id": d.world.one, "kind": "disclosure", "title": " Ours ", "body": "Say {{x}} on {{portal_link}}", "fallbacks": []any{map[string]any{"body": "Or {{", "note": ""}},
		"when": map[string]any{"markets": []string{"xx"}, "platforms": []string{"Insta"}, "paid_usage": true},
	}
	a := legal.keyed().send(t, "POST", "/v1/clauses", made)
	require.Equal(t, 422, a.status, "%s", a.body)
	require.Equal(t, []string{"body unknown_variable", "body unknown_variable", "fallbacks[0].body open_variable", "fallbacks[0].note required", "when.markets[0] bad_country"}, a.fields(t))
	made["body"], made["fallbacks"] = "Say #ad, {{creator.name}}.", []any{map[string]any{"body": "Say it.", "note": "Ops"}}
	made["when"] = map[string]any{"markets": []string{"de"}, "platforms": []string{"Insta"}}
	a = legal.keyed().send(t, "POST", "/v1/clauses", made)
	require.Equal(t, 201, a.status, "%s", a.body)
	var c gen.Clause
	a.into(t, &c)
	require.Equal(t, "Ours", c.Title)
	require.Equal(t, []string{"DE"}, *c.When.Markets)
	require.Equal(t, []string{"instagram"}, *c.When.Platforms)

	path := "/v1/clauses/" + c.Id.String() + "/versions"
	next := map[string]any{"title": "Ours", "body": "Say #werbung.", "from_version": 1}
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, next).status)
	a = d.as(t, "ops@one.example").keyed().send(t, "POST", path, next)
	require.Equal(t, 201, a.status, "%s", a.body)
	a = legal.keyed().send(t, "POST", path, next)
	require.Equal(t, 409, a.status)
	require.Equal(t, "newer_version", a.text("code"))
	require.Contains(t, a.text("detail"), "Version 2")

	var list gen.ClauseList
	legal.send(t, "GET", path, nil).into(t, &list)
	require.Len(t, list.Items, 2)
	require.Equal(t, 2, list.Items[0].Version)
	require.Empty(t, list.Items[0].When.Markets, "a version has all of its conditions, and none of the one before")
	require.Equal(t, gen.ClauseKind("disclosure"), list.Items[0].Kind)
	var all gen.ClauseList
	d.as(t, "guest@one.example").send(t, "GET", "/v1/clauses?brand_id="+d.world.one.String(), nil).into(t, &all)
	require.NotEmpty(t, all.Variables)
	builtIn := all.Items[0]
	require.Nil(t, builtIn.BrandId)
	a = legal.keyed().send(t, "POST", "/v1/clauses/"+builtIn.Id.String()+"/versions", next)
	require.Equal(t, 409, a.status)
	require.Equal(t, "built_in", a.text("code"))
}

func TestAContractTemplateCannotLackWhatItMustInclude(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	legal := d.as(t, "legal@one.example")
	var built gen.ContractTemplateList
	legal.send(t, "GET", "/v1/contract-templates", nil).into(t, &built)
	require.Len(t, built.Items, 1)
	standard := built.Items[0]
	body := map[string]any{"brand_id": d.world.one, "name": "Ours", "clauses": standard.Clauses[:1], "must_include": []string{"payment", "ai_likeness"}, "default": true}
	a := legal.keyed().send(t, "POST", "/v1/contract-templates", body)
	require.Equal(t, 422, a.status, "%s", a.body)
	require.Equal(t, []string{"must_include[0] missing_kind", "must_include[1] missing_kind"}, a.fields(t))
	require.Contains(t, string(a.body), "a clause about AI and likeness")
	preview := map[string]any{"brand_id": d.world.one, "clauses": standard.Clauses[:1], "must_include": []string{}, "plain": true}
	a = legal.send(t, "POST", "/v1/contract-templates/preview", preview)
	require.Equal(t, 200, a.status, "%s", a.body)
	var shown gen.ContractTemplatePreview
	a.into(t, &shown)
	require.Contains(t, shown.Text, "1. Campaign. Spring launch, term 1.")
	require.False(t, shown.Clauses[0].StandsIn)
	require.True(t, shown.Clauses[1].StandsIn, "the deliverables were agreed on")
	require.NotContains(t, shown.Text, "{{")

	body["clauses"] = standard.Clauses
	a = legal.keyed().send(t, "POST", "/v1/contract-templates", body)
	require.Equal(t, 201, a.status, "%s", a.body)
	var first gen.ContractTemplate
	a.into(t, &first)
	require.Equal(t, 409, legal.keyed().send(t, "POST", "/v1/contract-templates", body).status, "the name is taken")
	body["name"] = "Others"
	require.Equal(t, 201, legal.keyed().send(t, "POST", "/v1/contract-templates", body).status)
	path := "/v1/contract-templates/" + first.Id.String()
	a = legal.send(t, "GET", path, nil)
	a.into(t, &first)
	require.False(t, first.Default, "a brand has one default")
	require.NotEmpty(t, a.header.Get("ETag"))
	delete(body, "brand_id")
	body["name"] = "Ours"
	require.Equal(t, 412, legal.with("If-Match", `"1"`).send(t, "PUT", path, body).status)
	require.Equal(t, 200, legal.with("If-Match", a.header.Get("ETag")).send(t, "PUT", path, body).status)
	require.Equal(t, 409, legal.send(t, "PUT", "/v1/contract-templates/"+standard.Id.String(), body).status)
	require.Equal(t, 403, d.as(t, "admin@one.example").send(t, "PUT", path, body).status)
}

func TestWhichContractsContainAVersionOfAClause(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	clause := uuid.MustParse("00000000-0000-7000-8000-000000000306")
	d.sql(t, `insert into contract_clauses (contract_id, position, brand_id, clause_id, version, title, body) values ($1, 1, $2, $3, 1, 'Disclosure', 'x')`, d.contract, d.world.one, clause)
	d.sql(t, `update contracts set ends_at = now() + interval '1 day' where id = $1`, d.contract)
	count := func(who call, query string) int {
		var list gen.ClauseContractList
		a := who.send(t, "GET", "/v1/clauses/"+clause.String()+"/contracts"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		return len(list.Items)
	}
	guest := d.as(t, "guest@one.example")
	require.Equal(t, 1, count(guest, ""))
	require.Equal(t, 1, count(guest, "?version=1&limit=1"))
	require.Zero(t, count(guest, "?version=2"))
	require.Zero(t, count(d.as(t, "ops@two.example"), ""), "another brand uses the same built-in clause, and sees its own contracts alone")
	var c gen.Contract
	guest.send(t, "GET", "/v1/contracts/"+d.contract.String(), nil).into(t, &c)
	require.Equal(t, []gen.ContractClause{{ClauseId: clause, Version: 1, Kind: "disclosure", Title: "Disclosure"}}, *c.Clauses)
	d.sql(t, `update contracts set ends_at = now() - interval '1 day' where id = $1`, d.contract)
	require.Zero(t, count(guest, ""), "it is over")
	require.Equal(t, 404, guest.send(t, "GET", "/v1/clauses/"+id().String()+"/contracts", nil).status)
}

func TestNotesNameTheirSourcesAndThoseOfTheChecks(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var list gen.ComplianceNoteList
	d.as(t, "guest@one.example").send(t, "GET", "/v1/compliance-notes?country=de", nil).into(t, &list)
	require.Len(t, list.Items, 3)
	require.NotEmpty(t, list.Items[0].Source)
	require.NotEmpty(t, list.DisclosureSources)
	d.as(t, "guest@one.example").send(t, "GET", "/v1/compliance-notes", nil).into(t, &list)
	require.Greater(t, len(list.Items), 3)
	require.Empty(t, list.DisclosureSources)
}

func TestACampaignNamesAContractTemplateOfItsBrand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	body := campaign(d.world.one)
	body["contract_template_id"] = id()
	require.Equal(t, []string{"contract_template_id unknown"}, ops.keyed().send(t, "POST", "/v1/campaigns", body).fields(t))
	body["contract_template_id"] = "00000000-0000-7000-8000-000000000350"
	a := ops.keyed().send(t, "POST", "/v1/campaigns", body)
	require.Equal(t, 201, a.status, "%s", a.body)
	require.Equal(t, body["contract_template_id"], a.text("contract_template_id"))
}
