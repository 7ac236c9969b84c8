package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestWhoCanBePaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, platform, country, currency, path, code string }{
		{"the same country", "US", "US", "usd", "", ""},
		{"within the EEA", "DE", "FR", "eur", "", ""},
		{"within the EEA in another currency", "DE", "SE", "sek", "", ""},
		{"within Europe", "GB", "CH", "eur", "", ""},
		{"over the ocean, converted on its way", "US", "DE", "usd", "", ""},
		{"over the ocean, in the creator's own", "CA", "GB", "gbp", "", ""},
		{"a country without self-service", "US", "BR", "usd", "creator.country", "not_payable"},
		{"a platform without it", "AU", "US", "usd", "creator.country", "not_payable"},
		{"a currency that nobody there can receive", "US", "DE", "jpy", "fee.currency", "not_receivable"},
		{"a currency of neither of them", "US", "CA", "eur", "fee.currency", "not_receivable"},
		{"an unknown country", "US", "", "usd", "creator.country", "unknown_country"},
		{"an unknown country and platform", "", "", "usd", "creator.country", "unknown_country"},
		{"an unknown platform", "", "BR", "brl", "", ""},
	} {
		bad := rapport.CheckPayable(tt.platform, tt.country, tt.currency)
		if tt.path == "" {
			require.Empty(t, bad, tt.name)
			continue
		}
		require.Len(t, bad, 1, tt.name)
		require.Equal(t, []string{tt.path, tt.code}, []string{bad[0].Path, bad[0].Code}, tt.name)
		require.Contains(t, bad[0].Detail, "outside of Stripe", tt.name)
	}
	route, ok := rapport.RouteTo("US", "DE")
	require.True(t, ok)
	require.Equal(t, rapport.PayRoute{Agreement: "full", Currencies: []string{"eur", "usd"}}, route)
	require.True(t, rapport.PlatformCountry("IE"))
	require.False(t, rapport.PlatformCountry("us"))
}
