package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// Why a person must look at a signature that is asked for elsewhere.
const (
	signingRefused   = "refused"
	signingCancelled = "cancelled"
	signingExpired   = "expired"
	signingTooLate   = "too_late"
	signingUnsealed  = "unsealed"
)

// SigningDocument reads how a contract is signed elsewhere, and what is written to be sent there; without a document yet, to whom it would go.
func (s *Store) SigningDocument(ctx context.Context, contract uuid.UUID) (rapport.SigningDocument, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.SigningDocument, error) {
		r, err := s.q.SigningDocument(ctx, tx, contract)
		if err != nil {
			return rapport.SigningDocument{}, fmt.Errorf("signing document: %w", err)
		}
		d := rapport.SigningDocument{
			ContractID: r.ID, Out: r.ContractState == "out_for_signature", Portal: r.Signing == rapport.SigningInPortal, State: r.State, ProviderID: r.ProviderID, URL: r.Url,
			SignerName: r.SignerName, SignerEmail: r.SignerEmail, Title: r.Number + " with " + r.BrandName, File: r.File,
		}
		if d.State != "" {
			if err := json.Unmarshal(r.Field, &d.Field); err != nil {
				return d, fmt.Errorf("read the field of contract %s: %w", contract, err)
			}
			return d, nil
		}
		found, err := s.contracts(ctx, tx, gen.ListContractsParams{Brands: []uuid.UUID{r.BrandID}, ID: &contract, MaxRows: 1})
		if err != nil {
			return d, err
		}
		d.Contract = rapport.SignedContract{Contract: found[0], BrandAddress: r.PostalAddress, Zone: r.Zone}
		return d, nil
	})
}

// OpenSigningDocument writes down what is about to be sent to a provider and to whom, before it is; the first one stays. Nothing is written for a
// contract that waits for no signature, or of a creator who has no address.
func (s *Store) OpenSigningDocument(ctx context.Context, provider string, d rapport.SigningDocument) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		contact, err := s.q.MailContact(ctx, tx, d.Contract.Creator.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("contact: %w", err)
		}
		if contact.Name == "" {
			contact.Name = d.Contract.Creator.Name
		}
		sum := sha256.Sum256(d.File)
		if err := s.keepBlob(ctx, tx, rapport.File{Type: "application/pdf", Content: d.File, SHA256: sum[:]}); err != nil {
			return err
		}
		return s.q.InsertSigningDocument(ctx, tx, gen.InsertSigningDocumentParams{
			ContractID: d.ContractID, Provider: provider, ContactID: contact.ID, SignerName: contact.Name, SignerEmail: strings.ToLower(contact.Email),
			FileSha256: sum[:], Field: mustJSON(d.Field),
		})
	})
}

// ClaimSigningDocument takes the making of a document for one who may try it alone for the time of a lease; false while another one may still be at it.
func (s *Store) ClaimSigningDocument(ctx context.Context, contract uuid.UUID, lease time.Duration) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		n, err := s.q.ClaimSigningDocument(ctx, tx, gen.ClaimSigningDocumentParams{ContractID: contract, Seconds: lease.Seconds()})
		return n > 0, err
	})
}

// FreeSigningDocument says that a document was certainly not made.
func (s *Store) FreeSigningDocument(ctx context.Context, contract uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.FreeSigningDocument(ctx, tx, contract) })
}

// SigningRefused asks a person to look at what the provider refuses.
func (s *Store) SigningRefused(ctx context.Context, contract uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.AskAboutSigning(ctx, tx, gen.AskAboutSigningParams{ContractID: contract, Code: signingRefused})
	})
}

// SetSigningDocument keeps what the provider calls a document, and once it is sent where its creator signs.
func (s *Store) SetSigningDocument(ctx context.Context, contract uuid.UUID, providerID, url string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.SetSigningDocument(ctx, tx, gen.SetSigningDocumentParams{ContractID: contract, ProviderID: providerID, Url: url}); err != nil || url == "" {
			return err
		}
		return s.q.CloseSigningTask(ctx, tx, gen.CloseSigningTaskParams{ContractID: contract, Code: signingRefused})
	})
}

