package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// GetPortalContract shows the contract as it will be signed.
func (s *Server) GetPortalContract(ctx context.Context, r gen.GetPortalContractRequestObject) (gen.GetPortalContractResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	c, err := store.PortalContract(ctx, who.PartnershipID, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	shown := toContract(c)
	shown.Creator = showCreator(c.Creator)
	if c.Elsewhere != nil && c.Elsewhere.State == rapport.SigningOpen {
		shown.Elsewhere.Url = orNil(c.Elsewhere.URL)
	}
	for i, g := range c.Signatures { // where and with what the brand signed is not the creator's business
		shown.Signatures[i] = gen.Signature{Party: gen.SignatureParty(g.Party), Name: g.Name, At: g.At, TextSha256: hex.EncodeToString(g.SHA256)}
	}
	if c.Changes != nil && c.State == "out_for_signature" {
		term, err := store.AmendedTerm(ctx, who.PartnershipID)
		if err != nil {
			return nil, err
		}
		changes := each(c.Changes.Lines(term, wordsFor(ctx, page.Locale)), toAmendedLine)
		shown.Changes = &changes
	}
	return gen.GetPortalContract200JSONResponse(shown), nil
}

// RequestPortalCode mails a code that proves that the contact's mailbox is at hand.
func (s *Server) RequestPortalCode(ctx context.Context, _ gen.RequestPortalCodeRequestObject) (gen.RequestPortalCodeResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	code, err := newCode()
	if err != nil {
		return nil, err
	}
	say := wordsFor(ctx, page.Locale)
	mail := rapport.CodeMail{
		MessageID: uuid.Must(uuid.NewV7()), CodeID: uuid.Must(uuid.NewV7()), Hash: s.codeHash(who, code), Life: codeLife,
		Subject: say.Say("Your code for %s", page.BrandName),
		Text: say.Say("Your code is %s. It works for ten minutes, once, on the page that asked for it.\n\n"+
			"%s never asks for it in a mail or a call. If you did not ask for it, nothing happens without it.", code, page.BrandName),
	}
	var wait time.Duration
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		var err error
		if wait, err = store.MailCode(ctx, who, mail); err != nil || wait > 0 {
			return err
		}
		return s.start(ctx, who.BrandID, workflows.MessageID(mail.MessageID), workflows.TypeMessage, mail.MessageID, mail.MessageID)
	})
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many codes were asked for. The newest one may still work; ask for another in %s.", minutes(wait)), wait}
	}
	return gen.RequestPortalCode204Response{}, nil
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return fmt.Sprintf("%0*d", codeDigits, n), nil
}

// codeHash is how a code is kept: keyed, because six digits are guessed at once from a plain hash.
func (s *Server) codeHash(who rapport.PortalSession, code string) []byte {
	mac := hmac.New(sha256.New, s.cfg.Secret)
	_, _ = mac.Write([]byte("portal_code/" + who.PartnershipID.String() + "/" + who.ContactID.String() + "/" + code)) // a hash takes everything
	return mac.Sum(nil)
}

// checkCode holds a code against the one that was mailed.
func (s *Server) checkCode(ctx context.Context, store PortalStore, who rapport.PortalSession, code string) (uuid.UUID, error) {
	bad := func(reason, detail string) error {
		return rapport.Invalid(rapport.Field{Path: "code", Code: reason, Detail: detail})
	}
	code = strings.TrimSpace(code)
	if code == "" {
		return uuid.Nil, bad("required", "Enter the code that we mailed to you.")
	}
	id, verdict, err := store.TryCode(ctx, who, s.codeHash(who, code))
	switch {
	case err != nil:
		return uuid.Nil, err
	case id != uuid.Nil:
		return id, nil
	case verdict == "spent":
		return uuid.Nil, bad("spent", "This code was tried too often. Ask for a new one.")
	case verdict == "none":
		return uuid.Nil, bad("expired", "No code is open. Codes work for ten minutes and once: ask for a new one.")
	}
	return uuid.Nil, bad("wrong", "This is not the code of the newest mail.")
}

// DecideOffer accepts, declines or counters an offer.
func (s *Server) DecideOffer(ctx context.Context, r gen.DecideOfferRequestObject) (gen.DecideOfferResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	offer, err := store.PortalOffer(ctx, who.PartnershipID, r.Id)
	if err != nil {
		return nil, called("offer", err)
	}
	cmd, counter := rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: offer.ID}, rapport.Counter{}
	switch r.Body.Decision {
	case gen.OfferDecisionDecisionDecline:
		cmd.Kind = rapport.CmdDeclineOffer
	case gen.OfferDecisionDecisionCounter:
		cmd.Kind = rapport.CmdCounterOffer
		if counter, err = counterOf(offer, *r.Body); err != nil {
			return nil, err
		}
		if counter.Fee != nil {
			cmd.Amount = *counter.Fee
		}
	case gen.OfferDecisionDecisionAccept:
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if offer.State != "sent" && !sent {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "offer_decided", State: offer.State, Message: "This offer is no longer open: it was " + offer.State + "."}
	}
	deed, _ := deedID(ctx)
	words := strings.TrimSpace(value(r.Body.Message))
	home, shown, err := s.portalCommand(ctx, store, who, cmd, func(ctx context.Context) error {
		if cmd.Kind == rapport.CmdCounterOffer {
			if err := store.CounterOffer(ctx, who.PartnershipID, offer.ID, counter); err != nil {
				return err
			}
		}
		if words == "" {
			return nil
		}
		return store.AddPortalMessage(ctx, rapport.DeriveID(deed, "message"), who, words)
	})
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.DecideOffer202JSONResponse{Body: body, Headers: gen.DecideOffer202ResponseHeaders{Location: location}}, nil
	}
	return gen.DecideOffer200JSONResponse(home), nil
}

