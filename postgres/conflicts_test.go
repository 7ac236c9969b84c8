package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// rival is another brand's work with the same creator.
type rival struct {
	campaign, partnership, contract uuid.UUID
}

func (d *draft) rival(t *testing.T) rival {
	t.Helper()
	r, offer := rival{newID(), newID(), newID()}, newID()
	d.exec(t, `insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, category)
		values ($1, $2, 'Secret', 1000000, 'eur', '2026-01-01', '2027-01-01', $3, 100000, '{}', $4, $5, 'Beauty')`, r.campaign, d.other, d.ann, rapport.DefaultSequenceID, rapport.DefaultPolicyID)
	d.exec(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`, r.partnership, d.other, r.campaign, d.creator, d.ann)
	d.exec(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms) values ($1, $2, $3, $4, 'accepted', 100000, 'eur', '{}')`,
		offer, r.partnership, d.other, r.campaign)
	d.exec(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, executed_at)
		values ($1, $2, $3, $4, 1, 'executed', 'x', 'x', 100000, 'eur', '{"exclusivity_days": 20}', now())`, r.contract, r.partnership, d.other, offer)
	return r
}

func (d *draft) book(t *testing.T, brand, partnership, contract uuid.UUID, position int, due, by string) uuid.UUID {
	t.Helper()
	made := newID()
	d.exec(t, `insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, state, draft_due_at, publish_by)
		values ($1, $2, $3, $4, 1, $5, 'Reel', 'instagram', 'video', 'approved_to_post', $6::timestamptz, $7::timestamptz)`, made, partnership, brand, contract, position, due, by)
	return made
}

// spring is when the tests look, and at what.
func spring() (rapport.ConflictFilter, time.Time) {
	at := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	return rapport.ConflictFilter{From: at, To: at.AddDate(0, 3, 0)}, at
}

func (d *draft) conflicts(t *testing.T, ctx context.Context, f rapport.ConflictFilter) map[string]rapport.Conflict { //nolint:revive // the test's own comes first
	t.Helper()
	_, now := spring()
	found, err := d.api.Conflicts(ctx, f, now)
	require.NoError(t, err)
	byKind := map[string]rapport.Conflict{}
	for _, c := range found {
		byKind[c.Kind] = c
	}
	require.Len(t, byKind, len(found), "one of a kind: %v", found)
	return byKind
}

func TestConflictsOfTwoBrandsAreFoundAcrossTheWall(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	r := d.rival(t)
	d.exec(t, `update campaigns set category = 'beauty' where id = $1`, d.campaign)
	d.book(t, d.brand, d.partnership, d.contract, 1, "2026-05-04 00:00+02", "2026-05-06 00:00+02")
	theirs := d.book(t, d.other, r.partnership, r.contract, 0, "2026-05-01 00:00+02", "2026-05-02 00:00+02")
	f, _ := spring()

	found := d.conflicts(t, rapport.WithBrands(t.Context(), d.brand), f)
	require.Len(t, found, 1, "52 hours lie between them")
	c := found[rapport.ConflictExclusivity]
	require.Equal(t, rapport.SeverityBlock, c.Severity)
	require.Contains(t, c.Words, "when another brand has them for itself until 21 May 2026")
	require.Zero(t, c.Other.BrandID)
	require.Empty(t, c.Other.CampaignName)

	d.exec(t, `insert into conflict_overrides (id, brand_id, partnership_id, key, kind, severity, words, reason, by_id) values ($1, $2, $3, $4, 'exclusivity', 'block', 'x', 'Agreed', $5)`,
		newID(), d.brand, d.partnership, c.OldKey, d.lea)
	require.Equal(t, "Agreed", d.conflicts(t, rapport.WithBrands(t.Context(), d.brand), f)[rapport.ConflictExclusivity].Override.Reason, "what stood before blocks had keys of their own")

	d.exec(t, `update brands set posts_apart_hours = 72 where id = $1`, d.brand)
	found = d.conflicts(t, rapport.WithBrands(t.Context(), d.brand, d.other), rapport.ConflictFilter{From: f.From, To: f.To, CampaignID: &d.campaign})
	require.Len(t, found, 2)
	require.Contains(t, found[rapport.ConflictTooClose].Words, "for Two (Secret)")
	require.Equal(t, theirs, *found[rapport.ConflictTooClose].Other.DeliverableID)

	mirrored := d.conflicts(t, rapport.WithBrands(t.Context(), d.other), f)
	require.Contains(t, mirrored[rapport.ConflictExclusivity].Words, "for another brand between 4 May 2026 and 5 May 2026, when Two (Secret)")

	for _, gone := range []string{"rejected", "missed", "waived", "cancelled"} {
		d.exec(t, `update deliverables set state = $2 where id = $1`, theirs, gone)
		require.Empty(t, d.conflicts(t, rapport.WithBrands(t.Context(), d.brand), f), gone)
	}
	d.exec(t, `update deliverables set state = 'posted', posted_at = '2026-05-03 12:00+02' where id = $1`, theirs)
	require.Len(t, d.conflicts(t, rapport.WithBrands(t.Context(), d.brand), f), 2, "it counts again, from when it was posted")
	twin := newID()
	d.exec(t, `insert into creators (id, name) values ($1, 'Twin')`, twin)
	d.exec(t, `update partnerships set creator_id = $2 where id = $1`, r.partnership, twin)
	require.Empty(t, d.conflicts(t, rapport.WithBrands(t.Context(), d.brand), f), "slots follow their partnership to another creator")
}

func TestWhatIsOutKeepsItsExclusivity(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	r := d.rival(t)
	d.exec(t, `update campaigns set category = 'beauty' where id = $1`, d.campaign)
	ours := d.book(t, d.brand, d.partnership, d.contract, 1, "2026-04-09 00:00+02", "2026-04-15 00:00+02")
	theirs := d.book(t, d.other, r.partnership, r.contract, 0, "2026-03-24 00:00+01", "2026-03-25 00:00+01")
	d.exec(t, `update deliverables set state = 'posted', posted_at = '2026-03-25 12:00+01' where id = $1`, theirs)
	f, _ := spring() // a week later
	severity := func(brand uuid.UUID) string {
		return d.conflicts(t, rapport.WithBrands(t.Context(), brand), f)[rapport.ConflictExclusivity].Severity
	}
	require.Equal(t, rapport.SeverityBlock, severity(d.other), "whose exclusivity is broken is told after their post as well")
	d.exec(t, `update deliverables set state = 'cancelled' where id = $1`, theirs) // the partnership ended
	require.Equal(t, rapport.SeverityBlock, severity(d.other))
	require.Equal(t, rapport.SeverityBlock, severity(d.brand))
	d.exec(t, `update deliverables set state = 'posted', posted_at = '2026-04-09 12:00+02' where id = $1`, ours)
	require.Equal(t, rapport.SeverityBlock, severity(d.other), "also once both are out")
	f.From = time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC)
	require.Empty(t, d.conflicts(t, rapport.WithBrands(t.Context(), d.other), f), "until it is over")
}

func TestWhoLetAWarningStandLetNoBlockStand(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	r := d.rival(t)
	d.exec(t, `update campaigns set category = null where id = $1`, d.campaign)
	d.book(t, d.brand, d.partnership, d.contract, 1, "2026-05-04 00:00+02", "2026-05-06 00:00+02")
	d.book(t, d.other, r.partnership, r.contract, 0, "2026-05-01 00:00+02", "2026-05-02 00:00+02")
	ctx := rapport.WithBrands(t.Context(), d.brand)
	f, _ := spring()
	warned := d.conflicts(t, ctx, f)[rapport.ConflictExclusivity]
	require.Equal(t, rapport.SeverityWarn, warned.Severity)
	d.exec(t, `insert into conflict_overrides (id, brand_id, partnership_id, key, kind, severity, words, reason, by_id) values ($1, $2, $3, $4, 'exclusivity', 'warn', 'x', 'Fine', $5)`,
		newID(), d.brand, d.partnership, warned.Key, d.lea)
	require.NotNil(t, d.conflicts(t, ctx, f)[rapport.ConflictExclusivity].Override)
	d.exec(t, `update campaigns set category = 'beauty' where id = $1`, d.campaign)
	blocks := d.conflicts(t, ctx, f)[rapport.ConflictExclusivity]
	require.Equal(t, rapport.SeverityBlock, blocks.Severity)
	require.Nil(t, blocks.Override)
}

func TestMailsThatAskForADecisionThatWasMadeAreCancelled(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	review := newID()
	d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state) values ($1, $2, $3, $4, $5, $6, 1, 'open')`,
		review, d.submission, d.deliverable, d.partnership, d.brand, rapport.DefaultPolicyID)
	mail := func(age string) uuid.UUID {
		made := newID()
		d.exec(t, `insert into messages (id, dedupe_key, direction, channel, kind, state, to_address, from_address, subject, body_text, at)
			values ($1, $2, 'internal', 'email', 'internal', 'prepared', 'ann@house.example', 'us@house.example', 'Please decide', 'x', now() - $3::interval)`,
			made, "review/"+review.String()+"/notify/"+made.String(), age)
		return made
	}
	old, young := mail("11 minutes"), mail("1 minute")
	state := func(mail uuid.UUID) (state string) {
		require.NoError(t, d.worker.CancelMoot(t.Context()))
		require.NoError(t, d.owner.QueryRow(t.Context(), `select state from messages where id = $1`, mail).Scan(&state))
		return state
	}
	require.Equal(t, "prepared", state(old), "it is asked for")
	d.exec(t, `update reviews set state = 'approved' where id = $1`, review)
	require.Equal(t, []string{"cancelled", "prepared"}, []string{state(old), state(young)})
}

