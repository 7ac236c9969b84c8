package rapport

import (
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// holidayCountries are the countries whose nation-wide holidays are known, by their code.
var holidayCountries = map[string][]*cal.Holiday{ //nolint:gochecknoglobals // a table
	"AT": at.Holidays, "BE": be.Holidays, "BR": br.Holidays, "CA": ca.Holidays, "CH": ch.Holidays, "CZ": cz.Holidays, "DE": de.Holidays,
	"DK": dk.Holidays, "ES": es.Holidays, "FR": fr.Holidays, "GB": gb.Holidays, "IE": ie.Holidays, "IT": it.Holidays, "JP": jp.Holidays,
	"NL": nl.Holidays, "NO": no.Holidays, "NZ": nz.Holidays, "PL": pl.Holidays, "SE": se.Holidays, "US": us.Holidays, "ZA": za.Holidays,
}

// PublicHolidays are the nation-wide holidays of a country in a year, on the days on which they are kept, in order. ok is
// false for a country whose holidays are not known.
func PublicHolidays(country string, year int) (list []Holiday, ok bool) {
	rules, ok := holidayCountries[strings.ToUpper(country)]
	for _, rule := range rules {
		actual, observed := rule.Calc(year)
		for _, day := range slices.Compact([]time.Time{actual, observed}) {
			if day.Year() == year && !day.IsZero() {
				list = append(list, Holiday{Date: day.Format(time.DateOnly), Name: rule.Name})
			}
		}
	}
	slices.SortFunc(list, func(a, b Holiday) int { return strings.Compare(a.Date+a.Name, b.Date+b.Name) })
	return slices.Compact(list), ok
}
