package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListDeliverables lists deliverables of the scope by the date that comes next.
func (s *Store) ListDeliverables(ctx context.Context, f rapport.DeliverableFilter, page rapport.Page) ([]rapport.DeliverableItem, []string, error) {
	params := gen.ListDeliverablesParams{
		Brands: rapport.BrandsFrom(ctx), ID: f.ID, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID, PartnershipID: f.PartnershipID,
		States: noNil(f.States), Pattern: pattern(f.Words), Late: f.Late, DueFrom: f.DueFrom, DueTo: f.DueTo, Sort: f.Sort, MaxRows: int32(page.Limit + 1),
	}
	if err := afterSorted(page, &params); err != nil {
		return nil, nil, err
	}
	var next []string
	items, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.DeliverableItem, error) {
		rows, err := s.q.ListDeliverables(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			last := rows[len(rows)-1]
			next = append([]string{last.SortWord}, timeKey(last.SortAt, last.ID)...)
		}
		items := make([]rapport.DeliverableItem, len(rows))
		for i, r := range rows {
			items[i] = rapport.DeliverableItem{
				ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, BrandName: r.BrandName, CampaignID: r.CampaignID, CampaignName: r.CampaignName,
				Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.CreatorPlatform}, Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName},
				Title: r.Title, Platform: r.Platform, Kind: r.Kind, State: r.State, DraftDueAt: r.DraftDueAt, PublishBy: r.PublishBy, PublishAt: r.PublishAt, Round: int(r.Round),
				Late: r.Late, PostURL: text(r.PostUrl), SubmissionID: r.CurrentSubmission, ReviewID: r.ReviewID, VerifiedAt: r.VerifiedAt,
				DraftAfter: r.DraftAfter, Extra: r.Extra, ExtraFee: feeOf(r.ExtraFee, r.ExtraCurrency),
			}
			if r.Due.Before(noDue()) {
				items[i].DueAt = &r.Due
			}
			switch {
			case !r.Late:
			case r.State == "approved_to_post", r.State == "scheduled":
				items[i].LateSince = r.PublishBy
			default:
				items[i].LateSince = r.DraftDueAt
			}
		}
		if err != nil {
			return nil, err
		}
		ids := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		extensions, err := s.extensionsOf(ctx, tx, ids)
		for i, id := range ids {
			items[i].Extension = extensions[id]
		}
		return items, err
	})
	return items, next, err
}

// afterSorted reads the key of a list whose order is asked for.
func afterSorted(page rapport.Page, params *gen.ListDeliverablesParams) error {
	if page.After == nil {
		return nil
	}
	if len(page.After) != 3 {
		return errCursor()
	}
	at, id, err := afterTime(rapport.Page{After: page.After[1:]})
	if err != nil {
		return err
	}
	params.AfterWord, params.AfterAt, params.AfterID = page.After[0], *at, id
	return nil
}

// Deliverable finds one deliverable of the scope.
func (s *Store) Deliverable(ctx context.Context, id uuid.UUID) (rapport.DeliverableItem, error) {
	items, _, err := s.ListDeliverables(ctx, rapport.DeliverableFilter{ID: &id}, rapport.Page{Limit: 1})
	if err == nil && len(items) == 0 {
		err = mapped(pgx.ErrNoRows)
	}
	if err != nil {
		return rapport.DeliverableItem{}, err
	}
	return items[0], nil
}

// feeOf is an amount of two nullable columns.
func feeOf(amount *int64, currency *string) *rapport.Money {
	if amount == nil || currency == nil {
		return nil
	}
	return &rapport.Money{Amount: *amount, Currency: *currency}
}

// keepBlob keeps the content of a file by its hash, each content once.
func (s *Store) keepBlob(ctx context.Context, tx pgx.Tx, f rapport.File) error {
	if err := s.q.InsertBlob(ctx, tx, gen.InsertBlobParams{Sha256: f.SHA256, ContentType: f.Type, Size: int64(len(f.Content)), Content: f.Content}); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	return nil
}

