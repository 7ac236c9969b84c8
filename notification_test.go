package rapport_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func berliner() rapport.NotifiedPerson {
	calendar := rapport.DefaultCalendar("Europe/Berlin")
	calendar.Holidays = []rapport.Holiday{{Date: "2026-05-01", Name: "Labour Day"}}
	return rapport.NotifiedPerson{
		ID: uuid.New(), Name: "Ann", Calendar: calendar, Settings: rapport.DefaultNotificationSettings(),
		Brands: []rapport.BrandRoles{{BrandID: uuid.New(), BrandName: "One", Roles: []rapport.Role{rapport.RoleOps}}},
	}
}

func TestQuietHoursGoOverMidnightAndFollowTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	p := berliner()
	for text, quiet := range map[string]bool{
		"2026-03-04T19:59:59+01:00": false, "2026-03-04T20:00:00+01:00": true, "2026-03-05T00:00:00+01:00": true, "2026-03-05T07:59:59+01:00": true, "2026-03-05T08:00:00+01:00": false,
		"2026-03-07T12:00:00+01:00": true, "2026-03-09T08:00:00+01:00": false, // Saturday; Monday
		"2026-05-01T12:00:00+02:00": true, // a holiday
		// The Friday before summer time and the Monday after it: eight by the wall is another instant.
		"2026-03-27T06:59:00Z": true, "2026-03-27T07:00:00Z": false, "2026-03-30T05:59:00Z": true, "2026-03-30T06:00:00Z": false,
		"2026-10-23T06:00:00Z": false, "2026-10-26T06:59:00Z": true, "2026-10-26T07:00:00Z": false,
	} {
		require.Equal(t, quiet, p.Quiet(rapport.EventStuck, at(t, text)), text)
	}
	night := at(t, "2026-03-04T23:00:00+01:00")
	require.True(t, p.Quiet(rapport.EventEscalated, night), "urgent, without the switch")
	p.Settings.UrgentPasses = true
	require.False(t, p.Quiet(rapport.EventEscalated, night))
	require.False(t, p.Quiet(rapport.EventUnknown, night))
	require.True(t, p.Quiet(rapport.EventReply, night))
	p.Settings.UrgentPasses = false
	require.False(t, p.Quiet(rapport.EventSecurity, night), "whatever one chose")

	p.Settings.QuietFrom, p.Settings.QuietUntil = "12:00", "13:00"
	require.True(t, p.Quiet(rapport.EventStuck, at(t, "2026-03-04T12:30:00+01:00")))
	require.False(t, p.Quiet(rapport.EventStuck, night))
	p.Settings.QuietUntil = "12:00"
	require.False(t, p.Quiet(rapport.EventStuck, at(t, "2026-03-04T12:00:00+01:00")), "never")
	p.Calendar.DaySeconds = 20
	require.False(t, p.Quiet(rapport.EventStuck, at(t, "2026-03-07T23:00:00+01:00")), "compressed days have no hours")
}

func TestTheDigestIsDueOnceAWorkingDayFromThePersonsHourOn(t *testing.T) {
	t.Parallel()
	p := berliner()
	for text, day := range map[string]string{
		"2026-03-04T08:29:59+01:00": "", "2026-03-04T08:30:00+01:00": "2026-03-04", "2026-03-04T17:00:00+01:00": "2026-03-04", "2026-03-04T21:00:00+01:00": "",
		"2026-03-07T09:00:00+01:00": "", "2026-05-01T09:00:00+02:00": "", "2026-03-30T06:30:00Z": "2026-03-30", "2026-03-30T06:29:00Z": "",
	} {
		require.Equal(t, day, p.DigestDay(at(t, text)), text)
	}
	p.Calendar.DaySeconds = 20
	require.Equal(t, "2026-03-07T22:00:20Z", p.DigestDay(at(t, "2026-03-07T22:00:39Z")))
}

