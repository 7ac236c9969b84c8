package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/gen"
)

// toPublish has the desk's deliverable approved, and to be published within thirty days.
func (d *desk) toPublish(t *testing.T) {
	t.Helper()
	d.sql(t, `update deliverables set state = 'approved_to_post', draft_due_at = now() - interval '1 day', publish_by = now() + interval '30 days' where id = $1`, d.deliverable)
}

func TestTheHousePlansAPublication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	d.toPublish(t)
	give := func(who, what string, body map[string]any) answer {
		return d.as(t, who).keyed().send(t, "POST", "/v1/deliverables/"+d.deliverable.String()+"/"+what, body)
	}
	at := time.Now().Add(50 * time.Hour).UTC().Truncate(time.Second)
	for _, who := range []string{"approver@one.example", "finance_releaser@one.example", "auditor@one.example", "guest@one.example"} {
		require.Equal(t, 403, give(who, "schedule", map[string]any{"publish_at": at}).status, who)
	}
	require.Equal(t, []int{404, 404, 404}, []int{
		give("ops@two.example", "schedule", map[string]any{"publish_at": at}).status, give("ops@two.example", "unschedule", map[string]any{}).status,
		give("ops@two.example", "schedule/preview", map[string]any{"publish_at": at}).status,
	})
	for field, wrong := range map[string]time.Time{"publish_at in_the_past": time.Now().Add(-time.Minute), "publish_at after_window": time.Now().Add(31 * 24 * time.Hour)} {
		require.Equal(t, []string{field}, give("ops@one.example", "schedule", map[string]any{"publish_at": wrong}).fields(t))
		require.Equal(t, []string{field}, give("ops@one.example", "schedule/preview", map[string]any{"publish_at": wrong}).fields(t))
	}
	require.Empty(t, d.flows.commands())

	// What blocks in the calendar refuses the time, until somebody who may lets it stand.
	d.sql(t, `update campaigns set embargo_until = current_date + 10`)
	var preview gen.SchedulePreview
	give("ops@one.example", "schedule/preview", map[string]any{"publish_at": at}).into(t, &preview)
	require.Len(t, preview.Conflicts, 1)
	require.Equal(t, []any{gen.ConflictKindEmbargo, false}, []any{preview.Conflicts[0].Kind, preview.Conflicts[0].MayOverride})
	require.Contains(t, preview.Conflicts[0].Words, "is planned for")
	require.NotEmpty(t, preview.CreatorZone)
	body := map[string]any{"publish_at": at, "override_reason": "The shop asked for it"}
	a := give("ops@one.example", "schedule", body)
	require.Equal(t, []any{409, "conflict"}, []any{a.status, a.text("code")}, "%s", a.body)
	require.Empty(t, d.flows.commands())
	a = give("admin@one.example", "schedule", body)
	require.Equal(t, 200, a.status, "%s", a.body)
	got := d.flows.commands()
	require.Equal(t, []any{rapport.CmdSchedulePost, d.deliverable, at, d.users["admin@one.example"]}, []any{got[0].Kind, got[0].Ref, got[0].Until, got[0].Actor})
	require.Equal(t, "The shop asked for it", one[string](t, d, `select reason from conflict_overrides`))

	d.sql(t, `update deliverables set state = 'scheduled', publish_at = $2 where id = $1`, d.deliverable, at)
	var p gen.Partnership
	d.as(t, "guest@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String(), nil).into(t, &p)
	require.True(t, p.Deliverables[0].PublishAt.Equal(at))
	require.Equal(t, 200, give("ops@one.example", "unschedule", map[string]any{}).status)
	require.Equal(t, rapport.CmdUnschedulePost, d.flows.commands()[1].Kind)
	require.Equal(t, 200, give("admin@one.example", "schedule", map[string]any{"publish_at": at.Add(time.Minute), "instead_of": at}).status)
	require.True(t, d.flows.commands()[2].Instead.Equal(at), "what the caller saw goes to the partnership")
	require.True(t, got[0].Instead.IsZero(), "who names no plan has seen none")
	d.flows.refuse("plan_changed")
	a = give("admin@one.example", "schedule", map[string]any{"publish_at": at.Add(2 * time.Minute)})
	require.Equal(t, []any{409, "plan_changed"}, []any{a.status, a.text("code")})
	d.flows.refuse("time_does_not_fit")
	require.Equal(t, "time_does_not_fit", give("admin@one.example", "schedule", map[string]any{"publish_at": at.Add(time.Minute)}).text("code"))
}

