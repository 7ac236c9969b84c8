package api

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ContractStore keeps contracts.
type ContractStore interface {
	ListContracts(ctx context.Context, brandID *uuid.UUID, state, words string, page rapport.Page) ([]rapport.Contract, []string, error)
	Contract(ctx context.Context, id uuid.UUID) (rapport.Contract, error)
	// SignForBrand signs for the brand with the name, address and agent of g.
	SignForBrand(ctx context.Context, contract, user uuid.UUID, g rapport.Signature) error
}

func (s *Server) contractStore() (ContractStore, error) { return storeAs[ContractStore](s) }

func toContract(c rapport.Contract) gen.Contract {
	return gen.Contract{
		Id: c.ID, PartnershipId: c.PartnershipID, BrandId: c.BrandID, BrandName: c.BrandName, Creator: toCreatorOf(c.Creator), CampaignName: c.CampaignName,
		Number: c.Number, Term: c.Term, Version: c.Version, State: gen.ContractState(c.State), Text: c.Text, TextSha256: hex.EncodeToString(c.SHA256),
		Fee: toMoney(c.Fee), Terms: toTerms(c.Terms), Amends: signedRefOf(c.Amends), Amendments: each(c.Amendments, toSignedRef),
		Reason: orNil(c.Reason), Signatures: each(c.Signatures, toSignature), SentAt: c.SentAt, ExpiresAt: c.ExpiresAt,
		ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt, NoticeBy: c.NoticeBy, CreatedAt: c.CreatedAt, CreatorCountry: orNil(c.CreatorCountry),
		Clauses: someOf(each(c.Clauses, toContractClause)),
	}
}

func toContractClause(c rapport.DraftedClause) gen.ContractClause {
	return gen.ContractClause{ClauseId: c.ClauseID, Version: c.Version, Kind: gen.ClauseKind(c.Kind), Title: c.Title}
}

func toSignature(g rapport.Signature) gen.Signature {
	return gen.Signature{Party: gen.SignatureParty(g.Party), Name: g.Name, At: g.At, Address: orNil(g.Address), Agent: orNil(g.Agent), TextSha256: hex.EncodeToString(g.SHA256)}
}

// ListContracts lists contracts, newest first.
func (s *Server) ListContracts(ctx context.Context, r gen.ListContractsRequestObject) (gen.ListContractsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if state := value(r.Params.State); state != "" && !gen.ContractState(state).Valid() {
		return nil, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: "This is not a state of a contract."})
	}
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListContracts(ctx, r.Params.BrandId, value(r.Params.State), value(r.Params.Q), page)
	if err != nil {
		return nil, err
	}
	return gen.ListContracts200JSONResponse{Items: each(list, toContract), NextCursor: cursorOf(next)}, nil
}

// GetContract is one contract with its text, its hash and its signatures.
func (s *Server) GetContract(ctx context.Context, r gen.GetContractRequestObject) (gen.GetContractResponseObject, error) {
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	c, err := store.Contract(ctx, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	return gen.GetContract200JSONResponse(toContract(c)), nil
}

// SendContract signs a contract for the brand and has the partnership send it to the creator.
func (s *Server) SendContract(ctx context.Context, r gen.SendContractRequestObject) (gen.SendContractResponseObject, error) {
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	c, err := store.Contract(ctx, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	me, from := principalFrom(ctx), requestFrom(ctx)
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: c.PartnershipID, BrandID: c.BrandID,
		Cmd: rapport.Command{Kind: rapport.CmdSendContract, Actor: me.UserID, Ref: c.ID},
		Before: func(ctx context.Context) error {
			return store.SignForBrand(ctx, c.ID, me.UserID, rapport.Signature{Name: me.Name, Address: from.Address, Agent: from.Agent})
		},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/contracts/" + c.ID.String())
		return gen.SendContract202JSONResponse{Body: body, Headers: gen.SendContract202ResponseHeaders{Location: location}}, nil
	}
	if c, err = store.Contract(ctx, r.Id); err != nil {
		return nil, called("contract", err)
	}
	return gen.SendContract200JSONResponse(toContract(c)), nil
}
