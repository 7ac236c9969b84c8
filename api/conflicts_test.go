package api_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/api/gen"
)

func TestAnOfferThatAConflictBlocksIsSentWhenSomebodyLetsItStand(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	w.sql(t, `update campaigns set embargo_until = current_date + 400 where id = $1`, w.campaign)
	a := w.offer(t, 90_000)
	require.Equal(t, 409, a.status, "%s", a.body)
	require.Contains(t, a.text("detail"), "nothing of the campaign may be out before")
	require.Contains(t, a.text("detail"), "Nothing was sent.")
	a = w.ops.keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(90_000), "override_reason": "They agreed"})
	require.Equal(t, 409, a.status, "ops lets nothing stand that blocks: %s", a.body)
	require.Zero(t, one[int](t, w.desk, `select count(*) from offers where partnership_id = $1`, w.id))
	require.Zero(t, one[int](t, w.desk, `select count(*) from conflict_overrides`))

	var list gen.ConflictList
	w.ops.send(t, "GET", "/v1/conflicts?partnership_id="+w.id.String(), nil).into(t, &list)
	require.Len(t, list.Items, 1)
	c := list.Items[0]
	require.Equal(t, gen.ConflictKindEmbargo, c.Kind)
	require.False(t, c.MayOverride)
	body := map[string]any{"partnership_id": w.id, "key": c.Key, "reason": "The embargo moves"}
	require.Equal(t, 403, w.ops.keyed().send(t, "POST", "/v1/conflicts/override", body).status)
	require.Equal(t, 422, w.as(t, "legal@one.example").keyed().send(t, "POST", "/v1/conflicts/override", map[string]any{"partnership_id": w.id, "key": c.Key, "reason": " "}).status)
	require.Equal(t, 204, w.as(t, "legal@one.example").keyed().send(t, "POST", "/v1/conflicts/override", body).status)

	var p gen.Partnership
	a = w.offer(t, 90_000)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &p)
	require.Empty(t, *p.Conflicts)
	w.ops.send(t, "GET", "/v1/conflicts?partnership_id="+w.id.String(), nil).into(t, &list)
	require.Equal(t, "The embargo moves", list.Items[0].Override.Reason)
}

func TestAPieceIsForADateOfItsCampaign(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	var campaign gen.Campaign
	path := "/v1/campaigns/" + w.campaign.String()
	w.ops.send(t, "GET", path, nil).into(t, &campaign)
	launch := map[string]any{"id": id(), "name": "Launch", "from": day(60), "to": day(62)}
	edit := func(body map[string]any) answer {
		return w.ops.with("If-Match", fmt.Sprintf("%q", strconv.Itoa(campaign.Version))).send(t, "PATCH", path, body)
	}
	require.Equal(t, []string{"dates[0].to before_start"}, edit(map[string]any{"dates": []any{map[string]any{"id": id(), "name": "Launch", "from": day(60), "to": day(50)}}}).fields(t))
	a := edit(map[string]any{"dates": []any{launch}})
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &campaign)
	require.Equal(t, "Launch", (*campaign.Dates)[0].Name)
	a = edit(map[string]any{"brief": "Another one"})
	a.into(t, &campaign)
	require.Len(t, *campaign.Dates, 1, "an edit of something else leaves them")

	offer := func(date any, until string) answer {
		return w.ops.keyed().send(t, "POST", w.path+"/offers", map[string]any{"fee": eur(90_000), "terms": map[string]any{
			"deliverables": []any{map[string]any{
				"title": "Reel", "platform": "instagram", "kind": "reel", "draft_due_days": 10, "publish_days": 5, "draft_due_on": day(40), "publish_until": until, "campaign_date": date,
			}},
			"milestones":      []any{map[string]any{"title": "All", "trigger": "posted", "percent": 100, "net_days": 0}},
			"revision_rounds": 2, "duration_days": 180, "notice_days": 30,
		}})
	}
	require.Equal(t, []string{"terms.deliverables[0].campaign_date unknown"}, offer(id(), day(61)).fields(t))
	var p gen.Partnership
	a = offer(launch["id"], day(70))
	require.Equal(t, 200, a.status, "it warns: %s", a.body)
	a.into(t, &p)
	require.Equal(t, gen.ConflictKindDate, (*p.Conflicts)[0].Kind)
	require.Contains(t, (*p.Conflicts)[0].Words, "is for “Launch”")

	var list gen.CalendarEntryList
	w.ops.send(t, "GET", "/v1/calendar?from="+day(50)+"&to="+day(80), nil).into(t, &list)
	found := 0
	for _, e := range list.Items {
		if e.Kind == gen.CalendarEntryKindCampaignDate {
			require.Equal(t, []string{"Launch", day(60), day(62)}, []string{e.Title, e.StartsOn.Format(time.DateOnly), e.EndsOn.Format(time.DateOnly)})
			found++
		}
	}
	require.Equal(t, 1, found)
}

func TestConflictsComeInPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update campaigns set embargo_until = current_date + 400`)
	d.sql(t, `insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, state, draft_due_at, publish_by)
		select gen_random_uuid(), partnership_id, brand_id, contract_id, term, n, title, platform, kind, 'scheduled', draft_due_at, publish_by + n * interval '1 day'
		from deliverables, generate_series(1, 4) n where id = $1`, d.deliverable)
	seen := map[string]bool{}
	path := "/v1/conflicts?limit=2"
	for cursor := ""; ; {
		var list gen.ConflictList
		d.as(t, "guest@one.example").send(t, "GET", path+cursor, nil).into(t, &list)
		for _, c := range list.Items {
			require.False(t, seen[c.Key])
			seen[c.Key] = true
		}
		if list.NextCursor == nil {
			break
		}
		cursor = "&cursor=" + *list.NextCursor
	}
	require.Len(t, seen, 5)
}

func TestACreatorSaysWhenTheyAreAway(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	from, to := time.Now().AddDate(0, 0, 1).Format(time.DateOnly), time.Now().AddDate(0, 0, 20).Format(time.DateOnly)
	visitor := d.visit(t, d.link)
	a := visitor.keyed().send(t, "POST", "/v1/portal/absences", map[string]any{"from": to, "to": from})
	require.Equal(t, 422, a.status, "%s", a.body)
	require.Equal(t, 201, visitor.keyed().send(t, "POST", "/v1/portal/absences", map[string]any{"from": from, "to": to}).status)
	var list gen.AbsenceList
	d.as(t, "ops@one.example").send(t, "GET", "/v1/creators/"+d.creator.String()+"/absences", nil).into(t, &list)
	require.Len(t, list.Items, 1)
	require.True(t, list.Items[0].ByCreator)
	var conflicts gen.ConflictList
	d.as(t, "ops@one.example").send(t, "GET", "/v1/conflicts", nil).into(t, &conflicts)
	require.Len(t, conflicts.Items, 1)
	require.Equal(t, gen.ConflictKindAbsence, conflicts.Items[0].Kind)
	refused := d.as(t, "ops@one.example").send(t, "DELETE", "/v1/absences/"+list.Items[0].Id.String(), nil)
	require.Equal(t, 409, refused.status, "%s", refused.body)
	require.Equal(t, "said_by_creator", refused.text("code"))
	require.Contains(t, refused.text("detail"), "Only the creator takes it back")
	require.Equal(t, 1, one[int](t, d, `select count(*)::int from creator_absences`))
	require.Zero(t, one[int](t, d, `select count(*)::int from audit_log where action like 'absence.%'`))
}

func TestACreatorTakesAnAbsenceBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	visitor, ops := d.visit(t, d.link), d.as(t, "ops@one.example")
	away := map[string]any{"from": time.Now().AddDate(0, 0, 1).Format(time.DateOnly), "to": time.Now().AddDate(0, 0, 20).Format(time.DateOnly)}
	said, noted := visitor.keyed().send(t, "POST", "/v1/portal/absences", away).text("id"), ops.keyed().send(t, "POST", "/v1/creators/"+d.creator.String()+"/absences", away).text("id")
	stranger := id()
	d.sql(t, `insert into creators (id, name) values ($1, 'Somebody else')`, stranger)
	other := ops.keyed().send(t, "POST", "/v1/creators/"+stranger.String()+"/absences", away).text("id")
	d.sql(t, `update creator_absences set entered_by = null where id = $1`, other)
	conflicts := func() int {
		var list gen.ConflictList
		ops.send(t, "GET", "/v1/conflicts", nil).into(t, &list)
		return len(list.Items)
	}
	require.Equal(t, 2, conflicts())
	back := func(absence string) int {
		return visitor.keyed().send(t, "POST", "/v1/portal/absences/"+absence+"/withdraw", map[string]any{}).status
	}
	require.Equal(t, []int{404, 404}, []int{back(noted), back(other)}, "what the house noted and what another creator said stay")
	require.Equal(t, 204, back(said))
	require.Equal(t, 404, back(said))
	require.Equal(t, 1, conflicts(), "the house's own is still in the way")
	require.Equal(t, 2, one[int](t, d, `select count(*)::int from creator_absences`))
	require.Equal(t, 204, ops.send(t, "DELETE", "/v1/absences/"+noted, nil).status)
	require.Equal(t, 404, ops.send(t, "DELETE", "/v1/absences/"+noted, nil).status)
	require.Equal(t, []string{"absence.added", "absence.removed"}, one[[]string](t, d,
		`select array_agg(action order by id) from audit_log where subject = $1 and actor = $2 and detail ->> 'absence' = $3`, d.creator, d.users["ops@one.example"], noted))
}

func TestTheCalendarNamesWhatHasADate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	kinds := func(query string) (kinds []string) {
		t.Helper()
		var list gen.CalendarEntryList
		a := ops.send(t, "GET", "/v1/calendar"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		for _, e := range list.Items {
			kinds = append(kinds, string(e.Kind))
		}
		return kinds
	}
	require.ElementsMatch(t, []string{"publish_window", "payment_due"}, kinds(""), "what was handed in is due no more")
	d.sql(t, `update payouts set due_at = '2100-02-04 12:00Z'`)
	d.sql(t, `update deliverables set state = 'awaiting_draft' where partnership_id = $1`, d.partnership)
	require.ElementsMatch(t, []string{"draft_due", "publish_window"}, kinds(""))
	require.Empty(t, kinds("?platform=tiktok"))
	require.Empty(t, kinds("?state=posted"))
	require.ElementsMatch(t, []string{"campaign_start"}, kinds("?from=2026-03-01&to=2026-03-01"))
	paid := "?from=2100-03-01&to=2100-03-09"
	require.Empty(t, kinds(paid))
	d.sql(t, `update payouts set due_at = '2100-03-04 12:00Z' where id = $1`, d.payout)
	require.Equal(t, []string{"payment_due"}, kinds(paid))
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, owed_on, amount, currency, net_days, state)
		select gen_random_uuid(), partnership_id, brand_id, id, term, 8, 'Later', 'date', '2100-03-02', 100, currency, 3, 'pending' from contracts where partnership_id = $1`, d.partnership)
	d.sql(t, `update contracts set state = 'executed', ends_at = '2101-01-01' where partnership_id = $1`, d.partnership)
	require.Equal(t, []string{"payment_due", "payment_due"}, kinds(paid))
	require.Empty(t, kinds("?from=2100-03-02&to=2100-03-03"), "three days after it is owed")
	d.sql(t, `update milestones set state = 'cancelled' where title = 'Later'`)
	d.sql(t, `update contracts set ends_at = now() + interval '180 days' where partnership_id = $1`, d.partnership)
	end := time.Now().AddDate(0, 0, 180)
	around := func(at time.Time) string {
		return "?from=" + at.AddDate(0, 0, -2).Format(time.DateOnly) + "&to=" + at.AddDate(0, 0, 2).Format(time.DateOnly)
	}
	require.Equal(t, []string{"contract_end"}, kinds(around(end)))
	d.sql(t, `insert into contracts (id, number, partnership_id, brand_id, term, version, state, body, body_sha256, fee, currency, terms, amends, amendment, changes, executed_at)
		select $1, number || '-A1', partnership_id, brand_id, term, version, 'executed', body, body_sha256, fee, currency, terms, id, 1, '{"end_days": 20}', now()
		from contracts where partnership_id = $2`, id(), d.partnership)
	require.Equal(t, []string{"contract_end"}, kinds(around(end)), "an amendment has no dates of its own")
	notice := one[time.Time](t, d, `select notice_by from contracts where partnership_id = $1 and amends is null`, d.partnership)
	require.Equal(t, []string{"notice"}, kinds(around(notice)))
	d.sql(t, `update partnerships set renewal_state = 'agreed' where id = $1`, d.partnership)
	require.Empty(t, kinds(around(notice)), "somebody has decided")
	d.sql(t, `update contracts set state = 'expired' where partnership_id = $1 and amends is null`, d.partnership)
	require.Equal(t, []string{"contract_end"}, kinds(around(end)), "it has ended as it was to")
	d.sql(t, `update contracts set state = 'terminated' where partnership_id = $1 and amends is null`, d.partnership)
	require.Empty(t, kinds(around(end)), "nor does an amendment outlive its contract there")
	require.Equal(t, 422, ops.send(t, "GET", "/v1/calendar?from=2026-01-01&to=2026-12-01", nil).status)
	d.sql(t, `update deliverables set draft_due_at = '2026-08-04T22:30:00Z' where partnership_id = $1`, d.partnership)
	require.NotContains(t, kinds("?from=2026-08-05&to=2026-08-05"), "draft_due")
	ops = ops.with("Time-Zone", "Europe/Berlin")
	require.Contains(t, kinds("?from=2026-08-05&to=2026-08-05"), "draft_due", "a day is the reader's: half an hour after midnight in Berlin")
}

