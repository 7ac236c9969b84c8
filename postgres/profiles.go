package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// CreatorProfile is what a brand of the scope keeps about a creator; not_found when there is no such creator, or the brand is behind a
// wall. Where nothing is kept yet its version is 0.
func (s *Store) CreatorProfile(ctx context.Context, creator, brand uuid.UUID) (rapport.CreatorProfile, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CreatorProfile, error) {
		return s.profile(ctx, tx, creator, brand)
	})
}

func (s *Store) profile(ctx context.Context, tx pgx.Tx, creator, brand uuid.UUID) (rapport.CreatorProfile, error) {
	p := rapport.CreatorProfile{CreatorID: creator, BrandID: brand}
	there, err := s.q.CreatorExists(ctx, tx, creator)
	if err != nil {
		return p, err
	}
	if !there {
		return p, pgx.ErrNoRows
	}
	row, err := s.q.GetProfile(ctx, tx, gen.GetProfileParams{CreatorID: creator, BrandID: brand, Brands: rapport.BrandsFrom(ctx)})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return p, err
	default:
		p.Preferences, p.StyleNotes, p.Version = row.Preferences, row.StyleNotes, int(row.Version)
		if err := json.Unmarshal(row.Rates, &p.Rates); err != nil {
			return p, fmt.Errorf("read the rates of creator %s: %w", creator, err)
		}
	}
	values, err := s.q.ValuesOfFields(ctx, tx, gen.ValuesOfFieldsParams{CreatorID: creator, BrandID: brand, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return p, err
	}
	for _, v := range values {
		p.Fields = append(p.Fields, rapport.FieldValue{FieldID: v.FieldID, Value: v.Value})
	}
	counts, err := s.q.FollowersOf(ctx, tx, creator)
	for _, n := range counts {
		p.Followers = append(p.Followers, rapport.FollowerSnapshot{AccountID: n.AccountID, AsOf: n.AsOf, Followers: n.Followers, Source: n.Source})
	}
	return p, err
}

// EditCreatorProfile writes what a brand keeps about a creator, whose version is the one last read; stale when somebody else was faster.
// Values of archived fields stay. Partnerships hear of it when a date changes.
func (s *Store) EditCreatorProfile(ctx context.Context, p rapport.CreatorProfile, by uuid.UUID) (rapport.CreatorProfile, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CreatorProfile, error) {
		if _, err := s.standing(ctx, tx, p.CreatorID); err != nil {
			return p, err
		}
		if err := s.writeProfile(ctx, tx, p, by); err != nil {
			return p, err
		}
		scope := gen.ValuesOfFieldsParams{CreatorID: p.CreatorID, BrandID: p.BrandID, Brands: rapport.BrandsFrom(ctx)}
		before, err := s.dates(ctx, tx, scope)
		if err != nil {
			return p, err
		}
		if err := s.writeValues(ctx, tx, p); err != nil {
			return p, err
		}
		after, err := s.dates(ctx, tx, scope)
		if err != nil {
			return p, err
		}
		if !maps.Equal(before, after) {
			if err := s.tellDates(ctx, tx, gen.PartnershipsWithDatesParams{BrandID: p.BrandID, CreatorID: &p.CreatorID}); err != nil {
				return p, err
			}
		}
		if err := s.audit(ctx, tx, by, "creator.profile_edited", p.CreatorID, map[string]any{"brand": p.BrandID}); err != nil {
			return p, err
		}
		return s.profile(ctx, tx, p.CreatorID, p.BrandID)
	})
}

func (s *Store) writeProfile(ctx context.Context, tx pgx.Tx, p rapport.CreatorProfile, by uuid.UUID) error {
	rates, err := json.Marshal(noNil(p.Rates))
	if err != nil {
		return fmt.Errorf("write the rates: %w", err)
	}
	var written int64
	if p.Version == 0 {
		written, err = s.q.InsertProfile(ctx, tx, gen.InsertProfileParams{
			CreatorID: p.CreatorID, BrandID: p.BrandID, Preferences: p.Preferences, StyleNotes: p.StyleNotes, Rates: rates, UpdatedBy: some(by),
		})
	} else {
		written, err = s.q.UpdateProfile(ctx, tx, gen.UpdateProfileParams{
			CreatorID: p.CreatorID, BrandID: p.BrandID, Version: int32(p.Version), Preferences: p.Preferences, StyleNotes: p.StyleNotes, Rates: rates, UpdatedBy: some(by),
		})
	}
	if err == nil && written == 0 {
		return stale(pgx.ErrNoRows)
	}
	return err
}

