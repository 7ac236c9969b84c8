package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ShipmentStore keeps the numbers of parcels.
type ShipmentStore interface {
	AddShipment(ctx context.Context, x rapport.Shipment) error
}

func toShipment(x rapport.Shipment) gen.Shipment {
	return gen.Shipment{Id: x.ID, Carrier: orNil(x.Carrier), Reference: x.Reference, DeliveredAt: x.DeliveredAt, CreatedAt: x.CreatedAt}
}

// AddShipment keeps the number of a parcel, by which its carrier tells that it has arrived.
func (s *Server) AddShipment(ctx context.Context, r gen.AddShipmentRequestObject) (gen.AddShipmentResponseObject, error) {
	store, err := storeAs[ShipmentStore](s)
	if err != nil {
		return nil, err
	}
	partnerships, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	if _, err := partnerships.Partnership(ctx, r.Id); err != nil {
		return nil, called("partnership", err)
	}
	x := rapport.Shipment{
		ID: uuid.Must(uuid.NewV7()), PartnershipID: r.Id, Reference: strings.TrimSpace(r.Body.Reference), Carrier: strings.TrimSpace(value(r.Body.Carrier)),
		EnteredBy: principalFrom(ctx).UserID, CreatedAt: s.now(),
	}
	if x.Reference == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "reference", Code: "required", Detail: "Enter the number that stands on the parcel."})
	}
	if err := store.AddShipment(ctx, x); err != nil {
		return nil, err
	}
	return gen.AddShipment201JSONResponse(toShipment(x)), nil
}

// NoteDelivery says when the product had arrived.
func (s *Server) NoteDelivery(ctx context.Context, r gen.NoteDeliveryRequestObject) (gen.NoteDeliveryResponseObject, error) {
	partnerships, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	p, err := partnerships.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	if r.Body.DeliveredAt.After(s.now()) {
		return nil, rapport.Invalid(rapport.Field{Path: "delivered_at", Code: "in_future", Detail: "Say when the product had arrived. It cannot be later than now."})
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: p.ID, BrandID: p.BrandID, Cmd: rapport.Command{Kind: rapport.CmdNoteDelivery, Actor: principalFrom(ctx).UserID, Until: r.Body.DeliveredAt.UTC()},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + p.ID.String())
		return gen.NoteDelivery202JSONResponse{Body: body, Headers: gen.NoteDelivery202ResponseHeaders{Location: location}}, nil
	}
	after, err := s.partnership(ctx, p.ID)
	return gen.NoteDelivery200JSONResponse(after), err
}