func TestACreatorPlansAPublication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.runs(t)
	visitor := d.visit(t, d.link)
	path := "/v1/portal/deliverables/" + d.deliverable.String() + "/"
	at := time.Now().Add(50 * time.Hour).UTC().Truncate(time.Second)
	var home gen.PortalHome
	look := func() gen.PortalDeliverable {
		home = gen.PortalHome{}
		visitor.send(t, "GET", "/v1/portal/home", nil).into(t, &home)
		return home.Deliverables[0]
	}
	require.Nil(t, look().CanSchedule, "it is not approved")
	d.toPublish(t)
	require.True(t, *look().CanSchedule)
	require.Equal(t, []string{"publish_at in_the_past"}, visitor.keyed().send(t, "POST", path+"schedule", map[string]any{"publish_at": time.Now().Add(-time.Hour)}).fields(t))
	require.Equal(t, 404, visitor.keyed().send(t, "POST", "/v1/portal/deliverables/"+id().String()+"/schedule", map[string]any{"publish_at": at}).status)

	// What blocks in the calendar is said in words for the creator.
	d.sql(t, `update campaigns set embargo_until = current_date + 10`)
	a := visitor.keyed().send(t, "POST", path+"schedule", map[string]any{"publish_at": at})
	require.Equal(t, []any{409, "post_too_early"}, []any{a.status, a.text("code")}, "%s", a.body)
	require.Empty(t, d.flows.commands())
	d.sql(t, `update campaigns set embargo_until = null`)

	call := visitor.keyed()
	require.Equal(t, 200, call.send(t, "POST", path+"schedule", map[string]any{"publish_at": at}).status)
	require.Equal(t, 200, call.send(t, "POST", path+"schedule", map[string]any{"publish_at": at}).status, "the same time is the same time")
	got := d.flows.commands()
	require.Equal(t, []any{rapport.CmdSchedulePost, d.deliverable, at}, []any{got[0].Kind, got[0].Ref, got[0].Until})
	d.sql(t, `update deliverables set state = 'scheduled', publish_at = $2 where id = $1`, d.deliverable, at)
	require.True(t, look().PublishAt.Equal(at))
	require.Equal(t, "Publish “"+home.Deliverables[0].Title+"” as planned, and paste its address here.", *home.Next)
	require.True(t, home.NextBy.Equal(at))
	require.Equal(t, 200, visitor.keyed().send(t, "POST", path+"unschedule", map[string]any{}).status)
	got = d.flows.commands()
	require.Equal(t, rapport.CmdUnschedulePost, got[len(got)-1].Kind)
	d.sql(t, `update deliverables set state = 'approved_to_post', publish_at = null, publish_by = now() - interval '1 hour' where id = $1`, d.deliverable)
	require.Nil(t, look().CanSchedule, "its last day has passed")
}

func TestTheCalendarHasAPlannedPostAtItsTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.toPublish(t)
	ops := d.as(t, "ops@one.example")
	entries := func() (found []gen.CalendarEntry) {
		var list gen.CalendarEntryList
		ops.send(t, "GET", "/v1/calendar?from="+time.Now().AddDate(0, 0, 1).Format(time.DateOnly), nil).into(t, &list)
		for _, e := range list.Items {
			if e.DeliverableId != nil {
				found = append(found, e)
			}
		}
		return found
	}
	require.Equal(t, gen.CalendarEntryKindPublishWindow, entries()[0].Kind)
	require.True(t, entries()[0].StartsAt.Before(*entries()[0].EndsAt))
	at := time.Now().Add(50 * time.Hour).UTC().Truncate(time.Second)
	d.sql(t, `update deliverables set state = 'scheduled', publish_at = $2 where id = $1`, d.deliverable, at)
	require.Len(t, entries(), 1, "in the place of its window")
	e := entries()[0]
	require.Equal(t, []any{gen.CalendarEntryKindPlannedPost, at, at}, []any{e.Kind, e.StartsAt.UTC(), e.EndsAt.UTC()})
}

func TestAnOfferNamesItsDays(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	owedOn := day(90)
	offer := func(due, from, until string) answer {
		terms := map[string]any{
			"deliverables": []any{map[string]any{
				"title": "Reel", "platform": "instagram", "kind": "reel", "draft_due_days": 10, "publish_days": 5, "draft_due_on": due, "publish_from": from, "publish_until": until,
			}},
			"milestones": []any{
				map[string]any{"title": "Half", "trigger": "posted", "percent": 50, "net_days": 0}, map[string]any{"title": "The rest", "trigger": "date", "owed_on": owedOn, "percent": 50, "net_days": 0},
			},
			"revision_rounds": 2, "duration_days": 180, "notice_days": 30,
		}
		return w.ops.keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(90_000), "terms": terms})
	}
	require.Equal(t, []string{"terms.deliverables[0].draft_due_on in_the_past"}, offer(day(-3), day(20), day(30)).fields(t))
	require.Equal(t, []string{"terms.deliverables[0].draft_due_on after_publication"}, offer(day(30), day(20), day(30)).fields(t))
	require.Equal(t, []string{"terms.deliverables[0].publish_until before_start"}, offer(day(10), day(30), day(20)).fields(t))
	for bad, code := range map[string]string{day(-3): "in_the_past", day(190): "after_term"} {
		owedOn = bad
		require.Equal(t, []string{"terms.milestones[1].owed_on " + code}, offer(day(40), day(60), day(70)).fields(t))
	}
	require.Zero(t, one[int](t, w.desk, `select count(*) from offers where partnership_id = $1`, w.id))
	owedOn = day(90)
	a := offer(day(40), day(60), day(70))
	require.Equal(t, 200, a.status, "%s", a.body)
	var p gen.Partnership
	a.into(t, &p)
	d := p.Offer.Terms.Deliverables[0]
	require.Equal(t, []any{day(40), day(60), day(70), 0, 0}, []any{
		d.DraftDueOn.Format(time.DateOnly), d.PublishFrom.Format(time.DateOnly), d.PublishUntil.Format(time.DateOnly), d.DraftDueDays, d.PublishDays,
	}, "a day takes the place of what is counted")
	require.Equal(t, day(90), p.Offer.Terms.Milestones[1].OwedOn.Format(time.DateOnly))
}