func TestWhoIsToldWhatAndHowIsTheirRolesAndTheirChoice(t *testing.T) {
	t.Parallel()
	roles := func(r ...rapport.Role) []rapport.BrandRoles {
		return []rapport.BrandRoles{{BrandID: uuid.New(), Roles: r}}
	}
	s := rapport.DefaultNotificationSettings()
	for _, c := range []struct {
		event rapport.HouseEvent
		role  rapport.Role
		want  rapport.EventChoice
	}{
		{rapport.EventDecision, rapport.RoleApprover, rapport.EventChoice{App: true, Mail: "now"}},
		{rapport.EventDecision, rapport.RoleFinancePreparer, rapport.EventChoice{App: true, Mail: "digest"}},
		{rapport.EventUnknown, rapport.RoleFinanceReleaser, rapport.EventChoice{App: true, Mail: "now"}},
		{rapport.EventUnknown, rapport.RoleOps, rapport.EventChoice{Mail: "off"}},
		{rapport.EventReply, rapport.RoleOps, rapport.EventChoice{App: true, Mail: "digest"}},
		{rapport.EventReply, rapport.RoleGuest, rapport.EventChoice{Mail: "off"}},
		{rapport.EventSecurity, rapport.RoleGuest, rapport.EventChoice{App: true, Mail: "now"}},
	} {
		require.Equal(t, c.want, s.Chosen(c.event, roles(c.role)), "%s of %s", c.event, c.role)
	}
	for _, app := range []bool{true, false} {
		for _, mail := range []string{"now", "digest", "off"} {
			choice := rapport.EventChoice{App: app, Mail: mail}
			for _, o := range s.Offered(roles(rapport.Roles()...)) {
				s.Choices[o.Event] = choice
				want := choice
				if o.Event == rapport.EventSecurity {
					want = rapport.EventChoice{App: true, Mail: "now"}
				}
				require.Equal(t, want, s.Chosen(o.Event, roles(rapport.Roles()...)), o.Event)
			}
		}
	}
}

func TestSettingsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for path, change := range map[string]func(s *rapport.NotificationSettings){
		"quiet_from bad_time":  func(s *rapport.NotificationSettings) { s.QuietFrom = "8" },
		"quiet_until bad_time": func(s *rapport.NotificationSettings) { s.QuietUntil = "24:00" },
		"digest_at quiet":      func(s *rapport.NotificationSettings) { s.DigestAt = "07:59" },
		"choices fixed": func(s *rapport.NotificationSettings) {
			s.Choices[rapport.EventSecurity] = rapport.EventChoice{Mail: "off"}
		},
		"choices unknown_value": func(s *rapport.NotificationSettings) { s.Choices["birthday"] = rapport.EventChoice{Mail: "off"} },
	} {
		s := rapport.DefaultNotificationSettings()
		require.Empty(t, s.Check())
		change(&s)
		bad := s.Check()
		require.Len(t, bad, 1, path)
		require.Equal(t, path, bad[0].Path+" "+bad[0].Code)
	}
}

func TestMoneyOfABrandLeadsToItsPaymentsAlone(t *testing.T) {
	t.Parallel()
	brand := uuid.New()
	p := berliner()
	p.Brands = []rapport.BrandRoles{{BrandID: brand, Roles: []rapport.Role{rapport.RoleFinancePreparer}}}
	for _, e := range []rapport.HouseEvent{rapport.EventOverdue, rapport.EventBlocked} {
		p.Settings.Choices[e] = rapport.EventChoice{App: true, Mail: rapport.MailDigest}
	}
	m, ok := p.DigestMail(rapport.Digest{Money: []rapport.DigestMoney{{
		BrandID: brand, Brand: "One", Lanes: []rapport.PayoutLane{{Lane: "overdue", Count: 3, Amount: rapport.Money{Amount: 500, Currency: "usd"}}},
		Blocked: []rapport.PayoutBlock{{State: rapport.PayoutHeld, Count: 1, Amount: rapport.Money{Amount: 500, Currency: "usd"}}},
	}}}, "https://rapport.example")
	require.True(t, ok)
	require.Equal(t, "https://rapport.example/payouts?lane=overdue&brand="+brand.String(), m.Sections[0].Lines[0].URL)
	require.Equal(t, "https://rapport.example/payouts?lane=blocked&brand="+brand.String(), m.Sections[0].Lines[1].URL)
	require.Equal(t, "/payouts?lane=today&brand="+brand.String(), rapport.Notification{Event: rapport.EventDueToday, Kind: "today", BrandID: &brand}.Path())
}

func TestAMailEscapesWhatPeopleWroteAndBoundsItsLength(t *testing.T) {
	t.Parallel()
	p := berliner()
	p.Settings.Choices[rapport.EventStuck] = rapport.EventChoice{App: true, Mail: "digest"}
	var d rapport.Digest
	for range 40 {
		d.Waits = append(d.Waits, rapport.Notification{Event: rapport.EventStuck, Kind: "find_address", Creator: "<script>x</script>", Task: &rapport.Task{Kind: "find_address"}})
	}
	m, ok := p.DigestMail(d, "https://rapport.example")
	require.True(t, ok)
	html := m.HTML("<b>Ann</b>")
	require.NotContains(t, html, "<script>")
	require.NotContains(t, html, "<b>Ann")
	require.Contains(t, html, "and 15 more")
	require.Contains(t, m.Text("Ann"), "and 15 more")
	_, ok = p.DigestMail(rapport.Digest{}, "")
	require.False(t, ok, "nothing to say")
	_, ok = p.DigestMail(rapport.Digest{Waits: []rapport.Notification{{Event: rapport.EventStuck, Kind: "find_address", BrandID: new(uuid.UUID)}}}, "")
	require.False(t, ok, "of a brand that the person does not reach")
}
