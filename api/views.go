package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ViewStore keeps the filters of lists under names.
type ViewStore interface {
	Views(ctx context.Context, user uuid.UUID) ([]rapport.SavedView, error)
	SaveView(ctx context.Context, v rapport.SavedView) error
	RenameView(ctx context.Context, id, user uuid.UUID, name string) (rapport.SavedView, error)
	DeleteView(ctx context.Context, id, user uuid.UUID, may func(brand uuid.UUID) bool) error
}

// ListViews lists the caller's views and those that are shared with the caller's brands.
func (s *Server) ListViews(ctx context.Context, _ gen.ListViewsRequestObject) (gen.ListViewsResponseObject, error) {
	store, err := storeAs[ViewStore](s)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx).UserID
	views, err := store.Views(ctx, me)
	if err != nil {
		return nil, err
	}
	list := gen.ListViews200JSONResponse{Items: make([]gen.SavedView, len(views))}
	for i, v := range views {
		if list.Items[i], err = storedView(v, me); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// storedView is a view with the filters that were kept of it.
func storedView(v rapport.SavedView, me uuid.UUID) (gen.SavedView, error) {
	search := map[string]any{}
	if err := json.Unmarshal(v.Search, &search); err != nil {
		return gen.SavedView{}, fmt.Errorf("read the filters of view %s: %w", v.ID, err)
	}
	return toView(v, search, me), nil
}

func toView(v rapport.SavedView, search map[string]any, me uuid.UUID) gen.SavedView {
	return gen.SavedView{Id: v.ID, Page: v.Page, Name: v.Name, Search: search, Mine: v.Owner.ID == me, Owner: toUserRef(v.Owner), BrandId: v.BrandID, BrandName: orNil(v.BrandName)}
}

// CreateView keeps the filters of a list under a name. Who shares one with a brand works there.
func (s *Server) CreateView(ctx context.Context, r gen.CreateViewRequestObject) (gen.CreateViewResponseObject, error) {
	store, err := storeAs[ViewStore](s)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	deed, _ := deedID(ctx)
	v := rapport.SavedView{ID: rapport.DeriveID(deed, "view"), Owner: rapport.UserRef{ID: me.UserID, Name: me.Name}, BrandID: r.Body.BrandId, Page: r.Body.Page, Name: strings.TrimSpace(r.Body.Name)}
	if v.Search, err = json.Marshal(r.Body.Search); err != nil {
		return nil, fmt.Errorf("write the filters: %w", err)
	}
	if bad := v.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if v.BrandID != nil {
		brand, err := s.cfg.Store.Brand(ctx, *v.BrandID)
		if err != nil {
			return nil, called("brand", err)
		}
		if !me.Has(*v.BrandID, workers().roles...) {
			return nil, rapport.Invalid(rapport.Field{Path: "brand_id", Code: "no_right", Detail: "Only people who work for " + brand.Name + " share a view with it."})
		}
		v.BrandName = brand.Name
	}
	if err := store.SaveView(ctx, v); err != nil {
		return nil, err
	}
	return gen.CreateView201JSONResponse(toView(v, r.Body.Search, me.UserID)), nil
}

// RenameView gives a view of the caller another name.
func (s *Server) RenameView(ctx context.Context, r gen.RenameViewRequestObject) (gen.RenameViewResponseObject, error) {
	store, err := storeAs[ViewStore](s)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(r.Body.Name)
	if bad := rapport.CheckViewName(name); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	me := principalFrom(ctx).UserID
	v, err := store.RenameView(ctx, r.Id, me, name)
	if err != nil {
		return nil, called("view", err)
	}
	shown, err := storedView(v, me)
	return gen.RenameView200JSONResponse(shown), err
}

// DeleteView forgets a view.
func (s *Server) DeleteView(ctx context.Context, r gen.DeleteViewRequestObject) (gen.DeleteViewResponseObject, error) {
	store, err := storeAs[ViewStore](s)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	err = store.DeleteView(ctx, r.Id, me.UserID, func(brand uuid.UUID) bool { return me.Has(brand, rapport.RoleAdmin) })
	if err != nil {
		return nil, called("view", err)
	}
	return gen.DeleteView204Response{}, nil
}
