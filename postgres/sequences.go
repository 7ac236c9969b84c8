package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// BranchFacts is what a branch of a sequence can depend on.
func (s *Store) BranchFacts(ctx context.Context, partnership uuid.UUID) (rapport.BranchFacts, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.BranchFacts, error) {
		p, err := s.q.PartnershipParties(ctx, tx, partnership)
		if err != nil {
			return rapport.BranchFacts{}, fmt.Errorf("parties: %w", err)
		}
		return s.branchFacts(ctx, tx, p.BrandID, p.CreatorID, &partnership)
	})
}

// CreatorFacts is what a branch can depend on before the brand has written to the creator.
func (s *Store) CreatorFacts(ctx context.Context, brand, creator uuid.UUID) (rapport.BranchFacts, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.BranchFacts, error) {
		return s.branchFacts(ctx, tx, brand, creator, nil)
	})
}

func (s *Store) branchFacts(ctx context.Context, tx pgx.Tx, brand, creator uuid.UUID, partnership *uuid.UUID) (rapport.BranchFacts, error) {
	r, err := s.q.BranchFacts(ctx, tx, gen.BranchFactsParams{CreatorID: creator, PartnershipID: partnership})
	if err != nil {
		return rapport.BranchFacts{}, err
	}
	known := rapport.BranchFacts{
		Reply: r.Reply, Tags: r.Tags, Country: r.Country, Language: r.Language, Platforms: r.Platforms, Fields: map[string]string{},
		OpenedContract: r.OpenedContract, OpenedPage: r.OpenedPage,
	}
	if r.Followers >= 0 {
		known.Followers = &r.Followers
	}
	fields, err := s.q.FieldsOfCreator(ctx, tx, gen.FieldsOfCreatorParams{CreatorID: creator, BrandID: brand})
	for _, f := range fields {
		known.Fields[f.Name] = f.Value
	}
	return known, err
}

// OutsideDates are the dates of the campaign and of the creator's date fields, by their names in rapport.SequenceTrigger: campaign_starts
// is the beginning of its day and campaign_ends the end of its day, both in the brand's zone; a field is the beginning of its day there.
func (s *Store) OutsideDates(ctx context.Context, partnership uuid.UUID) (map[string]time.Time, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[string]time.Time, error) {
		r, err := s.q.CampaignDates(ctx, tx, partnership)
		if err != nil {
			return nil, fmt.Errorf("campaign: %w", err)
		}
		zone := rapport.Calendar{Zone: r.Zone}
		dates := map[string]time.Time{"campaign_starts": zone.BeginOfDate(r.StartsOn), "campaign_ends": zone.EndOfDate(r.EndsOn)}
		fields, err := s.q.FieldsOfCreator(ctx, tx, gen.FieldsOfCreatorParams{CreatorID: r.CreatorID, BrandID: r.BrandID})
		for _, f := range fields {
			if day, err := time.Parse(time.DateOnly, f.Value); err == nil && f.Kind == "date" {
				dates["field:"+f.Name] = zone.BeginOfDate(day)
			}
		}
		return dates, err
	})
}

// SequenceVersion is one version of a sequence that the brand may use, by the number 0 the newest; and the number of the newest.
func (s *Store) SequenceVersion(ctx context.Context, brand, id uuid.UUID, version int) (rapport.SequenceVersion, int, error) {
	newest := 0
	v, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.SequenceVersion, error) {
		r, err := s.q.SequenceVersion(ctx, tx, gen.SequenceVersionParams{ID: id, BrandID: &brand, Version: int32(version)})
		if err != nil {
			return rapport.SequenceVersion{}, err
		}
		newest = int(r.Newest)
		v := rapport.SequenceVersion{Name: r.Name, Sequence: rapport.Sequence{ID: r.ID, Version: int(r.Version), CoolOffDays: int(r.CoolOffDays)}}
		return v, readSequence(&v.Sequence, r.TriggerOn, r.Steps)
	})
	return v, newest, err
}

// PartnershipState is the state that the workflow of a partnership of the scope wrote down last; not_found before its first word.
func (s *Store) PartnershipState(ctx context.Context, id uuid.UUID) (*rapport.Partnership, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (*rapport.Partnership, error) {
		state, err := s.q.PartnershipState(ctx, tx, gen.PartnershipStateParams{WorkflowID: "partnership/" + id.String(), Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return nil, err
		}
		p := &rapport.Partnership{}
		if err := json.Unmarshal(state, p); err != nil {
			return nil, fmt.Errorf("read the state of %s: %w", id, err)
		}
		return p, nil
	})
}

// EditDraft changes a mail that waits for a person to look at it; not_found when none does, stale when it is of another version than the one
// named.
func (s *Store) EditDraft(ctx context.Context, id uuid.UUID, version *int, subject, text string, by uuid.UUID) (rapport.Message, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Message, error) {
		edits, err := s.q.EditDraft(ctx, tx, gen.EditDraftParams{ID: id, Brands: rapport.BrandsFrom(ctx), Viewer: rapport.ViewerFrom(ctx), Subject: &subject, BodyText: &text, LookedBy: &by})
		if err != nil {
			return rapport.Message{}, err
		}
		if version != nil && *version != int(edits) { // what it was before this edit, which is undone
			return rapport.Message{}, stale(pgx.ErrNoRows)
		}
		found, err := s.messages(ctx, tx, gen.ListMessagesParams{Brands: rapport.BrandsFrom(ctx), ID: &id, MaxRows: 1})
		if err != nil || len(found) == 0 {
			return rapport.Message{}, orMissing(err)
		}
		return found[0], nil
	})
}

// SettleUnknown says what became of a mail of which nobody knew, and closes the task about it; not_found when it is known. With again it
// answers a copy that is to be sent once more; the copy asks what stops or delays it like the first one did.
func (s *Store) SettleUnknown(ctx context.Context, id uuid.UUID, arrived, again bool, by uuid.UUID) (copied *rapport.Message, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		state := "rejected"
		if arrived {
			state = "delivered"
		}
		if _, err := s.q.SettleUnknown(ctx, tx, gen.SettleUnknownParams{ID: id, Brands: rapport.BrandsFrom(ctx), State: state}); err != nil {
			return err
		}
		if err := s.q.CloseUnknownMail(ctx, tx, id); err != nil {
			return fmt.Errorf("close the task: %w", err)
		}
		if again && !arrived {
			r, err := s.q.CopyMail(ctx, tx, gen.CopyMailParams{NewID: newID(), ID: id, By: &by})
			if errors.Is(err, pgx.ErrNoRows) {
				return &rapport.Error{
					Code: rapport.CodeConflict, Reason: "not_again", Message: "This mail cannot be sent once more: it was a code, or its address is none of the creator's any more. Nothing was changed.",
				}
			}
			if err != nil {
				return fmt.Errorf("copy: %w", err)
			}
			copied = &rapport.Message{ID: r.ID, BrandID: *r.BrandID}
		}
		return s.audit(ctx, tx, by, "mail.settled."+state, id, map[string]any{"again": again})
	})
	return copied, err
}

func orMissing(err error) error {
	if err != nil {
		return err
	}
	return pgx.ErrNoRows
}
