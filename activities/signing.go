package activities

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"

	"rapport"
)

// Signing is how the creator of a contract that is out is asked to sign it.
type Signing interface {
	// AskToSign answers where the creator signs, for the mail that asks for it, and asks whoever must be asked, once a contract.
	AskToSign(ctx context.Context, contract uuid.UUID) (SigningPlace, error)
}

// SigningPlace is where a creator signs. None is the portal, whose link the mail has anyway.
type SigningPlace struct {
	URL  string
	Gone bool // nobody can sign there any more, so that no mail may lead there
}

// ClickToSign has contracts signed in the portal, with a mailed code.
type ClickToSign struct{}

// AskToSign answers the portal.
func (ClickToSign) AskToSign(context.Context, uuid.UUID) (SigningPlace, error) {
	return SigningPlace{}, nil
}

// SigningStore is what signing elsewhere remembers with.
type SigningStore interface {
	SigningDocument(ctx context.Context, contract uuid.UUID) (rapport.SigningDocument, error)
	OpenSigningDocument(ctx context.Context, provider string, d rapport.SigningDocument) error
	ClaimSigningDocument(ctx context.Context, contract uuid.UUID, lease time.Duration) (bool, error)
	FreeSigningDocument(ctx context.Context, contract uuid.UUID) error
	SigningRefused(ctx context.Context, contract uuid.UUID) error
	SetSigningDocument(ctx context.Context, contract uuid.UUID, providerID, url string) error
	SettleSigning(ctx context.Context, now rapport.ProviderDocument) (note string, err error)
	SigningDocumentsToAsk(ctx context.Context, lease time.Duration, limit int) ([]rapport.OpenDocument, error)
	CloseSigningDocument(ctx context.Context, contract uuid.UUID) error
	UnsealedDocuments(ctx context.Context, providerID string, limit int) ([]rapport.UnsealedDocument, error)
	KeepSealedPaper(ctx context.Context, contract uuid.UUID, pdf []byte) error
	AskAboutUnsealed(ctx context.Context) error
}

// SigningProvider has documents signed. Its errors are *rapport.SendError, or not_found of an id that it does not know.
type SigningProvider interface {
	// CreateDocument makes a document that nobody is asked to sign yet.
	CreateDocument(ctx context.Context, d rapport.SigningDocument) (id string, err error)
	// FindDocument looks for the oldest document with our id; empty for none.
	FindDocument(ctx context.Context, contract uuid.UUID) (id string, err error)
	// SendDocument opens a document for signing, again without any effect, and answers where its signer signs.
	SendDocument(ctx context.Context, id, email string) (url string, err error)
	Document(ctx context.Context, id string) (rapport.ProviderDocument, error)
	CancelDocument(ctx context.Context, id, reason string) error
	// SealedFile reads the PDF file of a completed document. Before the provider has sealed it, it is the one that was sent.
	SealedFile(ctx context.Context, id string) ([]byte, error)
}

// ProviderSigning has contracts signed at a provider.
type ProviderSigning struct {
	Name     string
	Store    SigningStore
	Provider SigningProvider
	// Paper writes the file to sign. Of the same contract it is the same file.
	Paper func(rapport.SignedContract) (pdf []byte, field rapport.SignField, err error)
}

// signingLease is how long a document is looked for before it is made again. It is longer than an activity and than any answer is waited for, so that
// a request which never answered has ended on the provider's side too.
const signingLease = 3 * time.Minute

// AskToSign makes the provider's document once and answers its link. The row with our id is committed before the provider hears of it; after an answer
// that never came the document is looked for by that id.
func (p *ProviderSigning) AskToSign(ctx context.Context, contract uuid.UUID) (SigningPlace, error) {
	d, err := p.document(ctx, contract)
	if err != nil {
		return SigningPlace{}, err
	}
	if d.State != rapport.SigningOpening && d.State != rapport.SigningOpen || !d.Out { // signed in the portal, or what is decided meanwhile is shown in the portal
		return SigningPlace{Gone: d.State == rapport.SigningCancelled && d.Out}, nil
	}
	if d.URL != "" {
		return SigningPlace{URL: d.URL}, nil
	}
	if d.ProviderID == "" {
		if d.ProviderID, err = p.make(ctx, d); err != nil {
			return SigningPlace{}, err
		}
	}
	url, err := p.Provider.SendDocument(ctx, d.ProviderID, d.SignerEmail)
	if err != nil {
		return SigningPlace{}, p.failed(ctx, contract, err)
	}
	if err := p.Store.SetSigningDocument(ctx, contract, d.ProviderID, url); err != nil {
		return SigningPlace{}, fmt.Errorf("keep the link: %w", err)
	}
	return SigningPlace{URL: url}, nil
}

