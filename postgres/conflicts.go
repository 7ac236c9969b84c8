package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// Conflicts finds what stands in the way of the slots of the scope, by time. Of brands outside of the scope it says no more than For lets it.
func (s *Store) Conflicts(ctx context.Context, f rapport.ConflictFilter, now time.Time) ([]rapport.Conflict, error) {
	brands := rapport.BrandsFrom(ctx)
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Conflict, error) {
		facts, err := s.slotFacts(ctx, tx, f, now)
		if err != nil {
			return nil, err
		}
		conflicts := facts.Conflicts()
		for i, c := range conflicts {
			conflicts[i] = c.For(brands)
		}
		return conflicts, s.putOverrides(ctx, tx, conflicts)
	})
}

func (s *Store) slotFacts(ctx context.Context, tx pgx.Tx, f rapport.ConflictFilter, now time.Time) (rapport.SlotFacts, error) {
	facts := rapport.SlotFacts{Now: now}
	rows, err := s.q.SlotsInScope(ctx, tx, gen.SlotsInScopeParams{
		Brands: rapport.BrandsFrom(ctx), FromAt: f.From, ToAt: f.To, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, PartnershipID: f.PartnershipID,
	})
	if err != nil {
		return facts, fmt.Errorf("slots: %w", err)
	}
	facts.Slots = make([]rapport.Slot, 0, len(rows)+len(f.Planned))
	at := make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		at[r.DeliverableID] = i
		facts.Slots = append(facts.Slots, rapport.Slot{
			BrandID: r.BrandID, CampaignID: r.CampaignID, PartnershipID: r.PartnershipID, Term: int(r.Term), Position: int(r.Position), DeliverableID: &r.DeliverableID,
			Creator: rapport.UserRef{ID: r.CreatorID, Name: r.CreatorName}, CreatorZone: r.CreatorZone, Title: r.Title, Platform: r.Platform, State: r.State,
			CampaignDate: r.CampaignDate, DraftDueAt: r.DraftDueAt, From: r.FromAt, To: r.ToAt, Until: r.UntilAt,
		})
	}
	facts.Slots = append(facts.Slots, f.Planned...)
	if len(facts.Slots) == 0 {
		return facts, nil
	}
	apart, err := s.slotRules(ctx, tx, &facts)
	if err != nil {
		return facts, err
	}
	if len(rows) > 0 {
		beside, err := s.q.SlotsBeside(ctx, tx, gen.SlotsBesideParams{
			Brands: rapport.BrandsFrom(ctx), FromAt: f.From, ToAt: f.To, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, PartnershipID: f.PartnershipID,
			Apart: apart.Seconds(),
		})
		if err != nil {
			return facts, fmt.Errorf("slots beside: %w", err)
		}
		facts.Pairs = make([]rapport.SlotPair, 0, len(beside))
		for _, b := range beside {
			if i, ok := at[b.OwnID]; ok {
				facts.Pairs = append(facts.Pairs, rapport.SlotPair{Own: facts.Slots[i], Other: otherSlot(gen.SlotsNearRow{
					DeliverableID: b.DeliverableID, BrandID: b.BrandID, PartnershipID: b.PartnershipID, FromAt: b.FromAt, ToAt: b.ToAt, UntilAt: b.UntilAt,
					Category: b.Category, Term: b.Term, Position: b.Position, State: b.State,
				})})
			}
		}
	}
	for _, p := range facts.Slots[len(rows):] {
		near, err := s.q.SlotsNear(ctx, tx, gen.SlotsNearParams{CreatorID: p.Creator.ID, BrandID: p.BrandID, FromAt: p.From.Add(-apart), ToAt: p.Until.Add(apart)})
		if err != nil {
			return facts, fmt.Errorf("slots near: %w", err)
		}
		for _, b := range near {
			facts.Pairs = append(facts.Pairs, rapport.SlotPair{Own: p, Other: otherSlot(b)})
		}
	}
	if err := s.nameSlots(ctx, tx, facts.Pairs); err != nil {
		return facts, err
	}
	return facts, s.slotAbsences(ctx, tx, &facts)
}

