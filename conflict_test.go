package rapport_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// inBerlin is an instant by the clock on the wall in Berlin.
func inBerlin(t *testing.T, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	require.NoError(t, err)
	return at
}

func conflictDate(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	require.NoError(t, err)
	return d
}

var (
	conflictBrand, conflictOther = uuid.New(), uuid.New() //nolint:gochecknoglobals // constants
	conflictCampaign             = uuid.New()             //nolint:gochecknoglobals // a constant
)

func slot(t *testing.T, brand uuid.UUID, from, to string) rapport.Slot {
	t.Helper()
	s := rapport.Slot{
		BrandID: brand, BrandName: "Nord", CampaignID: conflictCampaign, CampaignName: "Spring", PartnershipID: brand, Term: 1,
		Creator: rapport.UserRef{ID: uuid.Nil, Name: "Mia"}, Title: "Reel", Platform: "instagram", Category: "beauty", State: "approved_to_post",
		From: inBerlin(t, from), To: inBerlin(t, to),
	}
	if brand == conflictOther {
		s.BrandName, s.CampaignName = "Süd", "Summer"
	}
	due := s.From
	s.DraftDueAt, s.Until = &due, s.To
	return s
}

func conflictRules() *rapport.SlotRules {
	return &rapport.SlotRules{Name: "Spring", BrandName: "Nord", Apart: rapport.PostsApart, Calendar: rapport.DefaultCalendar("Europe/Berlin")}
}

func TestPlannedPostsCountAgainstTheCapAmongThemselves(t *testing.T) {
	t.Parallel()
	rules := conflictRules()
	rules.Cap = 1
	facts := rapport.SlotFacts{Rules: map[uuid.UUID]*rapport.SlotRules{conflictCampaign: rules}, Now: inBerlin(t, "2026-04-01 12:00")}
	for i := range 3 {
		s := slot(t, conflictBrand, "2026-05-04 00:00", "2026-05-12 00:00")
		s.Position = i
		facts.Slots = append(facts.Slots, s)
	}
	found := facts.Conflicts()
	require.Len(t, found, 2)
	for _, c := range found {
		require.Equal(t, rapport.ConflictSlotCap, c.Kind)
	}
}

// launch is that the slot is for a date of its campaign, which begins on 11 May 2026.
func launch(to string) func(s *rapport.Slot, r *rapport.SlotRules) {
	return func(s *rapport.Slot, r *rapport.SlotRules) {
		s.CampaignDate = id("launch")
		r.Dates = []rapport.CampaignDate{{ID: id("sale"), Name: "Sale", From: "2026-01-01", To: "2026-01-02"}, {ID: id("launch"), Name: "Launch", From: "2026-05-11", To: to}}
	}
}

