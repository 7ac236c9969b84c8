package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// AddExtension keeps what a creator asks for; it is open once the partnership has taken it.
func (s *Store) AddExtension(ctx context.Context, x rapport.Extension) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.InsertExtension(ctx, tx, gen.InsertExtensionParams{
			ID: x.ID, PartnershipID: x.PartnershipID, DeliverableID: x.DeliverableID, Reason: x.Reason, DraftDueAt: x.DraftDueAt, PublishBy: x.PublishBy,
		})
	})
}

// AnswerExtension keeps the words of an answer, which counts once the partnership has taken it.
func (s *Store) AnswerExtension(ctx context.Context, id, extension uuid.UUID, words string, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.AnswerExtension(ctx, tx, gen.AnswerExtensionParams{ID: id, ExtensionID: extension, Words: words, ByID: by})
	})
}

// Extension finds one request of the scope.
func (s *Store) Extension(ctx context.Context, id uuid.UUID) (rapport.Extension, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Extension, error) {
		found, err := s.extensions(ctx, tx, gen.ExtensionsParams{ID: &id, Deliverables: []uuid.UUID{}, Brands: rapport.BrandsFrom(ctx)})
		for _, x := range found {
			return *x, err
		}
		if err == nil {
			err = pgx.ErrNoRows
		}
		return rapport.Extension{}, err
	})
}

// extensionsOf are the newest requests about deliverables of the scope, by deliverable.
func (s *Store) extensionsOf(ctx context.Context, tx pgx.Tx, deliverables []uuid.UUID) (map[uuid.UUID]*rapport.Extension, error) {
	if len(deliverables) == 0 {
		return nil, nil //nolint:nilnil // an empty map answers the same
	}
	return s.extensions(ctx, tx, gen.ExtensionsParams{Deliverables: deliverables, Brands: rapport.BrandsFrom(ctx)})
}

func (s *Store) extensions(ctx context.Context, tx pgx.Tx, params gen.ExtensionsParams) (map[uuid.UUID]*rapport.Extension, error) {
	rows, err := s.q.Extensions(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("extensions: %w", err)
	}
	found := make(map[uuid.UUID]*rapport.Extension, len(rows))
	for _, r := range rows {
		x := &rapport.Extension{
			ID: r.ID, BrandID: r.BrandID, PartnershipID: r.PartnershipID, DeliverableID: r.DeliverableID, Reason: r.Reason, DraftDueAt: r.DraftDueAt, PublishBy: r.PublishBy,
			State: r.State, AnswerBy: r.AnswerBy, GrantedDraftDueAt: r.GrantedDraftDueAt, GrantedPublishBy: r.GrantedPublishBy, Answer: r.Words, CreatedAt: r.CreatedAt, EndedAt: r.EndedAt,
		}
		if r.ByID != nil {
			x.AnsweredBy = &rapport.UserRef{ID: *r.ByID, Name: r.ByName}
		}
		found[r.DeliverableID] = x
	}
	return found, nil
}

// AddShipment keeps the number of a parcel.
func (s *Store) AddShipment(ctx context.Context, x rapport.Shipment) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.InsertShipment(ctx, tx, gen.InsertShipmentParams{
			ID: x.ID, PartnershipID: x.PartnershipID, Carrier: x.Carrier, Reference: x.Reference, EnteredBy: x.EnteredBy, Brands: rapport.BrandsFrom(ctx),
		})
	})
}

// ApplyShipment tells the partnerships of a parcel that it has arrived; false when nobody knows the parcel. One of an earlier term is noted, and
// begins no time of the present one.
func (s *Store) ApplyShipment(ctx context.Context, e rapport.ShipmentEvent, inbox uuid.UUID) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		found, err := s.q.DeliverShipment(ctx, tx, gen.DeliverShipmentParams{Reference: e.Reference, DeliveredAt: &e.At})
		if err != nil {
			return false, fmt.Errorf("shipment: %w", err)
		}
		for _, x := range found {
			if !x.OfThisTerm {
				continue
			}
			sig := rapport.Signal{ID: rapport.DeriveID(inbox, x.ID.String()), Kind: rapport.SignalDelivered, Ref: x.ID, At: e.At}
			if err := s.signal(ctx, tx, "partnership", x.PartnershipID, x.BrandID, sig); err != nil {
				return false, err
			}
		}
		return len(found) > 0, nil
	})
}