func otherSlot(r gen.SlotsNearRow) rapport.Slot {
	return rapport.Slot{
		BrandID: r.BrandID, PartnershipID: r.PartnershipID, Term: int(r.Term), Position: int(r.Position), DeliverableID: &r.DeliverableID,
		Category: r.Category, State: r.State, From: r.FromAt, To: r.ToAt, Until: r.UntilAt,
	}
}

// slotRules reads the rules of the slots' campaigns into the facts, names the slots by them, and answers the widest gap that any asks for.
func (s *Store) slotRules(ctx context.Context, tx pgx.Tx, facts *rapport.SlotFacts) (time.Duration, error) {
	facts.Rules = map[uuid.UUID]*rapport.SlotRules{}
	var campaigns []uuid.UUID
	for _, slot := range facts.Slots {
		if _, ok := facts.Rules[slot.CampaignID]; !ok {
			facts.Rules[slot.CampaignID] = nil
			campaigns = append(campaigns, slot.CampaignID)
		}
	}
	rows, err := s.q.SlotRules(ctx, tx, campaigns)
	if err != nil {
		return 0, fmt.Errorf("rules: %w", err)
	}
	widest, capped := time.Duration(0), []uuid.UUID{}
	for _, r := range rows {
		rules := &rapport.SlotRules{
			Name: r.Name, BrandName: r.BrandName, Category: r.Category, Apart: time.Duration(r.PostsApartHours) * time.Hour, Cap: int(r.SlotCap), Embargo: r.EmbargoUntil,
			Days: map[string][]uuid.UUID{},
		}
		if rules.Calendar, err = toCalendar(r.Zone, r.WorkingDays, r.Opens, r.Closes, r.Holidays, r.DaySeconds); err != nil {
			return 0, err
		}
		if err := json.Unmarshal(r.Dates, &rules.Dates); err != nil {
			return 0, fmt.Errorf("read the dates of campaign %s: %w", r.ID, err)
		}
		var policy rapport.Policy
		if err := json.Unmarshal(r.Stages, &policy.Stages); err != nil {
			return 0, fmt.Errorf("read the policy of campaign %s: %w", r.ID, err)
		}
		rules.ChainDays, facts.Rules[r.ID] = policy.ChainDays(), rules
		widest = max(widest, rules.Calendar.Span(rules.Apart))
		if rules.Cap > 0 {
			capped = append(capped, r.ID)
		}
	}
	for i := range facts.Slots {
		if rules := facts.Rules[facts.Slots[i].CampaignID]; rules != nil {
			facts.Slots[i].BrandName, facts.Slots[i].CampaignName, facts.Slots[i].Category = rules.BrandName, rules.Name, rules.Category
		}
	}
	if len(capped) == 0 {
		return widest, nil
	}
	places, err := s.q.SlotPlaces(ctx, tx, capped)
	for _, p := range places {
		rules := facts.Rules[p.CampaignID]
		day := rules.SlotDay(p.Platform, p.ToAt)
		rules.Days[day] = append(rules.Days[day], rapport.Slot{PartnershipID: p.PartnershipID, Term: int(p.Term), Position: int(p.Position)}.ID())
	}
	return widest, err
}