// document reads the row of a contract's document, and writes it first where there is none.
func (p *ProviderSigning) document(ctx context.Context, contract uuid.UUID) (rapport.SigningDocument, error) {
	d, err := p.Store.SigningDocument(ctx, contract)
	if err != nil || d.State != "" || !d.Out || d.Portal {
		return d, err
	}
	if d.File, d.Field, err = p.Paper(d.Contract); err != nil {
		return d, fmt.Errorf("file of contract %s: %w", contract, err)
	}
	if err := p.Store.OpenSigningDocument(ctx, p.Name, d); err != nil {
		return d, fmt.Errorf("open: %w", err)
	}
	return p.Store.SigningDocument(ctx, contract)
}

// make finds the document that an earlier try may have made, or makes it.
func (p *ProviderSigning) make(ctx context.Context, d rapport.SigningDocument) (string, error) {
	id, err := p.Provider.FindDocument(ctx, d.ContractID)
	if err != nil {
		return "", p.failed(ctx, d.ContractID, err)
	}
	if id == "" {
		mine, err := p.Store.ClaimSigningDocument(ctx, d.ContractID, signingLease)
		if err != nil {
			return "", fmt.Errorf("claim: %w", err)
		}
		if !mine {
			return "", temporal.NewApplicationErrorWithOptions("another try may have made the document: it is looked for", "signing.unknown", temporal.ApplicationErrorOptions{NextRetryDelay: 10 * time.Second})
		}
		failpoint("signing.claimed")
		if id, err = p.Provider.CreateDocument(ctx, d); err != nil {
			return "", p.notMade(ctx, d.ContractID, err)
		}
		failpoint("signing.created")
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := p.Store.SetSigningDocument(keep, d.ContractID, id, ""); err != nil {
		return "", fmt.Errorf("keep the document: %w", err)
	}
	return id, nil
}

// notMade frees the making of a document where it is certain that nothing was made.
func (p *ProviderSigning) notMade(ctx context.Context, contract uuid.UUID, err error) error {
	failed, ok := signingError(err)
	if ok && slices.Contains([]string{"unsent", "rate_limited", "unauthorized", "rejected"}, failed.Outcome) {
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		if err := p.Store.FreeSigningDocument(keep, contract); err != nil {
			return fmt.Errorf("free: %w", err)
		}
	}
	return p.failed(ctx, contract, err)
}

// failed says when to try again, and tells a person of what only a person can cure.
func (p *ProviderSigning) failed(ctx context.Context, contract uuid.UUID, err error) error {
	failed, ok := signingError(err)
	if !ok {
		return err
	}
	delay := max(failed.RetryAfter, time.Second)
	if failed.Outcome == "unauthorized" || failed.Outcome == "rejected" {
		delay = max(delay, time.Minute)
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		if err := p.Store.SigningRefused(keep, contract); err != nil {
			return fmt.Errorf("ask a person: %w", err)
		}
	}
	return temporal.NewApplicationErrorWithOptions("signing: "+failed.Error(), "signing."+failed.Outcome, temporal.ApplicationErrorOptions{NextRetryDelay: delay})
}

func signingError(err error) (*rapport.SendError, bool) {
	if rapport.ErrorCode(err) == rapport.CodeNotFound { // the draft was deleted there, or there is no such interface
		return &rapport.SendError{Outcome: "rejected", Err: err}, true
	}
	return errors.AsType[*rapport.SendError](err)
}

// Look reads a document anew from the provider and lets it take effect. What the provider said of it before is worth nothing.
func (p *ProviderSigning) Look(ctx context.Context, id string) (note string, err error) {
	now, err := p.Provider.Document(ctx, id)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return "no such document", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the document: %w", err)
	}
	if note, err = p.Store.SettleSigning(ctx, now); err != nil || now.State != rapport.SigningCompleted {
		return note, err
	}
	if err := p.seal(ctx, id); err != nil {
		note = "the sealed file is fetched later" // by the job; the signature counts already
	}
	return note, nil
}