func TestACalendarProgramReadsWhatItsPersonMaySee(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update deliverables set state = 'awaiting_draft', title = $2 where id = $1`, d.deliverable, "Launch; one,\nEND:VCALENDAR")
	ops := d.as(t, "ops@one.example")
	var made gen.CalendarFeedCreated
	a := ops.keyed().send(t, "POST", "/v1/calendar/feeds", map[string]any{"campaign_id": d.campaign})
	require.Equal(t, 201, a.status, "%s", a.body)
	a.into(t, &made)
	_, token, _ := strings.Cut(made.Url, "/feeds/")
	path := "/feeds/" + token
	a = d.anon().send(t, "GET", path, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "text/calendar; charset=utf-8", a.header.Get("Content-Type"))
	unfolded := strings.ReplaceAll(string(a.body), "\r\n ", "")
	require.Contains(t, unfolded, `Launch\; one\,\nEND:VCALENDAR`)
	require.Equal(t, 1, strings.Count(unfolded, "\r\nEND:VCALENDAR"))
	require.Contains(t, unfolded, "UID:draft_due-"+d.deliverable.String()+"@rapport\r\n")
	require.Contains(t, unfolded, "SUMMARY:To publish: Launch")
	d.sql(t, `update deliverables set state = 'posted', posted_at = now() where id = $1`, d.deliverable)
	a = d.anon().send(t, "GET", path, nil)
	require.Contains(t, string(a.body), "SUMMARY:Published: Launch")
	require.NotContains(t, string(a.body), "Draft due")
	again := d.anon().with("If-None-Match", a.header.Get("ETag")).send(t, "GET", path, nil)
	require.Equal(t, 304, again.status)

	wrong := d.anon().send(t, "GET", "/feeds/"+strings.Repeat("x", 43)+".ics", nil)
	require.Equal(t, 404, wrong.status)
	require.Equal(t, "There is no such calendar.", wrong.text("detail"))
	require.Equal(t, 404, d.as(t, "legal@one.example").send(t, "DELETE", "/v1/calendar/feeds/"+made.Feed.Id.String(), nil).status, "it is of somebody else")

	d.sql(t, `delete from user_roles where user_id = $1`, d.users["ops@one.example"])
	a = d.anon().send(t, "GET", path, nil)
	require.Equal(t, 200, a.status)
	require.NotContains(t, string(a.body), "BEGIN:VEVENT", "the person sees no brand any more")
	d.sql(t, `update users set disabled_at = now() where id = $1`, d.users["ops@one.example"])
	require.Equal(t, 404, d.anon().send(t, "GET", path, nil).status)
	d.sql(t, `update users set disabled_at = null where id = $1`, d.users["ops@one.example"])
	d.sql(t, `update calendar_feeds set revoked_at = now()`)
	require.Equal(t, 404, d.anon().send(t, "GET", path, nil).status)
}