func TestConflictsOfOneSlot(t *testing.T) {
	t.Parallel()
	embargo := conflictDate(t, "2026-05-12")
	tests := map[string]struct {
		from, to string
		change   func(s *rapport.Slot, r *rapport.SlotRules)
		absence  *rapport.Absence
		now      string
		kind     string // empty for none
		severity string
		words    string
	}{
		"none": {from: "2026-05-04 00:00", to: "2026-05-12 00:00"},
		"embargo: the window ends before": {
			from: "2026-05-04 00:00", to: "2026-05-11 12:00", change: func(_ *rapport.Slot, r *rapport.SlotRules) { r.Embargo = &embargo },
			kind: rapport.ConflictEmbargo, severity: rapport.SeverityBlock,
			words: "The publish window of Mia for Nord (Spring) ends on 11 May 2026, and nothing of the campaign may be out before 12 May 2026.",
		},
		"embargo: the window ends at its first moment": {
			from: "2026-05-04 00:00", to: "2026-05-12 00:00", change: func(_ *rapport.Slot, r *rapport.SlotRules) { r.Embargo = &embargo },
		},
		"date: the window ends before": {
			from: "2026-05-04 00:00", to: "2026-05-11 00:00", change: launch("2026-05-13"), kind: rapport.ConflictDate, severity: rapport.SeverityWarn,
			words: `Mia's "Reel" for Nord (Spring), whose publish window ends on 10 May 2026, is for “Launch”, which is from 11 May 2026 to 13 May 2026.`,
		},
		"date: the window ends on its first day": {from: "2026-05-04 00:00", to: "2026-05-12 00:00", change: launch("2026-05-13")},
		"date: the window ends on its last day":  {from: "2026-05-04 00:00", to: "2026-05-14 00:00", change: launch("2026-05-13")},
		"date: the post is planned for the day after": {
			from: "2026-05-12 09:00", to: "2026-05-12 09:00",
			change: func(s *rapport.Slot, r *rapport.SlotRules) {
				launch("2026-05-11")(s, r)
				s.State = "scheduled"
			},
			kind: rapport.ConflictDate, severity: rapport.SeverityWarn,
			words: `Mia's "Reel" for Nord (Spring), which is planned for 12 May 2026, is for “Launch”, which is on 11 May 2026.`,
		},
		"date: it is out": {
			from: "2026-05-12 09:00", to: "2026-05-12 09:00",
			change: func(s *rapport.Slot, r *rapport.SlotRules) {
				launch("2026-05-11")(s, r)
				s.State = "posted"
			},
		},
		"date: it is for none": {
			from: "2026-05-04 00:00", to: "2026-05-08 00:00",
			change: func(s *rapport.Slot, r *rapport.SlotRules) {
				launch("2026-05-13")(s, r)
				s.CampaignDate = uuid.Nil
			},
		},
		"date: of a year that is compressed": {
			from: "2026-05-04 00:00", to: "2026-05-08 00:00",
			change: func(s *rapport.Slot, r *rapport.SlotRules) {
				launch("2026-05-13")(s, r)
				r.Calendar.DaySeconds = 20
			},
		},
		"absence: the draft is due on its first day": {
			from: "2026-05-05 00:00", to: "2026-05-20 00:00", change: func(s *rapport.Slot, _ *rapport.SlotRules) { s.State = "awaiting_draft" },
			absence: &rapport.Absence{From: conflictDate(t, "2026-05-04"), To: conflictDate(t, "2026-05-04")}, kind: rapport.ConflictAbsence, severity: rapport.SeverityWarn,
			words: "Mia is away from 4 May 2026 to 4 May 2026, and the draft is due on 4 May 2026 for Nord (Spring).",
		},
		"absence: the draft was due on the day before": {
			from: "2026-05-04 00:00", to: "2026-05-20 00:00", change: func(s *rapport.Slot, _ *rapport.SlotRules) { s.State = "awaiting_draft" },
			absence: &rapport.Absence{From: conflictDate(t, "2026-05-04"), To: conflictDate(t, "2026-05-04")},
		},
		"absence: the draft is handed in": {
			from: "2026-05-05 00:00", to: "2026-05-20 00:00", absence: &rapport.Absence{From: conflictDate(t, "2026-05-04"), To: conflictDate(t, "2026-05-10")},
		},
		"absence: the whole window": {
			from: "2026-05-04 00:00", to: "2026-05-08 00:00", absence: &rapport.Absence{From: conflictDate(t, "2026-05-04"), To: conflictDate(t, "2026-05-07")},
			kind: rapport.ConflictAbsence, severity: rapport.SeverityWarn,
			words: "Mia is away from 4 May 2026 to 7 May 2026, and the content is to be published between 4 May 2026 and 7 May 2026 for Nord (Spring).",
		},
		"absence: a day of the window is left": {
			from: "2026-05-04 00:00", to: "2026-05-08 00:01", absence: &rapport.Absence{From: conflictDate(t, "2026-05-04"), To: conflictDate(t, "2026-05-07")},
		},
		"absence: it is out": {
			from: "2026-05-05 00:00", to: "2026-05-05 00:00", change: func(s *rapport.Slot, _ *rapport.SlotRules) { s.State = "posted" },
			absence: &rapport.Absence{From: conflictDate(t, "2026-05-04"), To: conflictDate(t, "2026-05-07")},
		},
		"absence: in the creator's zone": {
			from: "2026-05-05 00:00", to: "2026-05-20 00:00", change: func(s *rapport.Slot, _ *rapport.SlotRules) {
				s.State, s.CreatorZone = "awaiting_draft", "America/New_York"
			},
			absence: &rapport.Absence{From: conflictDate(t, "2026-05-05"), To: conflictDate(t, "2026-05-06")},
		},
		"lead time: the chain does not fit": {
			from: "2026-05-05 00:00", to: "2026-05-12 00:00", change: func(s *rapport.Slot, r *rapport.SlotRules) { s.State, r.ChainDays = "planned", 6 },
			kind: rapport.ConflictLeadTime, severity: rapport.SeverityWarn,
			words: `The review of Mia's "Reel" for Nord (Spring) may take 6 business days: the draft is due on 4 May 2026, and the publish window ends on 11 May 2026.`,
		},
		"lead time: it fits to the moment": {
			from: "2026-05-05 00:00", to: "2026-05-13 09:00", change: func(s *rapport.Slot, r *rapport.SlotRules) { s.State, r.ChainDays = "planned", 6 },
		},
		"lead time: the draft is late": {
			from: "2026-05-05 00:00", to: "2026-05-13 00:00", now: "2026-05-07 12:00", change: func(s *rapport.Slot, r *rapport.SlotRules) { s.State, r.ChainDays = "late", 6 },
			kind: rapport.ConflictLeadTime, severity: rapport.SeverityWarn,
			words: `The review of Mia's "Reel" for Nord (Spring) may take 6 business days: today is 7 May 2026, and the publish window ends on 12 May 2026.`,
		},
		"lead time: the review runs": {
			from: "2026-05-05 00:00", to: "2026-05-06 00:00", change: func(s *rapport.Slot, r *rapport.SlotRules) { s.State, r.ChainDays = "in_review", 6 },
		},
		"slot cap: not booked, behind two": {
			from: "2026-05-04 00:00", to: "2026-05-12 10:00",
			change: func(_ *rapport.Slot, r *rapport.SlotRules) {
				r.Cap, r.Days = 2, map[string][]uuid.UUID{"instagram 2026-05-12": {uuid.New(), uuid.New()}}
			},
			kind: rapport.ConflictSlotCap, severity: rapport.SeverityWarn,
			words: "The post of Mia for Nord (Spring) is number 3 on instagram whose publish window ends on 12 May 2026; the campaign wants 2 a day.",
		},
		"slot cap: booked, in the second of two places": {
			from: "2026-05-04 00:00", to: "2026-05-12 10:00",
			change: func(s *rapport.Slot, r *rapport.SlotRules) {
				r.Cap, r.Days = 2, map[string][]uuid.UUID{"instagram 2026-05-12": {uuid.New(), s.ID(), uuid.New()}}
			},
		},
		"slot cap: another platform": {
			from: "2026-05-04 00:00", to: "2026-05-12 10:00",
			change: func(_ *rapport.Slot, r *rapport.SlotRules) {
				r.Cap, r.Days = 1, map[string][]uuid.UUID{"youtube 2026-05-12": {uuid.New()}, "instagram 2026-05-11": {uuid.New()}}
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := slot(t, conflictBrand, test.from, test.to), conflictRules()
			if test.change != nil {
				test.change(&s, r)
			}
			facts := rapport.SlotFacts{Slots: []rapport.Slot{s}, Rules: map[uuid.UUID]*rapport.SlotRules{conflictCampaign: r}, Now: inBerlin(t, "2026-04-01 12:00")}
			if test.now != "" {
				facts.Now = inBerlin(t, test.now)
			}
			if test.absence != nil {
				facts.Absences = map[uuid.UUID][]rapport.Absence{s.Creator.ID: {*test.absence}}
			}
			checkConflicts(t, facts.Conflicts(), test.kind, test.severity, test.words, []uuid.UUID{conflictBrand})
		})
	}
}

