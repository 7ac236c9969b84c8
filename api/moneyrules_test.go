package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoMakesTheRulesOfMoneyWeakerProvesItAndIsToldOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit   map[string]any
		weaker bool
		said   string
	}{
		"a higher threshold":     {map[string]any{"second_pair_threshold": eur(50001)}, true, "Changed where two people of finance approve from 500.00 EUR to 500.01 EUR"},
		"in another currency":    {map[string]any{"second_pair_threshold": map[string]any{"amount": 1, "currency": "usd"}}, true, "Changed where two people of finance approve from 500.00 EUR to 0.01 USD"},
		"a larger share is kept": {map[string]any{"netting_cap_percent": 100}, true, "Changed the percent kept for what a creator owes from 50 to 100"},
		"a shorter notice":       {map[string]any{"netting_notice_days": 0}, true, "Changed the days of notice before anything is kept from 14 to 0"},
		"a shorter wait": {
			map[string]any{"destination_cool_off_days": 1, "netting_cap_percent": 20}, true,
			"Changed the percent kept for what a creator owes from 50 to 20, the working days that payments wait after a changed bank account from 3 to 1",
		},
		"a lower threshold": {map[string]any{"second_pair_threshold": eur(1)}, false, "Changed where two people of finance approve from 500.00 EUR to 0.01 EUR"},
		"never":             {map[string]any{"second_pair_threshold": map[string]any{"amount": 0, "currency": "usd"}}, false, "Changed where two people of finance approve from 500.00 EUR to 0.00 USD"},
		"a longer wait":     {map[string]any{"destination_cool_off_days": 9, "netting_notice_days": 60, "netting_cap_percent": 1}, false, ""},
		"nothing of money":  {map[string]any{"name": "One and a half"}, false, "Brand: edited"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.sql(t, `update brands set second_pair_amount = 50000, second_pair_currency = 'eur', netting_cap_percent = 50, netting_notice_days = 14, destination_cool_off_days = 3 where id = $1`, d.world.one)
			path := "/v1/brands/" + d.world.one.String()
			a := d.as(t, "admin@one.example").send(t, "PATCH", path, c.edit)
			told := 0
			if c.weaker {
				require.Equal(t, "second_factor_missing", a.text("code"))
				require.Zero(t, one[int](t, d, `select count(*)::int from audit_log where action = 'brand.edited'`), "nothing was done yet")
				a, told = d.proved(t, "admin@one.example").send(t, "PATCH", path, c.edit), 3
			}
			require.Equal(t, 200, a.status, "%s", a.body)
			require.Equal(t, told, one[int](t, d, `select count(*)::int from tasks where kind = 'money_rules_weaker' and brand_id = $1`, d.world.one), "finance and the admins are told")
			if c.weaker {
				require.NotZero(t, one[int](t, d, `select count(*)::int from messages where to_address = 'finance_releaser@one.example' and subject = 'One: rules for money became weaker'`))
			}
			var history struct {
				Items []struct{ What, Actor string }
			}
			d.as(t, "auditor@one.example").send(t, "GET", "/v1/history?noun=brand", nil).into(t, &history)
			require.Len(t, history.Items, 1)
			if c.said != "" {
				require.Equal(t, c.said, history.Items[0].What)
			}
			require.Equal(t, "Ms admin", history.Items[0].Actor)
		})
	}
}

func TestBankAccountsAndRatesStandInTheHistory(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.as(t, "finance_preparer@one.example").keyed().send(t, "POST", "/v1/fx-quotes", map[string]any{
		"brand_id": d.world.one, "base": "eur", "quote": "usd", "rate": "1.08", "source": "ECB", "on_day": "2026-01-05",
	})
	require.Equal(t, 201, a.status, "%s", a.body)
	d.sql(t, `insert into audit_log (action, subject) values ('payee.destination_changed', $1)`, d.work.creator)
	of := func(who, noun string) []struct{ What, About string } {
		var history struct {
			Items []struct{ What, About string }
		}
		d.as(t, who).send(t, "GET", "/v1/history?noun="+noun, nil).into(t, &history)
		return history.Items
	}
	require.Equal(t, []struct{ What, About string }{{"Entered a rate of exchange: 1 EUR is 1.08 USD", ""}}, of("auditor@one.example", "fx_quote"))
	require.Equal(t, []struct{ What, About string }{{"The bank account of the creator changed", "Mia Lens"}}, of("auditor@one.example", "payee"))
	require.Empty(t, of("auditor@two.example", "fx_quote"))
	require.Empty(t, of("auditor@two.example", "payee"), "of a brand that does not work with them")
}