func (s *Store) writeValues(ctx context.Context, tx pgx.Tx, p rapport.CreatorProfile) error {
	values := gen.UpsertValuesParams{CreatorID: p.CreatorID, BrandID: p.BrandID, Fields: []uuid.UUID{}, Vals: []string{}}
	for _, v := range p.Fields {
		if v.Value != "" {
			values.Fields, values.Vals = append(values.Fields, v.FieldID), append(values.Vals, v.Value)
		}
	}
	if err := s.q.DeleteValues(ctx, tx, gen.DeleteValuesParams{CreatorID: p.CreatorID, BrandID: p.BrandID, Keep: values.Fields}); err != nil {
		return err
	}
	return s.q.UpsertValues(ctx, tx, values)
}

// dates are the values of date fields.
func (s *Store) dates(ctx context.Context, tx pgx.Tx, scope gen.ValuesOfFieldsParams) (map[uuid.UUID]string, error) {
	values, err := s.q.ValuesOfFields(ctx, tx, scope)
	dates := map[uuid.UUID]string{}
	for _, v := range values {
		if v.Kind == rapport.FieldDate {
			dates[v.FieldID] = v.Value
		}
	}
	return dates, err
}

// ListCreatorFields lists the fields that brands of the scope show, oldest first.
func (s *Store) ListCreatorFields(ctx context.Context, brand *uuid.UUID) ([]rapport.CreatorField, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.CreatorField, error) {
		rows, err := s.q.ListCreatorFields(ctx, tx, gen.ListCreatorFieldsParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand})
		fields := make([]rapport.CreatorField, len(rows))
		for i, r := range rows {
			fields[i] = rapport.CreatorField{ID: r.ID, BrandID: r.BrandID, Name: r.Name, Kind: r.Kind, Options: r.Options}
		}
		return fields, err
	})
}

// CreateCreatorField adds a field to those that a brand keeps about creators; conflict when one of its name is shown already.
func (s *Store) CreateCreatorField(ctx context.Context, f rapport.CreatorField, by uuid.UUID) (rapport.CreatorField, error) {
	const most = 100
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CreatorField, error) {
		n, err := s.q.CountCreatorFields(ctx, tx, f.BrandID)
		if err != nil {
			return f, err
		}
		if n >= most {
			return f, &rapport.Error{Code: rapport.CodeConflict, Reason: "too_many", Message: fmt.Sprintf("A brand has at most %d fields. Archive one first.", most)}
		}
		f.ID = newID()
		if err := s.q.CreateCreatorField(ctx, tx, gen.CreateCreatorFieldParams{ID: f.ID, BrandID: f.BrandID, Name: f.Name, Kind: f.Kind, Options: noNil(f.Options)}); err != nil {
			return f, err
		}
		return f, s.audit(ctx, tx, by, "creator_field.created", f.ID, nil)
	})
}

// ArchiveCreatorField stops showing a field; its values are kept. Partnerships hear of it when it was a date.
func (s *Store) ArchiveCreatorField(ctx context.Context, id, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		f, err := s.q.ArchiveCreatorField(ctx, tx, gen.ArchiveCreatorFieldParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return err
		}
		if f.Kind == rapport.FieldDate {
			if err := s.tellDates(ctx, tx, gen.PartnershipsWithDatesParams{BrandID: f.BrandID, FieldID: &id}); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, by, "creator_field.archived", id, nil)
	})
}

