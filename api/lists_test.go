package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport/api/gen"
)

// piece adds a deliverable to the contract of brand one.
func (d *desk) piece(t *testing.T, title, state, due, publish string) uuid.UUID {
	t.Helper()
	made := id()
	d.sql(t, `insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, state, draft_due_at, publish_by)
		select $1, $2, $3, $4, 1, count(*), $5, 'tiktok', 'reel', $6, now() + $7::interval, now() + $8::interval from deliverables where contract_id = $4`,
		made, d.partnership, d.world.one, d.contract, title, state, due, publish)
	return made
}

func TestDeliverablesAreNarrowedSortedAndPaged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ops := d.as(t, "ops@one.example")
	late := d.piece(t, "Second reel", "awaiting_draft", "-2 days", "20 days")
	over := d.piece(t, "Third reel", "accepted", "-20 days", "-10 days")
	other := d.seed(t, d.world.two, "two.example")
	list := func(who, query string) []uuid.UUID {
		a := d.as(t, who).send(t, "GET", "/v1/deliverables?"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		var l gen.DeliverableList
		a.into(t, &l)
		ids := make([]uuid.UUID, 0, len(l.Items))
		for _, x := range l.Items {
			ids = append(ids, x.Id)
		}
		return ids
	}
	const me = "ops@one.example"
	require.Equal(t, []uuid.UUID{over, late, d.deliverable}, list(me, ""))
	require.Equal(t, []uuid.UUID{over, d.deliverable, late}, list(me, "sort=publish"))
	require.Len(t, list(me, "sort=creator"), 3)
	require.Equal(t, []uuid.UUID{late}, list(me, "late=true"))
	require.Equal(t, []uuid.UUID{late, d.deliverable}, list(me, "state=awaiting_draft&state=in_review"))
	require.Equal(t, []uuid.UUID{late}, list(me, "q=second"))
	require.Len(t, list(me, "q=%40mia"), 3)
	require.Empty(t, list(me, "q=%25"))
	require.Equal(t, []uuid.UUID{over, late}, list(me, "due_to="+time.Now().UTC().Format(time.RFC3339)))
	require.Equal(t, []uuid.UUID{d.deliverable}, list(me, "due_from="+time.Now().UTC().Format(time.RFC3339)))
	require.Len(t, list(me, "owner_id="+d.users[me].String()+"&creator_id="+d.creator.String()+"&campaign_id="+d.campaign.String()), 3)
	require.Empty(t, list(me, "owner_id="+d.users["admin@one.example"].String()))
	require.Len(t, list("guest@one.example", ""), 3)
	require.Equal(t, []uuid.UUID{other.deliverable}, list("ops@two.example", ""))
	require.Empty(t, list("ops@two.example", "brand_id="+d.world.one.String()))
	require.Equal(t, []string{"state unknown_value"}, ops.send(t, "GET", "/v1/deliverables?state=lost", nil).fields(t))

	for _, sort := range []string{"due", "publish", "creator", "campaign"} {
		all, cursor := list(me, "sort="+sort), ""
		for _, want := range all {
			var l gen.DeliverableList
			ops.send(t, "GET", "/v1/deliverables?limit=1&sort="+sort+"&cursor="+cursor, nil).into(t, &l)
			require.Equal(t, want, l.Items[0].Id, sort)
			require.Equal(t, "One", *l.Items[0].BrandName)
			require.Equal(t, "Ms ops", l.Items[0].Owner.Name)
			cursor = ""
			if l.NextCursor != nil {
				cursor = *l.NextCursor
			}
		}
		require.Empty(t, cursor)
	}

	rows := rowsOf(t, ops.send(t, "GET", "/v1/deliverables/export?late=true&sort=creator", nil))
	require.Len(t, rows, 2, "what is filtered, and no more")
	require.Equal(t, []string{"Second reel", "reel", "tiktok", "Mia Lens", "'@mia", "Spring", "One", "Ms ops", "Awaiting draft"}, rows[1][:9])
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", "/v1/deliverables/export", nil).status)
	require.Equal(t, 422, ops.send(t, "GET", "/v1/deliverables/export?state=lost", nil).status)
	require.Equal(t, 400, ops.send(t, "GET", "/v1/deliverables?cursor=x", nil).status)
}

