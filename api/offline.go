package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// OfflineStore keeps payments that people made outside of Stripe.
type OfflineStore interface {
	AddOfflinePayment(ctx context.Context, o rapport.OfflinePayment) error
	OfflineProof(ctx context.Context, payout uuid.UUID) (rapport.File, error)
	// StripeMayHavePaid says why a payout must not be paid outside of Stripe now, as a code of rapport's gates; empty when it may.
	StripeMayHavePaid(ctx context.Context, payout uuid.UUID) (string, error)
	// BrandToday is the present day, YYYY-MM-DD, by the brand's clock.
	BrandToday(ctx context.Context, brand uuid.UUID) (string, error)
}

// RecordOfflinePayment takes a payment that was made outside of Stripe with its proof. The row is written with the command, and the database
// checks person, amount and day; the payout gets its id only.
func (s *Server) RecordOfflinePayment(ctx context.Context, r gen.RecordOfflinePaymentRequestObject) (gen.RecordOfflinePaymentResponseObject, error) {
	payouts, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[OfflineStore](s)
	if err != nil {
		return nil, err
	}
	p, err := payouts.Payout(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	o, err := readOffline(r.Body)
	if err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx)
	if !sent {
		if err := checkOffline(ctx, store, p, me, o); err != nil {
			return nil, err
		}
	}
	deed, _ := deedID(ctx)
	o.ID, o.PayoutID, o.BrandID, o.Round, o.Method, o.RecordedBy = rapport.DeriveID(deed, "offline"), p.ID, p.BrandID, p.Round, p.Offline, rapport.UserRef{ID: me.UserID}
	result, err := s.command(ctx, commandRequest{
		Workflow: "payout", ID: p.ID, BrandID: p.BrandID, Cmd: rapport.Command{Kind: rapport.CmdRecordOffline, Actor: me.UserID, Ref: o.ID},
		Before: func(ctx context.Context) error { return store.AddOfflinePayment(ctx, o) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/payouts/" + p.ID.String())
		return gen.RecordOfflinePayment202JSONResponse{Body: body, Headers: gen.RecordOfflinePayment202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.payout(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return gen.RecordOfflinePayment200JSONResponse(shown), nil
}

// checkOffline refuses what can be seen to be wrong before anything is written: the row of a payment is append-only.
func checkOffline(ctx context.Context, store OfflineStore, p rapport.PayoutRecord, me rapport.Principal, o rapport.OfflinePayment) error {
	if reason := recordRefused(houseWords(ctx), p, me); reason != "" {
		code := rapport.CodeConflict
		if releasedBy(p, me) {
			code = rapport.CodeForbidden
		}
		return &rapport.Error{Code: code, Reason: "cannot_record", State: string(p.State), Message: reason}
	}
	if err := stripeHasNotPaid(ctx, store, p); err != nil {
		return err
	}
	today, err := store.BrandToday(ctx, p.BrandID)
	if err != nil {
		return err
	}
	bad := o.Check(today)
	if len(bad) == 0 && o.Amount != p.Sent() {
		bad = append(bad, rapport.Field{Path: "amount", Code: "another_amount", Detail: "What was approved is " + houseWords(ctx).Money(p.Sent()) + ". Record exactly that, or change what is owed first."})
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}

// checkWay refuses another way of paying to whoever is no preparer, and outside of Stripe what Stripe may have paid.
func (s *Server) checkWay(ctx context.Context, p rapport.PayoutRecord, me rapport.Principal, kind rapport.CommandKind) error {
	if !me.Has(p.BrandID, rapport.RoleFinancePreparer) {
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: "Only a finance preparer may do this."}
	}
	if kind != rapport.CmdPayOffline {
		return nil
	}
	store, err := storeAs[OfflineStore](s)
	if err != nil {
		return err
	}
	return stripeHasNotPaid(ctx, store, p)
}

// stripeHasNotPaid refuses what may have been paid by Stripe without our book knowing: nobody must pay it twice.
func stripeHasNotPaid(ctx context.Context, store OfflineStore, p rapport.PayoutRecord) error {
	why, err := store.StripeMayHavePaid(ctx, p.ID)
	if err != nil || why == "" {
		return err
	}
	words := map[string]string{
		rapport.GateRestored:    "The data was restored, so Stripe may have paid this already. Compare the books under Payments > Reconciliation first.",
		rapport.GateMissingHere: "Stripe has a transfer of this payment that the books lack. Clear that up under Payments > Reconciliation first.",
	}
	return &rapport.Error{Code: rapport.CodeConflict, Reason: "stripe_may_have_paid", State: string(p.State), Message: words[why]}
}

// releasedBy says that the person released the payout in its present round.
func releasedBy(p rapport.PayoutRecord, me rapport.Principal) bool {
	return slices.ContainsFunc(eyesOf(p, "releaser"), func(a rapport.PayoutEyes) bool { return a.User.ID == me.UserID })
}

// recordRefused says why the person cannot record a payment outside of Stripe now; empty when they can.
func recordRefused(say rapport.Words, p rapport.PayoutRecord, me rapport.Principal) string {
	refused, _ := payoutRefused(p, rapport.CmdRecordOffline)
	switch {
	case !me.Has(p.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser):
		return "Only finance may do this."
	case refused != "":
		return payoutRefusal(say, p, rapport.CmdRecordOffline, refused)
	case p.Offline == "" || p.State != rapport.PayoutApproved:
		return payoutRefusal(say, p, rapport.CmdRecordOffline, "not_awaiting_proof")
	case releasedBy(p, me):
		return "You released this payment, so another person of finance must record it."
	}
	return ""
}

func orText(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// readOffline reads the form of a payment, part by part.
func readOffline(form *multipart.Reader) (rapport.OfflinePayment, error) {
	var o rapport.OfflinePayment
	var bad []rapport.Field
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return o, formError(err)
		}
		if err := readOfflinePart(part, &o, &bad); err != nil {
			return o, formError(err)
		}
	}
	if len(bad) > 0 {
		return o, rapport.Invalid(bad...)
	}
	return o, nil
}

func readOfflinePart(part *multipart.Part, o *rapport.OfflinePayment, bad *[]rapport.Field) (err error) {
	name := part.FormName()
	if name == "proof" {
		o.Proof, err = readProof(part)
		return err
	}
	text, err := readWords(part)
	if err != nil {
		return err
	}
	switch name {
	case "paid_on":
		o.PaidOn = text
	case "reference":
		o.Reference = text
		if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
			*bad = append(*bad, rapport.Field{Path: name, Code: "bad_characters", Detail: "This holds characters that no text has."})
		}
	case "currency":
		o.Amount.Currency = strings.ToLower(text)
	case "amount":
		if o.Amount.Amount, err = strconv.ParseInt(text, 10, 64); err != nil {
			*bad = append(*bad, rapport.Field{Path: name, Code: "bad_value", Detail: "Give the amount in minor units, such as 12500."})
		}
	default:
		*bad = append(*bad, rapport.Field{Path: cut(name, 50), Code: "unknown_field", Detail: "There is no such field here."})
	}
	return nil
}

// readProof reads the file of a proof. What it is, its bytes say.
func readProof(part *multipart.Part) (rapport.File, error) {
	content, err := io.ReadAll(io.LimitReader(part, rapport.MaxProof+1))
	if err != nil {
		return rapport.File{}, err //nolint:wrapcheck // the caller judges it
	}
	about := func(code rapport.Code, reason, message string) error {
		return &rapport.Error{Code: code, Message: message, Fields: []rapport.Field{{Path: "proof", Code: reason, Detail: message}}}
	}
	media := mediaType(content)
	switch {
	case len(content) == 0:
		return rapport.File{}, nil
	case len(content) > rapport.MaxProof:
		return rapport.File{}, about(rapport.CodeTooLarge, "too_large", fmt.Sprintf("The proof is larger than %d MB. Nothing was recorded.", rapport.MaxProof>>20))
	case !slices.Contains([]string{"application/pdf", "image/png", "image/jpeg"}, media):
		return rapport.File{}, about(rapport.CodeUnsupported, "bad_type", "A proof is a PDF, a PNG or a JPEG.")
	}
	sum := sha256.Sum256(content)
	return rapport.File{Name: fileName(part.FileName()), Type: media, SHA256: sum[:], Content: content}, nil
}

// GetOfflineProof gives the proof of a payment, to be kept and never to be run: it comes from outside.
func (s *Server) GetOfflineProof(ctx context.Context, r gen.GetOfflineProofRequestObject) (gen.GetOfflineProofResponseObject, error) {
	store, err := storeAs[OfflineStore](s)
	if err != nil {
		return nil, err
	}
	file, err := store.OfflineProof(ctx, r.Id)
	if err != nil {
		return nil, called("proof", err)
	}
	return fileAnswer(file), nil
}

// VisitGetOfflineProofResponse writes the file.
func (f fileAnswer) VisitGetOfflineProofResponse(w http.ResponseWriter) error {
	return f.VisitGetSubmissionFileResponse(w)
}

// showOffline is how a payout is paid outside of Stripe; nil when Stripe pays it.
func showOffline(p rapport.PayoutItem) *gen.PayoutOffline {
	if p.Offline == "" {
		return nil
	}
	return &gen.PayoutOffline{Method: gen.OfflineMethod(p.Offline), Words: rapport.OfflineWay(p.Offline), PaidOn: dayOrNil(p.OfflineOn), Reference: orNil(p.OfflineReference)}
}

// dayOrNil is a day, YYYY-MM-DD; nil for none.
func dayOrNil(text string) *openapi_types.Date {
	var d openapi_types.Date
	if d.UnmarshalText([]byte(text)) != nil {
		return nil
	}
	return &d
}

func showOfflinePayment(o *rapport.OfflinePayment) *gen.OfflinePayment {
	if o == nil {
		return nil
	}
	shown := gen.OfflinePayment{
		Method: gen.OfflineMethod(o.Method), Reference: o.Reference, Amount: toMoney(o.Amount), ProofName: o.Proof.Name, ProofType: o.Proof.Type, ProofSize: o.ProofSize,
		ProofSha256: hex.EncodeToString(o.Proof.SHA256), RecordedBy: toUserRef(o.RecordedBy), RecordedAt: o.RecordedAt,
	}
	if day := dayOrNil(o.PaidOn); day != nil {
		shown.PaidOn = *day
	}
	return &shown
}

// recordPayment says whether the person may record a payment outside of Stripe now; nil when Stripe pays it.
func recordPayment(say rapport.Words, p rapport.PayoutRecord, me rapport.Principal) *gen.Command {
	if p.Offline == "" {
		return nil
	}
	reason := recordRefused(say, p, me)
	return &gen.Command{Command: string(rapport.CmdRecordOffline), Label: "Record the payment", Allowed: reason == "", Reason: orNil(reason)}
}