// nameSlots names the other brands' slots that lie in the scope.
func (s *Store) nameSlots(ctx context.Context, tx pgx.Tx, pairs []rapport.SlotPair) error {
	scope := map[uuid.UUID]bool{}
	for _, b := range rapport.BrandsFrom(ctx) {
		scope[b] = true
	}
	var ids []uuid.UUID
	for _, p := range pairs {
		if scope[p.Other.BrandID] {
			ids = append(ids, *p.Other.DeliverableID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.q.SlotNames(ctx, tx, gen.SlotNamesParams{Ids: ids, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return fmt.Errorf("names of slots: %w", err)
	}
	names := make(map[uuid.UUID]gen.SlotNamesRow, len(rows))
	for _, r := range rows {
		names[r.ID] = r
	}
	for i := range pairs {
		o := &pairs[i].Other
		if r, ok := names[*o.DeliverableID]; ok {
			o.BrandName, o.CampaignName, o.CampaignID, o.Title = r.BrandName, r.CampaignName, r.CampaignID, r.Title
		}
	}
	return nil
}

func (s *Store) slotAbsences(ctx context.Context, tx pgx.Tx, facts *rapport.SlotFacts) error {
	seen, creators := map[uuid.UUID]bool{}, []uuid.UUID{}
	from, to := facts.Slots[0].From, facts.Slots[0].To
	for _, slot := range facts.Slots {
		if !seen[slot.Creator.ID] {
			seen[slot.Creator.ID] = true
			creators = append(creators, slot.Creator.ID)
		}
		if slot.From.Before(from) {
			from = slot.From
		}
		if slot.DraftDueAt != nil && slot.DraftDueAt.Before(from) {
			from = *slot.DraftDueAt
		}
		if slot.To.After(to) {
			to = slot.To
		}
	}
	absences, err := s.absences(ctx, tx, creators, from.Add(-rapport.Day), to.Add(rapport.Day))
	facts.Absences = map[uuid.UUID][]rapport.Absence{}
	for _, a := range absences {
		facts.Absences[a.CreatorID] = append(facts.Absences[a.CreatorID], a)
	}
	return err
}

func (s *Store) absences(ctx context.Context, tx pgx.Tx, creators []uuid.UUID, from, to time.Time) ([]rapport.Absence, error) {
	rows, err := s.q.AbsencesOf(ctx, tx, gen.AbsencesOfParams{Creators: idsLiteral(creators), FromOn: from, ToOn: to})
	absences := make([]rapport.Absence, len(rows))
	for i, r := range rows {
		absences[i] = rapport.Absence{ID: r.ID, CreatorID: r.CreatorID, From: r.FromOn, To: r.ToOn, Note: r.Note, ByCreator: r.ByCreator}
	}
	return absences, err
}

func (s *Store) putOverrides(ctx context.Context, tx pgx.Tx, conflicts []rapport.Conflict) error {
	if len(conflicts) == 0 {
		return nil
	}
	keys := make([]uuid.UUID, 0, 2*len(conflicts))
	for _, c := range conflicts {
		if keys = append(keys, c.Key); c.OldKey != uuid.Nil {
			keys = append(keys, c.OldKey)
		}
	}
	rows, err := s.q.OverridesOf(ctx, tx, gen.OverridesOfParams{Brands: rapport.BrandsFrom(ctx), Keys: idsLiteral(keys)})
	type side struct{ brand, key uuid.UUID }
	known, blocks := make(map[side]*rapport.Override, len(rows)), make(map[side]*rapport.Override, len(rows))
	for _, r := range rows {
		known[side{r.BrandID, r.Key}] = &rapport.Override{Reason: r.Reason, By: rapport.UserRef{ID: r.ByID, Name: r.ByName}, At: r.At}
		if r.Severity == rapport.SeverityBlock {
			blocks[side{r.BrandID, r.Key}] = known[side{r.BrandID, r.Key}]
		}
	}
	for i, c := range conflicts {
		conflicts[i].Override = cmp.Or(known[side{c.Slot.BrandID, c.Key}], blocks[side{c.Slot.BrandID, c.OldKey}])
	}
	return err
}

// OverrideConflict keeps that a person lets a conflict stand, once; forbidden when the person may not.
func (s *Store) OverrideConflict(ctx context.Context, o rapport.OverrideNew) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		c := o.Conflict
		if err := s.q.InsertOverride(ctx, tx, gen.InsertOverrideParams{
			ID: newID(), BrandID: c.Slot.BrandID, PartnershipID: c.Slot.PartnershipID, Key: c.Key, Kind: c.Kind, Severity: c.Severity, Words: c.Words, Reason: o.Reason, ByID: o.By,
		}); err != nil {
			return fmt.Errorf("insert override: %w", err)
		}
		return s.audit(ctx, tx, o.By, "conflict.overridden", c.Slot.PartnershipID, map[string]any{"key": c.Key, "kind": c.Kind, "reason": o.Reason})
	})
}

// Absences lists when a creator is away, from a day on.
func (s *Store) Absences(ctx context.Context, creator uuid.UUID, from time.Time) ([]rapport.Absence, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Absence, error) {
		return s.absences(ctx, tx, []uuid.UUID{creator}, from, from.AddDate(10, 0, 0))
	})
}