func TestPlannedSlotsAreCheckedAgainstWhatIsBooked(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	r := d.rival(t)
	d.book(t, d.other, r.partnership, r.contract, 0, "2026-05-01 00:00+02", "2026-05-02 00:00+02")
	d.exec(t, `update campaigns set slot_cap = 1, embargo_until = '2026-06-01' where id = $1`, d.campaign)
	d.book(t, d.brand, d.partnership, d.contract, 1, "2026-05-08 00:00+02", "2026-05-09 00:00+02")
	none, ctx := newID(), rapport.WithBrands(t.Context(), d.brand)
	planned := rapport.Slot{
		BrandID: d.brand, CampaignID: d.campaign, PartnershipID: none, Term: 1, Creator: rapport.UserRef{ID: d.creator, Name: "Mia"}, Platform: "instagram", Title: "Reel",
		From: time.Date(2026, 5, 8, 8, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 8, 9, 0, 0, 0, time.UTC),
	}
	planned.Until, planned.DraftDueAt = planned.To, &planned.From
	f, _ := spring()
	require.NoError(t, d.api.AddAbsence(ctx, rapport.Absence{ID: newID(), CreatorID: d.creator, From: time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC)}, nil))
	found := d.conflicts(t, ctx, rapport.ConflictFilter{PartnershipID: &none, From: f.From, To: f.To, Planned: []rapport.Slot{planned}})
	for kind, severity := range map[string]string{
		rapport.ConflictExclusivity: rapport.SeverityWarn, // nobody said what this campaign is about
		rapport.ConflictSlotCap:     rapport.SeverityWarn, rapport.ConflictEmbargo: rapport.SeverityBlock, rapport.ConflictAbsence: rapport.SeverityWarn, rapport.ConflictLeadTime: rapport.SeverityWarn,
	} {
		require.Equal(t, severity, found[kind].Severity, kind)
	}
	require.Len(t, found, 5)
}