func TestFilesOfAPartnershipAreThoseThatTheReaderMayOpen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/partnerships/" + d.partnership.String() + "/files"
	list := func(who string) (l gen.PartnershipFileList) {
		a := d.as(t, who).send(t, "GET", path, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &l)
		return l
	}
	require.Empty(t, list("ops@one.example").Items)

	blob := func(name string) []byte {
		sum := id()
		d.sql(t, `insert into blobs (sha256, content_type, size, content) values ($1, 'application/pdf', $2, $3)`, sum[:], len(name), []byte(name))
		return sum[:]
	}
	d.sql(t, `update submissions set file_name = 'launch.mp4', file_sha256 = $2 where id = $1`, d.submission, blob("a film"))
	message := id()
	d.sql(t, `insert into messages (id, partnership_id, brand_id, kind, direction, channel, state, subject, body_text, at)
		values ($1, $2, $3, 'reply', 'in', 'email', 'matched', 'Rates', 'Here', now())`, message, d.partnership, d.world.one)
	d.sql(t, `insert into message_files (message_id, n, brand_id, name, content_type, size, sha256) values ($1, 0, $2, 'rates.pdf', 'application/pdf', 5, $3)`, message, d.world.one, blob("rates"))
	preparer := d.users["finance_preparer@one.example"]
	payout := d.offlinePayout(t, d.world.one, preparer, d.users["finance_releaser@one.example"], d.work, 80)
	fields := []string{"paid_on", berlinToday(), "reference", "No. 12", "amount", "5000", "currency", "eur"}
	a := d.as(t, "finance_preparer@one.example").keyed().uploadAs(t, "/v1/payouts/"+payout.String()+"/offline-payment", "proof", "%PDF-1.4 receipt", fields...)
	require.Equal(t, 200, a.status, "%s", a.body)
	_, err := d.worker.RecordOffline(t.Context(), payout, d.flows.commands()[0].Ref)
	require.NoError(t, err)

	kinds := func(who string) (found []string) {
		for _, f := range list(who).Items {
			found = append(found, string(f.Kind))
		}
		return found
	}
	require.ElementsMatch(t, []string{"submission", "attachment", "proof", "remittance"}, kinds("auditor@one.example"))
	require.ElementsMatch(t, []string{"submission", "attachment", "remittance"}, kinds("ops@one.example"), "a proof is finance's")
	require.ElementsMatch(t, []string{"submission", "attachment"}, kinds("guest@one.example"), "a guest sees no money")
	for _, who := range []string{"auditor@one.example", "guest@one.example"} {
		for _, f := range list(who).Items {
			require.Equal(t, 200, d.as(t, who).send(t, "GET", f.Path, nil).status, "%s: %s", who, f.Path)
		}
	}
	for _, f := range list("auditor@one.example").Items {
		if f.Kind == gen.PartnershipFileKindSubmission {
			require.Equal(t, "launch.mp4, Launch video, version 1, Mia Lens, 6", fmt.Sprintf("%s, %s, %s, %d", f.Name, *f.About, *f.By, *f.Size))
		}
	}
	require.Equal(t, 404, d.as(t, "ops@two.example").send(t, "GET", path, nil).status)

	cursor, seen := "", 0
	for {
		var l gen.PartnershipFileList
		d.as(t, "auditor@one.example").send(t, "GET", path+"?limit=1&cursor="+cursor, nil).into(t, &l)
		seen += len(l.Items)
		if l.NextCursor == nil {
			break
		}
		cursor = *l.NextCursor
	}
	require.Equal(t, 4, seen)
	require.Equal(t, 400, d.as(t, "auditor@one.example").send(t, "GET", path+"?cursor=x", nil).status)
}