func checkConflicts(t *testing.T, found []rapport.Conflict, kind, severity, words string, brands []uuid.UUID) {
	t.Helper()
	if kind == "" {
		require.Empty(t, found)
		return
	}
	require.Len(t, found, 1)
	c := found[0].For(brands)
	require.Equal(t, kind, c.Kind)
	require.Equal(t, severity, c.Severity)
	require.Equal(t, words, c.Words)
}

func TestConflictsOfTwoBrands(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		own, other [2]string
		change     func(own, other *rapport.Slot)
		kind       string
		severity   string
		words      string
	}{
		"48 hours apart": {own: [2]string{"2026-05-04 00:00", "2026-05-06 00:00"}, other: [2]string{"2026-05-08 00:00", "2026-05-09 00:00"}},
		"a minute less": {
			own: [2]string{"2026-05-04 00:00", "2026-05-06 00:00"}, other: [2]string{"2026-05-07 23:59", "2026-05-09 00:00"}, kind: rapport.ConflictTooClose, severity: rapport.SeverityWarn,
			words: "Mia posts for Nord (Spring) between 4 May 2026 and 5 May 2026, and for another brand between 7 May 2026 and 8 May 2026: the two may be less than 48 hours apart.",
		},
		"one inside the other": {
			own: [2]string{"2026-05-04 00:00", "2026-05-20 00:00"}, other: [2]string{"2026-05-08 12:00", "2026-05-08 12:00"}, kind: rapport.ConflictTooClose, severity: rapport.SeverityWarn,
			words: "Mia posts for Nord (Spring) between 4 May 2026 and 19 May 2026, and for another brand on 8 May 2026: the two may be less than 48 hours apart.",
		},
		"both out": {
			own: [2]string{"2026-05-04 00:00", "2026-05-04 00:00"}, other: [2]string{"2026-05-04 12:00", "2026-05-04 12:00"},
			change: func(own, other *rapport.Slot) { own.State, other.State = "posted", "verified" },
		},
		"inside another's exclusivity": {
			own: [2]string{"2026-05-20 00:00", "2026-05-22 00:00"}, other: [2]string{"2026-05-01 00:00", "2026-05-08 00:00"},
			change: func(_, other *rapport.Slot) { other.Until = other.To.AddDate(0, 0, 12) }, kind: rapport.ConflictExclusivity, severity: rapport.SeverityBlock,
			words: "Mia posts for Nord (Spring) between 20 May 2026 and 21 May 2026, when another brand has them for itself until 19 May 2026: both are about beauty.",
		},
		"a moment after another's exclusivity": {
			own: [2]string{"2026-05-20 00:01", "2026-05-22 00:00"}, other: [2]string{"2026-05-01 00:00", "2026-05-08 00:00"},
			change: func(_, other *rapport.Slot) { other.Until = other.To.AddDate(0, 0, 12) },
		},
		"before another's exclusivity": {
			own: [2]string{"2026-05-20 00:00", "2026-05-22 00:00"}, other: [2]string{"2026-05-25 00:00", "2026-05-28 00:00"},
			change: func(_, other *rapport.Slot) { other.Until = other.To.AddDate(0, 0, 12) },
		},
		"another category": {
			own: [2]string{"2026-05-20 00:00", "2026-05-22 00:00"}, other: [2]string{"2026-05-01 00:00", "2026-05-08 00:00"},
			change: func(_, other *rapport.Slot) { other.Until, other.Category = other.To.AddDate(0, 0, 12), "cars" },
		},
		"an unknown category": {
			own: [2]string{"2026-05-20 00:00", "2026-05-22 00:00"}, other: [2]string{"2026-05-01 00:00", "2026-05-08 00:00"},
			change: func(_, other *rapport.Slot) { other.Until, other.Category = other.To.AddDate(0, 0, 30), "" }, kind: rapport.ConflictExclusivity, severity: rapport.SeverityWarn,
			words: "Mia posts for Nord (Spring) between 20 May 2026 and 21 May 2026, when another brand has them for itself until 6 June 2026: nobody said whether both are about the same category.",
		},
		"another's post inside one's own": {
			own: [2]string{"2026-05-01 00:00", "2026-05-08 00:00"}, other: [2]string{"2026-05-20 00:00", "2026-05-22 00:00"},
			change: func(own, _ *rapport.Slot) { own.Until = own.To.AddDate(0, 0, 30) }, kind: rapport.ConflictExclusivity, severity: rapport.SeverityBlock,
			words: "Mia posts for another brand between 20 May 2026 and 21 May 2026, when Nord (Spring) has them for itself until 6 June 2026: both are about beauty.",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own, other := slot(t, conflictBrand, test.own[0], test.own[1]), slot(t, conflictOther, test.other[0], test.other[1])
			if test.change != nil {
				test.change(&own, &other)
			}
			facts := rapport.SlotFacts{Pairs: []rapport.SlotPair{{own, other}}, Rules: map[uuid.UUID]*rapport.SlotRules{conflictCampaign: conflictRules()}}
			checkConflicts(t, facts.Conflicts(), test.kind, test.severity, test.words, []uuid.UUID{conflictBrand})
		})
	}
}

