package rapport_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()

	v, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return v.UTC()
}

func berlin(holidays ...string) rapport.Calendar {
	c := rapport.DefaultCalendar("Europe/Berlin")
	for _, h := range holidays {
		c.Holidays = append(c.Holidays, rapport.Holiday{Date: h, Name: "Holiday"})
	}
	return c
}

func TestBusinessDays(t *testing.T) {
	t.Parallel()

	la := rapport.DefaultCalendar("America/Los_Angeles")
	gulf := rapport.DefaultCalendar("Asia/Dubai")
	gulf.WorkingDays = []int{1, 2, 3, 4, 7}
	for _, c := range []struct {
		name, from, want string
		days             int
		calendar         rapport.Calendar
	}{
		{"within a week", "2026-03-02T10:00:00+01:00", "2026-03-05T10:00:00+01:00", 3, berlin()},
		{"over a weekend", "2026-03-05T10:00:00+01:00", "2026-03-09T10:00:00+01:00", 2, berlin()},
		{"over a holiday", "2026-04-30T10:00:00+02:00", "2026-05-04T10:00:00+02:00", 1, berlin("2026-05-01")},
		{"from a Sunday it counts from Monday's opening", "2026-03-08T20:00:00+01:00", "2026-03-10T09:00:00+01:00", 1, berlin()},
		{"from before opening", "2026-03-02T05:00:00+01:00", "2026-03-03T09:00:00+01:00", 1, berlin()},
		{"from after closing", "2026-03-02T17:00:00+01:00", "2026-03-04T09:00:00+01:00", 1, berlin()},
		{"no days is the next opening", "2026-03-07T12:00:00+01:00", "2026-03-09T09:00:00+01:00", 0, berlin()},
		{"the clock goes forward in Berlin", "2026-03-27T10:00:00+01:00", "2026-03-30T10:00:00+02:00", 1, berlin()},
		{"the clock goes back in Berlin", "2026-10-23T10:00:00+02:00", "2026-10-26T10:00:00+01:00", 1, berlin()},
		{"the clock goes forward in Los Angeles", "2026-03-06T10:00:00-08:00", "2026-03-09T10:00:00-07:00", 1, la},
		{"the clock goes back in Los Angeles", "2026-10-30T10:00:00-07:00", "2026-11-02T10:00:00-08:00", 1, la},
		{"the day is the calendar's own", "2026-03-06T23:00:00Z", "2026-03-09T22:00:00Z", 1, la},
		{"a weekend on Friday and Saturday", "2026-03-05T10:00:00+04:00", "2026-03-08T10:00:00+04:00", 1, gulf},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, at(t, c.want), c.calendar.AddBusinessDays(at(t, c.from), c.days))
		})
	}
}

func TestDays(t *testing.T) {
	t.Parallel()

	require.Equal(t, at(t, "2026-03-30T10:00:00+02:00"), berlin().AddDays(at(t, "2026-03-28T10:00:00+01:00"), 2), "the wall clock stays the same")
	require.Equal(t, at(t, "2026-10-24T10:00:00+02:00"), berlin().AddDays(at(t, "2026-10-26T10:00:00+01:00"), -2))
	require.Equal(t, 48*time.Hour, berlin().Span(48*time.Hour))
	require.Equal(t, rapport.Day, berlin().DayLength())
	require.False(t, berlin().Compressed())
}

func TestOpening(t *testing.T) {
	t.Parallel()

	nights := berlin()
	nights.Opens, nights.Closes, nights.WorkingDays = "00:00", "24:00", []int{1, 2, 3, 4, 5, 6, 7}
	cairo := rapport.DefaultCalendar("Africa/Cairo")
	for _, c := range []struct {
		name, from, want string
		calendar         rapport.Calendar
	}{
		{"open", "2026-03-02T10:30:00+01:00", "2026-03-02T10:30:00+01:00", berlin()},
		{"at opening", "2026-03-02T09:00:00+01:00", "2026-03-02T09:00:00+01:00", berlin()},
		{"at closing", "2026-03-02T17:00:00+01:00", "2026-03-03T09:00:00+01:00", berlin()},
		{"Friday evening", "2026-03-06T18:00:00+01:00", "2026-03-09T09:00:00+01:00", berlin()},
		{"a holiday after a weekend", "2026-04-03T18:00:00+02:00", "2026-04-07T09:00:00+02:00", berlin("2026-04-06")},
		{"around the clock", "2026-03-08T03:12:00+01:00", "2026-03-08T03:12:00+01:00", nights},
		{"on the morning the clock goes forward", "2026-03-29T06:00:00+02:00", "2026-03-29T06:00:00+02:00", nights},
		// In Cairo the clock went forward at midnight into Friday: that day began at one o'clock.
		{"a day without midnight", "2026-04-23T18:00:00+02:00", "2026-04-24T09:00:00+03:00", cairo},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, at(t, c.want), c.calendar.NextOpen(at(t, c.from)))
		})
	}
	never := berlin()
	never.WorkingDays = nil
	require.Equal(t, at(t, "2026-03-02T10:30:00Z"), never.NextOpen(at(t, "2026-03-02T10:30:00Z")), "a calendar that Check refuses does not hang")
}

