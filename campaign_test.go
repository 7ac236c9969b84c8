package rapport_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestTheDatesOfACampaignAreChecked(t *testing.T) {
	t.Parallel()
	launch := rapport.CampaignDate{ID: id("launch"), Name: "Launch", From: "2027-03-01", To: "2027-03-07"}
	with := func(change func(d *rapport.CampaignDate)) rapport.CampaignDate {
		d := rapport.CampaignDate{ID: id("sale"), Name: "Sale", From: "2027-04-01", To: "2027-04-01"}
		change(&d)
		return d
	}
	for name, tt := range map[string]struct {
		date  rapport.CampaignDate
		piece uuid.UUID
		bad   string
	}{
		"good":                  {with(func(*rapport.CampaignDate) {}), id("launch"), ""},
		"a piece for no date":   {with(func(*rapport.CampaignDate) {}), uuid.Nil, ""},
		"a piece for another's": {with(func(*rapport.CampaignDate) {}), id("christmas"), "terms.deliverables[0].campaign_date unknown"},
		"no name":               {with(func(d *rapport.CampaignDate) { d.Name = " " }), uuid.Nil, "dates[1].name required"},
		"no first day":          {with(func(d *rapport.CampaignDate) { d.From = "soon" }), uuid.Nil, "dates[1].from bad_value"},
		"no last day":           {with(func(d *rapport.CampaignDate) { d.To = "" }), uuid.Nil, "dates[1].to bad_value"},
		"an end before it":      {with(func(d *rapport.CampaignDate) { d.To = "2027-03-31" }), uuid.Nil, "dates[1].to before_start"},
		"the same id":           {with(func(d *rapport.CampaignDate) { d.ID = id("launch") }), uuid.Nil, "dates[1].id not_unique"},
		"no id":                 {with(func(d *rapport.CampaignDate) { d.ID = uuid.Nil }), uuid.Nil, "dates[1].id not_unique"},
		"the same name":         {with(func(d *rapport.CampaignDate) { d.Name = "launch " }), uuid.Nil, "dates[1].name not_unique"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := rapport.Campaign{
				Name: "Spring", State: rapport.CampaignRunning, Budget: eur(1_000_000), DefaultFee: eur(100_000), Terms: rapport.DefaultTerms(), Dates: []rapport.CampaignDate{launch, tt.date},
			}
			c.Terms.Deliverables[0].CampaignDate = tt.piece
			got := ""
			for _, f := range c.Check() {
				got = f.Path + " " + f.Code
			}
			require.Equal(t, tt.bad, got)
		})
	}
}
