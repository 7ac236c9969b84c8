package rapport

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Day is the length of a day in production.
const Day = 24 * time.Hour

// Calendar is the working time of a person, a brand or a creator. All date arithmetic goes through one.
//
// A calendar whose DaySeconds is below 86,400 is a compressed one, for demos and tests: it is open around the clock, every
// day works, and its days are slices of that length counted from the Unix epoch. Nothing else knows of compressed days.
type Calendar struct {
	Zone        string    `json:"zone"`         // IANA name
	WorkingDays []int     `json:"working_days"` // ISO weekdays, 1 Monday to 7 Sunday
	Opens       string    `json:"opens"`        // HH:MM
	Closes      string    `json:"closes"`       // HH:MM, 24:00 for midnight
	Holidays    []Holiday `json:"holidays,omitempty"`
	DaySeconds  int       `json:"day_seconds"`
}

// Holiday is a day that does not work.
type Holiday struct {
	Date string `json:"date"` // YYYY-MM-DD
	Name string `json:"name"`
}

// DefaultCalendar works Monday to Friday, 09:00 to 17:00, in the zone.
func DefaultCalendar(zone string) Calendar {
	return Calendar{Zone: zone, WorkingDays: []int{1, 2, 3, 4, 5}, Opens: "09:00", Closes: "17:00", DaySeconds: 86400}
}

// Check names every bad field of the calendar.
func (c Calendar) Check() []Field {
	var f []Field
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		f = append(f, Field{"zone", "unknown_zone", fmt.Sprintf("%q is not the name of a time zone, such as Europe/Berlin.", c.Zone)})
	}
	if len(c.WorkingDays) == 0 {
		f = append(f, Field{"working_days", "required", "At least one day must be a working day."})
	}
	for i, d := range c.WorkingDays {
		if d < 1 || d > 7 || slices.Index(c.WorkingDays, d) != i {
			f = append(f, Field{fmt.Sprintf("working_days[%d]", i), "bad_weekday", "Weekdays are 1 for Monday to 7 for Sunday, each once."})
		}
	}
	opens, okO := clock(c.Opens)
	closes, okC := clock(c.Closes)
	if !okO || opens >= Day {
		f = append(f, Field{"opens", "bad_time", "Write the time as HH:MM."})
	}
	if !okC {
		f = append(f, Field{"closes", "bad_time", "Write the time as HH:MM, or 24:00 for midnight."})
	}
	if okO && okC && closes <= opens {
		f = append(f, Field{"closes", "before_opening", "Closing must be after opening."})
	}
	for i, h := range c.Holidays {
		if _, err := time.Parse(time.DateOnly, h.Date); err != nil {
			f = append(f, Field{fmt.Sprintf("holidays[%d].date", i), "bad_date", "Write the date as YYYY-MM-DD."})
		}
	}
	if c.DaySeconds < 1 || c.DaySeconds > 86400 {
		f = append(f, Field{"day_seconds", "out_of_range", "A day lasts 1 to 86,400 seconds."})
	}
	return f
}

// Compressed says whether days are shorter than 24 hours.
func (c Calendar) Compressed() bool { return c.DaySeconds > 0 && c.DaySeconds < 86400 }

// DayLength is the length of one day.
func (c Calendar) DayLength() time.Duration {
	if c.Compressed() {
		return time.Duration(c.DaySeconds) * time.Second
	}
	return Day
}

// Span is d of a production day, scaled to the calendar's day: 48 hours are two days on any calendar.
func (c Calendar) Span(d time.Duration) time.Duration {
	if !c.Compressed() {
		return d
	}
	return time.Duration(float64(d) / float64(Day) * float64(c.DayLength()))
}

// AddDays adds calendar days. On an ordinary calendar the wall-clock time stays the same over a change of summer time.
func (c Calendar) AddDays(t time.Time, n int) time.Time {
	if c.Compressed() {
		return t.Add(time.Duration(n) * c.DayLength())
	}
	return sameTime(t.In(c.location()), n).UTC()
}

// AddBusinessDays is the time n working days after t. From outside working time it counts from the next opening; the
// time of day stays the same.
func (c Calendar) AddBusinessDays(t time.Time, n int) time.Time {
	if c.Compressed() {
		return c.AddDays(t, n)
	}
	from := c.NextOpen(t).In(c.location())
	t = from
	for day := 1; n > 0; day++ { // from the start each time: a time that one day does not have is back on the next
		t = sameTime(from, day)
		if c.works(t) {
			n--
		}
	}
	return t.UTC()
}

// SubBusinessDays is the time n working days before t, at the same time of day.
func (c Calendar) SubBusinessDays(t time.Time, n int) time.Time {
	if c.Compressed() {
		return c.AddDays(t, -n)
	}
	from := t.In(c.location())
	l := from
	for day := 1; n > 0; day++ {
		l = sameTime(from, -day)
		if c.works(l) {
			n--
		}
	}
	return l.UTC()
}