func TestEndOfDay(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ zone, from, want string }{
		{"Europe/Berlin", "2026-03-02T10:00:00+01:00", "2026-03-03T00:00:00+01:00"},
		{"Europe/Berlin", "2026-03-29T01:00:00+01:00", "2026-03-30T00:00:00+02:00"},
		{"Europe/Berlin", "2026-10-25T01:00:00+02:00", "2026-10-26T00:00:00+01:00"},
		{"America/Los_Angeles", "2026-03-03T05:00:00Z", "2026-03-03T08:00:00Z"},
		{"Asia/Tokyo", "2026-12-31T15:00:00Z", "2027-01-01T15:00:00Z"},
		{"Africa/Cairo", "2026-04-23T10:00:00+02:00", "2026-04-24T01:00:00+03:00"},
	} {
		calendar := rapport.DefaultCalendar(c.zone)
		require.Equal(t, at(t, c.want), calendar.EndOfDay(at(t, c.from)), c.zone)
	}
}

func TestSharesOfADeadline(t *testing.T) {
	t.Parallel()

	monday := at(t, "2026-03-02T10:00:00+01:00")
	for percent, want := range map[int]string{
		50: "2026-03-04T10:00:00+01:00",
		80: "2026-03-05T11:36:00+01:00", // three days, and a fifth of the open hours of one
		97: "2026-03-06T09:02:24+01:00", // seven open hours after ten o'clock are the end of the day

		100: "2026-03-06T10:00:00+01:00",
		150: "2026-03-10T10:00:00+01:00", // six business days, over the weekend
	} {
		require.Equal(t, at(t, want), berlin().AddWorkingSpan(monday, 4, percent), "%d %%", percent)
	}
}

func TestCompressedDays(t *testing.T) {
	t.Parallel()

	c := berlin("2026-03-02")
	c.DaySeconds = 30
	sunday := at(t, "2026-03-01T03:00:07Z")
	require.True(t, c.Compressed())
	require.Equal(t, 30*time.Second, c.DayLength())
	require.Equal(t, sunday, c.NextOpen(sunday), "open around the clock")
	require.Equal(t, sunday.Add(90*time.Second), c.AddBusinessDays(sunday, 3))
	require.Equal(t, sunday.Add(-30*time.Second), c.AddDays(sunday, -1))
	require.Equal(t, at(t, "2026-03-01T03:00:30Z"), c.EndOfDay(sunday))
	require.Equal(t, time.Minute, c.Span(48*time.Hour), "48 hours are two days on any calendar")
	require.Equal(t, sunday.Add(60*time.Second), c.AddWorkingSpan(sunday, 4, 50))
	require.Equal(t, sunday.Add(180*time.Second), c.AddWorkingSpan(sunday, 4, 150))
}

// In Chile, Egypt and Lebanon the day on which summer time begins has no midnight.
func TestADayWithoutMidnight(t *testing.T) {
	t.Parallel()

	c := rapport.DefaultCalendar("America/Santiago")
	c.WorkingDays = []int{1}
	monday := time.Date(2027, 9, 6, 9, 0, 0, 0, mustZone(t, c.Zone)).UTC()
	tuesday := time.Date(2027, 8, 31, 4, 0, 0, 0, time.UTC)
	require.Equal(t, monday, c.NextOpen(tuesday))
	require.Equal(t, monday.Add(4*time.Hour), c.AddWorkingSpan(tuesday, 1, 50), "it came to no end once")
	saturday := time.Date(2027, 9, 4, 15, 0, 0, 0, mustZone(t, c.Zone))
	first := time.Date(2027, 9, 5, 1, 0, 0, 0, mustZone(t, c.Zone)).UTC()
	require.Equal(t, first, c.EndOfDay(saturday))
	require.Equal(t, first, c.EndOfDate(saturday))
	c.WorkingDays, c.Opens, c.Closes = []int{1, 2, 3, 4, 5, 6, 7}, "00:00", "24:00"
	require.Equal(t, first, c.AddDays(time.Date(2027, 9, 4, 0, 0, 0, 0, mustZone(t, c.Zone)), 1))
	require.Equal(t, first, c.AddBusinessDays(time.Date(2027, 9, 3, 0, 0, 0, 0, mustZone(t, c.Zone)), 2))
	require.Equal(t, first, c.SubBusinessDays(time.Date(2027, 9, 7, 0, 0, 0, 0, mustZone(t, c.Zone)), 2))
}

