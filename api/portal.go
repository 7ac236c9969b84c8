package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
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
	PortalPage(ctx context.Context, partnership uuid.UUID) (rapport.PortalPage, error)
	PortalOffer(ctx context.Context, partnership, id uuid.UUID) (rapport.Offer, error)
	PortalContract(ctx context.Context, partnership, id uuid.UUID) (rapport.Contract, error)
	PortalContactEmail(ctx context.Context, contact uuid.UUID) (string, error)
	MailCode(ctx context.Context, to rapport.PortalSession, c rapport.CodeMail) (time.Duration, error)
	TryCode(ctx context.Context, who rapport.PortalSession, hash []byte) (uuid.UUID, string, error)
	UseCode(ctx context.Context, id uuid.UUID) error
	SignAsCreator(ctx context.Context, g rapport.PortalSignature) error
	CounterOffer(ctx context.Context, partnership, offer uuid.UUID, fee int64) error
	AddPortalMessage(ctx context.Context, id uuid.UUID, from rapport.PortalSession, words string) error
	Unsubscribe(ctx context.Context, link rapport.PortalLink) error
	TickCorrection(ctx context.Context, partnership, id uuid.UUID, done bool) error
	OpenCorrections(ctx context.Context, deliverable uuid.UUID) (int, error)
}

// Onboarder mints the link to the payment provider's own pages, where a creator enters bank details that we never see.
type Onboarder interface {
	OnboardingLink(ctx context.Context, account, refreshURL, returnURL string) (link string, expires time.Time, err error)
}

// visit is one creator's request with what their page is made of. It answers unauthorized when the creator was banned meanwhile.
func (s *Server) visit(ctx context.Context) (PortalStore, rapport.PortalSession, rapport.PortalPage, error) {
	who := portalFrom(ctx)
	store, err := storeAs[PortalStore](s)
	if err != nil {
		return nil, who, rapport.PortalPage{}, err
	}
	page, err := store.PortalPage(ctx, who.PartnershipID)
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
	page, err := store.PortalPage(rapport.WithBrands(ctx, found.BrandID), found.PartnershipID)
	if err != nil {
		return nil, err
	}
	return openedAnswer{home: s.home(page), cookie: cookie(portalCookie, token, portalLife)}, nil
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
	return gen.GetPortalHome200JSONResponse(s.home(page)), nil
}