func TestWhoMayOverridesAConflictOnceAndForTheirBrand(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	r := d.rival(t)
	d.exec(t, `update campaigns set category = 'beauty' where id = $1`, d.campaign)
	d.book(t, d.brand, d.partnership, d.contract, 1, "2026-05-10 00:00+02", "2026-05-11 00:00+02")
	d.book(t, d.other, r.partnership, r.contract, 0, "2026-05-01 00:00+02", "2026-05-02 00:00+02")
	f, _ := spring()
	ctx, theirs := rapport.WithBrands(t.Context(), d.brand), rapport.WithBrands(t.Context(), d.other)
	c := d.conflicts(t, ctx, f)[rapport.ConflictExclusivity]
	err := d.api.OverrideConflict(ctx, rapport.OverrideNew{Conflict: c, Reason: "They agreed", By: d.ann})
	require.Equal(t, rapport.CodeForbidden, rapport.ErrorCode(err), "an approver")
	require.NoError(t, d.api.OverrideConflict(ctx, rapport.OverrideNew{Conflict: c, Reason: "They agreed", By: d.lea}))
	require.NoError(t, d.api.OverrideConflict(ctx, rapport.OverrideNew{Conflict: c, Reason: "Once more", By: d.ada}))
	override := d.conflicts(t, ctx, f)[rapport.ConflictExclusivity].Override
	require.Equal(t, "They agreed", override.Reason)
	require.Equal(t, "Lea", override.By.Name)
	require.Nil(t, d.conflicts(t, theirs, f)[rapport.ConflictExclusivity].Override, "the other brand has its own word")
	err = d.api.OverrideConflict(theirs, rapport.OverrideNew{Conflict: c, Reason: "Theirs", By: d.lea})
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
}