func TestAConflictTellsOfAnotherBrandOnlyWhomItMay(t *testing.T) {
	t.Parallel()
	own, other := slot(t, conflictBrand, "2026-05-04 00:00", "2026-05-06 00:00"), slot(t, conflictOther, "2026-05-05 09:30", "2026-05-05 09:30")
	c := rapport.SlotFacts{Pairs: []rapport.SlotPair{{own, other}}, Rules: map[uuid.UUID]*rapport.SlotRules{conflictCampaign: conflictRules()}}.Conflicts()[0]
	stranger, both := c.For([]uuid.UUID{conflictBrand}), c.For([]uuid.UUID{conflictBrand, conflictOther})
	require.Equal(t, rapport.Slot{From: inBerlin(t, "2026-05-05 00:00").UTC(), To: inBerlin(t, "2026-05-06 00:00").UTC(), Until: inBerlin(t, "2026-05-06 00:00").UTC()}, *stranger.Other)
	require.NotContains(t, stranger.Words, "Süd")
	require.Contains(t, both.Words, "for Süd (Summer) on 5 May 2026")
	require.Equal(t, other.PartnershipID, both.Other.PartnershipID)
}

func TestAReviewTakesTheDaysOfItsChain(t *testing.T) {
	t.Parallel()
	stage := func(starts string, days int) rapport.PolicyStage {
		return rapport.PolicyStage{Starts: starts, DeadlineDays: days}
	}
	later := rapport.PolicyStage{Starts: rapport.StartsByDate, StartFrom: rapport.StartFromReview, StartDays: 10, DeadlineDays: 1}
	for want, stages := range map[int][]rapport.PolicyStage{
		0:  nil,
		6:  {stage(rapport.StartsAfter, 3), stage(rapport.StartsAfter, 3)},
		5:  {stage(rapport.StartsAfter, 3), stage(rapport.StartsParallel, 5), stage(rapport.StartsParallel, 1)},
		7:  {stage(rapport.StartsAfter, 3), stage(rapport.StartsParallel, 5), stage(rapport.StartsAfter, 2)},
		11: {stage(rapport.StartsAfter, 3), later},
		3:  {stage(rapport.StartsAfter, 3), {Starts: rapport.StartsByDate, StartFrom: rapport.StartFromPublish, StartDays: 90, DeadlineDays: 9}},
	} {
		require.Equal(t, want, rapport.Policy{Stages: stages}.ChainDays())
	}
}

