package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// The portal's limits. A visit is short because a mailed link can be forwarded; a code proves that the mailbox is at hand.
const (
	portalLife    = 2 * time.Hour
	portalWindow  = 15 * time.Minute
	portalAddress = 30 // wrong links an address may try in a window
	codeLife      = 10 * time.Minute
	codeDigits    = 6
	maxDraft      = 25 << 20
	maxCaption    = 20_000 // characters
	maxPostURL    = 2048
)

// PortalStore keeps what creators see and do on their own pages.
type PortalStore interface {
	DeliverableStore

	PortalLink(ctx context.Context, tokenHash []byte) (rapport.PortalLink, error)
	StartPortalSession(ctx context.Context, tokenHash, linkHash []byte, life time.Duration) (time.Time, error)
	MovePortalSession(ctx context.Context, tokenHash []byte, who rapport.PortalSession, to uuid.UUID) error
	PortalPage(ctx context.Context, partnership, contact uuid.UUID) (rapport.PortalPage, error)
	PortalOffer(ctx context.Context, partnership, id uuid.UUID) (rapport.Offer, error)
	PortalContract(ctx context.Context, partnership, id uuid.UUID) (rapport.Contract, error)
	AmendedTerm(ctx context.Context, partnership uuid.UUID) (rapport.RunningTerm, error)
	PortalContractPaper(ctx context.Context, partnership, id uuid.UUID, sealed bool) (rapport.ContractPaper, error)
	ChooseLocale(ctx context.Context, creator uuid.UUID, locale string) error
	PortalContactEmail(ctx context.Context, contact uuid.UUID) (string, error)
	MailCode(ctx context.Context, to rapport.PortalSession, c rapport.CodeMail) (time.Duration, error)
	TryCode(ctx context.Context, who rapport.PortalSession, hash []byte) (uuid.UUID, string, error)
	UseCode(ctx context.Context, id uuid.UUID) error
	SignAsCreator(ctx context.Context, g rapport.PortalSignature) error
	CounterOffer(ctx context.Context, partnership, offer uuid.UUID, c rapport.Counter) error
	AddPortalMessage(ctx context.Context, id uuid.UUID, from rapport.PortalSession, words string) error
	Unsubscribe(ctx context.Context, link rapport.PortalLink) error
	TickCorrection(ctx context.Context, partnership, id uuid.UUID, done bool) error
	OpenCorrections(ctx context.Context, deliverable uuid.UUID) (int, error)
}

// payeeReady is the state of whom money reaches.
const payeeReady = "ready"

// Onboarder mints the link to the payment provider's own pages, where a creator enters bank details that we never see.
type Onboarder interface {
	OnboardingLink(ctx context.Context, account, refreshURL, returnURL string) (link string, expires time.Time, err error)
	// LoginLink leads to where the bank account of an account that is set up is changed.
	LoginLink(ctx context.Context, account string) (link string, err error)
}

// visit is one creator's request with what their page is made of. It answers unauthorized when the creator was banned meanwhile.
func (s *Server) visit(ctx context.Context) (PortalStore, rapport.PortalSession, rapport.PortalPage, error) {
	who := portalFrom(ctx)
	store, err := storeAs[PortalStore](s)
	if err != nil {
		return nil, who, rapport.PortalPage{}, err
	}
	page, err := store.PortalPage(ctx, who.PartnershipID, who.ContactID)
	if err == nil && page.Banned {
		err = deadLink()
	}
	return store, who, page, err
}

func deadLink() error {
	return &rapport.Error{Code: rapport.CodeUnauthorized, Reason: "link_ended", Message: "This link does not work, or works no longer. Use the one in our newest mail."}
}

// OpenPortal exchanges the token of a mailed link for a short session. Every link that does not work gets the same answer.
func (s *Server) OpenPortal(ctx context.Context, r gen.OpenPortalRequestObject) (gen.OpenPortalResponseObject, error) {
	store, err := storeAs[PortalStore](s)
	if err != nil {
		return nil, err
	}
	linkHash := hashOf(r.Body.Token)
	address, link := s.subject("portal", network(requestFrom(ctx).Address)), s.subject("link", hex.EncodeToString(linkHash))
	wait, err := s.cfg.Store.NoteSignIn(ctx, address, portalAddress, portalWindow)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many links were tried from here. Wait %s and try again.", minutes(wait)), wait}
	}
	found, err := store.PortalLink(ctx, linkHash)
	if rapport.ErrorCode(err) == rapport.CodeNotFound || err == nil && !found.Live {
		return nil, deadLink()
	}
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Store.SignedIn(ctx, link, address); err != nil {
		return nil, err
	}
	token := randomToken()
	if _, err := store.StartPortalSession(ctx, hashOf(token), linkHash, portalLife); err != nil {
		return nil, err
	}
	page, err := store.PortalPage(rapport.WithBrands(ctx, found.BrandID), found.PartnershipID, found.ContactID)
	if err != nil {
		return nil, err
	}
	return openedAnswer{home: s.home(ctx, page), cookie: cookie(portalCookie, token, portalLife)}, nil
}

