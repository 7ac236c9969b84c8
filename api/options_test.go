package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// gives lets the contract give an option to renew, for 1,300 euros and until 45 days before the end.
func (d *desk) gives(t *testing.T) {
	t.Helper()
	d.runs(t)
	d.sql(t, `begin; set local session_replication_role = replica; update contracts set terms = terms || '{"renewal_option": {"fee": 130000, "notice_days": 45}}'; commit`)
	d.sql(t, `update partnerships set commands = '[{"kind": "renew"}, {"kind": "exercise_option"}]' where id = $1`, d.partnership)
}

func TestAnOptionIsUsedForItsFee(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path, body := "/v1/partnerships/"+d.partnership.String()+"/option", map[string]any{"fee": eur(130_000)}
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", path, body)
	require.Equal(t, []any{409, "no_option"}, []any{a.status, a.text("code")}, "%s", a.body)
	d.gives(t)
	require.Equal(t, 403, d.as(t, "approver@one.example").keyed().send(t, "POST", path, body).status)
	require.Equal(t, 404, d.as(t, "ops@two.example").keyed().send(t, "POST", path, body).status)
	require.NotEqual(t, 200, d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{}).status, "it says what it costs")

	// An offer that is out comes to nothing by it, so the budget need not hold both.
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, currency, terms)
		select $2, id, brand_id, campaign_id, 2, 'sent', 100000, 'eur', '{}' from partnerships where id = $1`, d.partnership, id())
	d.sql(t, `update campaigns set budget = campaign_spoken(id, null) + 29999 where id = $1`, d.campaign)
	a = d.as(t, "ops@one.example").keyed().send(t, "POST", path, body)
	require.Equal(t, []any{409, "over_budget"}, []any{a.status, a.text("code")}, "%s", a.body)
	require.Empty(t, d.flows.commands())
	d.sql(t, `update campaigns set budget = budget + 1 where id = $1`, d.campaign)

	ops := d.as(t, "ops@one.example").keyed()
	a = ops.send(t, "POST", path, body)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, string(a.body), string(ops.send(t, "POST", path, body).body), "the same key takes one term")
	require.Len(t, d.flows.commands(), 1)
	cmd := d.flows.commands()[0]
	require.Equal(t, []any{rapport.CmdExerciseOption, rapport.Money{Amount: 130_000, Currency: "eur"}}, []any{cmd.Kind, cmd.Amount})
	require.Equal(t, "2 draft 130000", one[string](t, d, `select term || ' ' || state || ' ' || fee from offers where id = $1`, cmd.Ref))
	require.Equal(t, 0, one[int](t, d, `select count(*)::int from offers where id = $1 and terms ? 'renewal_option'`, cmd.Ref), "the next term has no option")
	require.Equal(t, "180", one[string](t, d, `select terms ->> 'duration_days' from offers where id = $1`, cmd.Ref))
}

func TestAnOptionIsHeldAgainstTheCalendar(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.gives(t)
	d.sql(t, `update campaigns set embargo_until = now() + interval '300 days' where id = $1`, d.campaign)
	path := "/v1/partnerships/" + d.partnership.String() + "/option"
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", path, map[string]any{"fee": eur(130_000)})
	require.Equal(t, []any{409, "conflict"}, []any{a.status, a.text("code")}, "%s", a.body)
	require.Empty(t, d.flows.commands())
	a = d.as(t, "admin@one.example").keyed().send(t, "POST", path, map[string]any{"fee": eur(130_000), "override_reason": "Agreed with the shop"})
	require.Equal(t, 200, a.status, "%s", a.body)
}

func TestAnOptionIsShownWithItsLastDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.gives(t)
	require.Nil(t, d.renewals(t, "ops@one.example", "")[0].Option, "nothing is shown before its day is known")
	last := time.Now().Add(55 * rapport.Day).UTC().Truncate(time.Second)
	date := d.keyDate(t, rapport.KeyOption, rapport.KeyOpen, last)
	d.sql(t, `update partnerships set stage = 'active' where id = $1`, d.partnership)

	option := d.renewals(t, "ops@one.example", "")[0].Option
	require.NotNil(t, option)
	require.Equal(t, gen.Option{Fee: gen.Money{Amount: 130_000, Currency: "eur"}, EndsAt: last, State: "open"}, *option)
	d.sql(t, `update partnerships set commands = '[{"kind": "renew"}, {"kind": "exercise_option"}]' where id = $1`, d.partnership)
	p := d.packet(t)
	require.Equal(t, "Use the option", p.MayExerciseOption.Label)
	require.True(t, p.MayExerciseOption.Allowed)
	require.Equal(t, 45, p.Terms.RenewalOption.NoticeDays)

	shown := d.keyDates(t, "auditor@one.example", "kind=option_end")
	require.Len(t, shown, 1)
	require.Equal(t, date, shown[0].ID)
	require.NotEmpty(t, shown[0].Number)
	require.Empty(t, shown[0].Assets)
	require.False(t, shown[0].MayExtend, "its end moves with the contract's alone")
	sheet := string(d.as(t, "auditor@one.example").send(t, "GET", "/v1/key-dates/export?kind=option_end", nil).body)
	require.Contains(t, sheet, "Option end")
	require.Contains(t, sheet, shown[0].Number)
	require.Contains(t, string(d.as(t, "auditor@one.example").send(t, "GET", "/v1/renewals/export", nil).body), "Open")
	calendar := fmt.Sprintf("/v1/calendar?from=%s&to=%s", time.Now().Format(time.DateOnly), last.Add(2*rapport.Day).Format(time.DateOnly))
	require.Contains(t, string(d.as(t, "ops@one.example").send(t, "GET", calendar, nil).body), `"kind":"option_end"`)

	d.sql(t, `update key_dates set state = 'exercised' where id = $1`, date)
	require.Empty(t, d.keyDates(t, "ops@one.example", "kind=option_end"))
	require.Len(t, d.keyDates(t, "ops@one.example", "kind=option_end&state=exercised"), 1)
	require.NotContains(t, string(d.as(t, "ops@one.example").send(t, "GET", calendar, nil).body), `"kind":"option_end"`)
	require.Equal(t, gen.OptionState("exercised"), d.renewals(t, "ops@one.example", "")[0].Option.State)
}

func TestAnOptionThatIsOverIsRefusedWithItsDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.gives(t)
	d.flows.answers(func(rapport.Command) rapport.OutboxVerdict {
		return rapport.OutboxVerdict{Refused: "option_over", Refusal: &rapport.Refusal{Code: "option_over", At: time.Date(2026, 5, 3, 22, 0, 0, 0, time.UTC)}}
	})
	a := d.as(t, "ops@one.example").keyed().send(t, "POST", "/v1/partnerships/"+d.partnership.String()+"/option", map[string]any{"fee": eur(130_000)})
	require.Equal(t, []any{409, "option_over"}, []any{a.status, a.text("code")}, "%s", a.body)
	require.Contains(t, a.text("detail"), "3 May 2026")
}

// An amendment gives, changes and takes away an option; what both signed is what the renewal shows, and what is used.
func TestAnAmendmentOfAnOption(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/amendments"
	send := func(path string, change map[string]any) answer {
		return d.as(t, "ops@one.example").keyed().send(t, "POST", path, change)
	}
	sign := func(change map[string]any) rapport.ContractPlan {
		a := send(path, change)
		require.Equal(t, 200, a.status, "%s", a.body)
		commands := d.flows.commands()
		amendment := commands[len(commands)-1].Ref
		d.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, p, 'x', body_sha256 from contracts, unnest(array['brand', 'creator']) p where id = $1`, amendment)
		plan, err := d.worker.ExecuteContract(t.Context(), amendment, time.Now().Truncate(time.Microsecond))
		require.NoError(t, err)
		return plan
	}
	option := func(fee, days int) map[string]any {
		return map[string]any{"renewal_option": map[string]any{"fee": fee, "notice_days": days}}
	}
	require.Equal(t, []string{"drop_option unknown"}, send(path+"/preview", map[string]any{"drop_option": true}).fields(t))
	require.Equal(t, []string{"renewal_option.fee out_of_range", "renewal_option.notice_days after_notice"}, send(path+"/preview", option(0, 2)).fields(t))
	var shown struct {
		Changes []struct{ What, From, To string }
		Text    string
	}
	send(path+"/preview", option(130_000, 45)).into(t, &shown)
	require.Len(t, shown.Changes, 1)
	require.Equal(t, "Option to renew", shown.Changes[0].What)
	require.Contains(t, shown.Changes[0].To, "another term of the same length")
	require.Contains(t, shown.Text, "for 1300.00 EUR in total")

	plan := sign(option(130_000, 45))
	require.True(t, plan.OptionChanged)
	require.Equal(t, rapport.Money{Amount: 130_000, Currency: "eur"}, plan.Option.Fee)
	require.WithinDuration(t, plan.EndsAt.AddDate(0, 0, -45), plan.Option.EndsAt, 2*time.Hour)
	d.keyDate(t, rapport.KeyOption, rapport.KeyOpen, plan.Option.EndsAt)
	renewal := d.renewals(t, "ops@one.example", "")[0]
	require.Equal(t, int64(130_000), renewal.Option.Fee.Amount)

	require.Equal(t, []string{"renewal_option unchanged"}, send(path+"/preview", option(130_000, 45)).fields(t))
	plan = sign(option(150_000, 40))
	require.Equal(t, rapport.Money{Amount: 150_000, Currency: "eur"}, plan.Option.Fee)
	require.Equal(t, int64(150_000), d.renewals(t, "ops@one.example", "")[0].Option.Fee.Amount)

	plan = sign(map[string]any{"drop_option": true})
	require.Nil(t, plan.Option)
	require.True(t, plan.OptionChanged)
	require.Nil(t, d.renewals(t, "ops@one.example", "")[0].Option, "what fell away is not shown")
	require.Nil(t, d.packet(t).Terms.RenewalOption)
	a := send("/v1/partnerships/"+d.partnership.String()+"/option", map[string]any{"fee": eur(150_000)})
	require.Equal(t, []any{409, "no_option"}, []any{a.status, a.text("code")}, "%s", a.body)
}