func TestCalendarNeverRunsBackwards(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		zones := []string{"Europe/Berlin", "America/Los_Angeles", "Africa/Cairo", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "Pacific/Apia"}
		c := rapport.DefaultCalendar(rapid.SampledFrom(zones).Draw(rt, "zone"))
		c.WorkingDays = rapid.SliceOfNDistinct(rapid.IntRange(1, 7), 1, 7, rapid.ID[int]).Draw(rt, "days")
		from := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(rt, "from"), 0).UTC()
		n := rapid.IntRange(0, 20).Draw(rt, "n")
		open := c.NextOpen(from)
		require.False(rt, open.Before(from))
		require.Equal(rt, open, c.NextOpen(open), "an opening is open")
		l := open.In(mustZone(rt, c.Zone))
		wd := (int(l.Weekday()) + 6) % 7
		require.True(rt, slices.Contains(c.WorkingDays, wd+1))
		require.GreaterOrEqual(rt, l.Hour(), 9)
		require.Less(rt, l.Hour(), 17)
		require.False(rt, c.AddBusinessDays(from, n+1).Before(c.AddBusinessDays(from, n)))
		end := c.EndOfDay(from)
		require.True(rt, end.After(from))
		require.LessOrEqual(rt, end.Sub(from), 25*time.Hour)
		require.NotEqual(rt, from.In(mustZone(rt, c.Zone)).Day(), end.In(mustZone(rt, c.Zone)).Day())
		j := c.Jitter(id("creator"), rapid.String().Draw(rt, "key"))
		require.True(rt, j >= 0 && j < time.Hour)
		c.DaySeconds = rapid.IntRange(1, 86399).Draw(rt, "day")
		require.Less(rt, c.Jitter(id("creator"), "key"), c.DayLength()/24+1)
	})
}

func mustZone(t require.TestingT, name string) *time.Location {
	l, err := time.LoadLocation(name)
	require.NoError(t, err)
	return l
}

func TestJitterIsDerived(t *testing.T) {
	t.Parallel()

	c := berlin()
	again := berlin()
	require.Equal(t, again.Jitter(id("a"), "k"), c.Jitter(id("a"), "k"))
	require.NotEqual(t, c.Jitter(id("a"), "k"), c.Jitter(id("b"), "k"))
	require.NotEqual(t, c.Jitter(id("a"), "k"), c.Jitter(id("a"), "l"))
}

func paths(fields []rapport.Field) []string {
	p := make([]string, 0, len(fields))
	for _, f := range fields {
		p = append(p, f.Path+" "+f.Code)
	}
	return p
}

func TestCalendarCheck(t *testing.T) {
	t.Parallel()

	require.Empty(t, berlin("2026-05-01").Check())
	bad := rapport.Calendar{Zone: "Mars/Olympus", WorkingDays: []int{0, 8, 1, 1}, Opens: "25:00", Closes: "nine", Holidays: []rapport.Holiday{{Date: "1 May"}}, DaySeconds: 0}
	require.Equal(t, []string{
		"zone unknown_zone", "working_days[0] bad_weekday", "working_days[1] bad_weekday", "working_days[3] bad_weekday",
		"opens bad_time", "closes bad_time", "holidays[0].date bad_date", "day_seconds out_of_range",
	}, paths(bad.Check()))
	for _, zone := range []string{"", "Local"} {
		c := rapport.DefaultCalendar(zone)
		require.Equal(t, []string{"zone unknown_zone"}, paths(c.Check()))
	}
	c := berlin()
	c.WorkingDays, c.Opens, c.Closes, c.DaySeconds = nil, "17:00", "09:00", 86401
	require.Equal(t, []string{"working_days required", "closes before_opening", "day_seconds out_of_range"}, paths(c.Check()))
	c = berlin()
	c.Opens = "24:00"
	require.Contains(t, paths(c.Check()), "opens bad_time")
	c = berlin()
	c.Opens, c.Closes = "00:00", "24:00"
	require.Empty(t, c.Check())
}