// SettleSigning lets take effect what a provider says of a document, once: the creator's signature goes to the partnership, or that they do not sign. It
// answers a note when that came to nothing.
func (s *Store) SettleSigning(ctx context.Context, now rapport.ProviderDocument) (note string, err error) {
	contract, err := uuid.Parse(now.ExternalID)
	if err != nil {
		return "no contract of ours", nil //nolint:nilerr // somebody's own document
	}
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		note = ""
		d, err := s.q.LockSigningDocument(ctx, tx, gen.LockSigningDocumentParams{ContractID: contract, ProviderID: now.ID})
		if errors.Is(err, pgx.ErrNoRows) {
			note = "no document of ours"
			return nil
		}
		if err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		signer := now.Signers[d.SignerEmail]
		switch {
		case now.State == rapport.SigningCompleted && !signer.SignedAt.IsZero():
			note, err = s.signedElsewhere(ctx, tx, d, now, signer)
		case d.State != rapport.SigningOpening && d.State != rapport.SigningOpen:
			note = "settled already"
		case signer.Rejected:
			err = s.rejectedElsewhere(ctx, tx, d, signer)
		case now.State == rapport.SigningCancelled, now.State == rapport.SigningRejected, now.State == rapport.SigningCompleted:
			err = s.endSigning(ctx, tx, d, rapport.SigningCancelled, signingCancelled)
		case signer.Expired:
			note, err = signingExpired, s.q.AskAboutSigning(ctx, tx, gen.AskAboutSigningParams{ContractID: contract, Code: signingExpired})
		default:
			note, err = "not signed yet", s.q.SigningDocumentSeen(ctx, tx, contract)
		}
		return err
	})
	return note, err
}

// signedElsewhere keeps the creator's signature and tells the partnership. What was signed for a contract that had ended meanwhile is a person's to see.
func (s *Store) signedElsewhere(ctx context.Context, tx pgx.Tx, d gen.LockSigningDocumentRow, now rapport.ProviderDocument, signer rapport.ProviderSigner) (string, error) {
	if d.SignedAt != nil {
		return "settled already", nil
	}
	open := d.State == rapport.SigningOpening || d.State == rapport.SigningOpen
	state := d.State
	if open {
		state = rapport.SigningCompleted
	}
	if err := s.q.EndSigningDocument(ctx, tx, gen.EndSigningDocumentParams{ContractID: d.ContractID, State: state, SignedAt: &signer.SignedAt}); err != nil {
		return "", fmt.Errorf("end: %w", err)
	}
	if !open || d.ContractState != "out_for_signature" {
		return signingTooLate, s.q.AskAboutSigning(ctx, tx, gen.AskAboutSigningParams{ContractID: d.ContractID, Code: signingTooLate})
	}
	for _, code := range []string{signingExpired, signingRefused} {
		if err := s.q.CloseSigningTask(ctx, tx, gen.CloseSigningTaskParams{ContractID: d.ContractID, Code: code}); err != nil {
			return "", fmt.Errorf("close task: %w", err)
		}
	}
	name := signer.Name
	if name == "" {
		name = d.SignerName
	}
	evidence := rapport.SigningEvidence(now.ID, d.FileSha256)
	err := s.q.InsertSignatureElsewhere(ctx, tx, gen.InsertSignatureElsewhereParams{
		ContractID: d.ContractID, Name: name, ContactID: &d.ContactID, BodySha256: d.BodySha256, Agent: &evidence,
		Consent: rapport.ConsentElsewhere, Identity: d.Provider, IdentityAddress: d.SignerEmail, At: signer.SignedAt,
	})
	if err != nil {
		return "", fmt.Errorf("insert signature: %w", err)
	}
	return "", s.commandOfCreator(ctx, tx, d, rapport.CmdSignContract)
}

// rejectedElsewhere has the partnership hear that the creator does not sign; what they wrote about it goes to the conversation.
func (s *Store) rejectedElsewhere(ctx context.Context, tx pgx.Tx, d gen.LockSigningDocumentRow, signer rapport.ProviderSigner) error {
	reason := strings.TrimSpace(signer.Reason)
	if err := s.q.EndSigningDocument(ctx, tx, gen.EndSigningDocumentParams{ContractID: d.ContractID, State: rapport.SigningRejected, Reason: textOrNil(reason)}); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	if reason != "" {
		err := s.q.InsertRejection(ctx, tx, gen.InsertRejectionParams{
			ID: rapport.DeriveID(d.ContractID, "signing/reason"), PartnershipID: d.PartnershipID, FromAddress: d.SignerEmail, BodyText: &reason,
		})
		if err != nil {
			return fmt.Errorf("insert reason: %w", err)
		}
	}
	if d.ContractState != "out_for_signature" {
		return nil
	}
	return s.commandOfCreator(ctx, tx, d, rapport.CmdDeclineContract)
}

func (s *Store) endSigning(ctx context.Context, tx pgx.Tx, d gen.LockSigningDocumentRow, state, code string) error {
	if err := s.q.EndSigningDocument(ctx, tx, gen.EndSigningDocumentParams{ContractID: d.ContractID, State: state}); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	if d.ContractState != "out_for_signature" {
		return nil
	}
	return s.q.AskAboutSigning(ctx, tx, gen.AskAboutSigningParams{ContractID: d.ContractID, Code: code})
}