// AddAbsence keeps when a creator is away; by is nil when the creator said so.
func (s *Store) AddAbsence(ctx context.Context, a rapport.Absence, by *uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		err := s.q.InsertAbsence(ctx, tx, gen.InsertAbsenceParams{ID: a.ID, CreatorID: a.CreatorID, FromOn: a.From, ToOn: a.To, Note: a.Note, EnteredBy: by})
		if err != nil || by == nil {
			return err
		}
		return s.audit(ctx, tx, *by, "absence.added", a.CreatorID, map[string]any{"absence": a.ID})
	})
}

// RemoveAbsence takes back what the house noted. It answers not_found when there is none, and conflict for what the creator said.
func (s *Store) RemoveAbsence(ctx context.Context, id, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		said, err := s.q.AbsenceByCreator(ctx, tx, id)
		if err != nil {
			return err
		}
		if said {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "said_by_creator", Message: "The creator said this on their page. Only the creator takes it back."}
		}
		creator, err := s.q.DeleteAbsence(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "absence.removed", creator, map[string]any{"absence": id})
	})
}

// WithdrawAbsence takes back what the creator said; not_found for anything else.
func (s *Store) WithdrawAbsence(ctx context.Context, id, creator uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.q.WithdrawAbsence(ctx, tx, gen.WithdrawAbsenceParams{ID: id, CreatorID: creator})
		return err
	})
}

// conflictsAhead is how far ahead the job looks.
const conflictsAhead = 400 * rapport.Day

// AskAboutConflicts opens a task for each conflict that is still ahead and that nobody has overridden, and closes those whose conflict has
// gone. Each brand is told what it may know.
func (s *Store) AskAboutConflicts(ctx context.Context, now time.Time) error {
	brands, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) { return s.q.BrandIDs(ctx, tx) })
	if err != nil {
		return err
	}
	for _, brand := range brands {
		ctx := rapport.WithBrands(ctx, brand)
		conflicts, err := s.Conflicts(ctx, rapport.ConflictFilter{From: now, To: now.Add(conflictsAhead)}, now)
		if err != nil {
			return fmt.Errorf("conflicts of brand %s: %w", brand, err)
		}
		err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			keys := []uuid.UUID{}
			for _, c := range conflicts {
				if c.Override != nil {
					continue
				}
				keys = append(keys, c.Key)
				dedupe := "conflict/" + brand.String() + "/" + c.Key.String()
				if err := s.q.OpenConflictTask(ctx, tx, gen.OpenConflictTaskParams{
					ID: newID(), DedupeKey: &dedupe, Code: c.Kind, Ref: c.Key, Note: &c.Words, PartnershipID: c.Slot.PartnershipID, DueAt: c.At,
				}); err != nil {
					return fmt.Errorf("open a task: %w", err)
				}
			}
			return s.q.CloseConflictTasks(ctx, tx, gen.CloseConflictTasksParams{BrandID: brand, Keys: keys})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