// Duplicates lists creators who may be the same person, the likeliest first.
func (s *Store) Duplicates(ctx context.Context, id uuid.UUID) ([]rapport.Duplicate, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Duplicate, error) {
		c, err := s.creator(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		rows, err := s.q.FindDuplicates(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		clues := make([]rapport.DuplicateClue, len(rows))
		for i, r := range rows {
			clues[i] = rapport.DuplicateClue{CreatorID: r.ID, Name: r.Name, Clue: r.Clue, What: r.What}
		}
		guesses := rapport.GuessDuplicates(c.Name, clues)
		ids := make([]uuid.UUID, len(guesses))
		for i, g := range guesses {
			ids[i] = g.CreatorID
		}
		found, err := s.q.GetCreators(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		creators, err := s.creators(ctx, tx, found)
		if err != nil {
			return nil, err
		}
		byID := make(map[uuid.UUID]rapport.Creator, len(creators))
		for _, c := range creators {
			byID[c.ID] = c
		}
		list := make([]rapport.Duplicate, len(guesses))
		for i, g := range guesses {
			list[i] = rapport.Duplicate{Creator: byID[g.CreatorID], Why: g.Why}
		}
		return list, nil
	})
}

// MergeCreator makes one creator part of another, in every brand, and tells the partnerships whose creator that changes. It answers
// not_found when there is no such creator, invalid when there is none to become part of, and conflict when the two must stay two. Whom
// a ban holds for now is told by the caller, in the same transaction.
func (s *Store) MergeCreator(ctx context.Context, from, into, by uuid.UUID) (rapport.MergeOutcome, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.MergeOutcome, error) {
		before, err := s.both(ctx, tx, from, into)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		id := newID()
		refused, err := s.q.MergeCreators(ctx, tx, gen.MergeCreatorsParams{ID: id, FromCreator: from, IntoCreator: into, ByUser: by})
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		if err := rapport.MergeRefused(refused); err != nil {
			return rapport.MergeOutcome{}, err
		}
		partnerships, err := s.q.MergePartnerships(ctx, tx, id)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		after, err := s.creator(ctx, tx, into)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		out := rapport.MergeOutcome{}
		for _, p := range partnerships {
			was := before[into]
			if p.Moved {
				was = before[from]
			}
			if err := s.tellMerge(ctx, tx, &out, p, was, after); err != nil {
				return out, err
			}
		}
		if err := s.audit(ctx, tx, by, "creator.merged", into, map[string]any{"from": from, "merge": id}); err != nil {
			return out, err
		}
		out.Merge, err = s.merge(ctx, tx, id)
		return out, err
	})
}

// UndoCreatorMerge takes a merge back within its time, and tells the partnerships. Whom a ban holds for now, or no longer, is told by
// the caller, in the same transaction.
func (s *Store) UndoCreatorMerge(ctx context.Context, id, by uuid.UUID) (rapport.MergeOutcome, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.MergeOutcome, error) {
		m, err := s.merge(ctx, tx, id)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		before, err := s.both(ctx, tx, m.From.ID, m.Into.ID)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		partnerships, err := s.q.MergePartnerships(ctx, tx, id)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		refused, err := s.q.UndoCreatorMerge(ctx, tx, gen.UndoCreatorMergeParams{ID: id, ByUser: by})
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		if err := rapport.MergeRefused(refused); err != nil {
			return rapport.MergeOutcome{}, err
		}
		after, err := s.both(ctx, tx, m.From.ID, m.Into.ID)
		if err != nil {
			return rapport.MergeOutcome{}, err
		}
		out := rapport.MergeOutcome{}
		for _, p := range partnerships {
			is := after[m.Into.ID]
			if p.Moved {
				is = after[m.From.ID]
			}
			if err := s.tellMerge(ctx, tx, &out, p, before[m.Into.ID], is); err != nil {
				return out, err
			}
		}
		if err := s.audit(ctx, tx, by, "creator.merge_undone", m.Into.ID, map[string]any{"from": m.From.ID, "merge": id}); err != nil {
			return out, err
		}
		out.Merge, err = s.merge(ctx, tx, id)
		return out, err
	})
}