func TestAConflictIsATaskAsLongAsItStands(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	r := d.rival(t)
	d.book(t, d.brand, d.partnership, d.contract, 1, "2026-05-04 00:00+02", "2026-05-06 00:00+02")
	theirs := d.book(t, d.other, r.partnership, r.contract, 0, "2026-05-04 00:00+02", "2026-05-05 00:00+02")
	_, now := spring()
	tasks := func(state string) (n int) {
		t.Helper()
		require.NoError(t, d.worker.AskAboutConflicts(t.Context(), now))
		require.NoError(t, d.owner.QueryRow(t.Context(), `select count(*) from tasks where kind = 'conflict' and state = $1 and code <> 'lead_time'`, state).Scan(&n))
		return n
	}
	require.Equal(t, 4, tasks("open"), "too close and an exclusivity, for each of both brands")
	require.Equal(t, 4, tasks("open"), "one a conflict")
	var leaks int
	require.NoError(t, d.owner.QueryRow(t.Context(), `select count(*) from tasks where brand_id = $1 and (note like '%Secret%' or note like '%Two%')`, d.brand).Scan(&leaks))
	require.Zero(t, leaks)
	d.exec(t, `update deliverables set state = 'waived' where id = $1`, theirs)
	require.Zero(t, tasks("open"))
	require.Equal(t, 4, tasks("cancelled"))
	d.exec(t, `update deliverables set state = 'approved_to_post' where id = $1`, theirs)
	require.Equal(t, 4, tasks("open"), "it is back")
}

func TestAPlannedPostTakesItsSlotAndGivesItBack(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	piece, at := d.book(t, d.brand, d.partnership, d.contract, 1, "2026-05-08 00:00+00", "2026-05-20 00:00+00"), time.Date(2026, 5, 12, 16, 0, 0, 0, time.UTC)
	ctx, seq := rapport.WithBrands(t.Context(), d.brand), int64(0)
	change := func(c rapport.Change) {
		seq++
		c.Noun, c.ID, c.At = "deliverable", piece, at
		require.NoError(t, d.worker.ApplyBatch(ctx, rapport.Batch{
			Kind: "partnership", WorkflowType: "Partnership", ID: d.partnership, PartnershipID: d.partnership, BrandID: d.brand, Seq: seq, Snapshot: []byte("{}"),
			View: rapport.View{State: "active", Renewal: rapport.RenewalNotDue}, Record: rapport.Record{Facts: []rapport.Fact{{Seq: seq, At: at, Kind: "post_scheduled"}}, Changes: []rapport.Change{c}},
		}))
	}
	slot := func() (from, to time.Time) {
		require.NoError(t, d.owner.QueryRow(t.Context(), `select from_at, to_at from slots where deliverable_id = $1`, piece).Scan(&from, &to))
		return from.UTC(), to.UTC()
	}
	change(rapport.Change{State: "scheduled", Planned: at})
	from, to := slot()
	require.Equal(t, []time.Time{at, at}, []time.Time{from, to})
	change(rapport.Change{State: "scheduled", Planned: at.Add(time.Hour)})
	from, _ = slot()
	require.Equal(t, at.Add(time.Hour), from)
	change(rapport.Change{State: "approved_to_post"})
	from, to = slot()
	require.Equal(t, []time.Time{time.Date(2026, 5, 8, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)}, []time.Time{from, to}, "its window again")
	_, err := d.owner.Exec(t.Context(), `update deliverables set publish_at = now() where id = $1`, piece)
	require.ErrorContains(t, err, "deliverables_planned_while_scheduled")
}