// GetPortalContract shows the contract as it will be signed.
func (s *Server) GetPortalContract(ctx context.Context, r gen.GetPortalContractRequestObject) (gen.GetPortalContractResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	c, err := store.PortalContract(ctx, who.PartnershipID, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	shown := gen.GetPortalContract200JSONResponse{
		Id: c.ID, PartnershipId: c.PartnershipID, BrandId: c.BrandID, BrandName: c.BrandName, Creator: showCreator(c.Creator), CampaignName: c.CampaignName,
		Number: c.Number, Term: c.Term, Version: c.Version, State: gen.ContractState(c.State), Text: c.Text, TextSha256: hex.EncodeToString(c.SHA256),
		Fee: toMoney(c.Fee), Terms: toTerms(c.Terms), Signatures: make([]gen.Signature, len(c.Signatures)), SentAt: c.SentAt, ExpiresAt: c.ExpiresAt,
		ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt, NoticeBy: c.NoticeBy, CreatedAt: c.CreatedAt,
	}
	for i, g := range c.Signatures { // where and with what the brand signed is not the creator's business
		shown.Signatures[i] = gen.Signature{Party: gen.SignatureParty(g.Party), Name: g.Name, At: g.At, TextSha256: hex.EncodeToString(g.SHA256)}
	}
	return shown, nil
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
	mail := rapport.CodeMail{
		MessageID: uuid.Must(uuid.NewV7()), CodeID: uuid.Must(uuid.NewV7()), Hash: s.codeHash(who, code), Life: codeLife,
		Subject: "Your code for " + page.BrandName,
		Text: fmt.Sprintf("Your code is %s. It works for ten minutes, once, on the page that asked for it.\n\n"+
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

// portalCommand gives the creator's partnership a command and answers the fresh page, or false when the verdict is still to come.
func (s *Server) portalCommand(ctx context.Context, store PortalStore, who rapport.PortalSession, cmd rapport.Command, before func(ctx context.Context) error) (gen.PortalHome, bool, error) {
	result, err := s.command(ctx, commandRequest{Workflow: "partnership", ID: who.PartnershipID, BrandID: who.BrandID, Cmd: cmd, Before: before})
	if err != nil || result.Pending {
		return gen.PortalHome{}, false, err
	}
	page, err := store.PortalPage(ctx, who.PartnershipID)
	return s.home(page), true, err
}

const portalHomePath = "/v1/portal/home"

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
	cmd := rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: offer.ID}
	switch r.Body.Decision {
	case gen.OfferDecisionDecisionDecline:
		cmd.Kind = rapport.CmdDeclineOffer
	case gen.OfferDecisionDecisionCounter:
		cmd.Kind = rapport.CmdCounterOffer
		if cmd.Amount, err = checkCounter(offer, r.Body.Counter); err != nil {
			return nil, err
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
			if err := store.CounterOffer(ctx, who.PartnershipID, offer.ID, cmd.Amount.Amount); err != nil {
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

func checkCounter(offer rapport.Offer, counter *gen.Money) (rapport.Money, error) {
	if counter == nil {
		return rapport.Money{}, rapport.Invalid(rapport.Field{Path: "counter", Code: "required", Detail: "Say which fee you ask for."})
	}
	m := fromMoney(*counter)
	bad := rapport.CheckMoney("counter", m)
	if m.Currency != offer.Fee.Currency {
		bad = append(bad, rapport.Field{Path: "counter.currency", Code: "other_currency", Detail: "The offer is in " + strings.ToUpper(offer.Fee.Currency) + "; ask in the same currency."})
	}
	if len(bad) > 0 {
		return m, rapport.Invalid(bad...)
	}
	return m, nil
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
	cmd, before := rapport.Command{Kind: rapport.CmdDeclineContract, Ref: contract.ID}, (func(ctx context.Context) error)(nil)
	if r.Body.Decision == gen.SignatureCreateDecisionSign {
		cmd.Kind = rapport.CmdSignContract
		if !sent && !signedBy(contract, "creator") {
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
			Signature:  rapport.Signature{Party: "creator", Name: name, SHA256: c.SHA256, Address: request.Address, Agent: request.Agent},
			ContractID: c.ID, ContactID: who.ContactID, CodeID: code,
		})
	}, nil
}

// SubmitDraft takes the next version of a deliverable: a caption, a note and a file.
func (s *Server) SubmitDraft(ctx context.Context, r gen.SubmitDraftRequestObject) (gen.SubmitDraftResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	draft, file, err := readDraft(r.Body)
	if err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if !canSubmit(page, deliverable) && !sent {
		return nil, stateRefusal(deliverable, "takes no draft now")
	}
	deed, _ := deedID(ctx)
	draft.ID, draft.DeliverableID, draft.PartnershipID, draft.BrandID = rapport.DeriveID(deed, "submission"), deliverable.ID, who.PartnershipID, who.BrandID
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdSubmit, Ref: draft.DeliverableID, Ref2: draft.ID},
		func(ctx context.Context) error { return store.AddSubmission(ctx, draft, file) })
	if rapport.ErrorCode(err) == rapport.CodeConflict {
		if refused := store.RefuseSubmission(context.WithoutCancel(ctx), draft.ID); refused != nil {
			return nil, errors.Join(err, refused)
		}
	}
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.SubmitDraft202JSONResponse{Body: body, Headers: gen.SubmitDraft202ResponseHeaders{Location: location}}, nil
	}
	return gen.SubmitDraft200JSONResponse(home), nil
}

func deliverableOf(page rapport.PortalPage, id uuid.UUID) (rapport.PortalDeliverable, error) {
	for _, d := range page.Deliverables {
		if d.ID == id {
			return d, nil
		}
	}
	return rapport.PortalDeliverable{}, notFound("deliverable")
}

func stateRefusal(d rapport.PortalDeliverable, words string) error {
	return &rapport.Error{
		Code: rapport.CodeConflict, Reason: "deliverable_state", State: d.State,
		Message: fmt.Sprintf("“%s” %s: it is %s.", d.Title, words, strings.ReplaceAll(d.State, "_", " ")),
	}
}

// readDraft reads the form of a draft, part by part.
func readDraft(form *multipart.Reader) (rapport.Submission, rapport.File, error) {
	var draft rapport.Submission
	var file rapport.File
	var bad []rapport.Field
	seen := map[string]bool{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return draft, file, formError(err)
		}
		name := part.FormName()
		if seen[name] {
			bad = append(bad, rapport.Field{Path: name, Code: "twice", Detail: "This field came twice."})
			continue
		}
		seen[name] = true
		switch name {
		case "caption":
			draft.Caption, err = readWords(part)
		case "note":
			draft.Note, err = readWords(part)
		case "spoken":
			draft.Spoken, err = readYes(part, "spoken", &bad)
		case "written":
			draft.Written, err = readYes(part, "written", &bad)
		case "file":
			file, err = readFile(part)
		default:
			bad = append(bad, rapport.Field{Path: cut(name, 50), Code: "unknown_field", Detail: "There is no such field here."})
		}
		if err != nil {
			return draft, file, formError(err)
		}
	}
	if draft.Caption == "" {
		bad = append(bad, rapport.Field{Path: "caption", Code: "required", Detail: "Write the caption as it will stand under the post."})
	}
	for field, words := range map[string]string{"caption": draft.Caption, "note": draft.Note} {
		switch {
		case utf8.RuneCountInString(words) > maxCaption:
			bad = append(bad, rapport.Field{Path: field, Code: "too_long", Detail: fmt.Sprintf("At most %d characters.", maxCaption)})
		case !utf8.ValidString(words) || strings.ContainsRune(words, 0):
			bad = append(bad, rapport.Field{Path: field, Code: "bad_characters", Detail: "This holds characters that no text has."})
		}
	}
	if len(bad) > 0 {
		return draft, file, rapport.Invalid(rapport.SortFields(bad)...)
	}
	return draft, file, nil
}

// formError keeps our own errors and the limit's, and calls everything else a form that cannot be read.
func formError(err error) error {
	if rapport.ErrorCode(err) != "" {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return &rapport.Error{Code: rapport.CodeMalformed, Message: "The form cannot be read.", Err: err}
}

func readWords(part io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(part, 4*maxCaption+1)) // a character has at most four bytes
	return strings.TrimSpace(string(text)), err
}

func readYes(part io.Reader, field string, bad *[]rapport.Field) (*bool, error) {
	text, err := io.ReadAll(io.LimitReader(part, 10))
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller judges it
	}
	yes, err := strconv.ParseBool(string(text))
	if err != nil {
		*bad = append(*bad, rapport.Field{Path: field, Code: "bad_value", Detail: "This is true or false."})
	}
	return &yes, nil
}