// counterOf is what the creator asks for instead of an offer; what they write is also the rest of it.
func counterOf(offer rapport.Offer, b gen.OfferDecision) (rapport.Counter, error) {
	c := rapport.Counter{Note: strings.TrimSpace(value(b.Message)), Asks: each(value(b.Asks), func(a gen.OfferAsk) rapport.Ask {
		return rapport.Ask{Of: string(a.Of), Deliverable: value(a.Deliverable), Value: a.Value}
	})}
	if b.Counter != nil {
		fee := fromMoney(*b.Counter)
		c.Fee = &fee
	}
	if bad := c.Check(offer); len(bad) > 0 {
		return c, rapport.Invalid(bad...)
	}
	return c, nil
}

// SignContract signs a contract with the mailed code, or declines it.
func (s *Server) SignContract(ctx context.Context, r gen.SignContractRequestObject) (gen.SignContractResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	contract, err := store.PortalContract(ctx, who.PartnershipID, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if contract.State != "out_for_signature" && !sent {
		return nil, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "contract_decided", State: contract.State,
			Message: "This contract no longer waits for a signature: it is " + strings.ReplaceAll(contract.State, "_", " ") + ".",
		}
	}
	if r.Body.Decision == gen.SignatureCreateDecisionSign && contract.Elsewhere != nil && !sent {
		return nil, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "signed_elsewhere", State: contract.Elsewhere.State,
			Message: "This contract is signed at Documenso, by the link that was mailed to " + contract.Elsewhere.Email + ".",
		}
	}
	deed, _ := deedID(ctx)
	words := strings.TrimSpace(value(r.Body.Message))
	cmd, before := rapport.Command{Kind: rapport.CmdDeclineContract, Ref: contract.ID}, (func(ctx context.Context) error)(nil)
	if words != "" {
		before = func(ctx context.Context) error {
			return store.AddPortalMessage(ctx, rapport.DeriveID(deed, "message"), who, words)
		}
	}
	if r.Body.Decision == gen.SignatureCreateDecisionSign {
		cmd.Kind, before = rapport.CmdSignContract, nil
		if !sent && !signedBy(contract, rapport.PartyCreator) {
			if before, err = s.signature(ctx, store, who, contract, r.Body); err != nil {
				return nil, err
			}
		}
	}
	home, shown, err := s.portalCommand(ctx, store, who, cmd, before)
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.SignContract202JSONResponse{Body: body, Headers: gen.SignContract202ResponseHeaders{Location: location}}, nil
	}
	return gen.SignContract200JSONResponse(home), nil
}

func signedBy(c rapport.Contract, party string) bool {
	for _, g := range c.Signatures {
		if g.Party == party {
			return true
		}
	}
	return false
}

// signature checks everything a signature needs, the code last, and answers what writes it.
func (s *Server) signature(ctx context.Context, store PortalStore, who rapport.PortalSession, c rapport.Contract, body *gen.SignContractJSONRequestBody) (func(context.Context) error, error) {
	var bad []rapport.Field
	name := strings.Join(strings.Fields(value(body.Name)), " ")
	if name == "" || utf8.RuneCountInString(name) > 200 {
		bad = append(bad, rapport.Field{Path: "name", Code: "required", Detail: "Write your full name, in at most 200 characters."})
	}
	if given := strings.ToLower(strings.TrimSpace(value(body.TextSha256))); given != hex.EncodeToString(c.SHA256) {
		bad = append(bad, rapport.Field{Path: "text_sha256", Code: "another_text", Detail: "This is not the text that waits for your signature. Read the contract again."})
	}
	bad = append(bad, checkConsent(value(body.Consent), rapport.PartyCreator)...)
	if strings.TrimSpace(value(body.Code)) == "" {
		bad = append(bad, rapport.Field{Path: "code", Code: "required", Detail: "Enter the code that we mailed to you."})
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	code, err := s.checkCode(ctx, store, who, value(body.Code))
	if err != nil {
		return nil, err
	}
	request := requestFrom(ctx)
	return func(ctx context.Context) error {
		return store.SignAsCreator(ctx, rapport.PortalSignature{
			Signature:  rapport.Signature{Party: rapport.PartyCreator, Name: name, SHA256: c.SHA256, Address: request.Address, Agent: request.Agent, Consent: rapport.Consent(rapport.PartyCreator)},
			ContractID: c.ID, ContactID: who.ContactID, CodeID: code,
		})
	}, nil
}
