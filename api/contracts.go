package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ContractStore keeps contracts.
type ContractStore interface {
	ListContracts(ctx context.Context, f rapport.ContractFilter, page rapport.Page) ([]rapport.Contract, []string, error)
	Contract(ctx context.Context, id uuid.UUID) (rapport.Contract, error)
	// SignForBrand signs for the brand with the name, address and agent of g, if the text is still the one with the hash of g.
	SignForBrand(ctx context.Context, contract, user uuid.UUID, g rapport.Signature) error
	// ContractPaper is the file of a signed contract, or the one that a provider of signatures sealed, without content while there is none.
	ContractPaper(ctx context.Context, id uuid.UUID, sealed bool) (rapport.ContractPaper, error)
}

func (s *Server) contractStore() (ContractStore, error) { return storeAs[ContractStore](s) }

func toContract(c rapport.Contract) gen.Contract {
	return gen.Contract{
		Id: c.ID, PartnershipId: c.PartnershipID, BrandId: c.BrandID, BrandName: c.BrandName, Creator: toCreatorOf(c.Creator), CampaignName: c.CampaignName,
		Number: c.Number, Term: c.Term, Version: c.Version, Draft: c.Draft, DraftInfo: toDraftInfo(c.DraftInfo), Approval: toApproval(c.Approval),
		State: gen.ContractState(c.State), Locale: orNil(rapport.LegalLocale), Text: c.Text, TextSha256: hex.EncodeToString(c.SHA256),
		Fee: toMoney(c.Fee), Terms: toTerms(c.Terms), Amends: signedRefOf(c.Amends), Amendments: each(c.Amendments, toSignedRef),
		Reason: orNil(c.Reason), Extended: someOf(each(c.Extended, toExtendedDate)), Signatures: each(c.Signatures, toSignature), SentAt: c.SentAt, ExpiresAt: c.ExpiresAt,
		ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt, NoticeBy: c.NoticeBy, CreatedAt: c.CreatedAt, CreatorCountry: orNil(c.CreatorCountry),
		Consent: orNil(c.AsksConsent()), PaperSha256: orNil(hex.EncodeToString(c.PaperSHA256)),
		Clauses: someOf(each(c.Clauses, toContractClause)), Elsewhere: toElsewhere(c.Elsewhere),
	}
}

func toExtendedDate(e rapport.ExtendedDate) gen.ExtendedDate {
	return gen.ExtendedDate{Kind: gen.KeyDateKind(e.Kind), Posts: e.Posts, At: e.At.UTC(), Until: e.Until.UTC()}
}

// toElsewhere leaves out the link, which is the creator's alone: whoever has it can sign.
func toElsewhere(e *rapport.SignedElsewhere) *gen.SignedElsewhere {
	if e == nil {
		return nil
	}
	return &gen.SignedElsewhere{
		Provider: gen.SignedElsewhereProvider(e.Provider), State: gen.SignedElsewhereState(e.State), Email: e.Email, Reason: orNil(e.Reason),
		SealedSha256: orNil(hex.EncodeToString(e.SealedSHA256)),
	}
}

func toContractClause(c rapport.DraftedClause) gen.ContractClause {
	return gen.ContractClause{ClauseId: c.ClauseID, Version: c.Version, Kind: gen.ClauseKind(c.Kind), Title: c.Title, Fallback: c.Fallback, Added: c.Added}
}

func toSignature(g rapport.Signature) gen.Signature {
	return gen.Signature{
		Party: gen.SignatureParty(g.Party), Name: g.Name, At: g.At, Address: orNil(g.Address), Agent: orNil(g.Agent), TextSha256: hex.EncodeToString(g.SHA256),
		Consent: orNil(g.Consent), Identity: orNil(gen.SignatureIdentity(g.Identity)), IdentityAddress: orNil(g.IdentityAddress), IdentityAt: g.IdentityAt,
	}
}

// ListContracts lists contracts, newest first.
func (s *Server) ListContracts(ctx context.Context, r gen.ListContractsRequestObject) (gen.ListContractsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := contractFilter(r.Params)
	if err != nil {
		return nil, err
	}
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListContracts(ctx, f, page)
	if err != nil {
		return nil, err
	}
	return gen.ListContracts200JSONResponse{Items: each(list, toContract), NextCursor: cursorOf(next)}, nil
}

// contractFilter reads what a list of contracts, and the same as a table, are narrowed by.
func contractFilter(p gen.ListContractsParams) (rapport.ContractFilter, error) {
	if state := value(p.State); state != "" && !gen.ContractState(state).Valid() {
		return rapport.ContractFilter{}, rapport.Invalid(rapport.Field{Path: "state", Code: "unknown_value", Detail: "This is not a state of a contract."})
	}
	return rapport.ContractFilter{
		BrandID: p.BrandId, CampaignID: p.CampaignId, CreatorID: p.CreatorId, State: value(p.State), Words: value(p.Q), EndsFrom: p.EndsFrom, EndsTo: p.EndsTo,
	}, nil
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
	shown := toContract(c)
	if shown.Follows, err = s.contractFollows(ctx, c); err != nil {
		return nil, err
	}
	return gen.GetContract200JSONResponse(shown), nil
}