func TestInboxCalendarAndChartsAreTables(t *testing.T) {
	t.Parallel()
	x := newInbox(t)
	x.say(t, x.thread, "out", "Hello")
	require.Len(t, rowsOf(t, x.ops.send(t, "GET", "/v1/threads/export", nil)), 2)
	require.Len(t, rowsOf(t, x.ops.send(t, "GET", "/v1/threads/export?state=done", nil)), 1, "as it is filtered")
	require.Equal(t, []string{"assigned_to bad_format"}, x.ops.send(t, "GET", "/v1/threads/export?assigned_to=x", nil).fields(t))

	x.sql(t, `update deliverables set state = 'awaiting_draft'`)
	x.sql(t, `update payouts set due_at = now() + interval '60 days'`)
	days := "?from=" + time.Now().UTC().Format("2006-01-02") + "&to=" + time.Now().UTC().AddDate(0, 0, 20).Format("2006-01-02")
	calendar := rowsOf(t, x.ops.send(t, "GET", "/v1/calendar/export"+days, nil))
	require.Equal(t, []string{"Draft due", "Launch video", "Mia Lens", "Spring", "One"}, calendar[1][2:7])
	require.Len(t, rowsOf(t, x.ops.send(t, "GET", "/v1/calendar/export"+days+"&owner_id="+x.users["admin@one.example"].String(), nil)), 1)
	require.Len(t, rowsOf(t, x.ops.send(t, "GET", "/v1/calendar/export"+days+"&owner_id="+x.users["ops@one.example"].String(), nil)), len(calendar))
	require.Equal(t, 422, x.ops.send(t, "GET", "/v1/calendar/export?from=2026-01-01&to=2027-01-01", nil).status)

	require.Equal(t, []string{"Week of", "What", "Amount", "Currency"}, rowsOf(t, x.ops.send(t, "GET", "/v1/payouts/weeks/export", nil))[0])
	for part, head := range map[string]string{"stages": "Stage", "drafts": "On time", "approvers": "Who", "budgets": "Currency"} {
		require.Equal(t, head, rowsOf(t, x.ops.send(t, "GET", "/v1/campaign-health/export?part="+part, nil))[0][0])
	}
	require.Equal(t, 404, x.ops.send(t, "GET", "/v1/campaign-health/export?part=stages&brand_id="+x.world.two.String(), nil).status)
	guest := x.as(t, "guest@one.example")
	for _, path := range []string{"/v1/threads/export", "/v1/calendar/export", "/v1/payouts/weeks/export", "/v1/campaign-health/export?part=stages"} {
		require.Equal(t, 403, guest.send(t, "GET", path, nil).status, path)
	}
}

func TestADoneTaskIsTakenBackForADayByWhoMarkedIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	made := func() uuid.UUID {
		task := id()
		d.sql(t, `insert into tasks (id, brand_id, partnership_id, kind, owner_role, due_at) values ($1, $2, $3, 'reply', 'ops', now())`, task, d.world.one, d.partnership)
		return task
	}
	ops, approver := d.as(t, "ops@one.example"), d.as(t, "approver@one.example")
	do := func(who call, task uuid.UUID, act string) answer {
		return who.keyed().send(t, "POST", "/v1/tasks/"+task.String()+"/"+act, map[string]any{})
	}
	task := made()
	a := do(ops, task, "reopen")
	require.Equal(t, []any{409, "The task is not done."}, []any{a.status, a.text("detail")})
	require.Equal(t, 200, do(ops, task, "complete").status)
	var list gen.TaskList
	ops.send(t, "GET", "/v1/tasks?state=done", nil).into(t, &list)
	require.Equal(t, "Ms ops", list.Items[0].DoneBy.Name)
	require.True(t, *list.Items[0].MayReopen)
	approver.send(t, "GET", "/v1/tasks?state=done", nil).into(t, &list)
	a = do(approver, task, "reopen")
	require.Equal(t, []any{409, "Only who marked the task done can take that back."}, []any{a.status, a.text("detail")})
	require.Equal(t, 404, do(d.as(t, "ops@two.example"), task, "reopen").status)
	require.Equal(t, 403, do(d.as(t, "auditor@one.example"), task, "reopen").status)
	a = do(ops, task, "reopen")
	require.Equal(t, []any{200, "open"}, []any{a.status, a.text("state")})
	require.Equal(t, "open", one[string](t, d, `select state from tasks where id = $1 and done_by is null and done_at is null`, task))

	require.Equal(t, 200, do(ops, task, "complete").status)
	d.sql(t, `update tasks set done_at = now() - interval '25 hours' where id = $1`, task)
	a = do(ops, task, "reopen")
	require.Equal(t, []any{409, "The task was done more than a day ago."}, []any{a.status, a.text("detail")})

	other := made()
	require.Equal(t, 200, do(ops, other, "complete").status)
	a = ops.keyed().send(t, "POST", "/v1/tasks/batch", map[string]any{"act": "reopen", "task_ids": []uuid.UUID{task, other}})
	require.Equal(t, 200, a.status, "%s", a.body)
	var batch gen.TaskBatch
	a.into(t, &batch)
	require.Equal(t, 1, batch.Done)
	require.Equal(t, "The task was done more than a day ago.", batch.Refused[0].Reason)
}