// readFile reads a draft's file. What it is, its bytes say: the name and the browser's word are not believed.
func readFile(part *multipart.Part) (rapport.File, error) {
	content, err := io.ReadAll(io.LimitReader(part, maxDraft+1))
	if err != nil {
		return rapport.File{}, err //nolint:wrapcheck // the caller judges it
	}
	name := fileName(part.FileName())
	if len(content) == 0 && name == "" {
		return rapport.File{}, nil // a form sends an empty part for a file that was not chosen
	}
	about := func(code rapport.Code, message, reason string) error {
		return &rapport.Error{Code: code, Message: message, Fields: []rapport.Field{{Path: "file", Code: reason, Detail: message}}}
	}
	switch {
	case len(content) == 0:
		return rapport.File{}, about(rapport.CodeInvalid, "The file is empty.", "empty")
	case len(content) > maxDraft:
		return rapport.File{}, about(rapport.CodeTooLarge, fmt.Sprintf("The file is larger than %d MB. Nothing was saved.", maxDraft>>20), "too_large")
	}
	media := mediaType(content)
	if !strings.HasPrefix(media, "image/") && !strings.HasPrefix(media, "video/") && media != "application/pdf" {
		return rapport.File{}, about(rapport.CodeUnsupported, "A draft is a picture, a video or a PDF.", "bad_type")
	}
	sum := sha256.Sum256(content)
	return rapport.File{Name: name, Type: media, SHA256: sum[:], Content: content}, nil
}

