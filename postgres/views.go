package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// maxViews is how many saved views a person may have.
const maxViews = 200

// Views lists a person's saved views and those that others share with a brand of the scope.
func (s *Store) Views(ctx context.Context, user uuid.UUID) ([]rapport.SavedView, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.SavedView, error) {
		rows, err := s.q.ListViews(ctx, tx, gen.ListViewsParams{UserID: user, Brands: rapport.BrandsFrom(ctx)})
		views := make([]rapport.SavedView, len(rows))
		for i, r := range rows {
			views[i] = rapport.SavedView{
				ID: r.ID, Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName}, BrandID: r.BrandID, BrandName: r.BrandName, Page: r.Page, Name: r.Name, Search: r.Search,
			}
		}
		return views, err
	})
}

// SaveView keeps a view. It answers conflict for a name that the person has on that page already, and invalid when there are too many.
func (s *Store) SaveView(ctx context.Context, v rapport.SavedView) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.CountViews(ctx, tx, v.Owner.ID)
		if err != nil {
			return fmt.Errorf("count views: %w", err)
		}
		if n >= maxViews {
			return rapport.Invalid(rapport.Field{Path: "name", Code: "count", Detail: fmt.Sprintf("You have %d views. Delete one first.", n)})
		}
		return s.q.InsertView(ctx, tx, gen.InsertViewParams{ID: v.ID, OwnerID: v.Owner.ID, BrandID: v.BrandID, Page: v.Page, Name: v.Name, Search: v.Search})
	})
}

// RenameView gives a view of the person another name; not_found when it is not theirs, conflict for a name that they have on that page already.
func (s *Store) RenameView(ctx context.Context, id, user uuid.UUID, name string) (rapport.SavedView, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.SavedView, error) {
		r, err := s.q.RenameView(ctx, tx, gen.RenameViewParams{ID: id, UserID: user, Name: name})
		return rapport.SavedView{
			ID: r.ID, Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName}, BrandID: r.BrandID, BrandName: r.BrandName, Page: r.Page, Name: r.Name, Search: r.Search,
		}, err
	})
}

// DeleteView forgets a view of the person; a shared one also when may says so of its brand.
func (s *Store) DeleteView(ctx context.Context, id, user uuid.UUID, may func(brand uuid.UUID) bool) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		v, err := s.q.ViewToDelete(ctx, tx, gen.ViewToDeleteParams{ID: id, UserID: user, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return err
		}
		if v.OwnerID != user && (v.BrandID == nil || !may(*v.BrandID)) {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_yours", Message: "This view is somebody else's. Its owner, or an admin of the brand, can delete it."}
		}
		return s.q.DeleteView(ctx, tx, id)
	})
}