// AddWorkingSpan is the time at which percent of n business days have passed since t: whole business days, and then the rest of one
// in open hours.
func (c Calendar) AddWorkingSpan(t time.Time, n, percent int) time.Time {
	whole, rest := n*percent/100, time.Duration(n*percent%100)
	if c.Compressed() {
		return t.Add(time.Duration(n*percent) * c.DayLength() / 100)
	}
	next := c.AddBusinessDays(t, whole+1)
	t = c.AddBusinessDays(t, whole)
	if rest == 0 {
		return t
	}
	opens, _ := clock(c.Opens)
	closes, _ := clock(c.Closes)
	left := (closes - opens) / 100 * rest //nolint:durationcheck // a share in percent
	for {
		t = c.NextOpen(t)
		l := t.In(c.location())
		end := on(l, 0, closes)
		open := end.Sub(t)
		if open <= 0 {
			return next // a calendar that never opens, which Check refused
		}
		if left > open {
			left -= open
			t = end
			continue
		}
		if t = t.Add(left); t.After(next) {
			return next // on a day that the change of clocks makes shorter
		}
		return t.UTC()
	}
}

// NextOpen is t when the calendar is open then, and else its next opening.
func (c Calendar) NextOpen(t time.Time) time.Time {
	if c.Compressed() {
		return t
	}
	opens, _ := clock(c.Opens)
	closes, _ := clock(c.Closes)
	l := t.In(c.location())
	for day := range 3660 { // ten years without a working day is a calendar that Check refused
		if !c.works(on(l, day, Day/2)) || !l.Before(on(l, day, closes)) {
			continue
		}
		if at := on(l, day, opens); l.Before(at) {
			return at.UTC()
		}
		return l.UTC()
	}
	return t
}

// Closing is when the calendar closes after an instant at which it is open; zero for one that is always open.
func (c Calendar) Closing(t time.Time) time.Time {
	if c.Compressed() || c.Closes == "24:00" {
		return time.Time{}
	}
	closes, _ := clock(c.Closes)
	return on(t.In(c.location()), 0, closes).UTC()
}

// EndOfDay is the end of the local day that t is in: what a contract's date means.
func (c Calendar) EndOfDay(t time.Time) time.Time {
	if c.Compressed() {
		d := c.DayLength()
		return t.Truncate(d).Add(d)
	}
	return on(t.In(c.location()), 1, 0).UTC()
}

// EndOfDate is the end of a calendar date, given as any instant of it in UTC, in the calendar's zone.
func (c Calendar) EndOfDate(date time.Time) time.Time {
	noon := time.Date(date.Year(), date.Month(), date.Day(), 12, 0, 0, 0, c.location())
	return on(noon, 1, 0).UTC()
}

// BeginOfDate is the beginning of a calendar date, given as any instant of it in UTC, in the calendar's zone.
func (c Calendar) BeginOfDate(date time.Time) time.Time { return c.EndOfDate(date.AddDate(0, 0, -1)) }

// words say a date as a contract does: the local day, whose end is meant; where a day is shorter, the moment.
func (c Calendar) words(say Words, t time.Time) string {
	l := t.In(c.location())
	if c.Compressed() {
		return say.day(l) + l.Format(", 15:04:05 ") + say.zoneOf(l)
	}
	return say.day(l) + " (" + say.zoneOf(l) + ")"
}

// Jitter spreads what a machine sends in bulk: a share of an hour (of the calendar's day) derived from the id and the key.
func (c Calendar) Jitter(id uuid.UUID, key string) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write(id[:])
	_, _ = h.Write([]byte(key))
	return time.Duration(h.Sum64() % uint64(c.Span(time.Hour)))
}

func (c Calendar) works(t time.Time) bool {
	wd := int(t.Weekday())
	if wd == 0 {
		wd = 7
	}
	if !slices.Contains(c.WorkingDays, wd) {
		return false
	}
	date := t.Format(time.DateOnly)
	return !slices.ContainsFunc(c.Holidays, func(h Holiday) bool { return h.Date == date })
}

func (c Calendar) location() *time.Location {
	l, err := time.LoadLocation(c.Zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// on is d after midnight by the clock on the wall, n days after the day of l. A time that the change of clocks skips, which can be
// midnight, is as much later: time.Date may put it on the day before.
func on(l time.Time, n int, d time.Duration) time.Time {
	t := time.Date(l.Year(), l.Month(), l.Day()+n, 0, 0, 0, int(d), l.Location())
	_, offset := t.Zone()
	asked := time.Date(l.Year(), l.Month(), l.Day()+n, 0, 0, 0, int(d), time.UTC)
	return t.Add(max(0, asked.Sub(t.Add(time.Duration(offset)*time.Second))))
}

// sameTime is n days after l, at the same time by the clock on the wall; of an hour that comes twice, the first.
func sameTime(l time.Time, n int) time.Time {
	if n == 0 {
		return l
	}
	hour, minute, second := l.Clock()
	return on(l, n, time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute+time.Duration(second)*time.Second+time.Duration(l.Nanosecond()))
}

func clock(s string) (time.Duration, bool) {
	if s == "24:00" {
		return Day, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}