func TestPeopleAreFoundByWordsRoleBrandAndState(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.as(t, "admin@one.example")
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'legal')`, d.users["ops@one.example"], d.world.two)
	d.sql(t, `update users set disabled_at = now(), invited_at = now(), password_hash = '' where id = $1`, d.users["approver@one.example"])
	d.sql(t, `update users set invited_at = now(), password_hash = '', name = 'A 100% sure' where id = $1`, d.users["guest@one.example"])
	found := func(query string) []string {
		var list gen.UserList
		a := admin.send(t, "GET", "/v1/users?"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		emails := make([]string, 0, len(list.Items))
		for _, u := range list.Items {
			emails = append(emails, u.Email)
		}
		return emails
	}
	require.Equal(t, []string{"ops@one.example"}, found("q=OPS%40one"))
	require.Equal(t, []string{"guest@one.example"}, found("q=100%25"), "a sign of the pattern is a letter")
	require.Equal(t, []string{"ops@one.example"}, found("role=ops"))
	require.NotContains(t, found("role=legal"), "ops@one.example", "a role behind the wall finds nobody")
	require.Equal(t, []string{"approver@one.example"}, found("state=disabled"))
	require.Equal(t, []string{"guest@one.example"}, found("state=invited"))
	require.NotContains(t, found("state=active"), "guest@one.example")
	require.Empty(t, found("brand_id="+d.world.two.String()))
	require.Equal(t, []string{"ops@one.example"}, found("role=ops&state=active&brand_id="+d.world.one.String()))
	require.Equal(t, 422, admin.send(t, "GET", "/v1/users?state=gone", nil).status)

	sheet := string(admin.send(t, "GET", "/v1/users/export?role=ops", nil).body)
	require.Contains(t, sheet, "ops@one.example")
	require.NotContains(t, sheet, "admin@one.example")

	a := admin.send(t, "GET", "/v1/users/"+d.users["approver@one.example"].String(), nil)
	require.Equal(t, []any{200, "approver@one.example"}, []any{a.status, a.text("email")})
	require.Equal(t, 404, d.as(t, "admin@two.example").send(t, "GET", "/v1/users/"+d.users["approver@one.example"].String(), nil).status)
}

func TestAPersonWithoutARoleStaysWithWhoCanGiveThemOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.as(t, "admin@one.example")
	ops := w.users["ops@one.example"].String()
	set := func(who call, brand uuid.UUID, roles ...string) int {
		return who.send(t, "PUT", "/v1/users/"+ops+"/roles", map[string]any{"brands": []any{map[string]any{"brand_id": brand, "roles": append([]string{}, roles...)}}}).status
	}
	sees := func(who call) bool {
		var list gen.UserList
		who.send(t, "GET", "/v1/users?limit=200", nil).into(t, &list)
		for _, u := range list.Items {
			if u.Id.String() == ops {
				return true
			}
		}
		return false
	}
	require.Equal(t, 200, set(admin, w.one))
	require.True(t, sees(admin))
	require.False(t, sees(w.as(t, "admin@two.example")), "they never were another brand's")
	require.Equal(t, 404, set(w.as(t, "admin@two.example"), w.two, "ops"))
	require.Equal(t, 200, set(admin, w.one, "approver"), "and can be given a role again")

	asked := []any{map[string]any{"brand_id": w.one, "roles": []string{"finance_preparer"}}}
	a := admin.send(t, "POST", "/v1/users", map[string]any{"name": "Ida", "email": "ida@one.example", "password": password, "brands": asked})
	require.Equal(t, 201, a.status, "%s", a.body)
	ops = a.text("id")
	require.True(t, sees(admin), "whose first role waits for a second person")
	require.False(t, sees(w.as(t, "admin@two.example")))
}