// openedAnswer is a creator's page with the cookie of the visit.
type openedAnswer struct {
	home   gen.PortalHome
	cookie *http.Cookie
}

// VisitOpenPortalResponse writes cookie and page.
func (a openedAnswer) VisitOpenPortalResponse(w http.ResponseWriter) error {
	http.SetCookie(w, a.cookie)
	return gen.OpenPortal200JSONResponse(a.home).VisitOpenPortalResponse(w)
}

// GetPortalHome shows a creator what is expected, by when, who is looking, and every payment.
func (s *Server) GetPortalHome(ctx context.Context, _ gen.GetPortalHomeRequestObject) (gen.GetPortalHomeResponseObject, error) {
	_, _, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	return gen.GetPortalHome200JSONResponse(s.home(ctx, page)), nil
}

// VisitPortalPartnership lets the visit go on at another of the creator's partnerships with the brand.
func (s *Server) VisitPortalPartnership(ctx context.Context, r gen.VisitPortalPartnershipRequestObject) (gen.VisitPortalPartnershipResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	if err := store.MovePortalSession(ctx, requestFrom(ctx).Session, who, r.Id); err != nil {
		return nil, called("partnership", err)
	}
	page, err := store.PortalPage(ctx, r.Id, who.ContactID)
	if err != nil {
		return nil, err
	}
	return gen.VisitPortalPartnership200JSONResponse(s.home(ctx, page)), nil
}

// ChoosePortalLocale keeps which language the creator reads: on the page, and in our mails.
func (s *Server) ChoosePortalLocale(ctx context.Context, r gen.ChoosePortalLocaleRequestObject) (gen.ChoosePortalLocaleResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	page.Locale = string(r.Body.Locale)
	if err := store.ChooseLocale(ctx, who.CreatorID, page.Locale); err != nil {
		return nil, err
	}
	return gen.ChoosePortalLocale200JSONResponse(s.home(ctx, page)), nil
}

// portalCommand gives the creator's partnership a command and answers the fresh page, or false when the verdict is still to come.
func (s *Server) portalCommand(ctx context.Context, store PortalStore, who rapport.PortalSession, cmd rapport.Command, before func(ctx context.Context) error) (gen.PortalHome, bool, error) {
	result, err := s.command(ctx, commandRequest{Workflow: "partnership", ID: who.PartnershipID, BrandID: who.BrandID, Cmd: cmd, Before: before})
	if err != nil || result.Pending {
		return gen.PortalHome{}, false, err
	}
	page, err := store.PortalPage(ctx, who.PartnershipID, who.ContactID)
	return s.home(ctx, page), true, err
}

const portalHomePath = "/v1/portal/home"

// CreateOnboardingLink mints a link to Stripe, where the creator enters bank details, or changes those that are there.
func (s *Server) CreateOnboardingLink(ctx context.Context, r gen.CreateOnboardingLinkRequestObject) (gen.CreateOnboardingLinkResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	if page.PayeeAccount == "" {
		return nil, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "not_invited", State: page.PayeeState,
			Message: "Your account at Stripe is made once the contract is signed by both. We mail you then.",
		}
	}
	if s.cfg.Outside.Onboarder == nil {
		return nil, rapport.Errorf(rapport.CodeUnavailable, "Stripe is not connected now. Nothing was lost; try again later.")
	}
	code, err := s.checkCode(ctx, store, who, r.Body.Code)
	if err != nil {
		return nil, err
	}
	if err := store.UseCode(ctx, code); err != nil {
		return nil, err
	}
	back := s.cfg.PublicURL + "/portal/home"
	var made gen.OnboardingLink
	if page.PayeeState == payeeReady {
		made.Url, err = s.cfg.Outside.Onboarder.LoginLink(ctx, page.PayeeAccount)
	} else {
		var expires time.Time
		made.Url, expires, err = s.cfg.Outside.Onboarder.OnboardingLink(ctx, page.PayeeAccount, back, back)
		made.ExpiresAt = &expires
	}
	if err != nil {
		return nil, &rapport.Error{Code: rapport.CodeUnavailable, Message: "Stripe does not answer now. Nothing was lost; try again in a moment.", Err: err}
	}
	return gen.CreateOnboardingLink200JSONResponse(made), nil
}

// PortalUnsubscribe stops outreach of this brand to the contact.
func (s *Server) PortalUnsubscribe(ctx context.Context, _ gen.PortalUnsubscribeRequestObject) (gen.PortalUnsubscribeResponseObject, error) {
	store, err := storeAs[PortalStore](s)
	if err != nil {
		return nil, err
	}
	who := portalFrom(ctx)
	email, err := store.PortalContactEmail(ctx, who.ContactID)
	if err != nil {
		return nil, err
	}
	if err := store.Unsubscribe(ctx, rapport.PortalLink{PortalSession: who, Email: email}); err != nil {
		return nil, err
	}
	return gen.PortalUnsubscribe204Response{}, nil
}