func TestPlannedSlotsKeepTheirIDOnceTheyAreBooked(t *testing.T) {
	t.Parallel()
	terms, now := rapport.DefaultTerms(), inBerlin(t, "2026-05-04 12:00")
	terms.ExclusivityDays = 30
	partnership := uuid.New()
	planned := rapport.PlanSlots(rapport.Slot{PartnershipID: partnership, Term: 2}, terms, rapport.DefaultCalendar("Europe/Berlin"), now)
	require.Len(t, planned, 1)
	require.Equal(t, inBerlin(t, "2026-05-19 00:00"), planned[0].From.In(now.Location()))
	require.Equal(t, planned[0].To.AddDate(0, 0, 30), planned[0].Until)
	require.Equal(t, rapport.Slot{PartnershipID: partnership, Term: 2, State: "posted"}.ID(), planned[0].ID())
}

func TestAnAbsenceHasAnEnd(t *testing.T) {
	t.Parallel()
	day := conflictDate(t, "2026-05-04")
	require.Empty(t, rapport.Absence{From: day, To: day}.Check())
	require.NotEmpty(t, rapport.Absence{From: day, To: day.AddDate(0, 0, -1)}.Check())
	require.NotEmpty(t, rapport.Absence{From: day, To: day.AddDate(0, 0, 400)}.Check())
}