// mediaType detects what the bytes are. Phones write containers that the standard table does not know.
func mediaType(content []byte) string {
	if media, _, _ := strings.Cut(http.DetectContentType(content), ";"); media != "application/octet-stream" {
		return media
	}
	if len(content) < 12 || !bytes.Equal(content[4:8], []byte("ftyp")) {
		return "application/octet-stream"
	}
	switch string(content[8:12]) {
	case "qt  ":
		return "video/quicktime"
	case "heic", "heix", "mif1", "msf1":
		return "image/heic"
	case "avif", "avis":
		return "image/avif"
	case "isom", "iso2", "iso4", "iso5", "iso6", "avc1", "dash", "M4V ", "3gp4", "3gp5":
		return "video/mp4"
	}
	return "application/octet-stream"
}

// fileName is the last part of a name, without what could break a header or a page.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	return cut(strings.TrimSpace(name), 200)
}

// ReportPost takes the address of a published post.
func (s *Server) ReportPost(ctx context.Context, r gen.ReportPostRequestObject) (gen.ReportPostResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	address := strings.TrimSpace(r.Body.Url)
	if err := s.checkPostURL(address); err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if !mayPost(page, deliverable) && !sent {
		return nil, stateRefusal(deliverable, "takes no address now")
	}
	if open, err := store.OpenCorrections(ctx, deliverable.ID); err != nil {
		return nil, err
	} else if open > 0 && !sent {
		return nil, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "corrections_open", State: deliverable.State, Message: "Make the small corrections first, and tick them off. Then tell us the address.",
		}
	}
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable.ID},
		func(ctx context.Context) error {
			return store.SetPostURL(ctx, who.PartnershipID, deliverable.ID, address)
		})
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.ReportPost202JSONResponse{Body: body, Headers: gen.ReportPost202ResponseHeaders{Location: location}}, nil
	}
	return gen.ReportPost200JSONResponse(home), nil
}

// checkPostURL refuses what is never fetched. Names are resolved and checked again whenever the post is looked at.
func (s *Server) checkPostURL(address string) error {
	bad := func(reason, detail string) error {
		return rapport.Invalid(rapport.Field{Path: "url", Code: reason, Detail: detail})
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxPostURL || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return bad("bad_url", "Paste the whole address of the post. It begins with https://.")
	}
	check := s.cfg.Outside.CheckURL
	if check == nil {
		check = publicURL
	}
	if err := check(address); err != nil {
		return bad("private_address", "This address is not on the public internet. Paste the address that everybody can open.")
	}
	return nil
}

// publicURL takes https on a public name or address.
func publicURL(address string) error {
	refused := errors.New("not a public address")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return refused
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip = ip.Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() {
			return refused
		}
		return nil
	}
	for _, inside := range []string{"localhost", "local", "internal", "localdomain", "home.arpa"} {
		if host == inside || strings.HasSuffix(host, "."+inside) {
			return refused
		}
	}
	if !strings.Contains(host, ".") {
		return refused
	}
	return nil
}

// CreateOnboardingLink mints a link to Stripe, where the creator enters bank details.
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
	link, expires, err := s.cfg.Outside.Onboarder.OnboardingLink(ctx, page.PayeeAccount, back, back)
	if err != nil {
		return nil, &rapport.Error{Code: rapport.CodeUnavailable, Message: "Stripe does not answer now. Nothing was lost; try again in a moment.", Err: err}
	}
	return gen.CreateOnboardingLink200JSONResponse{Url: link, ExpiresAt: expires}, nil
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

// ---- content beyond drafts

// TickCorrection marks a small correction as made, or takes that back.
func (s *Server) TickCorrection(ctx context.Context, r gen.TickCorrectionRequestObject) (gen.TickCorrectionResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	if err := store.TickCorrection(ctx, who.PartnershipID, r.Id, r.Body.Done); err != nil {
		return nil, called("correction", err)
	}
	page, err := store.PortalPage(ctx, who.PartnershipID)
	if err != nil {
		return nil, err
	}
	return gen.TickCorrection200JSONResponse(s.home(page)), nil
}

