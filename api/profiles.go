package api

import (
	"context"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ProfileStore keeps what brands know about creators, and joins profiles that are of one person.
type ProfileStore interface {
	CreatorProfile(ctx context.Context, creator, brand uuid.UUID) (rapport.CreatorProfile, error)
	EditCreatorProfile(ctx context.Context, p rapport.CreatorProfile, by uuid.UUID) (rapport.CreatorProfile, error)
	ListCreatorFields(ctx context.Context, brand *uuid.UUID) ([]rapport.CreatorField, error)
	CreateCreatorField(ctx context.Context, f rapport.CreatorField, by uuid.UUID) (rapport.CreatorField, error)
	ArchiveCreatorField(ctx context.Context, id, by uuid.UUID) error
	Duplicates(ctx context.Context, id uuid.UUID) ([]rapport.Duplicate, error)
	CreatorMerges(ctx context.Context, creator uuid.UUID) ([]rapport.CreatorMerge, error)
	MergeCreator(ctx context.Context, from, into, by uuid.UUID) (rapport.MergeOutcome, error)
	UndoCreatorMerge(ctx context.Context, id, by uuid.UUID) (rapport.MergeOutcome, error)
}

func (s *Server) profileStore() (ProfileStore, error) { return storeAs[ProfileStore](s) }

func toProfile(p rapport.CreatorProfile) gen.CreatorProfile {
	return gen.CreatorProfile{
		Preferences: p.Preferences, StyleNotes: p.StyleNotes, Version: p.Version,
		Rates: each(p.Rates, func(r rapport.CreatorRate) gen.CreatorRate {
			return gen.CreatorRate{Platform: r.Platform, Kind: r.Kind, Amount: toMoney(r.Amount), AsOf: toDate(r.AsOf), Note: orNil(r.Note)}
		}),
		Fields: each(p.Fields, func(v rapport.FieldValue) gen.FieldValue { return gen.FieldValue{FieldId: v.FieldID, Value: v.Value} }),
		Followers: each(p.Followers, func(n rapport.FollowerSnapshot) gen.FollowerSnapshot {
			return gen.FollowerSnapshot{AccountId: n.AccountID, AsOf: toDate(n.AsOf), Followers: n.Followers, Source: gen.FollowerSnapshotSource(n.Source)}
		}),
	}
}

func toField(f rapport.CreatorField) gen.CreatorField {
	return gen.CreatorField{Id: f.ID, BrandId: f.BrandID, Name: f.Name, Kind: gen.CreatorFieldKind(f.Kind), Options: noNil(f.Options)}
}

func toMerge(m rapport.CreatorMerge) gen.CreatorMerge {
	out := gen.CreatorMerge{
		Id: m.ID, From: gen.CreatorRef{Id: m.From.ID, Name: m.From.Name}, Into: gen.CreatorRef{Id: m.Into.ID, Name: m.Into.Name},
		At: m.At, UndoUntil: m.UndoUntil, UndoneAt: m.UndoneAt, Moved: m.Moved,
	}
	if m.By != nil {
		by := toUserRef(*m.By)
		out.By = &by
	}
	return out
}

// GetCreatorProfile shows what a brand keeps about a creator.
func (s *Server) GetCreatorProfile(ctx context.Context, r gen.GetCreatorProfileRequestObject) (gen.GetCreatorProfileResponseObject, error) {
	p, err := s.profile(ctx, r.Id, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.GetCreatorProfile200JSONResponse{Body: toProfile(p), Headers: gen.GetCreatorProfile200ResponseHeaders{ETag: etag(p.Version)}}, nil
}

func (s *Server) profile(ctx context.Context, creator, brand uuid.UUID) (rapport.CreatorProfile, error) {
	if !inScope(rapport.BrandsFrom(ctx), brand) {
		return rapport.CreatorProfile{}, notFound("brand")
	}
	store, err := s.profileStore()
	if err != nil {
		return rapport.CreatorProfile{}, err
	}
	p, err := store.CreatorProfile(ctx, creator, brand)
	return p, called("creator", err)
}

// EditCreatorProfile replaces what a brand keeps about a creator.
func (s *Server) EditCreatorProfile(ctx context.Context, r gen.EditCreatorProfileRequestObject) (gen.EditCreatorProfileResponseObject, error) {
	before, err := s.profile(ctx, r.Id, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	version, err := versionOf(r.Params.IfMatch, before.Version)
	if err != nil {
		return nil, err
	}
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	fields, err := store.ListCreatorFields(ctx, &r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	p := rapport.CreatorProfile{
		CreatorID: r.Id, BrandID: r.Params.BrandId, Version: version, Preferences: r.Body.Preferences, StyleNotes: r.Body.StyleNotes,
		Rates: each(r.Body.Rates, func(x gen.CreatorRate) rapport.CreatorRate {
			return rapport.CreatorRate{Platform: x.Platform, Kind: x.Kind, Amount: fromMoney(x.Amount), AsOf: x.AsOf.Time, Note: value(x.Note)}
		}),
		Fields: each(r.Body.Fields, func(v gen.FieldValue) rapport.FieldValue {
			return rapport.FieldValue{FieldID: v.FieldId, Value: v.Value}
		}),
	}.Normal()
	if bad := p.Check(fields); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if p, err = store.EditCreatorProfile(ctx, p, principalFrom(ctx).UserID); err != nil {
		return nil, called("creator", err)
	}
	return gen.EditCreatorProfile200JSONResponse{Body: toProfile(p), Headers: gen.EditCreatorProfile200ResponseHeaders{ETag: etag(p.Version)}}, nil
}

// ListCreatorFields lists the fields that brands show.
func (s *Server) ListCreatorFields(ctx context.Context, r gen.ListCreatorFieldsRequestObject) (gen.ListCreatorFieldsResponseObject, error) {
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	fields, err := store.ListCreatorFields(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListCreatorFields200JSONResponse{Items: each(fields, toField)}, nil
}

// CreateCreatorField adds a field.
func (s *Server) CreateCreatorField(ctx context.Context, r gen.CreateCreatorFieldRequestObject) (gen.CreateCreatorFieldResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	f := rapport.CreatorField{BrandID: r.Body.BrandId, Name: r.Body.Name, Kind: string(r.Body.Kind), Options: value(r.Body.Options)}.Normal()
	if bad := f.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	if f, err = store.CreateCreatorField(ctx, f, principalFrom(ctx).UserID); err != nil {
		return nil, err
	}
	return gen.CreateCreatorField201JSONResponse(toField(f)), nil
}

// ArchiveCreatorField stops showing a field; its values are kept.
func (s *Server) ArchiveCreatorField(ctx context.Context, r gen.ArchiveCreatorFieldRequestObject) (gen.ArchiveCreatorFieldResponseObject, error) {
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	if err := store.ArchiveCreatorField(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("field", err)
	}
	return gen.ArchiveCreatorField204Response{}, nil
}

// ListDuplicates lists creators who may be the same person, and why.
func (s *Server) ListDuplicates(ctx context.Context, r gen.ListDuplicatesRequestObject) (gen.ListDuplicatesResponseObject, error) {
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	found, err := store.Duplicates(ctx, r.Id)
	if err != nil {
		return nil, called("creator", err)
	}
	return gen.ListDuplicates200JSONResponse{Items: each(found, func(d rapport.Duplicate) gen.Duplicate {
		return gen.Duplicate{Creator: toCreator(d.Creator), Why: d.Why}
	})}, nil
}

// ListCreatorMerges lists the merges in which a creator took part, newest first.
func (s *Server) ListCreatorMerges(ctx context.Context, r gen.ListCreatorMergesRequestObject) (gen.ListCreatorMergesResponseObject, error) {
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	merges, err := store.CreatorMerges(ctx, r.Id)
	if err != nil {
		return nil, called("creator", err)
	}
	return gen.ListCreatorMerges200JSONResponse{Items: each(merges, toMerge)}, nil
}

// MergeCreator makes a creator part of another one. Creators are shared, so it moves what every brand has with them.
func (s *Server) MergeCreator(ctx context.Context, r gen.MergeCreatorRequestObject) (gen.MergeCreatorResponseObject, error) {
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	out, err := s.merging(ctx, func(ctx context.Context, by uuid.UUID) (rapport.MergeOutcome, error) {
		return store.MergeCreator(ctx, r.Id, r.Body.Into, by)
	})
	if err != nil {
		return nil, called("creator", err)
	}
	return gen.MergeCreator200JSONResponse(toMerge(out.Merge)), nil
}

// UndoCreatorMerge takes a merge back: exactly what it moved.
func (s *Server) UndoCreatorMerge(ctx context.Context, r gen.UndoCreatorMergeRequestObject) (gen.UndoCreatorMergeResponseObject, error) {
	store, err := s.profileStore()
	if err != nil {
		return nil, err
	}
	if _, err := s.merging(ctx, func(ctx context.Context, by uuid.UUID) (rapport.MergeOutcome, error) {
		return store.UndoCreatorMerge(ctx, r.Id, by)
	}); err != nil {
		return nil, called("merge", err)
	}
	return gen.UndoCreatorMerge204Response{}, nil
}

// merging does a merge or takes one back, and tells the partnerships for which a ban holds now, or no longer, in one transaction.
func (s *Server) merging(ctx context.Context, do func(ctx context.Context, by uuid.UUID) (rapport.MergeOutcome, error)) (rapport.MergeOutcome, error) {
	by := principalFrom(ctx).UserID
	var out rapport.MergeOutcome
	err := s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		var err error
		if out, err = do(ctx, by); err != nil {
			return err
		}
		if err := s.tellBanTo(ctx, out.Banned, true, by); err != nil {
			return err
		}
		return s.tellBanTo(ctx, out.Lifted, false, by)
	})
	return out, err
}