// seal keeps the sealed files of signed documents, of all or of the one that the provider calls so. They are evidence beside our own file of the
// contract: nothing waits for them.
func (p *ProviderSigning) seal(ctx context.Context, id string) error {
	list, err := p.Store.UnsealedDocuments(ctx, id, signingsARound)
	if err != nil {
		return fmt.Errorf("documents without their sealed file: %w", err)
	}
	var failed []error
	for _, d := range list {
		failed = append(failed, p.keepSealed(ctx, d))
	}
	return errors.Join(failed...)
}

var errUnsealed = errors.New("the provider has not sealed the file yet")

func (p *ProviderSigning) keepSealed(ctx context.Context, d rapport.UnsealedDocument) error {
	pdf, err := p.Provider.SealedFile(ctx, d.ProviderID)
	if sum := sha256.Sum256(pdf); err == nil && bytes.Equal(sum[:], d.FileSHA256) {
		err = errUnsealed
	}
	if err != nil {
		return fmt.Errorf("sealed file of contract %s: %w", d.ContractID, err)
	}
	if err := p.Store.KeepSealedPaper(ctx, d.ContractID, pdf); err != nil {
		return fmt.Errorf("keep the sealed file of contract %s: %w", d.ContractID, err)
	}
	return nil
}

// signingsARound is how many documents one round of the job asks about.
const signingsARound = 100

// Round ends the documents of contracts that no longer wait, asks about those whose news may have been lost, and keeps the sealed files of those
// that were signed.
func (p *ProviderSigning) Round(ctx context.Context) error {
	list, err := p.Store.SigningDocumentsToAsk(ctx, signingLease, signingsARound)
	if err != nil {
		return fmt.Errorf("documents to ask about: %w", err)
	}
	var failed []error
	for _, d := range list {
		if d.Over {
			failed = append(failed, p.end(ctx, d))
			continue
		}
		failed = append(failed, p.lookAgain(ctx, d))
	}
	return errors.Join(append(failed, p.seal(ctx, ""), p.Store.AskAboutUnsealed(ctx))...)
}

func (p *ProviderSigning) lookAgain(ctx context.Context, d rapport.OpenDocument) error {
	now, err := p.Provider.Document(ctx, d.ProviderID)
	if rapport.ErrorCode(err) == rapport.CodeNotFound { // somebody deleted it
		now, err = rapport.ProviderDocument{ID: d.ProviderID, ExternalID: d.ContractID.String(), State: rapport.SigningCancelled}, nil
	}
	if err != nil {
		return fmt.Errorf("document of contract %s: %w", d.ContractID, err)
	}
	_, err = p.Store.SettleSigning(ctx, now)
	return err
}

// end keeps a document from being signed whose contract no longer waits. One that was signed all the same is told to a person.
func (p *ProviderSigning) end(ctx context.Context, d rapport.OpenDocument) error {
	var err error
	if d.ProviderID == "" {
		if d.ProviderID, err = p.Provider.FindDocument(ctx, d.ContractID); err != nil {
			return fmt.Errorf("find the document of contract %s: %w", d.ContractID, err)
		}
		if d.ProviderID == "" {
			return p.Store.CloseSigningDocument(ctx, d.ContractID)
		}
		if err := p.Store.SetSigningDocument(ctx, d.ContractID, d.ProviderID, ""); err != nil {
			return fmt.Errorf("keep the document: %w", err)
		}
	}
	now, err := p.Provider.Document(ctx, d.ProviderID)
	switch {
	case rapport.ErrorCode(err) == rapport.CodeNotFound:
	case err != nil:
		return fmt.Errorf("document of contract %s: %w", d.ContractID, err)
	case now.State == rapport.SigningOpen:
		if err := p.Provider.CancelDocument(ctx, d.ProviderID, "The contract no longer waits for a signature."); err != nil {
			return fmt.Errorf("cancel the document of contract %s: %w", d.ContractID, err) // signed meanwhile, perhaps: the next round sees
		}
	case now.State == rapport.SigningCompleted || now.State == rapport.SigningRejected:
		if _, err := p.Store.SettleSigning(ctx, now); err != nil {
			return err
		}
		return nil
	}
	return p.Store.CloseSigningDocument(ctx, d.ContractID)
}