// DecideRound takes the creator's word on another revision round than the contract includes.
func (s *Server) DecideRound(ctx context.Context, r gen.DecideRoundRequestObject) (gen.DecideRoundResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	kind := rapport.CmdAgreeRound
	if r.Body.Decision == gen.RoundDecisionDecisionDecline {
		kind = rapport.CmdDeclineRound
	}
	deed, _ := deedID(ctx)
	words := strings.TrimSpace(value(r.Body.Message))
	cmd := rapport.Command{Kind: kind, Ref: deliverable.ID}
	if r.Body.Fee != nil {
		cmd.Amount = fromMoney(*r.Body.Fee)
	}
	home, shown, err := s.portalCommand(ctx, store, who, cmd, func(ctx context.Context) error {
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
		return gen.DecideRound202JSONResponse{Body: body, Headers: gen.DecideRound202ResponseHeaders{Location: location}}, nil
	}
	return gen.DecideRound200JSONResponse(home), nil
}

// AddPortalComment keeps the creator's word on the current version, or on a remark that they may read.
func (s *Server) AddPortalComment(ctx context.Context, r gen.AddPortalCommentRequestObject) (gen.AddPortalCommentResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	comments, err := storeAs[CommentStore](s)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	if deliverable.SubmissionID == nil {
		return nil, stateRefusal(deliverable, "has no version yet")
	}
	c := rapport.Comment{ID: uuid.Must(uuid.NewV7()), SubmissionID: *deliverable.SubmissionID, ContactID: &who.ContactID, Text: strings.TrimSpace(r.Body.Text), ReplyTo: r.Body.ReplyTo}
	var bad []rapport.Field
	if c.Text == "" {
		bad = append(bad, rapport.Field{Path: "text", Code: "required", Detail: "Write what you want to say."})
	}
	if err := s.checkReply(ctx, comments, &c, rapport.AudienceCreator, &bad); err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if err := comments.AddComment(ctx, c); err != nil {
		return nil, err
	}
	if page, err = store.PortalPage(ctx, who.PartnershipID); err != nil {
		return nil, err
	}
	return gen.AddPortalComment200JSONResponse(s.home(page)), nil
}

// ---- the page in words

// canSubmit says whether the deliverable takes a draft now; the partnership has the last word.
func canSubmit(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	switch d.State {
	case "planned", "brief_sent", "awaiting_draft", "changes_requested", "in_review", "late":
		return page.Stage == rapport.StageActive
	}
	return false
}

// canReportPost says whether the address of the post is asked for now: once small corrections are made.
func canReportPost(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	return mayPost(page, d) && !hasCorrections(d)
}

func hasCorrections(d rapport.PortalDeliverable) bool {
	return slices.ContainsFunc(d.Corrections, func(c rapport.Correction) bool { return c.DoneAt == nil })
}

// mayPost says whether the content may be published.
func mayPost(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	switch d.State {
	case "approved_to_post", "scheduled", "posted":
		return page.Stage == rapport.StageActive
	}
	return false
}

// home puts everything a creator's page is made of in words.
func (s *Server) home(page rapport.PortalPage) gen.PortalHome {
	home := gen.PortalHome{
		CreatorName: page.CreatorName, BrandName: page.BrandName, CampaignName: page.CampaignName, Brief: page.Brief, PayeeState: page.PayeeState,
		NeedsOnboarding: page.PayeeAccount != "" && page.PayeeState != "ready",
		Deliverables:    make([]gen.PortalDeliverable, len(page.Deliverables)), Payments: make([]gen.PortalPayment, len(page.Payments)),
	}
	next, by := nextStep(page, s.now())
	home.Next, home.NextBy = orNil(next), by
	if o := page.Offer; o != nil {
		home.Offer = &gen.PortalOfferView{Id: o.ID, State: o.State, Fee: toMoney(o.Fee), Message: orNil(o.Message), Terms: toTerms(o.Terms), ExpiresAt: o.ExpiresAt}
	}
	if c := page.Contract; c != nil {
		home.Contract = &gen.ContractRef{Id: c.ID, Number: c.Number, State: c.State, Term: c.Term, SentAt: c.SentAt, ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt}
	}
	for i, d := range page.Deliverables {
		home.Deliverables[i] = gen.PortalDeliverable{
			Id: d.ID, Title: d.Title, Platform: d.Platform, Kind: d.Kind, State: d.State, DraftDueAt: d.DraftDueAt, PublishBy: d.PublishBy, Round: d.Round,
			Reviewing: orNil(lookingWords(d)), Feedback: orNil(feedbackWords(d)), CanSubmit: canSubmit(page, d), CanReportPost: canReportPost(page, d),
			Hashtags: noNil(page.Hashtags), Asks: noNil(d.Asks), PostUrl: orNil(d.PostURL), Waiting: waitingOf(d), Corrections: each(d.Corrections, showCorrection),
			Comments: each(d.Comments, showComment), Spoken: orNot(d.Declares && isVideo(d.Kind)),
		}
		if d.Extra == "asked" || d.Extra == "offered" {
			question := gen.RoundQuestion{Round: d.Round, Included: d.Rounds}
			if d.ExtraFee != nil {
				fee := toMoney(*d.ExtraFee)
				question.Fee = &fee
			}
			home.Deliverables[i].RoundQuestion = &question
		}
	}
	for i, m := range page.Payments {
		state, expected := paymentWords(m)
		home.Payments[i] = gen.PortalPayment{Id: m.ID, Title: m.Title, Amount: toMoney(m.Amount), State: state, ExpectedAt: expected, PaidAt: m.PaidAt}
	}
	return home
}

// nextStep is the next thing that is waited for from the creator, and by when; else what happens meanwhile.
func nextStep(page rapport.PortalPage, now time.Time) (string, *time.Time) {
	if !page.Stage.Live() {
		return "This partnership has ended. Payments that are still owed are listed below.", nil
	}
	if o := page.Offer; o != nil && o.State == "sent" {
		return "Answer the offer.", o.ExpiresAt
	}
	if c := page.Contract; c != nil && c.State == "out_for_signature" {
		return "Read and sign the contract.", c.ExpiresAt
	}
	var first *step
	for _, d := range page.Deliverables {
		if one := stepOf(page, d); one != nil && (first == nil || one.by != nil && (first.by == nil || one.by.Before(*first.by))) {
			first = one
		}
	}
	switch {
	case first != nil:
		return first.words, first.by
	case page.PayeeAccount != "" && page.PayeeState != "ready":
		return "Add your bank account, so that payments reach you.", nil
	}
	for _, d := range page.Deliverables {
		if d.State == "in_review" {
			return "Nothing for you right now: we are looking at “" + d.Title + "”.", nil
		}
	}
	for _, m := range page.Payments {
		if m.PayoutState != "" && m.PaidAt == nil && m.PayoutState != rapport.PayoutCancelled && m.DueAt != nil && m.DueAt.After(now) {
			return "Nothing for you right now. The next payment is on its way.", nil
		}
	}
	return "", nil
}

// step is something that is waited for from a creator.
type step struct {
	words string
	by    *time.Time
}

// stepOf is what is waited for about one piece of content; nil for nothing.
func stepOf(page rapport.PortalPage, d rapport.PortalDeliverable) *step {
	switch {
	case d.Extra == "asked" || d.Extra == "offered":
		return &step{"Say whether you make another round of “" + d.Title + "”.", nil}
	case d.Extra == "declined":
	case d.State == "changes_requested" || d.State == "late" && d.Round > 0:
		return &step{"Send a new version of “" + d.Title + "”. What must change stands below.", d.DraftDueAt}
	case d.State != "in_review" && canSubmit(page, d):
		return &step{"Send your draft of “" + d.Title + "”.", d.DraftDueAt}
	case d.State != "posted" && mayPost(page, d) && hasCorrections(d):
		return &step{"Make the small corrections of “" + d.Title + "” and tick them off.", d.PublishBy}
	case d.State != "posted" && mayPost(page, d):
		return &step{"Publish “" + d.Title + "” and paste its address here.", d.PublishBy}
	}
	return nil
}

// waitingOf says who decides on the draft, since when, and what happens if nobody does and when: of the stage that is due first.
func waitingOf(d rapport.PortalDeliverable) *gen.PortalWaiting {
	if !reviewIsOpen(d.ReviewState) {
		return nil
	}
	var first *rapport.ReviewStage
	var ahead []string
	for i := range d.Stages {
		st := &d.Stages[i]
		switch {
		case st.State == "waiting":
			ahead = append(ahead, st.Name)
		case (st.State == "open" || st.State == "held") && (first == nil || st.DueAt.Before(first.DueAt)):
			first = st
		}
	}
	if first == nil {
		return nil
	}
	w := &gen.PortalWaiting{Stage: first.Name, Who: []string{}, Since: first.OpenedAt, DueAt: timeOrNil(first.DueAt), Silence: creatorSilence(d.OnSilence, first.State), Ahead: someOf(ahead)}
	if first.State == "open" {
		w.SilenceAt = timeOrNil(first.SilenceAt)
	}
	for _, a := range first.Open() {
		if name := d.Names[a.User]; name != "" && !slices.Contains(w.Who, name) {
			w.Who = append(w.Who, name)
		}
	}
	return w
}

// creatorSilence is what silence does, in the creator's words.
func creatorSilence(o rapport.OnSilence, state string) string {
	if state == "held" {
		return "The time is up, and whoever is responsible at the brand was told. It still waits for a decision."
	}
	return map[rapport.OnSilence]string{
		rapport.SilenceHold: "If nobody decides, whoever is responsible at the brand is told; it does not lapse.", rapport.SilenceApprove: "If nobody decides, it counts as approved.",
		rapport.SilenceReject: "If nobody decides, it counts as rejected.",
	}[o]
}

func isVideo(kind string) bool {
	return slices.ContainsFunc([]string{"video", "reel", "short", "story", "stream"}, func(word string) bool { return strings.Contains(strings.ToLower(kind), word) })
}

// lookingWords says who is looking at the draft, by the names of the stages.
func lookingWords(d rapport.PortalDeliverable) string {
	switch d.ReviewState {
	case rapport.ReviewChecking:
		return "The automatic checks"
	case rapport.ReviewOpen, rapport.ReviewHeld:
	default:
		return ""
	}
	var open, ahead []string
	for _, stage := range d.Stages {
		switch stage.State {
		case "open", "held":
			open = append(open, stage.Name)
		case "waiting":
			ahead = append(ahead, stage.Name)
		}
	}
	words := strings.Join(open, " and ")
	if len(ahead) > 0 && words != "" {
		words += ", then " + strings.Join(ahead, ", then ")
	}
	return words
}

// feedbackWords is what must change in the version that was sent back; nothing once a newer one is being looked at.
func feedbackWords(d rapport.PortalDeliverable) string {
	switch d.State {
	case "changes_requested", "late", "rejected":
	default:
		return ""
	}
	if d.ReviewState != rapport.ReviewChangesRequested && d.ReviewState != rapport.ReviewRejected {
		return ""
	}
	return strings.Join(d.Feedback, "\n\n")
}

// paymentWords says where a payment stands and when it is expected, in the creator's words.
func paymentWords(m rapport.PortalPayment) (string, *time.Time) {
	switch m.PayoutState {
	case rapport.PayoutPaid:
		return "Paid", nil
	case rapport.PayoutPartlyReversed:
		return "Paid, partly taken back", nil
	case rapport.PayoutReversed:
		return "Taken back", nil
	case rapport.PayoutCancelled:
		return "Cancelled", nil
	case rapport.PayoutHeld:
		return "On hold. We write when it goes on", nil
	case rapport.PayoutAwaitingPayee:
		return "Waits for your bank account", nil
	case rapport.PayoutSubmitted, rapport.PayoutUnknown:
		return "Being sent to your account", m.DueAt
	case rapport.PayoutScheduled:
		return "Earned, on its way", m.DueAt
	case rapport.PayoutAwaitingApproval, rapport.PayoutApproved, rapport.PayoutAwaitingFunds, rapport.PayoutFailed:
		return "Earned, being released", m.DueAt
	}
	switch m.State {
	case "cancelled":
		return "Cancelled", nil
	case "met", "payable":
		return "Earned, on its way", nil
	case "settled":
		return "Paid", nil
	}
	return map[rapport.Trigger]string{
		rapport.TriggerSignature: "Earned when both have signed", rapport.TriggerApproval: "Earned when your draft is approved",
		rapport.TriggerPosted: "Earned when your post is published", rapport.TriggerVerified: "Earned when your post is verified",
		rapport.TriggerDate: "Earned at the end of the contract", rapport.TriggerCampaignEnd: "Earned at the end of the campaign",
	}[m.Trigger], nil
}