// anyCalendarWithHours draws an ordinary calendar. Its nights are closed, so that no working hour is left out when clocks change.
func anyCalendarWithHours(t *rapid.T) rapport.Calendar {
	c := rapport.DefaultCalendar(draw(t, "zone", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu"))
	c.WorkingDays = rapid.SliceOfNDistinct(rapid.IntRange(1, 7), 1, 7, rapid.ID[int]).Draw(t, "working days")
	c.Opens, c.Closes = draw(t, "opens", "09:00", "04:00", "11:45"), draw(t, "closes", "17:00", "12:30", "24:00")
	for _, d := range rapid.SliceOfN(rapid.IntRange(0, 400), 0, 5).Draw(t, "holidays") {
		c.Holidays = append(c.Holidays, rapport.Holiday{Date: start().AddDate(0, 0, d).Format(time.DateOnly)})
	}
	require.Empty(t, c.Check())
	return c
}

// anyTime is any minute of a year, and often one around a change of clocks.
func anyTime(t *rapid.T) time.Time {
	day := draw(t, "around", "2026-03-07", "2026-03-28", "2026-10-24", "2026-10-31", "2026-04-04", "2026-04-23")
	from, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
	from = from.Add(time.Duration(rapid.IntRange(-7*24*60, 7*24*60).Draw(t, "minutes")) * time.Minute)
	return from.AddDate(0, 0, rapid.IntRange(0, 50).Draw(t, "days later"))
}

func TestSharesOfADeadlineAreInOrderAndInOpenHours(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		c, from, n := anyCalendarWithHours(rt), anyTime(rt), rapid.IntRange(1, 10).Draw(rt, "n")
		require.Equal(rt, c.AddBusinessDays(from, n), c.AddWorkingSpan(from, n, 100))
		require.Equal(rt, c.NextOpen(from), c.AddWorkingSpan(from, n, 0))
		last := from
		for percent := 0; percent <= 200; percent += rapid.IntRange(1, 40).Draw(rt, "step") {
			at := c.AddWorkingSpan(from, n, percent)
			require.False(rt, at.Before(last), "%d %% of %d days after %s is before a smaller share", percent, n, from)
			open := c.NextOpen(at.Add(-1)) // at closing the day's last moment is still of working time
			require.False(rt, open.After(at), "%d %% of %d days after %s, %s, is not in open hours", percent, n, from, at)
			last = at
		}
	})
}

func TestBusinessDaysForthAndBack(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		c, n := anyCalendarWithHours(rt), rapid.IntRange(0, 20).Draw(rt, "n")
		from := c.NextOpen(anyTime(rt))
		zone := mustZone(rt, c.Zone)
		// By the clock on the wall: of an hour that comes twice, nobody knows afterwards which it was.
		require.Equal(rt, from.In(zone).Format(time.DateTime), c.SubBusinessDays(c.AddBusinessDays(from, n), n).In(zone).Format(time.DateTime))
		require.Equal(rt, from.In(zone).Format(time.TimeOnly), c.AddBusinessDays(from, n).In(zone).Format(time.TimeOnly), "at the same time of day")
	})
}

func TestNoDaysLaterIsNow(t *testing.T) {
	t.Parallel()

	again := at(t, "2026-10-25T02:30:00+01:00") // the second half past two of that night
	require.Equal(t, again, berlin().AddDays(again, 0))
	require.Equal(t, again, berlin().SubBusinessDays(again, 0))
}

func TestWhoWorksAtNightLosesNothingWhenClocksChange(t *testing.T) {
	t.Parallel()

	nights := berlin()
	nights.Opens, nights.Closes, nights.WorkingDays = "00:00", "24:00", []int{1, 2, 3, 4, 5, 6, 7}
	// On 29 March 2026 there is no half past two.
	saturday := at(t, "2026-03-28T02:30:00+01:00")
	require.Equal(t, at(t, "2026-03-30T02:30:00+02:00"), nights.AddBusinessDays(saturday, 2))
	require.Equal(t, saturday, nights.SubBusinessDays(at(t, "2026-03-30T02:30:00+02:00"), 2))
	evening := at(t, "2026-03-28T20:00:00+01:00")
	require.Equal(t, at(t, "2026-03-29T20:00:00+02:00"), nights.AddWorkingSpan(evening, 1, 100))
	require.False(t, nights.AddWorkingSpan(evening, 1, 99).After(nights.AddWorkingSpan(evening, 1, 100)), "a day of 23 hours is over after 23 hours")
}