// Submission finds one submission of the scope with what the machine checks found.
func (s *Store) Submission(ctx context.Context, id uuid.UUID) (rapport.Submission, error) {
	list, err := s.submissions(ctx, gen.GetSubmissionsParams{ID: &id})
	if err == nil && len(list) == 0 {
		err = mapped(pgx.ErrNoRows)
	}
	if err != nil {
		return rapport.Submission{}, err
	}
	return list[0], nil
}

// Submissions lists the versions of a deliverable of the scope, newest first.
func (s *Store) Submissions(ctx context.Context, deliverable uuid.UUID) ([]rapport.Submission, error) {
	return s.submissions(ctx, gen.GetSubmissionsParams{DeliverableID: &deliverable})
}

func (s *Store) submissions(ctx context.Context, params gen.GetSubmissionsParams) ([]rapport.Submission, error) {
	params.Brands = rapport.BrandsFrom(ctx)
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Submission, error) {
		rows, err := s.q.GetSubmissions(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		list := make([]rapport.Submission, len(rows))
		for i, r := range rows {
			found := rapport.Submission{
				ID: r.ID, DeliverableID: r.DeliverableID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, Version: int(r.Version), State: r.State,
				Caption: r.Caption, Note: text(r.Note), FileName: text(r.FileName), FileType: text(r.ContentType), FileSHA256: r.FileSha256,
				Spoken: r.DeclaredSpoken, Written: r.DeclaredWritten, ReviewID: r.ReviewID, CreatedAt: r.CreatedAt,
			}
			if r.Size != nil {
				found.FileSize = *r.Size
			}
			if err := json.Unmarshal(r.Checks, &found.Checks); err != nil {
				return nil, fmt.Errorf("read the checks of submission %s: %w", r.ID, err)
			}
			if len(r.Media) > 0 {
				if err := json.Unmarshal(r.Media, &found.Media); err != nil {
					return nil, fmt.Errorf("read the media of submission %s: %w", r.ID, err)
				}
			}
			list[i] = found
		}
		return list, nil
	})
}

// SubmissionFile is the file of a submission of the scope; not_found when it has none.
func (s *Store) SubmissionFile(ctx context.Context, id uuid.UUID) (rapport.File, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.File, error) {
		r, err := s.q.GetSubmissionFile(ctx, tx, gen.GetSubmissionFileParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		return rapport.File{Name: text(r.FileName), Type: r.ContentType, SHA256: r.Sha256, Content: r.Content}, err
	})
}

// AddSubmission keeps the next version of a deliverable of the partnership, once an id; file may be empty.
func (s *Store) AddSubmission(ctx context.Context, n rapport.Submission, file rapport.File) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// The lock makes versions at the same moment come one after the other.
		if _, err := s.q.LockDeliverable(ctx, tx, gen.LockDeliverableParams{ID: n.DeliverableID, PartnershipID: n.PartnershipID}); err != nil {
			return fmt.Errorf("deliverable: %w", err)
		}
		row := gen.InsertSubmissionParams{ID: n.ID, DeliverableID: n.DeliverableID, Caption: n.Caption, Note: orNil(n.Note), Spoken: n.Spoken, Written: n.Written}
		if file.Content != nil {
			row.FileName, row.FileSha256 = orNil(file.Name), file.SHA256
			if err := s.keepBlob(ctx, tx, file); err != nil {
				return err
			}
		}
		if err := s.q.InsertSubmission(ctx, tx, row); err != nil {
			return fmt.Errorf("insert submission: %w", err)
		}
		return nil
	})
}

// RefuseSubmission marks a version that its partnership did not take.
func (s *Store) RefuseSubmission(ctx context.Context, id uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.RefuseSubmission(ctx, tx, id) })
}

// SetPostURL keeps where a deliverable of the partnership was published.
func (s *Store) SetPostURL(ctx context.Context, partnership, deliverable uuid.UUID, url string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.SetPostURL(ctx, tx, gen.SetPostURLParams{ID: deliverable, PartnershipID: partnership, PostUrl: &url})
	})
}