// contractFollows says what follows when both have signed an amendment that is out; nil for any other contract.
func (s *Server) contractFollows(ctx context.Context, c rapport.Contract) (*gen.AmendmentFollows, error) {
	if c.Amends == nil || c.State != "internal_approval" && c.State != "out_for_signature" {
		return nil, nil //nolint:nilnil // nothing follows
	}
	store, err := storeAs[AmendmentStore](s)
	if err != nil {
		return nil, err
	}
	a, err := store.AmendmentAhead(ctx, c.ID, s.now())
	if err != nil || a == nil {
		return nil, err
	}
	return s.amendmentFollows(ctx, c.PartnershipID, *a)
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
	signs := !signedBy(c, rapport.PartyBrand) && c.AsksConsent() == rapport.Consent(rapport.PartyBrand)
	if bad := checkConsent(value(r.Body.Consent), rapport.PartyBrand); signs && len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	seen, err := seenText(c, r.Body.TextSha256)
	if err != nil {
		return nil, err
	}
	identity := rapport.IdentitySession
	if me.TokenID != nil {
		identity = rapport.IdentityToken
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: c.PartnershipID, BrandID: c.BrandID,
		Cmd: rapport.Command{Kind: rapport.CmdSendContract, Actor: me.UserID, Ref: c.ID},
		Before: func(ctx context.Context) error {
			return store.SignForBrand(ctx, c.ID, me.UserID, rapport.Signature{
				Name: me.Name, SHA256: seen, Address: from.Address, Agent: from.Agent, Consent: rapport.Consent(rapport.PartyBrand), Identity: identity, IdentityAddress: me.Email,
			})
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

// checkConsent holds the words that somebody agreed to against those that are asked.
func checkConsent(given, party string) []rapport.Field {
	switch given {
	case rapport.Consent(party):
		return nil
	case "":
		return []rapport.Field{{Path: "consent", Code: "required", Detail: "Send the words that are agreed to: the contract has them as consent."}}
	}
	return []rapport.Field{{Path: "consent", Code: "other_words", Detail: "These are not the words that are asked. Load the contract again."}}
}

// GetContractPaper is the signed file, for the house.
func (s *Server) GetContractPaper(ctx context.Context, r gen.GetContractPaperRequestObject) (gen.GetContractPaperResponseObject, error) {
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	sealed := r.Params.Sealed != nil && *r.Params.Sealed
	found, err := store.ContractPaper(ctx, r.Id, sealed)
	return contractPaper(found, sealed, err)
}

// GetPortalContractPaper is the same file, for the creator who signed it.
func (s *Server) GetPortalContractPaper(ctx context.Context, r gen.GetPortalContractPaperRequestObject) (gen.GetPortalContractPaperResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	sealed := r.Params.Sealed != nil && *r.Params.Sealed
	found, err := store.PortalContractPaper(ctx, who.PartnershipID, r.Id, sealed)
	return contractPaper(found, sealed, err)
}

func contractPaper(found rapport.ContractPaper, sealed bool, err error) (contractFile, error) {
	switch {
	case err != nil:
		return contractFile{}, called("contract", err)
	case len(found.PDF) == 0 && sealed:
		return contractFile{}, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "no_sealed_paper", State: found.State,
			Message: "There is no sealed file. A contract that was signed at Documenso has it a moment after the signature.",
		}
	case len(found.PDF) == 0:
		return contractFile{}, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "no_paper", State: found.State, Message: "There is no signed file yet. It is made when both have signed, and is there a moment later.",
		}
	case sha256.Sum256(found.PDF) != [32]byte(found.SHA256):
		return contractFile{}, fmt.Errorf("the file of contract %s is not the one that was kept", found.Number)
	}
	name := "contract-" + found.Number
	if sealed {
		name += "-documenso"
	}
	return contractFile{name: name + ".pdf", pdf: found.PDF}, nil
}

type contractFile struct {
	name string
	pdf  []byte
}

func (f contractFile) write(w http.ResponseWriter) error {
	keepFile(w, "application/pdf", f.name)
	_, err := w.Write(f.pdf)
	return err //nolint:wrapcheck // a client that went away
}

// VisitGetContractPaperResponse writes the file.
func (f contractFile) VisitGetContractPaperResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitGetPortalContractPaperResponse writes the file.
func (f contractFile) VisitGetPortalContractPaperResponse(w http.ResponseWriter) error {
	return f.write(w)
}