// commandOfCreator sends what the creator decided elsewhere as the portal would, under an id of its own, once a contract.
func (s *Store) commandOfCreator(ctx context.Context, tx pgx.Tx, d gen.LockSigningDocumentRow, kind rapport.CommandKind) error {
	id := rapport.DeriveID(d.ContractID, "signing/"+string(kind))
	err := s.q.InsertOutbox(ctx, tx, gen.InsertOutboxParams{
		ID: id, BrandID: &d.BrandID, Kind: "update", WorkflowID: "partnership/" + d.PartnershipID.String(), Name: "command", UpdateID: id.String(),
		Input: mustJSON(rapport.Command{ID: id, Kind: kind, Ref: d.ContractID}),
	})
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// SigningDocumentsToAsk lists documents of contracts that no longer wait, and those whose news may have been lost. What somebody may be making at this
// moment is left alone.
func (s *Store) SigningDocumentsToAsk(ctx context.Context, lease time.Duration, limit int) ([]rapport.OpenDocument, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.OpenDocument, error) {
		rows, err := s.q.SigningDocumentsToAsk(ctx, tx, gen.SigningDocumentsToAskParams{Seconds: lease.Seconds(), MaxRows: int32(limit)})
		out := make([]rapport.OpenDocument, len(rows))
		for i, r := range rows {
			out[i] = rapport.OpenDocument{ContractID: r.ContractID, ProviderID: r.ProviderID, Over: r.Over}
		}
		return out, err
	})
}

// CloseSigningDocument notes that nobody can sign a document any more.
func (s *Store) CloseSigningDocument(ctx context.Context, contract uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.EndSigningDocument(ctx, tx, gen.EndSigningDocumentParams{ContractID: contract, State: rapport.SigningClosed}); err != nil {
			return fmt.Errorf("close: %w", err)
		}
		for _, code := range []string{signingRefused, signingExpired, signingCancelled} {
			if err := s.q.CloseSigningTask(ctx, tx, gen.CloseSigningTaskParams{ContractID: contract, Code: code}); err != nil {
				return fmt.Errorf("close task: %w", err)
			}
		}
		return nil
	})
}

// UnsealedDocuments lists documents that were signed, and whose sealed file is not kept yet, oldest first: all of them, or the one that the provider
// calls so.
func (s *Store) UnsealedDocuments(ctx context.Context, providerID string, limit int) ([]rapport.UnsealedDocument, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.UnsealedDocument, error) {
		rows, err := s.q.UnsealedDocuments(ctx, tx, gen.UnsealedDocumentsParams{ProviderID: providerID, MaxRows: int32(limit)})
		out := make([]rapport.UnsealedDocument, len(rows))
		for i, r := range rows {
			out[i] = rapport.UnsealedDocument{ContractID: r.ContractID, ProviderID: r.ProviderID, FileSHA256: r.FileSha256}
		}
		return out, err
	})
}

// KeepSealedPaper keeps the file that the provider sealed. The first one stays.
func (s *Store) KeepSealedPaper(ctx context.Context, contract uuid.UUID, pdf []byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		sum := sha256.Sum256(pdf)
		if err := s.keepBlob(ctx, tx, rapport.File{Type: "application/pdf", Content: pdf, SHA256: sum[:]}); err != nil {
			return err
		}
		if err := s.q.InsertSealedPaper(ctx, tx, gen.InsertSealedPaperParams{Sha256: sum[:], ContractID: contract}); err != nil {
			return fmt.Errorf("insert the paper: %w", err)
		}
		return s.q.CloseSigningTask(ctx, tx, gen.CloseSigningTaskParams{ContractID: contract, Code: signingUnsealed})
	})
}

// AskAboutUnsealed asks people to look after sealed files that could not be fetched for a day.
func (s *Store) AskAboutUnsealed(ctx context.Context) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.AskAboutUnsealed(ctx, tx) })
}

// signingOf says of contracts where their creators sign them, if elsewhere.
func (s *Store) signingOf(ctx context.Context, tx pgx.Tx, contracts []uuid.UUID) (map[uuid.UUID]*rapport.SignedElsewhere, error) {
	rows, err := s.q.SignedElsewhere(ctx, tx, contracts)
	if err != nil {
		return nil, fmt.Errorf("signed elsewhere: %w", err)
	}
	out := make(map[uuid.UUID]*rapport.SignedElsewhere, len(rows))
	for _, r := range rows {
		out[r.ContractID] = &rapport.SignedElsewhere{Provider: r.Provider, State: r.State, Email: r.SignerEmail, URL: r.Url, Reason: r.Reason, SealedSHA256: r.SealedSha256}
	}
	return out, nil
}