// both are two creators under their locks.
func (s *Store) both(ctx context.Context, tx pgx.Tx, from, into uuid.UUID) (map[uuid.UUID]rapport.Creator, error) {
	if err := s.q.LockCreators(ctx, tx, gen.LockCreatorsParams{FromCreator: from, IntoCreator: into}); err != nil {
		return nil, err
	}
	found := map[uuid.UUID]rapport.Creator{}
	for _, id := range []uuid.UUID{from, into} {
		c, err := s.creator(ctx, tx, id)
		if errors.Is(err, pgx.ErrNoRows) && id == into {
			return nil, rapport.Invalid(rapport.Field{Path: "into", Code: "unknown", Detail: "There is no such creator."})
		}
		if err != nil {
			return nil, err
		}
		found[id] = c
	}
	return found, nil
}

// tellMerge tells a partnership what changes by a merge or its end: its creator, dates that the profile has, and whether it may be
// written to. A ban is left to the caller.
func (s *Store) tellMerge(ctx context.Context, tx pgx.Tx, out *rapport.MergeOutcome, p gen.MergePartnershipsRow, was, is rapport.Creator) error {
	signals := []rapport.Signal{{ID: newID(), Kind: rapport.SignalDates}}
	if p.Moved {
		signals = []rapport.Signal{{ID: newID(), Kind: rapport.SignalMerged, Ref: is.ID}, {ID: newID(), Kind: rapport.SignalDates}}
	}
	if is.DoNotContact && !was.DoNotContact {
		signals = append(signals, rapport.Signal{ID: newID(), Kind: rapport.SignalMail, Code: "unsubscribe"})
	}
	for _, sig := range signals {
		if err := s.signal(ctx, tx, "partnership", p.ID, p.BrandID, sig); err != nil {
			return err
		}
	}
	switch {
	case is.Banned && !was.Banned:
		if out.Banned == nil {
			out.Banned = map[uuid.UUID]uuid.UUID{}
		}
		out.Banned[p.ID] = p.BrandID
	case was.Banned && !is.Banned:
		if out.Lifted == nil {
			out.Lifted = map[uuid.UUID]uuid.UUID{}
		}
		out.Lifted[p.ID] = p.BrandID
	}
	return nil
}

// CreatorMerges lists the merges in which a creator took part, newest first.
func (s *Store) CreatorMerges(ctx context.Context, creator uuid.UUID) ([]rapport.CreatorMerge, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.CreatorMerge, error) {
		there, err := s.q.CreatorExists(ctx, tx, creator)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, pgx.ErrNoRows
		}
		return s.merges(ctx, tx, gen.MergesOfParams{CreatorID: &creator, Brands: rapport.BrandsFrom(ctx)})
	})
}

func (s *Store) merge(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.CreatorMerge, error) {
	found, err := s.merges(ctx, tx, gen.MergesOfParams{ID: &id, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return rapport.CreatorMerge{}, err
	}
	if len(found) == 0 {
		return rapport.CreatorMerge{}, pgx.ErrNoRows
	}
	return found[0], nil
}

func (s *Store) merges(ctx context.Context, tx pgx.Tx, params gen.MergesOfParams) ([]rapport.CreatorMerge, error) {
	rows, err := s.q.MergesOf(ctx, tx, params)
	if err != nil {
		return nil, err
	}
	list := make([]rapport.CreatorMerge, len(rows))
	for i, r := range rows {
		list[i] = rapport.CreatorMerge{
			ID: r.ID, From: rapport.CreatorRef{ID: r.FromID, Name: r.FromName}, Into: rapport.CreatorRef{ID: r.IntoID, Name: r.IntoName}, At: r.At, UndoUntil: r.UndoUntil,
		}
		if !r.UndoneAt.Equal(time.Time{}) {
			list[i].UndoneAt = &r.UndoneAt
		}
		if r.ByID != nil {
			list[i].By = &rapport.UserRef{ID: *r.ByID, Name: text(r.ByName)}
		}
		counts := map[string]int{}
		if err := json.Unmarshal(r.Moved, &counts); err != nil {
			return nil, fmt.Errorf("read what merge %s moved: %w", r.ID, err)
		}
		maps.DeleteFunc(counts, func(_ string, n int) bool { return n == 0 })
		list[i].Moved = counts
	}
	return list, nil
}
